import type { Called, Limit, OptionsFor } from '../../../base/limited-options.ts'
import type { expectedNumbers, OrNull } from '../../../base/limits.ts'
import { integer, orNull, parseOptions } from '../../../base/options.ts'
import type { Tree } from '../../../base/tree.ts'
import { leavesOf, mapTree, type VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import { allFinite } from '../../finite.ts'
import { isTensorOf } from '../../metric.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { mapTrees, zerosOf } from '../rule.ts'
import { asOptimizer, transform } from './transform.ts'

/** The options of {@link skipNonFinite}. */
export interface SkipNonFiniteOptions {
  /**
   * The largest number of consecutive updates to skip; further ones are applied unchanged. Default: `null`, no limit.
   */
  readonly most?: Limit<'count', OrNull<(typeof expectedNumbers)['count'], 'all'>> | null
}

/**
 * Skips updates whose gradients have a NaN or an infinity: parameters and the optimizer's state are unchanged. The
 * update's number still advances, and schedules with it.
 *
 * @throws InvalidOption if an option is out of range
 * @example
 * ```ts
 * const optimizer = skipNonFinite(gradientDescent({ step: 1 }))
 * const params = { linear: { weight: tensor([1, 2]) } }
 * const [updates] = optimizer.update({ linear: { weight: tensor([1, 0 / 0]) } }, optimizer.init(params), params)
 * Array.from(updates.linear.weight.dataSync()) // [0, 0]
 * ```
 */
export const skipNonFinite = <const O, P extends string = never>(
  optimizer: Optimizer<P>,
  options?: OptionsFor<SkipNonFiniteOptions, O, Called<'skipNonFinite', 'adam()'>>,
): Optimizer<P> => {
  const example = 'skipNonFinite(adam())'
  const inner = asOptimizer('skipNonFinite', optimizer, example)
  const { most } = parseOptions<Required<SkipNonFiniteOptions>>(
    'skipNonFinite',
    example,
    {
      most: {
        codec: orNull(integer(1), 'all'),
        default: null,
      },
    },
    options,
  )
  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) =>
      ({ skipped: ops.constant(0), optimizer: inner.rule.init(ops, params) }) as Tree<T>,
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const before = state as { readonly skipped: T; readonly optimizer: Tree<T> }
      const leaves = leavesOf(grads).map(([, , gradient]) => gradient)
      const sound = leaves.length === 0 ? ops.constant(1) : allFinite(ops, leaves)
      const one = ops.constant(1)
      const goesOn =
        most === null ? sound : ops.maximum(sound, ops.greater(ops.add(before.skipped, one), ops.constant(most)))
      const [updates, next] = inner.rule.update(ops, grads, before.optimizer, params, context)
      const isTensor = (value: unknown): boolean => isTensorOf(ops, value)
      return [
        mapTree(updates, change => ops.where(goesOn, change, zerosOf(ops, ops.shape(change)))),
        {
          skipped: ops.where(sound, ops.constant(0), ops.add(before.skipped, one)),
          optimizer: mapTrees(next, before.optimizer, isTensor, (now, old) => ops.where(goesOn, now, old)),
        } as Tree<T>,
      ] as const
    },
  }
  return transform('skipNonFinite', [inner, most === null ? {} : { most }], { optimizer: inner, most }, rule)
}
