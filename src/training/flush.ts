import type { Ops } from '../ops/ops.ts'

// A mean of gradients that have become zero decays, and ends among the subnormal numbers: rounding keeps it there, and
// processors compute with them several times slower. So optimizers forget them from time to time. Modes of processors that
// take all of them for zeros would do it in every operation, but belong to threads: results would depend on which thread
// computes what, and JavaScript that shares one would compute otherwise than before.

/** After so many updates: a decaying number is subnormal for no longer, and the time that it takes does not count. */
const period = 32
/** The least 32-bit float that is not subnormal. */
const least = 2 ** -126

/** Whether an update begins with a memory that is flushed. */
export const isFlushedBefore = (update: number): boolean => update > 0 && update % period === 0

/** Numbers without subnormal ones, which become 0. */
export const flushed = <T>(ops: Ops<T>, x: T): T =>
  ops.where(ops.greater(ops.constant(least), ops.abs(x)), ops.constant(0), x)
