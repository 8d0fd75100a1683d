import type { Ops } from '../ops.ts'
import type { Composed } from './composed.ts'

/** A composed operation: a function over the others. */
export type Composition<Name extends keyof Composed<unknown>> = <T>(
  ops: Ops<T>,
  ...given: Parameters<Composed<T>[Name]>
) => ReturnType<Composed<T>[Name]>

/** Some composed operations by name. */
export type Compositions<Name extends keyof Composed<unknown>> = { readonly [Each in Name]: Composition<Each> }
