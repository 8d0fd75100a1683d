import * as joinery from '../../../../src/index.ts'
import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import type { Side } from '../activations.ts'
import { type Arr, arr, isTensor } from '../array.ts'
import { toleranceOf } from '../close.ts'
import { type Config, camelCased, optionsOf } from '../options.ts'
import { checkPlan, make, type Part, type Plan, placeOf } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { attention } from './attention.ts'
import { type LayerConfig, weightsOf } from './given.ts'
import { mapLayer } from './layer.ts'
import { isMerge, merge } from './merges.ts'

// Cases of a layer, or of layers in sequence, of Keras and tfjs-layers.

/** A layer of a model, with its weights. */
interface ModelLayer {
  readonly layer: string
  readonly config: Config
  readonly weights?: readonly unknown[]
}
interface LayerCase extends Case {
  readonly layer: string
  readonly config?: Config
  readonly weights?: readonly { readonly path?: string }[]
  readonly inputs: readonly unknown[]
  readonly call?: Config
  readonly input_masks?: readonly unknown[]
  readonly states?: readonly unknown[]
  readonly output_path?: readonly number[]
  readonly view?: { readonly index: readonly number[] }
  readonly layers?: readonly ModelLayer[]
}

const recurrent = ['LSTM', 'GRU', 'SimpleRNN', 'Bidirectional', 'RNN']
/** Layers whose values a mask changes. */
const heeding = [...recurrent, 'BatchNormalization', 'Softmax', 'GlobalAveragePooling1D']

/** Merges that leave masked elements out; others only pass masks on. */
const heedingMerges = ['Multiply', 'Maximum', 'Minimum']

/** A list of inputs may stand as the only argument. */
const inputsOf = ({ inputs, call }: LayerCase): readonly unknown[] => {
  const list = inputs.length > 0 ? inputs : call?.inputs !== undefined ? [call.inputs] : []
  const flat = list.length === 1 && Array.isArray(list[0]) && list[0].some(isTensor) ? (list[0] as unknown[]) : list
  return flat.every(one => isTensor(one) || Array.isArray(one)) ? flat : cannot('inputs of another form than tensors')
}

/** What is called with, besides the inputs. */
const knownCalls = ['inputs', 'mask', 'training', 'initialState', 'masks', 'sequence', 'sequences']

/** Which of a layer's outputs is wanted: that of a recurrent layer's last step is also its state. */
const outputOf = (one: LayerCase, config: Config): 'output' | 'final' => {
  const [place = 0] = one.output_path ?? []
  const inner = (camelCased((config.layer as LayerConfig | undefined)?.config ?? {}) ?? {}) as Config
  const returnsState = config.returnState === true || inner.returnState === true
  if (!returnsState) {
    if ((one.output_path ?? []).length > 0) cannot(`several outputs of ${one.layer}`)
    return 'output'
  }
  if (place === 0) return 'output'
  return place === 1 && ['LSTM', 'GRU', 'SimpleRNN'].includes(one.layer)
    ? 'final'
    : cannot(`the final states of ${one.layer}`)
}

const initialOf = (one: LayerCase, call: Config, inputs: readonly unknown[]): readonly Arr[] | undefined => {
  if (!recurrent.includes(one.layer)) return undefined
  const given = call.initialState ?? (inputs.length > 1 ? inputs.slice(1) : undefined)
  const list = given === undefined || given === null ? [] : isTensor(given) ? [given] : (given as readonly unknown[])
  const carried = (one.states ?? []).flat(3).filter(isTensor).map(arr)
  const isCarried = carried.some(({ data }) => data.some(x => x !== 0))
  if (isCarried && list.length > 0) cannot('a carried state beside an initial one')
  if (isCarried) return carried
  return list.length > 0 ? list.map(arr) : undefined
}

/** The plan of a layer case. */
const planOf = (one: LayerCase, side: Side): Plan => {
  if (one.layers && one.layer === 'Sequential') return sequential(one, one.layers, side)
  if (one.layers) return functional(one, one.layers)
  const call = (camelCased(one.call ?? {}) ?? {}) as Config
  const config = (camelCased(one.config ?? {}) ?? {}) as Config
  const { layer } = one
  if (config.Unserializable !== undefined) cannot(`${layer} whose options are not told`)
  const weights = weightsOf(one.weights ?? [])
  if (['MultiHeadAttention', 'GroupedQueryAttention'].includes(layer)) {
    // Scores come second; the output is the same without them.
    if ((one.output_path?.[0] ?? 0) > 0) cannot('the scores of attention')
    const options = optionsOf(layer, config)
    const inputs = one.inputs.filter(isTensor).map(arr)
    const masks = (one.input_masks ?? []).map(mask => (isTensor(mask) ? arr(mask) : null))
    const plan = attention(layer, options, weights, { call, inputs, masks })
    options.done()
    return plan
  }
  for (const name of Object.keys(call))
    if (!knownCalls.includes(name) && call[name] !== null) cannot(`${layer} called with ${name}`)
  const raw = inputsOf(one)
  const inputs = raw.map(arr)
  if (isMerge(layer)) {
    if (heedingMerges.includes(layer) && (one.input_masks ?? []).some(isTensor)) cannot(`${layer} with masks`)
    const options = optionsOf(layer, config)
    const part = merge(
      layer,
      options,
      inputs.map(({ shape }) => shape),
    )
    options.done()
    return { inputs, ...part }
  }
  const which = outputOf(one, config)
  const initial = initialOf(one, call, raw)
  const mask = isTensor(call.mask)
    ? arr(call.mask)
    : isTensor(one.input_masks?.[0])
      ? arr(one.input_masks?.[0])
      : undefined
  const isTraining = call.training === true
  if (!recurrent.includes(layer) && inputs.length > 1) cannot(`several inputs of ${layer}`)
  const [input] = inputs as [Arr]
  const heeds = mask !== undefined && heeding.includes(layer)
  const part = mapLayer(layer, which === 'final' ? { ...config, returnSequences: false } : config, weights, {
    shape: input.shape,
    side,
    name: 'layer',
    hasMask: heeds,
    isTraining,
    initial,
  })
  const isAlone = layer === 'BatchNormalization' && part.values?.layer?.gamma?.shape[0] !== 1
  return {
    inputs: heeds && recurrent.includes(layer) ? [input, mask] : [input],
    ...part,
    training: isTraining,
    isAlone,
  }
}

/** A model of one merge of its inputs; how other models are wired stands in no case. */
const functional = (one: LayerCase, layers: readonly ModelLayer[]): Plan => {
  const own = layers.filter(({ layer }) => layer !== 'InputLayer')
  const [only] = own
  if (own.length !== 1 || only === undefined || !isMerge(only.layer)) return cannot('a model whose wiring is not told')
  const inputs = inputsOf(one).map(arr)
  const options = optionsOf(only.layer, only.config)
  const part = merge(
    only.layer,
    options,
    inputs.map(({ shape }) => shape),
  )
  options.done()
  return { inputs, ...part }
}

/** The layers from a network's input to the mask of its steps. */
const maskOf = ({ layer, config }: ModelLayer): readonly joinery.Layer[] | undefined => {
  const { maskValue, maskZero } = camelCased(config) as { maskValue?: number; maskZero?: boolean }
  if (layer === 'Masking') return [make('Masking', maskValue ?? 0)]
  // An id is masked where it is 0: a step of one feature.
  return layer === 'Embedding' && maskZero ? [make('Reshape', [-1, 1]), make('Masking', 0)] : undefined
}

const isRecurrent = (layer: string): boolean => recurrent.includes(layer)
const joined = (layers: readonly joinery.Layer[]): joinery.Layer =>
  layers.length === 1 ? (layers[0] as joinery.Layer) : make('join', ...layers)

/** Layers in sequence. A mask is made anew from the network's input wherever a layer heeds it. */
const sequential = (one: LayerCase, layers: readonly ModelLayer[], side: Side): Plan => {
  const [input] = inputsOf(one).map(arr) as [Arr]
  const stored = one.weights ?? []
  const isTraining = one.call?.training === true
  let so: Part = { layers: [], values: {} }
  let mask: readonly joinery.Layer[] | undefined
  for (const [i, layer] of layers.entries()) {
    if (layer.layer === 'InputLayer') continue
    if (layer.config.stateful === true) cannot('a state carried from a call before, in a model')
    const { layers: before } = so
    const shape = shapeAfter(input.shape, before)
    const heeds = mask !== undefined && isRecurrent(layer.layer)
    if (mask && !heeds && heeding.includes(layer.layer)) cannot(`${layer.layer} with a mask`)
    const written = (layer.weights ?? []).map(weight =>
      typeof weight === 'string' ? stored.find(({ path }) => path === weight) : weight,
    )
    const part = mapLayer(layer.layer, layer.config, weightsOf(written), {
      shape,
      side,
      name: `layer-${i}`,
      hasMask: heeds,
      isTraining,
    })
    const merged = heeds
      ? [make('parallel', joined(before.length > 0 ? before : [make('Identity')]), joined(mask ?? [])), ...part.layers]
      : [...before, ...part.layers]
    so = { layers: merged, values: { ...so.values, ...part.values } }
    const made = maskOf(layer)
    if (made && before.length > 0 && !mask) cannot('a mask made within a model')
    const { returnSequences } = camelCased(layer.config) as { returnSequences?: boolean }
    mask = made ?? (isRecurrent(layer.layer) && !returnSequences ? undefined : mask)
  }
  return { inputs: [input], ...so, training: isTraining }
}

const shapeAfter = (input: readonly number[], layers: readonly joinery.Layer[]): readonly number[] => {
  if (layers.length === 0) return input
  const network = joinery.join(joinery.Input(input.slice(1)) as never, ...(layers as never[])) as joinery.Layer
  const shape = joinery.outputShape(network, [...input]) as readonly (number | null)[]
  return shape.map((d, axis) => (axis === 0 ? (input[0] as number) : (d ?? cannot('a shape within a model'))))
}

/** A case of Keras or tfjs-layers. */
export const checkLayer = async (one: Case, side: Side, engine: Engine): Promise<void> => {
  const fields = one as LayerCase
  const plan = planOf(fields, side)
  const view = fields.view ? { view: placeOf(fields.view.index) } : {}
  const { expected } = fields as unknown as { expected: unknown }
  const output = arr(Array.isArray(expected) && expected.length === 1 && isTensor(expected[0]) ? expected[0] : expected)
  await checkPlan({ ...plan, ...view }, { output, tolerance: toleranceOf(fields) }, engine)
}
