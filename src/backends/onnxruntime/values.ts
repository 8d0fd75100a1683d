import { sizeOf } from '../../base/shape.ts'
import type { Emitter } from './emitter.ts'
import { axesOf, moved, reshapeTo, same } from './moving.ts'

// Tensors of a graph as values of a model. Transposes and broadcasts are lazy: a value may have its axes in another order than
// the graph's, and one element along an axis that is broadcast in the graph. So chains of convolutions stay in the
// channels-first order that ONNX expects.

/** A tensor of the graph as a value of the model. */
export interface Value {
  readonly name: string
  /** Its shape in the graph. */
  readonly shape: readonly number[]
  /** The axes of the graph, in the model's order. */
  readonly order: readonly number[]
  /** The dimensions in the model: those of the shape in that order, or 1 if broadcast. A single element may lack axes. */
  readonly dims: readonly number[]
}

const isSingle = ({ dims }: Value): boolean => dims.every(d => d === 1)

/** A value without lazy broadcasts, with its axes in some order. */
export const inOrder = (name: string, shape: readonly number[], order: readonly number[]): Value => ({
  name,
  shape,
  order,
  dims: order.map(axis => shape[axis] as number),
})
/** A value that is the same in the model and the graph. */
export const asGiven = (name: string, shape: readonly number[]): Value => inOrder(name, shape, axesOf(shape))
/** A number as a tensor of any shape. */
export const single = (name: string, shape: readonly number[]): Value => seen({ name, dims: [] }, shape)
/** A single element in a shape of at least as many axes as it has. */
const seen = ({ name, dims }: Pick<Value, 'name' | 'dims'>, shape: readonly number[]): Value => ({
  name,
  shape,
  order: axesOf(shape),
  dims,
})

/** A lazy transpose. */
export const transposed = (value: Value, permutation: readonly number[]): Value => ({
  ...value,
  shape: permutation.map(axis => value.shape[axis] as number),
  order: value.order.map(axis => permutation.indexOf(axis)),
})

/** Whether a value has this order of axes, apart from axes of one element. */
const lies = ({ shape, order: own, dims }: Value, order: readonly number[]): boolean => {
  if (dims.length !== shape.length) return true
  const wide = (axes: readonly number[]) => axes.filter(axis => dims[own.indexOf(axis)] !== 1)
  return same(wide(own), wide(order))
}

/** The value with broadcasts carried out, in its own order of axes. */
export const whole = (emit: Emitter, value: Value): Value => {
  const { dims } = inOrder(value.name, value.shape, value.order)
  if (same(value.dims, dims)) return value
  const name =
    sizeOf(dims) === 1 ? reshapeTo(emit, value.name, dims) : emit.node('Expand', [value.name, emit.integers(dims)])
  return { ...value, name, dims }
}

/** The tensor in an order of axes, with broadcasts carried out. */
export const laid = (emit: Emitter, value: Value, order: readonly number[] = axesOf(value.shape)): string => {
  const { name, order: own, dims } = whole(emit, value)
  return moved(
    emit,
    name,
    dims,
    order.map(axis => own.indexOf(axis)),
  )
}

/** Axes of a shape, and the axes of another shape that they become. */
interface Block {
  readonly olds: readonly number[]
  readonly news: readonly number[]
}

/** The smallest such blocks of two shapes of the same size. */
const blocksOf = (from: readonly number[], to: readonly number[]): readonly Block[] => {
  // Without elements there is no order.
  if (sizeOf(from) === 0) return [{ olds: axesOf(from), news: axesOf(to) }]
  const blocks: Block[] = []
  let [i, j] = [0, 0]
  while (i < from.length || j < to.length) {
    const [olds, news] = [i < from.length ? [i] : [], j < to.length ? [j] : []]
    let [a, b] = [from[i++] ?? 1, to[j++] ?? 1]
    while (a !== b)
      if (a < b) {
        a *= from[i] as number
        olds.push(i++)
      } else {
        b *= to[j] as number
        news.push(j++)
      }
    blocks.push({ olds, news })
  }
  return blocks
}

/** The order of the new axes, if the axes of each block are neighbours; otherwise `undefined`. */
const orderAfter = ({ shape, order }: Value, blocks: readonly Block[]): readonly number[] | undefined => {
  const wide = order.filter(axis => shape[axis] !== 1)
  const placed = blocks.map(({ olds, news }) => {
    const places = olds.filter(axis => shape[axis] !== 1).map(axis => wide.indexOf(axis))
    const isTogether = places.every((place, i) => i === 0 || place === (places[i - 1] as number) + 1)
    return isTogether ? { at: places[0] ?? wide.length, news } : undefined
  })
  if (placed.includes(undefined)) return undefined
  return (placed as readonly { readonly at: number; readonly news: readonly number[] }[])
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ news }) => news)
}

/** The same numbers in another shape. */
export const reshaped = (emit: Emitter, value: Value, shape: readonly number[]): Value => {
  if (isSingle(value) && value.dims.length <= shape.length) return seen(value, shape)
  if (same(value.shape, shape)) return value
  const given = whole(emit, value)
  const order = orderAfter(given, blocksOf(given.shape, shape))
  if (order === undefined) return asGiven(reshapeTo(emit, laid(emit, given), shape), shape)
  const dims = order.map(axis => shape[axis] as number)
  return inOrder(same(dims, given.dims) ? given.name : reshapeTo(emit, given.name, dims), shape, order)
}

/** A value with new axes of one element before the others. */
const widened = (value: Value, rank: number): Value => {
  if (isSingle(value)) return seen(value, Array<number>(rank).fill(1))
  const ones = Array<number>(rank - value.shape.length).fill(1)
  return {
    ...value,
    shape: [...ones, ...value.shape],
    order: [...axesOf(ones), ...value.order.map(axis => axis + ones.length)],
    dims: [...ones, ...value.dims],
  }
}

/** A lazy broadcast. */
export const repeated = (emit: Emitter, value: Value, shape: readonly number[]): Value => {
  if (isSingle(value)) return seen(value, shape)
  const { order, dims } = widened(value, shape.length)
  const name = dims.length === value.dims.length ? value.name : reshapeTo(emit, value.name, dims)
  return { name, shape, order, dims }
}

/** The shape that shapes are broadcast to, none of which is empty. */
const broadcast = (shapes: readonly (readonly number[])[]): readonly number[] => {
  const rank = Math.max(...shapes.map(shape => shape.length))
  return Array.from({ length: rank }, (_, axis) => Math.max(...shapes.map(shape => shape.at(axis - rank) ?? 1)))
}

/** The common order of axes for which the fewest elements have to move. */
export const bestOrder = (values: readonly Value[], rank: number): readonly number[] => {
  const candidates = [
    axesOf(Array(rank).fill(1)),
    ...values.filter(value => value.dims.length === rank).map(({ order }) => order),
  ]
  const costs = candidates.map(order =>
    values.reduce((cost, value) => cost + (lies(value, order) ? 0 : sizeOf(value.dims)), 0),
  )
  return candidates[costs.indexOf(Math.min(...costs))] as readonly number[]
}

/** Applies an operator that broadcasts. */
export const together = (
  emit: Emitter,
  operands: readonly Value[],
  apply: (names: readonly string[]) => string,
): Value => {
  const shape = broadcast(operands.map(operand => operand.shape))
  const rank = shape.length
  const wide = operands.map(value => widened(value, rank))
  const order = bestOrder(wide, rank)
  const isFull = operands.some(({ dims }) => dims.length === rank)
  const placed = wide.map((value, i) => {
    if (isSingle(value)) return value
    const permutation = order.map(axis => value.order.indexOf(axis))
    const dims = permutation.map(axis => value.dims[axis] as number)
    // Leading axes of one element may be missing if another operand has them.
    const own = operands[i] as Value
    const isPlaced = isFull && same(own.dims, dims.slice(rank - own.dims.length)) && lies(value, order)
    const name = isPlaced ? own.name : undefined
    if (name !== undefined) return { name, dims }
    const full = own.dims.length === rank ? own.name : reshapeTo(emit, own.name, value.dims)
    return { name: moved(emit, full, value.dims, permutation), dims }
  })
  const name = apply(placed.map(operand => operand.name))
  // Single elements may have fewer axes than the result.
  return { name, shape, order, dims: broadcast(placed.map(({ dims }) => dims)) }
}

/** Removes axes from an order, as a reduction does. */
export const without = (order: readonly number[], axes: readonly number[]): readonly number[] =>
  order.filter(axis => !axes.includes(axis)).map(axis => axis - axes.filter(other => other < axis).length)
