import type * as t from 'io-ts/lib/index.js'
import type { Limit } from '../../base/limited-options.ts'
import { boolean, codec, notNegative, type Option, type Options, parseOptions } from '../../base/options.ts'
import { matching, matchNames, type NamePatterns, namePatterns } from '../../base/patterns.ts'
import type { VariableTree } from '../../base/trees.ts'
import { isWeight, namesIn } from '../penalties/roles.ts'
import { type Step, stepOption } from '../rate.ts'

/** An option with a default. */
export const option = <A>(own: t.Type<A, unknown, unknown>, value: A): Option<A> => ({ codec: own, default: value })
export const flag: Option<boolean> = option(boolean, false)
export const stepOf = (value: number): Option<Step> => ({ ...stepOption, default: value })

/** The parameters to apply to: patterns of names, or `'weights'`, by role. */
export type Mask = 'weights' | NamePatterns

export const mask: Option<Mask> = {
  codec: codec<Mask>(`'weights', or ${namePatterns.name}`, value => {
    if (value === 'weights') return value
    const read = namePatterns.decode(value)
    return read._tag === 'Right' ? (typeof value === 'string' ? value : read.right) : undefined
  }),
  default: '*',
}

/** Whether a parameter is meant by a mask. */
export const isMeant = (meant: Mask, layer: string, name: string): boolean => {
  if (meant === 'weights') return isWeight(name)
  return [meant].flat().some(pattern => matching(pattern)(layer, name))
}

/**
 * Whether each parameter is meant by a mask.
 *
 * @throws InvalidOption if a pattern matches nothing
 */
export const maskOf = (
  owner: string,
  option: string,
  meant: Mask,
  params: VariableTree<unknown>,
): ((layer: string, name: string) => boolean) => {
  // All, of which there may be none.
  if (meant !== 'weights' && meant !== '*') matchNames(owner, option, meant, namesIn(params))
  return (layer, name) => isMeant(meant, layer, name)
}

/** What optimizers take whose peers take it: weight decay beside the gradient. */
export interface DecayOptions {
  /**
   * Decoupled weight decay: subtracts `step · weightDecay · w` in addition to the update (Loshchilov and Hutter 2019).
   * For decay through the gradient, as in PyTorch's Adam and SGD, use `chain(addDecayedWeights(rate), …)`. Default: 0.
   */
  readonly weightDecay?: Limit<'notNegative'>
  /** What decays: `'weights'` by role, without biases and scales, or patterns of names. Default: `'*'`, everything. */
  readonly mask?: Mask
}

export const decay: Options<Required<DecayOptions>> = { weightDecay: option(notNegative, 0), mask }

/** The options of an optimizer; where a learning rate stands in their place, the remedy says where it belongs. */
export const read = <Normal extends { readonly step: Step }>(
  name: string,
  options: Options<Normal>,
  given: unknown,
): Normal => {
  const rate =
    typeof given === 'number' && stepOption.codec.is(given)
      ? String(given)
      : typeof given === 'function'
        ? 'update => 0.1 / (update + 1)'
        : String(options.step.default)
  return parseOptions(name, `${name}({ step: ${rate} })`, options, given)
}
