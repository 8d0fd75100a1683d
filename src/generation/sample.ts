import { InvalidOption } from '../base/errors.ts'
import { leading } from './leading.ts'

// How a token is drawn from the logarithms of probabilities, in 64-bit floats, so that engines draw the same.

/** How tokens are drawn. */
export interface Drawing {
  readonly temperature: number
  /** How many of the most probable tokens may be drawn; all if it is `null`. */
  readonly topK: number | null
  /** The part of the probability that the most probable tokens that may be drawn have together. */
  readonly topP: number
}

/** The index of the largest number, the first of equal ones. */
const argMax = (numbers: ArrayLike<number>): number => {
  let best = 0
  for (let i = 1; i < numbers.length; i++) if ((numbers[i] as number) > (numbers[best] as number)) best = i
  return best
}

/** @throws InvalidOption unless some token is possible, and no score is NaN or infinite */
const checkScores = (logs: ArrayLike<number>): void => {
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logs.length; i++) {
    const log = logs[i] as number
    if (Number.isNaN(log)) most = log
    else if (log > most) most = log
  }
  if (Number.isFinite(most)) return
  throw new InvalidOption({
    layer: 'generate',
    option: 'variables',
    expected: 'variables with which tokens have finite scores',
    got: `a score of ${most}`,
    remedy: 'Training may have diverged: start again from a checkpoint, with a smaller step.',
  })
}

const totalOf = (weights: Float64Array, tokens: Iterable<number>): number => {
  let sum = 0
  for (const i of tokens) sum += weights[i] as number
  return sum
}

/** The first tokens that have a share of the probability together; `undefined` if all have less. */
const upTo = (weights: Float64Array, tokens: readonly number[], share: number): readonly number[] | undefined => {
  let sum = 0
  const last = tokens.findIndex(i => {
    sum += weights[i] as number
    return sum >= share
  })
  return last < 0 ? undefined : tokens.slice(0, last + 1)
}

/** How many tokens have most of the probability, as a rule. */
const few = 64

/** The tokens that may be drawn, most probable first, as many as `topK` and `topP` leave. */
const leadingOf = (weights: Float64Array, { topK, topP }: Drawing): readonly number[] => {
  if (topK !== null) {
    const first = leading(weights, topK)
    return topP === 1 ? first : (upTo(weights, first, topP * totalOf(weights, first)) ?? first)
  }
  const share = topP * totalOf(weights, weights.keys())
  for (let count = few; count < weights.length; count *= 8) {
    const found = upTo(weights, leading(weights, count), share)
    if (found !== undefined) return found
  }
  const all = leading(weights, weights.length)
  return upTo(weights, all, share) ?? all
}

/**
 * Draws a token.
 *
 * @param logs the logarithms of the probabilities of all tokens, but for a constant
 * @param draw a number from [0, 1)
 * @throws InvalidOption if they are no numbers
 */
export const drawToken = (logs: Float32Array, drawing: Drawing, draw: number): number => {
  checkScores(logs)
  const top = argMax(logs)
  if (drawing.temperature === 0) return top
  const most = logs[top] as number
  // Filled one by one, as `from` takes several times as long.
  const weights = new Float64Array(logs.length)
  for (let i = 0; i < logs.length; i++) weights[i] = Math.exp(((logs[i] as number) - most) / drawing.temperature)
  const isAll = drawing.topK === null && drawing.topP === 1
  const allowed = isAll ? [...weights.keys()] : leadingOf(weights, drawing).toSorted((a, b) => a - b)
  let rest = draw * totalOf(weights, allowed)
  for (const i of allowed) {
    rest -= weights[i] as number
    if (rest < 0) return i
  }
  // Rounding may leave a little.
  return allowed.findLast(i => (weights[i] as number) > 0) ?? top
}
