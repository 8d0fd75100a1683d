import type { CheckJoin, Join } from '../core/compose.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart, compose } from '../core/network.ts'

/**
 * `join` for a whole architecture: errors in it begin with its title, as in `resnet50 > res3a > convolution-2`, while the
 * names of its layers do not.
 */
export const model = <const L extends readonly AnyLayer[]>(title: string, ...layers: CheckJoin<L>): Join<L> => {
  const parts = layers.map(layer => asPart(title, layer))
  // Join<L> is what the same composition is at the type level, where titles play no part.
  return compose({ form: 'sequence', parts, title }) as unknown as Join<L>
}
