import { type Arr, axisFrom, range, reshaped, size } from '../array.ts'
import { make } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { computed, input, type Mapping, type Node, ofFloats, type Source } from './node.ts'

// Operators of ONNX that move elements: layers where the batch stays, operations else.

const transpose: Mapping = node => {
  const x = input(node)
  ofFloats(x)
  const rank = x.shape.length
  const order = node.options.read<readonly number[]>('perm', [...range(rank)].reverse())
  return rank > 1 ? { inputs: [x], layers: [make('Transpose', order)] } : computed([x], (_, a) => a as never)
}

/** Shapes that the case tells: of layers where the batch stays, of operations else. */
const toShape = (node: Node, shape: readonly number[]): Source => {
  const x = input(node)
  ofFloats(x)
  const isKept = x.shape.length > 1 && shape.length > 1 && shape[0] === x.shape[0]
  return isKept
    ? { inputs: [x], layers: [make('Reshape', shape.slice(1))] }
    : computed([x], (ops, a) => ops.reshape(a as never, shape))
}

const reshape: Mapping = node => {
  const x = input(node)
  const target = node.options.has('shape') ? node.options.read<number[]>('shape', []) : input(node, 1).data
  const allowsZero = node.options.read('allowzero', 0) !== 0
  const copied = target.map((d, axis) => (d === 0 && !allowsZero ? (x.shape[axis] as number) : d))
  const known = size(copied.filter(d => d !== -1))
  return toShape(
    node,
    copied.map(d => (d === -1 ? x.data.length / known : d)),
  )
}
const flatten: Mapping = node => {
  const x = input(node)
  const axis = axisFrom(node.options.read('axis', 1), x.shape.length)
  return toShape(node, [size(x.shape.slice(0, axis)), size(x.shape.slice(axis))])
}
const axesOf = (node: Node, rank: number): readonly number[] | null => {
  const given = node.options.has('axes') ? node.options.read<number[]>('axes', []) : node.inputs[1]?.data
  return given?.map(axis => axisFrom(axis, rank)) ?? null
}
const squeeze: Mapping = node => {
  const { shape } = input(node)
  const axes = axesOf(node, shape.length)
  return toShape(
    node,
    shape.filter((d, axis) => (axes ? !axes.includes(axis) : d !== 1)),
  )
}
const unsqueeze: Mapping = node => {
  const { shape } = input(node)
  const count = node.options.has('axes') ? node.options.read<number[]>('axes', []).length : input(node, 1).data.length
  const rank = shape.length + count
  const axes = axesOf(node, rank) ?? []
  const rest = [...shape]
  return toShape(
    node,
    range(rank).map(axis => (axes.includes(axis) ? 1 : (rest.shift() as number))),
  )
}

const concat: Mapping = node => {
  const inputs = node.inputs.map((_, i) => input(node, i))
  ofFloats(...inputs)
  const rank = (inputs[0] as Arr).shape.length
  const axis = axisFrom(node.options.read('axis', 1), rank)
  return axis > 0 && rank > 1 && inputs.length > 1
    ? { inputs, layers: [make('Concatenate', axis)] }
    : computed(inputs, (ops, ...xs) => ops.concatenate(xs, axis))
}

/** Zeros around every axis; a channel is put behind them where the batch has none, for the layer. */
const pad: Mapping = node => {
  const { options } = node
  const x = input(node)
  ofFloats(x)
  options.only('mode', 'constant')
  const value = options.has('value') ? options.read('value', 0) : (node.inputs[2]?.data[0] ?? 0)
  if (value !== 0) cannot('Pad with a value')
  if (node.inputs[3]) cannot('Pad of some axes')
  const pads = options.has('pads') ? options.read<number[]>('pads', []) : input(node, 1).data
  const rank = x.shape.length
  const margins = range(rank).map(axis => [pads[axis] as number, pads[axis + rank] as number] as const)
  if (margins.some(ends => ends.some(n => n < 0))) cannot('Pad by less than nothing')
  return rank > 1 && margins[0]?.every(n => n === 0)
    ? {
        inputs: [reshaped(x, [...x.shape, 1])],
        layers: [make('ZeroPadding', margins.slice(1))],
        view: output => reshaped(output, output.shape.slice(0, -1)),
      }
    : computed([x], (ops, a) => ops.pad(a as never, margins))
}

/** Elements one after another, or in the opposite order. */
const slice: Mapping = node => {
  const x = input(node)
  ofFloats(x)
  const { options } = node
  const list = (name: string, place: number): readonly number[] | undefined =>
    options.has(name) ? options.read<number[]>(name, []) : node.inputs[place]?.data
  const [starts = [], ends = []] = [list('starts', 1), list('ends', 2)]
  const rank = x.shape.length
  const axes = (list('axes', 3) ?? range(starts.length)).map(axis => axisFrom(axis, rank))
  const steps = list('steps', 4) ?? starts.map(() => 1)
  if (steps.some(step => Math.abs(step) !== 1)) cannot('Slice with steps')
  const limited = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n))
  const begin = range(rank).map(() => 0)
  const counts = [...x.shape]
  const turned: number[] = []
  for (const [i, axis] of axes.entries()) {
    const n = x.shape[axis] as number
    const [start, end] = [starts[i], ends[i]].map(place =>
      (place as number) < 0 ? (place as number) + n : (place as number),
    ) as [number, number]
    const isBack = steps[i] === -1
    const [from, to] = isBack
      ? [limited(end, -1, n - 1) + 1, limited(start, 0, n - 1) + 1]
      : [limited(start, 0, n), limited(end, 0, n)]
    begin[axis] = from
    counts[axis] = Math.max(0, to - from)
    if (isBack) turned.push(axis)
  }
  return computed([x], (ops, a) => {
    const part = ops.slice(a as never, begin, counts)
    return turned.length > 0 ? ops.reverse(part, turned) : part
  })
}

const split: Mapping = node => {
  const x = input(node)
  ofFloats(x)
  const { options, outputs } = node
  const axis = axisFrom(options.read('axis', 0), x.shape.length)
  const n = x.shape[axis] as number
  options.ignore('numOutputs')
  const whole = Math.ceil(n / outputs.length)
  const sizes = options.has('split')
    ? options.read<number[]>('split', [])
    : (node.inputs[1]?.data ?? outputs.map((_, i) => Math.min(whole, n - i * whole)))
  return sizes.map((count, i) => {
    const from = sizes.slice(0, i).reduce((a, b) => a + b, 0)
    const begin = x.shape.map((_, other) => (other === axis ? from : 0))
    const counts = x.shape.map((d, other) => (other === axis ? count : d))
    return computed([x], (ops, a) => ops.slice(a as never, begin, counts))
  })
}

const expand: Mapping = node => {
  const x = input(node)
  ofFloats(x)
  const target = input(node, 1).data
  const rank = Math.max(target.length, x.shape.length)
  const padded = (shape: readonly number[]): readonly number[] => [...range(rank - shape.length).map(() => 1), ...shape]
  const [own, wanted] = [padded(x.shape), padded(target)]
  const shape = own.map((d, axis) => Math.max(d, wanted[axis] as number))
  return computed([reshaped(x, own)], (ops, a) => ops.broadcast(a as never, shape))
}

/** The whole several times along each axis: an axis of the copies before each, which is then one with it. */
const tile: Mapping = node => {
  const x = input(node)
  ofFloats(x)
  const times = input(node, 1).data
  const apart = x.shape.flatMap(d => [1, d])
  const copied = x.shape.flatMap((d, axis) => [times[axis] as number, d])
  const whole = x.shape.map((d, axis) => d * (times[axis] as number))
  return computed([x], (ops, a) => ops.reshape(ops.broadcast(ops.reshape(a as never, apart), copied), whole))
}

/** Channels as blocks of pixels, or the converse. */
const blocks =
  (isDepth: boolean): Mapping =>
  node => {
    const { options } = node
    const x = input(node)
    ofFloats(x)
    const size = options.read('blocksize', 1)
    const [n, channels, rows, cols] = x.shape as [number, number, number, number]
    const square = size * size
    if (!isDepth)
      return computed([x], (ops, a) => {
        const apart = ops.reshape(a as never, [n, channels, rows / size, size, cols / size, size])
        const moved = ops.transpose(apart, [0, 3, 5, 1, 2, 4])
        return ops.reshape(moved, [n, channels * square, rows / size, cols / size])
      })
    const isColumnFirst = options.read('mode', 'DCR') === 'DCR'
    const inner = channels / square
    const [apart, order] = isColumnFirst
      ? [
          [n, size, size, inner, rows, cols],
          [0, 3, 4, 1, 5, 2],
        ]
      : [
          [n, inner, size, size, rows, cols],
          [0, 1, 4, 2, 5, 3],
        ]
    return computed([x], (ops, a) =>
      ops.reshape(ops.transpose(ops.reshape(a as never, apart), order), [n, inner, rows * size, cols * size]),
    )
  }

/** By operator. */
export const moves: Readonly<Record<string, Mapping>> = {
  Transpose: transpose,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Pad: pad,
  Slice: slice,
  Split: split,
  Expand: expand,
  Tile: tile,
  DepthToSpace: blocks(true),
  SpaceToDepth: blocks(false),
}
