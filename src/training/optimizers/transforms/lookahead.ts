import type { Called, Limit, OptionsFor } from '../../../base/limited-options.ts'
import { integer, parseOptions } from '../../../base/options.ts'
import type { Tree } from '../../../base/tree.ts'
import type { VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { upTo1 } from '../../ranges.ts'
import { option } from '../options.ts'
import { zip } from '../rule.ts'
import { asOptimizer, transform } from './transform.ts'

/** The options of {@link lookahead}. */
export interface LookaheadOptions {
  /** The number of updates between those of the slow parameters. Default: 5. */
  readonly every?: Limit<'count'>
  /** The fraction of the way that they go, > 0 and <= 1. Default: 0.5. */
  readonly rate?: Limit<'upTo1'>
}

/**
 * Lookahead (Zhang et al. 2019): after every few updates of an optimizer, slow parameters go a fraction of the way,
 * `s = s + rate · (w - s)`, and the optimizer continues from there: `w = s`.
 *
 * @throws InvalidOption if an option is out of range
 * @example
 * ```ts
 * const optimizer = lookahead(gradientDescent({ step: 1 }), { every: 1 })
 * const params = { linear: { weight: tensor([4]) } }
 * const [updates] = optimizer.update({ linear: { weight: tensor([2]) } }, optimizer.init(params), params)
 * updates.linear.weight.dataSync()[0] // -1
 * ```
 */
export const lookahead = <const O, P extends string = never>(
  optimizer: Optimizer<P>,
  options?: OptionsFor<LookaheadOptions, O, Called<'lookahead', 'adam(), { every: 5, rate: 0.5 }'>>,
): Optimizer<P> => {
  const example = 'lookahead(adam(), { every: 5, rate: 0.5 })'
  const inner = asOptimizer('lookahead', optimizer, example)
  const normal = parseOptions<Required<LookaheadOptions>>(
    'lookahead',
    example,
    {
      every: option(integer(1), 5),
      rate: option(upTo1, 0.5),
    },
    options,
  )
  const { every, rate } = normal
  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) =>
      ({ slow: params, optimizer: inner.rule.init(ops, params) }) as Tree<T>,
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const before = state as { readonly slow: VariableTree<T>; readonly optimizer: Tree<T> }
      const [updates, next] = inner.rule.update(ops, grads, before.optimizer, params, context)
      const follows = context.at(update => ((update + 1) % every === 0 ? 1 : 0))
      const ahead = zip(params, updates, (param, change) => ops.add(param, change))
      const followed = zip(before.slow, ahead, (slow, fast) =>
        ops.add(slow, ops.multiply(ops.subtract(fast, slow), ops.constant(rate))),
      )
      const slow = zip(before.slow, followed, (old, now) => ops.where(follows, now, old))
      const back = zip(followed, params, (own, param) => ops.subtract(own, param))
      const changes = zip(updates, back, (change, own) => ops.where(follows, own, change))
      return [changes, { slow, optimizer: next } as Tree<T>] as const
    },
  }
  return transform('lookahead', [inner, { ...normal }], { optimizer: inner, ...normal }, rule)
}
