import { expect } from 'chai'
import { Convolution, Input, init, join, key, LSTM, Relu, TimeDistributed, WeightNorm } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

/** The length of each column of a matrix. */
const lengths = (matrix: Numbers): Numbers =>
  build([matrix.shape[1] as number], ([j = 0]) => {
    let squares = 0
    for (let i = 0; i < (matrix.shape[0] as number); i++) squares += at(matrix, i, j) ** 2
    return Math.sqrt(squares)
  })

describe('WeightNorm', () => {
  const x = draw(1, [3, 4])

  it('scales each direction to its gain', () => {
    const gain = draw(2, [5])
    const network = join(Input(4), WeightNorm(Relu(5)))
    const variables = init(network, key(1))
    const own = { ...variables.params['weight-norm-1'], weightGain: untyped.tensor(gain) }
    const { output } = untyped.apply(network, { params: { 'weight-norm-1': own }, state: {} }, x) as unknown as {
      output: { shape: number[]; dataSync: () => Float32Array }
    }
    const { weight: v } = run(WeightNorm(Relu(5)), x).params as { weight: Numbers }
    const expected = build([3, 5], ([b = 0, j = 0]) => {
      const sum = [0, 1, 2, 3].reduce((total, k) => total + at(x, b, k) * at(v, k, j), 0)
      return Math.max(0, (sum * at(gain, j)) / at(lengths(v), j))
    })
    close({ shape: output.shape, data: Array.from(output.dataSync()) }, expected)
  })

  it('starts with the lengths of the weight, so that the layer is as without', () => {
    const { output, params } = run(WeightNorm(Relu(5)), x)
    const { weight, weightGain } = params as Record<'weight' | 'weightGain', Numbers>
    close(weightGain, lengths(weight))
    close(output, run(Relu(5, { weight: untyped.tensor(weight) as never }), x).output)
    const image = draw(3, [2, 4, 4, 2])
    const convolution = run(WeightNorm(Convolution([2, 2, 3])), image)
    const { weight: filter } = convolution.params as { weight: Numbers }
    close(convolution.output, run(Convolution([2, 2, 3], { weight: untyped.tensor(filter) as never }), image).output)
  })

  it('normalizes the variables that it is told, along the axis that it is told', () => {
    const sequence = draw(4, [2, 3, 4])
    const layer = WeightNorm(LSTM(2), { weights: ['inputWeights', 'hiddenWeights'] })
    const { output, params } = run(layer, sequence)
    expect(params.inputWeightsGain?.shape).to.deep.equal([8])
    expect(params.hiddenWeightsGain?.shape).to.deep.equal([8])
    const { inputWeights, hiddenWeights } = params as Record<'inputWeights' | 'hiddenWeights', Numbers>
    const plain = untyped.LSTM(2, {
      inputWeights: untyped.tensor(inputWeights),
      hiddenWeights: untyped.tensor(hiddenWeights),
    })
    close(output, run(plain, sequence).output)
    const image = draw(5, [1, 3, 3, 2])
    const up = run(untyped.WeightNorm(untyped.Deconvolution([2, 2, 3]), { axis: 2 }), image)
    expect(up.params.weightGain?.shape).to.deep.equal([3])
    close(up.output, run(untyped.Deconvolution([2, 2, 3], { weight: untyped.tensor(up.params.weight) }), image).output)
  })

  it('goes into other layers, its gain still that of its own weight', () => {
    const { params } = run(TimeDistributed(untyped.join(untyped.Tanh(3), WeightNorm(Relu(5)))), draw(1, [2, 3, 4]))
    close(params['weight-norm-1/weightGain'] as Numbers, lengths(params['weight-norm-1/weight'] as Numbers))
    const both = run(
      untyped.Bidirectional(untyped.WeightNorm(untyped.GRU(2), { weights: ['inputWeights'] })),
      draw(1, [2, 3, 4]),
    )
    for (const way of ['forward', 'backward'])
      close(both.params[`${way}/inputWeightsGain`] as Numbers, lengths(both.params[`${way}/inputWeights`] as Numbers))
  })

  it('reads back and prints its options', () => {
    expect(WeightNorm(Relu(3))).to.deep.include({ weights: ['weight'], axis: -1 })
    expect(String(WeightNorm(Relu(3)))).to.equal('WeightNorm(Relu(3))')
    expect(String(WeightNorm(Relu(3), { axis: 0, name: 'w' }))).to.equal("WeightNorm(Relu(3), { axis: 0, name: 'w' })")
  })

  const started = (layer: unknown) => () => init(untyped.join(Input(4), layer), key(1))
  refuses([
    [() => untyped.WeightNorm(), 'InvalidOption of WeightNorm, layer: expected a layer, got undefined.'],
    [
      () => untyped.WeightNorm(Relu(3), { weights: [] }),
      'InvalidOption of WeightNorm, weights: expected an array of different names of variables, got [].',
    ],
    [
      () => untyped.WeightNorm(Relu(3), { axis: 0.5 }),
      'InvalidOption of WeightNorm, axis: expected an integer, got 0.5.',
    ],
    [
      started(untyped.WeightNorm(untyped.Relu())),
      'WeightInitializationError of weight-norm-1: expected a layer with a variable weight of two dimensions or more, with an axis -1, got a layer without variables.',
    ],
    [
      started(untyped.WeightNorm(Relu(3), { weights: ['bias'] })),
      'WeightInitializationError of weight-norm-1: expected a layer with a variable bias of two dimensions or more, with an axis -1, got weight, bias.',
    ],
    [
      started(untyped.WeightNorm(Relu(3), { axis: 2 })),
      'WeightInitializationError of weight-norm-1: expected a layer with a variable weight of two dimensions or more, with an axis 2',
    ],
    [
      started(untyped.WeightNorm(untyped.WeightNorm(Relu(3)))),
      'WeightInitializationError of weight-norm-1: expected a layer without a variable weightGain, got weight, bias, weightGain. Normalize each weight once.',
    ],
    [
      () => untyped.join(Input([4, 4]), untyped.WeightNorm(Relu(3))),
      'LayerConnectionError of weight-norm-1: expected a 2-dimensional input [batch, features], got (?, 4, 4).',
    ],
    [
      () =>
        run(
          untyped.WeightNorm(untyped.Embedding(4, 3)),
          build([1, 2], () => 9),
        ),
      'InvalidOption of weight-norm-1, input: expected whole numbers from 0 to 3, got 9.',
    ],
  ])
})
