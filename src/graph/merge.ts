import type { Margin, Ops } from '../ops/ops.ts'
import { type Application, type Graph, type GraphNode, isA, topological, uses } from './graph.ts'
import { rewritten, throughLoops } from './rewrite.ts'

// Sums of many small results as few large ones. Differentiating a walk over a sequence adds up a product, a sum and a
// padded part for every step, each as large as the whole: together they are one product, one sum and one concatenation.

type Nodes = readonly GraphNode[]

/** Only sums of equal shapes: a broadcast operand would change what the other terms mean. */
const isSum = (node: GraphNode): node is Application =>
  isA(node, 'add') && node.inputs.every(input => input.shape.join() === node.shape.join())

/** Sums that are terms of another sum and nothing else. */
const innerSums = (outputs: Nodes): ReadonlySet<GraphNode> => {
  const counts = uses(outputs)
  const sums = topological(outputs).filter(isSum)
  return new Set(sums.flatMap(({ inputs }) => inputs.filter(input => isSum(input) && counts.get(input) === 1)))
}

const termsOf = (sum: Application, inner: ReadonlySet<GraphNode>): Nodes => {
  const terms: GraphNode[] = []
  const pending: GraphNode[] = [...sum.inputs]
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    if (inner.has(next) && isSum(next)) pending.unshift(...next.inputs)
    else terms.push(next)
  }
  return terms
}

/** A term as one of a kind that can be put together, named by what has to be the same. */
const kindOf = (node: GraphNode): string => {
  if (isA(node, 'pad')) {
    const margins = node.attributes[0] as readonly Margin[]
    const padded = margins.flatMap(([before, after], axis) => (before === 0 && after === 0 ? [] : [axis]))
    const inside = margins.every(([before, after]) => before >= 0 && after >= 0)
    return padded.length === 1 && inside ? `pad ${padded[0]}` : ''
  }
  if (isA(node, 'matmul') && node.shape.length === 2) {
    const [a, b] = node.inputs as readonly [GraphNode, GraphNode]
    return isA(a, 'transpose') && !b.shape.includes(null) ? 'product' : ''
  }
  if (isA(node, 'sum')) {
    const [axes, kept] = node.attributes as readonly [readonly number[], boolean]
    const [x] = node.inputs as readonly [GraphNode]
    const rest = x.shape.filter((_, axis) => axis !== axes[0])
    return axes[0] === 0 && !x.shape.includes(null) ? `sum ${axes} ${kept} ${rest}` : ''
  }
  return ''
}

const inputOf = (node: GraphNode, i: number): GraphNode => (node as Application).inputs[i] as GraphNode

/** Products `aᵀ b` of as many rows each, as one of all rows. */
const oneProduct = (ops: Ops<GraphNode>, terms: Nodes): GraphNode =>
  ops.matmul(
    ops.transpose(
      ops.concatenate(
        terms.map(term => inputOf(inputOf(term, 0), 0)),
        0,
      ),
      [1, 0],
    ),
    ops.concatenate(
      terms.map(term => inputOf(term, 1)),
      0,
    ),
  )

const oneSum = (ops: Ops<GraphNode>, terms: Nodes): GraphNode => {
  const [axes, kept] = (terms[0] as Application).attributes as readonly [readonly number[], boolean]
  return ops.sum(
    ops.concatenate(
      terms.map(term => inputOf(term, 0)),
      0,
    ),
    axes,
    kept,
  )
}

/** Parts that stand beside each other, as one; parts that overlap, or leave gaps, stay as they are. */
const onePart = (ops: Ops<GraphNode>, terms: Nodes): Nodes => {
  const marginsOf = (term: GraphNode) => (term as Application).attributes[0] as readonly Margin[]
  const axis = marginsOf(terms[0] as GraphNode).findIndex(([before, after]) => before > 0 || after > 0)
  const place = (term: GraphNode) => marginsOf(term)[axis] as Margin
  const order = terms.toSorted((a, b) => place(a)[0] - place(b)[0])
  const size = (terms[0] as GraphNode).shape[axis] as number
  const runs: GraphNode[][] = []
  for (const term of order) {
    const before = runs.find(run => size - place(run.at(-1) as GraphNode)[1] === place(term)[0])
    if (before) before.push(term)
    else runs.push([term])
  }
  return runs.map(run => {
    const [before, after] = [place(run[0] as GraphNode)[0], place(run.at(-1) as GraphNode)[1]]
    const parts = ops.concatenate(
      run.map(term => inputOf(term, 0)),
      axis,
    )
    return ops.pad(
      parts,
      parts.shape.map((_, i): Margin => (i === axis ? [before, after] : [0, 0])),
    )
  })
}

const together = (ops: Ops<GraphNode>, kind: string, terms: Nodes): Nodes => {
  if (terms.length === 1) return terms
  if (kind.startsWith('pad')) return onePart(ops, terms)
  if (kind === 'product') return [oneProduct(ops, terms)]
  return kind.startsWith('sum') ? [oneSum(ops, terms)] : terms
}

/**
 * The same graph with the terms of its sums put together: products of transposed matrices as one product, sums over rows
 * as one sum, parts that are padded to stand beside each other as one concatenation. Outputs are the same within rounding.
 */
export const mergeSums: (graph: Graph) => Graph = throughLoops(graph => {
  const inner = innerSums(graph.outputs)
  return rewritten(graph, (_, { ops, renewed }, before) => {
    if (!isSum(before) || inner.has(before)) return undefined
    const terms = termsOf(before, inner)
    const groups = new Map<string, GraphNode[]>()
    for (const term of terms.map(renewed)) groups.set(kindOf(term), [...(groups.get(kindOf(term)) ?? []), term])
    const merged = [...groups].flatMap(([kind, group]) => together(ops, kind, group))
    return merged.length < terms.length ? merged.reduce((a, b) => ops.add(a, b)) : undefined
  })
})
