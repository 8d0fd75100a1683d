import { sizeOf } from '../../base/shape.ts'
import { repeating, type Walk } from '../../ops/walks.ts'
import type { Compute } from '../tfjs/native.ts'
import { filling, type Prepare } from './filling.ts'
import type { Module } from './module.ts'

// Elementwise operations, in-place if an operand is not needed afterwards.

/** The kernel's numbers of operations with two operands. */
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
/** The same with one operand. */
export const changes = { negative: 0, square: 1, sqrt: 2, abs: 3, relu: 4, rsqrt: 5, floor: 6 } as const

/** The kernel's numbers of functions of one operand in relation to angles. */
export const angles = { sin: 0, cos: 1, atan: 2 } as const

type Dimensions = readonly number[]

/** Where the result goes: into an operand of the same size whose last use this is, or into new memory. */
export const placing = ({ blank, own }: Module, shapes: readonly Dimensions[], result: Dimensions): Compute => {
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

const oneByOne =
  (kernel: 'change' | 'angles', number: number): Prepare<readonly []> =>
  (module, { shapes, result }) => {
    const count = sizeOf(result)
    const place = placing(module, shapes, result)
    return filling(module, result, (to, x) => module.kernels[kernel](number, x, to, count), place)
  }
/** An elementwise operation with one operand. */
export const changing = (operation: keyof typeof changes): Prepare<readonly []> =>
  oneByOne('change', changes[operation])
/** A function of one operand in relation to angles. */
export const turning = (name: keyof typeof angles): Prepare<readonly []> => oneByOne('angles', angles[name])

/** An elementwise operation with two operands, which are broadcast. */
export const combining =
  (operation: keyof typeof combinations): Prepare<readonly []> =>
  (module, { shapes, result }) => {
    const [a, b = []] = shapes
    const { kernels } = module
    const number = combinations[operation]
    // The kernel takes matrices, one for each element of further axes, the innermost first. A stride of 0 broadcasts.
    const [columns = { size: 1, a: 1, b: 1 }, rows = { size: 1, a: 0, b: 0 }, ...more] = repeating(a, b, result)
    const [oneA, oneB] = [Number(columns.a === 0), Number(columns.b === 0)]
    const each = 4 * rows.size * columns.size
    /** Writes the result from address `to` on; returns the address after it. */
    const combine = (to: number, x: number, y: number, axes: readonly Walk[]): number => {
      const outermost = axes.at(-1)
      if (outermost === undefined) {
        kernels.combine(number, x, rows.a, oneA, y, rows.b, oneB, to, rows.size, columns.size)
        return to + each
      }
      const inner = axes.slice(0, -1)
      let next = to
      for (let i = 0; i < outermost.size; i++)
        next = combine(next, x + 4 * i * outermost.a, y + 4 * i * outermost.b, inner)
      return next
    }
    const place = placing(module, shapes, result)
    return filling(module, result, (to, x, y) => void combine(to, x, y, more), place)
  }
