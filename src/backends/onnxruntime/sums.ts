import type { Margin } from '../../core/ops.ts'
import { type Graph, type GraphNode, operands, topological } from '../../graph/graph.ts'
import { graphOps } from '../../ops/graph.ts'

// Gradients of what is used in many places are long sums. Those of unrolled walks add up parts of one tensor, each with
// zeros all around it, and products for each step: the parts are put side by side instead, and the products are made as
// one, whose inner axis is that of all of them.

type Apply<O> = GraphNode & { readonly kind: 'application'; readonly operation: O }
const is = <O extends string>(node: GraphNode, operation: O): node is Apply<O & Apply<never>['operation']> =>
  node.kind === 'application' && node.operation === operation

const sizes = (node: GraphNode): readonly number[] => node.shape as readonly number[]

/** A part of a sum that is zero outside of a range along one axis. */
interface Part {
  readonly source: GraphNode
  readonly axis: number
  readonly from: number
  readonly to: number
}

const partOf = (node: GraphNode): Part | undefined => {
  if (!is(node, 'pad')) return undefined
  const [margins] = node.attributes as readonly [readonly Margin[]]
  const axes = margins.flatMap(([before, after], axis) => (before === 0 && after === 0 ? [] : [axis]))
  const [axis] = axes
  if (axis === undefined || axes.length > 1) return undefined
  const [before, after] = margins[axis] as Margin
  const [source] = node.inputs as readonly [GraphNode]
  return before < 0 || after < 0
    ? undefined
    : { source, axis, from: before, to: before + (source.shape[axis] as number) }
}

/** Parts that follow one another without a gap, as few sequences of them as there are. */
const runsOf = (parts: readonly Part[]): readonly (readonly Part[])[] => {
  const runs: Part[][] = []
  for (const part of [...parts].sort((a, b) => a.from - b.from)) {
    const run = runs.find(each => each.at(-1)?.to === part.from)
    if (run) run.push(part)
    else runs.push([part])
  }
  return runs
}

/** Parts side by side, with zeros where there are none. */
const sideBySide = (run: readonly Part[], shape: readonly number[]): GraphNode => {
  const { axis, from } = run[0] as Part
  const { to } = run.at(-1) as Part
  const sources = run.map(({ source }) => source)
  const joined = sources.length === 1 ? (sources[0] as GraphNode) : graphOps.concatenate(sources, axis)
  const margins = shape.map((d, i): Margin => (i === axis ? [from, d - to] : [0, 0]))
  return margins.every(([before, after]) => before === 0 && after === 0) ? joined : graphOps.pad(joined, margins)
}

const groupsOf = <V>(values: readonly V[], key: (value: V) => string): readonly (readonly V[])[] => {
  const groups = new Map<string, V[]>()
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value])
  return [...groups.values()]
}

/** Products that are worth making as one: many, and small beside what they add up to. */
const isWorthwhile = (products: readonly Apply<'matmul'>[]): boolean => {
  const [a, b] = operands(products[0] as GraphNode).map(sizes) as [readonly number[], readonly number[]]
  const [n, k, m] = [a[0], a[1], b[1]] as [number, number, number]
  return a.length === 2 && products.length > 3 && (n + m) * k <= 4 * n * m
}
const together = (products: readonly Apply<'matmul'>[]): GraphNode =>
  graphOps.matmul(
    graphOps.concatenate(
      products.map(({ inputs }) => inputs[0] as GraphNode),
      1,
    ),
    graphOps.concatenate(
      products.map(({ inputs }) => inputs[1] as GraphNode),
      0,
    ),
  )

/** The terms of a sum of a shape, with parts and products brought together. */
const gathered = (
  terms: readonly GraphNode[],
  shape: readonly number[],
  isFree: (node: GraphNode) => boolean,
): readonly GraphNode[] => {
  const whole = terms.filter(node => node.shape.join() === shape.join())
  const padded = whole.filter(node => partOf(node) !== undefined)
  const products = whole.filter((node): node is Apply<'matmul'> => is(node, 'matmul') && isFree(node))
  const alike = groupsOf(products, ({ inputs }) => inputs.map(({ shape: own }) => own.join('x')).join()).filter(
    isWorthwhile,
  )
  const taken = new Set<GraphNode>([...padded, ...alike.flat()])
  const runs = groupsOf(padded.map(partOf) as readonly Part[], ({ axis }) => String(axis)).flatMap(runsOf)
  return [...terms.filter(node => !taken.has(node)), ...runs.map(run => sideBySide(run, shape)), ...alike.map(together)]
}

/** The terms of sums of sums, as far as no sum within is needed elsewhere. */
const termsOf = (sum: GraphNode, isFree: (node: GraphNode) => boolean): readonly GraphNode[] => {
  const terms: GraphNode[] = []
  const pending = [...operands(sum)].reverse()
  for (let node = pending.pop(); node !== undefined; node = pending.pop())
    if (is(node, 'add') && isFree(node) && node.shape.join() === sum.shape.join())
      pending.push(...[...operands(node)].reverse())
    else terms.push(node)
  return terms
}

const usesOf = (nodes: readonly GraphNode[], outputs: readonly GraphNode[]): ReadonlyMap<GraphNode, number> => {
  const uses = new Map<GraphNode, number>()
  for (const node of [...nodes.flatMap(operands), ...outputs]) uses.set(node, (uses.get(node) ?? 0) + 1)
  return uses
}

const withInputs = (node: GraphNode, inputs: readonly GraphNode[]): GraphNode => {
  if (node.kind !== 'application' && node.kind !== 'fused') return node
  return inputs.every((input, i) => input === node.inputs[i])
    ? node
    : Object.freeze({ ...node, inputs: Object.freeze(inputs) })
}

/** Sums that are terms of a sum, and needed nowhere else. */
const innerSums = (order: readonly GraphNode[], isFree: (node: GraphNode) => boolean): ReadonlySet<GraphNode> =>
  new Set(
    order
      .filter(node => is(node, 'add'))
      .flatMap(sum =>
        operands(sum).filter(term => is(term, 'add') && isFree(term) && term.shape.join() === sum.shape.join()),
      ),
  )

/** The same graph, with long sums of parts and of products made as few operations. */
export const gatherSums = (graph: Graph): Graph => {
  const order = topological(graph.outputs)
  const uses = usesOf(order, graph.outputs)
  const isFree = (node: GraphNode): boolean => uses.get(node) === 1
  const inner = innerSums(order, isFree)
  const made = new Map<GraphNode, GraphNode>()
  const madeOf = (node: GraphNode): GraphNode => made.get(node) ?? node

  const sumOf = (node: GraphNode): GraphNode => {
    const terms = termsOf(node, isFree)
    const free = new Set(terms.filter(isFree).map(madeOf))
    const all = terms.map(madeOf)
    const fewer = gathered(all, sizes(node), term => free.has(term))
    const isChanged = fewer.length < all.length || all.length > 2
    return isChanged ? fewer.reduce((a, b) => graphOps.add(a, b)) : withInputs(node, operands(node).map(madeOf))
  }
  for (const node of order)
    if (!inner.has(node)) made.set(node, is(node, 'add') ? sumOf(node) : withInputs(node, operands(node).map(madeOf)))
  return { kind: 'Graph', inputs: graph.inputs, outputs: graph.outputs.map(madeOf) }
}
