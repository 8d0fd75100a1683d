import { BackendError } from '../../core/errors.ts'
import { type Attributes, perform } from '../../core/operations.ts'
import { showShape } from '../../core/shape.ts'
import { type Graph, type GraphNode, isA, topological } from '../../graph/graph.ts'
import { emptying } from '../../ops/empty.ts'
import { absorptions, unpadded } from './addends.ts'
import { emitter } from './emitter.ts'
import { biased, fused, onnxOps } from './interpreter.ts'
import { ofSpread } from './lowerings/convolution.ts'
import type { Model } from './model.ts'
import { spreadOf } from './spread.ts'
import { asGiven, laid, type Value } from './values.ts'

/** The name under which a backend is chosen and speaks of itself. */
export const backendName = 'onnxruntime'

const inputName = (i: number): string => `input ${i}`
const outputName = (i: number): string => `output ${i}`

/** What a node is called in the model and in messages. */
const labelOf = (node: GraphNode): string => {
  if (node.kind !== 'application' && node.kind !== 'fused') return node.kind
  return node.layer === undefined ? node.operation : `${node.layer}, ${node.operation}`
}

const refuse = (node: GraphNode): never => {
  throw new BackendError({
    backend: backendName,
    expected: 'a graph of operations, its scans unrolled and its draws fed',
    got: `a ${node.kind}`,
    remedy: 'Compile what prepare(graph) gives.',
  })
}

const known = (node: GraphNode): readonly number[] => {
  if (node.shape.every(d => d !== null)) return node.shape as readonly number[]
  throw new BackendError({
    backend: backendName,
    ...(node.kind === 'application' && node.layer !== undefined ? { layer: node.layer } : {}),
    expected: 'known dimensions',
    got: `${labelOf(node)} of shape ${showShape(node.shape)}`,
    remedy: 'Compile the graph for inputs of known shapes.',
  })
}

/** A graph as a model of the same inputs and outputs, in order. */
export const lower = (graph: Graph): Model => {
  const emit = emitter()
  const ops = onnxOps(emit)
  const run = perform(emptying(ops))
  const values = new Map<GraphNode, Value>()
  const lowered = (node: GraphNode): Value => values.get(node) as Value
  const inputs = graph.inputs.map((node, i) => ({ name: inputName(i), shape: known(node) }))
  for (const [i, node] of graph.inputs.entries()) values.set(node, asGiven(inputName(i), known(node)))

  const order = topological(graph.outputs)
  const absorbed = absorptions(order, graph.outputs)
  const products = new Set<GraphNode>([...absorbed.values()].map(({ product }) => product))

  const spreadConvolution = (
    node: GraphNode & { readonly inputs: readonly GraphNode[]; readonly attributes: Attributes['convolve'] },
    filter: Value,
  ): Value | undefined => {
    const found = spreadOf(node.inputs[0] as GraphNode)
    if (found === undefined) return undefined
    const spread = { source: lowered(found.source), gaps: found.gaps }
    return ofSpread({ emit, ops }, spread, filter, known(node), node.attributes[0])
  }
  const evaluate = (node: GraphNode): Value => {
    const sum = absorbed.get(node)
    if (sum !== undefined) {
      const { inputs, attributes } = unpadded(sum.product)
      return biased(emit, ops, { ...sum.product, attributes }, [...inputs, sum.addend].map(lowered))
    }
    if (node.kind === 'constant') return ops.constant(node.values, known(node))
    if (node.kind !== 'application' && node.kind !== 'fused') return refuse(node)
    known(node)
    const { inputs, attributes } = unpadded(node)
    const taken = inputs.map(lowered)
    const transposed = isA(node, 'convolve') ? spreadConvolution(node, taken[1] as Value) : undefined
    if (transposed !== undefined) return transposed
    return node.kind === 'fused'
      ? fused(emit, ops, { ...node, attributes: attributes as typeof node.attributes }, taken)
      : run(node.operation, taken, attributes as typeof node.attributes)
  }
  for (const node of order) {
    if (values.has(node) || products.has(node)) continue
    emit.label(labelOf(node))
    values.set(node, evaluate(node))
  }
  const outputs = graph.outputs.map((node, i) => ({
    name: outputName(i),
    shape: known(node),
    value: laid(emit, lowered(node)),
  }))
  return emit.finish(inputs, outputs)
}
