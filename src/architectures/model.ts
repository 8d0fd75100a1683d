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
 * `join` for a whole architecture: errors in it begin with its title, as in `resnet50 > res3a > convolution-2`, while the
 * names of its layers do not.
 */
export const model = <I, O, L extends readonly AnyLayer[]>(
  title: string,
  layers: L,
): Network<I, O, Hiding<L>['hidden']> =>
  unchecked(compose({ form: 'sequence', parts: layers.map(layer => asPart(title, layer)), title }))

/**
 * The type of an architecture of the layers `L`, one of whose options is the shape `S` of its input, as the property
 * `network`: of an alias, editors would show the name.
 *
 * Its output is a condition on `S`: otherwise the compiler would walk the whole network before it knows the options of a
 * call, and once more afterwards.
 */
export interface Model<S extends number | ImageShape, L extends readonly AnyLayer[]> {
  readonly network: Network<
    Input<S, 'input-{}'>['~source'],
    S extends unknown ? Out<Sequence<L>, number[]> : never,
    Hiding<L>['hidden']
  >
}

/**
 * A list of layers as it is. The compiler makes a tuple that is the value of a type alias anew wherever it is used; one that
 * is an argument, once.
 */
export type Listed<L extends readonly AnyLayer[]> = L

/**
 * Reads the options of an architecture, all of which have defaults. The function's type parameters have the same defaults,
 * so what is read has the types that the call infers.
 *
 * @param example a right call, for the remedy
 * @throws InvalidOption that names the option, or when they are no object
 */
export const optionsOf = <Normal extends object, Given extends Partial<Normal>>(
  owner: string,
  example: string,
  options: Options<Normal>,
  given: Given,
): Required<Given> => unchecked(parseOptions(owner, example, options, given))
