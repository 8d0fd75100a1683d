import { InvalidOption } from '../base/errors.ts'
import { asKey, type Key } from '../base/random.ts'
import { isRecord } from '../base/trees.ts'
import { described, reading } from '../state/given.ts'
import type { Trees } from '../state/variables.ts'
import type { OptimizerState } from './optimizer.ts'
import { asMemory } from './slots.ts'
import type { Subject } from './subject.ts'

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
  { owner, asTrees, memory }: Pick<Subject, 'owner' | 'asTrees' | 'memory'>,
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
    const trees = asTrees(value.variables)
    const optimizer = asMemory(owner, option, memory, trees.params, value.optimizer)
    return { ...trees, optimizer, key: asKey(option === 'state' ? owner : `${owner}, ${option}`, value.key) }
  })
}
