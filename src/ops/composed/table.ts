import { arranging } from './arranging.ts'
import { comparisons } from './comparisons.ts'
import type { Composed } from './composed.ts'
import type { Compositions } from './composition.ts'
import { cumulative } from './cumulative.ts'
import { einsum } from './einsum.ts'
import { elementwise } from './elementwise.ts'
import { fourier } from './fourier.ts'
import { indexing } from './indexing.ts'
import { linearAlgebra } from './linear-algebra.ts'
import { reductions } from './reductions.ts'
import { resize } from './resize.ts'

export { widening } from './widened.ts'

/** All composed operations. */
export const composing: Compositions<keyof Composed<unknown>> = {
  ...comparisons,
  ...elementwise,
  ...reductions,
  ...cumulative,
  ...indexing,
  ...arranging,
  ...fourier,
  ...linearAlgebra,
  einsum,
  resize,
}
