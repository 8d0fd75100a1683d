import { type Either, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Within } from '../base/limits.ts'
import { boolean, integer, optionalParameter, orNull, parameter } from '../base/options.ts'
import type { ParameterSource } from '../base/parameters.ts'
import type { Flow, Shape } from '../base/shape.ts'
import { defineLayer, type Leaf } from '../core/define.ts'
import { refusalOfAll } from '../core/expects.ts'
import type { Mode } from '../core/layer.ts'
import type { Argument, InitialOf, Limits, NameOf, OptionOf, Takes } from '../core/notated.ts'
import type { VariableRule } from '../core/variables.ts'
import { xavierUniform } from '../initializers/index.ts'
import type { Ops } from '../ops/ops.ts'
import { decodeAttention } from './attention-decoding.ts'
import {
  type AttentionVariables,
  attention,
  finiteParts,
  type NormalAttention,
  outputOf,
  type Parts,
  partsOf,
  projected,
  swapped,
} from './attention-heads.ts'
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
import { droppedPart } from './stochastic.ts'

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
    NormalAttention {
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
    /** the number of heads */
    heads: Within<Heads, 'count', typeof callee, 'heads'> & Heads,
    /** the sizes of keys, values and output, the mask, the dropout rate, the initial values, and the name */
    options?: MultiHeadAttentionOptions<K, V, O, B, Mask, Name, Dropped>,
  ): MultiHeadAttention<Heads, K, V, O, B, Mask, Name>
}

/** The features of each head's queries and keys; `null` if those of the query are unknown. */
const keySizeOf = ({ keySize, heads }: NormalAttention, query: Shape | null): number | null => {
  const features = query?.[2] ?? null
  return keySize ?? (features === null ? null : features / heads)
}

/** Whether a mask broadcasts to a shape, as far as dimensions are known. */
const agree = (mask: Shape, wanted: Shape): boolean =>
  mask.length === wanted.length &&
  mask.every((d, i) => d === null || (wanted[i] ?? null) === null || d === wanted[i] || (i > 0 && d === 1))

const maskFits = ({ heads }: NormalAttention, mask: Shape, query: Shape, key: Shape): boolean => {
  const [batch = null, queries = null] = query
  const keys = key[1] ?? null
  return [
    [batch, keys],
    [batch, queries, keys],
    [batch, heads, queries, keys],
  ].some(wanted => agree(mask, wanted))
}

const attendedShape = (options: NormalAttention, inputs: Flow): Either<Fault, Shape | null> => {
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
type Rule = (options: NormalAttention, input: Shape | null, others: Flow) => Either<Fault, VariableRule | null>

/** The rule of a variable whose shape depends on the sizes. */
const bySizes =
  (rule: (sizes: Sizes, options: NormalAttention) => VariableRule | null): Rule =>
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

/** The causal mask: 1 for keys at the query's position or before. */
const triangle = <T>(ops: Ops<T>, queries: number, keys: number): T => {
  const values = Float32Array.from({ length: queries * keys }, (_, i) => (i % keys <= Math.floor(i / keys) ? 1 : 0))
  return ops.constant(values, [1, 1, queries, keys])
}

/**
 * The attention weights of the heads, [batch, heads, queries, keys], and the values that they weigh,
 * [batch, heads, keys, size].
 */
export const weighted = <T>(
  options: NormalAttention,
  ops: Ops<T>,
  inputs: readonly T[],
  variables: AttentionVariables<T>,
  mode: Mode,
): readonly [weights: T, values: T] => {
  const { query, key, value, mask } = finiteParts(ops, partsOf(options, inputs) as Parts<T>)
  const q = projected(options, ops, query, variables, 'query')
  const k = projected(options, ops, key, variables, 'key')
  const v = projected(options, ops, value, variables, 'value')
  const [, , queries = 0] = ops.shape(q) as readonly number[]
  const before = options.causal ? triangle(ops, queries, ops.shape(k)[2] as number) : undefined
  return [attention(ops, q, swapped(ops, k), { mask, before }, options, mode), v]
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
 * @param options the sizes of keys, values and output, the mask, the dropout rate, the initial values, and the name
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
  shape: (options: NormalAttention, input, others) => attendedShape(options, [input, ...others]),
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
  decode: decodeAttention,
  forward: (options: NormalAttention, ops, x, variables, mode, others) => {
    const [weights, values] = weighted(options, ops, [x, ...others], variables, mode)
    return [outputOf(options, ops, ops.matmul(weights, values), variables), {}]
  },
})
