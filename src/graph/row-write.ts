import { sizeOf } from '../base/shape.ts'
import { type GraphNode, isA } from './graph.ts'

// A step that is written into what is kept of a sequence: a choice by the condition that the place is a certain one.

/** `kept` with a row in place of the one at `position` along an axis; `kept` itself if there is no such place. */
export interface RowWrite {
  readonly kept: GraphNode
  /** As `kept`, with one element along the axis. */
  readonly row: GraphNode
  /** One number. */
  readonly position: GraphNode
  readonly axis: number
}

const countsUp = (node: GraphNode, count: number): boolean =>
  node.kind === 'constant' &&
  node.values instanceof Float32Array &&
  node.values.length === count &&
  node.values.every((value, i) => value === i)

/** The node as a row that is written, if it chooses between a row and what is kept by comparing places with a position. */
export const rowWriteOf = (node: GraphNode): RowWrite | undefined => {
  if (!isA(node, 'where')) return undefined
  const [condition, row, kept] = node.inputs
  const { length } = kept.shape
  const axis = row.shape.findIndex((d, i) => d !== kept.shape[i])
  const count = kept.shape[axis] ?? null
  // Without elements there is no row.
  if (count === null || !sizeOf(kept.shape)) return undefined
  if (row.shape.length !== length || kept.shape.join() !== node.shape.join()) return undefined
  if (row.shape.join() !== kept.shape.with(axis, 1).join()) return undefined
  // For each place along the axis, whatever the others.
  const places = kept.shape.map((_, i) => (i === axis ? count : 1)).slice(length - condition.shape.length)
  if (condition.shape.join() !== places.join() || condition.shape.length < length - axis) return undefined
  let asked = condition
  while (isA(asked, 'reshape')) asked = asked.inputs[0]
  if (!isA(asked, 'equal')) return undefined
  const [a, b] = asked.inputs
  const position = countsUp(a, count) ? b : countsUp(b, count) ? a : undefined
  return position !== undefined && sizeOf(position.shape) === 1 ? { kept, row, position, axis } : undefined
}
