import { type Either, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import { type Expectation, ofRank, type Refuses } from '../core/expects.ts'

// Inputs that several families of layers expect.

/** One vector for each example. */
export const vector = {
  rank: 2,
  expected: 'a 2-dimensional input [batch, features]',
  remedy: 'Put Reshape() before it, or apply it to every step with TimeDistributed.',
} as const

/** One sequence for each example, of steps with channels. */
export const sequence = {
  rank: 3,
  expected: 'a 3-dimensional input [batch, steps, channels]',
  remedy: 'Give the Input two dimensions, [steps, channels], or put a Reshape before this layer.',
} as const

/** One image for each example. */
export const image = {
  rank: 4,
  expected: 'a 4-dimensional input [batch, rows, cols, channels]',
  remedy: 'Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
} as const

/** One volume for each example. */
export const volume = {
  rank: 5,
  expected: 'a 5-dimensional input [batch, depth, rows, cols, channels]',
  remedy: 'Give the Input four dimensions, [depth, rows, cols, channels], or put a Reshape before this layer.',
} as const

/** The output of a layer that keeps the shape of its input, which must have the `Form`. */
export type Same<Kind extends string, E extends Expectation, I, Form> = I extends Form
  ? I
  : number[] extends I
    ? number[]
    : Refuses<Kind, E, I>
/** Shapes with axes between batch and channels. */
export type Between = readonly [unknown, unknown, unknown, ...unknown[]]
/** The output of a layer that keeps the shape of images. */
export type SameImage<Kind extends string, I> = Same<Kind, typeof image, I, readonly [number, number, number, number]>

/** The same at run time. */
export const sameImage = (input: Shape | null): Either<Fault, Shape | null> =>
  input === null ? right(input) : ofRank(image, input)
