import type { Called, Limit, OptionsFor } from '../../../base/limited-options.ts'
import type { expectedNumbers, OrNull } from '../../../base/limits.ts'
import { integer, number, orNull, parseOptions } from '../../../base/options.ts'
import type { Tree } from '../../../base/tree.ts'
import { mapTree, type VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { partBelow1 } from '../../ranges.ts'
import { asNumber, rateOption, unfit } from '../../rate.ts'
import { option } from '../options.ts'
import { zip } from '../rule.ts'
import { averageName } from './averaged.ts'
import { asOptimizer, transform } from './transform.ts'

/** What a function may keep of an average. */
const kept = number('a number >= 0 and <= 1', value => value >= 0 && value <= 1)

const expectedDecay =
  'a number >= 0 and < 1, or a function that gives a number >= 0 and <= 1 for the number of an update'

/** The options of {@link average}. */
export interface AverageOptions {
  /**
   * How much of the average stays with each update: 0 to less than 1, or a function of the number of the update, such as
   * `t => t / (t + 1)` for the mean of all. Default: 0.999.
   */
  readonly decay?: Limit<'partBelow1', typeof expectedDecay> | ((update: number) => number)
  /** After every so many updates, the parameters are replaced by the average; `null`, the default: never. */
  readonly overwriteEvery?: Limit<'count', OrNull<(typeof expectedNumbers)['count'], 'never'>> | null
}

/**
 * Keeps an average of the parameters beside an optimizer: `a = decay · a + (1 - decay) · w` after each update; after the first one
 * a is w. {@link averaged} reads it. (Polyak and Juditsky 1992.)
 *
 * @throws InvalidOption if an option is out of range
 */
export const average = <const O, P extends string = never>(
  optimizer: Optimizer<P>,
  options?: OptionsFor<AverageOptions, O, Called<'average', 'adam(), { decay: 0.999 }'>>,
): Optimizer<P> => {
  const example = 'average(adam(), { decay: 0.999 })'
  const inner = asOptimizer('average', optimizer, example)
  const normal = parseOptions<Required<AverageOptions>>(
    'average',
    example,
    {
      // The first update takes all: a function is asked from the second one on.
      decay: { ...rateOption(partBelow1, kept, 1, expectedDecay), default: 0.999 },
      overwriteEvery: option(orNull(integer(1), 'never'), null),
    },
    options,
  )
  const { decay, overwriteEvery } = normal
  const keptAt = (update: number): number => {
    const value = asNumber('average', 'decay', update, typeof decay === 'number' ? decay : decay(update))
    if (kept.is(value)) return value
    throw unfit('average', 'decay', kept.name, update, value)
  }
  const takenAt = (update: number): number => (update === 0 ? 1 : 1 - keptAt(update))
  const overwrites = (update: number): number => ((update + 1) % (overwriteEvery ?? 1) === 0 ? 1 : 0)
  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) =>
      ({ [averageName]: params, optimizer: inner.rule.init(ops, params) }) as Tree<T>,
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const before = state as { readonly [averageName]: VariableTree<T>; readonly optimizer: Tree<T> }
      const [updates, next] = inner.rule.update(ops, grads, before.optimizer, params, context)
      const after = zip(params, updates, (param, change) => ops.add(param, change))
      const taken = context.at(takenAt)
      const mean = zip(before[averageName], after, (old, now) =>
        ops.add(old, ops.multiply(ops.subtract(now, old), taken)),
      )
      const changes =
        overwriteEvery === null
          ? updates
          : zip(
              updates,
              zip(mean, params, (own, param) => ops.subtract(own, param)),
              (change, back) => ops.where(context.at(overwrites), back, change),
            )
      return [
        mapTree(params, (_, layer, name) => changes[layer]?.[name] as T),
        { [averageName]: mean, optimizer: next } as Tree<T>,
      ] as const
    },
  }
  return transform('average', [inner, { ...normal }], { optimizer: inner, ...normal }, rule)
}
