import type { ParsedOptions } from '../base/options.ts'
import { sizeOf } from '../base/shape.ts'
import type { Mode } from '../core/layer.ts'
import { leastFloat, type Ops } from '../ops/ops.ts'
import type { MultiHeadAttentionOptions } from './attention-types.ts'
import { knownDimensions } from './known.ts'
import { finiteWhereMasked } from './masking.ts'
import { dropped } from './stochastic.ts'

// The mathematics of attention: inputs by role, projections to heads, weights, and the output.

export interface NormalAttention extends ParsedOptions<MultiHeadAttentionOptions> {
  readonly heads: number
}

export interface Parts<X> {
  readonly query: X
  readonly key: X
  readonly value: X
  readonly mask: X | undefined
}

/** The inputs by role; `undefined` if there are too few or too many. */
export const partsOf = <X>({ mask }: NormalAttention, inputs: readonly X[]): Parts<X> | undefined => {
  const given = mask ? inputs.slice(0, -1) : inputs
  if (given.length < 1 || given.length > 3) return undefined
  const [query, key = query, value = key] = given as [X, X?, X?]
  return { query, key, value, mask: mask ? inputs.at(-1) : undefined } as Parts<X>
}

/** `x W + b` at every step, split into heads: [batch, heads, time, size]. */
const inHeads = <T>(ops: Ops<T>, x: T, weight: T, bias: T | null, heads: number): T => {
  const [batch = null, , features = null] = ops.shape(x)
  const [time = 0] = knownDimensions('MultiHeadAttention', ops.shape(x), [1])
  const rows = ops.matmul(ops.reshape(x, [sizeOf([batch, time]), features]), weight)
  const columns = ops.shape(weight)[1] as number
  const all = ops.reshape(bias === null ? rows : ops.add(rows, bias), [batch, time, heads, columns / heads])
  return ops.transpose(all, [0, 2, 1, 3])
}

/** A mask reshaped to broadcast over the scores [batch, heads, queries, keys]. */
const broadened = <T>(ops: Ops<T>, mask: T): T => {
  const shape = ops.shape(mask)
  const [batch = null, ...rest] = shape
  if (shape.length === 2) return ops.reshape(mask, [batch, 1, 1, ...rest])
  return shape.length === 3 ? ops.reshape(mask, [batch, 1, ...rest]) : mask
}

/** Which keys any query of any head may attend to: [batch, keys, 1]. */
const attendable = <T>(ops: Ops<T>, mask: T): T => {
  const shape = ops.shape(mask)
  const between = shape.map((_, axis) => axis).slice(1, -1)
  const seen = between.length > 0 ? ops.max(ops.abs(mask), between) : mask
  return ops.reshape(seen, [shape[0] ?? null, shape.at(-1) ?? null, 1])
}

/** The inputs with finite values at keys that no query may attend to; in self-attention, at those queries too. */
export const finiteParts = <T>(ops: Ops<T>, { query, key, value, mask }: Parts<T>): Parts<T> => {
  if (mask === undefined) return { query, key, value, mask }
  const seen = attendable(ops, mask)
  const finiteKey = finiteWhereMasked(ops, key, seen)
  const other = (x: T): T => (x === key ? finiteKey : finiteWhereMasked(ops, x, seen))
  return { query: query === key ? finiteKey : query, key: finiteKey, value: other(value), mask }
}

/**
 * The attention weights: [batch, heads, queries, keys], whose rows sum to 1.
 *
 * @param keys [batch, heads, size, keys]
 * @param before 1 for keys at the query's position or before, if attention is causal
 */
export const attention = <T>(
  ops: Ops<T>,
  query: T,
  keys: T,
  { mask, before }: { readonly mask: T | undefined; readonly before?: T | undefined },
  { dropout }: NormalAttention,
  mode: Mode,
): T => {
  const size = ops.shape(query)[3] as number
  const scores = ops.multiply(ops.matmul(query, keys), ops.constant(1 / Math.sqrt(size)))
  const given = mask === undefined ? undefined : broadened(ops, mask)
  const allowed = before && given ? ops.multiply(given, before) : (before ?? given)
  // No allowed score is lower than a masked one.
  const weights = ops.softmax(allowed === undefined ? scores : ops.where(allowed, scores, ops.constant(leastFloat)))
  // If a mask leaves a query no key, all scores are equal, and softmax would attend to every key.
  const kept = given && allowed ? ops.where(allowed, weights, ops.constant(0)) : weights
  return dropped('MultiHeadAttention', ops, kept, dropout, mode)
}

export type Role = 'query' | 'key' | 'value'
export type AttentionVariables<T> = { readonly [_ in `${Role | 'output'}${'Weight' | 'Bias'}`]: T }

/** The queries, keys or values of all heads: [batch, heads, time, size]. */
export const projected = <T>(
  { heads, bias }: NormalAttention,
  ops: Ops<T>,
  x: T,
  variables: AttentionVariables<T>,
  role: Role,
): T => inHeads(ops, x, variables[`${role}Weight`], bias === null ? null : variables[`${role}Bias`], heads)

/** The last two axes swapped. */
export const swapped = <T>(ops: Ops<T>, x: T): T => ops.transpose(x, [0, 1, 3, 2])

/** The output, of the weighted means of all heads: [batch, heads, time, size]. */
export const outputOf = <T>(
  { bias }: NormalAttention,
  ops: Ops<T>,
  means: T,
  { outputWeight, outputBias }: AttentionVariables<T>,
): T => {
  const beside = ops.transpose(means, [0, 2, 1, 3])
  const [batch = null, time = null] = ops.shape(beside)
  const rows = ops.reshape(beside, [sizeOf([batch, time]), ops.shape(outputWeight)[0] ?? null])
  const mapped = ops.matmul(rows, outputWeight)
  const y = bias === null ? mapped : ops.add(mapped, outputBias)
  return ops.reshape(y, [batch, time, ops.shape(y)[1] ?? null])
}
