import type { GraphNode } from '../../../graph/graph.ts'
import type { Ops } from '../../../ops/ops.ts'
import type { Value } from '../values.ts'
import type { Recognize } from './idiom.ts'
import { patternOf } from './pattern.ts'

// Round is 2 times as fast as what it is composed of, Ceil 1.3 times. Sign, Clip, Tan, Mod and Gelu are not faster, or not right.

/** Composed operations of one tensor, element by element, by operator. */
const composed: Readonly<Record<string, (ops: Ops<GraphNode>, x: GraphNode) => GraphNode>> = {
  Round: (ops, x) => ops.round(x),
  Ceil: (ops, x) => ops.ceil(x),
}
const patterns = Object.entries(composed).map(([operator, of]) => [operator, patternOf(of)] as const)

/** An operator for what is composed of others, element by element. */
export const elementwise: Recognize = node => {
  for (const [operator, operand] of patterns) {
    const x = operand(node)
    if (x !== undefined)
      return {
        inputs: [x],
        lower: (emit, [own]) => ({ ...(own as Value), name: emit.node(operator, [(own as Value).name]) }),
      }
  }
  return undefined
}
