import type * as joinery from '../../../../src/index.ts'
import { alongAxes, elu } from '../activations.ts'
import { type Arr, axisFrom, broadcast, filled, mapped, permuted, range, reshaped } from '../array.ts'
import { make, type Plan, plain } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { lastAndBack } from '../windows.ts'
import { input, type Mapping, type Node, ofFloats, type Source } from './node.ts'

// Operators of ONNX that are layers: activations, normalizations, dense layers, tables.

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-5

/** A network has a batch: what has no axis for it gets one. */
const batched = (x: Arr): Arr => (x.shape.length < 2 ? reshaped(x, [1, x.data.length]) : x)
/** Layers that keep the shape of their one input. */
const elementwise = (x: Arr, ...layers: readonly joinery.Layer[]): Plan => {
  ofFloats(x)
  return { inputs: [batched(x)], layers, view: output => reshaped(output, x.shape) }
}
const activation =
  (maker: string, ...args: readonly unknown[]): Mapping =>
  node =>
    elementwise(input(node), make(maker, ...args))

const hardSigmoid: Mapping = node => {
  const { options } = node
  if (!near(options.read('alpha', 0.2), 0.2) || !near(options.read('beta', 0.5), 0.5))
    cannot('HardSigmoid with another slope or shift')
  return elementwise(input(node), make('HardSigmoid'))
}
const selu: Mapping = node => {
  const { options } = node
  if (!near(options.read('alpha', 1.67326324), 1.67326324) || !near(options.read('gamma', 1.05070102), 1.05070102))
    cannot('Selu with other factors')
  return elementwise(input(node), make('Selu'))
}

/** Before opset 13, all axes from one on are one. */
const softmax =
  (maker: string): Mapping =>
  node => {
    const { options, opset } = node
    const x = input(node)
    ofFloats(x)
    const rank = x.shape.length
    const axis = axisFrom(options.read('axis', opset < 13 ? 1 : -1), rank)
    const whole = batched(x)
    const over = opset < 13 ? range(rank - axis).map(i => axis + i) : [axis]
    const part = rank < 2 ? plain(make(maker)) : alongAxes(maker, over, whole.shape)
    return { inputs: [whole], ...part, view: output => reshaped(output, x.shape) }
  }

/** Slopes that broadcast to the input; a batch of one is put before it where they differ along its first axis. */
const prelu: Mapping = node => {
  const x = input(node)
  const slope = input(node, 1)
  ofFloats(x, slope)
  if (slope.data.length === 1) return elementwise(x, make('Relu', { alpha: slope.data[0] }))
  const rank = x.shape.length
  // Before opset 7, slopes are those of the channels.
  const full =
    node.opset < 7
      ? range(rank).map(axis => (axis === 1 ? slope.data.length : 1))
      : [...range(rank - slope.shape.length).map(() => 1), ...slope.shape]
  const along = full.flatMap((d, axis) => (d === 1 ? [] : [axis]))
  const isWhole = along.includes(0) || rank < 2
  const axes = along.map(axis => (isWhole ? axis + 1 : axis))
  return {
    inputs: [isWhole ? reshaped(x, [1, ...x.shape]) : x],
    layers: [make('PRelu', { name: 'layer', alphaAxes: axes })],
    values: { layer: { alpha: { shape: along.map(axis => full[axis] as number), data: slope.data } } },
    view: output => reshaped(output, x.shape),
  }
}

const batchNormalization: Mapping = node => {
  const { options } = node
  const x = input(node)
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map(place => input(node, place)) as [Arr, Arr, Arr, Arr]
  ofFloats(x, scale, bias, mean, variance)
  const rank = x.shape.length
  const full = x.shape.map((d, axis) => (axis === 1 ? d : 1))
  const epsilon = options.read('epsilon', 1e-5)
  const alpha = 1 - options.read('momentum', 0.9)
  options.only('isTest', 1)
  options.only('spatial', 1)
  const isTraining = options.read('trainingMode', 0) !== 0
  const axes = range(rank).filter(axis => axis !== 1)
  const values = {
    gamma: reshaped(scale, full),
    beta: reshaped(bias, full),
    runningMean: reshaped(mean, full),
    runningVariance: reshaped(variance, full),
  }
  const plan: Plan = {
    inputs: [x],
    layers: [make('BatchNorm', { name: 'layer', axes, epsilon, alpha })],
    values: { layer: values },
    training: isTraining,
  }
  if (!isTraining) return plan
  // ONNX averages the biased variance: the unbiased one of this library is larger by n / (n - 1).
  const count = x.data.length / (x.shape[1] as number)
  const moved = (name: 'runningMean' | 'runningVariance', view: (state: Arr) => Arr): Source => ({
    ...plan,
    state: { layer: 'layer', name },
    view: state => reshaped(view(state), mean.shape),
  })
  const biased = (state: Arr): Arr =>
    mapped(state, (next, i) => {
      const kept = (1 - alpha) * (variance.data[i] as number)
      return kept + ((next - kept) * (count - 1)) / count
    })
  return [plan, moved('runningMean', state => state), moved('runningVariance', biased)]
}

const instanceNormalization: Mapping = node => {
  const x = input(node)
  const [gamma, beta] = [input(node, 1), input(node, 2)]
  ofFloats(x, gamma, beta)
  const epsilon = node.options.read('epsilon', 1e-5)
  return {
    inputs: [x],
    layers: lastAndBack([make('InstanceNorm', { name: 'layer', epsilon })], x.shape.length),
    values: { layer: { gamma, beta } },
  }
}

/** The output is the layer's; mean and inverse deviation beside it are operations on the input. */
const layerNormalization: Mapping = node => {
  const { options, outputs } = node
  const x = input(node)
  const [scale, bias] = [input(node, 1), node.inputs[2]]
  ofFloats(x, scale, bias)
  options.only('stashType', 1)
  const rank = x.shape.length
  const first = axisFrom(options.read('axis', -1), rank)
  const epsilon = options.read('epsilon', 1e-5)
  const axes = range(rank - first).map(i => first + i)
  const features = axes.map(axis => x.shape[axis] as number)
  // Where the first axis is one of them, the input is a batch of one.
  const shift = first === 0 ? 1 : 0
  const plan: Plan = {
    inputs: [shift ? reshaped(x, [1, ...x.shape]) : x],
    layers: [
      make('LayerNorm', {
        name: 'layer',
        axes: axes.map(axis => axis + shift),
        epsilon,
        ...(bias ? {} : { beta: null }),
      }),
    ],
    values: { layer: { gamma: broadcast(scale, features), ...(bias ? { beta: broadcast(bias, features) } : {}) } },
    view: output => reshaped(output, x.shape),
  }
  const mean: Source = { inputs: [x], compute: (ops, a) => [ops.mean(a as never, axes, true)] }
  const inverse: Source = {
    inputs: [x],
    compute: <T>(ops: joinery.Ops<T>, a?: T) => {
      const centred = ops.subtract(a as T, ops.mean(a as T, axes, true))
      const variance = ops.mean(ops.square(centred), axes, true)
      return [ops.rsqrt(ops.add(variance, ops.constant(epsilon)))]
    },
  }
  return [plan, ...(outputs[1] ? [mean] : []), ...(outputs[2] ? [inverse] : [])]
}

const lrn: Mapping = node => {
  const { options } = node
  const x = input(node)
  ofFloats(x)
  const size = options.read('size', 1)
  if (size % 2 === 0) cannot('LRN of an even size')
  if (x.shape.length !== 4) cannot('LRN of other than images')
  const layer = make('LocalResponseNorm', {
    depthRadius: (size - 1) / 2,
    alpha: options.read('alpha', 1e-4) / size,
    beta: options.read('beta', 0.75),
    k: options.read('bias', 1),
  })
  return { inputs: [x], layers: lastAndBack([layer], 4) }
}

/** `(x - mean) / deviation`: the statistics of a batch without running ones. */
const meanVariance: Mapping = node => {
  const x = input(node)
  ofFloats(x)
  const axes = node.options.read<readonly number[]>('axes', [0, 2, 3])
  const isAlone = !axes.includes(0)
  const full = x.shape.map((d, axis) => (axes.includes(axis) ? 1 : d))
  const values = { gamma: filled(full, 1), beta: filled(full) }
  return {
    inputs: [x],
    layers: [make('BatchNorm', { name: 'layer', axes, epsilon: 0 })],
    values: {
      layer: { ...values, ...(isAlone ? { runningMean: filled(full), runningVariance: filled(full, 1) } : {}) },
    },
    training: true,
    isAlone,
  }
}

const transposeIf = (isTransposed: boolean, x: Arr): Arr => (isTransposed ? permuted(x, [1, 0]) : x)

/** A product with a row added is a dense layer; with a matrix added, operations. */
const gemm: Mapping = ({ options, ...node }: Node): Source => {
  const [a0, b0, c] = [input({ ...node, options }), input({ ...node, options }, 1), node.inputs[2]]
  ofFloats(a0, b0, c)
  const a = transposeIf(options.read('transA', 0) !== 0, a0)
  const b = transposeIf(options.read('transB', 0) !== 0, b0)
  const [alpha, beta] = [options.read('alpha', 1), options.read('beta', 1)]
  // What is added always broadcasts.
  options.ignore('broadcast')
  const units = b.shape[1] as number
  const isRow = !c || c.shape.length < 2 || c.shape[0] === 1
  if (isRow) {
    const bias = mapped(broadcast(c ? reshaped(c, [c.data.length]) : filled([1]), [units]), x => beta * x)
    return {
      inputs: [a],
      layers: [make('Linear', units, { name: 'layer' })],
      values: { layer: { weight: mapped(b, x => alpha * x), bias } },
    }
  }
  return {
    inputs: [a, b, c],
    compute: <T>(ops: joinery.Ops<T>, ...[x, y, z]: readonly T[]) => [
      ops.add(ops.multiply(ops.matmul(x as T, y as T), ops.constant(alpha)), ops.multiply(z as T, ops.constant(beta))),
    ],
  }
}

/** Rows of a table are an embedding's; along other axes, operations. */
const gather: Mapping = node => {
  const table = input(node)
  const indices = input(node, 1)
  ofFloats(table)
  const rank = table.shape.length
  const axis = axisFrom(node.options.read('axis', 0), rank)
  if (indices.data.some(i => i < 0)) cannot('Gather of negative indices')
  if (axis === 0 && rank === 2 && indices.shape.length > 0)
    return {
      inputs: [indices],
      layers: [make('Embedding', table.shape[0], table.shape[1], { name: 'layer' })],
      values: { layer: { weight: table } },
    }
  const order = [axis, ...range(rank).filter(other => other !== axis)]
  const added = indices.shape.length
  // The axes of the indices stand where the axis was.
  const back = [
    ...range(axis).map(i => added + i),
    ...range(added),
    ...range(rank - axis - 1).map(i => added + axis + i),
  ]
  return {
    inputs: [table, indices],
    compute: <T>(ops: joinery.Ops<T>, ...[x, i]: readonly T[]) => [
      ops.transpose(ops.gather(ops.transpose(x as T, order), i as T), back),
    ],
  }
}

/** By operator. */
export const layers: Readonly<Record<string, Mapping>> = {
  Relu: activation('Relu'),
  Sigmoid: activation('Sigmoid'),
  Tanh: activation('Tanh'),
  Softplus: activation('Softplus'),
  Softsign: activation('Softsign'),
  HardSwish: activation('HardSwish'),
  Mish: activation('Mish'),
  Exp: activation('Exponential'),
  Identity: activation('Identity'),
  LeakyRelu: node => elementwise(input(node), make('Relu', { alpha: node.options.read('alpha', 0.01) })),
  Elu: node => elementwise(input(node), ...elu(node.options.read('alpha', 1)).layers),
  HardSigmoid: hardSigmoid,
  Selu: selu,
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  PRelu: prelu,
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  MeanVarianceNormalization: meanVariance,
  LRN: lrn,
  Gemm: gemm,
  Gather: gather,
}
