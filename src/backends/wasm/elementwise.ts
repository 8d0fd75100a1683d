import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../../base/shape.ts'
import { aligned, merged, stepsOf, type Walk } from '../../ops/walks.ts'
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

const numberIn = (numbers: Readonly<Record<string, number>>, operation: string): number | undefined =>
  Object.hasOwn(numbers, operation) ? numbers[operation] : undefined

/** @param spent which of the operands nothing needs any more */
export type Compute = (operands: readonly TensorInfo[], spent: readonly boolean[]) => TensorInfo

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
  const [ofA, ofB] = [a, b].map(shape => stepsOf(aligned(shape, result.length))) as [number[], number[]]
  const axes = merged(result.map((size, axis) => ({ size, a: ofA[axis] as number, b: ofB[axis] as number })))
  const [columns = { size: 1, a: 1, b: 1 }, rows = { size: 1, a: 0, b: 0 }, ...more] = axes
  return {
    ...{ rows: rows.size, columns: columns.size, rowsOfA: rows.a, rowsOfB: rows.b },
    ...{ oneA: columns.a === 0, oneB: columns.b === 0, more },
  }
}

/** An operation ready to run on operands of these shapes; `undefined` for what is left to the kernels of tfjs. */
export const elementwise = (
  { kernels, addressOf, blank, own }: Module,
  operation: string,
  shapes: readonly (readonly number[])[],
  result: readonly number[],
): Compute | undefined => {
  const count = sizeOf(result)
  const whole = shapes.map(shape => sizeOf(shape) === count)
  /** Where the result goes: into an operand of as many elements, of which this is the last use. */
  const target = (operands: readonly TensorInfo[], spent: readonly boolean[]): TensorInfo => {
    for (const [i, operand] of operands.entries())
      if (spent[i] && whole[i]) {
        const taken = own(operand, result)
        if (taken !== undefined) return taken
      }
    return blank(result)
  }
  const changing = numberIn(changes, operation)
  if (changing !== undefined)
    return (operands, spent) => {
      const made = target(operands, spent)
      kernels.change(changing, addressOf(operands[0] as TensorInfo), addressOf(made), count)
      return made
    }
  const combining = numberIn(combinations, operation)
  if (combining === undefined) return undefined
  const { rows, columns, rowsOfA, rowsOfB, more, ...ones } = gridOf(shapes[0] ?? [], shapes[1] ?? [], result)
  const [oneA, oneB] = [Number(ones.oneA), Number(ones.oneB)]
  const each = 4 * rows * columns
  /** From these addresses on, the result's elements side by side; gives where the next ones go. */
  const combine = (a: number, b: number, to: number, axes: readonly Walk[]): number => {
    const outermost = axes.at(-1)
    if (outermost === undefined) {
      kernels.combine(combining, a, rowsOfA, oneA, b, rowsOfB, oneB, to, rows, columns)
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
    const made = target(operands, spent)
    combine(a, b, addressOf(made), more)
    return made
  }
}
