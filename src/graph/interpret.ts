import { perform } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { type Fused, type GraphNode, type Loop, type Scan, topological } from './graph.ts'

/**
 * Runs a graph in an interpretation of the operations: the converse of tracing. In the tracing interpreter it copies a
 * graph, with other nodes in place of those that are bound; on a tape it differentiates it; eager, it computes it.
 *
 * @param bound what some nodes are, at least the placeholders that the outputs depend on; gets the value of every node
 * @returns the value of each output
 * @throws RangeError when a placeholder is not bound
 */
export const interpret = <T>(ops: Ops<T>, outputs: readonly GraphNode[], bound: Map<GraphNode, T>): readonly T[] => {
  const value = (node: GraphNode): T => bound.get(node) as T
  const results = new Map<Scan | Loop, readonly T[]>()
  for (const node of topological(outputs, node => bound.has(node))) {
    if (bound.has(node)) continue
    if (node.kind === 'scan') results.set(node, runScan(ops, node, value))
    else if (node.kind === 'loop') results.set(node, runLoop(ops, node, value))
    else bound.set(node, compute(ops, node, value, results))
  }
  return outputs.map(value)
}

/** What the placeholders of a body are: those of its own, and those that stand for what it captured. */
const boundIn = <T>(
  own: readonly (readonly [GraphNode, T])[],
  { captured, inner }: Scan | Loop,
  value: (node: GraphNode) => T,
): Map<GraphNode, T> => new Map([...own, ...inner.map((node, i) => [node, value(captured[i] as GraphNode)] as const)])

/** What is carried at the end, then the outputs. */
const runScan = <T>(ops: Ops<T>, node: Scan, value: (node: GraphNode) => T): readonly T[] => {
  const { carried, step, next, output, initial, sequence } = node
  const [last, outputs] = ops.scan(
    (given, now) => {
      const own = [...carried.map((each, i) => [each, given[i] as T] as const), [step, now] as const]
      const results = interpret(ops, [...next, output], boundIn(own, node, value))
      return [results.slice(0, -1), results.at(-1) as T]
    },
    initial.map(value),
    value(sequence),
  )
  return [...last, outputs]
}

const runLoop = <T>(ops: Ops<T>, node: Loop, value: (node: GraphNode) => T): readonly T[] => {
  const { carried, condition, next, initial, limit } = node
  const computed = (outputs: readonly GraphNode[], given: readonly T[]): readonly T[] => {
    const own = carried.map((each, i) => [each, given[i] as T] as const)
    return interpret(ops, outputs, boundIn(own, node, value))
  }
  return ops.loop(
    given => computed([condition], given)[0] as T,
    given => computed(next, given),
    initial.map(value),
    limit,
  )
}

const compute = <T>(
  beneath: Ops<T>,
  node: Exclude<GraphNode, Scan | Loop>,
  value: (node: GraphNode) => T,
  results: ReadonlyMap<Scan | Loop, readonly T[]>,
): T => {
  switch (node.kind) {
    case 'placeholder':
      throw new RangeError(`${node.name}: a placeholder without a value`)
    case 'constant':
      return beneath.constant(node.values, node.shape as readonly number[])
    case 'draw':
      return beneath[node.distribution](node.key, node.shape)
    case 'scan result':
      return results.get(node.scan)?.at(node.result === 'outputs' ? -1 : node.result) as T
    case 'loop result':
      return results.get(node.loop)?.[node.result] as T
    case 'application': {
      const ops = node.layer === undefined ? beneath : (beneath.within?.(node.layer) ?? beneath)
      return perform(ops)(node.operation, node.inputs.map(value), node.attributes)
    }
    case 'fused':
      return unfused(beneath, node, node.inputs.map(value))
  }
}

/** What a fused node stands for, operation by operation. */
const unfused = <T>(ops: Ops<T>, { operation, attributes, activation }: Fused, inputs: readonly T[]): T => {
  const [a, b, bias] = inputs as readonly [T, T, T | undefined]
  const product = perform(ops)(operation, [a, b], attributes as never)
  const biased = bias === undefined ? product : ops.add(product, bias)
  return activation === null ? biased : ops[activation](biased)
}
