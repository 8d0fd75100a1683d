import { InvalidOption, show } from '../base/errors.ts'
import { checkName } from '../base/names.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart } from '../network/parts.ts'
import type { Block } from '../network-types/blocks.ts'

/**
 * A part of a network with a name: the names of its layers begin with it, as in `res3a/convolution-2`, and errors in it
 * with its path, as in `resnet50 > res3a > convolution-2`. Numbers begin anew within it. Layers that are `shared` belong
 * to the whole network and keep their names.
 *
 * @param name a name, or a pattern with one field: 'res{}' gives res1, res2
 * @throws InvalidOption when the name is empty or no pattern, or the layer is none
 * @example
 * ```ts
 * const network = join(Input(4), block('encoder', join(Relu(8), Relu(2))), block('decoder', join(Relu(8), Relu(4))))
 * names(network) // ['input-1', 'encoder/relu-1', 'encoder/relu-2', 'decoder/relu-1', 'decoder/relu-2']
 * ```
 */
export const block = <const Name extends string, const B extends AnyLayer>(name: Name, layer: B): Block<Name, B> => {
  if (checkName('block', name) === '')
    throw new InvalidOption({
      layer: 'block',
      option: 'name',
      expected: 'a name',
      got: show(name),
      remedy: "For example: block('encoder', Relu(8)).",
    })
  return compose({ form: 'block', part: asPart('block', layer), name }, 'Block') as unknown as Block<Name, B>
}
