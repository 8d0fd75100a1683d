import type { Fused } from '../../graph/graph.ts'
import { type GraphNode, operands } from '../../graph/graph.ts'
import type { Attributes, Operation } from '../../ops/operations.ts'
import type { Info } from './device.ts'

// Kernels that a backend has beside those of tfjs.

type Dimensions = readonly number[]

/** An operation on operands of known shapes. */
export interface Task<A = Attributes[Operation]> {
  readonly shapes: readonly [Dimensions, ...Dimensions[]]
  readonly attributes: A
  readonly result: Dimensions
}

/**
 * A prepared operation.
 *
 * @param spent which operands are not needed afterwards, so that the result may take their memory
 */
export type Compute = (operands: readonly Info[], spent: readonly boolean[]) => Info

/** Kernels beside those of tfjs. */
export interface Native {
  /** Prepares an operation; `undefined` if the kernels of tfjs do it. */
  readonly prepare: <O extends Operation>(operation: O, task: Task<Attributes[O]>) => Compute | undefined
  /** For one program. */
  readonly program: () => NativeProgram
}

/** Kernels prepared for the nodes of one program. */
export interface NativeProgram {
  /** The nodes whose values a node reads. */
  readonly reads: (node: GraphNode) => readonly GraphNode[]
  /** Nodes whose memory must not be reused for results. */
  readonly lasting: (order: readonly GraphNode[]) => ReadonlySet<GraphNode>
  /** Prepares a product or convolution, and says which activation is left to apply. */
  readonly multiply: (node: GraphNode) => { compute: Compute; activation: Fused['activation'] } | undefined
  /** Prepares a node that is computed from other nodes than its operands. */
  readonly replace: (node: GraphNode) => Compute | undefined
  /** Frees what was prepared. */
  readonly dispose: () => void
}

/** Whether a node has or reads a tensor without elements: kernels differ in what they do with them, so none is called. */
export const isEmpty = (node: GraphNode): boolean => [node, ...operands(node)].some(({ shape }) => shape.includes(0))
