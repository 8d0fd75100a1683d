import { activation, after, alongAxes, elu, relu } from '../activations.ts'
import { range, size } from '../array.ts'
import { forAxes } from '../options.ts'
import { make, type Part, parts, plain } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { channelsLast, type Given, isChannelsFirst, type Mapping, weight } from './given.ts'

// Keras layers of features, shapes and activations.

const dense: Mapping = given => {
  const { name, options, shape, side } = given
  const kernel = weight(given, 'kernel')
  const bias = options.read('useBias', true) ? weight(given, 'bias') : null
  options.ignore('units', 'inputDim')
  options.only('quantizationConfig')
  const units = kernel.shape[1] as number
  const own = bias ? {} : { bias: null }
  const values = { [name]: { weight: kernel, ...(bias ? { bias } : {}) } }
  const then = after(options.read('activation', null), side)
  if (shape.length === 2) return parts({ layers: [make('Linear', units, { name, ...own })], values }, then)
  const eachStep: Part = { layers: [make('TimeDistributed', make('Linear', units, own), { name })], values }
  if (shape.length === 3) return parts(eachStep, then)
  const features = shape.at(-1) as number
  const inner = shape.slice(1, -1)
  return parts(
    plain(make('Reshape', [size(inner), features])),
    eachStep,
    plain(make('Reshape', [...inner, units])),
    then,
  )
}

const embedding: Mapping = given => {
  const { name, options } = given
  const table = weight(given, 'embeddings')
  // What it masks is told to the layers after it, and changes nothing here.
  options.ignore('inputDim', 'outputDim', 'maskZero', 'inputLength')
  options.only('quantizationConfig')
  return {
    layers: [make('Embedding', table.shape[0], table.shape[1], { name })],
    values: { [name]: { weight: table } },
  }
}

const flatten: Mapping = given =>
  isChannelsFirst(given) && given.shape.length > 2
    ? channelsLast(plain(make('Reshape')), given.shape.length, true, 2)
    : plain(make('Reshape'))

const reshape: Mapping = ({ options }) =>
  plain(
    make(
      'Reshape',
      options.read<(number | null)[]>('targetShape', []).map(d => d ?? -1),
    ),
  )

const permute: Mapping = ({ options }) => plain(make('Transpose', [0, ...options.read<number[]>('dims', [])]))
const repeatVector: Mapping = ({ options }) => plain(make('RepeatVector', options.read('n', 1)))

/** Margins: a number, one for each axis, or a pair for each axis; on one axis a pair is its two ends. */
const margins =
  (maker: 'ZeroPadding' | 'Cropping', axes: 1 | 2 | 3, option: string): Mapping =>
  given => {
    const { options, shape } = given
    const value = options.read<number | (number | number[])[]>(option, maker === 'Cropping' && axes > 1 ? 0 : 1)
    const isFirst = isChannelsFirst(given)
    const list = axes === 1 && Array.isArray(value) && value.length === 2 ? [value] : value
    const pairs = (Array.isArray(list) ? list : range(axes).map(() => list)).map(one =>
      typeof one === 'number' ? [one, one] : one,
    )
    return channelsLast(plain(make(maker, pairs)), shape.length, isFirst)
  }

const activationLayer: Mapping = ({ options, side }) => activation(options.read('activation', null), side)

const reluLayer: Mapping = ({ options }) => {
  const [slope] = forAxes(options.read<number | number[]>('negativeSlope', 0), 1) as [number]
  return relu(slope, options.read<number | null>('maxValue', null), options.read('threshold', 0))
}
const leakyRelu: Mapping = ({ options, side }) => {
  const alpha = options.read('alpha', 0.3)
  return plain(make('Relu', { alpha: options.read('negativeSlope', side === 'keras' ? 0.3 : alpha) }))
}
const softmaxLayer: Mapping = ({ options, shape, hasMask }) => {
  if (hasMask) cannot('Softmax with a mask')
  const axis = options.read<number | number[]>('axis', -1)
  return alongAxes('Softmax', Array.isArray(axis) ? axis : [axis], shape)
}

const prelu: Mapping = given => {
  const { options, shape, name } = given
  const shared = options.read<number[]>('sharedAxes', [])
  const axes = range(shape.length - 1)
    .map(i => i + 1)
    .filter(axis => !shared.includes(axis))
  const alpha = weight(given, 'alpha')
  if (axes.length === 0) return plain(make('Relu', { alpha: alpha.data[0] }))
  return { layers: [make('PRelu', { name, alphaAxes: axes })], values: { [name]: { alpha } } }
}

/** Layers that act in training only. */
const inTrainingOnly =
  (...own: readonly string[]): Mapping =>
  ({ options, isTraining, kind }) => {
    if (isTraining) cannot(`${kind} in training: the peer’s own draws`)
    options.ignore(...own)
    return plain(make('Identity'))
  }

const timeDistributed: Mapping = given => {
  const { options, shape, name, hasMask, within } = given
  const inner = within(options.read('layer', { config: {} }), {
    name: 'inner',
    shape: [(shape[0] as number) * (shape[1] as number), ...shape.slice(2)],
    hasMask: false,
  })
  const isOne = inner.layers.length === 1
  const layer = isOne ? inner.layers[0] : make('join', ...inner.layers)
  const values = Object.entries(inner.values ?? {}).flatMap(([owner, own]) =>
    Object.entries(own).map(([variable, value]) => [isOne ? variable : `${owner}/${variable}`, value] as const),
  )
  return {
    layers: [make('TimeDistributed', layer, { name, mask: hasMask })],
    values: { [name]: Object.fromEntries(values) },
  }
}

/** By class. */
export const basics: Readonly<Record<string, Mapping>> = {
  Dense: dense,
  Embedding: embedding,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding1D: margins('ZeroPadding', 1, 'padding'),
  ZeroPadding2D: margins('ZeroPadding', 2, 'padding'),
  ZeroPadding3D: margins('ZeroPadding', 3, 'padding'),
  Cropping1D: margins('Cropping', 1, 'cropping'),
  Cropping2D: margins('Cropping', 2, 'cropping'),
  Cropping3D: margins('Cropping', 3, 'cropping'),
  Activation: activationLayer,
  ReLU: reluLayer,
  LeakyReLU: leakyRelu,
  ELU: ({ options }: Given) => elu(options.read('alpha', 1)),
  PReLU: prelu,
  Softmax: softmaxLayer,
  Identity: () => plain(make('Identity')),
  Masking: ({ options }) => {
    options.ignore('maskValue')
    return plain(make('Identity'))
  },
  TimeDistributed: timeDistributed,
  Dropout: inTrainingOnly('rate', 'noiseShape'),
  SpatialDropout1D: inTrainingOnly('rate'),
  SpatialDropout2D: inTrainingOnly('rate', 'dataFormat'),
  SpatialDropout3D: inTrainingOnly('rate', 'dataFormat'),
  AlphaDropout: inTrainingOnly('rate', 'noiseShape'),
  GaussianDropout: inTrainingOnly('rate'),
  GaussianNoise: inTrainingOnly('stddev'),
  ActivityRegularization: inTrainingOnly('l1', 'l2'),
}
