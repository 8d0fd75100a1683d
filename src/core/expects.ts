import { type Either, type Left, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import { type Flow, type Refusal, type RefusedInput, type Shape, showFlow, showShape } from '../base/shape.ts'

// What a layer expects of its input is a constant. The compiler reads its type and the run time its value, so both give the
// same message.

/** What a layer expects of its input, `as const`. Texts may have fields, as in `channels that {groups} groups divide`. */
export interface Expectation {
  /** The continuation of "expected …". */
  readonly expected: string
  /** What to do about another input: a sentence. */
  readonly remedy: string
}
/** An expectation of the rank of an input, batch included. */
export interface RankExpectation extends Expectation {
  readonly rank: number
}

/** A text with its fields filled in. */
export type Filled<Text extends string, Fields> = Text extends `${infer Before}{${infer Field}}${infer After}`
  ? Field extends keyof Fields
    ? `${Before}${Fields[Field] & (string | number)}${Filled<After, Fields>}`
    : `${Before}{${Field}}${Filled<After, Fields>}`
  : Text

/** The output of a layer of one input that does not meet an expectation. */
export type Refuses<Kind extends string, E extends Expectation, I, Fields = unknown> = RefusedInput<
  Kind,
  Filled<E['expected'], Fields>,
  I,
  Filled<E['remedy'], Fields>
>

/** The output of a layer of several inputs that do not meet an expectation. */
export type RefusesAll<Kind extends string, E extends Expectation, I, Fields = unknown> = Refusal<
  Kind,
  Filled<E['expected'], Fields>,
  I,
  Filled<E['remedy'], Fields>
>

/** The values of the fields of a text. */
export type Fields = Readonly<Record<string, string | number>>

/** A text with its fields filled in. */
export const filledIn = (text: string, fields: Fields): string =>
  text.replace(/\{(\w+)\}/g, (field, name: string) => String(fields[name] ?? field))

/** The fault of what does not meet an expectation. */
export const faultOf = ({ expected, remedy }: Expectation, got: string, fields: Fields = {}): Fault => ({
  expected: filledIn(expected, fields),
  got,
  remedy: filledIn(remedy, fields),
})

/** The result of a shape rule for an input that does not meet an expectation. */
export const refusal = (expectation: Expectation, input: Shape | null, fields: Fields = {}): Left<Fault> => ({
  _tag: 'Left',
  left: faultOf(expectation, showShape(input), fields),
})

/** The same for several inputs. */
export const refusalOfAll = (expectation: Expectation, inputs: Flow, fields: Fields = {}): Left<Fault> => ({
  _tag: 'Left',
  left: faultOf(expectation, showFlow(inputs), fields),
})

/** An input of the expected rank; of an unknown rank, one with unknown dimensions. */
export const ofRank = (expectation: RankExpectation, input: Shape | null): Either<Fault, Shape> => {
  const shape = input ?? Array<null>(expectation.rank).fill(null)
  return shape.length === expectation.rank ? right(shape) : refusal(expectation, input)
}

const unknown = {
  expected: 'a known number of input {what}',
  remedy: 'Start the network with an Input whose {what} are given, such as {example}.',
} as const

/**
 * A dimension of the input that the shape of a variable depends on.
 *
 * @param what the dimension counts
 * @param example an Input that says it
 */
export const knownSize = (
  input: Shape | null,
  axis: number,
  what: 'channels' | 'features',
  example: string,
): Either<Fault, number> => {
  const d = input?.[axis] ?? null
  return d === null ? refusal(unknown, input, { what, example }) : right(d)
}
