import { show, wrongArgument } from '../base/errors.ts'
import { checkName } from '../base/names.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart, type BlockExpectation } from '../network/parts.ts'
import type { Block, ExpectingBlock } from '../network-types/blocks.ts'

/**
 * Gives a part of a network a name. It comes before the names of its layers, as in `res3a/convolution-2`, and in errors, as
 * in `resnet50 > res3a > convolution-2`. Layers are numbered anew within it. `shared` layers keep their names, because they
 * belong to the whole network.
 *
 * @param name a name, or a pattern with one field: 'res{}' gives res1, res2
 * @throws InvalidOption if the name is empty or an invalid pattern, or the layer is not a layer
 * @example
 * ```ts
 * const network = join(Input(4), block('encoder', join(Relu(8), Relu(2))), block('decoder', join(Relu(8), Relu(4))))
 * names(network) // ['input-1', 'encoder/relu-1', 'encoder/relu-2', 'decoder/relu-1', 'decoder/relu-2']
 * ```
 */
export const block = <const Name extends string, const B extends AnyLayer>(name: Name, layer: B): Block<Name, B> => {
  return compose(blockOf(name, layer))
}

const blockOf = (name: string, layer: AnyLayer) => {
  const example = "block('encoder', Relu(8))"
  if (checkName('block', name) === '') throw wrongArgument('block', 'name', 'a name', show(name), example)
  return { form: 'block', part: asPart('block', layer, example), name } as const
}

/** A block that says itself what it expects of its inputs, where they do not fit. Documents and texts do not keep that. */
export const expectingBlock = <const Name extends string, const B extends AnyLayer, const E extends BlockExpectation>(
  name: Name,
  layer: B,
  expects: E,
): ExpectingBlock<Name, B, E> => compose({ ...blockOf(name, layer), expects })
