import { InvalidOption } from '../base/errors.ts'
import { asKey, type Key } from '../base/random.ts'
import { isRecord } from '../base/trees.ts'
import { asVariables, described, reading } from '../state/given.ts'
import type { Trees } from '../state/variables.ts'
import type { OptimizerState } from './optimizer.ts'
import type { NormalRule } from './options.ts'
import { asMemory } from './slots.ts'
import { trainedOf } from './update.ts'

/** Everything that training changes, checked. */
export interface GivenState extends Trees {
  readonly optimizer: OptimizerState
  readonly key: Key
}

/**
 * Checks that a value has the form of a state of training, as a call from JavaScript may give anything.
 *
 * @throws InvalidOption, WeightInitializationError if it has another form, or is of another optimizer
 */
export const asTrainState = (
  owner: string,
  rule: Pick<NormalRule, 'optimizer' | 'trains' | 'owner'>,
  value: unknown,
  option = 'state',
): GivenState => {
  const parts = ['variables', 'optimizer', 'key']
  return reading(owner, option, () => {
    if (!isRecord(value) || parts.some(part => !Object.hasOwn(value, part)))
      throw new InvalidOption({
        layer: owner,
        option,
        expected: `a state, { ${parts.join(', ')} }`,
        got: described(value),
        remedy: 'Start with init(variables, key), and continue with the state that each step returns.',
      })
    const trees = asVariables(owner, value.variables)
    const memory = asMemory(owner, option, rule.optimizer, trainedOf(rule, owner, trees.params), value.optimizer)
    return { ...trees, optimizer: memory, key: asKey(option === 'state' ? owner : `${owner}, ${option}`, value.key) }
  })
}
