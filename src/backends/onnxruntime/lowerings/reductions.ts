import { sizeOf } from '../../../base/shape.ts'
import type { Emitter } from '../emitter.ts'
import type { Attributes } from '../model.ts'
import { inOrder, reshaped, type Value, whole, without } from '../values.ts'
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
/** Sums that are NaN where an element is, and others else. The operator for sums of magnitudes takes twice as long. */
const magnitudes: Reduce = (emit, name, ...rest) => by('ReduceSum')(emit, emit.node('Abs', [name]), ...rest)
/** The largest elements, or NaN if there is one, which ONNX Runtime ignores. */
const largest: Reduce = (emit, ...rest) => {
  if (emit.aim.isPortable) return by('ReduceMax')(emit, ...rest)
  const sums = magnitudes(emit, ...rest)
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
  const isUnknown = emit.node('IsNaN', [magnitudes(emit, name, [axis], { keepdims: { int: 0 } })])
  const unknown = cast(emit, emit.node('IsNaN', [name]), 'float')
  return emit.node('Where', [isUnknown, largest(unknown), largest(name)])
}

/** Numbers in 64 bits, in which NaN is infinite and infinity less than that: ONNX does not order NaN. */
const comparable = (emit: Emitter, name: string): string => {
  if (emit.aim.isPortable) return name
  const wide = (value: number): string => cast(emit, emit.scalar(value), 'double')
  const most = emit.node('Mul', [wide(2 ** 100), wide(2 ** 100)])
  const numbers = emit.node('Min', [cast(emit, name, 'double'), most])
  return emit.node('Where', [emit.node('IsNaN', [name]), wide(Number.POSITIVE_INFINITY), numbers])
}

/** The positions of the first elements along the last axis of the graph, in an order in which equal ones stay. */
export const ordered = (emit: Emitter, input: Value, count: number, first: 'largest' | 'smallest'): Value => {
  const x = whole(emit, input)
  const axis = x.order.indexOf(x.shape.length - 1)
  const name = emit.nodes(
    'TopK',
    [comparable(emit, x.name), emit.integers([count])],
    { axis: { int: axis }, largest: { int: first === 'largest' ? 1 : 0 } },
    { outputs: 2 },
  )[1] as string
  return inOrder(cast(emit, name, 'float'), [...x.shape.slice(0, -1), count], x.order)
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
  argSort: ({ emit }, x) => ordered(emit, x, x.shape.at(-1) as number, 'smallest'),
  softmax: alongLast('Softmax'),
  logSoftmax: alongLast('LogSoftmax'),
}
