import { InvalidOption } from '../base/errors.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart } from '../network/parts.ts'
import type { CheckJoin, Follows, Join } from '../network-types/compose.ts'

/**
 * Layers in sequence: the output of each is the input of the next. The result is a layer again, and a network once it
 * starts with inputs. `join(a, join(b, c))`, `join(join(a, b), c)` and `join(a, b, c)` are the same network.
 *
 * @throws LayerConnectionError when shapes do not fit (what the compiler can see, it underlines)
 * @throws InvalidOption when an argument is no layer, or two layers have the same explicit name
 * @example
 * ```ts
 * const network = join(Input([28, 28, 1]), Convolution([3, 3, 16]), Relu(), Reshape(), Softmax(10))
 * String(network) // (?, 28, 28, 1) -> [... 5 layers ...] -> (?, 10)
 * ```
 */
export const join = <const L extends readonly AnyLayer[]>(...layers: CheckJoin<L>): Join<L> => {
  if (layers.length === 0)
    throw new InvalidOption({
      layer: 'join',
      option: 'layers',
      expected: 'at least one layer',
      got: 'none',
      remedy: 'For example: join(Input(4), Softmax(3)).',
    })
  const parts = layers.map(layer => asPart('join', layer))
  // Join<L> is what the same composition is at the type level.
  return compose({ form: 'sequence', parts }) as unknown as Join<L>
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
  <const B extends AnyLayer>(next: B): (<const A extends AnyLayer>(layer: Follows<[A], B> & A) => Join<[A, B]>) =>
  <const A extends AnyLayer>(layer: Follows<[A], B> & A): Join<[A, B]> =>
    compose({ form: 'sequence', parts: [asPart('to', layer), asPart('to', next)] }) as unknown as Join<[A, B]>
