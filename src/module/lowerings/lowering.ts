import type { Address, Call } from '../calls.ts'

type Dimensions = readonly number[]

/** An operation on values of known shapes. */
export interface Task<A> {
  readonly attributes: A
  readonly shapes: readonly Dimensions[]
  readonly from: readonly Address[]
  readonly result: Dimensions
  readonly to: Address
  /** Room for some numbers, until the operation is done. */
  readonly room: (count: number) => Address
}

/** The calls that compute an operation. */
export type Lowering<A> = (task: Task<A>) => readonly Call[]
