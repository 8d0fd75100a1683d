import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import { type Flow, fromStart, type Shape, showFlow } from '../base/shape.ts'
import type { Expectation } from './expects.ts'
import type { Decoded, DecodeRule } from './layer.ts'

// How layers say what they do with a part of a sequence.

/** A rule for the options of a layer, or `'steps'` for a layer that acts on each step alone, whatever its options. */
export type DecodeOption<Normal> =
  | 'steps'
  | ((options: Normal, inputs: Flow, steps: readonly boolean[]) => Either<Fault, Decoded>)

/** What looks at other steps, without a way to read them part by part. */
const alone = {
  expected: 'a layer that acts on each step alone, or looks back only',
  remedy: 'Leave it out, or say how it decodes in its definition.',
} as const

/** The result of a rule for a layer that cannot decode. */
export const undecodable = (inputs: Flow, { expected, remedy }: Expectation = alone): Either<Fault, never> =>
  left({ expected, got: showFlow(inputs), remedy })

/** The rule of a layer that acts on each step alone. */
export const eachStep: DecodeRule = (inputs, steps) =>
  steps.every(Boolean)
    ? right('steps')
    : undecodable(inputs, {
        expected: 'inputs that all have the steps of the sequence',
        remedy: 'Leave the others out; only MultiHeadAttention and initial states take inputs without these steps.',
      })

/** The rule of a layer that mixes what is along some axes, negative ones from the end: on each step alone beside axis 1. */
export const besideSteps =
  (axes: readonly number[]): DecodeRule =>
  (inputs, steps) =>
    inputs.some(shape => axes.some(axis => fromStart(axis, (shape as Shape | null)?.length ?? 3) === 1))
      ? undecodable(inputs)
      : eachStep(inputs, steps)

/** The rule of a definition; `undefined` if it says none. */
export const decodeRule = <Normal>(
  decode: DecodeOption<Normal> | undefined,
  options: Normal,
): { readonly decode?: DecodeRule } => {
  if (decode === undefined) return {}
  return { decode: decode === 'steps' ? eachStep : (inputs, steps) => decode(options, inputs, steps) }
}
