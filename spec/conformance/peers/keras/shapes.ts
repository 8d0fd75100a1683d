import * as joinery from '../../../../src/index.ts'
import { type Case, same } from '../../data.ts'
import type { Side } from '../activations.ts'
import { type Arr, filled, range } from '../array.ts'
import { type Config, camelCased, forAxes, optionsOf } from '../options.ts'
import { make, type Part } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { classOf, type LayerConfig, weightsOf } from './given.ts'
import { mapLayer } from './layer.ts'
import { isMerge, merge } from './merges.ts'

// Cases of output shapes. A mapping reads sizes from weights: they are made from the options here.

type Shape = readonly (number | null)[]
interface Weight extends Arr {
  readonly name: string
}
const weight = (name: string, shape: readonly number[]): Weight => ({ name, ...filled(shape.map(Math.floor)) })

const gates: Readonly<Record<string, number>> = {
  LSTM: 4,
  GRU: 3,
  SimpleRNN: 1,
  LSTMCell: 4,
  GRUCell: 3,
  SimpleRNNCell: 1,
}

const recurrentWeights = (
  kind: string,
  { units, useBias, resetAfter }: Config,
  features: number,
): readonly Weight[] => {
  const width = (gates[kind] as number) * (units as number)
  const isDouble = kind.startsWith('GRU') && resetAfter === true
  return [
    weight('kernel', [features, width]),
    weight('recurrent_kernel', [units as number, width]),
    ...(useBias === false ? [] : [weight('bias', isDouble ? [2, width] : [width])]),
  ]
}

/** The weights that a layer of these options has for an input of this shape. */
const weightsFor = (kind: string, config: Config, shape: readonly number[]): readonly Weight[] => {
  const { dataFormat, filters, units, useBias } = config
  const isFirst = dataFormat === 'channels_first' || dataFormat === 'channelsFirst'
  const channels = (isFirst ? shape[1] : shape.at(-1)) as number
  const axes = Number(/([123])D/.exec(kind)?.[1] ?? 0)
  const size = (): readonly number[] => forAxes(config.kernelSize as number | number[], axes)
  const multiplier = (config.depthMultiplier ?? 1) as number
  const bias = (n: number): readonly Weight[] => (useBias === false ? [] : [weight('bias', [n])])
  const ones = range(axes).map(() => 1)
  const filterCount = filters as number
  if (/^(Conv|Convolution)\dD$/.test(kind)) {
    const groups = (config.groups ?? 1) as number
    return [weight('kernel', [...size(), channels / groups, filterCount]), ...bias(filterCount)]
  }
  if (/^(Conv|Convolution)\dDTranspose$/.test(kind))
    return [weight('kernel', [...size(), filterCount, channels]), ...bias(filterCount)]
  if (kind.startsWith('DepthwiseConv'))
    return [weight('depthwise_kernel', [...size(), channels, multiplier]), ...bias(channels * multiplier)]
  if (kind.startsWith('Separable'))
    return [
      weight('depthwise_kernel', [...size(), channels, multiplier]),
      weight('pointwise_kernel', [...ones, channels * multiplier, filterCount]),
      ...bias(filterCount),
    ]
  if (kind === 'Dense') return [weight('kernel', [shape.at(-1) as number, units as number]), ...bias(units as number)]
  if (kind === 'Embedding') return [weight('embeddings', [config.inputDim as number, config.outputDim as number])]
  if (kind === 'PReLU') {
    const shared = (config.sharedAxes ?? []) as readonly number[]
    return [
      weight(
        'alpha',
        shape.slice(1).map((d, i) => (shared.includes(i + 1) ? 1 : d)),
      ),
    ]
  }
  if (gates[kind]) return recurrentWeights(kind, config, shape.at(-1) as number)
  const inner = (config.layer ?? config.forwardLayer) as LayerConfig | undefined
  if (inner === undefined) return kind === 'RNN' ? cellWeights(config, shape) : []
  const innerShape =
    kind === 'TimeDistributed' ? [(shape[0] as number) * (shape[1] as number), ...shape.slice(2)] : shape
  const own = weightsFor(classOf(inner), inner.config, innerShape)
  return kind === 'Bidirectional' ? [...own, ...own] : kind === 'SpectralNormalization' ? [...own, vector(own)] : own
}

const vector = (own: readonly Weight[]): Weight =>
  weight('vector_u', [1, own[0]?.shape.at(-1) ?? cannot('SpectralNormalization')])

const cellWeights = ({ cell, cells }: Config, shape: readonly number[]): readonly Weight[] => {
  const one = cell as LayerConfig | undefined
  const list = (cells ??
    (one && classOf(one) === 'StackedRNNCells' ? one.config.cells : [one])) as readonly LayerConfig[]
  let features = shape.at(-1) as number
  return list.flatMap(each => {
    if (!gates[classOf(each)]) return cannot('a recurrent cell of the case’s own')
    const own = recurrentWeights(classOf(each), each.config, features)
    features = each.config.units as number
    return own
  })
}

/** The shapes of the inputs: in order, in one list, or by name. */
const inputsOf = (written: readonly unknown[]): readonly Shape[] => {
  const [first] = written
  if (typeof first === 'object' && first !== null && !Array.isArray(first)) {
    const {
      query_shape: query,
      value_shape: value,
      key_shape: key,
    } = first as Readonly<Record<string, Shape | undefined>>
    if (!query || !value) return cannot('input shapes by unknown names')
    return [query, key ?? value, ...(key ? [value] : [])]
  }
  const flat = (written.length === 1 && Array.isArray(first) && Array.isArray(first[0]) ? first : written) as unknown[]
  const isShape = (one: unknown): one is Shape =>
    Array.isArray(one) && one.every(d => d === null || typeof d === 'number')
  return flat.every(isShape) ? flat : cannot('input shapes of an unknown form')
}

const attention = (kind: string, config: Config, shapes: readonly Shape[]): Part => {
  const options = optionsOf(kind, config)
  const axes = options.read<readonly number[] | null>('attentionAxes', null)
  if ((axes && axes.join() !== '1') || shapes.some(shape => shape.length !== 3)) cannot('attention over several axes')
  options.only('useGate', false)
  options.only('slidingWindow')
  options.ignore('queryShape', 'keyShape', 'valueShape', 'dropout')
  const output = options.read<number | readonly number[] | null>('outputShape', null)
  const [size, ...rest] = output === null ? [shapes[0]?.at(-1)] : forAxes(output, 1)
  if (rest.length > 0) cannot('attention whose outputs have several axes')
  const keySize = options.read('keyDim', 1)
  const bias = options.read('useBias', true) ? {} : { bias: null }
  const layer = make('MultiHeadAttention', options.read('numHeads', 1), {
    keySize,
    valueSize: options.read('valueDim', keySize),
    outputSize: size,
    ...bias,
  })
  options.done()
  return { layers: [layer] }
}

/** The layer of a case. */
const partOf = (one: Case, shapes: readonly Shape[], side: Side): Part => {
  const kind = String(one.layer)
  const config = (camelCased(one.config ?? {}) ?? {}) as Config
  if (one.layers) return cannot('a model')
  if (JSON.stringify(one.config ?? {}).includes('QuantizedDTypePolicy')) cannot(`${kind} with quantized weights`)
  const inner = (config.layer as LayerConfig | undefined)?.config
  const returnsState = config.returnState === true || inner?.returnState === true
  if (returnsState) cannot(`the final states of ${kind}`)
  if (kind === 'MultiHeadAttention') return attention(kind, config, shapes)
  // An axis of unknown length may have any; that of the batch is none of the layer's concern.
  const known = shapes.map(shape => shape.map(d => d ?? unknownLength))
  if (isMerge(kind)) {
    const options = optionsOf(kind, config)
    const part = merge(kind, options, known)
    options.done()
    return part
  }
  if (shapes.length > 1) cannot(`several inputs of ${kind}`)
  const shape = known[0] as readonly number[]
  return mapLayer(kind, config, weightsOf(weightsFor(kind, config, shape)), {
    shape,
    side,
    name: 'layer',
    ...trained(kind),
  })
}

/** Shapes of this one are those in training, where this library has it as well. */
const trained = (kind: string): { readonly isTraining?: boolean } =>
  kind === 'SpectralNormalization' ? { isTraining: true } : {}

/** Stands for an axis of unknown length where a mapping calculates: it can only come out wrong. */
const unknownLength = Number.NaN

const shapeOf = (part: Part, shapes: readonly Shape[]): Shape => {
  const layer = (part.layers.length === 1 ? part.layers[0] : make('join', ...part.layers)) as joinery.Layer
  // The batch is not known to a network.
  const batched = shapes.map(shape => [null, ...shape.slice(1)])
  const given = batched.length === 1 ? batched[0] : batched
  return joinery.outputShape(layer, given as never) as Shape
}

/** Known dimensions must be the same. Layers split their weights each library in its own way: these are not counted. */
export const checkShape = (one: Case, side: Side): void => {
  const fields = one as never as {
    input_shapes: readonly unknown[]
    expected_shape: Shape | readonly Shape[]
    layer: string
  }
  const shapes = inputsOf(fields.input_shapes)
  const expected = fields.expected_shape
  if (expected.some(d => Array.isArray(d))) cannot('shapes of several outputs')
  const part = partOf(one, shapes, side)
  const found = shapeOf(part, shapes)
  const [, ...wanted] = expected as Shape
  same('shape of the output', [null, ...found.slice(1)], [null, ...wanted])
}
