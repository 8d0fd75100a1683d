import { type Arr, arr, broadcast, filled, isTensor, reshaped } from '../array.ts'
import { camelCased, type Options } from '../options.ts'
import { make, type Plan } from '../plan.ts'
import { cannot } from '../verdict.ts'
import type { Weights } from './given.ts'

// Attention of Keras: kernels [features, heads, size], a mask for the queries, the keys, or each pair of them.

/** A mask [batch, queries, keys] that is 1 where every one of some masks is. */
const allOf = (masks: readonly Arr[], shape: readonly number[]): Arr | undefined => {
  if (masks.length === 0) return undefined
  const whole = masks.map(mask => broadcast(mask, shape))
  const { data } = filled(shape)
  return { shape, data: data.map((_, i) => (whole.every(mask => mask.data[i] !== 0) ? 1 : 0)) }
}

interface Call {
  readonly query?: unknown
  readonly value?: unknown
  readonly key?: unknown
  readonly attentionMask?: unknown
  readonly queryMask?: unknown
  readonly valueMask?: unknown
  readonly keyMask?: unknown
  readonly useCausalMask?: boolean
  readonly training?: boolean
}

const known = [
  'query',
  'value',
  'key',
  'attentionMask',
  'queryMask',
  'valueMask',
  'keyMask',
  'useCausalMask',
  'training',
  'returnAttentionScores',
]

/** Query, value and key of a case: by name or in order; what is absent is the one before. */
const inputsOf = (call: Call, inputs: readonly Arr[]): readonly [query: Arr, value: Arr, key: Arr] => {
  const rest = [...inputs]
  const next = (named: unknown): Arr | undefined => (isTensor(named) ? arr(named) : rest.shift())
  const query = next(call.query) ?? cannot('attention without a query')
  const value = next(call.value) ?? query
  return [query, value, next(call.key) ?? value]
}

/** Multi-head attention, also grouped where every query has a key of its own. */
export const attention = (
  kind: string,
  options: Options,
  weights: Weights,
  given: { readonly call: object; readonly inputs: readonly Arr[]; readonly masks: readonly (Arr | null)[] },
): Plan => {
  const call = camelCased(given.call) as Call
  for (const name of Object.keys(call)) if (!known.includes(name)) cannot(`${kind} called with ${name}`)
  if (call.training && options.read('dropout', 0) !== 0) cannot(`${kind} with dropout in training`)
  options.ignore('dropout', 'queryShape', 'keyShape', 'valueShape', 'outputShape')
  options.only('useGate', false)
  options.only('slidingWindow')
  options.only('flashAttention', false)
  options.only('attentionAxes', [1])
  const isGrouped = kind === 'GroupedQueryAttention'
  const heads = isGrouped ? options.read('numQueryHeads', 1) : options.read('numHeads', 1)
  if (isGrouped && options.read('numKeyValueHeads', heads) !== heads) cannot('attention whose queries share keys')
  const keySize = isGrouped ? options.read('headDim', 1) : options.read('keyDim', 1)
  const valueSize = isGrouped ? keySize : options.read('valueDim', keySize)
  const bias = options.read('useBias', true)
  const [query, value, key] = inputsOf(call, given.inputs)
  if ([query, value, key].some(({ shape }) => shape.length !== 3)) cannot('attention over several axes')
  const step = bias ? 2 : 1
  const matrix = (i: number): Arr => weights.all[i * step] ?? cannot(`${kind} without its weights`)
  const vector = (i: number): Arr => weights.all[i * step + 1] ?? cannot(`${kind} without its weights`)
  const outputSize = matrix(3).shape.at(-1) as number
  const [keys, values] = [heads * keySize, heads * valueSize]
  const features = ({ shape }: Arr): number => shape.at(-1) as number
  const [batch, queries] = query.shape as [number, number]
  const keyed = key.shape[1] as number
  const masks = [
    ...(call.attentionMask ? [withBatch(arr(call.attentionMask))] : []),
    ...[call.queryMask ?? given.masks[0]].flatMap(mask => (mask ? [reshaped(arr(mask), [batch, queries, 1])] : [])),
    ...[call.valueMask ?? given.masks[1], call.keyMask ?? given.masks[2]].flatMap(mask =>
      mask ? [reshaped(arr(mask), [batch, 1, keyed])] : [],
    ),
  ]
  const mask = allOf(masks, [batch, queries, keyed])
  const layer = make('MultiHeadAttention', heads, {
    name: 'layer',
    keySize,
    valueSize,
    outputSize,
    causal: call.useCausalMask ?? false,
    mask: mask !== undefined,
    ...(bias ? {} : { bias: null }),
  })
  return {
    inputs: [query, key, value, ...(mask ? [mask] : [])],
    layers: [layer],
    values: {
      layer: {
        queryWeight: reshaped(matrix(0), [features(query), keys]),
        keyWeight: reshaped(matrix(1), [features(key), keys]),
        valueWeight: reshaped(matrix(2), [features(value), values]),
        outputWeight: reshaped(matrix(3), [values, outputSize]),
        ...(bias
          ? {
              queryBias: reshaped(vector(0), [keys]),
              keyBias: reshaped(vector(1), [keys]),
              valueBias: reshaped(vector(2), [values]),
              outputBias: vector(3),
            }
          : {}),
      },
    },
  }
}

/** A mask for all examples has none. */
const withBatch = (mask: Arr): Arr => (mask.shape.length === 2 ? reshaped(mask, [1, ...mask.shape]) : mask)
