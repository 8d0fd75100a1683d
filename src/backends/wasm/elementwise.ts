import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../../core/shape.ts'
import type { Module } from './module.ts'
import { aligned, merged, stepsOf } from './walks.ts'

// Operations element by element, whose result takes the memory of an operand that nothing needs any more.

/** The number by which the kernel knows each operation of two operands. */
const combinations: Readonly<Record<string, number>> = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  maximum: 4,
  minimum: 5,
  greater: 6,
  equal: 7,
}
/** The same for one operand. */
const changes: Readonly<Record<string, number>> = { negative: 0, square: 1, sqrt: 2, abs: 3, relu: 4, rsqrt: 5 }

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
}

/** Broadcasting as rows of columns; `undefined` where it takes more than these two axes. */
const gridOf = (a: readonly number[], b: readonly number[], result: readonly number[]): Grid | undefined => {
  const [ofA, ofB] = [a, b].map(shape => stepsOf(aligned(shape, result.length))) as [number[], number[]]
  const axes = merged(result.map((size, axis) => ({ size, a: ofA[axis] as number, b: ofB[axis] as number })))
  const [columns = { size: 1, a: 1, b: 1 }, rows = { size: 1, a: 0, b: 0 }, ...more] = axes
  if (more.length > 0 || (columns.a === 0 && columns.b === 0)) return undefined
  return {
    ...{ rows: rows.size, columns: columns.size, rowsOfA: rows.a, rowsOfB: rows.b },
    ...{ oneA: columns.a === 0, oneB: columns.b === 0 },
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
  const changing = changes[operation]
  if (changing !== undefined)
    return (operands, spent) => {
      const made = target(operands, spent)
      kernels.change(changing, addressOf(operands[0] as TensorInfo), addressOf(made), count)
      return made
    }
  const combining = combinations[operation]
  const grid = combining === undefined ? undefined : gridOf(shapes[0] ?? [], shapes[1] ?? [], result)
  if (combining === undefined || grid === undefined) return undefined
  const { rows, columns, rowsOfA, rowsOfB } = grid
  const [oneA, oneB] = [Number(grid.oneA), Number(grid.oneB)]
  return (operands, spent) => {
    const [a, b] = operands.map(addressOf) as [number, number]
    const made = target(operands, spent)
    kernels.combine(combining, a, rowsOfA, oneA, b, rowsOfB, oneB, addressOf(made), rows, columns)
    return made
  }
}
