import type { Ops } from '../../../src/index.ts'
import type { Numbers } from '../reference.ts'

/** A call of a composed operation, beside its definition in plain numbers. */
export interface Case {
  readonly inputs: readonly Numbers[]
  /** Which inputs a derivative exists for. */
  readonly differentiable: readonly boolean[]
  /** The results, in any interpretation. */
  readonly apply: <T>(ops: Ops<T>, inputs: readonly T[]) => readonly T[]
  readonly expected: readonly Numbers[]
}

/** A call of one result. */
export const single = (
  inputs: readonly Numbers[],
  apply: <T>(ops: Ops<T>, ...inputs: readonly T[]) => T,
  expected: Numbers,
  differentiable: readonly boolean[] = inputs.map(() => true),
): Case => ({
  inputs,
  differentiable,
  apply: (ops, given) => [apply(ops, ...given)],
  expected: [expected],
})
