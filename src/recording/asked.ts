import { isNetworks } from '../network/networks.ts'
import { asPart } from '../network/parts.ts'
import type { Progress } from '../training/fit.ts'
import type { LoopRule } from '../training/loops/fitting.ts'
import type { Validation } from '../training/loops/lessons.ts'
import type { Judged } from '../training/loops/monitor.ts'
import { networkSubject } from '../training/network-subject.ts'
import type { Optimizer } from '../training/optimizer.ts'
import { readFit } from '../training/options.ts'
import { readRulesFit } from '../training/rules/options.ts'
import { rulesSubject } from '../training/rules/subject.ts'
import { allAsked } from '../training/scoring.ts'
import type { TrainState } from '../training/step.ts'
import type { Subject } from '../training/subject.ts'

// What a run is asked to do: one network by its loss, or several by rules.

/** The options of a run, read. */
export interface Asked {
  readonly subject: Subject
  readonly loop: LoopRule
  /** What reports have beside the loss. */
  readonly metrics: readonly Judged[]
  /** The names of networks, where there are several. */
  readonly networks: readonly string[] | null
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
  if (isNetworks(given)) {
    const { ruled, loop } = readRulesFit<Validation, Progress, TrainState>(given, options)
    return {
      ...{ subject: rulesSubject(ruled), loop, metrics: [], networks: Object.keys(given) },
      optimizers: ruled.rules.map(({ name, optimizer }) => [name, optimizer] as const),
      measures: ruled.rules.flatMap(({ name, loss }) => [name, loss]),
    }
  }
  const part = asPart('recorded', given)
  const rule = readFit<Validation, Progress, TrainState>(options)
  return {
    ...{ subject: networkSubject(part, rule), loop: rule, metrics: allAsked(rule.metrics).flat(), networks: null },
    optimizers: [[null, rule.optimizer]],
    measures: measuring.map(name => options[name]),
  }
}
