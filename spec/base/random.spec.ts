import { expect } from 'chai'
import fc from 'fast-check'
import { foldIn, key, normals, permutation, split, uniforms } from '../../src/index.ts'

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
const words = (k: { readonly words: readonly number[] }): string => k.words.join()

describe('Keys', () => {
  it('are functions of what they are made from', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.oneof(fc.maxSafeInteger(), fc.string()),
        (seed, data) => {
          expect(key(seed)).to.deep.equal(key(seed))
          expect(foldIn(key(seed), data)).to.deep.equal(foldIn(key(seed), data))
        },
      ),
    )
  })

  it('differ where seeds, numbers or texts do', () => {
    const made = [
      ...Array.from({ length: 500 }, (_, i) => key(i)),
      ...Array.from({ length: 500 }, (_, i) => foldIn(key(0), i)),
      ...Array.from({ length: 500 }, (_, i) => foldIn(key(0), `${i}`)),
      ...split(key(1), 500),
      key(0.5),
      key(-1),
      foldIn(key(0), -1),
      foldIn(key(0), 2 ** 40),
      foldIn(key(0), ''),
    ]
    expect(new Set(made.map(words)).size).to.equal(made.length)
  })

  it('draw independently: near seeds give means and correlations of chance', () => {
    const n = 20_000
    for (const seed of [0, 1, 2]) {
      const [a, b] = [uniforms(key(seed), n), uniforms(key(seed + 1), n)]
      expect(mean(a)).to.be.closeTo(0.5, 5 * Math.sqrt(1 / 12 / n))
      expect(mean(a.map((value, i) => (value - 0.5) * ((b[i] as number) - 0.5)))).to.be.closeTo(
        0,
        5 / 12 / Math.sqrt(n),
      )
    }
  })

  it('draw normal numbers of the mean and deviation asked for', () => {
    const n = 40_001
    const values = normals(key(7), n, 3, 2)
    expect(mean(values)).to.be.closeTo(3, (5 * 2) / Math.sqrt(n))
    expect(mean(values.map(value => (value - 3) ** 2))).to.be.closeTo(4, (5 * 4 * Math.SQRT2) / Math.sqrt(n))
    expect(mean(values.map(value => ((value - 3) / 2) ** 4))).to.be.closeTo(3, (5 * Math.sqrt(96)) / Math.sqrt(n))
  })

  it('draw permutations that hold every number once, in orders of chance', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(50), (seed, n) => {
        expect(Array.from(permutation(key(seed), n)).sort((a, b) => a - b)).to.deep.equal(
          Array.from({ length: n }, (_, i) => i),
        )
      }),
    )
    const first = Array.from({ length: 3000 }, (_, seed) => permutation(key(seed), 3)[0])
    for (const k of [0, 1, 2])
      expect(first.filter(value => value === k).length).to.be.closeTo(1000, 5 * Math.sqrt(3000 * (2 / 9)))
  })
})
