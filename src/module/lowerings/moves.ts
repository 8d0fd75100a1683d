import { type Region, type Runs, runsAlong, runsOf } from '../../backends/wasm/copying.ts'
import { sizeOf, stridesOf } from '../../base/shape.ts'
import type { Attributes } from '../../ops/operations.ts'
import { aligned, merged } from '../../ops/walks.ts'
import { type Address, type Call, call, onward } from '../calls.ts'
import type { Lowering } from './lowering.ts'

const copiedRuns = ({ run, from, to, inner: [i, j, k], outer }: Runs, source: Address, target: Address): Call => {
  const further = outer.toReversed()
  return {
    ...call(
      'copyRuns',
      onward(
        target,
        to,
        further.map(walk => walk.b),
      ),
      onward(
        source,
        from,
        further.map(walk => walk.a),
      ),
      ...[k.size, j.size, i.size, run, k.b, j.b, i.b, k.a, j.a, i.a],
    ),
    sizes: further.map(({ size }) => size),
  }
}

/** A copy of a part of a value. */
export const copied = (region: Region, source: Address, target: Address): readonly Call[] => [
  copiedRuns(runsOf(region), source, target),
]

export const slicing: Lowering<Attributes['slice']> = ({
  shapes: [from = []],
  from: [x],
  to,
  attributes: [begin],
  result,
}) => copied({ size: result, from, begin, to: result }, x as Address, to)

export const reversing: Lowering<Attributes['reverse']> = ({
  shapes: [from = []],
  from: [x],
  to,
  attributes,
  result,
}) => copied({ size: result, from, reversed: attributes[0], to: result }, x as Address, to)

export const broadcasting: Lowering<unknown> = ({ shapes: [from = []], from: [x], to, result }) =>
  copied({ size: result, from: aligned(from, result.length), to: result }, x as Address, to)

/** A copy whose axes stand in another order. */
export const transposing: Lowering<Attributes['transpose']> = ({
  shapes: [shape = []],
  from: [x],
  to,
  attributes,
  result,
}) => {
  const [permutation] = attributes
  const [source, target] = [stridesOf(shape), stridesOf(result)]
  const walks = permutation.map((axis, i) => ({
    size: result[i] as number,
    a: source[axis] as number,
    b: target[i] as number,
  }))
  return [copiedRuns(runsAlong(merged(walks)), x as Address, to)]
}

export const padding: Lowering<Attributes['pad']> = ({ shapes: [shape = []], from: [x], to, attributes, result }) => {
  const at = attributes[0].map(([before]) => before)
  return [
    call('clear', to, 4 * sizeOf(result)),
    ...copied({ size: shape, from: shape, to: result, at }, x as Address, to),
  ]
}

export const joining: Lowering<Attributes['concatenate']> = ({ shapes, from, to, attributes: [axis], result }) => {
  let before = 0
  return shapes.flatMap((shape, i) => {
    const at = result.map((_, k) => (k === axis ? before : 0))
    before += shape[axis] as number
    return copied({ size: shape, from: shape, to: result, at }, from[i] as Address, to)
  })
}

export const gathering: Lowering<unknown> = ({ shapes, from, to }) => {
  const [[rows = 1, ...rest] = [], at = []] = shapes
  const [table, indices] = from as [Address, Address]
  return [
    {
      ...call('gatherRows', table, indices, sizeOf(at), sizeOf(rest), rows, to),
      looksUp: { rows, indices },
    },
  ]
}

export const scattering: Lowering<unknown> = ({ shapes: [, at = []], from, to, result: [rows = 1, ...rest] }) => {
  const [values, indices] = from as [Address, Address]
  return [call('scatterRows', values, indices, sizeOf(at), sizeOf(rest), rows, to)]
}
