import { comparisons } from './comparisons.ts'
import type { Composed } from './composed.ts'
import type { Compositions } from './composition.ts'
import { elementwise } from './elementwise.ts'
import { reductions } from './reductions.ts'

export { widening } from './widened.ts'

/** All composed operations. */
export const composing: Compositions<keyof Composed<unknown>> = {
  ...comparisons,
  ...elementwise,
  ...reductions,
}
