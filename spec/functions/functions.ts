import type * as tf from '@tensorflow/tfjs-core'
import type fc from 'fast-check'
import type { Ops } from '../../src/index.ts'
import { type Expression, evaluate, expression } from '../ops/expressions.ts'
import { build, type Numbers, reference, sizeOf } from '../ops/reference.ts'

// What specs of transforms have in common.

/** The operations in doubles, which tell their values from trees. */
export const exact: Ops<Numbers> = {
  ...reference,
  isTensor: value => typeof value === 'object' && value !== null && 'data' in value && 'shape' in value,
}

/** A function of a matrix and a scale, whose result is a matrix. */
export type OfMatrix = <T>(ops: Ops<T>, x: T, scale: T) => T

/** What an expression computes; everything depends smoothly on the scale. */
export const functionOf =
  ({ chosen }: Pick<Expression, 'chosen'>): OfMatrix =>
  (ops, x, scale) =>
    ops.multiply(evaluate(ops, ops.multiply(x, scale), chosen), scale)

/** The sum of the squares of the result of a function: a loss. */
export const lossOf =
  (f: OfMatrix) =>
  <T>(ops: Ops<T>, x: T, scale: T): T => {
    const y = f(ops, x, scale)
    return ops.sum(
      ops.square(y),
      ops.shape(y).map((_, axis) => axis),
    )
  }

/** Numbers that no symmetry hides anything from. */
export const waves = (shape: readonly number[], seed = 7): Numbers => {
  let i = 0
  return build(shape, () => {
    i += 1
    return Math.sin(seed * i) + 0.2
  })
}

export const dot = (a: Numbers, b: Numbers): number =>
  a.data.reduce((sum, value, i) => sum + value * (b.data[i] as number), 0)
export const moved = (x: Numbers, direction: Numbers, step: number): Numbers => ({
  shape: x.shape,
  data: x.data.map((value, i) => value + step * (direction.data[i] as number)),
})
/** The derivative of a function of numbers along a direction, from its values on both sides. */
export const slope = (f: (x: Numbers) => number, x: Numbers, direction: Numbers): number => {
  const step = 1e-5
  return (f(moved(x, direction, step)) - f(moved(x, direction, -step))) / (2 * step)
}

export const scalar = (value: number): Numbers => ({ shape: [], data: [value] })
export const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync())
export const nested = ({ shape, data }: Numbers): { data: number[]; shape: number[] } => ({
  data: [...data],
  shape: [...shape],
})
export const isSmall = ({ shape }: Numbers): boolean => sizeOf(shape) <= 24

/** Random expressions, for properties of functions. */
export const expressions: fc.Arbitrary<Expression> = expression

export { start } from '../ops/expressions.ts'
export type { Expression, Numbers }
