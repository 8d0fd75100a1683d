import { type Asked as AskedOfFit, asked as askedOfFit } from '../training/loops/asked.ts'
import type { Optimizer } from '../training/optimizer.ts'

// What a run is asked to do: what `fit` is, and what its forks compare.

/** The options of a run, read. */
export interface Asked extends AskedOfFit {
  /** The optimizer of each rule; one without a name is `null`. */
  readonly optimizers: readonly (readonly [rule: string | null, optimizer: Optimizer])[]
  /** What reports say, value by value: those of runs that have the same can be compared. */
  readonly measures: readonly unknown[]
}

/** What reports of one network depend on. */
const measuring = ['loss', 'lossWeights', 'metrics', 'regularizer', 'gradientNorms'] as const

/**
 * Reads the options of `fit`.
 *
 * @param given a network, or several by name
 * @throws InvalidOption if an option is invalid
 */
export const asked = (given: unknown, options: Readonly<Record<string, unknown>>): Asked => {
  const own = askedOfFit('recorded', given, options)
  return {
    ...own,
    optimizers: own.rules.map(({ name, optimizer }) => [name, optimizer] as const),
    measures:
      own.networks === null
        ? measuring.map(name => options[name])
        : own.rules.flatMap(({ name, loss }) => [name, loss]),
  }
}
