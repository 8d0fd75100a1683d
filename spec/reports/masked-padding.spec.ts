import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { leavesOf } from '../../src/base/trees.ts'
import * as joinery from '../../src/index.ts'
import {
  Bidirectional,
  compile,
  GRU,
  gradients,
  Input,
  init,
  join,
  key,
  type Layer,
  LSTM,
  MultiHeadAttention,
  normals,
  parallel,
  SimpleRNN,
  Tanh,
  TimeDistributed,
} from '../../src/index.ts'

// Padding of NaN or infinity under a mask, beside padding of 0.

type Tensors = tf.Tensor
const mask = [
  [1, 1, 0],
  [1, 0, 0],
]
/** [2, 3, 2], of which the mask leaves out three steps. */
const padded = (padding: number) => {
  const data = normals(key(3), 12)
  mask.flat().forEach((counts, step) => {
    if (counts === 0) data.fill(padding, 2 * step, 2 * step + 2)
  })
  return { data, shape: [2, 3, 2] }
}

const layers: readonly Layer[] = [
  LSTM(3, { mask: true }),
  LSTM(3, { mask: true, onlyReturnFinal: false, backwards: true, peepholes: true }),
  GRU(3, { mask: true }),
  SimpleRNN(3, { mask: true }),
  Bidirectional(GRU(2, { mask: true })),
  TimeDistributed(Tanh(4), { mask: true }),
  MultiHeadAttention(2, { mask: true }),
  MultiHeadAttention(1, { mask: true, causal: true }),
] as unknown as readonly Layer[]

type Found = readonly (readonly [string, readonly number[]])[]
const numbers = (tensor: Tensors): readonly number[] => [...tensor.dataSync()]
const foundIn = ({ output, input, params }: joinery.Gradients<Layer>): Found => [
  ['output', numbers(output as unknown as Tensors)],
  ['gradient of the input', numbers((input as unknown as readonly Tensors[])[0] as Tensors)],
  ...leavesOf(params as unknown as joinery.VariableTree<Tensors>).map(
    ([, name, tensor]) => [`gradient of ${name}`, numbers(tensor)] as const,
  ),
]
const same = (found: Found, wanted: Found): void => {
  for (const [i, [what, values]] of wanted.entries())
    for (const [k, value] of values.entries())
      expect(found[i]?.[1][k], `${what}, element ${k}`).to.be.closeTo(value, 1e-5 * (1 + Math.abs(value)))
}

describe('What a mask leaves out is NaN, and so are all gradients', () => {
  for (const layer of layers) {
    const network = join(parallel(Input([3, 2]), Input([3])), layer as never) as unknown as Layer
    const variables = init(network, key(1)) as never
    const of = (padding: number) => {
      const x = [padded(padding), mask] as never
      const shape = joinery.apply(network, variables, x).output as unknown as Tensors
      const cotangent = { data: normals(key(5), shape.size), shape: shape.shape }
      // Nobody heeds what comes out at masked steps.
      if (shape.rank === 3)
        mask.flat().forEach((counts, step) => {
          const size = shape.shape[2] as number
          if (counts === 0) cotangent.data.fill(0, step * size, (step + 1) * size)
        })
      return [x, cotangent as never] as const
    }
    const wanted = foundIn(gradients(network, variables, ...of(0)))

    for (const padding of [Number.NaN, Number.POSITIVE_INFINITY]) {
      it(`${layer}: padding of ${padding} is as padding of 0`, () =>
        same(foundIn(gradients(network, variables, ...of(padding))), wanted))
      for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
        it(`${layer}: padding of ${padding} is as padding of 0 on ${backend}`, async () => {
          const model = compile(network, variables, { backend })
          same(foundIn(await model.gradients(...of(padding))), wanted)
          await model.dispose()
        })
    }
  }
})

describe('A masked key wins where the scores of the others are below -1e9', () => {
  const own = { queryWeight: [[1]], keyWeight: [[1]], valueWeight: [[1]], outputWeight: [[1]], bias: null, mask: true }
  const network = join(parallel(Input([1, 1]), Input([2, 1]), Input([2])), MultiHeadAttention(1, own) as never)
  // The score of the first key is -1e10; the second is masked.
  const x = [[[[1e5]]], [[[-1e5], [5]]], [[1, 0]]] as never
  const variables = init(network as unknown as Layer, key(0)) as never

  it('gives the value of the only key that is allowed', () => {
    const { output } = joinery.apply(network as unknown as Layer, variables, x)
    expect(numbers(output as unknown as Tensors)).to.deep.equal([-1e5])
  })
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`gives the value of the only key that is allowed on ${backend}`, async () => {
      const model = compile(network as unknown as Layer, variables, { backend })
      expect(numbers((await model(x)) as unknown as Tensors)).to.deep.equal([-1e5])
      await model.dispose()
    })
})
