import type { KernelCall } from '../ops/kernels.ts'
import { type Ops, runRule } from '../ops/ops.ts'
import type { GraphNode } from './graph.ts'
import { type KeepRule, tracer } from './ops.ts'

// Functions with a gradient of their own, as calls in a graph: what runs it may differentiate it.

/** The results of a function, each a call that knows the rule. */
export const ruled: KeepRule = (ops, rule, inputs) => {
  const { withGradient: _, withKernel, ...plain } = ops
  if (withKernel === undefined) return rule.forward(plain, inputs)
  const results: KernelCall['results'] = (inner, given) => {
    // Kept, where nothing is differentiated but a graph is made of this one.
    const kept = inner.withGradient === undefined ? calls.map(call => inner.withKernel?.(call, given)) : []
    const isKept = kept.length > 0 && !kept.includes(undefined)
    return isKept ? (kept as (typeof given)[number][]) : runRule(inner, rule, given)
  }
  // By the identity of its kernels, graphs tell the function from others.
  const kernels = Object.freeze({})
  const calls = rule.forward(plain, inputs).map(
    ({ shape }, at): KernelCall =>
      Object.freeze({
        ...{ name: 'withGradient', kernels, given: Object.freeze([at]), shape, results, at },
        run: <T>(inner: Ops<T>, given: readonly T[]): T => results(inner, given)[at] as T,
      }),
  )
  return calls.map(call => withKernel(call, inputs) as GraphNode)
}

/** The tracing interpreter: each operation becomes a node of a graph, and nothing is computed. */
export const graphOps: Ops<GraphNode> = tracer(node => node, undefined, ruled)
