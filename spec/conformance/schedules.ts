import type * as joinery from '../../src/index.ts'
import { type Case, close, type Tolerance } from './data.ts'
import { camelCase, exported } from './translate.ts'

// Cases of the original's schedules.

/** The arguments in the original's order. */
const positional: Readonly<Record<string, readonly string[]>> = {
  step_decay: ['initial_value', 'reduction_freq', 'start_iter'],
  exponential_decay: ['initial_value', 'reduction_freq', 'reduction_rate', 'staircase', 'start_iter'],
  polynomial_decay: ['initial_value', 'decay_iter', 'minstep', 'power', 'cycle', 'start_iter'],
}

/** A schedule as the original calls it. */
export const policyOf = (
  name: string,
  args: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): joinery.Schedule => {
  const ordered = args.map((value, i) => [positional[name]?.[i] ?? `argument_${i + 1}`, value] as const)
  const options = [...ordered, ...Object.entries(named)].map(([option, value]) => [camelCase(option), value])
  return exported(camelCase(name))(Object.fromEntries(options))
}

/** The rate of each update; before the first one, a step variable has the initial value. */
export const checkPolicy = (one: Case, tolerance: Tolerance): void => {
  const fields = one as never as {
    policy: string
    args: Readonly<Record<string, unknown>>
    iterations: readonly number[]
    step_used_by_update: readonly number[]
  }
  const rate = policyOf(fields.policy, [], fields.args)
  close('rates', fields.iterations.map(rate), fields.step_used_by_update, tolerance)
}
