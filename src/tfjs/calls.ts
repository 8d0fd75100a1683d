import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Block } from '../ops/numbers/loops.ts'
import type { Attributes, Operation } from '../ops/operations.ts'

/** The tensors that a kernel takes, by name or in order. */
export type Inputs = Readonly<Record<string, TensorInfo>> | readonly TensorInfo[]

/** Performs an operation; `undefined` if the kernels of tfjs do it. */
export type Own<H> = <O extends Operation>(
  operation: O,
  inputs: readonly H[],
  attributes: Attributes[O],
) => H | undefined

/**
 * Kernel calls, on which the operations are built: by the engine of tfjs in eager mode, by the instructions of a program
 * when compiled. Both free the intermediates of an operation.
 */
export interface Calls<H extends TensorInfo> {
  /** The backend's name. Read it and what depends on it at each call: in eager mode, the backend may change. */
  readonly name: string
  /** Runs a kernel with one result. */
  readonly call: (kernel: string, inputs: Inputs, attributes?: object) => H
  readonly make: (block: Block) => H
  /** The same numbers in another shape. */
  readonly alias: (x: H, shape: readonly number[]) => H
  /** The same, but only valid as an argument of a kernel. */
  readonly as: (x: H, shape: readonly number[]) => H
  /** A tensor's numbers, valid until the next call: they may be the backend's own memory. */
  readonly view: (x: H) => Block
  /** Whether the backend keeps numbers in the memory of the process. */
  readonly isNear: boolean
  readonly has: (kernel: string) => boolean
  /** The highest rank that kernels take. */
  readonly mostAxes: number
  readonly storedShape: (x: H) => readonly number[]
  /** Operations without the kernels of tfjs. */
  readonly own: Own<H>
}
