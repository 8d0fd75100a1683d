import type { Fused } from '../../graph/graph.ts'
import { type GraphNode, operands } from '../../graph/graph.ts'
import type { Attributes, Operation } from '../../ops/operations.ts'
import type { Info } from './device.ts'

// What a backend of tfjs does by kernels of its own beside those of tfjs.

type Dimensions = readonly number[]

/** An operation on operands of known shapes. */
export interface Task<A = Attributes[Operation]> {
  readonly shapes: readonly [Dimensions, ...Dimensions[]]
  readonly attributes: A
  readonly result: Dimensions
}

/**
 * What was made ready for a task.
 *
 * @param spent which of the operands nothing needs any more
 */
export type Compute = (operands: readonly Info[], spent: readonly boolean[]) => Info

/** Kernels of its own. */
export interface Native {
  /** Makes an operation ready; `undefined` leaves it to the kernels of tfjs. */
  readonly prepare: <O extends Operation>(operation: O, task: Task<Attributes[O]>) => Compute | undefined
  /** For one program. */
  readonly program: () => NativeProgram
}

/** What kernels of its own do with the nodes of a program. */
export interface NativeProgram {
  /** What a node reads. */
  readonly reads: (node: GraphNode) => readonly GraphNode[]
  /** Nodes whose memory no result may take. */
  readonly lasting: (order: readonly GraphNode[]) => ReadonlySet<GraphNode>
  /** Makes a product or convolution ready, but for an activation that is still to be applied. */
  readonly multiply: (node: GraphNode) => { compute: Compute; activation: Fused['activation'] } | undefined
  /** Gives back what was made ready. */
  readonly dispose: () => void
}

/** Whether no kernel is asked, as kernels differ in what they make of tensors without elements. */
export const isEmpty = (node: GraphNode): boolean => [node, ...operands(node)].some(({ shape }) => shape.includes(0))
