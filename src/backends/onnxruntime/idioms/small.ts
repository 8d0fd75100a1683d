import { sizeOf } from '../../../base/shape.ts'
import { type GraphNode, isA } from '../../../graph/graph.ts'
import { uniform } from '../../../graph/simplify.ts'
import { microsoft } from '../model.ts'
import { asGiven, laid, reshaped, type Value } from '../values.ts'
import { operatorFor } from './elementwise.ts'
import type { Idiom, Recognize } from './idiom.ts'

// Operators of ONNX Runtime's own that compute on small tensors in one call what takes several: a call takes a microsecond, as
// long as a thousand elements. On large tensors they are not faster, and derivatives need the parts again.

/** The most elements of a small tensor. */
const most = 2 ** 12
const small =
  (recognize: Recognize): Recognize =>
  node =>
    (sizeOf(node.shape) ?? most) < most ? recognize(node) : undefined

const gelu = operatorFor(
  'Gelu',
  (ops, x) => {
    const twicePhi = ops.add(ops.erf(ops.multiply(x, ops.constant(Math.SQRT1_2))), ops.constant(1))
    return ops.multiply(ops.multiply(x, twicePhi), ops.constant(0.5))
  },
  { domain: microsoft },
)

/** What is added to the mean of the squares of `x` along the last axis, if a node is one over the root of that. */
const marginOf = (x: GraphNode, node: GraphNode): number | undefined => {
  const sum = isA(node, 'rsqrt') ? node.inputs[0] : undefined
  const mean = isA(sum, 'add') ? sum.inputs[0] : undefined
  const square = isA(mean, 'mean') ? mean.inputs[0] : undefined
  const margin = isA(sum, 'add') ? uniform(sum.inputs[1]) : undefined
  const isAlongRows = isA(mean, 'mean') && mean.attributes[0].join() === String(x.shape.length - 1)
  const isOfX = isA(square, 'square') && square.inputs[0] === x
  return isAlongRows && isOfX && mean.shape.length === x.shape.length ? margin : undefined
}

/** A tensor times the inverse of the root of the mean of its squares, perhaps times numbers for the elements of a row. */
const rootMeanSquare: Recognize = node => {
  if (!isA(node, 'multiply')) return undefined
  for (const [x, factor] of [node.inputs, node.inputs.toReversed() as [GraphNode, GraphNode]]) {
    if (x.shape.join() !== node.shape.join()) continue
    const scales = isA(factor, 'multiply') ? [factor.inputs, factor.inputs.toReversed()] : [[factor]]
    for (const [inverse, scale] of scales as [GraphNode, GraphNode?][]) {
      const epsilon = marginOf(x, inverse)
      if (epsilon !== undefined && isOfRow(scale, x)) return normalizing(x, scale, epsilon)
    }
  }
  return undefined
}
const isOfRow = (scale: GraphNode | undefined, x: GraphNode): boolean =>
  scale === undefined || (sizeOf(scale.shape) === x.shape.at(-1) && scale.shape.at(-1) === x.shape.at(-1))

const normalizing = (x: GraphNode, scale: GraphNode | undefined, epsilon: number): Idiom => ({
  inputs: scale === undefined ? [x] : [x, scale],
  lower: (emit, [own, given]) => {
    const count = x.shape.at(-1) as number
    const factors =
      given === undefined
        ? emit.floats(new Float32Array(count).fill(1), [count])
        : laid(emit, reshaped(emit, given, [count]))
    const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } }
    return asGiven(emit.node('SimplifiedLayerNormalization', [laid(emit, own as Value), factors], attributes), [
      ...(own as Value).shape,
    ])
  },
})

/** Idioms of small tensors. */
export const onSmall: readonly Recognize[] = [small(gelu), small(rootMeanSquare)]
