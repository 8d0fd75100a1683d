import { expect } from 'chai'
import { Input, init, join, key, outputShape, PRelu } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, back, close, draw, run, untyped } from '../running.ts'

const rectified = (x: number, slope: number): number => (x > 0 ? x : slope * x)

describe('PRelu', () => {
  it('has slopes along its axes, and the same ones along the others', () => {
    const x = draw(1, [2, 3, 4, 2])
    const alpha = draw(2, [3, 2])
    const slopes = [
      [-1, [0.5, -2], (index: readonly number[]) => [0.5, -2][index[3] as number]],
      [[1, -1], untyped.tensor(alpha), (index: readonly number[]) => at(alpha, index[1] as number, index[3] as number)],
      // The slopes stand in the order of the axes, whichever order these are named in.
      [[3, 1], untyped.tensor(alpha), (index: readonly number[]) => at(alpha, index[1] as number, index[3] as number)],
      [[1, 2, 3], 0.125, () => 0.125],
    ] as const
    for (const [alphaAxes, alpha, slopeAt] of slopes) {
      const { output } = run(untyped.PRelu({ alphaAxes, alpha }), x)
      close(
        output,
        build(x.shape, index => rectified(at(x, ...index), slopeAt(index) as number)),
      )
    }
  })

  it('is a rectifier of x W + b where there are units', () => {
    const x = { shape: [2, 2], data: [1, 2, -1, -3] }
    const { output, params } = run(
      PRelu(2, {
        weight: [
          [1, -1],
          [0, 1],
        ],
        bias: [0.5, 0],
        alpha: [0.1, 0.2],
      }),
      x,
    )
    close(output, { shape: [2, 2], data: [1.5, 1, -0.05, -0.4] })
    expect(Object.keys(params)).to.have.members(['weight', 'bias', 'alpha'])
    expect(Object.keys(run(PRelu(2, { bias: null }), x).params)).to.have.members(['weight', 'alpha'])
  })

  it('learns its slopes from where the input is negative', () => {
    const { params, input } = back(
      PRelu({ alpha: 0.5 }),
      { shape: [2, 2], data: [-2, 3, -1, -4] },
      {
        shape: [2, 2],
        data: [1, 10, 100, 1000],
      },
    )
    expect(params.alpha?.data).to.deep.equal([-102, -4000])
    expect(input.data).to.deep.equal([0.5, 10, 50, 500])
  })

  it('begins with slopes of 0.25', () => {
    const { params } = init(join(Input([4, 3]), PRelu()), key(0))
    expect([...params['p-relu-1'].alpha.dataSync()]).to.deep.equal([0.25, 0.25, 0.25])
  })

  it('reads its options back and prints them', () => {
    const layer = PRelu(10, { alphaAxes: 1, alpha: 0.1 })
    expect([layer.kind, layer.units, layer.alphaAxes, layer.alpha]).to.deep.equal(['PRelu', 10, [1], 0.1])
    expect([PRelu(), layer, PRelu({ alphaAxes: [1, -1] })].map(String)).to.deep.equal([
      'PRelu()',
      'PRelu(10, { alphaAxes: 1, alpha: 0.1 })',
      'PRelu({ alphaAxes: [1, -1] })',
    ])
  })

  it('changes no shape but that of the features', () => {
    expect(outputShape(PRelu(), [null, null, 3])).to.deep.equal([null, null, 3])
    expect(outputShape(PRelu(5), [null, 3])).to.deep.equal([null, 5])
    expect(outputShape(PRelu(), null)).to.equal(null)
  })

  const axes = 'an axis or an array of different axes, none of them 0, the batch'
  refuses([
    [() => untyped.PRelu({ alphaAxes: 0 }), `InvalidOption of PRelu, alphaAxes: expected ${axes}, got 0.`],
    [() => untyped.PRelu({ alphaAxes: [1, 1] }), `InvalidOption of PRelu, alphaAxes: expected ${axes}, got [1, 1].`],
    [() => untyped.PRelu({ alphaAxes: [] }), `InvalidOption of PRelu, alphaAxes: expected ${axes}, got [].`],
    [() => untyped.PRelu({ alphaAxes: 1.5 }), `InvalidOption of PRelu, alphaAxes: expected ${axes}, got 1.5.`],
    [
      () => untyped.PRelu({ alpha: 'small' }),
      "InvalidOption of PRelu, alpha: expected an initializer, a finite number, or an array or tensor of finite numbers, got 'small'. For example: PRelu(10).",
    ],
    [
      () => outputShape(PRelu({ alphaAxes: 2 }), [null, 4]),
      'LayerConnectionError of p-relu-1: expected an output with the different axes 2 beside the batch, got (?, 4). Choose alphaAxes from 1 to 1.',
    ],
    [
      () => outputShape(PRelu({ alphaAxes: [1, -1] }), [null, 4]),
      'LayerConnectionError of p-relu-1: expected an output with the different axes 1, -1 beside the batch, got (?, 4).',
    ],
    [
      () => outputShape(PRelu(3), [null, 4, 4]),
      'LayerConnectionError of p-relu-1: expected a 2-dimensional input [batch, features], got (?, 4, 4).',
    ],
    [
      () => init(join(Input([null, 4]), PRelu({ alphaAxes: 1 })), key(0)),
      'WeightInitializationError of p-relu-1: expected known dimensions along the axes 1, got (?, ?, 4). Give the Input these dimensions.',
    ],
    [
      () => init(join(Input(3), PRelu({ alpha: [1, 2] })), key(0)),
      'WeightInitializationError of p-relu-1: expected alpha of shape (3,), finite numbers, got (2,).',
    ],
  ])
})
