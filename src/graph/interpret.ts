import { perform } from '../core/operations.ts'
import type { Ops } from '../core/ops.ts'
import { type Fused, type GraphNode, type Scan, topological } from './graph.ts'

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
  const scans = new Map<Scan, readonly [readonly T[], T]>()
  for (const node of topological(outputs, node => bound.has(node))) {
    if (bound.has(node)) continue
    if (node.kind === 'scan') {
      scans.set(node, runScan(ops, node, value, bound))
      continue
    }
    bound.set(node, compute(ops, node, value, scans))
  }
  return outputs.map(value)
}

const runScan = <T>(
  ops: Ops<T>,
  { carried, step, next, output, initial, sequence }: Scan,
  value: (node: GraphNode) => T,
  bound: ReadonlyMap<GraphNode, T>,
): readonly [readonly T[], T] =>
  ops.scan(
    (own, now) => {
      // The body may use nodes of the graph around it, which keep their values.
      const inner = new Map(bound)
      carried.forEach((node, i) => {
        inner.set(node, own[i] as T)
      })
      inner.set(step, now)
      const results = interpret(ops, [...next, output], inner)
      return [results.slice(0, -1), results.at(-1) as T]
    },
    initial.map(value),
    value(sequence),
  )

const compute = <T>(
  beneath: Ops<T>,
  node: Exclude<GraphNode, Scan>,
  value: (node: GraphNode) => T,
  scans: ReadonlyMap<Scan, readonly [readonly T[], T]>,
): T => {
  switch (node.kind) {
    case 'placeholder':
      throw new RangeError(`${node.name}: a placeholder without a value`)
    case 'constant':
      return beneath.constant(node.values, node.shape as readonly number[])
    case 'draw':
      return beneath[node.distribution](node.key, node.shape)
    case 'scan result': {
      const [last, outputs] = scans.get(node.scan) as readonly [readonly T[], T]
      return node.result === 'outputs' ? outputs : (last[node.result] as T)
    }
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
