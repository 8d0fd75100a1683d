import { type Either, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Within } from '../base/limits.ts'
import { boolean, integer, optionalParameter, orNull, type ParsedOptions, parameter } from '../base/options.ts'
import type { ParameterSource } from '../base/parameters.ts'
import { type Flow, type Shape, sizeOf } from '../base/shape.ts'
import { defineLayer, type Leaf } from '../core/define.ts'
import { refusalOfAll } from '../core/expects.ts'
import type { Mode } from '../core/layer.ts'
import type { Argument, InitialOf, Limits, NameOf, OptionOf, Takes } from '../core/notated.ts'
import type { VariableRule } from '../core/variables.ts'
import { xavierUniform } from '../initializers/index.ts'
import { leastFloat, type Ops } from '../ops/ops.ts'
import {
  type Attended,
  type AttentionParams,
  callee,
  divided,
  fromQuery,
  type MultiHeadAttentionOptions,
  maskOfKeys,
  pairs,
  type Roles,
  roles,
  sequences,
} from './attention-types.ts'
import { knownDimensions } from './known.ts'
import { finiteWhereMasked } from './masking.ts'
import { dropped, droppedPart } from './stochastic.ts'

interface Normal extends ParsedOptions<MultiHeadAttentionOptions> {
  readonly heads: number
}

/**
 * The type of {@link MultiHeadAttention}: a sequence, or [query, key and value], or [query, key, value] →
 * [batch, query steps, features].
 */
export interface MultiHeadAttention<
  Heads extends number,
  K = null,
  V = null,
  O = null,
  B = number,
  Mask = false,
  Name extends string = 'multi-head-attention-{}',
> extends Leaf<Name>,
    Normal {
  readonly kind: 'MultiHeadAttention'
  readonly heads: Heads
  readonly ' out': Attended<Roles<this[' in'], Mask>, Heads, K, O, this[' in'], Mask>
  readonly ' params': AttentionParams<Roles<this[' in'], Mask>, Heads, K, V, O, B>
}

interface MultiHeadAttentionRow
  extends Takes<
    readonly [number],
    MultiHeadAttentionOptions,
    Limits<'count', { keySize: 'count'; valueSize: 'count'; outputSize: 'count'; dropout: 'partBelow1' }, string>
  > {
  readonly ' made': MultiHeadAttention<
    Argument<this[' given'], 0, number>,
    OptionOf<this[' options'], 'keySize', null>,
    OptionOf<this[' options'], 'valueSize', null>,
    OptionOf<this[' options'], 'outputSize', null>,
    InitialOf<this[' options'], 'bias'>,
    OptionOf<this[' options'], 'mask', false>,
    NameOf<this[' options'], 'multi-head-attention-{}'>
  >
}
/** The constructor of {@link MultiHeadAttention}. */
export interface MultiHeadAttentionConstructor {
  readonly ' row'?: MultiHeadAttentionRow
  <
    const Heads extends number,
    const K extends number | null = null,
    const V extends number | null = null,
    const O extends number | null = null,
    B extends ParameterSource | null = number,
    const Mask extends boolean = false,
    const Name extends string = 'multi-head-attention-{}',
    const Dropped extends number = number,
  >(
    heads: Within<Heads, 'count', typeof callee, 'heads'> & Heads,
    options?: MultiHeadAttentionOptions<K, V, O, B, Mask, Name, Dropped>,
  ): MultiHeadAttention<Heads, K, V, O, B, Mask, Name>
}

interface Parts<X> {
  readonly query: X
  readonly key: X
  readonly value: X
  readonly mask: X | undefined
}

/** The inputs by role; `undefined` if there are too few or too many. */
const partsOf = <X>({ mask }: Normal, inputs: readonly X[]): Parts<X> | undefined => {
  const given = mask ? inputs.slice(0, -1) : inputs
  if (given.length < 1 || given.length > 3) return undefined
  const [query, key = query, value = key] = given as [X, X?, X?]
  return { query, key, value, mask: mask ? inputs.at(-1) : undefined } as Parts<X>
}

/** The features of each head's queries and keys; `null` if those of the query are unknown. */
const keySizeOf = ({ keySize, heads }: Normal, query: Shape | null): number | null => {
  const features = query?.[2] ?? null
  return keySize ?? (features === null ? null : features / heads)
}

/** Whether a mask broadcasts to a shape, as far as dimensions are known. */
const agree = (mask: Shape, wanted: Shape): boolean =>
  mask.length === wanted.length &&
  mask.every((d, i) => d === null || (wanted[i] ?? null) === null || d === wanted[i] || (i > 0 && d === 1))

const maskFits = ({ heads }: Normal, mask: Shape, query: Shape, key: Shape): boolean => {
  const [batch = null, queries = null] = query
  const keys = key[1] ?? null
  return [
    [batch, keys],
    [batch, queries, keys],
    [batch, heads, queries, keys],
  ].some(wanted => agree(mask, wanted))
}

const attendedShape = (options: Normal, inputs: Flow): Either<Fault, Shape | null> => {
  const { heads, outputSize } = options
  // A single input of unknown rank may still be several inputs.
  if (inputs.length === 1 && inputs[0] === null) return right([null, null, outputSize])
  const parts = partsOf(options, inputs)
  if (parts === undefined) return refusalOfAll(roles, inputs, { more: options.mask ? ' and a mask' : '' })
  const { query, key, value, mask } = parts
  if ([query, key, value].some(input => input !== null && input.length !== 3)) return refusalOfAll(sequences, inputs)
  const [keys, values] = [key?.[1] ?? null, value?.[1] ?? null]
  if (keys !== null && values !== null && keys !== values) return refusalOfAll(pairs, inputs)
  if (!Number.isInteger(keySizeOf(options, query) ?? 1)) return refusalOfAll(divided, inputs, { heads })
  if (mask && query && key && !maskFits(options, mask, query, key)) return refusalOfAll(maskOfKeys, inputs)
  return right([query?.[0] ?? null, query?.[1] ?? null, outputSize ?? query?.[2] ?? null])
}

const knownFeatures = {
  expected: 'a known number of features of every input',
  remedy: 'Start the network with Inputs whose features are given, such as Input([20, 8]).',
} as const

type Sizes = {
  readonly query: number
  readonly key: number
  readonly value: number
  readonly keys: number
  readonly values: number
  readonly output: number
}
type Rule = (options: Normal, input: Shape | null, others: Flow) => Either<Fault, VariableRule | null>

/** The rule of a variable whose shape depends on the sizes. */
const bySizes =
  (rule: (sizes: Sizes, options: Normal) => VariableRule | null): Rule =>
  (options, input, others) => {
    const parts = partsOf(options, [input, ...others])
    const [query, key, value] = [parts?.query, parts?.key, parts?.value].map(shape => shape?.[2] ?? null)
    const keySize = keySizeOf(options, parts?.query ?? null)
    if (query == null || key == null || value == null || keySize === null)
      return refusalOfAll(knownFeatures, [input, ...others])
    const { heads, valueSize, outputSize } = options
    const sizes = { keys: heads * keySize, values: heads * (valueSize ?? keySize), output: outputSize ?? query }
    return right(rule({ query, key, value, ...sizes }, options))
  }
const weightOf = (
  name: 'queryWeight' | 'keyWeight' | 'valueWeight' | 'outputWeight',
  from: keyof Sizes,
  to: keyof Sizes,
): Rule => bySizes((sizes, options) => ({ shape: [sizes[from], sizes[to]], initial: options[name] }))
const biasOf = (size: keyof Sizes): Rule =>
  bySizes((sizes, { bias }) => (bias === null ? null : { shape: [sizes[size]], initial: bias }))

const size = orNull(integer(1), fromQuery)
const weight = { codec: parameter, default: xavierUniform({ gain: 2 }) }

/** `x W + b` at every step, split into heads: [batch, heads, time, size]. */
const inHeads = <T>(ops: Ops<T>, x: T, weight: T, bias: T | null, heads: number): T => {
  const [batch = null, , features = null] = ops.shape(x)
  const [time = 0] = knownDimensions('MultiHeadAttention', ops.shape(x), [1])
  const rows = ops.matmul(ops.reshape(x, [sizeOf([batch, time]), features]), weight)
  const columns = ops.shape(weight)[1] as number
  const all = ops.reshape(bias === null ? rows : ops.add(rows, bias), [batch, time, heads, columns / heads])
  return ops.transpose(all, [0, 2, 1, 3])
}

/** The causal mask: 1 for keys at the query's position or before. */
const triangle = <T>(ops: Ops<T>, queries: number, keys: number): T => {
  const values = Float32Array.from({ length: queries * keys }, (_, i) => (i % keys <= Math.floor(i / keys) ? 1 : 0))
  return ops.constant(values, [1, 1, queries, keys])
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
const finiteParts = <T>(ops: Ops<T>, { query, key, value, mask }: Parts<T>): Parts<T> => {
  if (mask === undefined) return { query, key, value, mask }
  const seen = attendable(ops, mask)
  const finiteKey = finiteWhereMasked(ops, key, seen)
  const other = (x: T): T => (x === key ? finiteKey : finiteWhereMasked(ops, x, seen))
  return { query: query === key ? finiteKey : query, key: finiteKey, value: other(value), mask }
}

/** The attention weights: [batch, heads, queries, keys], whose rows sum to 1. */
const attention = <T>(
  ops: Ops<T>,
  query: T,
  key: T,
  mask: T | undefined,
  { causal, dropout }: Normal,
  mode: Mode,
): T => {
  const [, , queries = 0, size = 1] = ops.shape(query) as readonly number[]
  const keys = ops.shape(key)[2] as number
  const scores = ops.multiply(ops.matmul(query, ops.transpose(key, [0, 1, 3, 2])), ops.constant(1 / Math.sqrt(size)))
  const before = causal ? triangle(ops, queries, keys) : undefined
  const given = mask === undefined ? undefined : broadened(ops, mask)
  const allowed = before && given ? ops.multiply(given, before) : (before ?? given)
  // No allowed score is lower than a masked one.
  const weights = ops.softmax(allowed === undefined ? scores : ops.where(allowed, scores, ops.constant(leastFloat)))
  // If a mask leaves a query no key, all scores are equal, and softmax would attend to every key.
  const kept = given && allowed ? ops.where(allowed, weights, ops.constant(0)) : weights
  return dropped('MultiHeadAttention', ops, kept, dropout, mode)
}

/**
 * Attention of several heads (Vaswani et al. 2017). Each head projects queries, keys and values; each query gets the
 * mean of the values, weighted by the similarity of its key:
 *
 * `softmax(Q Kᵀ / sqrt(keySize)) V`
 *
 * The concatenated results of the heads are projected to the output.
 *
 * One input attends to itself. Two inputs are the queries, and the keys and values; three are queries, keys and values.
 * With `mask: true`, the last input is a mask.
 *
 * Shape: [batch, steps, features], or queries, keys (and values) → [batch, query steps, features].
 *
 * Variables: `queryWeight` [query features, heads · keySize], `keyWeight` [key features, heads · keySize],
 * `valueWeight` [value features, heads · valueSize], `outputWeight` [heads · valueSize, outputSize] and, unless they
 * are `null`, `queryBias`, `keyBias`, `valueBias` and `outputBias`. The columns of a head are adjacent.
 *
 * @param heads the number of heads
 * @throws InvalidOption if an option is invalid, or in training without a key, with dropout
 * @throws LayerConnectionError, from `join`, if inputs are not 3-dimensional, there are not as many keys as values, or
 *   the heads do not divide the features and there is no `keySize`
 * @throws WeightInitializationError, from `init`, if a number of features is unknown
 * @category Attention
 * @see `MultiHeadAttention` in Keras; `MultiheadAttention` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([20, 16]), MultiHeadAttention(4, { causal: true }))
 * String(network) // (?, 20, 16) -> [... 2 layers ...] -> (?, 20, 16)
 * ```
 */
export const MultiHeadAttention: MultiHeadAttentionConstructor = defineLayer({
  ...callee,
  positional: ['heads'],
  options: {
    heads: { codec: integer(1) },
    keySize: { codec: size, default: null },
    valueSize: { codec: size, default: null },
    outputSize: { codec: size, default: null },
    causal: { codec: boolean, default: false },
    mask: { codec: boolean, default: false },
    dropout: { codec: droppedPart, default: 0 },
    queryWeight: weight,
    keyWeight: weight,
    valueWeight: weight,
    outputWeight: weight,
    bias: { codec: optionalParameter, default: 0 },
  },
  inputs: () => 'any',
  shape: (options: Normal, input, others) => attendedShape(options, [input, ...others]),
  variables: {
    queryWeight: weightOf('queryWeight', 'query', 'keys'),
    keyWeight: weightOf('keyWeight', 'key', 'keys'),
    valueWeight: weightOf('valueWeight', 'value', 'values'),
    outputWeight: weightOf('outputWeight', 'values', 'output'),
    queryBias: biasOf('keys'),
    keyBias: biasOf('keys'),
    valueBias: biasOf('values'),
    outputBias: biasOf('output'),
  },
  forward: (options: Normal, ops, x, variables, mode, others) => {
    const { heads, bias } = options
    const { query, key, value, mask } = finiteParts(ops, partsOf(options, [x, ...others]) as Parts<typeof x>)
    const own = (b: typeof x) => (bias === null ? null : b)
    const q = inHeads(ops, query, variables.queryWeight, own(variables.queryBias), heads)
    const k = inHeads(ops, key, variables.keyWeight, own(variables.keyBias), heads)
    const v = inHeads(ops, value, variables.valueWeight, own(variables.valueBias), heads)
    const means = ops.transpose(ops.matmul(attention(ops, q, k, mask, options, mode), v), [0, 2, 1, 3])
    const [batch = null, time = null] = ops.shape(means)
    const rows = ops.reshape(means, [sizeOf([batch, time]), ops.shape(variables.outputWeight)[0] ?? null])
    const mapped = ops.matmul(rows, variables.outputWeight)
    const y = bias === null ? mapped : ops.add(mapped, variables.outputBias)
    return [ops.reshape(y, [batch, time, ops.shape(y)[1] ?? null]), {}]
  },
})
