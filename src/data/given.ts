import { isLeft } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../base/errors.ts'
import { codec, integer, isFunction } from '../base/options.ts'
import { isKey, type Key } from '../base/random.ts'

// Arguments of datasets, as a call from JavaScript may give anything.

/**
 * An argument in its normal form.
 *
 * @param example a right call, for the remedy
 * @throws InvalidOption if the codec rejects it
 */
export const argument = <A>(
  owner: string,
  option: string,
  type: t.Type<A, unknown, unknown>,
  value: unknown,
  example: string,
): A => {
  const parsed = type.decode(value)
  if (isLeft(parsed))
    throw new InvalidOption({
      layer: owner,
      option,
      expected: type.name,
      got: show(value),
      remedy: `For example: ${example}.`,
    })
  return parsed.right
}

/** A number of items, from 1. */
export const count: t.Type<number, unknown, unknown> = integer(1)

/** A function of an example. */
export const callback: t.Type<(...args: never[]) => unknown, unknown, unknown> = codec('a function', value =>
  isFunction(value) ? value : undefined,
)

/** The key of draws, which must be given. */
export const drawnBy: { readonly codec: t.Type<Key, unknown, unknown> } = {
  codec: codec('a key, such as key(1)', value => (isKey(value) ? value : undefined)),
}
