import { perform } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import {
  type Application,
  encloses,
  enclosingOf,
  type Fused,
  type GraphNode,
  type Loop,
  type Own,
  type Scan,
  topological,
} from './graph.ts'

/**
 * Runs a graph in an interpreter, the reverse of tracing: eager operations compute it, a tape differentiates it, a
 * tracing interpreter copies it.
 *
 * @param bound values of nodes, at least of the placeholders that outputs depend on; receives the value of every node
 * @returns the value of each output
 * @throws RangeError if a placeholder is not bound
 */
export const interpret = <T>(ops: Ops<T>, outputs: readonly GraphNode[], bound: Map<GraphNode, T>): readonly T[] => {
  const value = (node: GraphNode): T => bound.get(node) as T
  const results = new Map<Scan | Loop, readonly T[]>()
  const calls: Calls<T> = new Map()
  for (const node of topological(outputs, node => bound.has(node))) {
    if (bound.has(node)) continue
    if (encloses(node)) results.set(node, repeat(ops, node, value))
    else bound.set(node, compute(ops, node, value, results, calls))
  }
  return outputs.map(value)
}

/** The last carried values, then for a scan its outputs. */
const repeat = <T>(ops: Ops<T>, node: Scan | Loop, value: (node: GraphNode) => T): readonly T[] => {
  const around = node.inner.map((inner, i) => [inner, value(node.captured[i] as GraphNode)] as const)
  /** Nodes of the body, from the carried values and the step. */
  const computed = (nodes: readonly GraphNode[], given: readonly T[], ...own: (readonly [GraphNode, T])[]) => {
    const carried = node.carried.map((stand, i) => [stand, given[i] as T] as const)
    return interpret(ops, nodes, new Map([...around, ...carried, ...own]))
  }
  const initial = node.initial.map(value)
  if (node.kind === 'loop')
    return ops.loop(
      given => computed([node.condition], given)[0] as T,
      given => computed(node.next, given),
      initial,
      node.limit,
    )
  const [last, outputs] = ops.scan(
    (given, now) => {
      const results = computed([...node.next, node.output], given, [node.step, now])
      return [results.slice(0, -1), results.at(-1) as T]
    },
    initial,
    value(node.sequence),
  )
  return [...last, outputs]
}

/** An interpreter on behalf of the layer of a node. */
const inLayer = <T>(ops: Ops<T>, { layer }: Application | Own): Ops<T> =>
  layer === undefined ? ops : (ops.within?.(layer) ?? ops)

/** Functions of several results that were run, by what they have in common. */
type Calls<T> = Map<object, { readonly inputs: readonly GraphNode[]; readonly all: readonly T[] }[]>

/** The result of a call. A function of several results is run once for all of them. */
const called = <T>(ops: Ops<T>, { call, inputs }: Own, value: (node: GraphNode) => T, calls: Calls<T>): T => {
  const { results, at = 0, kernels } = call
  if (results === undefined) return call.run(ops, inputs.map(value))
  const before = calls.get(kernels) ?? []
  const known = before.find(other => other.inputs.every((input, i) => input === inputs[i]))
  const all = known?.all ?? results(ops, inputs.map(value))
  if (known === undefined) calls.set(kernels, [...before, { inputs, all }])
  return all[at] as T
}

const compute = <T>(
  beneath: Ops<T>,
  node: Exclude<GraphNode, Scan | Loop>,
  value: (node: GraphNode) => T,
  results: ReadonlyMap<Scan | Loop, readonly T[]>,
  calls: Calls<T>,
): T => {
  switch (node.kind) {
    case 'placeholder':
      throw new RangeError(`${node.name}: a placeholder without a value`)
    case 'constant':
      return beneath.constant(node.values, node.shape as readonly number[])
    case 'draw':
      return beneath[node.distribution](node.key, node.shape)
    case 'scan result':
    case 'loop result':
      return results.get(enclosingOf(node))?.at(node.result === 'outputs' ? -1 : node.result) as T
    case 'application':
      return perform(inLayer(beneath, node))(node.operation, node.inputs.map(value), node.attributes)
    case 'own':
      return called(inLayer(beneath, node), node, value, calls)
    case 'fused':
      return unfused(beneath, node, node.inputs.map(value))
  }
}

/** A fused node, operation by operation. */
const unfused = <T>(ops: Ops<T>, { operation, attributes, activation }: Fused, inputs: readonly T[]): T => {
  const [a, b, bias] = inputs as readonly [T, T, T | undefined]
  const product = perform(ops)(operation, [a, b], attributes as never)
  const biased = bias === undefined ? product : ops.add(product, bias)
  return activation === null ? biased : ops[activation](biased)
}
