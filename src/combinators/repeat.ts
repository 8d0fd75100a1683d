import { InvalidOption, show } from '../base/errors.ts'
import { checkName, isPattern } from '../base/names.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart } from '../network/parts.ts'
import { mostLayers } from '../network/wiring.ts'
import type { CheckRepeat, Repeat, Shared } from '../network-types/compose.ts'

/**
 * `n` copies of a layer or composition in sequence. Each copy has variables of its own.
 *
 * @throws InvalidOption when `n` is not a positive integer, or the layer has an explicit name that every copy would get
 * @throws LayerConnectionError when its output does not fit its input
 * @example
 * ```ts
 * const network = join(Input(10), repeat(Relu(8), 3))
 * names(network) // ['input-1', 'relu-1', 'relu-2', 'relu-3']
 * ```
 */
export const repeat = <const B extends AnyLayer, const N extends number>(
  layer: CheckRepeat<B, N> & B,
  n: N,
): Repeat<B, N> => {
  const part = asPart('repeat', layer)
  if (!Number.isSafeInteger(n) || n < 1)
    throw new InvalidOption({
      layer: 'repeat',
      option: 'n',
      expected: 'a positive integer',
      got: show(n),
      remedy: 'For example: repeat(Relu(8), 3).',
    })
  if (n > mostLayers)
    throw new InvalidOption({
      layer: 'repeat',
      option: 'n',
      expected: `at most ${mostLayers} copies`,
      got: show(n),
      remedy: 'For example: repeat(Relu(8), 3).',
    })
  return compose({ form: 'repeat', part, times: n }, 'Repeat') as unknown as Repeat<B, N>
}

/**
 * A layer whose every occurrence in a network uses one set of variables. They stand under the given name; those of a
 * composition under `name/` and the inner names.
 *
 * @throws InvalidOption when the name is not a text, or a pattern
 * @example
 * ```ts
 * const encoder = shared('encoder', Relu(8))
 * const siamese = join(parallel(join(Input(4), encoder), join(Input(4), encoder)), Concatenate())
 * countParameters(siamese).total // 40
 * ```
 */
export const shared = <const Name extends string, const B extends AnyLayer>(name: Name, layer: B): Shared<Name, B> => {
  if (typeof name !== 'string' || name === '' || isPattern(checkName('shared', name)))
    throw new InvalidOption({
      layer: 'shared',
      option: 'name',
      expected: 'a name without a field',
      got: show(name),
      remedy: "For example: shared('encoder', Relu(8)).",
    })
  return compose({ form: 'shared', part: asPart('shared', layer), name }, 'Shared') as unknown as Shared<Name, B>
}
