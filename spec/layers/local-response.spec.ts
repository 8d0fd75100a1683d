import { expect } from 'chai'
import { Input, LocalResponseNorm, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

describe('LocalResponseNorm', () => {
  const x = draw(5, [2, 2, 3, 7])

  for (const [options, { alpha, beta, k, depthRadius }] of [
    [{}, { alpha: 1e-4, beta: 0.75, k: 2, depthRadius: 5 }],
    [
      { alpha: 0.5, beta: 0.5, k: 1, depthRadius: 1 },
      { alpha: 0.5, beta: 0.5, k: 1, depthRadius: 1 },
    ],
    [
      { alpha: 1, depthRadius: 0 },
      { alpha: 1, beta: 0.75, k: 2, depthRadius: 0 },
    ],
  ] as const)
    it(`divides by the sum over neighbouring channels, with ${JSON.stringify(options)}`, () => {
      const expected = build(x.shape, index => {
        const [b, r, c, channel] = index as [number, number, number, number]
        let sum = 0
        for (let i = channel - depthRadius; i <= channel + depthRadius; i++)
          if (i >= 0 && i < 7) sum += at(x, b, r, c, i) ** 2
        return at(x, ...index) / (k + alpha * sum) ** beta
      })
      close(run(LocalResponseNorm(options), x).output, expected)
    })

  it('reads its options back and prints them', () => {
    const layer = LocalResponseNorm()
    expect(layer).to.include({ kind: 'LocalResponseNorm', alpha: 1e-4, beta: 0.75, k: 2, depthRadius: 5 })
    expect(layer.name).to.equal('local-response-norm-{}')
    expect([layer, LocalResponseNorm({ k: 1, depthRadius: 2 })].map(String)).to.deep.equal([
      'LocalResponseNorm()',
      'LocalResponseNorm({ k: 1, depthRadius: 2 })',
    ])
  })

  it('changes no shape', () => {
    expect(outputShape(LocalResponseNorm(), [null, null, 3, 8])).to.deep.equal([null, null, 3, 8])
    expect(outputShape(LocalResponseNorm(), null)).to.equal(null)
  })

  refuses([
    [
      () => untyped.LocalResponseNorm({ k: 0 }),
      'InvalidOption of LocalResponseNorm, k: expected a positive number, got 0. For example: LocalResponseNorm({ depthRadius: 5 }).',
    ],
    [
      () => untyped.LocalResponseNorm({ depthRadius: -1 }),
      'InvalidOption of LocalResponseNorm, depthRadius: expected an integer >= 0, got -1.',
    ],
    [
      () => untyped.LocalResponseNorm({ depthRadius: 1.5 }),
      'InvalidOption of LocalResponseNorm, depthRadius: expected an integer >= 0, got 1.5.',
    ],
    [
      () => untyped.LocalResponseNorm({ alpha: Number.POSITIVE_INFINITY }),
      'InvalidOption of LocalResponseNorm, alpha: expected a finite number, got Infinity.',
    ],
    [
      () => untyped.join(Input(8), LocalResponseNorm()),
      'LayerConnectionError of local-response-norm-1: expected a 4-dimensional input [batch, rows, cols, channels], got (?, 8).',
    ],
  ])
})
