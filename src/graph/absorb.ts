import type { Ops } from '../ops/ops.ts'
import { type Constant, type Graph, type GraphNode, isA, topological } from './graph.ts'
import { isProduct, type Product, perChannel } from './products.ts'
import { type Rewriting, rewritten, throughLoops } from './rewrite.ts'
import { withOperands } from './with-operands.ts'

// Folds constants that scale or shift channels into the constant weights before them, such as batch normalization with
// fixed statistics.

/** A product and the constant added to its channels. */
interface Affine {
  readonly product: Product
  readonly weight: Constant
  readonly shift: Constant | undefined
}

const affine = (node: GraphNode, sole: Rewriting['sole']): Affine | undefined => {
  if (!sole(node)) return undefined
  const [a, b] = isA(node, 'add') ? node.inputs : [node]
  const [product, shift] = isProduct(b) ? [b, a] : [a, b]
  if (!isProduct(product) || (shift !== undefined && !(shift.kind === 'constant' && sole(product)))) return undefined
  const [, weight] = product.inputs
  return weight.kind === 'constant' ? { product, weight, shift: shift as Constant | undefined } : undefined
}

/** A constant as one number per channel of a result. */
const constantPerChannel = (ops: Ops<GraphNode>, node: GraphNode, result: GraphNode): GraphNode | undefined => {
  const channels = result.shape.at(-1)
  if (node.kind !== 'constant' || typeof channels !== 'number' || node.shape.length > result.shape.length)
    return undefined
  const isOne = node.shape.every(d => d === 1)
  return perChannel(ops, node, result) ?? (isOne ? ops.broadcast(ops.reshape(node, [1]), [channels]) : undefined)
}

const absorbed = (node: GraphNode, { ops, sole, claim, keep }: Rewriting): GraphNode | undefined => {
  if (!isA(node, 'add') && !isA(node, 'subtract') && !isA(node, 'multiply')) return undefined
  const [left, right] = node.inputs
  const [value, constant] = left.kind === 'constant' && node.operation !== 'subtract' ? [right, left] : [left, right]
  const found = affine(value, sole)
  const channels = constantPerChannel(ops, constant, node)
  if (!found || !channels || value.shape.join() !== node.shape.join()) return undefined
  const { product, weight, shift } = found
  if (node.operation !== 'multiply') {
    if (!shift && node.operation === 'add') return undefined
    const more = node.operation === 'subtract' ? ops.negative(channels) : channels
    return ops.add(product, shift ? ops.add(shift, more) : more)
  }
  const scaled = ops.multiply(weight, channels)
  const result = claim(keep(withOperands(product, operand => (operand === weight ? scaled : operand))))
  return shift ? ops.add(result, ops.multiply(shift, channels)) : result
}

/**
 * The same graph with constants that scale and shift channels absorbed by the constant weights before them: a
 * convolution followed by `BatchNorm` becomes one convolution with a bias. Only a graph whose variables are constants
 * has any.
 *
 * Outputs are the same within rounding.
 */
export const absorb: (graph: Graph) => Graph = throughLoops(graph =>
  topological(graph.outputs).some(node => isProduct(node) && node.inputs[1]?.kind === 'constant')
    ? rewritten(graph, absorbed)
    : graph,
)
