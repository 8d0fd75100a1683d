import { wrongArgument } from '../base/errors.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart } from '../network/parts.ts'
import type { Before, CheckJoin } from '../network-types/checks.ts'
import type { Join } from '../network-types/compose.ts'

/**
 * Layers in sequence: the output of each is the input of the next. The result is a layer again, and a network once it
 * starts with inputs. `join(a, join(b, c))`, `join(join(a, b), c)` and `join(a, b, c)` are the same network.
 *
 * @throws LayerConnectionError if shapes do not fit (what the compiler can see, it underlines)
 * @throws InvalidOption if an argument is not a layer, or two layers have the same explicit name
 * @example
 * ```ts
 * const network = join(Input([28, 28, 1]), Convolution([3, 3, 16]), Relu(), Reshape(), Softmax(10))
 * String(network) // (?, 28, 28, 1) -> [... 5 layers ...] -> (?, 10)
 * ```
 */
export const join = <const L extends readonly AnyLayer[]>(...layers: CheckJoin<L>): Join<L> => {
  const example = 'join(Input(4), Softmax(3))'
  if (layers.length === 0) throw wrongArgument('join', 'layers', 'at least one layer', 'none', example)
  return compose({ form: 'sequence', parts: layers.map(layer => asPart('join', layer, example)) })
}

/**
 * The data-last form of `join`, for fp-ts's `pipe`.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 *
 * const network = pipe(Input(4), to(Relu(8)), to(Softmax(3)))
 * ```
 */
export const to =
  <const B extends AnyLayer>(next: B): (<const A extends AnyLayer>(...layer: Before<A, B>) => Join<[A, B]>) =>
  <const A extends AnyLayer>(...[layer]: Before<A, B>): Join<[A, B]> =>
    compose({ form: 'sequence', parts: [asPart('to', layer), asPart('to', next)] })
