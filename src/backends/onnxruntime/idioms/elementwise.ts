import type { GraphNode } from '../../../graph/graph.ts'
import type { Ops } from '../../../ops/ops.ts'
import type { Application } from '../emitter.ts'
import { eachBy } from '../lowerings/elementwise.ts'
import type { Value } from '../values.ts'
import type { Recognize } from './idiom.ts'
import { patternOf } from './pattern.ts'

// Round is 2 times as fast as what it is composed of, Ceil 1.3 times. Sign, Clip, Tan, Mod and, on large tensors, Gelu are not
// faster, or not right.

/** Recognizes what is composed of others, element by element, for which there is an operator. */
export const operatorFor = (
  operator: string,
  composed: (ops: Ops<GraphNode>, x: GraphNode) => GraphNode,
  beside?: Application,
): Recognize => {
  const operand = patternOf(composed)
  return node => {
    const x = operand(node)
    return x && { inputs: [x], lower: (emit, [own]) => eachBy(emit, operator, own as Value, beside) }
  }
}

/** Operators that are faster on all tensors. */
export const elementwise: readonly Recognize[] = [
  operatorFor('Round', (ops, x) => ops.round(x)),
  operatorFor('Ceil', (ops, x) => ops.ceil(x)),
]
