import { angles, changes, combinations } from '../../backends/wasm/elementwise.ts'
import { sizeOf, stridesOf } from '../../base/shape.ts'
import { aligned, repeating } from '../../ops/walks.ts'
import { type Address, type Call, call, onward } from '../calls.ts'
import type { Lowering, Task } from './lowering.ts'
import { copied } from './moves.ts'

/** The numbers of the functions of the kernel `evaluate`. */
export const functions = { exp: 0, log: 1, sigmoid: 2, tanh: 3, elu: 4, softplus: 5, erf: 6 } as const

/** An operation on one operand, element by element. */
export const changing =
  (operation: keyof typeof changes): Lowering<unknown> =>
  ({ from: [x], to, result }) => [call('change', changes[operation], x as Address, to, sizeOf(result))]

/** A function of one operand, element by element. */
export const evaluating =
  (name: keyof typeof functions): Lowering<unknown> =>
  ({ from: [x], to, result }) => [call('evaluate', functions[name], x as Address, to, sizeOf(result))]

/** The same in relation to angles. */
export const turning =
  (name: keyof typeof angles): Lowering<unknown> =>
  ({ from: [x], to, result }) => [call('angles', angles[name], x as Address, to, sizeOf(result))]

/** A kernel of two operands, which are broadcast. */
const pairing =
  (kernel: 'combine' | 'power', ...before: readonly number[]): Lowering<unknown> =>
  ({ shapes, from, to, result }) => {
    const [[a, b], [x, y]] = [shapes, from] as unknown as [
      [readonly number[], readonly number[]],
      [typeof to, typeof to],
    ]
    // The kernel takes matrices, one for each element of further axes. A stride of 0 broadcasts.
    const walks = repeating(a, b, result)
    const [columns = { size: 1, a: 1, b: 1 }, rows = { size: 1, a: 0, b: 0 }] = walks
    const further = walks.slice(2).toReversed()
    const steps = stridesOf([...further.map(({ size }) => size), rows.size * columns.size]).slice(0, -1)
    return [
      {
        ...call(
          kernel,
          ...before,
          ...[
            onward(
              x,
              0,
              further.map(walk => walk.a),
            ),
            rows.a,
            Number(columns.a === 0),
          ],
          ...[
            onward(
              y,
              0,
              further.map(walk => walk.b),
            ),
            rows.b,
            Number(columns.b === 0),
          ],
          ...[onward(to, 0, steps), rows.size, columns.size],
        ),
        sizes: further.map(({ size }) => size),
      },
    ]
  }

/** An operation on two operands, which are broadcast. */
export const combining = (operation: keyof typeof combinations): Lowering<unknown> =>
  pairing('combine', combinations[operation])

/** Powers. */
export const raising: Lowering<unknown> = pairing('power')

/** A choice by a condition. The kernel broadcasts single elements; other operands are broadcast first. */
export const selecting: Lowering<unknown> = ({ shapes, from, to, result, room }) => {
  const count = sizeOf(result)
  const isOne = shapes.map((shape, i) => i > 0 && sizeOf(shape) === 1 && count > 1)
  const given = shapes.map((shape, i) => {
    const own = from[i] as typeof to
    if (isOne[i] || sizeOf(shape) === count) return { at: own, before: [] }
    const wide = room(count)
    return { at: wide, before: copied({ size: result, from: aligned(shape, result.length), to: result }, own, wide) }
  })
  const [condition, a, b] = given.map(({ at }) => at) as [typeof to, typeof to, typeof to]
  return [
    ...given.flatMap(({ before }) => before),
    call('select', condition, a, Number(isOne[1]), b, Number(isOne[2]), to, count),
  ]
}

/** A result that is there, divided by a number. */
export const dividing = (
  { to, result, room }: Pick<Task<unknown>, 'to' | 'result' | 'room'>,
  by: number,
): readonly Call[] => {
  const divisor = room(1)
  const count = sizeOf(result)
  return [call('fill', divisor, 1, by), call('combine', combinations.divide, to, 0, 0, divisor, 0, 1, to, 1, count)]
}
