import type { Callee, LimitedBy, RefusesAxes } from '../base/limits.ts'
import { fromStart, type Shape } from '../base/shape.ts'
import type { Ops } from '../ops/ops.ts'
import type { Subtract } from '../type-arithmetic/digits.ts'

// Axes given by an option, counted from the start or from the end, without the batch axis.

export const expectedAxes = 'an array of different integers other than 0, the batch'
/** Axes as an option: the axes, or the sentence of the error at run time if they are refused. */
export type AxesWithin<A, C extends Callee> = LimitedBy<RefusesAxes<A>, A, C, 'axes', typeof expectedAxes>

/** The index of the last element. */
export type LastOf<A extends readonly unknown[]> = A extends readonly [unknown, ...infer T] ? T['length'] : 0
/** The index of an axis as the key of a tuple; negative axes count from the end. */
export type AxisKey<A extends readonly unknown[], Axis extends number> = `${Axis}` extends `-${infer N extends number}`
  ? `${Subtract<A['length'], N>}`
  : `${Axis}`

/** The dimensions of a shape along some axes, in order. */
export type Along<I, A extends readonly number[]> = number extends A['length']
  ? number[]
  : I extends readonly unknown[]
    ? number extends I['length']
      ? A extends readonly [number]
        ? [number]
        : number[]
      : Picked<I, KeysOf<I, A[number]>>
    : number[]
type KeysOf<I extends readonly unknown[], X> = X extends number ? AxisKey<I, X> : never
type Picked<
  I extends readonly unknown[],
  Keys,
  Before extends readonly unknown[] = [],
  R extends readonly number[] = [],
> = I extends readonly [infer D extends number, ...infer Rest]
  ? Picked<Rest, Keys, [...Before, D], `${Before['length']}` extends Keys ? [...R, D] : R>
  : R

/** Whether a shape has some axes, each once and none of the `Seen`. */
export type HasAxes<I, A, Seen = '0'> = number[] extends I
  ? true
  : I extends readonly unknown[]
    ? A extends readonly [infer Axis extends number, ...infer More]
      ? AxisKey<I, Axis> extends infer Key
        ? Key extends Seen
          ? false
          : Key extends keyof I
            ? HasAxes<I, More, Seen | Key>
            : false
        : never
      : true
    : true

/** Whether a value may be an axis other than the batch. */
export const isFeatureAxis = (axis: unknown): boolean => Number.isSafeInteger(axis) && axis !== 0

/** Axes counted from 0, in order, of a shape with `rank` dimensions. */
export const axesFromStart = (axes: readonly number[], rank: number): readonly number[] =>
  axes.map(axis => fromStart(axis, rank)).sort((a, b) => a - b)

/** Whether a shape with `rank` dimensions has some axes, each given once and none the batch. */
export const hasAxes = (axes: readonly number[], rank: number): boolean =>
  axesFromStart(axes, rank).every((axis, i, all) => axis > 0 && axis < rank && axis !== all[i - 1])

/** The dimensions of a shape along some axes, in order; `null` unless all are known. */
export const sizesAlong = (axes: readonly number[], shape: Shape | null): readonly number[] | null => {
  if (shape === null) return null
  const dimensions = axesFromStart(axes, shape.length).map(axis => shape[axis] ?? null)
  return dimensions.every(d => d !== null) ? dimensions : null
}

/** A variable along some axes of `x`, reshaped to broadcast over the others. */
export const besideOthers = <T>(ops: Ops<T>, variable: T, x: T, axes: readonly number[]): T =>
  ops.reshape(
    variable,
    ops.shape(x).map((d, axis) => (axes.includes(axis) ? d : 1)),
  )
