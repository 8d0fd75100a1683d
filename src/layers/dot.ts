import { type Either, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import type { LimitedBy, RefusesNumber } from '../base/limits.ts'
import { boolean, codec } from '../base/options.ts'
import {
  type Flow,
  fromStart,
  type NotSeveral,
  type SameSize,
  type Several,
  type Shape,
  sizeOf,
} from '../base/shape.ts'
import { defineMerge, type Elsewhere, type NameOption, type Plain } from '../core/define.ts'
import { type RefusesAll, refusalOfAll } from '../core/expects.ts'
import type { Argument, Limits, NameOf, Takes } from '../core/notated.ts'
import type { Ops } from '../ops/ops.ts'
import type { AxisKey } from './feature-axes.ts'

/** The axis of both inputs to sum over, or one for each. */
export type DotAxes = number | readonly [first: number, second: number]

const expectedAxes = 'an integer or a pair of them, other than 0, the batch'
const callee = { kind: 'Dot', example: 'Dot(-1, { normalize: true })' } as const

/** The options of {@link Dot}. */
export interface DotOptions<Name extends string = string> extends NameOption<Name> {
  /**
   * Whether to normalize the vectors along the axes to length 1 first, which gives cosine similarities. Default: false.
   */
  readonly normalize?: boolean
}

const two = { expected: 'two inputs', remedy: 'Merge two branches at a time.' } as const
const withAxes = {
  expected: 'inputs with the axes {x} and {y} beside the batch',
  remedy: 'Choose an axis that each input has.',
} as const
const oneSize = {
  expected: 'inputs of one size along their axes {x} and {y}',
  remedy: 'Bring the branches to one size there.',
} as const

type Of<Axes, Which extends 0 | 1> = Axes extends readonly [number, number]
  ? Axes[Which]
  : Axes extends number
    ? Axes
    : number
/** A shape without the batch and one other axis. */
type Rest<
  I extends readonly unknown[],
  Key,
  Before extends readonly unknown[] = [],
  R extends readonly unknown[] = [],
> = I extends readonly [infer D, ...infer T]
  ? Rest<T, Key, [...Before, D], Before['length'] extends 0 ? R : `${Before['length']}` extends Key ? R : [...R, D]>
  : R
type Dotted<
  A extends readonly unknown[],
  B extends readonly unknown[],
  X extends number,
  Y extends number,
> = number extends X | Y
  ? number[]
  : AxisKey<A, X> extends infer K extends keyof A
    ? AxisKey<B, Y> extends infer L extends keyof B
      ? SameSize<A[K], B[L]> extends true
        ? [A[0], ...OneAtLeast<[...Rest<A, K>, ...Rest<B, L>]>]
        : RefusesAll<'Dot', typeof oneSize, [A, B], { x: X; y: Y }>
      : RefusesAll<'Dot', typeof withAxes, [A, B], { x: X; y: Y }>
    : RefusesAll<'Dot', typeof withAxes, [A, B], { x: X; y: Y }>
type OneAtLeast<S extends readonly unknown[]> = S extends readonly [] ? [1] : S

/** The type of {@link Dot}: two inputs → their remaining axes. */
export interface Dot<Axes extends DotAxes, Name extends string> extends Plain<Name> {
  readonly kind: 'Dot'
  readonly axes: readonly number[]
  readonly normalize: boolean
  readonly ' out': this[' in'] extends Several
    ? this[' in'] extends readonly [infer A extends readonly unknown[], infer B extends readonly unknown[]]
      ? number[] extends A | B
        ? number[]
        : Dotted<A, B, Of<Axes, 0>, Of<Axes, 1>>
      : RefusesAll<'Dot', typeof two, this[' in']>
    : NotSeveral<'Dot', this[' in']>
}

interface DotRow extends Takes<readonly [DotAxes?], DotOptions, Limits<'axis'>> {
  readonly ' made': Dot<Argument<this[' given'], 0, DotAxes, -1>, NameOf<this[' options'], 'dot-{}'>>
}
/** The constructor of {@link Dot}. */
export interface DotConstructor {
  readonly ' row'?: DotRow
  <const Name extends string = 'dot-{}'>(
    /** whether to normalize, and the name */
    options?: DotOptions<Name>,
  ): Dot<-1, Name>
  <const Axes extends DotAxes, const Name extends string = 'dot-{}'>(
    /** the axis of both inputs, or [of the first, of the second]; negative ones count from the end. Default: -1. */
    axes: LimitedBy<
      RefusesNumber<Axes, 'axis'>,
      Axes,
      typeof callee,
      'axes',
      typeof expectedAxes,
      Elsewhere<DotOptions>
    >,
    /** whether to normalize, and the name */
    options?: DotOptions<Name>,
  ): Dot<Axes, Name>
}

const axesOption: t.Type<readonly number[], unknown, unknown> = codec(
  expectedAxes,
  value => {
    const both: unknown = typeof value === 'number' ? [value, value] : value
    return Array.isArray(both) && both.length === 2 && both.every(axis => Number.isSafeInteger(axis) && axis !== 0)
      ? Object.freeze([...(both as number[])])
      : undefined
  },
  axes => (axes[0] === axes[1] ? axes[0] : axes),
)

/** The dimensions that remain after the sum, without the batch. */
const restOf = (shape: Shape, axis: number): Shape => shape.filter((_, i) => i > 0 && i !== axis)

const dotShape = (axes: readonly number[], inputs: Flow): Either<Fault, Shape | null> => {
  if (inputs.length !== 2) return refusalOfAll(two, inputs)
  const [a = null, b = null] = inputs
  if (a === null || b === null) return right(null)
  const fields = { x: axes[0] as number, y: axes[1] as number }
  const [x, y] = [fromStart(fields.x, a.length), fromStart(fields.y, b.length)]
  if (x < 1 || x >= a.length || y < 1 || y >= b.length) return refusalOfAll(withAxes, inputs, fields)
  const [n = null, m = null] = [a[x], b[y]]
  if (n !== null && m !== null && n !== m) return refusalOfAll(oneSize, inputs, fields)
  const rest = [...restOf(a, x), ...restOf(b, y)]
  return right([a[0] ?? b[0] ?? null, ...(rest.length > 0 ? rest : [1])])
}

/** Normalizes vectors along an axis to length 1; those near 0 stay short. */
const unit = <T>(ops: Ops<T>, x: T, axis: number): T =>
  ops.multiply(x, ops.rsqrt(ops.maximum(ops.sum(ops.square(x), [axis], true), ops.constant(1e-12))))

/**
 * The dot product of two inputs along one axis of each, for each example. The output has the other axes of the first,
 * then those of the second; two vectors give one number.
 *
 * Shape: [batch, ...first, n] and [batch, ...second, n] → [batch, ...first, ...second].
 *
 * @param axes the axis of both inputs, or [of the first, of the second]; negative ones count from the end. Default: -1.
 * @param options whether to normalize, and the name
 * @throws InvalidOption if an axis is not an integer, or the batch
 * @throws LayerConnectionError, from `join`, if there are not two inputs, or sizes along the axes differ
 * @category Several inputs
 * @see `Dot` in Keras; `einsum`, `CosineSimilarity` in PyTorch
 * @example
 * ```ts
 * const queries = join(Input([7, 16]), parallel(Identity(), Identity()), Dot(-1))
 * String(queries) // (?, 7, 16) -> [... 4 layers ...] -> (?, 7, 7)
 * ```
 */
export const Dot: DotConstructor = defineMerge({
  ...callee,
  positional: ['axes'],
  options: { axes: { codec: axesOption, default: -1 }, normalize: { codec: boolean, default: false } },
  shape: ({ axes }, inputs) => dotShape(axes, inputs),
  forward: ({ axes, normalize }, ops, inputs) => {
    type T = (typeof inputs)[number]
    const [a, b] = inputs as readonly [T, T]
    const [first, second] = [ops.shape(a), ops.shape(b)]
    const [x, y] = [fromStart(axes[0] as number, first.length), fromStart(axes[1] as number, second.length)]
    const [u, v] = normalize ? [unit(ops, a, x), unit(ops, b, y)] : [a, b]
    const order = (shape: Shape, axis: number) => shape.map((_, i) => i).filter(i => i > 0 && i !== axis)
    const [batch = null] = first
    const [rows, cols] = [restOf(first, x), restOf(second, y)]
    const left = ops.reshape(ops.transpose(u, [0, ...order(first, x), x]), [batch, sizeOf(rows), first[x] ?? null])
    const right = ops.reshape(ops.transpose(v, [0, y, ...order(second, y)]), [batch, second[y] ?? null, sizeOf(cols)])
    const rest = [...rows, ...cols]
    return ops.reshape(ops.matmul(left, right), [batch, ...(rest.length > 0 ? rest : [1])])
  },
})
