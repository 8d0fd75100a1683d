import { right } from 'fp-ts/lib/Either.js'
import type { Flow } from '../base/shape.ts'
import { type DecodeOption, undecodable } from '../core/decoding.ts'
import type { Decoding, Mode } from '../core/layer.ts'
import { countUp } from '../ops/counting.ts'
import {
  type AttentionVariables,
  attention,
  finiteParts,
  type NormalAttention,
  outputOf,
  type Parts,
  partsOf,
  projected,
  type Role,
  swapped,
} from './attention-heads.ts'
import { placesFrom, written } from './places.ts'

// A sequence that is read part by part: keys and values are kept, keys as attention takes them, [batch, heads, size, keys].

const inference: Mode = { training: false, key: undefined }

const causal = {
  expected: 'causal attention of a sequence to itself, or attention to inputs without its steps',
  remedy: 'Make it causal: MultiHeadAttention(4, { causal: true }).',
} as const
const unmasked = {
  expected: 'attention of a sequence without a mask, or to inputs without its steps, with a mask [batch, keys]',
  remedy: 'Leave the mask of the sequence out: sequences that are read together have as many steps.',
} as const

/** Whether a sequence attends to inputs without its steps, such as the output of an encoder. */
const readsMemory = (options: NormalAttention, inputs: Flow, steps: readonly boolean[]): boolean => {
  const { query = false, key, value, mask = false } = partsOf(options, steps) ?? {}
  const isOfKeys = !options.mask || (inputs.at(-1)?.length ?? 2) === 2
  return query && key === false && value === false && mask === false && isOfKeys && !options.causal
}

/** Attention to inputs that are the same for every part: their keys and values are computed once. */
const ofMemory = (options: NormalAttention): Decoding => ({
  start: (ops, variables, inputs) => {
    type T = (typeof variables)[string]
    const own = variables as AttentionVariables<T>
    const [, ...others] = inputs as readonly T[]
    const parts = partsOf(options, [others[0] as T, ...others]) as Parts<T>
    const { key, value } = finiteParts(ops, parts)
    return {
      keys: swapped(ops, projected(options, ops, key, own, 'key')),
      values: projected(options, ops, value, own, 'value'),
    }
  },
  step: (ops, variables, inputs, kept) => {
    type T = (typeof variables)[string]
    const own = variables as AttentionVariables<T>
    const { query, mask } = partsOf(options, inputs) as Parts<T>
    const q = projected(options, ops, query, own, 'query')
    const weights = attention(ops, q, kept.keys as T, { mask }, options, inference)
    return [outputOf(options, ops, ops.matmul(weights, kept.values as T), own), kept]
  },
})

/** Causal attention to itself: the keys and values of new steps are written behind those before. */
const ofItself = (options: NormalAttention): Decoding => ({
  start: (ops, variables, _, { batch, capacity }) => {
    const { heads } = options
    const sizeIn = (name: Role) =>
      (ops.shape((variables as AttentionVariables<(typeof variables)[string]>)[`${name}Weight`])[1] as number) / heads
    return {
      keys: ops.constant(0, [batch, heads, sizeIn('key'), capacity]),
      values: ops.constant(0, [batch, heads, capacity, sizeIn('value')]),
    }
  },
  step: (ops, variables, inputs, kept, { position, capacity }) => {
    type T = typeof position
    const own = variables as AttentionVariables<T>
    const { query, key, value } = partsOf(options, inputs) as Parts<T>
    const q = projected(options, ops, query, own, 'query')
    const k = swapped(ops, projected(options, ops, key, own, 'key'))
    const v = projected(options, ops, value, own, 'value')
    const keys = written(ops, kept.keys as T, k, 3, position)
    const values = written(ops, kept.values as T, v, 2, position)
    const queries = ops.shape(q)[2] as number
    const after = placesFrom(ops, ops.add(position, ops.constant(1)), queries)
    const before = ops.greater(
      ops.reshape(after, [1, 1, queries, 1]),
      ops.reshape(countUp(ops, capacity), [1, 1, 1, capacity]),
    )
    const weights = attention(ops, q, keys, { mask: undefined, before }, options, inference)
    return [outputOf(options, ops, ops.matmul(weights, values), own), { keys, values }]
  },
})

/** Attention of a sequence to itself, or to what is the same for every part. */
export const decodeAttention: Exclude<DecodeOption<NormalAttention>, string> = (options, inputs, steps) => {
  if (readsMemory(options, inputs, steps)) return right(ofMemory(options))
  return steps.every(Boolean) && !options.mask && options.causal
    ? right(ofItself(options))
    : undecodable(inputs, options.mask ? unmasked : causal)
}
