import { branch, join, parallel, repeat } from '../combinators/index.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Fan } from '../network-types/blocks.ts'
import type { Parallel, Repeat, Sequence } from '../network-types/compose.ts'
import type { Multiply } from '../type-arithmetic/digits.ts'

// The combinators without the compiler's check that layers fit: where options are type parameters, shapes are not known yet
// and the check would stay undecided. The result is checked where it is used, and at run time as always.

/** `join`, of layers whose input is not known yet. */
export const sequence = join as unknown as <L extends readonly AnyLayer[]>(...layers: L) => Sequence<L>
/** `parallel`, of branches whose inputs are not known yet. */
export const sides = parallel as unknown as <L extends readonly AnyLayer[]>(...branches: L) => Parallel<L>
/** `branch`, of branches whose inputs are not known yet. */
export const fan = branch as unknown as <L extends readonly AnyLayer[]>(...branches: L) => Fan<L>
/** `repeat`, of a layer whose input is not known yet. */
export const copies = repeat as unknown as <B extends AnyLayer, N extends number>(layer: B, n: N) => Repeat<B, N>

/** `a` times `b`. */
export const times = <A extends number, B extends number>(a: A, b: B): Multiply<A, B> => unchecked(a * b)

/** A value as a type that says the same, where the compiler cannot follow: after loops, conditions and arithmetic. */
export const unchecked = <T>(made: unknown): T => made as T
