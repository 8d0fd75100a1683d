import { type Options, parseOptions } from '../base/options.ts'

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
): Normal => parseOptions(owner, example, options, given)
