import { sizeOf } from '../../../base/shape.ts'
import type { Emitter } from '../emitter.ts'
import type { Attributes } from '../model.ts'
import { inOrder, reshaped, whole, without } from '../values.ts'
import { cast } from './elementwise.ts'
import { isLong, longSum } from './long-sums.ts'
import type { Lowering, Lowerings } from './lowering.ts'

type Reduce = (emit: Emitter, name: string, axes: readonly number[], attributes: Attributes) => string
const by =
  (operator: string): Reduce =>
  (emit, name, axes, attributes) =>
    // Axes are an attribute in older operator sets, except for sums.
    emit.aim.opset < 18 && operator !== 'ReduceSum'
      ? emit.node(operator, [name], { ...attributes, axes: { ints: axes } })
      : emit.node(operator, [name, emit.integers(axes)], attributes)
/** The largest elements, or NaN if there is one, which ONNX Runtime ignores: the sum of absolute values is NaN then. */
const largest: Reduce = (emit, ...rest) => {
  if (emit.aim.isPortable) return by('ReduceMax')(emit, ...rest)
  const sums = by('ReduceL1')(emit, ...rest)
  return emit.node('Where', [emit.node('IsNaN', [sums]), sums, by('ReduceMax')(emit, ...rest)])
}

/** A sum or mean of many elements, made of partial sums. */
const inParts = (
  emit: Emitter,
  name: string,
  dims: readonly number[],
  places: readonly number[],
  kind: 'sum' | 'mean',
): string => {
  const sum = longSum(emit, name, dims, places)
  if (kind === 'sum') return sum
  return emit.node('Div', [sum, emit.scalar(sizeOf(places.map(place => dims[place] as number)))])
}

const reduction =
  (reduce: Reduce, kind?: 'sum' | 'mean'): Lowering<'sum'> =>
  ({ emit }, x, axes, keepDimensions) => {
    if (axes.length === 0) return x
    const { name, order, dims } = whole(emit, x)
    const places = axes.map(axis => order.indexOf(axis)).sort((a, b) => a - b)
    const shape = x.shape.map((d, axis) => (axes.includes(axis) ? 1 : d))
    const rest = shape.filter((_, axis) => !axes.includes(axis))
    if (kind !== undefined && !emit.aim.isPortable && isLong(sizeOf(places.map(place => dims[place] as number)))) {
      const sum = inOrder(inParts(emit, name, dims, places, kind), shape, order)
      return keepDimensions ? sum : reshaped(emit, sum, rest)
    }
    const reduced = reduce(emit, name, places, { keepdims: { int: keepDimensions ? 1 : 0 } })
    return keepDimensions ? inOrder(reduced, shape, order) : inOrder(reduced, rest, without(order, axes))
  }

/** The first NaN along an axis, which is the largest element; otherwise the largest number. */
const firstNaN = (emit: Emitter, name: string, axis: number, largest: (of: string) => string): string => {
  if (emit.aim.isPortable) return largest(name)
  const isUnknown = emit.node('IsNaN', [by('ReduceL1')(emit, name, [axis], { keepdims: { int: 0 } })])
  const unknown = cast(emit, emit.node('IsNaN', [name]), 'float')
  return emit.node('Where', [isUnknown, largest(unknown), largest(name)])
}

/** The positions of elements in ascending order, of which equal ones stay in order. */
const positions = (emit: Emitter, name: string, axis: number, count: number): string =>
  emit.nodes(
    'TopK',
    [name, emit.integers([count])],
    { axis: { int: axis }, largest: { int: 0 } },
    { outputs: 2 },
  )[1] as string

/** The same with NaN last, which ONNX does not order: numbers are sorted first, and then what is NaN behind them. */
const ascending = (emit: Emitter, name: string, axis: number, count: number): string => {
  if (emit.aim.isPortable) return positions(emit, name, axis, count)
  const isUnknown = emit.node('IsNaN', [name])
  const numbers = emit.node('Where', [isUnknown, emit.scalar(Number.POSITIVE_INFINITY), name])
  const first = positions(emit, numbers, axis, count)
  const along = { axis: { int: axis } }
  const moved = emit.node('GatherElements', [cast(emit, isUnknown, 'float'), first], along)
  return emit.node('GatherElements', [first, positions(emit, moved, axis, count)], along)
}

/** An operator that works along the last axis of the graph. */
const alongLast =
  (operator: string): Lowering<'softmax'> =>
  ({ emit }, input) => {
    const x = whole(emit, input)
    const axis = x.order.indexOf(x.shape.length - 1)
    return { ...x, name: emit.node(operator, [x.name], { axis: { int: axis } }) }
  }

/** Reductions, and operations along the last axis. */
export const reductions: Lowerings<'sum' | 'mean' | 'max' | 'argMax' | 'argSort' | 'softmax' | 'logSoftmax'> = {
  sum: reduction(by('ReduceSum'), 'sum'),
  mean: reduction(by('ReduceMean'), 'mean'),
  max: reduction(largest),
  argMax: ({ emit }, x) => {
    const { name, shape, order } = whole(emit, x)
    const last = shape.length - 1
    const axis = order.indexOf(last)
    const largest = (of: string): string => emit.node('ArgMax', [of], { axis: { int: axis }, keepdims: { int: 0 } })
    return inOrder(
      cast(emit, firstNaN(emit, name, axis, largest), 'float'),
      shape.slice(0, last),
      without(order, [last]),
    )
  },
  argSort: ({ emit }, input) => {
    const x = whole(emit, input)
    const axis = x.order.indexOf(x.shape.length - 1)
    return { ...x, name: cast(emit, ascending(emit, x.name, axis, x.dims[axis] as number), 'float') }
  },
  softmax: alongLast('Softmax'),
  logSoftmax: alongLast('LogSoftmax'),
}
