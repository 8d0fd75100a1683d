import { InvalidOption, placing } from '../base/errors.ts'
import type { Read } from '../base/nested.ts'
import { showShape } from '../base/shape.ts'
import { type TensorInput, toNumbers } from '../state/data.ts'

// Targets and predictions of classes, as metrics take them, in memory.

/** The class and the probabilities of each example. */
export interface Scores {
  /** How many examples there are that can be read. */
  readonly count: number
  /** How many classes; one output is the probability of class 1 of two. */
  readonly classes: number
  readonly isSingle: boolean
  readonly truth: Int32Array
  /** Of the class of an example. */
  readonly probability: (example: number, of: number) => number
  /** Examples that were left out, as a prediction or a target is not finite. */
  readonly left: number
}

/**
 * Numbers as users give them.
 *
 * @throws InvalidOption that names the function and its argument
 */
export const numbersOf = (owner: string, option: string, value: TensorInput): Read =>
  placing(
    () => ({ layer: owner, option }),
    () => toNumbers(value),
  )

const largest = (data: Float32Array, from: number, size: number): number => {
  let found = 0
  for (let i = 1; i < size; i++) if ((data[from + i] as number) > (data[from + found] as number)) found = i
  return found
}

/**
 * Reads targets and predictions: probabilities along the last axis, or one for each example; targets are class numbers, or one-hot.
 *
 * @throws InvalidOption if they do not fit each other
 */
export const readScores = (owner: string, expected: TensorInput, predicted: TensorInput): Scores => {
  const [target, given] = [numbersOf(owner, 'expected', expected), numbersOf(owner, 'predicted', predicted)]
  const width = given.shape.length > 1 ? (given.shape.at(-1) as number) : 1
  const isSingle = width === 1
  const classes = isSingle ? 2 : width
  const all = given.data.length / Math.max(1, width)
  const isOneHot = !isSingle && target.data.length === given.data.length
  if (target.data.length !== (isOneHot ? all * width : all))
    throw new InvalidOption({
      layer: owner,
      option: 'expected',
      expected: isSingle
        ? `${all} class numbers, one for each prediction`
        : `${all} class numbers, or one-hot targets of the shape ${showShape(given.shape)}`,
      got: `the shape ${showShape(target.shape)}`,
      remedy: 'Give a target for each prediction.',
    })
  const isRead = (i: number): boolean => {
    for (let c = 0; c < width; c++) if (!Number.isFinite(given.data[i * width + c])) return false
    return isOneHot || Number.isFinite(target.data[i])
  }
  const read = Array.from({ length: all }, (_, i) => i).filter(isRead)
  const truth = Int32Array.from(read, i =>
    isOneHot ? largest(target.data, i * width, width) : (target.data[i] as number),
  )
  const wrong = truth.findIndex(
    (c, at) => c < 0 || c >= classes || (!isOneHot && c !== target.data[read[at] as number]),
  )
  if (wrong >= 0)
    throw new InvalidOption({
      layer: owner,
      option: 'expected',
      expected: `class numbers from 0 to ${classes - 1}`,
      got: `${target.data[read[wrong] as number]} for example ${read[wrong]}`,
      remedy: isSingle
        ? 'Give predictions of several classes a last axis of as many probabilities.'
        : 'Give a number for each class, from 0 on.',
    })
  return {
    count: read.length,
    classes,
    isSingle,
    truth,
    left: all - read.length,
    probability: (example, of) => {
      const at = (read[example] as number) * width
      if (!isSingle) return given.data[at + of] as number
      return of === 1 ? (given.data[at] as number) : 1 - (given.data[at] as number)
    },
  }
}

/** What a chart says of examples that it leaves out. */
export const leftCaptions = (left: number): readonly string[] =>
  left === 0 ? [] : [`${left} ${left === 1 ? 'example is' : 'examples are'} left out, as not all numbers are finite.`]
