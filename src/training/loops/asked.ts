import { isNetworks } from '../../network/networks.ts'
import { asPart } from '../../network/parts.ts'
import type { Progress } from '../fit.ts'
import { networkSubject } from '../network-subject.ts'
import type { Optimizer } from '../optimizer.ts'
import { readFit } from '../options.ts'
import { readRulesFit } from '../rules/options.ts'
import { rulesSubject } from '../rules/subject.ts'
import { allAsked } from '../scoring.ts'
import type { TrainState } from '../step.ts'
import type { Subject } from '../subject.ts'
import type { LoopRule } from './fitting.ts'
import type { Validation } from './lessons.ts'
import type { Judged } from './monitor.ts'

// What a call of `fit` is asked to do: train one network by its loss, or several by rules.

/** A rule: its name, and what it trains with. */
interface Ruled {
  /** `null` where there is one rule without a name. */
  readonly name: string | null
  readonly optimizer: Optimizer
  /** Of one network, `undefined`: it stands with the options of reports. */
  readonly loss?: unknown
}

/** The options of `fit`, read. */
export interface Asked {
  readonly subject: Subject
  readonly loop: LoopRule
  /** What reports have beside the loss. */
  readonly metrics: readonly Judged[]
  /** The names of networks, where there are several. */
  readonly networks: readonly string[] | null
  readonly rules: readonly Ruled[]
}

/**
 * Reads the options of `fit`.
 *
 * @param owner what was called
 * @param given a network, or several by name
 * @throws InvalidOption if an option is invalid
 */
export const asked = (owner: string, given: unknown, options: object): Asked => {
  if (isNetworks(given)) {
    const { ruled, loop } = readRulesFit<Validation, Progress, TrainState>(given, options)
    const { rules } = ruled
    return { subject: rulesSubject(ruled), loop, metrics: [], networks: Object.keys(given), rules }
  }
  const part = asPart(owner, given)
  const rule = readFit<Validation, Progress, TrainState>(options)
  const { optimizer } = rule
  return {
    ...{ subject: networkSubject(part, rule), loop: rule, metrics: allAsked(rule.metrics).flat() },
    ...{ networks: null, rules: [{ name: null, optimizer }] },
  }
}
