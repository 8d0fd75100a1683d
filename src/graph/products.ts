import type { Ops } from '../ops/ops.ts'
import { type ApplicationOf, type GraphNode, isA } from './graph.ts'

/** A product or convolution. */
export type Product = ApplicationOf<'matmul'> | ApplicationOf<'convolve'>

/** Whether a node is a product or convolution. */
export const isProduct = (node: GraphNode | undefined): node is Product => isA(node, 'matmul') || isA(node, 'convolve')

/** A value along the last axis of a result, such as a bias, as a vector; `undefined` for any other value. */
export const perChannel = (ops: Ops<GraphNode>, node: GraphNode, result: GraphNode): GraphNode | undefined => {
  const channels = result.shape.at(-1)
  const vector =
    node.shape.length > 0 &&
    node.shape.length <= result.shape.length &&
    node.shape.at(-1) === channels &&
    node.shape.slice(0, -1).every(d => d === 1)
  return vector ? ops.reshape(node, [channels as number]) : undefined
}
