import { type Options, parseOptions } from '../base/options.ts'
import { unchecked } from '../blocks/unchecked.ts'
import type { AnyLayer, Out } from '../core/layer.ts'
import type { Input } from '../layers/input.ts'
import { compose } from '../network/compose.ts'
import { asPart } from '../network/parts.ts'
import type { Network, Sequence } from '../network-types/compose.ts'
import type { Hiding } from '../network-types/hidden.ts'
import type { ImageShape } from './image.ts'

/**
 * `join` for a whole architecture. The paths in its errors begin with its title, as in `resnet50 > res3a > convolution-2`;
 * the names of its layers do not.
 */
export const model = <I, O, L extends readonly AnyLayer[]>(
  title: string,
  layers: L,
): Network<I, O, Hiding<L>['hidden']> =>
  unchecked(compose({ form: 'sequence', parts: layers.map(layer => asPart(title, layer)), title }))

/**
 * The type of an architecture of layers `L` with input shape `S`, in the property `network`: for an alias, editors would show
 * its name.
 *
 * Its output is a condition on `S`. Otherwise the compiler would walk the whole network before it knows the options of a call,
 * and once more afterwards.
 */
export interface Model<S extends number | ImageShape, L extends readonly AnyLayer[]> {
  readonly network: Network<
    Input<S, 'input-{}'>[' source'],
    S extends unknown ? Out<Sequence<L>, number[]> : never,
    Hiding<L>['hidden']
  >
}

/**
 * The same list. The compiler instantiates a tuple that is the body of a type alias at every use; a tuple that is a type
 * argument, once.
 */
export type Listed<L extends readonly AnyLayer[]> = L

/**
 * Reads the options of an architecture. All have defaults, which are also those of the function's type parameters, so the
 * result has the types that the call infers.
 *
 * @param example a right call, for the remedy
 * @throws InvalidOption if an option is invalid
 */
export const optionsOf = <Normal extends object, Given extends Partial<Normal>>(
  owner: string,
  example: string,
  options: Options<Normal>,
  given: Given,
): Required<Given> => unchecked(parseOptions(owner, example, options, given))
