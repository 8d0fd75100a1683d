import { known, sizeOf } from '../../base/shape.ts'
import type { GraphNode } from '../../graph/graph.ts'
import { rowWriteOf } from '../../graph/row-write.ts'
import type { Compute } from '../tfjs/native.ts'
import { copying } from './copying.ts'
import { placing } from './elementwise.ts'
import { filling } from './filling.ts'
import type { Module } from './module.ts'

/** A row that is written into what is kept, a copy of it unless nothing else needs it; `undefined` for other nodes. */
export const writing = (module: Module, node: GraphNode): Compute | undefined => {
  const write = rowWriteOf(node)
  if (write === undefined) return undefined
  const { memory } = module
  const { axis } = write
  const [shape, row] = [known(write.kept.shape), known(write.row.shape)]
  const copyAll = copying(module, { size: shape, from: shape, to: shape })
  const copyRow = copying(module, { size: row, from: row, to: shape })
  const [count, step] = [shape[axis] as number, 4 * sizeOf(shape.slice(axis + 1))]
  return filling(
    module,
    shape,
    (to, kept, from, position) => {
      const [at = -1] = new Float32Array(memory.buffer, position, 1)
      if (to !== kept) copyAll(to, kept)
      if (Number.isInteger(at) && at >= 0 && at < count) copyRow(to + at * step, from)
    },
    // Over what is kept, but not over the row or the position.
    placing(module, [shape], shape),
  )
}
