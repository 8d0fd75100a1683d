import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Block } from '../ops/numbers/loops.ts'
import type { Attributes, Operation } from '../ops/operations.ts'

/** The tensors that a kernel takes, by their names or in order. */
export type Inputs = Readonly<Record<string, TensorInfo>> | readonly TensorInfo[]

/** Performs an operation; `undefined` leaves it to the kernels of tfjs. */
export type Own<H> = <O extends Operation>(
  operation: O,
  inputs: readonly H[],
  attributes: Attributes[O],
) => H | undefined

/**
 * What the operations by kernels of tfjs stand on, whoever keeps the tensors: the engine of tfjs where they run at once,
 * the instructions of a program where they are compiled. Either gives back what is made on the way to a result.
 */
export interface Calls<H extends TensorInfo> {
  /** The backend's name. It and what follows from it are read at each call, as eager operations may change backends. */
  readonly name: string
  /** Runs a kernel of one result. */
  readonly call: (kernel: string, inputs: Inputs, attributes?: object) => H
  readonly make: (block: Block) => H
  /** The same numbers in another shape. */
  readonly alias: (x: H, shape: readonly number[]) => H
  /** The same, as an argument of a kernel only. */
  readonly as: (x: H, shape: readonly number[]) => H
  /** A tensor's numbers. Not for keeping: where the backend has them in reach, they are no copy. */
  readonly view: (x: H) => Block
  /** Whether the backend keeps numbers in the memory of the process. */
  readonly isNear: boolean
  readonly has: (kernel: string) => boolean
  /** How many axes kernels take. */
  readonly mostAxes: number
  readonly storedShape: (x: H) => readonly number[]
  /** What is done without the kernels of tfjs. */
  readonly own: Own<H>
}
