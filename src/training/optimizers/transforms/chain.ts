import { InvalidOption } from '../../../base/errors.ts'
import type { Tree } from '../../../base/tree.ts'
import { byName as recordOf, type VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { asOptimizer, transform } from './transform.ts'

/**
 * Applies optimizers one after the other: each takes the result of the one before as gradients, and the result of the
 * last is added to the parameters. So put transforms of gradients first, then the optimizer, then transforms of its
 * updates.
 *
 * @throws InvalidOption if there are none, or one is not an optimizer
 * @example
 * ```ts
 * const optimizer = chain(clipByNorm(1), gradientDescent({ step: 0.5 }))
 * const params = { linear: { weight: tensor([0]) } }
 * const [updates] = optimizer.update({ linear: { weight: tensor([8]) } }, optimizer.init(params), params)
 * Array.from(updates.linear.weight.dataSync()) // [-0.5]
 * ```
 */
export const chain = <P extends string = never>(...optimizers: readonly Optimizer<P>[]): Optimizer<P> => {
  const example = 'chain(clipByNorm(1), adam())'
  if (optimizers.length === 0)
    throw new InvalidOption({
      layer: 'chain',
      option: 'optimizers',
      expected: 'at least one optimizer',
      got: 'none',
      remedy: `For example: ${example}.`,
    })
  const own = Object.freeze(optimizers.map(optimizer => asOptimizer('chain', optimizer, example)))
  const rule: OptimizerRule = {
    init: (ops, params) => recordOf(own.map(({ rule }, i) => [String(i), rule.init(ops, params)] as const)),
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const before = state as Readonly<Record<string, Tree<T>>>
      const after: (readonly [position: string, state: Tree<T>])[] = []
      const updates = own.reduce((gradients, { rule }, i) => {
        const [changed, next] = rule.update(ops, gradients, before[i] as Tree<T>, params, context)
        after.push([String(i), next])
        return changed
      }, grads)
      return [updates, recordOf(after)] as const
    },
  }
  return transform('chain', own, { optimizers: own }, rule)
}
