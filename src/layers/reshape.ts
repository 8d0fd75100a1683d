import { type Either, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import type { LimitedBy, RefusesNumber, RestTwice } from '../base/limits.ts'
import { integer, listOf } from '../base/options.ts'
import { type RefusedMany, type Shape, type Show, showShape, sizeOf } from '../base/shape.ts'
import { defineLayer, type Elsewhere, type NameOption, type Plain } from '../core/define.ts'
import { type Refuses, refusal } from '../core/expects.ts'
import type { Limits, NameOf, Row, Together, With, WrongArguments } from '../core/notated.ts'
import type { Divide, Product } from '../type-arithmetic/digits.ts'

/** The type of {@link Reshape}: [batch, ...any] → [batch, ...To], with a -1 inferred. */
export interface Reshape<To extends readonly number[], Name extends string> extends Plain<Name> {
  readonly kind: 'Reshape'
  readonly ' ids': 'passes'
  readonly shape: To
  readonly ' out': Reshaped<this[' in'], To>
}
type Reshaped<I, To extends readonly number[]> = number extends To['length']
  ? number[]
  : number[] extends I
    ? [number, ...Replace<To, number>]
    : I extends readonly [infer B extends number, ...infer F]
      ? To extends readonly [-1]
        ? [B, Product<F>]
        : -1 extends To[number]
          ? Infer<I, B, Cancel<F, To>, To>
          : Exactly<I, B, Product<F>, Product<To>, To>
      : RefusedMany<'Reshape', I>
type Exactly<I, B, Has extends number, Wants extends number, To extends readonly number[]> = number extends Has | Wants
  ? [B, ...To]
  : Has extends Wants
    ? [B, ...To]
    : Unfit<I, Has, To>
type Infer<I, B, Left, To extends readonly number[]> = Left extends readonly [
  infer F extends readonly unknown[],
  infer K extends readonly unknown[],
]
  ? Share<Product<F>, Product<K>> extends infer Q
    ? [Q] extends [never]
      ? Unfit<I, I extends readonly [unknown, ...infer All] ? Product<All> : number, To>
      : [B, ...Replace<To, Q & number>]
    : never
  : never
const fitting = {
  expected: 'an input whose {features} features fit into {shape}',
  remedy: 'Use dimensions whose product divides the number of features, or -1 for the rest.',
} as const
type Unfit<I, Has extends number, To> = Refuses<'Reshape', typeof fitting, I, { features: Has; shape: Show<To> }>
/** A / B, if B divides A. */
type Share<A extends number, B extends number> = B extends 1
  ? A
  : Divide<A, B> extends [infer Q extends number, infer R]
    ? number extends Q
      ? number
      : R extends 0
        ? Q
        : never
    : never
/** [features of the input, known features of the target] without their common dimensions, as division is slow. */
type Cancel<
  F extends readonly unknown[],
  To extends readonly unknown[],
  K extends readonly unknown[] = [],
> = To extends readonly [infer H, ...infer T]
  ? H extends -1
    ? Cancel<F, T, K>
    : number extends H
      ? [[number], []]
      : Without<F, H> extends infer Rest extends readonly unknown[]
        ? Cancel<Rest, T, K>
        : Cancel<F, T, [...K, H]>
  : [F, K]
/** `F` without its first `D`; `false` if it has none. */
type Without<F extends readonly unknown[], D, Before extends readonly unknown[] = []> = F extends readonly [
  infer H,
  ...infer T,
]
  ? number extends H
    ? Without<T, D, [...Before, H]>
    : H extends D
      ? [...Before, ...T]
      : Without<T, D, [...Before, H]>
  : false
type Replace<S extends readonly unknown[], D extends number, R extends readonly unknown[] = []> = S extends readonly [
  infer H,
  ...infer T,
]
  ? Replace<T, D, [...R, H extends -1 ? D : H]>
  : R

type ReshapeTo<To extends readonly number[], O> = With<O, NameOption, Reshape<To, NameOf<O, 'reshape-{}'>>>
interface ReshapeRow extends Row {
  readonly ' limits': Limits<'reshaped'>
  readonly ' makes': this[' given'] extends readonly []
    ? ReshapeTo<[-1], this[' options']>
    : Together<this[' given']> extends infer To
      ? To extends number
        ? ReshapeTo<[To], this[' options']>
        : To extends readonly number[]
          ? ReshapeTo<To, this[' options']>
          : WrongArguments
      : never
}

/** The constructor of {@link Reshape}. */
export interface ReshapeConstructor {
  readonly ' row'?: ReshapeRow
  <const Name extends string = 'reshape-{}'>(
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Reshape<[-1], Name>
  <const To extends number | number[] | readonly number[], const Name extends string = 'reshape-{}'>(
    /** the new dimensions, without the batch; one may be -1, which is inferred from the others. Default: -1. */
    shape: TargetShape<To>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Reshape<Dimensions<To>, Name>
}
const callee = { kind: 'Reshape', example: 'Reshape([-1, 16])' } as const
const expectedShape = 'a positive integer or an array of them, with at most one -1 for what the others leave'
/** The target as a parameter: as it is, or why it cannot be one. */
type TargetShape<To> = LimitedBy<
  RefusesNumber<To, 'target'> | RestTwice<To>,
  To,
  typeof callee,
  'shape',
  typeof expectedShape,
  Elsewhere<NameOption>
>
type Dimensions<To> = To extends number ? [To] : To extends readonly number[] ? To : never

const targetShape: t.Type<readonly number[], unknown, unknown> = listOf(
  expectedShape,
  d => d === -1 || integer(1).is(d),
  { single: true, check: dimensions => dimensions.filter(d => d === -1).length <= 1 },
)

/** The dimension that -1 stands for; `null` if the number of features is unknown. */
const inferredFrom = (to: readonly number[], features: number | null): number | null =>
  features === null ? null : features / sizeOf(to.filter(d => d !== -1))

const reshaped = (to: readonly number[], input: Shape | null): Either<Fault, Shape> => {
  const features = input === null ? null : sizeOf(input.slice(1))
  const inferred = inferredFrom(to, features)
  const fits = inferred === null || (to.includes(-1) ? Number.isInteger(inferred) : inferred === 1)
  return fits
    ? right([input?.[0] ?? null, ...to.map(d => (d === -1 ? inferred : d))])
    : refusal(fitting, input, { features: features ?? '?', shape: showShape(to) })
}

/**
 * Reshapes every example; the batch axis stays. Without arguments it flattens.
 *
 * Shape: any shape → [batch, ...shape], without a shape [batch, features].
 *
 * @param shape the new dimensions, without the batch; one may be -1, which is inferred from the others. Default: -1.
 * @param options the name of the layer
 * @throws InvalidOption if a dimension is not a positive integer, or -1 occurs twice
 * @throws LayerConnectionError, from `join`, if the numbers of elements differ
 * @category Shapes
 * @see `Reshape`, `Flatten` in Keras; `Unflatten`, `Flatten` in PyTorch; `Reshape` in NeuPy
 * @example
 * ```ts
 * String(join(Input([28, 1, 16]), Reshape([-1, 16]))) // (?, 28, 1, 16) -> [... 2 layers ...] -> (?, 28, 16)
 * ```
 */
export const Reshape: ReshapeConstructor = defineLayer({
  ...callee,
  positional: ['shape'],
  notation: { together: true },
  options: { shape: { codec: targetShape, default: -1 } },
  shape: ({ shape }, input) => reshaped(shape, input),
  passes: true,
  forward: ({ shape: to }, ops, x) => {
    const [batch = null, ...features] = ops.shape(x)
    // An unknown batch is inferred, so the features must be numbers.
    const inferred = inferredFrom(to, sizeOf(features))
    return [ops.reshape(x, [batch, ...to.map(d => (d === -1 ? inferred : d))]), {}]
  },
})
