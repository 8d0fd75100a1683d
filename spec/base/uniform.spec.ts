import { expect } from 'chai'
import fc from 'fast-check'
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { foldIn, generator, type Key, key } from '../../src/base/random.ts'
import { fillUniform } from '../../src/base/uniform.ts'
import { arrayForDraws } from '../../src/base/uniform-memory.ts'
import { uniforms } from '../../src/index.ts'

/** The draws of a key, one after the other. */
const inTurn = (from: Key, n: number): Float32Array => {
  const source = generator(from)
  return Float32Array.from({ length: n }, () => uniformFloat32(source))
}
/** Lengths at which the kernel of vectors begins, and at which it is called again. */
const lengths = [0, 1, 4095, 4096, 4097, 16_383, 16_384, 16_385, 40_000]

describe('Uniform draws', () => {
  for (const n of lengths)
    it(`of ${n} numbers are those of the generator, to the bit`, () => {
      for (const own of [key(1), foldIn(key(-3.5), 'dropout')]) expect(uniforms(own, n)).to.deep.equal(inTurn(own, n))
    })

  it('begin alike, however many are asked for', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        (seed, a, b) => {
          const shared = Math.min(a, b)
          expect(uniforms(key(seed), a).slice(0, shared)).to.deep.equal(uniforms(key(seed), b).slice(0, shared))
        },
      ),
      { numRuns: 20 },
    )
  })

  it('of other bounds are computed in 64 bits and rounded once', () => {
    const n = 5000
    const expected = Float32Array.from(inTurn(key(2), n), value => -3 + 10.1 * value)
    expect(uniforms(key(2), n, -3, -3 + 10.1)).to.deep.equal(expected)
  })

  it('fill memory in place with the same bits, and nothing beside it', () => {
    for (const n of [0, 100, 65_535, 65_536, 65_537, 200_000]) {
      const arrays = [arrayForDraws(n), arrayForDraws(n)] as const
      for (const [i, own] of [key(5), key(6)].entries()) fillUniform(own.words, arrays[i] as Float32Array)
      for (const [i, own] of [key(5), key(6)].entries()) expect(arrays[i]).to.deep.equal(inTurn(own, n))
      fillUniform(key(7).words, arrays[0], { threshold: 0.1, below: 0, above: 1.1 })
      expect(arrays[0]).to.deep.equal(inTurn(key(7), n).map(value => (value < Math.fround(0.1) ? 0 : 1.1)))
      expect(arrays[1]).to.deep.equal(inTurn(key(6), n))
    }
  })

  it('become either of two numbers by a step', () => {
    for (const n of [100, 20_000])
      for (const threshold of [0.1, 0, 1, 0.3333, Number.NaN]) {
        const [values, limit] = [new Float32Array(n), Math.fround(threshold)]
        fillUniform(key(3).words, values, { threshold, below: 0, above: 1.1 })
        const expected = Float32Array.from(inTurn(key(3), n), value => (value < limit ? 0 : 1.1))
        expect(values).to.deep.equal(expected)
      }
  })
})
