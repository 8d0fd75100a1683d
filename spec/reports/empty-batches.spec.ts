import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { leavesOf } from '../../src/base/trees.ts'
import * as joinery from '../../src/index.ts'
import { untyped } from '../running.ts'

const { Input, LSTM, Relu, apply, compile, gradients, init, key } = joinery

type Shape = readonly number[]
type Tensors = tf.Tensor | readonly tf.Tensor[]
const all = (tensors: unknown): readonly tf.Tensor[] => [tensors as Tensors].flat() as tf.Tensor[]

/** Layers, and the shapes of their inputs without the batch. */
const images: Shape = [4, 4, 2]
const volumes: Shape = [4, 4, 4, 2]
const steps: Shape = [4, 2]
const layers: readonly (readonly [joinery.Layer, ...(readonly Shape[])])[] = [
  [untyped.Linear(3), [4]],
  [untyped.Softmax(3), [4]],
  [untyped.PRelu(3), [4]],
  [untyped.Gelu(), [4]],
  [untyped.Convolution([2, 2, 4], { stride: 2, groups: 2, padding: 'same' }), images],
  [untyped.Convolution1D([2, 3]), steps],
  [untyped.Convolution3D([2, 2, 2, 3]), volumes],
  [untyped.DepthwiseConvolution([2, 2]), images],
  [untyped.SeparableConvolution([2, 2, 3]), images],
  [untyped.Deconvolution([2, 2, 3], { stride: 2 }), images],
  [untyped.MaxPooling([3, 3], { stride: 2, padding: 'same' }), images],
  [untyped.AveragePooling([3, 3], { stride: 1, padding: 'same' }), images],
  [untyped.MaxPooling1D(2), steps],
  [untyped.AveragePooling3D([2, 2, 2]), volumes],
  [untyped.GlobalPooling('avg'), images],
  [untyped.GlobalPooling('max'), images],
  [untyped.ZeroPadding(1), images],
  [untyped.Cropping(1), images],
  [untyped.Upscale(2), images],
  [untyped.Dropout(0.5), [4]],
  [untyped.DropBlock(0.8, 3), images],
  [untyped.AlphaDropout(0.5), [4]],
  [untyped.RandomFlip('horizontalAndVertical'), images],
  [untyped.RandomCrop(3, { padding: 1 }), images],
  [untyped.RandomRotation(0.2), images],
  [untyped.RandomBrightness(0.2), images],
  [untyped.RandomErasing(), images],
  [untyped.MixUp(), [4]],
  [untyped.CutMix(), images],
  [untyped.GroupNorm(2), images],
  [untyped.LayerNorm(), steps],
  [untyped.RMSNorm(), steps],
  [untyped.InstanceNorm(), images],
  [untyped.LocalResponseNorm(), images],
  [untyped.Reshape([2, 4]), steps],
  [untyped.Transpose([0, 2, 1]), steps],
  [untyped.Elementwise('average'), [4], [4]],
  [untyped.Concatenate(), [4], [3]],
  [untyped.GatedAverage(), [2], [4], [4]],
  [untyped.Embedding(5, 3), [4]],
  [untyped.LSTM(3, { onlyReturnFinal: false, peepholes: true }), steps],
  [untyped.LSTM(3, { mask: true }), steps, [4]],
  [untyped.GRU(3, { backwards: true }), steps],
  [untyped.SimpleRNN(3, { unrollScan: true }), steps],
  [untyped.Bidirectional(untyped.LSTM(2)), steps],
  [untyped.TimeDistributed(untyped.Relu(3)), steps],
  [untyped.MultiHeadAttention(2), [4, 4]],
  [untyped.PositionalEncoding(), [4, 4]],
  [untyped.RepeatVector(3), [4]],
  [untyped.Masking(), steps],
  [untyped.Dot(), [4], [4]],
  [untyped.WeightNorm(untyped.Relu(3)), [4]],
  [untyped.SpectralNorm(untyped.Relu(3)), [4]],
  [untyped.LowRank(untyped.Relu(3), 2), [4]],
]

const networkOf = (layer: joinery.Layer, shapes: readonly (readonly (number | null)[])[]): joinery.Layer => {
  const inputs = shapes.map(shape => Input(shape as number[]))
  return untyped.join(inputs.length === 1 ? inputs[0] : untyped.parallel(...inputs), layer)
}
const nothing = (shape: Shape) => ({ data: new Float32Array(0), shape })
const zeros = (shape: Shape) => ({ data: new Float32Array(shape.reduce((n, d) => n * d, 1)), shape })
const single = <T>(values: readonly T[]): never => (values.length === 1 ? values[0] : values) as never

interface Runs {
  readonly output: Tensors
  readonly trained: Tensors
  readonly gradients: { readonly input: unknown; readonly params: unknown }
}
type Run = (network: joinery.Layer, x: never, seed: never) => Promise<Runs>
const mode = { training: true, key: key(3) }

const eagerly: Run = async (network, x, seed) => {
  const variables = init(network, key(1)) as never
  return {
    output: apply(network, variables, x).output as unknown as Tensors,
    trained: apply(network, variables, x, mode).output as unknown as Tensors,
    gradients: gradients(network, variables, x, seed),
  }
}
const compiled =
  (backend: 'tfjs' | 'wasm' | 'onnxruntime'): Run =>
  async (network, x, seed) => {
    const model = compile(network, init(network, key(1)) as never, { backend })
    try {
      return {
        output: (await model(x)) as unknown as Tensors,
        trained: (await model.apply(x, mode)).output as unknown as Tensors,
        gradients: await model.gradients(x, seed),
      }
    } finally {
      await model.dispose()
    }
  }
const engines: Readonly<Record<string, Run>> = {
  'the eager reading': eagerly,
  tfjs: compiled('tfjs'),
  wasm: compiled('wasm'),
  onnxruntime: compiled('onnxruntime'),
}

const isZero = (tensor: tf.Tensor): boolean => tensor.dataSync().every(value => value === 0)
const failureOf = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    await work()
  } catch (error) {
    return error
  }
  return undefined
}

for (const [engine, run] of Object.entries(engines))
  describe(`An empty batch ends the process, or is garbage, on ${engine}`, () => {
    for (const [layer, ...shapes] of layers)
      it(`${layer} gives an empty tensor and zero gradients`, async () => {
        const network = networkOf(layer, shapes)
        const wanted = joinery.outputShape(network, single(shapes.map(shape => [0, ...shape]))) as unknown as number[]
        const x = single(shapes.map(shape => nothing([0, ...shape])))
        const { output, trained, gradients } = await run(network, x, nothing(wanted) as never)
        expect(all(output).map(({ shape }) => shape)).to.deep.equal([wanted])
        expect(all(trained).map(({ shape }) => shape)).to.deep.equal([wanted])
        expect(all(gradients.input).map(({ shape }) => shape)).to.deep.equal(shapes.map(shape => [0, ...shape]))
        const variables = leavesOf<tf.Tensor>((init(network, key(1)) as joinery.Variables).params as never)
        const slopes = leavesOf<tf.Tensor>(gradients.params as never)
        expect(slopes.map(([, name, { shape }]) => [name, shape])).to.deep.equal(
          variables.map(([, name, { shape }]) => [name, shape]),
        )
        for (const [, name, slope] of slopes) expect(isZero(slope), name).to.equal(true)
      })

    for (const [layer, output] of [
      [untyped.LSTM(3), [2, 3]],
      [untyped.LSTM(3, { onlyReturnFinal: false }), [2, 0, 3]],
      [untyped.GRU(3), [2, 3]],
      [untyped.SimpleRNN(3, { onlyReturnFinal: false }), [2, 0, 3]],
      [untyped.Bidirectional(untyped.LSTM(3)), [2, 6]],
      [untyped.TimeDistributed(untyped.Relu(3)), [2, 0, 3]],
      [untyped.MultiHeadAttention(1), [2, 0, 2]],
      [untyped.LayerNorm(), [2, 0, 2]],
      [untyped.GlobalPooling('sum'), [2, 2]],
    ] as const)
      it(`${layer} walks a sequence of no steps`, async () => {
        const network = networkOf(layer, [[null, 2]])
        const found = await run(network, nothing([2, 0, 2]) as never, zeros(output) as never)
        expect(all(found.output).map(({ shape }) => shape)).to.deep.equal([output])
        expect(all(found.output).every(isZero)).to.equal(true)
        expect(all(found.gradients.input).map(({ shape }) => shape)).to.deep.equal([[2, 0, 2]])
        for (const [, name, slope] of leavesOf<tf.Tensor>(found.gradients.params as never))
          expect(isZero(slope), name).to.equal(true)
      })

    for (const [layer, name, shape, x] of [
      [untyped.BatchNorm(), 'batch-norm-1', [3], [0, 3]],
      [untyped.GlobalPooling('avg'), 'global-pooling-1', [null, 3], [2, 0, 3]],
      [untyped.GlobalPooling('max'), 'global-pooling-1', [null, 3], [2, 0, 3]],
    ] as const)
      it(`${layer} refuses what has no mean, and says its name`, async () => {
        const network = networkOf(layer, [shape])
        const error = await failureOf(() => run(network, nothing(x) as never, zeros([2, 3]) as never))
        expect(error).to.be.instanceOf(joinery.LayerConnectionError)
        expect((error as joinery.LayerConnectionError).layer).to.equal(name)
      })
  })

describe('An empty batch ends the process', () => {
  it('as outputs stay empty through a whole network, compiled after others', async () => {
    const network = untyped.join(Input([5, 3]), LSTM(4), Relu(3), untyped.Softmax(2))
    const model = compile(network, init(network, key(0)) as never, { backend: 'onnxruntime' })
    const two = (await model(zeros([2, 5, 3]))) as unknown as tf.Tensor
    const none = (await model(nothing([0, 5, 3]))) as unknown as tf.Tensor
    expect([two.shape, none.shape]).to.deep.equal([
      [2, 2],
      [0, 2],
    ])
    await model.dispose()
  })
})
