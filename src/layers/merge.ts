import { type Either, isLeft, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Nameless } from '../base/dimensions.ts'
import type { Fault } from '../base/errors.ts'
import type { Limited } from '../base/limits.ts'
import { functionOf, index } from '../base/options.ts'
import {
  type Flow,
  fromStart,
  type Mismatch,
  type NotSeveral,
  type Several,
  type Shape,
  type SharedDimension,
  type SharedShape,
  sharedShape,
} from '../base/shape.ts'
import { besideSteps, eachStep, undecodable } from '../core/decoding.ts'
import { defineMerge, type Elsewhere, type NameOption, type Plain } from '../core/define.ts'
import { type RefusesAll, refusalOfAll } from '../core/expects.ts'
import type { Argument, Limits, NameOf, Takes } from '../core/notated.ts'
import type { Ops } from '../ops/ops.ts'
import type { Add } from '../type-arithmetic/digits.ts'
import type { AxisKey, LastOf } from './feature-axes.ts'

// Layers that merge several inputs into one.

/** The names of merge functions. */
export type MergeName = 'add' | 'multiply' | 'subtract' | 'average' | 'maximum' | 'minimum'
/** A merge function of two tensors of one shape. */
export type Merge = <T>(ops: Ops<T>, a: T, b: T) => T

const oneShape = {
  expected: 'inputs of one shape',
  remedy: 'Bring the branches to one shape; in a residual block give the shortcut a layer that does.',
} as const

/** The type of {@link Elementwise}: several inputs of one shape → that shape. */
export interface Elementwise<Name extends string = 'elementwise-{}'> extends Plain<Name> {
  readonly kind: 'Elementwise'
  readonly mergeFunction: MergeName | Merge
  readonly ' out': this[' in'] extends Several
    ? this[' in'] extends readonly [infer H, ...infer T]
      ? ShareAll<H, T, [H, ...T]>
      : never
    : NotSeveral<'Elementwise', this[' in']>
}
/** The shape that `A` and all of `Rest` share, or a mismatch of `I`, all of them. */
export type ShareAll<
  A,
  Rest extends readonly unknown[],
  I,
  Kind extends string = 'Elementwise',
> = Rest extends readonly [infer B, ...infer T]
  ? // First, as the compiler puts off every other question about a dimension that is a type parameter.
    number[] extends B
    ? ShareAll<A, T, I, Kind>
    : [A] extends [B]
      ? [B] extends [A]
        ? // Shapes that differ in names only are each the other.
          [B] extends [Nameless]
          ? ShareAll<A, T, I, Kind>
          : ShareTwo<A, B, T, I, Kind>
        : ShareTwo<A, B, T, I, Kind>
      : ShareTwo<A, B, T, I, Kind>
  : A
type ShareTwo<A, B, Rest extends readonly unknown[], I, Kind extends string> =
  SharedShape<A, B> extends infer S
    ? [S] extends [never]
      ? RefusesAll<Kind, typeof oneShape, I>
      : ShareAll<S, Rest, I, Kind>
    : never

interface ElementwiseRow extends Takes<readonly [MergeName?], NameOption> {
  readonly ' made': Elementwise<NameOf<this[' options'], 'elementwise-{}'>>
}
/** The constructor of {@link Elementwise}. */
export interface ElementwiseConstructor {
  readonly ' row'?: ElementwiseRow
  // First: after the other overload, the parameters of the function would have no types.
  <const Name extends string = 'elementwise-{}'>(
    /**
     * 'add', 'multiply', 'subtract' (from the first), 'average', 'maximum', 'minimum', or a function of (ops, a, b).
     * Default: 'add'.
     */
    mergeFunction: MergeName | Merge | Elsewhere<NameOption>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Elementwise<Name>
  // With the names, as compilers tell its error of a name that is none.
  <const Name extends string = 'elementwise-{}'>(
    /** the name of the layer */
    options?: NameOption<Name> | MergeName,
  ): Elementwise<Name>
}

const merges: Readonly<Record<MergeName, Merge>> = {
  add: (ops, a, b) => ops.add(a, b),
  multiply: (ops, a, b) => ops.multiply(a, b),
  subtract: (ops, a, b) => ops.subtract(a, b),
  // Divided at the end.
  average: (ops, a, b) => ops.add(a, b),
  maximum: (ops, a, b) => ops.maximum(a, b),
  minimum: (ops, a, b) => ops.minimum(a, b),
}

/** Merges tensors of one shape from left to right. */
export const merged = <T>(ops: Ops<T>, how: MergeName | Merge, inputs: readonly T[]): T => {
  const merge = typeof how === 'string' ? merges[how] : how
  const result = inputs.reduce((a, b) => merge(ops, a, b))
  return how === 'average' ? ops.multiply(result, ops.constant(1 / inputs.length)) : result
}

export const mergeFunction: t.Type<MergeName | Merge, unknown, unknown> = functionOf(merges, 'a function')

/** The shape that all inputs share. */
export const sharedByAll = (inputs: Flow): Either<Fault, Shape | null> => {
  const shared = inputs.reduce<Shape | null | undefined>(
    (merged, input) => (merged === undefined ? undefined : sharedShape(merged, input)),
    null,
  )
  return shared === undefined ? refusalOfAll(oneShape, inputs) : right(shared)
}

/**
 * Combines several inputs of one shape elementwise, from left to right.
 *
 * Shape: several inputs of one shape → that shape.
 *
 * @param mergeFunction 'add', 'multiply', 'subtract' (from the first), 'average', 'maximum', 'minimum', or a function of
 *   (ops, a, b). Default: 'add'.
 * @param options the name of the layer
 * @throws InvalidOption if the function is none of these
 * @throws LayerConnectionError, from `join`, if there is only one input, or shapes differ
 * @category Several inputs
 * @see `Add`, `Multiply`, `Subtract`, `Average`, `Maximum`, `Minimum` in Keras; `+`, `*`, … in PyTorch; `Elementwise`
 *   in NeuPy
 * @example
 * ```ts
 * const residual = join(parallel(Identity(), Convolution([3, 3, 16], { padding: 'same' })), Elementwise('add'))
 * ```
 */
export const Elementwise: ElementwiseConstructor = defineMerge({
  kind: 'Elementwise',
  example: "Elementwise('add')",
  positional: ['mergeFunction'],
  options: {
    mergeFunction: { codec: mergeFunction, default: 'add' },
  },
  shape: (_, inputs) => sharedByAll(inputs),
  // A function of the user's may mix steps.
  decode: ({ mergeFunction }, inputs, steps) =>
    typeof mergeFunction === 'string' ? eachStep(inputs, steps) : undecodable(inputs),
  forward: ({ mergeFunction }, ops, inputs) => merged(ops, mergeFunction, inputs),
})

const oneRank = {
  expected: 'inputs with one number of dimensions',
  remedy: 'Bring the branches to one number of dimensions with Reshape.',
} as const
const withAxis = {
  expected: 'inputs with an axis {axis}',
  remedy: 'Choose an axis from -{count} to {last}.',
} as const
const alikeElsewhere = {
  expected: 'inputs that differ over axis {axis} only',
  remedy: 'Bring the other dimensions of the branches to one size.',
} as const

const concatenate = { kind: 'Concatenate', example: 'Concatenate(-1)' } as const

/** The type of {@link Concatenate}: several inputs → one, whose size along the axis is their sum. */
export interface Concatenate<Axis extends number, Name extends string> extends Plain<Name> {
  readonly kind: 'Concatenate'
  readonly axis: Axis
  readonly ' out': this[' in'] extends Several
    ? this[' in'] extends readonly [infer H, ...infer T]
      ? AppendAll<H, T, Axis, [H, ...T]>
      : never
    : NotSeveral<'Concatenate', this[' in']>
}
type AppendAll<A, Rest extends readonly unknown[], Axis extends number, I> = Rest extends readonly [infer B, ...infer T]
  ? number[] extends A | B
    ? number[]
    : Append<A, B, Axis, I> extends infer S
      ? S extends Mismatch<string>
        ? S
        : AppendAll<S, T, Axis, I>
      : never
  : A
type Append<A, B, Axis extends number, I> = A extends readonly unknown[]
  ? B extends readonly unknown[]
    ? A['length'] extends B['length']
      ? AxisKey<A, Axis> extends keyof A
        ? AppendAt<A, B, AxisKey<A, Axis>> extends infer S
          ? true extends { [K in keyof S]: [S[K]] extends [never] ? true : false }[keyof S & `${number}`]
            ? RefusesAll<'Concatenate', typeof alikeElsewhere, I, { axis: Axis }>
            : S
          : never
        : RefusesAll<'Concatenate', typeof withAxis, I, { axis: Axis; count: A['length']; last: LastOf<A> }>
      : RefusesAll<'Concatenate', typeof oneRank, I>
    : never
  : never
type AppendAt<A extends readonly unknown[], B extends readonly unknown[], Key> = {
  -readonly [K in keyof A]: K extends keyof B
    ? K extends Key
      ? Add<A[K] & number, B[K] & number>
      : SharedDimension<A[K], B[K]>
    : never
}

interface ConcatenateRow extends Takes<readonly [number?], NameOption, Limits<'integer'>> {
  readonly ' made': Concatenate<Argument<this[' given'], 0, number, -1>, NameOf<this[' options'], 'concatenate-{}'>>
}
/** The constructor of {@link Concatenate}. */
export interface ConcatenateConstructor {
  readonly ' row'?: ConcatenateRow
  <const Name extends string = 'concatenate-{}'>(
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Concatenate<-1, Name>
  <const Axis extends number, const Name extends string = 'concatenate-{}'>(
    /** the axis, counted from 0 (the batch), or from the end if negative. Default: -1. */
    axis: Limited<Axis, 'integer', typeof concatenate, 'axis', Elsewhere<NameOption>>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Concatenate<Axis, Name>
}

const concatenated = (axis: number, inputs: Flow): Either<Fault, Shape | null> => {
  const known = inputs.filter(input => input !== null)
  const [first] = known
  if (first === undefined) return right(null)
  if (known.some(input => input.length !== first.length)) return refusalOfAll(oneRank, inputs)
  const at = fromStart(axis, first.length)
  if (at < 0 || at >= first.length)
    return refusalOfAll(withAxis, inputs, { axis, count: first.length, last: first.length - 1 })
  const rest = sharedByAll(known.map(input => input.map((d, i) => (i === at ? null : d))))
  if (isLeft(rest)) return refusalOfAll(alikeElsewhere, inputs, { axis })
  if (known.length < inputs.length) return right(null)
  const sizes = known.map(input => input[at] ?? null)
  const total = sizes.reduce((sum, d) => (sum === null || d === null ? null : sum + d), 0)
  return right((rest.right ?? first).map((d, i) => (i === at ? total : d)))
}

/**
 * Concatenates several inputs along an axis.
 *
 * Shape: several inputs that differ along the axis only → joined along it.
 *
 * @param axis the axis, counted from 0 (the batch), or from the end if negative. Default: -1.
 * @param options the name of the layer
 * @throws InvalidOption if the axis is not an integer
 * @throws LayerConnectionError, from `join`, if there is only one input, shapes differ elsewhere, or the axis does not
 *   exist
 * @category Several inputs
 * @see `Concatenate` in Keras; `cat` in PyTorch; `Concatenate` in NeuPy
 * @example
 * ```ts
 * String(join(Input(4), parallel(Relu(2), Tanh(3)), Concatenate())) // (?, 4) -> [... 4 layers ...] -> (?, 5)
 * ```
 */
export const Concatenate: ConcatenateConstructor = defineMerge({
  ...concatenate,
  positional: ['axis'],
  options: {
    axis: { codec: index, default: -1 },
  },
  shape: ({ axis }, inputs) => concatenated(axis, inputs),
  decode: ({ axis }, inputs, steps) => besideSteps([axis])(inputs, steps),
  forward: ({ axis }, ops, inputs) => {
    const rank = ops.shape(inputs[0] as (typeof inputs)[number]).length
    return ops.concatenate(inputs, fromStart(axis, rank))
  },
})
