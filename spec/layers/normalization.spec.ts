import { expect } from 'chai'
import { apply, BatchNorm, BN, Input, init, join, key, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

/** Mean and biased variance over some axes, with 1 in the place of each. */
const momentsOf = (x: Numbers, axes: readonly number[]): { readonly mean: Numbers; readonly variance: Numbers } => {
  const kept = x.shape.map((d, axis) => (axes.includes(axis) ? 1 : d))
  const group = (index: readonly number[]) => index.map((i, axis) => (axes.includes(axis) ? 0 : i)).join()
  const groups = new Map<string, number[]>()
  build(x.shape, index => {
    const own = groups.get(group(index)) ?? []
    groups.set(group(index), [...own, at(x, ...index)])
    return 0
  })
  const over = (f: (values: readonly number[]) => number) => build(kept, index => f(groups.get(group(index)) ?? []))
  const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  return {
    mean: over(average),
    variance: over(values => average(values.map(value => (value - average(values)) ** 2))),
  }
}
/** The element of statistics that belongs to an index of the input. */
const stretched = (statistics: Numbers, index: readonly number[]): number =>
  at(statistics, ...index.map((i, axis) => (statistics.shape[axis] === 1 ? 0 : i)))

describe('BatchNorm', () => {
  const x = draw(7, [5, 3, 2, 4])

  for (const [axes, reduced, kept] of [
    [undefined, [0, 1, 2], [1, 1, 1, 4]],
    [null, [0, 1, 2], [1, 1, 1, 4]],
    [[0], [0], [1, 3, 2, 4]],
    [
      [0, -1],
      [0, 3],
      [1, 3, 2, 1],
    ],
  ] as const)
    it(`normalizes with the batch's own statistics in training, over the axes ${JSON.stringify(axes)}`, () => {
      const gamma = draw(1, kept)
      const beta = draw(2, kept)
      const layer = untyped.BatchNorm({
        ...(axes === undefined ? {} : { axes }),
        gamma: untyped.tensor(gamma),
        beta: untyped.tensor(beta),
        runningMean: 3,
        runningVariance: 0.5,
        alpha: 0.25,
      })
      const { mean, variance } = momentsOf(x, reduced)
      const count = x.data.length / kept.reduce<number>((n, d) => n * d, 1)
      const invStd = { shape: kept, data: variance.data.map(value => 1 / Math.sqrt(value + 1e-5)) }
      const { output, after, params, state } = run(layer, x, { training: true })
      close(
        output,
        build(
          x.shape,
          index =>
            stretched(gamma, index) * (at(x, ...index) - stretched(mean, index)) * stretched(invStd, index) +
            stretched(beta, index),
        ),
        1e-4,
      )
      close(after.runningMean as Numbers, { shape: kept, data: mean.data.map(value => 0.75 * 3 + 0.25 * value) })
      close(
        after.runningVariance as Numbers,
        { shape: kept, data: variance.data.map(value => 0.75 * 0.5 + (0.25 * value * count) / (count - 1)) },
        1e-4,
      )
      expect(Object.values({ ...params, ...state }).map(({ shape }) => shape)).to.deep.equal([kept, kept, kept, kept])
      expect(new Set(state.runningMean?.data)).to.deep.equal(new Set([3]))
    })

  for (const layer of [
    BatchNorm({ runningMean: 2, runningVariance: [[1 / 16, 1]], gamma: [[0.5, 3]], beta: -1, epsilon: 0 }),
    BatchNorm({ running: 'inverseDeviation', runningMean: 2, runningInvStd: [[4, 1]], gamma: [[0.5, 3]], beta: -1 }),
  ])
    it(`uses the running statistics outside of training, and leaves them as they are: ${layer}`, () => {
      const { output, after, state } = run(layer, { shape: [2, 2], data: [2, 3, 5, 0] })
      close(output, { shape: [2, 2], data: [-1, 2, 5, -7] })
      expect(after).to.deep.equal(state)
    })

  it("averages the inverse deviation with running: 'inverseDeviation'", () => {
    const layer = BatchNorm({ running: 'inverseDeviation', alpha: 0.25, epsilon: 0 })
    const { after } = run(layer, { shape: [2, 1], data: [1, 5] }, { training: true })
    close(after.runningMean as Numbers, { shape: [1, 1], data: [0.25 * 3] })
    close(after.runningInvStd as Numbers, { shape: [1, 1], data: [0.75 + 0.25 / 2] })
  })

  it('normalizes one value for each mean with the running statistics in training too, and leaves them as they are', () => {
    const layer = BatchNorm({ runningMean: 2, runningVariance: [[1 / 16, 1]], epsilon: 0 })
    const { output, after, state } = run(layer, { shape: [1, 2], data: [3, 3] }, { training: true })
    close(output, { shape: [1, 2], data: [4, 1] })
    expect(after).to.deep.equal(state)
  })

  it('stays finite where the batch has no variance', () => {
    const { output } = run(BatchNorm(), { shape: [3, 1], data: [5, 5, 5] }, { training: true })
    expect(output.data).to.deep.equal([0, 0, 0])
  })

  it('keeps every other layer of the state', () => {
    const network = join(Input(2), BatchNorm({ alpha: 1 }), BatchNorm())
    const variables = init(network, key(0))
    const { state } = apply(
      network,
      variables,
      [
        [1, 2],
        [3, 6],
      ],
      { training: true },
    )
    expect([...state['batch-norm-1'].runningMean.dataSync()]).to.deep.equal([2, 4])
    expect(Object.keys(state)).to.deep.equal(['batch-norm-1', 'batch-norm-2'])
    expect([...variables.state['batch-norm-1'].runningMean.dataSync()]).to.deep.equal([0, 0])
  })

  it('reads its options back and prints them', () => {
    const layer = BatchNorm()
    expect(layer).to.include({ kind: 'BatchNorm', axes: null, alpha: 0.1, epsilon: 1e-5, beta: 0, gamma: 1 })
    expect(layer).to.include({ running: 'variance', runningMean: 0, runningVariance: 1, name: 'batch-norm-{}' })
    expect(BatchNorm({ axes: [0, 1] }).axes).to.deep.equal([0, 1])
    expect([layer, BN({ alpha: 0.5, axes: [0], gamma: [[2]], name: 'bn' })].map(String)).to.deep.equal([
      'BatchNorm()',
      "BatchNorm({ axes: [0], alpha: 0.5, gamma: '<1x1>', name: 'bn' })",
    ])
    expect(BN).to.equal(BatchNorm)
  })

  it('changes no shape', () => {
    expect(outputShape(BatchNorm({ axes: [0, 1] }), [null, null, 3])).to.deep.equal([null, null, 3])
    expect(outputShape(BatchNorm(), null)).to.equal(null)
  })

  const axes = 'an array of different integers, or null for all axes but the last'
  refuses([
    [() => untyped.BatchNorm({ axes: 0 }), `InvalidOption of BatchNorm, axes: expected ${axes}, got 0.`],
    [() => untyped.BatchNorm({ axes: [0, 0] }), `InvalidOption of BatchNorm, axes: expected ${axes}, got [0, 0].`],
    [() => untyped.BatchNorm({ axes: [0.5] }), `InvalidOption of BatchNorm, axes: expected ${axes}, got [0.5].`],
    [
      () => untyped.BatchNorm({ alpha: 1.5 }),
      'InvalidOption of BatchNorm, alpha: expected a number from 0 to 1, got 1.5. For example: BatchNorm({ alpha: 0.1 }).',
    ],
    [
      () => untyped.BatchNorm({ epsilon: -1e-5 }),
      'InvalidOption of BatchNorm, epsilon: expected a number >= 0, got -0.00001.',
    ],
    [
      () => untyped.BatchNorm({ gamma: null }),
      'InvalidOption of BatchNorm, gamma: expected an initializer, a finite number, or an array or tensor of finite numbers, got null.',
    ],
    [
      () => untyped.BatchNorm({ runningMeans: 0 }),
      "InvalidOption of BatchNorm, runningMeans: expected an option of axes, alpha, beta, gamma, epsilon, running, runningMean, runningVariance, runningInvStd, got 'runningMeans'. Did you mean runningMean?",
    ],
    [
      () => untyped.BatchNorm({ running: 'deviation' }),
      "InvalidOption of BatchNorm, running: expected 'variance' or 'inverseDeviation', got 'deviation'.",
    ],
    [
      () => untyped.BatchNorm({ runningInvStd: 2 }),
      "InvalidOption of BatchNorm, runningInvStd: expected none with running: 'variance', got one. Give runningVariance, or running: 'inverseDeviation'.",
    ],
    [
      () => untyped.BatchNorm({ runningVariance: 2, running: 'inverseDeviation' }),
      "InvalidOption of BatchNorm, runningVariance: expected none with running: 'inverseDeviation', got one. Give runningInvStd, or leave out running.",
    ],
    [
      () =>
        apply(
          join(Input(4), BatchNorm()),
          init(join(Input(4), BatchNorm()), key(0)),
          { data: [], shape: [0, 4] } as never,
          { training: true },
        ),
      'LayerConnectionError of batch-norm-1: expected a batch with at least one value for each mean, of known size in training, got (0, 4). Leave empty batches out of training.',
    ],
    [
      () => untyped.BatchNorm(0.1),
      'InvalidOption of BatchNorm, arguments: expected one options object, got 0.1. For example: BatchNorm({ alpha: 0.1 }).',
    ],
    [
      () => untyped.join(Input(4), BatchNorm({ axes: [0, 2] })),
      'LayerConnectionError of batch-norm-1: expected an input that has the axes 0, 2, got (?, 4). Use axes from 0 to 1.',
    ],
    [
      () => untyped.join(Input(4), BatchNorm({ axes: [1, -1] })),
      'LayerConnectionError of batch-norm-1: expected distinct axes, got (?, 4). Name each axis once, counted from the start or from the end.',
    ],
    [
      () => init(join(Input(null), BatchNorm()), key(0)),
      'WeightInitializationError of batch-norm-1: expected known dimensions along the axes that are not averaged over, got (?, ?).',
    ],
    [
      () => init(untyped.join(Input(4), BatchNorm({ axes: [1] })), key(0)),
      'WeightInitializationError of batch-norm-1: expected known dimensions along the axes that are not averaged over, got (?, 4). Give the Input these dimensions, and let the axes contain 0, the batch.',
    ],
    [
      () => init(join(Input(4), BatchNorm({ gamma: [[1, 2]] })), key(0)),
      'WeightInitializationError of batch-norm-1: expected gamma of shape (1, 4), finite numbers, got (1, 2).',
    ],
  ])
})
