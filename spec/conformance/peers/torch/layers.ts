import { type Arr, axisFrom, filled, permuted, range, reshaped, size } from '../array.ts'
import { make } from '../plan.ts'
import { byChoice, cannot } from '../verdict.ts'
import { lastAndBack } from '../windows.ts'
import { type Given, type Mapped, type Mapping, oneOf, same, variable, withBatch } from './given.ts'

// Dense layers, normalizations, tables and shapes of PyTorch.

const linear: Mapping = given => {
  const { options, state, input } = given
  options.ignore('inFeatures', 'outFeatures')
  const weight = variable(given, 'weight')
  const { bias } = state
  const own = bias ? {} : { bias: null }
  const units = weight.shape[0] as number
  const whole = withBatch(input, 2)
  const { shape } = whole.input
  const turned = (x: Arr): Arr => permuted(x, [1, 0])
  const inner = shape.slice(1, -1)
  const layers =
    shape.length === 2
      ? [make('Linear', units, { name: 'layer', ...own })]
      : [
          ...(inner.length > 1 ? [make('Reshape', [size(inner), shape.at(-1)])] : []),
          make('TimeDistributed', make('Linear', units, own), { name: 'layer' }),
          ...(inner.length > 1 ? [make('Reshape', [...inner, units])] : []),
        ]
  return {
    ...whole,
    layers,
    values: { layer: { weight: turned(weight), ...(bias ? { bias } : {}) } },
    gradients: { weight: ['weight', turned], ...(bias ? { bias: ['bias', same] } : {}) },
  }
}

/** Factor and shift of one shape, and their gradients. */
const affine = (
  { state }: Given,
  shape: readonly number[],
): { readonly isAffine: boolean; readonly values: Readonly<Record<string, Arr>> } & Required<
  Pick<Mapped, 'gradients'>
> => {
  const { weight, bias } = state
  const values = {
    gamma: reshaped(weight ?? filled(shape, 1), shape),
    beta: reshaped(bias ?? filled(shape), shape),
  }
  const turn = (gradient: Arr): Arr => reshaped(gradient, shape)
  return {
    isAffine: weight !== undefined,
    values,
    gradients: {
      ...(weight ? { gamma: ['weight', turn] as const } : {}),
      ...(bias ? { beta: ['bias', turn] as const } : {}),
    },
  }
}

const batchNorm: Mapping = given => {
  const { options, state, after, isTraining, input, axes } = given
  options.ignore('numFeatures', 'affine')
  const tracks = options.read('trackRunningStats', true)
  // Without a momentum the averages are those of all batches so far.
  const batches = state.num_batches_tracked?.data[0] ?? 0
  const alpha = options.has('momentum') ? options.read('momentum', 0.1) : 1 / (batches + 1)
  const rank = input.shape.length
  if (isTraining && input.data.length === 0) byChoice('BatchNorm refuses an empty batch in training')
  if (axes > 1 && rank !== axes + 2) cannot('batch normalization without a batch')
  const shape = range(rank).map(axis => (axis === 1 ? (input.shape[1] as number) : 1))
  const { values, gradients } = affine(given, shape)
  const running = tracks && state.running_mean && state.running_var
  const layer = make('BatchNorm', {
    name: 'layer',
    axes: range(rank).filter(axis => axis !== 1),
    epsilon: options.read('eps', 1e-5),
    alpha,
  })
  return {
    input,
    layers: [layer],
    values: {
      layer: {
        ...values,
        ...(running
          ? {
              runningMean: reshaped(state.running_mean as Arr, shape),
              runningVariance: reshaped(state.running_var as Arr, shape),
            }
          : {}),
      },
    },
    isTraining: isTraining || !running,
    gradients,
    buffers: {
      ...(after.running_mean ? { runningMean: 'running_mean' } : {}),
      ...(after.running_var ? { runningVariance: 'running_var' } : {}),
    },
  }
}

const instanceNorm: Mapping = given => {
  const { options, axes, input } = given
  options.ignore('numFeatures', 'affine', 'momentum')
  options.only('trackRunningStats', false)
  const whole = withBatch(input, axes + 2)
  const channels = whole.input.shape[1] as number
  const { values, gradients, isAffine } = affine(given, [channels])
  const layer = make('InstanceNorm', {
    name: 'layer',
    epsilon: options.read('eps', 1e-5),
    ...(isAffine ? {} : { gamma: null, beta: null }),
  })
  return {
    ...whole,
    layers: lastAndBack([layer], axes + 2),
    ...(isAffine ? { values: { layer: values }, gradients } : {}),
  }
}

/** Groups of channels, all other axes as rows and columns. */
const groupNorm: Mapping = given => {
  const { options, input } = given
  options.ignore('numChannels', 'affine')
  const rank = input.shape.length
  const [, channels, ...spatial] = input.shape as [number, number, ...number[]]
  const { values, gradients } = affine(given, [1, 1, 1, channels])
  const layer = make('GroupNorm', options.read('numGroups', 1), { name: 'layer', epsilon: options.read('eps', 1e-5) })
  const rows = [
    ...(rank === 4 ? [] : [make('Reshape', [1, size(spatial), channels])]),
    layer,
    ...(rank === 4 ? [] : [make('Reshape', [...spatial, channels])]),
  ]
  return { input, layers: rank > 2 ? lastAndBack(rows, rank) : rows, values: { layer: values }, gradients }
}

const layerNorm: Mapping = given => {
  const { options, input } = given
  options.ignore('elementwiseAffine')
  const features = options.read<readonly number[]>('normalizedShape', [])
  const whole = input.shape.length === features.length ? oneOf(input) : { input }
  const rank = whole.input.shape.length
  const { values, gradients, isAffine } = affine(given, features)
  const layer = make('LayerNorm', {
    name: 'layer',
    axes: range(features.length).map(i => rank - features.length + i),
    epsilon: options.read('eps', 1e-5),
    ...(isAffine ? {} : { gamma: null, beta: null }),
  })
  return { ...whole, layers: [layer], ...(isAffine ? { values: { layer: values }, gradients } : {}) }
}

const localResponseNorm: Mapping = ({ options, input }) => {
  const n = options.read('size', 1)
  if (n % 2 === 0) cannot('local response normalization of an even size')
  if (input.shape.length !== 4) cannot('local response normalization of other than images')
  const layer = make('LocalResponseNorm', {
    depthRadius: (n - 1) / 2,
    alpha: options.read('alpha', 1e-4) / n,
    beta: options.read('beta', 0.75),
    k: options.read('k', 1),
  })
  return { input, layers: lastAndBack([layer], 4) }
}

const embedding: Mapping = given => {
  const { options, input } = given
  options.ignore('numEmbeddings', 'embeddingDim', 'normType', 'sparse')
  options.only('paddingIdx')
  options.only('maxNorm')
  options.only('scaleGradByFreq', false)
  const weight = variable(given, 'weight')
  return {
    ...(input.shape.length === 0 ? oneOf(input) : { input }),
    layers: [make('Embedding', weight.shape[0], weight.shape[1], { name: 'layer' })],
    values: { layer: { weight } },
    gradients: { weight: ['weight', same] },
  }
}

/** Another shape, of an example or, where the batch is part of it, of a batch of one. */
const toShape = (input: Arr, shape: readonly number[], isKept: boolean): Mapped =>
  isKept ? { input, layers: [make('Reshape', shape.slice(1))] } : { ...oneOf(input), layers: [make('Reshape', shape)] }

const flatten: Mapping = ({ options, input }) => {
  const { shape } = input
  const rank = shape.length
  const [first, last] = [axisFrom(options.read('startDim', 1), rank), axisFrom(options.read('endDim', -1), rank)]
  const merged = [...shape.slice(0, first), size(shape.slice(first, last + 1)), ...shape.slice(last + 1)]
  return toShape(input, merged, first > 0)
}

const unflatten: Mapping = ({ options, input }) => {
  const axis = axisFrom(options.read('dim', 1), input.shape.length)
  const sizes = options.read<readonly number[]>('unflattenedSize', [])
  const n = input.shape[axis] as number
  const known = size(sizes.filter(d => d !== -1))
  const shape = [
    ...input.shape.slice(0, axis),
    ...sizes.map(d => (d === -1 ? n / known : d)),
    ...input.shape.slice(axis + 1),
  ]
  return toShape(input, shape, axis > 0)
}

/** By module, without the number of its axes. */
export const layers: Readonly<Record<string, Mapping>> = {
  Linear: linear,
  BatchNorm: batchNorm,
  InstanceNorm: instanceNorm,
  GroupNorm: groupNorm,
  LayerNorm: layerNorm,
  LocalResponseNorm: localResponseNorm,
  Embedding: embedding,
  Flatten: flatten,
  Unflatten: unflatten,
}
