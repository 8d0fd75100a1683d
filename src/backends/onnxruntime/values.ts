import { sizeOf } from '../../base/shape.ts'
import type { Emitter } from './emitter.ts'
import { axesOf, moved, reshapeTo, same } from './moving.ts'

// Tensors of a graph as values of a model. A value may lie in another order of axes than the graph's, and may have one
// element along an axis that the graph sees repeated: transposes and broadcasts are carried out only where an operator
// needs them, so that chains of convolutions stay in the channels-first order that ONNX wants.

/** A tensor of the graph, as the model holds it. */
export interface Value {
  readonly name: string
  /** Its shape in the graph. */
  readonly shape: readonly number[]
  /** The axes of the graph in the order in which they lie in the model. */
  readonly order: readonly number[]
  /** The dimensions in the model: those of the shape in that order, or 1. A single element may lack axes. */
  readonly dims: readonly number[]
}

const isSingle = ({ dims }: Value): boolean => dims.every(d => d === 1)
const isWhole = ({ shape, order, dims }: Value): boolean =>
  same(
    dims,
    order.map(axis => shape[axis] as number),
  )

/** A value that lies as the graph sees it. */
export const asGiven = (name: string, shape: readonly number[]): Value => ({
  name,
  shape,
  order: axesOf(shape),
  dims: shape,
})
/** A value that lies whole, in some order. */
export const inOrder = (name: string, shape: readonly number[], order: readonly number[]): Value => ({
  name,
  shape,
  order,
  dims: order.map(axis => shape[axis] as number),
})
/** One number, seen as a tensor of any shape. */
export const single = (name: string, shape: readonly number[]): Value => seen({ name, dims: [] }, shape)
/** A single element, seen in a shape of at least as many axes as it has. */
const seen = ({ name, dims }: Pick<Value, 'name' | 'dims'>, shape: readonly number[]): Value => ({
  name,
  shape,
  order: axesOf(shape),
  dims,
})

/** The axes in another order: nothing moves. */
export const transposed = (value: Value, permutation: readonly number[]): Value => ({
  ...value,
  shape: permutation.map(axis => value.shape[axis] as number),
  order: value.order.map(axis => permutation.indexOf(axis)),
})

/** Whether a value lies in an order, but for axes of one element. */
const lies = ({ shape, order: own, dims }: Value, order: readonly number[]): boolean => {
  if (dims.length !== shape.length) return true
  const wide = (axes: readonly number[]) => axes.filter(axis => dims[own.indexOf(axis)] !== 1)
  return same(wide(own), wide(order))
}

/** The value with every element in place. */
const whole = (emit: Emitter, value: Value): Value => {
  if (isWhole(value)) return value
  const dims = value.order.map(axis => value.shape[axis] as number)
  const name =
    sizeOf(dims) === 1 ? reshapeTo(emit, value.name, dims) : emit.node('Expand', [value.name, emit.integers(dims)])
  return { ...value, name, dims }
}

/** The tensor in an order of axes, every element in place. */
export const laid = (emit: Emitter, value: Value, order: readonly number[] = axesOf(value.shape)): string => {
  const { name, order: own, dims } = whole(emit, value)
  return moved(
    emit,
    name,
    dims,
    order.map(axis => own.indexOf(axis)),
  )
}
/** The value with every element in place, in the order in which it lies. */
export const asItLies = (emit: Emitter, value: Value): Value => whole(emit, value)

/** Axes of one shape that hold the same elements as axes of another one. */
interface Block {
  readonly olds: readonly number[]
  readonly news: readonly number[]
}

/** The smallest such blocks of two shapes with as many elements. */
const blocksOf = (from: readonly number[], to: readonly number[]): readonly Block[] => {
  // Without elements nothing has an order.
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

/** The order of the new axes, where those of each block lie side by side; else `undefined`. */
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

/** A tensor repeated along axes that have one element, and along new ones before the others. */
export const repeated = (emit: Emitter, value: Value, shape: readonly number[]): Value => {
  if (isSingle(value)) return seen(value, shape)
  const added = shape.length - value.shape.length
  if (added === 0) return { ...value, shape }
  const dims = [...Array<number>(added).fill(1), ...value.dims]
  const order = [...Array.from({ length: added }, (_, i) => i), ...value.order.map(axis => axis + added)]
  return { name: reshapeTo(emit, value.name, dims), shape, order, dims }
}

/** An operand of an operator that broadcasts, seen with as many axes as the result. */
const widened = (value: Value, rank: number): Value => {
  if (isSingle(value)) return seen(value, Array<number>(rank).fill(1))
  const added = rank - value.shape.length
  if (added === 0) return value
  return {
    ...value,
    shape: [...Array<number>(added).fill(1), ...value.shape],
    order: [...Array.from({ length: added }, (_, i) => i), ...value.order.map(axis => axis + added)],
    dims: [...Array<number>(added).fill(1), ...value.dims],
  }
}

/** The order in which operands are best brought together: the fewest elements have to move. */
export const bestOrder = (values: readonly Value[], rank: number): readonly number[] => {
  const plain = Array.from({ length: rank }, (_, axis) => axis)
  const candidates = [plain, ...values.filter(value => value.dims.length === rank).map(({ order }) => order)]
  const costs = candidates.map(order =>
    values.reduce((cost, value) => cost + (lies(value, order) ? 0 : sizeOf(value.dims)), 0),
  )
  return candidates[costs.indexOf(Math.min(...costs))] as readonly number[]
}

/** Applies an operator that broadcasts. */
export const together = (
  emit: Emitter,
  operands: readonly Value[],
  shape: readonly number[],
  apply: (names: readonly string[]) => string,
): Value => {
  const rank = shape.length
  const wide = operands.map(value => widened(value, rank))
  const order = bestOrder(wide, rank)
  const isFull = operands.some(({ dims }) => dims.length === rank)
  const placed = wide.map((value, i) => {
    if (isSingle(value)) return value
    const permutation = order.map(axis => value.order.indexOf(axis))
    const dims = permutation.map(axis => value.dims[axis] as number)
    // Axes of one element before all others may be missing, as long as another operand has them.
    const own = operands[i] as Value
    const isPlaced = isFull && same(own.dims, dims.slice(rank - own.dims.length)) && lies(value, order)
    const name = isPlaced ? own.name : undefined
    if (name !== undefined) return { name, dims }
    const full = own.dims.length === rank ? own.name : reshapeTo(emit, own.name, value.dims)
    return { name: moved(emit, full, value.dims, permutation), dims }
  })
  const name = apply(placed.map(operand => operand.name))
  // Of single elements alone, the result has as many axes as that with the most.
  const most = Math.max(...placed.map(({ dims }) => dims.length))
  const dims = Array.from({ length: most }, (_, i) =>
    Math.max(...placed.map(operand => operand.dims.at(i - most) ?? 1)),
  )
  return { name, shape, order, dims }
}

/** Removes axes from an order, as a reduction does. */
export const without = (order: readonly number[], axes: readonly number[]): readonly number[] =>
  order.filter(axis => !axes.includes(axis)).map(axis => axis - axes.filter(other => other < axis).length)
