import { type Fused, type Graph, type GraphNode, isA, topological, uses } from './graph.ts'
import { maskedBefore } from './mask.ts'
import { isProduct, type Product, perChannel } from './products.ts'
import { type Rewriting, rewritten, throughLoops } from './rewrite.ts'
import { uniform } from './simplify.ts'

// Fuses a product or convolution with the bias and activation that follow it: one pass over the result.

const fused = (product: Product, inputs: Fused['inputs'], activation: Fused['activation']): Fused =>
  Object.freeze({ ...product, kind: 'fused', inputs: Object.freeze([...inputs]), activation })

const withBias = (sum: GraphNode, { ops, sole, keep }: Rewriting): GraphNode | undefined => {
  if (!isA(sum, 'add')) return undefined
  const [a, b] = sum.inputs
  for (const [product, other] of [[a, b] as const, [b, a] as const]) {
    if (!isProduct(product) || !sole(product) || product.shape.join() !== sum.shape.join()) continue
    const bias = perChannel(ops, other, product)
    if (bias) return keep(fused(product, [...product.inputs, bias], null))
  }
  return undefined
}

const activations = ['relu', 'sigmoid', 'tanh', 'elu'] as const

const withActivation = (node: GraphNode, { sole, keep }: Rewriting): GraphNode | undefined => {
  const activation = activations.find(operation => isA(node, operation))
  if (activation === undefined || !isA(node, activation)) return undefined
  const [x] = node.inputs
  if (!sole(x)) return undefined
  if (isProduct(x)) return keep(fused(x, x.inputs, activation))
  return x.kind === 'fused' && x.activation === null ? keep(Object.freeze({ ...x, activation })) : undefined
}

/**
 * The gradient of relu asks for the sign of relu's input, and so prevents fusion. The result has the same sign, so ask
 * for that instead.
 */
const askResults = (graph: Graph): Graph => {
  const counts = uses(graph.outputs)
  const activated = new Set(topological(graph.outputs).flatMap(node => (isA(node, 'relu') ? node.inputs : [])))
  if ([...activated].every(node => counts.get(node) === 1)) return graph
  return rewritten(graph, (node, { ops }, before) => {
    if (!isA(node, 'greater') || !isA(before, 'greater')) return undefined
    const [x, zero] = node.inputs
    return uniform(zero) === 0 && activated.has(before.inputs[0]) ? ops.greater(ops.relu(x), zero) : undefined
  })
}

/** As {@link fuse}, but keeps every bit. */
export const fuseExactly: (graph: Graph) => Graph = throughLoops(graph =>
  rewritten(askResults(graph), (node, at) => withBias(node, at) ?? withActivation(node, at)),
)

/**
 * Fuses products and convolutions with a bias along the last axis and an activation, if nothing else needs the values
 * in between, and moves relu's mask before the gradient of a pooling. A backend need not know fused nodes: `interpret`
 * runs them operation by operation. Outputs are the same, except for the sign of zeros.
 */
export const fuse: (graph: Graph) => Graph = throughLoops(graph =>
  rewritten(askResults(graph), (node, at) => withBias(node, at) ?? withActivation(node, at) ?? maskedBefore(node, at)),
)
