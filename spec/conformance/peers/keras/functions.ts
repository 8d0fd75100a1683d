import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { type Arr, arr, filled, range, reshaped } from '../array.ts'
import { toleranceOf } from '../close.ts'
import { checkPlan, inShape, make, type Plan } from '../plan.ts'
import { byChoice, cannot } from '../verdict.ts'
import { weightsOf } from './given.ts'
import { mapLayer } from './layer.ts'

// Functions of tfjs-layers' modules, with arguments in order, as the layers that they are the inside of.

type Args = readonly unknown[]

/** A function as a layer of its input. */
const asLayer = (kind: string, args: Args, config: object, weights: Readonly<Record<string, unknown>> = {}): Plan => {
  const input = arr(args[0])
  const named = Object.entries(weights).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [{ name, ...arr(value) }],
  )
  const part = mapLayer(kind, config, weightsOf(named), { shape: input.shape, side: 'tfjs', name: 'layer' })
  return { inputs: [input], ...part }
}

/** `null` and `undefined` alike leave an argument out. */
const or = (value: unknown, otherwise: unknown): unknown => value ?? otherwise

const convolution = (kind: string, args: Args, window: Args, bias?: unknown, activation?: unknown): Plan => {
  const [strides, padding, dataFormat, dilationRate] = window
  return asLayer(
    kind,
    args,
    {
      strides: or(strides, 1),
      padding,
      dataFormat,
      dilationRate: or(dilationRate, 1),
      useBias: or(bias, null) !== null,
      activation,
    },
    { kernel: args[1], bias },
  )
}

const pooling = (axes: 2 | 3, args: Args): Plan => {
  const [, poolSize, strides, padding, dataFormat, mode] = args
  const kind = `${or(mode, 'max') === 'max' ? 'Max' : 'Average'}Pooling${axes}D`
  return asLayer(kind, args, { poolSize, strides: or(strides, 1), padding, dataFormat })
}

/** Statistics that broadcast to the input stand along its last axes. */
const batchNormalization = (args: Args): Plan => {
  const input = arr(args[0])
  const rank = input.shape.length
  const mean = arr(args[1])
  const all = [args[4], args[3], args[1], args[2]].map((value, i) =>
    value === null || value === undefined ? filled(mean.shape, i === 0 ? 1 : 0) : arr(value),
  ) as [Arr, Arr, Arr, Arr]
  const full = (value: Arr): Arr => reshaped(value, [...range(rank - value.shape.length).map(() => 1), ...value.shape])
  const axes = range(rank - mean.shape.length)
  const [gamma, beta, runningMean, runningVariance] = all.map(full) as [Arr, Arr, Arr, Arr]
  return {
    inputs: [input],
    layers: [make('BatchNorm', { name: 'layer', axes, epsilon: or(args[5], 1e-3) })],
    values: { layer: { gamma, beta, runningMean, runningVariance } },
    isAlone: mean.shape.length === rank,
  }
}

/** The normalized batch: its mean and variance are no outputs. */
const normalizeBatch = (one: Case, args: Args): Plan => {
  const { output_path: path } = one as never as { output_path?: readonly number[] }
  if ((path?.[0] ?? 0) !== 0) cannot('the statistics of a batch')
  const input = arr(args[0])
  const rank = input.shape.length
  const over = args[3] as readonly number[]
  const kept = range(rank).filter(axis => !over.includes(axis))
  const full = input.shape.map((d, axis) => (kept.includes(axis) ? d : 1))
  return {
    inputs: [input],
    layers: [make('BatchNorm', { name: 'layer', axes: over, epsilon: or(args[4], 1e-3) })],
    values: { layer: { gamma: reshaped(arr(args[1]), full), beta: reshaped(arr(args[2]), full) } },
    training: true,
    isAlone: kept.includes(0),
  }
}

const localResponse = (args: Args): Plan => {
  const input = arr(args[0])
  const [, radius, bias, alpha, beta] = args
  const layer = make('LocalResponseNorm', {
    depthRadius: or(radius, 5),
    k: or(bias, 1),
    alpha: or(alpha, 1),
    beta: or(beta, 0.5),
  })
  const rank = input.shape.length
  if (rank > 4) cannot('local response normalization of volumes')
  const shape = [...range(4 - rank).map(() => 1), ...input.shape]
  return { inputs: [reshaped(input, shape)], layers: [layer], view: inShape(input.shape) }
}

const functions: Readonly<Record<string, (args: Args, one: Case) => Plan>> = {
  conv1d: a => convolution('Conv1D', a, a.slice(2, 6)),
  conv1dWithBias: a =>
    /first/i.test(String(a[5] ?? ''))
      ? byChoice('tfjs-layers’ conv1dWithBias gives its channels last for an input with channels first')
      : convolution('Conv1D', a, a.slice(3, 7), a[2]),
  conv2d: a => convolution('Conv2D', a, a.slice(2, 6)),
  conv2dWithBias: a => convolution('Conv2D', a, a.slice(3, 7), a[2]),
  conv2dWithBiasActivation: a => convolution('Conv2D', a, a.slice(3, 7), a[2], a[7]),
  conv3d: a => convolution('Conv3D', a, a.slice(2, 6)),
  conv3dWithBias: a => convolution('Conv3D', a, a.slice(3, 7), a[2]),
  depthwiseConv2d: a => {
    const [strides, padding, dataFormat, dilationRate] = a.slice(2, 6)
    return asLayer(
      'DepthwiseConv2D',
      a,
      { strides: or(strides, 1), padding, dataFormat, dilationRate: or(dilationRate, 1), useBias: false },
      { depthwise_kernel: a[1] },
    )
  },
  pool2d: a => pooling(2, a),
  pool3d: a => pooling(3, a),
  batchNormalization,
  normalizeBatchInTraining: (a, one) => normalizeBatch(one, a),
  temporalPadding: a => asLayer('ZeroPadding1D', a, { padding: or(a[1], [1, 1]) }),
  spatial2dPadding: a => asLayer('ZeroPadding2D', a, { padding: or(a[1], 1), dataFormat: a[2] }),
  localResponseNormalization: localResponse,
}

/** A case of a function of tfjs-layers or tfjs-core that a layer computes. */
export const checkFunction = async (one: Case, engine: Engine): Promise<void> => {
  const name = String(one.function)
  const plan = (functions[name] ?? cannot(`function ${name}`))(one.args as Args, one)
  await checkPlan(plan, { output: arr(one.expected), tolerance: toleranceOf(one) }, engine)
}
