import { expect } from 'chai'
import { GN, GroupNorm, Input, init, join, key, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

describe('GroupNorm', () => {
  const x = draw(3, [2, 3, 2, 6])

  for (const groups of [1, 2, 3, 6])
    it(`normalizes each example over ${groups} groups of neighbouring channels`, () => {
      const [gamma, beta] = [draw(1, [1, 1, 1, 6]), draw(2, [1, 1, 1, 6])]
      const layer = untyped.GroupNorm(groups, { gamma: untyped.tensor(gamma), beta: untyped.tensor(beta) })
      const size = 6 / groups
      const expected = build(x.shape, index => {
        const [b, , , k] = index as [number, number, number, number]
        const first = Math.floor(k / size) * size
        const group = [0, 1, 2].flatMap(r =>
          [0, 1].flatMap(c => Array.from({ length: size }, (_, i) => at(x, b, r, c, first + i))),
        )
        const mean = group.reduce((sum, value) => sum + value, 0) / group.length
        const variance = group.reduce((sum, value) => sum + (value - mean) ** 2, 0) / group.length
        const normalized = (at(x, ...index) - mean) / Math.sqrt(variance + 1e-5)
        return at(gamma, 0, 0, 0, k) * normalized + at(beta, 0, 0, 0, k)
      })
      close(run(layer, x).output, expected, 1e-4)
      close(run(layer, x, { training: true }).output, expected, 1e-4)
    })

  it('reads its options back and prints them', () => {
    const layer = GroupNorm(4)
    expect(layer).to.include({ kind: 'GroupNorm', nGroups: 4, beta: 0, gamma: 1, epsilon: 1e-5, name: 'group-norm-{}' })
    expect([layer, GN(2, { epsilon: 0.1, beta: 1 })].map(String)).to.deep.equal([
      'GroupNorm(4)',
      'GroupNorm(2, { beta: 1, epsilon: 0.1 })',
    ])
    expect(GN).to.equal(GroupNorm)
  })

  it('changes no shape', () => {
    expect(outputShape(GroupNorm(4), [null, null, 3, 8])).to.deep.equal([null, null, 3, 8])
    expect(outputShape(GroupNorm(4), [null, 3, 3, null])).to.deep.equal([null, 3, 3, null])
    expect(outputShape(GroupNorm(4), null)).to.equal(null)
  })

  refuses([
    [
      () => untyped.GroupNorm(),
      'InvalidOption of GroupNorm, nGroups: expected a positive integer, got undefined. For example: GroupNorm(4).',
    ],
    [() => untyped.GroupNorm(0), 'InvalidOption of GroupNorm, nGroups: expected a positive integer, got 0.'],
    [() => untyped.GroupNorm(1.5), 'InvalidOption of GroupNorm, nGroups: expected a positive integer, got 1.5.'],
    [
      () => untyped.GroupNorm(2, { epsilon: Number.NaN }),
      'InvalidOption of GroupNorm, epsilon: expected a number >= 0, got NaN.',
    ],
    [
      () => untyped.join(Input([4, 4, 6]), GroupNorm(4)),
      'LayerConnectionError of group-norm-1: expected channels that 4 groups divide, got (?, 4, 4, 6). Use a number of groups that divides 6.',
    ],
    [
      () => untyped.join(Input(8), GroupNorm(4)),
      'LayerConnectionError of group-norm-1: expected a 4-dimensional input [batch, rows, cols, channels], got (?, 8).',
    ],
    [
      () => init(join(Input([4, 4, null]), GroupNorm(4)), key(0)),
      'WeightInitializationError of group-norm-1: expected a known number of input channels, got (?, 4, 4, ?).',
    ],
  ])
})
