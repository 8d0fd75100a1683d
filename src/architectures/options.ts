import { InvalidOption, show } from '../core/errors.ts'
import { type Options, parseOptions } from '../core/options.ts'

/**
 * Reads the options of an architecture.
 *
 * @param example a right call, for the remedy
 * @throws InvalidOption that names the option, or when they are no object
 */
export const architectureOptions = <Normal extends object>(
  owner: string,
  example: string,
  options: Options<Normal>,
  given: unknown,
): Normal => {
  if (typeof given === 'object' && given !== null && Object.getPrototypeOf(given) === Object.prototype)
    return parseOptions(owner, example, options, { ...given })
  throw new InvalidOption({
    layer: owner,
    option: 'options',
    expected: 'an object of options',
    got: show(given),
    remedy: `For example: ${example}.`,
  })
}
