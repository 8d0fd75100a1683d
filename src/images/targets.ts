import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../base/errors.ts'
import { codec } from '../base/options.ts'
import { type Shape, showShape } from '../base/shape.ts'
import { isList } from '../base/trees.ts'

// Which of a network's outputs is explained: one class of every example.

/** A class for all examples, one for each, or `null` for those that are predicted. */
export type Target = number | readonly number[] | null
const isClassIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

export const targetOption: t.Type<Target, unknown, unknown> = codec<Target>(
  'the index of a class, or one for each example, or null for the class that is predicted',
  value => {
    if (value === null || isClassIndex(value)) return value
    const all: unknown = ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value
    return isList(all) && all.every(isClassIndex) ? Object.freeze([...(all as readonly number[])]) : undefined
  },
)

/** The class of each example whose score is explained. */
export const targetsOf = (
  owner: string,
  target: Target,
  scores: Float32Array,
  shape: readonly number[],
): Int32Array => {
  const [batch = 0, classes = 1] = shape
  const fault = (expected: string, got: string, remedy: string) =>
    new InvalidOption({ layer: owner, option: 'target', expected, got, remedy })
  if (isList(target) && target.length !== batch)
    throw fault(`a class for each of ${batch} examples`, String(target.length), 'Give one for all, or one for each.')
  return Int32Array.from({ length: batch }, (_, i) => {
    const own = isList(target)
      ? (target[i] as number)
      : (target ?? likeliest(scores.subarray(i * classes, (i + 1) * classes)))
    if (own < classes) return own
    throw fault(`the index of one of ${classes} classes, from 0 on`, show(own), `The last class is ${classes - 1}.`)
  })
}
const likeliest = (scores: Float32Array): number =>
  scores.reduce((best, score, i) => (score > (scores[best] as number) ? i : best), 0)

/** @throws InvalidOption if the output is none of classes */
export const checkScores = (owner: string, shape: Shape | null | undefined): void => {
  if (shape?.length === 2) return
  throw new InvalidOption({
    layer: owner,
    option: 'network',
    expected: 'a network whose output is [batch, classes]',
    got: `one of ${showShape(shape ?? null)}`,
    remedy:
      'Join a Reshape() to it, or take the part up to a layer that gives scores of classes, by end(network, name).',
  })
}
