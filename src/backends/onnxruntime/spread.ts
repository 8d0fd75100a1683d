import { type GraphNode, isA } from '../../graph/graph.ts'
import type { Margin, Pair } from '../../ops/ops.ts'

// The gradient of a strided convolution spreads elements apart by `spread` of `ops`, whose operations are recognized here.

interface Gap {
  readonly source: GraphNode
  readonly axis: number
  readonly gap: number
}

/** A slice that spreads elements along one axis; otherwise `undefined`. */
const gapOf = (node: GraphNode): Gap | undefined => {
  if (!isA(node, 'slice') || node.attributes[0].some(from => from !== 0)) return undefined
  const [joined] = node.inputs
  const [padded] = isA(joined, 'reshape') ? joined.inputs : []
  if (!isA(padded, 'pad')) return undefined
  const [apart] = padded.inputs
  const [source] = isA(apart, 'reshape') ? apart.inputs : []
  const margins: readonly Margin[] = padded.attributes[0]
  const added = margins.findIndex(([, after]) => after > 0)
  const isPlain = margins.every(([before, after], i) => before === 0 && (i === added || after === 0))
  if (source === undefined || joined === undefined || added < 1 || !isPlain) return undefined
  const [axis, gap] = [added - 1, (margins[added] as Margin)[1] + 1]
  const expected = source.shape.map((d, i) => (i === axis ? ((d as number) - 1) * gap + 1 : d))
  const whole = source.shape.map((d, i) => (i === axis ? (d as number) * gap : d))
  const opened = [...source.shape.slice(0, added), 1, ...source.shape.slice(added)]
  const isSpread =
    node.shape.join() === expected.join() &&
    joined.shape.join() === whole.join() &&
    apart?.shape.join() === opened.join()
  return isSpread ? { source, axis, gap } : undefined
}

/** Images [batch, rows, cols, channels] whose rows or columns were spread: the images before, and the distances. */
export const spreadOf = (node: GraphNode): { readonly source: GraphNode; readonly gaps: Pair } | undefined => {
  const outer = gapOf(node)
  if (outer === undefined || (outer.axis !== 1 && outer.axis !== 2)) return undefined
  const inner = outer.axis === 2 ? gapOf(outer.source) : undefined
  if (inner?.axis === 1) return { source: inner.source, gaps: [inner.gap, outer.gap] }
  return { source: outer.source, gaps: outer.axis === 1 ? [outer.gap, 1] : [1, outer.gap] }
}
