import { known, sizeOf } from '../base/shape.ts'
import type { Application, Constant, Graph } from '../graph/graph.ts'
import { rewritten } from '../graph/rewrite.ts'
import { numbersOf } from './sized.ts'

// Constants that repeat the same numbers for each example: they have to be made for any batch.

/** The numbers of one example, along the axis of a constant that has as many elements as the batch. */
const ofOne = (constant: Constant, axis: number): Float32Array | undefined => {
  const shape = known(constant.shape)
  const values = numbersOf(constant)
  const [count, size, inner] = [sizeOf(shape.slice(0, axis)), shape[axis] as number, sizeOf(shape.slice(axis + 1))]
  const found = new Float32Array(count * inner)
  for (let i = 0; i < count; i++) {
    const from = i * size * inner
    found.set(values.subarray(from, from + inner), i * inner)
    for (let k = inner; k < size * inner; k++)
      if (!Object.is(values[from + k], values[from + (k % inner)])) return undefined
  }
  return found
}

/** The same graph with constants broadcast that are the same for each example. */
export const repeatedFor = (graph: Graph, batch: number): Graph =>
  rewritten(graph, (node, { keep }) => {
    if (node.kind !== 'constant' || typeof node.values === 'number') return undefined
    const axis = node.shape.indexOf(batch)
    const values = axis < 0 ? undefined : ofOne(node, axis)
    if (values === undefined) return undefined
    const one = keep(Object.freeze<Constant>({ kind: 'constant', values, shape: node.shape.with(axis, 1) }))
    const { shape } = node
    return keep(
      Object.freeze<Application>({
        kind: 'application',
        operation: 'broadcast',
        inputs: [one],
        attributes: [shape],
        shape,
      }),
    )
  })
