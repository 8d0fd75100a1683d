import { type Fused, type Graph, type GraphNode, isA, topological, uses } from './graph.ts'
import { maskedBefore } from './mask.ts'
import { isProduct, type Product, perChannel } from './products.ts'
import { type Rewriting, rewritten, throughLoops } from './rewrite.ts'
import { uniform } from './simplify.ts'

// Fusion: a product or convolution with the bias and activation that follow it becomes one node, one pass over the result.

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
 * Where relu's result is there, its sign tells as much as that of what went in, which then need not be kept: the gradient
 * of relu would hold on to it otherwise.
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

/** As {@link fuse}, where every bit has to be kept. */
export const fuseExactly: (graph: Graph) => Graph = throughLoops(graph =>
  rewritten(askResults(graph), (node, at) => withBias(node, at) ?? withActivation(node, at)),
)

/**
 * The same graph with products and convolutions fused with a bias along the last axis and an activation, where nothing
 * else needs what is in between, and with relu's mask before the gradient of a pooling. A backend need not know of it: a
 * fused node says what it stands for. Outputs are the same; the sign of a zero may change.
 */
export const fuse: (graph: Graph) => Graph = throughLoops(graph =>
  rewritten(askResults(graph), (node, at) => withBias(node, at) ?? withActivation(node, at) ?? maskedBefore(node, at)),
)
