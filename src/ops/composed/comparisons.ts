import type { Ops } from '../ops.ts'
import type { Compositions } from './composition.ts'

/** Whether a number is not 0; NaN is not. */
const isTrue = <T>(ops: Ops<T>, x: T): T => ops.notEqual(x, ops.constant(0))

/** Comparisons, and what is concluded from them. No gradient goes through. */
export const comparisons: Compositions<'less' | 'lessEqual' | 'greaterEqual' | 'notEqual' | 'and' | 'or' | 'not'> = {
  less: (ops, a, b) => ops.greater(b, a),
  // Not the reverse of `less`, which says 0 of NaN.
  lessEqual: (ops, a, b) => ops.maximum(ops.greater(b, a), ops.equal(a, b)),
  greaterEqual: (ops, a, b) => ops.maximum(ops.greater(a, b), ops.equal(a, b)),
  notEqual: (ops, a, b) => ops.subtract(ops.constant(1), ops.equal(a, b)),
  and: (ops, a, b) => ops.multiply(isTrue(ops, a), isTrue(ops, b)),
  or: (ops, a, b) => ops.maximum(isTrue(ops, a), isTrue(ops, b)),
  not: (ops, x) => ops.equal(x, ops.constant(0)),
}
