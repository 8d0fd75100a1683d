import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { leavesOf } from '../../src/base/trees.ts'
import * as joinery from '../../src/index.ts'
import { apply, compile, gradients, Input, init, join, key, type Layer } from '../../src/index.ts'
import { untyped } from '../running.ts'

// NaN and infinities through every layer: what the definition says, on every engine, and the gradients that eager has.

const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY]
type Nested = number | readonly Nested[]
const shapeOf = (x: Nested): readonly number[] => (typeof x === 'number' ? [] : [x.length, ...shapeOf(x[0] as Nested)])
const flat = (x: Nested): readonly number[] => (typeof x === 'number' ? [x] : x.flatMap(flat))

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const numbers = (tensor: unknown): readonly number[] => [...(tensor as tf.Tensor).dataSync()]

const same = (what: string, found: readonly number[], wanted: readonly number[]): void => {
  expect(found.length, what).to.equal(wanted.length)
  for (const [i, value] of wanted.entries()) {
    const own = found[i] as number
    const text = `${what}, element ${i}: ${own}, not ${value}`
    if (Number.isFinite(value)) expect(own, text).to.be.closeTo(value, 1e-4 * (1 + Math.abs(value)))
    else expect(Object.is(own, value), text).to.equal(true)
  }
}

/** Checks a layer on one input, or on several. */
const check = (layer: Layer, x: Nested | readonly Nested[], several: boolean, wanted: readonly number[]): void => {
  const inputs = (several ? x : [x]) as readonly Nested[]
  const sources = inputs.map(input => Input(shapeOf(input).slice(1)))
  const network = untyped.join(several ? untyped.parallel(...sources) : sources[0], layer)
  const variables = init(network, key(1)) as never
  const slopes = ({ output, input, params }: joinery.Gradients<Layer>) => [
    numbers(output),
    ...[input].flat().map(numbers),
    ...leavesOf(params as unknown as joinery.VariableTree<tf.Tensor>).map(([, , tensor]) => numbers(tensor)),
  ]
  const ones = () => {
    const { shape, size } = apply(network, variables, x as never).output as unknown as tf.Tensor
    return { data: new Float32Array(size).fill(1), shape } as never
  }
  it(`${layer}`, () => same('output', numbers(apply(network, variables, x as never).output), wanted))
  for (const backend of engines)
    it(`${layer} on ${backend}`, async () => {
      const model = compile(network, variables, { backend })
      same('output', numbers(await model(x as never)), wanted)
      // Beside NaN, ONNX Runtime's pooling says where the largest number stands, which has the gradient there.
      const isElsewhere = backend === 'onnxruntime' && layer.kind.startsWith('MaxPooling')
      const eager = isElsewhere ? [] : slopes(gradients(network, variables, x as never, ones()))
      const found = slopes(await model.gradients(x as never, ones()))
      for (const [i, own] of eager.entries()) same(`gradient ${i}`, found[i] as readonly number[], own)
      await model.dispose()
    })
}

const clip = (x: number, low: number, high: number): number => (Number.isNaN(x) ? x : Math.min(Math.max(x, low), high))
const leaky = (alpha: number) => (x: number) => (x <= 0 ? alpha * x : x)
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)))
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

describe('NaN becomes a number in an activation', () => {
  const at = [nan, infinity, -infinity, 0, 1, -1, 1e30, -1e30, 100, -100, 1e-40]
  const of = (layer: unknown, f: (x: number) => number) => [layer as Layer, f] as const
  const definitions = [
    of(joinery.Relu(), x => Math.max(x, 0)),
    of(joinery.Relu({ alpha: 0.1 }), leaky(0.1)),
    of(joinery.LeakyRelu(), leaky(0.01)),
    of(joinery.PRelu(), leaky(0.25)),
    of(joinery.Relu6(), x => clip(x, 0, 6)),
    of(joinery.Sigmoid(), sigmoid),
    of(joinery.HardSigmoid(), x => clip(0.2 * x + 0.5, 0, 1)),
    of(joinery.Tanh(), Math.tanh),
    of(joinery.Elu(), x => (x > 0 ? x : Math.expm1(x))),
    of(joinery.Selu(), x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))),
    of(joinery.Softplus(), softplus),
    of(joinery.Exponential(), Math.exp),
    // Of -Infinity these are 0 times infinity.
    of(joinery.Swish(), x => x * sigmoid(x)),
    of(joinery.Mish(), x => x * Math.tanh(softplus(x))),
    of(joinery.HardSwish(), x => (x * clip(x + 3, 0, 6)) / 6),
    of(joinery.Softsign(), x => x / (1 + Math.abs(x))),
  ]
  for (const [layer, f] of definitions)
    check(
      layer,
      [at],
      false,
      at.map(x => Math.fround(f(Math.fround(x)))),
    )

  const dense = { weight: [[1], [1]], bias: [0] }
  const rows = [
    [nan, 1],
    [-infinity, 0],
    [infinity, 1],
  ]
  check(joinery.Linear(1, dense) as unknown as Layer, rows, false, [nan, -infinity, infinity])
  check(joinery.Relu(1, dense) as unknown as Layer, rows, false, [nan, 0, infinity])
  check(joinery.Sigmoid(1, dense) as unknown as Layer, rows, false, [nan, 0, 1])
  check(joinery.Elu(1, dense) as unknown as Layer, rows, false, [nan, -1, infinity])
  check(joinery.Tanh(1, dense) as unknown as Layer, rows, false, [nan, -1, 1])
  check(
    joinery.Softmax() as unknown as Layer,
    [
      [1, nan, 2],
      [-infinity, 0, 0],
      [infinity, 0, 0],
      [1e30, -1e30, 0],
    ],
    false,
    [...[nan, nan, nan, 0, 0.5, 0.5], ...[nan, nan, nan, 1, 0, 0]],
  )
  check(
    joinery.LogSoftmax() as unknown as Layer,
    [
      [1, nan, 2],
      [-infinity, 0, 0],
    ],
    false,
    [...[nan, nan, nan], ...[-infinity, -Math.LN2, -Math.LN2]],
  )
})

describe('NaN becomes a number in a window', () => {
  const line = [1, nan, 2, infinity, infinity, -infinity]
  const images = [[line.map(x => [x])]]
  const largest = [nan, infinity, infinity]
  const means = [nan, infinity, nan]
  const cases: readonly (readonly [Layer, Nested, readonly number[]])[] = [
    [joinery.MaxPooling([1, 2]), images, largest],
    [joinery.MaxPooling1D(2), [line.map(x => [x])], largest],
    [joinery.MaxPooling3D([1, 1, 2]), [images], largest],
    [joinery.AveragePooling([1, 2]), images, means],
    [joinery.AveragePooling1D(2), [line.map(x => [x])], means],
    [joinery.AveragePooling3D([1, 1, 2]), [images], means],
    [
      joinery.GlobalPooling('max'),
      [
        [
          [
            [1, 2],
            [nan, infinity],
          ],
        ],
      ],
      [nan, infinity],
    ],
    [
      joinery.GlobalPooling('avg'),
      [
        [
          [
            [1, infinity],
            [nan, 3],
          ],
        ],
      ],
      [nan, infinity],
    ],
    [
      joinery.GlobalPooling('sum'),
      [
        [
          [
            [1, infinity],
            [nan, -infinity],
          ],
        ],
      ],
      [nan, nan],
    ],
    [joinery.Convolution([1, 2, 1], { weight: 1 }), images, [nan, nan, infinity, infinity, nan]],
    [joinery.DepthwiseConvolution([1, 2], { weight: 1 }), images, [nan, nan, infinity, infinity, nan]],
    [joinery.Deconvolution([1, 1, 1], { weight: 2 }), images, line.map(x => 2 * x)],
    [joinery.Upscale([1, 2]), images, line.flatMap(x => [x, x])],
  ] as unknown as readonly (readonly [Layer, Nested, readonly number[]])[]
  for (const [layer, x, wanted] of cases) check(layer, x, false, wanted)
})

describe('NaN becomes a number in a normalization, or spreads further than its group', () => {
  const cases: readonly (readonly [Layer, Nested, readonly number[]])[] = [
    [
      joinery.LayerNorm(),
      [
        [
          [1, nan, 2],
          [1, 1, 1],
        ],
      ],
      [nan, nan, nan, 0, 0, 0],
    ],
    [
      joinery.RMSNorm(),
      [
        [
          [1, nan, 2],
          [0, 0, 0],
        ],
      ],
      [nan, nan, nan, 0, 0, 0],
    ],
    [
      joinery.InstanceNorm(),
      [
        [
          [1, 1],
          [nan, 1],
        ],
      ],
      [nan, 0, nan, 0],
    ],
    [
      joinery.GroupNorm(2),
      [
        [
          [
            [1, 1],
            [nan, 1],
          ],
        ],
      ],
      [nan, 0, nan, 0],
    ],
    [
      joinery.BatchNorm({ epsilon: 0 }),
      [
        [nan, 1],
        [infinity, 2],
      ],
      [nan, 1, infinity, 2],
    ],
    [joinery.LocalResponseNorm(), [[[[1, nan]]]], [nan, nan]],
  ] as unknown as readonly (readonly [Layer, Nested, readonly number[]])[]
  for (const [layer, x, wanted] of cases) check(layer, x, false, wanted)
})

describe('NaN becomes a number where inputs are merged', () => {
  const [a, b] = [[[nan, 1, nan, infinity]], [[1, nan, nan, -infinity]]]
  const last = {
    add: nan,
    multiply: -infinity,
    subtract: infinity,
    average: nan,
    maximum: infinity,
    minimum: -infinity,
  }
  for (const [merge, value] of Object.entries(last))
    check(untyped.Elementwise(merge), [a, b], true, [nan, nan, nan, value])
  check(joinery.Concatenate() as unknown as Layer, [a, b], true, [...flat(a), ...flat(b)])
  check(
    joinery.Dot(1) as unknown as Layer,
    [
      [
        [nan, 1],
        [1, 2],
      ],
      [
        [1, 1],
        [2, 1],
      ],
    ],
    true,
    [nan, 4],
  )
})

describe('NaN becomes a number in a walk', () => {
  for (const layer of [joinery.GRU(2), joinery.LSTM(2), joinery.SimpleRNN(2)] as unknown as readonly Layer[])
    check(layer, [[[nan], [1]]], false, [nan, nan])
})

describe('A network of NaN reports a number as its loss', () => {
  for (const backend of engines)
    it(`fit on ${backend} reports NaN`, async () => {
      const network = join(Input(2), joinery.Relu(3), joinery.Softmax(2))
      const { history } = await joinery.fit(
        network,
        init(network, key(0)),
        { x: [[nan, 1]], y: [[1, 0]] },
        { loss: 'categoricalCrossentropy', epochs: 2, key: key(1), backend },
      )
      expect(history.loss).to.deep.equal([nan, nan])
    })
})
