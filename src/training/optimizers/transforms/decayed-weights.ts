import type { Called, Limit, OptionsOrOne } from '../../../base/limited-options.ts'
import { notNegative, parseOptions } from '../../../base/options.ts'
import { leafOf, mapTree, type VariableTree } from '../../../base/trees.ts'
import type { PatternsIn } from '../../../network-types/patterns.ts'
import type { Optimizer } from '../../optimizer.ts'
import { type Mask, mask, maskOf, option } from '../options.ts'
import { forgetful, transform } from './transform.ts'

/** The options of {@link addDecayedWeights}. */
export interface AddDecayedWeightsOptions {
  /** What parameters are multiplied by, 0 or more. Default: 0.01. */
  readonly rate?: Limit<'notNegative'>
  /** What decays: `'weights'` by role, without biases and scales, or patterns of names. Default: `'*'`, everything. */
  readonly mask?: Mask
}

/**
 * Gradients with `rate · w` added: weight decay through the gradient, as the gradient of `rate / 2 · sum(w²)`. Before an
 * optimizer it is PyTorch's `weight_decay`; after one, with a negative step still to come, optax's form of AdamW.
 *
 * @param options the rate alone, or `{ rate, mask }`
 * @throws InvalidOption if an option is out of range; from `init`, if a pattern matches nothing
 * @example
 * ```ts
 * const decay = addDecayedWeights({ rate: 0.5, mask: 'weights' })
 * const params = { linear: { weight: tensor([2]), bias: tensor([4]) } }
 * const [grads] = decay.update({ linear: { weight: tensor([1]), bias: tensor([1]) } }, decay.init(params), params)
 * grads.linear.weight.dataSync()[0] // 2
 * grads.linear.bias.dataSync()[0] // 1
 * ```
 */
export const addDecayedWeights = <const O>(
  options?: OptionsOrOne<AddDecayedWeightsOptions, 'rate', O, Called<'addDecayedWeights', '0.01'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = parseOptions<Required<AddDecayedWeightsOptions>>(
    'addDecayedWeights',
    'addDecayedWeights(0.01)',
    { rate: option(notNegative, 0.01), mask },
    typeof options === 'number' ? { rate: options } : options,
  )
  const isMeant = (params: VariableTree<unknown>) => maskOf('addDecayedWeights', 'mask', normal.mask, params)
  const rule = forgetful((ops, grads, params) => {
    const decays = isMeant(params)
    return mapTree(grads, (gradient, layer, name) => {
      if (!decays(layer, name)) return gradient
      const param = leafOf(params, layer, name) as typeof gradient
      return ops.add(gradient, ops.multiply(param, ops.constant(normal.rate)))
    })
  }, isMeant)
  return transform('addDecayedWeights', [{ ...normal }], { ...normal }, rule)
}
