import { sizeOf } from '../../../base/shape.ts'
import type { Margin, Window } from '../../../ops/ops.ts'
import { resultShape } from '../../../ops/shapes.ts'
import type { Emitter } from '../emitter.ts'
import { axesOf } from '../moving.ts'
import { asGiven, bestOrder, inOrder, laid, repeated, reshaped, transposed, type Value, whole } from '../values.ts'
import { cast } from './elementwise.ts'
import type { Lowerings } from './lowering.ts'

/** Slices a tensor along some axes. */
export const part = (
  emit: Emitter,
  name: string,
  cuts: readonly { readonly axis: number; readonly from: number; readonly to: number; readonly step: number }[],
): string => {
  if (cuts.length === 0) return name
  const list = (of: (cut: (typeof cuts)[number]) => number) => emit.integers(cuts.map(of))
  return emit.node('Slice', [
    name,
    list(({ from }) => from),
    list(({ to }) => to),
    list(({ axis }) => axis),
    list(({ step }) => step),
  ])
}
/** The same, but a slice that undoes the one before is left out with it. */
const turned = (emit: Emitter, name: string, cuts: Parameters<typeof part>[2]): string => {
  const result = part(emit, name, cuts)
  const [before, now] = [emit.source(name), emit.source(result)]
  const isBack = before?.operator === 'Slice' && before.inputs.slice(1).join() === now?.inputs.slice(1).join()
  return isBack && name !== result ? (before.inputs[0] as string) : result
}
/** Before the start of any axis. */
const beforeAll = Number.MIN_SAFE_INTEGER

/** Pads each axis; a negative margin crops. */
export const margins = (emit: Emitter, name: string, around: readonly Margin[], value = 0): string =>
  around.every(([before, after]) => before === 0 && after === 0)
    ? name
    : emit.node('Pad', [
        name,
        emit.integers([...around.map(([before]) => before), ...around.map(([, after]) => after)]),
        emit.scalar(value),
      ])

/** The same for images [_, _, rows, cols]. */
export const around = (emit: Emitter, name: string, [rows, cols]: Window['padding'], value = 0): string =>
  margins(emit, name, [[0, 0], [0, 0], rows, cols], value)

/** Indices of rows. ONNX counts negative ones from the end, so they are replaced by one that is out of range. */
export const placesOf = (emit: Emitter, indices: string, rows: number): string => {
  const isNegative = emit.node('LessOrEqual', [indices, emit.scalar(-1)])
  return cast(emit, emit.node('Where', [isNegative, emit.scalar(rows), indices]), 'int64')
}

/** From how many numbers behind each other on they are gathered where they lie; fewer are gathered as rows. */
const together = 32
/** The axis of the model along which rows of a table are gathered. */
const axisOf = ({ order, dims }: Value): number => {
  const place = order.indexOf(0)
  return sizeOf(dims.slice(place + 1)) < together ? 0 : place
}

/**
 * A tensor with a row in place of the one at a position along an axis. The operator takes places that there are: at others,
 * the first row is written again.
 */
export const rowWritten = (emit: Emitter, kept: Value, row: Value, position: Value, axis: number): Value => {
  const last = (kept.shape[axis] as number) - 1
  const at = laid(emit, reshaped(emit, position, [1]))
  const place = emit.node('Clip', [emit.node('Floor', [at]), emit.scalar(0), emit.scalar(last)])
  const isPlace = emit.node('Equal', [place, at])
  const index = cast(emit, emit.node('Where', [isPlace, at, emit.scalar(0)]), 'int64')
  const own = laid(emit, kept)
  const before = emit.node('Gather', [own, index], { axis: { int: axis } })
  const written = emit.node('Where', [isPlace, laid(emit, row), before])
  const indices = emit.node('Expand', [index, emit.integers(row.shape)])
  return asGiven(emit.node('ScatterElements', [own, indices, written], { axis: { int: axis } }), kept.shape)
}

type Moves = 'reshape' | 'transpose' | 'concatenate' | 'slice' | 'reverse' | 'broadcast' | 'gather' | 'scatter' | 'pad'

/** Operations that move elements. */
export const moves: Lowerings<Moves> = {
  reshape: ({ emit }, x, shape) => reshaped(emit, x, resultShape('reshape', [x.shape], [shape]) as readonly number[]),
  transpose: (_, x, permutation) => transposed(x, permutation),
  concatenate: ({ emit }, inputs, axis) => {
    const [first] = inputs as readonly [Value]
    if (inputs.length === 1) return first
    const shape = resultShape(
      'concatenate',
      inputs.map(input => input.shape),
      [axis],
    ) as readonly number[]
    const order = bestOrder(inputs, shape.length)
    const names = inputs.map(input => laid(emit, input, order))
    return inOrder(emit.node('Concat', names, { axis: { int: order.indexOf(axis) } }), shape, order)
  },
  slice: ({ emit }, value, begin, size) => {
    const shape = value.shape.map((d, axis) => size[axis] ?? d - (begin[axis] as number))
    if (value.dims.length !== shape.length) return { ...value, shape }
    const cuts = value.order.flatMap((axis, place) => {
      const from = begin[axis] as number
      // A value that is broadcast along an axis has one element there.
      if (value.dims[place] === 1 || shape[axis] === value.shape[axis]) return []
      return [{ axis: place, from, to: from + (shape[axis] as number), step: 1 }]
    })
    const dims = value.dims.map((d, place) => (d === 1 ? 1 : (shape[value.order[place] as number] as number)))
    return { ...value, name: part(emit, value.name, cuts), shape, dims }
  },
  reverse: ({ emit }, value, axes) => {
    const cuts = axes
      .map(axis => value.order.indexOf(axis))
      .filter(place => (value.dims[place] ?? 1) !== 1)
      .map(place => ({ axis: place, from: -1, to: beforeAll, step: -1 }))
    return { ...value, name: turned(emit, value.name, cuts) }
  },
  broadcast: ({ emit }, x, shape) => repeated(emit, x, shape as readonly number[]),
  gather: ({ emit }, given, indices) => {
    const places = placesOf(emit, laid(emit, indices), given.shape[0] as number)
    const table = whole(emit, given)
    const axis = emit.aim.isPortable ? 0 : axisOf(table)
    const [name, order] = axis === 0 ? [laid(emit, table), axesOf(table.shape)] : [table.name, table.order]
    const rank = indices.shape.length
    return inOrder(
      emit.node('Gather', [name, places], { axis: { int: axis } }),
      [...indices.shape, ...table.shape.slice(1)],
      order.flatMap(own => (own === 0 ? axesOf(indices.shape) : [own - 1 + rank])),
    )
  },
  scatter: ({ emit }, values, indices, rows) => {
    const rest = values.shape.slice(indices.shape.length)
    const count = sizeOf(indices.shape)
    const places = placesOf(emit, laid(emit, reshaped(emit, indices, [count, 1])), rows)
    const updates = laid(emit, reshaped(emit, values, [count, ...rest]))
    const zeros = emit.node('Expand', [emit.scalar(0), emit.integers([rows, ...rest])])
    const name = emit.node('ScatterND', [zeros, places, updates], { reduction: { text: 'add' } })
    return asGiven(name, [rows, ...rest])
  },
  pad: ({ emit }, x, around) => {
    const value = whole(emit, x)
    const shape = value.shape.map((d, axis) => d + (around[axis]?.[0] ?? 0) + (around[axis]?.[1] ?? 0))
    const placed = value.order.map((axis): Margin => around[axis] ?? [0, 0])
    return inOrder(margins(emit, value.name, placed), shape, value.order)
  },
}
