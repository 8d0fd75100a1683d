import type { Emitter } from '../emitter.ts'
import type { Attributes } from '../model.ts'
import { asItLies, inOrder, type Value, without } from '../values.ts'
import { cast } from './elementwise.ts'
import type { Lowering, Lowerings } from './lowering.ts'

type Reduce = (emit: Emitter, name: string, axes: string, keepdims: Attributes) => string
const by =
  (operator: string): Reduce =>
  (emit, name, axes, keepdims) =>
    emit.node(operator, [name, axes], keepdims)
/** The largest elements, or NaN where there is one: ONNX Runtime passes over it. A sum of magnitudes is NaN there only. */
const largest: Reduce = (emit, ...rest) => {
  const sums = by('ReduceL1')(emit, ...rest)
  return emit.node('Where', [emit.node('IsNaN', [sums]), sums, by('ReduceMax')(emit, ...rest)])
}

const reduction =
  (reduce: Reduce): Lowering<'sum'> =>
  ({ emit }, [input], axes, keepDimensions) => {
    const x = input as Value
    if (axes.length === 0) return x
    const { name, order } = asItLies(emit, x)
    const places = axes.map(axis => order.indexOf(axis)).sort((a, b) => a - b)
    const reduced = reduce(emit, name, emit.integers(places), { keepdims: { int: keepDimensions ? 1 : 0 } })
    const shape = x.shape.map((d, axis) => (axes.includes(axis) ? 1 : d))
    if (keepDimensions) return inOrder(reduced, shape, order)
    return inOrder(
      reduced,
      shape.filter((_, axis) => !axes.includes(axis)),
      without(order, axes),
    )
  }

/** An operator that works along the last axis of the graph. */
const alongLast =
  (operator: string): Lowering<'softmax'> =>
  ({ emit }, [input]) => {
    const x = asItLies(emit, input as Value)
    const axis = x.order.indexOf(x.shape.length - 1)
    return { ...x, name: emit.node(operator, [x.name], { axis: { int: axis } }) }
  }

/** Operations that bring the elements along some axes together. */
export const reductions: Lowerings<'sum' | 'mean' | 'max' | 'argMax' | 'softmax' | 'logSoftmax'> = {
  sum: reduction(by('ReduceSum')),
  mean: reduction(by('ReduceMean')),
  max: reduction(largest),
  argMax: ({ emit }, [input]) => {
    const { name, shape, order } = asItLies(emit, input as Value)
    const last = shape.length - 1
    const place = emit.node('ArgMax', [name], { axis: { int: order.indexOf(last) }, keepdims: { int: 0 } })
    return inOrder(cast(emit, place, 'float'), shape.slice(0, last), without(order, [last]))
  },
  softmax: alongLast('Softmax'),
  logSoftmax: alongLast('LogSoftmax'),
}
