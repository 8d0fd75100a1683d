import { type GraphNode, isA } from '../../../graph/graph.ts'
import { uniform } from '../../../graph/simplify.ts'
import { checked } from '../../../ops/composed/indexing.ts'
import { cast } from '../lowerings/elementwise.ts'
import { placesOf } from '../lowerings/moves.ts'
import { ordered } from '../lowerings/reductions.ts'
import { asGiven, laid, reshaped, type Value } from '../values.ts'
import type { Recognize } from './idiom.ts'
import { patternOf } from './pattern.ts'

// The largest elements and elements by their positions in rows. TopK finds few elements 3 to 30 times as fast as all are
// ordered. GatherElements is 8 times as fast as what finds elements of rows that lie behind each other.

const isTurned = (node: GraphNode | undefined): node is GraphNode & { readonly inputs: readonly [GraphNode] } =>
  isA(node, 'reverse') && node.attributes[0].join() === String(node.shape.length - 1)

/** What is ordered, if a node has positions in descending order: counted from the end, of elements that are backwards. */
const descendingOf = (node: GraphNode): GraphNode | undefined => {
  if (!isA(node, 'subtract')) return undefined
  const [last, turned] = node.inputs
  if (uniform(last) !== (node.shape.at(-1) as number) - 1 || !isTurned(turned)) return undefined
  const [order] = turned.inputs
  return isA(order, 'argSort') && isTurned(order.inputs[0]) ? order.inputs[0].inputs[0] : undefined
}

/** The positions of the largest elements along the last axis. */
export const largest: Recognize = node => {
  const isSlice =
    isA(node, 'slice') &&
    node.attributes[0].every(from => from === 0) &&
    node.shape.slice(0, -1).join() === node.inputs[0].shape.slice(0, -1).join()
  const x = descendingOf(isSlice ? node.inputs[0] : node)
  if (x === undefined) return undefined
  const count = node.shape.at(-1) as number
  return { inputs: [x], lower: (emit, [input]) => ordered(emit, input as Value, count, 'largest') }
}

/** Whether a node has positions of elements of rows [_, n]: those of an order. */
const areOrdered = (node: GraphNode, n: number): boolean => {
  if (isA(node, 'reshape') || isA(node, 'slice') || isA(node, 'transpose')) return areOrdered(node.inputs[0], n)
  const x = isA(node, 'argSort') ? node.inputs[0] : descendingOf(node)
  return x?.shape.at(-1) === n
}

/** The positions in the rows of a table, if indices have them with the start of each row added. */
const withoutStarts = (indices: GraphNode, rows: number, n: number): GraphNode | undefined => {
  if (rows === 1) return indices
  if (!isA(indices, 'add')) return undefined
  const [positions, starts] = indices.inputs
  const areStarts =
    starts.kind === 'constant' &&
    starts.values instanceof Float32Array &&
    starts.shape.join() === `${rows},1` &&
    starts.values.every((value, row) => value === row * n)
  return areStarts && positions.shape.join() === indices.shape.join() ? positions : undefined
}

/** Elements of rows by position, which are looked up in all rows behind each other. */
export const alongRows: Recognize = node => {
  if (!isA(node, 'gather')) return undefined
  const [table, indices] = node.inputs
  const [rows, count] = indices.shape as readonly [number, number?]
  const n = (table.shape[0] as number) / rows
  if (count === undefined || indices.shape.length > 2 || table.shape.length > 1) return undefined
  const found = withoutStarts(indices, rows, n)
  if (found === undefined) return undefined
  const isOrder = areOrdered(found, n)
  const positions = isOrder ? found : patternOf((ops, x) => checked(ops, x, n))(found)
  if (positions === undefined) return undefined
  return {
    inputs: [isA(table, 'reshape') ? table.inputs[0] : table, positions],
    lower: (emit, [x, at]) => {
      const own = laid(emit, at as Value)
      const places = isOrder ? cast(emit, own, 'int64') : placesOf(emit, own, n)
      const lines = laid(emit, reshaped(emit, x as Value, [rows, n]))
      return asGiven(emit.node('GatherElements', [lines, places], { axis: { int: 1 } }), [rows, count])
    },
  }
}
