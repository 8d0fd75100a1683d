import { InvalidOption } from '../base/errors.ts'

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

/** The tokens that may be drawn, most probable first, as many as `topK` and `topP` leave. */
const leadingOf = (weights: Float64Array, { topK, topP }: Drawing): readonly number[] => {
  const order = Array.from(weights, (_, i) => i).sort(
    (a, b) => (weights[b] as number) - (weights[a] as number) || a - b,
  )
  const first = topK === null ? order : order.slice(0, topK)
  if (topP === 1) return first
  const limit = topP * first.reduce((sum, i) => sum + (weights[i] as number), 0)
  let sum = 0
  const count = first.findIndex(i => {
    sum += weights[i] as number
    return sum >= limit
  })
  return count < 0 ? first : first.slice(0, count + 1)
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
  const weights = Float64Array.from(logs, log => Math.exp((log - (logs[top] as number)) / drawing.temperature))
  const isAll = drawing.topK === null && drawing.topP === 1
  const allowed = isAll ? [...weights.keys()] : leadingOf(weights, drawing).toSorted((a, b) => a - b)
  const total = allowed.reduce((sum, i) => sum + (weights[i] as number), 0)
  let rest = draw * total
  for (const i of allowed) {
    rest -= weights[i] as number
    if (rest < 0) return i
  }
  // Rounding may leave a little.
  return allowed.findLast(i => (weights[i] as number) > 0) ?? top
}
