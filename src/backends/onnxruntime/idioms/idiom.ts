import type { GraphNode } from '../../../graph/graph.ts'
import type { Emitter } from '../emitter.ts'
import type { Value } from '../values.ts'

/** What nodes compute together, by other operators than one for each. */
export interface Idiom {
  /** The nodes from which it is computed. */
  readonly inputs: readonly GraphNode[]
  readonly lower: (emit: Emitter, inputs: readonly Value[]) => Value
}

/** Recognizes the last node of an idiom. */
export type Recognize = (node: GraphNode) => Idiom | undefined
