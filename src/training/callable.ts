import { InvalidOption, show } from '../base/errors.ts'
import { isTensorLike } from '../base/nested.ts'
import { shownAs } from '../base/shown.ts'
import { isRecord } from '../base/trees.ts'
import { asJson } from '../plain/json.ts'

/** A function of values that is a value with a name, and prints itself. */
export const valued = <F extends object, V extends { readonly name: string }>(
  call: F,
  value: V,
  text: string,
): F & V => {
  const { name, ...rest } = value
  Object.defineProperties(Object.assign(call, rest), {
    name: { value: name },
    toString: { value: () => text },
    ...shownAs(String),
    ...asJson,
  })
  return Object.freeze(call) as F & V
}

/** Whether arguments are those of a call that configures: nothing, or an object of options. */
const configures = (given: readonly unknown[]): boolean => {
  if (given.length === 0 || (given.length === 1 && given[0] === undefined)) return true
  const [options] = given
  try {
    return given.length === 1 && isRecord(options) && !isTensorLike(options) && !Object.hasOwn(options, 'data')
  } catch {
    // What cannot be read is refused where options are.
    return true
  }
}

/**
 * The function of a value that has defaults: called with options it gives another value of the kind, called with what was
 * expected and predicted it computes.
 *
 * @throws InvalidOption from a call with anything else
 */
export const callable =
  <Value, Result>(
    name: string,
    configure: ((options: object) => Value) | undefined,
    compute: (expected: unknown, predicted: unknown, weighting: unknown) => Result,
  ) =>
  (...given: readonly unknown[]): Value | Result => {
    if (configure !== undefined && configures(given)) return configure((given[0] ?? {}) as object)
    if (given.length >= 2) return compute(given[0], given[1], given[2])
    throw new InvalidOption({
      layer: name,
      option: 'arguments',
      expected: configure === undefined ? 'expected and predicted values' : 'options, or expected and predicted values',
      got: given.length === 0 ? 'nothing' : show(given[0]),
      remedy: `For example: ${name}([[0, 1]], [[0.2, 0.8]]).`,
    })
  }
