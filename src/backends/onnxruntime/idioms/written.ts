import { isA } from '../../../graph/graph.ts'
import { rowWriteOf } from '../../../graph/row-write.ts'
import { cast } from '../lowerings/elementwise.ts'
import { product } from '../lowerings/products.ts'
import { together, type Value } from '../values.ts'
import type { Recognize } from './idiom.ts'

/**
 * A product with what a column has been written into: each column of the product is of one column, so the column of the product
 * is chosen instead, and what is kept is not copied. For few rows, such as the queries of one token.
 */
export const writtenColumn: Recognize = node => {
  if (!isA(node, 'matmul')) return undefined
  const [a, b] = node.inputs
  const write = rowWriteOf(b)
  const rank = b.shape.length
  const isFew = 2 * (a.shape.at(-2) as number) <= (b.shape.at(-2) as number)
  if (write === undefined || !isA(b, 'where') || write.axis !== rank - 1 || a.shape.length !== rank || !isFew)
    return undefined
  return {
    inputs: [a, write.kept, write.row, b.inputs[0]],
    lower: (emit, values) => {
      const [left, kept, column, condition] = values as readonly [Value, Value, Value, Value]
      const [now, before] = [product(emit, left, column), product(emit, left, kept)]
      return together(emit, [condition, now, before], ([where, ...products]) =>
        emit.node('Where', [cast(emit, where as string, 'bool'), ...products]),
      )
    },
  }
}
