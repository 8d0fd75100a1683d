import { sizeOf } from '../base/shape.ts'
import type { Ops, Origin } from './ops.ts'

// What tapes record.

/** A value under differentiation. */
export interface Traced<T> {
  readonly value: T
  /** The tape that it belongs to. */
  readonly tape: symbol
  /** Whether it is a variable, or depends on one. */
  readonly varies: boolean
  readonly origin?: Origin<Traced<T>>
}

/** A record of what computes some values from others. */
export interface Note<T> {
  readonly inputs: readonly Traced<T>[]
  readonly outputs: readonly Traced<T>[]
  /** The gradients of the inputs, by the interpreter that ran it, from those of the outputs; not all are `undefined`. */
  readonly back: (gradients: readonly (T | undefined)[]) => readonly (T | null | undefined)[]
}

/** What a function on a tape gives. */
export interface Recorded<T> {
  readonly results: readonly Traced<T>[]
  /** What varies of the values around it that it uses. */
  readonly around: readonly Traced<T>[]
}

/** What loops record with. */
export interface Recorder<T> {
  /** The interpreter beneath. */
  readonly ops: Ops<T>
  /** A value as one of the tape. */
  readonly lifted: (value: Traced<T>) => Traced<T>
  readonly variable: (value: T) => Traced<T>
  readonly fixed: (value: T) => Traced<T>
  readonly valueThat: (varies: boolean) => (value: T) => Traced<T>
  readonly note: (record: Note<T>) => void
  /** Runs a function, whose records are dropped. `own` are the values that it was given. */
  readonly recorded: (run: () => readonly Traced<T>[], own?: readonly Traced<T>[]) => Recorded<T>
  /** The gradients of the results of a function, times their cotangents. It runs here, and its records are dropped. */
  readonly pulled: (
    run: () => readonly Traced<T>[],
    cotangents: readonly T[],
    wrt: readonly Traced<T>[],
  ) => readonly T[]
}

/** Zeros of the shape of a tensor. Not a product with 0, which would keep NaN. */
export const zerosLike = <T>(ops: Ops<T>, x: T): T => {
  const shape = ops.shape(x)
  const zero = ops.constant(0)
  return sizeOf(shape) === null ? ops.where(zero, x, zero) : ops.constant(0, shape as readonly number[])
}
