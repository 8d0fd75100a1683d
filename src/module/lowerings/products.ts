import { type Axis, convolution, countOf, layout, product } from '../../backends/wasm/contraction.ts'
import { changes, combinations } from '../../backends/wasm/elementwise.ts'
import { longest, padded } from '../../backends/wasm/products.ts'
import { type Multiplied, operandOf } from '../../backends/wasm/sources.ts'
import { known, sizeOf } from '../../base/shape.ts'
import type { GraphNode } from '../../graph/graph.ts'
import { added, around } from '../../ops/cropping.ts'
import type { Sliding } from '../../ops/ops.ts'
import { type Address, at, type Call, call, onward, type Table } from '../calls.ts'
import { evaluating } from './elementwise.ts'
import type { Task } from './lowering.ts'
import { copied } from './moves.ts'

/** Columns of constant weights, which are packed once. */
export interface Packing {
  readonly call: Call
  /** In elements. */
  readonly size: number
}

type Multiply = Omit<Task<unknown>, 'shapes' | 'attributes'> & {
  readonly node: Multiplied
  /** Keeps packed columns. Not for columns that change. */
  readonly pack: ((packing: (to: Address) => Packing) => Address) | null
}

const table = (axes: readonly Axis[], tensor: 'a' | 'b' | 'c', from = 0): Table => ({
  axes: axes.map(axis => ({ size: axis.size, step: axis[tensor] })),
  from,
})

/** The kernel packs columns in panels of eight. */
const panel = 8
const scratch = at('scratch')

/** A product or convolution with its bias and ReLU, by the kernel for contractions. */
const contracting = ({ node, from, to, result, room, pack }: Multiply, positive: boolean): readonly Call[] => {
  const { operation, attributes, inputs } = node
  const sliding = operation === 'convolve' ? (attributes[0] as Sliding) : null
  const [stored, filter] = inputs.slice(0, 2).map(operandOf) as [
    ReturnType<typeof operandOf>,
    ReturnType<typeof operandOf>,
  ]
  const [a, b, bias] = from as [Address, Address, Address | undefined]
  const wide = sliding && padded(stored, around(added(sliding.padding)))
  const margins = wide && room(sizeOf(wide.operand.stored))
  const before =
    wide && margins ? [call('clear', margins, 4 * sizeOf(wide.operand.stored)), ...copied(wide.region, a, margins)] : []
  const [left, right] = [layout(wide ? wide.operand : stored), layout(filter)]
  const contraction = sliding === null ? product(left, right) : convolution(left, right, sliding, result)
  const { rows, depth, columns, start } = contraction
  const places = contraction.places.filter(axis => axis.size !== 1)
  const [m, k, n] = [countOf(rows), countOf(depth), countOf(columns)]
  const sizes = places.map(({ size }) => size)
  const along = (tensor: 'a' | 'b' | 'c') => places.map(axis => axis[tensor])
  const isLong = k > longest
  const parts = Array.from({ length: Math.ceil(k / longest) }, (_, i) => i * longest)
  const amount = panel * Math.ceil(n / panel) * k
  const packed = (into: Address, whole: Address, own: readonly Axis[], steps: Table, across: Table): Packing => ({
    call: {
      ...call('packAll', onward(into, 0, stepsOf(own, amount)), onward(whole, 0, along('b')), steps, across, k, n),
      sizes,
    },
    size: amount * countOf(own),
  })
  const panels = isLong || !pack ? null : pack(into => packed(into, b, places, table(depth, 'b'), table(columns, 'b')))
  const biasOf = (address: Address | undefined): Address | number =>
    address === undefined || isLong ? 0 : onward(address, 0, sliding === null ? sizes.map(() => 0) : along('c'))
  const sum = (first: number, steps: number, into: Address): Call => {
    const source = onward(margins ?? a, start, along('a'))
    const target = [onward(into, 0, along('c')), table(rows, 'c'), m, steps, n, biasOf(bias)] as const
    const ending = [Number(positive && !isLong), scratch] as const
    const begun = [source, table(rows, 'a'), table(depth, 'a', first)] as const
    return {
      ...(panels
        ? call('contractPacked', ...begun, onward(panels, 0, stepsOf(places, amount)), ...target, ...ending)
        : call(
            ...(['contract', ...begun, onward(b, 0, along('b'))] as const),
            ...[table(depth, 'b', first), table(columns, 'b'), ...target, ...ending],
          )),
      sizes,
    }
  }
  if (!isLong) return [...before, sum(0, k, to)]
  const [size, width] = [sizeOf(result), result.at(-1) ?? 1]
  const part = room(size)
  return [
    ...before,
    sum(0, longest, to),
    ...parts
      .slice(1)
      .flatMap(first => [
        sum(first, Math.min(longest, k - first), part),
        call('combine', combinations.add, to, 0, 0, part, 0, 0, to, 1, size),
      ]),
    ...(bias ? [call('combine', combinations.add, to, width, 0, bias, 0, 0, to, size / width, width)] : []),
    ...(positive ? [call('change', changes.relu, to, to, size)] : []),
  ]
}

/** How far apart what belongs to places lies that are packed one after the other. */
const stepsOf = (places: readonly Axis[], amount: number): readonly number[] =>
  places.map((_, i) => amount * countOf(places.slice(i + 1)))

/** Whether a node is a convolution of each channel by one filter of its own, for which there is a kernel. */
export const isDepthwise = ({ operation, attributes, inputs }: Multiplied): boolean => {
  const [, , each, outputs] = (inputs[1] as GraphNode).shape
  const groups = operation === 'convolve' ? (attributes[0] as Sliding).groups : 1
  return groups > 1 && each === 1 && outputs === groups
}

const sliding = ({ node, from: [x, filter, bias], to, result }: Multiply, positive: boolean): readonly Call[] => {
  const { stride, dilation, padding } = node.attributes[0] as Sliding
  const [shape, size] = node.inputs.map(input => known(input.shape)) as [readonly number[], readonly number[]]
  const [[top], [left]] = padding
  return [
    call(
      ...(['depthwise', x as Address, filter as Address, bias ?? 0, Number(positive), to] as const),
      ...[...shape, ...result.slice(1, 3), ...size.slice(0, 2), ...stride, top, left, ...dilation],
    ),
  ]
}

/** A product or convolution, perhaps with a bias and an activation. */
export const multiplying = (given: Multiply): readonly Call[] => {
  const { node, to, result } = given
  const activation = node.kind === 'fused' ? node.activation : null
  const isRelu = activation === 'relu'
  const calls = (isDepthwise(node) ? sliding : contracting)(given, isRelu)
  if (activation === null || isRelu) return calls
  return [...calls, ...evaluating(activation)({ ...given, from: [to], shapes: [result], attributes: [] })]
}
