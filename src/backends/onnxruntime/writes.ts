import { known, sizeOf } from '../../base/shape.ts'
import { type Graph, type GraphNode, isA } from '../../graph/graph.ts'
import { rowWriteOf } from '../../graph/row-write.ts'

// Rows that are written into inputs, to be outputs. ONNX Runtime copies every output, so only the row is one, and is written
// here: where the input is, if the run consumes it, else into a copy.

/** An output that is an input with a row in place of another one. */
export interface RowOutput {
  /** The place of the output. */
  readonly output: number
  /** The places of the inputs: what the row is written into, and the number that says where. */
  readonly kept: number
  readonly position: number
  readonly axis: number
  readonly shape: readonly number[]
}

const beneathReshapes = (node: GraphNode): GraphNode => (isA(node, 'reshape') ? beneathReshapes(node.inputs[0]) : node)

/** The graph with rows in place of such outputs. */
export const rowsOut = (graph: Graph): readonly [graph: Graph, writes: readonly RowOutput[]] => {
  const places = new Map<GraphNode, number>(graph.inputs.map((node, i) => [node, i]))
  const writes: RowOutput[] = []
  const outputs = graph.outputs.map((node, output) => {
    const write = rowWriteOf(node)
    const kept = write && places.get(write.kept)
    const position = write && places.get(beneathReshapes(write.position))
    if (write === undefined || kept === undefined || position === undefined) return node
    writes.push({ output, kept, position, axis: write.axis, shape: known(node.shape) })
    return write.row
  })
  return [writes.length === 0 ? graph : Object.freeze({ ...graph, outputs }), writes]
}

/** Writes a row over the one at a place along the axis; nothing if there is no such place. */
export const writeRow = ({ shape, axis }: RowOutput, numbers: Float32Array, row: Float32Array, place: number): void => {
  const count = shape[axis] as number
  if (!Number.isInteger(place) || place < 0 || place >= count) return
  const size = sizeOf(shape.slice(axis + 1))
  if (size === 1) {
    for (let from = 0, to = place; from < row.length; from++, to += count) numbers[to] = row[from] as number
    return
  }
  for (let from = 0, to = place * size; from < row.length; from += size, to += count * size)
    numbers.set(row.subarray(from, from + size), to)
}
