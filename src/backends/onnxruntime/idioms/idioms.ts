import type { GraphNode } from '../../../graph/graph.ts'
import { cumulative } from './cumulative.ts'
import { elementwise } from './elementwise.ts'
import type { Idiom, Recognize } from './idiom.ts'
import { alongRows, largest } from './ordering.ts'
import { onSmall } from './small.ts'
import { writtenColumn } from './written.ts'

// What is composed of several operations, for which ONNX has an operator that is faster, and as exact.

const table: readonly Recognize[] = [...elementwise, largest, alongRows, cumulative, writtenColumn, ...onSmall]

/** The idiom that ends at a node. */
export const idiomOf = (node: GraphNode): Idiom | undefined => {
  for (const recognize of table) {
    const found = recognize(node)
    if (found !== undefined) return found
  }
  return undefined
}
