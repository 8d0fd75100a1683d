import type fc from 'fast-check'
import type { Composed } from '../../../src/ops/composed/composed.ts'
import { arranged } from './arranged.ts'
import type { Case } from './case.ts'
import { elements } from './elements.ts'
import { indexed } from './indexed.ts'
import { gathered, products, reductions } from './reductions.ts'
import { spectra } from './spectra.ts'
import { systems } from './systems.ts'

/** Random calls of every composed operation, and of primitives in the forms that they are widened to. */
export const cases: {
  readonly [Name in keyof Composed<unknown> | 'argMax' | 'argSort' | 'gather' | 'matmul']: fc.Arbitrary<Case>
} = {
  ...elements,
  ...reductions,
  ...indexed,
  ...arranged,
  ...spectra,
  ...systems,
  gather: gathered,
  matmul: products,
}
