import { show, wrongArgument } from '../base/errors.ts'
import { checkName, isPattern } from '../base/names.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart } from '../network/parts.ts'
import { mostLayers } from '../network/wiring.ts'
import type { CheckRepeat } from '../network-types/checks.ts'
import type { Repeat, Shared } from '../network-types/compose.ts'
import type { Times } from '../network-types/scan.ts'

/**
 * `n` copies of a layer or composition in sequence. Each copy has variables of its own.
 *
 * @throws InvalidOption if `n` is not a positive integer, or the layer has an explicit name that every copy would get
 * @throws LayerConnectionError if its output does not fit its input
 * @example
 * ```ts
 * const network = join(Input(10), repeat(Relu(8), 3))
 * names(network) // ['input-1', 'relu-1', 'relu-2', 'relu-3']
 * ```
 */
export const repeat = <const B extends AnyLayer, const N extends number>(
  ...[layer, copies]: CheckRepeat<B, N>
): Repeat<B, Times<N>> => {
  const example = 'repeat(Relu(8), 3)'
  // Of another type only where the compiler refuses it.
  const n = copies as number
  const part = asPart('repeat', layer, example)
  const fault = (expected: string) => wrongArgument('repeat', 'n', expected, show(n), example)
  if (!Number.isSafeInteger(n) || n < 1) throw fault('a positive integer')
  if (n > mostLayers) throw fault(`at most ${mostLayers} copies`)
  return compose({ form: 'repeat', part, times: n })
}

/**
 * Shares the variables of a layer: all its occurrences in a network use the same ones. They have the given name; those of a
 * composition have `name/` before their own.
 *
 * @throws InvalidOption if the name is not a string, or a pattern
 * @example
 * ```ts
 * const encoder = shared('encoder', Relu(8))
 * const siamese = join(parallel(join(Input(4), encoder), join(Input(4), encoder)), Concatenate())
 * countParameters(siamese).total // 40
 * ```
 */
export const shared = <const Name extends string, const B extends AnyLayer>(name: Name, layer: B): Shared<Name, B> => {
  const example = "shared('encoder', Relu(8))"
  if (typeof name !== 'string' || name === '' || isPattern(checkName('shared', name)))
    throw wrongArgument('shared', 'name', 'a name without a field', show(name), example)
  return compose({ form: 'shared', part: asPart('shared', layer, example), name })
}
