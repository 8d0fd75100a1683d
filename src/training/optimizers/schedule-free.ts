import type { Called, Limit, OptionsFor } from '../../base/limited-options.ts'
import { integer, notNegative, positive } from '../../base/options.ts'
import type { Tree } from '../../base/tree.ts'
import { leafOf, mapTree, type VariableTree } from '../../base/trees.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Ops } from '../../ops/ops.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../optimizer.ts'
import { partBelow1 } from '../ranges.ts'
import type { LearningRate } from '../rate.ts'
import { stepAt } from '../rate.ts'
import type { MomentsOptions } from './adam.ts'
import { decay, maskOf, option, read, stepOf } from './options.ts'
import { blend, optimizerOf, zerosOf } from './rule.ts'
import { averageName } from './transforms/averaged.ts'

/** The options of {@link scheduleFree}. */
export interface ScheduleFreeOptions extends MomentsOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.0025. */
  readonly step?: LearningRate
  /** Added to the root of the corrected mean of squares. Default: 1e-8. */
  readonly epsilon?: Limit<'positive'>
  /** The number of updates over which the step rises to its value. Default: 0. */
  readonly warmupIter?: Limit<'whole'>
  /** The power of t with which later updates count more in the average. Default: 0. */
  readonly power?: Limit<'notNegative'>
  /** The power of the largest step so far with which updates count in the average. Default: 2. */
  readonly stepPower?: Limit<'notNegative'>
}

interface Remembered<T> {
  /** Where plain Adam without a mean of gradients would be. */
  readonly base: VariableTree<T>
  readonly square: VariableTree<T>
  readonly [averageName]: VariableTree<T>
  /** The sum of the weights so far, and the largest step. */
  readonly total: T
  readonly largest: T
}

/**
 * Schedule-free AdamW (Defazio et al. 2024), which needs no learning rate decay: gradients are taken at
 * `y = (1 - beta1) · z + beta1 · x`, the trained parameters; z descends along `g / (sqrt(v / (1 - beta2ᵗ)) + epsilon)`,
 * and x averages all z: `x = (1 - c) · x + c · z`, where c is the weight `t^power · largest step^stepPower` divided by
 * the sum of all weights. Predict with the average, which {@link averaged} returns.
 *
 * @throws InvalidOption if an option is out of range; from `init`, if a pattern of `mask` matches nothing
 * @example
 * ```ts
 * const optimizer = scheduleFree({ step: 0.1 })
 * const params = { linear: { weight: tensor([1, 2]) } }
 * const [, state] = optimizer.update({ linear: { weight: tensor([5, -5]) } }, optimizer.init(params), params)
 * Math.round((averaged(state).linear?.weight?.dataSync()[0] ?? 0) * 1000) // 900
 * ```
 */
export const scheduleFree = <const O>(
  options?: OptionsFor<ScheduleFreeOptions, O, Called<'scheduleFree', '{ step: 0.0025 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<ScheduleFreeOptions>>(
    'scheduleFree',
    {
      step: stepOf(0.0025),
      beta1: option(partBelow1, 0.9),
      beta2: option(partBelow1, 0.999),
      epsilon: option(positive, 1e-8),
      warmupIter: option(integer(0), 0),
      power: option(notNegative, 0),
      stepPower: option(notNegative, 2),
      ...decay,
    },
    options,
  )
  const { beta1, beta2, epsilon, warmupIter, power, stepPower, weightDecay } = normal
  const rateAt = (update: number): number =>
    stepAt('scheduleFree', normal.step, update) * Math.min(1, warmupIter === 0 ? 1 : (update + 1) / warmupIter)
  const powered = <T>(ops: Ops<T>, x: T): T => {
    if (stepPower === 2) return ops.square(x)
    // 0 to a positive power is 0, whose logarithm there is none of.
    const isPositive = ops.greater(x, ops.constant(0))
    const logarithm = ops.log(ops.where(isPositive, x, ops.constant(1)))
    const value = ops.exp(ops.multiply(logarithm, ops.constant(stepPower)))
    return ops.where(isPositive, value, ops.constant(stepPower === 0 ? 1 : 0))
  }
  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) => {
      maskOf('scheduleFree', 'mask', normal.mask, params)
      return {
        base: params,
        square: mapTree(params, param => zerosOf(ops, ops.shape(param))),
        [averageName]: params,
        total: ops.constant(0),
        largest: ops.constant(0),
      } as Tree<T>
    },
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const before = state as unknown as Remembered<T>
      const decays = maskOf('scheduleFree', 'mask', normal.mask, params)
      const rate = context.at(rateAt)
      const corrected = context.at(update => 1 / (1 - beta2 ** (update + 1)))
      const largest = ops.maximum(before.largest, rate)
      const weight = ops.multiply(
        context.at(update => (update + 1) ** power),
        powered(ops, largest),
      )
      const total = ops.add(before.total, weight)
      // Nothing counts before the first step that is more than 0.
      const isSome = ops.greater(total, ops.constant(0))
      const taken = ops.where(isSome, ops.divide(weight, ops.where(isSome, total, ops.constant(1))), ops.constant(0))
      const square = mapTree(params, (_, layer, name) =>
        blend(ops, leafOf(before.square, layer, name) as T, ops.square(leafOf(grads, layer, name) as T), beta2),
      )
      const base = mapTree(params, (param, layer, name) => {
        const root = ops.sqrt(ops.multiply(leafOf(square, layer, name) as T, corrected))
        const own = ops.divide(leafOf(grads, layer, name) as T, ops.add(root, ops.constant(epsilon)))
        const isDecaying = weightDecay > 0 && decays(layer, name)
        const direction = isDecaying ? ops.add(own, ops.multiply(param, ops.constant(weightDecay))) : own
        return ops.subtract(leafOf(before.base, layer, name) as T, ops.multiply(direction, rate))
      })
      const average = mapTree(params, (_, layer, name) => {
        const old = leafOf(before[averageName], layer, name) as T
        return ops.add(old, ops.multiply(ops.subtract(leafOf(base, layer, name) as T, old), taken))
      })
      const updates = mapTree(params, (param, layer, name) => {
        const between = blend(ops, leafOf(average, layer, name) as T, leafOf(base, layer, name) as T, beta1)
        return ops.subtract(between, param)
      })
      return [updates, { base, square, [averageName]: average, total, largest } as unknown as Tree<T>] as const
    },
  }
  return optimizerOf('scheduleFree', normal, rule)
}
