import { show, wrongArgument } from '../base/errors.ts'
import type { AnyLayer } from '../core/layer.ts'
import { Identity } from '../layers/input.ts'
import { asPart } from '../network/parts.ts'
import type { Perhaps } from '../network-types/blocks.ts'

/** The type that `when` makes. */
export type When<Condition extends boolean, B extends AnyLayer> = boolean extends Condition
  ? Perhaps<B>
  : Condition extends true
    ? B
    : Identity

/**
 * The layer if the condition is true, else `Identity()`: for layers that depend on an option of a function. If the compiler
 * does not know the condition, it knows only dimensions that are the same either way, and allows any names of variables.
 *
 * @throws InvalidOption if the condition is not true or false, or the layer is not a layer
 * @example
 * ```ts
 * const model = (options: { dropout: boolean }) => join(Input(64), Relu(32), when(options.dropout, Dropout(0.5)), Softmax(10))
 * names(model({ dropout: false })) // ['input-1', 'relu-1', 'identity-1', 'softmax-1']
 * ```
 */
export const when = <const Condition extends boolean, const B extends AnyLayer>(
  condition: Condition,
  layer: B,
): When<Condition, B> => {
  const example = 'when(deep, Relu(8))'
  if (typeof condition !== 'boolean')
    throw wrongArgument('when', 'condition', 'true or false', show(condition), example)
  const given = asPart('when', layer, example)
  // When<Condition, B> makes the same choice at the type level.
  return (condition ? given : Identity()) as unknown as When<Condition, B>
}
