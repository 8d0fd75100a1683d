import type { Limited, LimitedOrNull } from '../base/limits.ts'
import type { ParameterSource } from '../base/parameters.ts'
import type { SameSize } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { NameOption } from '../core/define.ts'
import type { Expectation, RefusesAll } from '../core/expects.ts'
import type { Divide, IsDivisible, Multiply } from '../type-arithmetic/digits.ts'

// The types of attention: the role of each input, and the sizes that follow.

export const callee = { kind: 'MultiHeadAttention', example: 'MultiHeadAttention(4, { keySize: 16 })' } as const
/** What a size of `null` is. */
export const fromQuery = 'what the query says'
type SizeWithin<N extends number | null, Option extends string> = LimitedOrNull<
  N,
  'count',
  typeof callee,
  Option,
  typeof fromQuery
>

/** The options of `MultiHeadAttention`. */
export interface MultiHeadAttentionOptions<
  K extends number | null = number | null,
  V extends number | null = number | null,
  O extends number | null = number | null,
  B extends ParameterSource | null = ParameterSource | null,
  Mask extends boolean = boolean,
  Name extends string = string,
  Dropped extends number = number,
> extends NameOption<Name> {
  /** The features of each head's queries and keys. Default, or `null`: the features of the query / heads. */
  readonly keySize?: SizeWithin<K, 'keySize'>
  /** The features of each head's values. Default, or `null`: `keySize`. */
  readonly valueSize?: SizeWithin<V, 'valueSize'>
  /** The number of output features. Default, or `null`: those of the query. */
  readonly outputSize?: SizeWithin<O, 'outputSize'>
  /** Whether queries attend only to keys at their own or earlier positions. Default: false. */
  readonly causal?: boolean
  /**
   * Whether the last input is a mask: 0 for keys to ignore. Its shape is [batch, keys], [batch, queries, keys] or
   * [batch, heads or 1, queries, keys]. For a query without keys, the result of attention is 0, to which the output's
   * weight and bias are applied. Default: false.
   */
  readonly mask?: Mask
  /** The dropout rate of the attention weights. Default: 0. */
  readonly dropout?: Limited<Dropped, 'partBelow1', typeof callee, 'dropout'>
  /** The initial weight of the queries. Default: `xavierUniform({ gain: 2 })`, as for the other weights. */
  readonly queryWeight?: ParameterSource
  /** The initial weight of the keys. */
  readonly keyWeight?: ParameterSource
  /** The initial weight of the values. */
  readonly valueWeight?: ParameterSource
  /** The initial weight of the output. */
  readonly outputWeight?: ParameterSource
  /** The initial value of all four biases, or `null` for none. Default: 0. */
  readonly bias?: B
}

// What attention expects of its inputs.

export const roles = {
  expected: 'one to three inputs{more}',
  remedy: 'Give a sequence, or query and key, or query, key and value; with mask: true, a mask after them.',
} as const
export const sequences = {
  expected: '3-dimensional inputs [batch, time, features]',
  remedy: 'Give the Input two dimensions, [time, features].',
} as const
export const pairs = {
  expected: 'as many keys as values',
  remedy: 'Every key has one value.',
} as const
export const divided = {
  expected: 'features divisible by {heads} heads',
  remedy: 'Use another number of heads, or give keySize.',
} as const
export const maskOfKeys = {
  expected: 'a mask [batch, keys], [batch, queries, keys] or [batch, heads, queries, keys]',
  remedy: 'Masking() makes one of a sequence of keys.',
} as const

type Flat = readonly unknown[]
/** [query, key, value] of the inputs. */
export type Roles<I, Mask> = I extends readonly [Flat, ...Flat[]]
  ? Mask extends true
    ? I extends readonly [...infer R extends Flat[], Flat]
      ? Three<R>
      : never
    : Three<I>
  : number[] extends I
    ? [number[], number[], number[]]
    : Mask extends true
      ? never
      : [I, I, I]
type Three<R extends readonly unknown[]> = R extends readonly [infer Q]
  ? [Q, Q, Q]
  : R extends readonly [infer Q, infer K]
    ? [Q, K, K]
    : R extends readonly [unknown, unknown, unknown]
      ? R
      : never
type Last<S> = S extends readonly [unknown, unknown, infer F extends number] ? F : number
type OrElse<Size, Default extends number> = Size extends number ? Size : Default
type PerHead<F extends number, H extends number> = Divide<F, H> extends [infer Q extends number, unknown] ? Q : number
type KeySize<R, H extends number, K> = R extends readonly [infer Q, unknown, unknown]
  ? K extends number
    ? K
    : PerHead<Last<Q>, H>
  : number
type InputFeatures<R, N extends 0 | 1 | 2> = R extends readonly [unknown, unknown, unknown] ? Last<R[N]> : number

/** The output shape; `R` are the roles of the inputs. */
export type Attended<R, H extends number, K, O, I, Mask> = [R] extends [never]
  ? Refused<typeof roles, I, { more: Mask extends true ? ' and a mask' : '' }>
  : R extends readonly [infer Q, infer Keys, infer Values]
    ? number[] extends Q
      ? [number, number, OrElse<O, number>]
      : Q extends readonly [infer B, infer T, infer F extends number]
        ? false extends AreSequences<Keys | Values>
          ? Refused<typeof sequences, I>
          : SameSize<StepsOf<Keys>, StepsOf<Values>> extends false
            ? Refused<typeof pairs, I>
            : (K extends number ? true : IsDivisible<F, H>) extends true
              ? (Mask extends true ? MaskFits<I, H, T, Keys> : true) extends true
                ? [B, T, OrElse<O, F>]
                : Refused<typeof maskOfKeys, I>
              : Refused<typeof divided, I, { heads: H }>
        : Refused<typeof sequences, I>
    : never
type AreSequences<S> = S extends readonly [unknown, unknown, unknown] ? true : number[] extends S ? true : false
/** Whether the last input is a mask for queries of `T` steps and these keys. */
type MaskFits<I, H, T, Keys> = I extends readonly [...unknown[], infer M]
  ? Keys extends readonly [unknown, infer Steps, unknown]
    ? number[] extends M
      ? true
      : M extends readonly [unknown, infer A]
        ? Fits<A, Steps>
        : M extends readonly [unknown, infer A, infer B]
          ? Both<Fits<A, T>, Fits<B, Steps>>
          : M extends readonly [unknown, infer A, infer B, infer C]
            ? Both<Fits<A, H>, Both<Fits<B, T>, Fits<C, Steps>>>
            : false
    : true
  : true
/** Whether a dimension of a mask broadcasts to that of the scores. */
type Fits<A, B> = A extends 1 ? true : SameSize<A, B>
type Both<A, B> = A extends true ? B : false
type Refused<E extends Expectation, I, Fields = unknown> = RefusesAll<'MultiHeadAttention', E, I, Fields>
type StepsOf<S> = S extends readonly [unknown, infer Steps, unknown] ? Steps : number

type AttentionWeights<R, HK extends number, HV extends number, O extends number> = {
  readonly queryWeight: Tensor<[InputFeatures<R, 0>, HK]>
  readonly keyWeight: Tensor<[InputFeatures<R, 1>, HK]>
  readonly valueWeight: Tensor<[InputFeatures<R, 2>, HV]>
  readonly outputWeight: Tensor<[HV, O]>
}
type AttentionBiases<HK extends number, HV extends number, O extends number> = {
  readonly queryBias: Tensor<[HK]>
  readonly keyBias: Tensor<[HK]>
  readonly valueBias: Tensor<[HV]>
  readonly outputBias: Tensor<[O]>
}
export type AttentionParams<R, H extends number, K, V, O, B> = ParamsBySize<
  R,
  Multiply<H, KeySize<R, H, K>>,
  Multiply<H, OrElse<V, KeySize<R, H, K>>>,
  OrElse<O, InputFeatures<R, 0>>,
  B
>
type ParamsBySize<R, HK extends number, HV extends number, O extends number, B> = [B] extends [null]
  ? AttentionWeights<R, HK, HV, O>
  : AttentionWeights<R, HK, HV, O> & AttentionBiases<HK, HV, O>
