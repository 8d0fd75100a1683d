import { known, sizeOf } from '../../base/shape.ts'
import { added, around } from '../../ops/cropping.ts'
import type { Margin, Sliding } from '../../ops/ops.ts'
import type { Compute } from '../tfjs/native.ts'
import { type Axis, convolution, countOf, layout, offsets, type Place, placesOf, product } from './contraction.ts'
import { copying, type Region } from './copying.ts'
import { changes, combinations } from './elementwise.ts'
import { filling } from './filling.ts'
import type { Module } from './module.ts'
import { type Multiplied, type Operand, operandOf } from './sources.ts'

/** A longer depth is summed in parts, as rounding errors grow with the length of a sum. The kernel sums parts of 256. */
export const longest: number = 2 ** 16

/** Prepared products and convolutions. */
export interface Products {
  /**
   * The result takes both operands, and optionally a bias with a number for each column.
   *
   * @param positive whether ReLU follows
   */
  readonly prepare: (product: Multiplied, positive: boolean) => Compute
  /** Frees the tables of everything that was prepared. */
  readonly dispose: () => void
}

/** Tables of offsets in the memory of the module, shared by equal axes. */
const tablesIn = ({ memory, allocate, free }: Module) => {
  const known = new Map<string, number>()
  return {
    of: (axes: readonly Axis[], tensor: keyof Place): number => {
      const text = axes.map(axis => `${axis.size}*${axis[tensor]}`).join()
      const before = known.get(text)
      if (before !== undefined) return before
      const numbers = offsets(axes, tensor)
      const address = allocate(Math.max(4, numbers.byteLength))
      new Int32Array(memory.buffer, address, numbers.length).set(numbers)
      known.set(text, address)
      return address
    },
    dispose: (): void => {
      for (const address of known.values()) free(address)
      known.clear()
    },
  }
}

/** An operand with padding, and the copy of its numbers into the zeros; `null` if there is no padding. */
export const padded = (
  { stored, permutation }: Operand,
  margins: readonly Margin[],
): { readonly operand: Operand; readonly region: Region } | null => {
  const own = stored.map((_, axis) => margins[permutation.indexOf(axis)] ?? ([0, 0] as const))
  if (own.every(([before, after]) => before === 0 && after === 0)) return null
  const to = stored.map((d, axis) => d + (own[axis]?.[0] ?? 0) + (own[axis]?.[1] ?? 0))
  const region = { size: stored, from: stored, to, at: own.map(([before]) => before) }
  return { operand: { stored: to, permutation }, region }
}

/** Products in the memory of a backend. */
export const productsIn = (module: Module): Products => {
  const { kernels, allocate, free } = module
  const tables = tablesIn(module)
  const room = kernels.scratchBytes()
  const prepare: Products['prepare'] = ({ operation, attributes, inputs, shape }, positive) => {
    const result = known(shape)
    const sliding = operation === 'convolve' ? (attributes[0] as Sliding) : null
    const [stored, filter] = inputs.map(operandOf) as [Operand, Operand]
    const wide = sliding && padded(stored, around(added(sliding.padding)))
    const amid = wide && {
      operand: wide.operand,
      bytes: 4 * sizeOf(wide.operand.stored),
      copy: copying(module, wide.region),
    }
    const [left, right] = [layout(amid ? amid.operand : stored), layout(filter)]
    const contraction = sliding === null ? product(left, right) : convolution(left, right, sliding, result)
    const { rows, depth, columns } = contraction
    const places = placesOf(contraction)
    const [rowsOfA, depthOfA, depthOfB] = [tables.of(rows, 'a'), tables.of(depth, 'a'), tables.of(depth, 'b')]
    const [columnsOf, rowsOfC] = [tables.of(columns, 'b'), tables.of(rows, 'c')]
    const [m, k, n] = [countOf(rows), countOf(depth), countOf(columns)]
    const [size, width] = [sizeOf(result), result.at(-1) ?? 1]
    const isLong = k > longest
    const partsAt = room + (amid?.bytes ?? 0)
    const fill = (to: number, a: number, b: number, bias: number | undefined, scratch: number): void => {
      const margins = scratch + room
      if (amid) {
        kernels.clear(margins, amid.bytes)
        amid.copy(margins, a)
      }
      const fromA = amid ? margins : a
      const sum = (start: number, steps: number, into: number): void => {
        for (const place of places) {
          const [atA, atB, atC] = [fromA + 4 * place.a, b + 4 * place.b, into + 4 * place.c]
          const [alongA, alongB] = [depthOfA + 4 * start, depthOfB + 4 * start]
          const biased = bias === undefined || isLong ? 0 : bias + 4 * (sliding === null ? 0 : place.c)
          kernels.contract(
            ...[atA, rowsOfA, alongA, atB, alongB, columnsOf, atC, rowsOfC, m, steps, n, biased],
            Number(positive && !isLong),
            scratch,
          )
        }
      }
      sum(0, Math.min(k, longest), to)
      if (!isLong) return
      const part = scratch + partsAt
      for (let start = longest; start < k; start += longest) {
        sum(start, Math.min(longest, k - start), part)
        kernels.combine(combinations.add, to, 0, 0, part, 0, 0, to, 1, size)
      }
      if (bias !== undefined) kernels.combine(combinations.add, to, width, 0, bias, 0, 0, to, size / width, width)
      if (positive) kernels.change(changes.relu, to, to, size)
    }
    return filling(module, result, (to, a, b, bias?: number) => {
      const scratch = allocate(partsAt + (isLong ? 4 * size : 0))
      try {
        fill(to, a, b, bias, scratch)
      } finally {
        free(scratch)
      }
    })
  }
  return Object.freeze({ prepare, dispose: tables.dispose })
}
