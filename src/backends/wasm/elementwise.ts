import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../../base/shape.ts'
import { repeating, type Walk } from '../../ops/walks.ts'
import type { Compute } from '../tfjs/native.ts'
import type { Module } from './module.ts'

// Operations element by element, whose result takes the memory of an operand that nothing needs any more.

/** The number by which the kernel knows each operation of two operands. */
export const combinations = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  maximum: 4,
  minimum: 5,
  greater: 6,
  equal: 7,
} as const
/** The same for one operand. */
export const changes = { negative: 0, square: 1, sqrt: 2, abs: 3, relu: 4, rsqrt: 5 } as const

/** Two operands as rows of columns; an operand's rows lie 0 apart where it has one for all. */
interface Grid {
  readonly rows: number
  readonly columns: number
  readonly rowsOfA: number
  readonly rowsOfB: number
  readonly oneA: boolean
  readonly oneB: boolean
  /** Further axes, the innermost first: they are rows of columns for each of their elements. */
  readonly more: readonly Walk[]
}

/** Broadcasting as rows of columns. */
const gridOf = (a: readonly number[], b: readonly number[], result: readonly number[]): Grid => {
  const [columns = { size: 1, a: 1, b: 1 }, rows = { size: 1, a: 0, b: 0 }, ...more] = repeating(a, b, result)
  return {
    ...{ rows: rows.size, columns: columns.size, rowsOfA: rows.a, rowsOfB: rows.b },
    ...{ oneA: columns.a === 0, oneB: columns.b === 0, more },
  }
}

type Dimensions = readonly number[]

/** Where a result goes: into an operand of as many elements, of which this is the last use. */
const placing = ({ blank, own }: Module, shapes: readonly Dimensions[], result: Dimensions): Compute => {
  const whole = shapes.map(shape => sizeOf(shape) === sizeOf(result))
  return (operands, spent) => {
    for (const [i, operand] of operands.entries())
      if (spent[i] && whole[i]) {
        const taken = own(operand, result)
        if (taken !== undefined) return taken
      }
    return blank(result)
  }
}

/** An operation of one operand. */
export const changed = (module: Module, number: number, shape: Dimensions): Compute => {
  const { kernels, addressOf } = module
  const place = placing(module, [shape], shape)
  const count = sizeOf(shape)
  return (operands, spent) => {
    const made = place(operands, spent)
    kernels.change(number, addressOf(operands[0] as TensorInfo), addressOf(made), count)
    return made
  }
}

/** An operation of two operands. */
export const combined = (
  module: Module,
  number: number,
  shapes: readonly [Dimensions, Dimensions],
  result: Dimensions,
): Compute => {
  const { kernels, addressOf } = module
  const place = placing(module, shapes, result)
  const { rows, columns, rowsOfA, rowsOfB, more, ...ones } = gridOf(...shapes, result)
  const [oneA, oneB] = [Number(ones.oneA), Number(ones.oneB)]
  const each = 4 * rows * columns
  /** From these addresses on, the result's elements side by side; gives where the next ones go. */
  const combine = (a: number, b: number, to: number, axes: readonly Walk[]): number => {
    const outermost = axes.at(-1)
    if (outermost === undefined) {
      kernels.combine(number, a, rowsOfA, oneA, b, rowsOfB, oneB, to, rows, columns)
      return to + each
    }
    const inner = axes.slice(0, -1)
    let next = to
    for (let i = 0; i < outermost.size; i++)
      next = combine(a + 4 * i * outermost.a, b + 4 * i * outermost.b, next, inner)
    return next
  }
  return (operands, spent) => {
    const [a, b] = operands.map(addressOf) as [number, number]
    const made = place(operands, spent)
    combine(a, b, addressOf(made), more)
    return made
  }
}
