import type { GraphNode } from '../graph/graph.ts'
import type { Ops } from '../ops/ops.ts'
import { meanOf } from '../training/metrics/weights.ts'
import { flagName, penaltyName } from '../training/report.ts'
import type { Group } from '../training/scoring.ts'
import type { TracedUpdate } from '../training/traced.ts'
import { type Counted, meanOfCounted } from '../training/weighting.ts'

const asNode = (ops: Ops<GraphNode>, sum: Group<GraphNode>[number]): GraphNode =>
  typeof sum === 'number' ? ops.constant(sum) : (sum as GraphNode)

/**
 * What a batch says before the update, by the names that reports have: the loss, those of single outputs, metrics and norms of
 * gradients. A metric that is no mean is finished in JavaScript; in its place are the sums that it is finished of, which add up
 * over batches.
 */
export const measuredNodes = (
  ops: Ops<GraphNode>,
  { scoring: { losses, metrics }, measured: { groups, extras }, loss }: TracedUpdate,
): readonly (readonly [name: string, value: GraphNode])[] => {
  const [ofLosses, ofMetrics, others] = [
    groups.slice(0, losses.length),
    groups.slice(losses.length, losses.length + metrics.length),
    groups.slice(losses.length + metrics.length),
  ]
  const mean = (rule: { readonly root: boolean }, [sum, count]: Group<GraphNode>): GraphNode =>
    meanOfCounted(ops, rule, { sum, count } as Counted<GraphNode>)
  return [
    ['loss', loss],
    ...losses.flatMap(({ loss, name }, i) =>
      name === null ? [] : [[name, mean(loss, ofLosses[i] as Group<GraphNode>)] as const],
    ),
    ...metrics.flatMap(({ metric, name }, i) => {
      const sums = ofMetrics[i] as Group<GraphNode>
      if (metric.finish === (meanOf as unknown)) return [[name, mean({ root: false }, sums)] as const]
      return sums.map((sum, k) => [`${name}/${k + 1}`, asNode(ops, sum)] as const)
    }),
    ...others.flatMap(([value = null], i) => {
      const name = extras[i] as string
      return name === penaltyName || name === flagName ? [] : [[name, asNode(ops, value)] as const]
    }),
  ]
}
