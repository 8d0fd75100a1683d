import type { Called, Limit, OptionsOrOne } from '../../../base/limited-options.ts'
import { integer, parseOptions } from '../../../base/options.ts'
import type { Tree } from '../../../base/tree.ts'
import { mapTree, type VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import { isTensorOf } from '../../metric.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { mapTrees, zerosOf, zip } from '../rule.ts'
import { around, asOptimizer, transform } from './transform.ts'

/** The options of {@link accumulate}. */
export interface AccumulateOptions {
  /** The number of batches per update. Default: 2. */
  readonly every?: Limit<'count'>
}

/**
 * Large batches from small ones: the optimizer gets the mean of the gradients of `every` updates, and until then nothing
 * changes. It counts its own updates: schedules move once in `every`.
 *
 * @param options the number of batches per update, as a number or as `{ every }`. Default: 2.
 * @throws InvalidOption if the number is not a positive integer
 * @example
 * ```ts
 * const optimizer = accumulate(gradientDescent({ step: 1 }), 2)
 * const params = { linear: { weight: tensor([0]) } }
 * const grads = { linear: { weight: tensor([4]) } }
 * const [first, state] = optimizer.update(grads, optimizer.init(params), params)
 * const [second] = optimizer.update(params, state, params)
 * Array.from(first.linear.weight.dataSync()) // [0]
 * Array.from(second.linear.weight.dataSync()) // [-2]
 * ```
 */
export const accumulate = <const O, P extends string = never>(
  optimizer: Optimizer<P>,
  options?: OptionsOrOne<AccumulateOptions, 'every', O, Called<'accumulate', 'adam(), 4'>>,
): Optimizer<P> => {
  const example = 'accumulate(adam(), 4)'
  const inner = asOptimizer('accumulate', optimizer, example)
  const { every } = parseOptions<Required<AccumulateOptions>>(
    'accumulate',
    example,
    { every: { codec: integer(1), default: 2 } },
    typeof options === 'number' ? { every: options } : options,
  )
  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) =>
      ({
        mean: mapTree(params, param => zerosOf(ops, ops.shape(param))),
        optimizer: inner.rule.init(ops, params),
      }) as Tree<T>,
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const before = state as { readonly mean: VariableTree<T>; readonly optimizer: Tree<T> }
      const isFull = context.at(update => ((update + 1) % every === 0 ? 1 : 0))
      const mean = zip(before.mean, grads, (old, gradient) => ops.add(old, ops.divide(gradient, ops.constant(every))))
      // One for each function, as around: a step takes as many numbers from outside as there are functions.
      const known = new Map<(update: number) => number, T>()
      const at = (f: (update: number) => number): T => {
        const scalar = known.get(f) ?? context.at(update => f(Math.floor(update / every)))
        known.set(f, scalar)
        return scalar
      }
      const own = around(context, { at, update: at(update => update) })
      const [updates, next] = inner.rule.update(ops, mean, before.optimizer, params, own)
      const none = (x: T): T => zerosOf(ops, ops.shape(x))
      const isTensor = (value: unknown): boolean => isTensorOf(ops, value)
      return [
        mapTree(updates, change => ops.where(isFull, change, none(change))),
        {
          mean: mapTree(mean, own => ops.where(isFull, none(own), own)),
          optimizer: mapTrees(next, before.optimizer, isTensor, (now, old) => ops.where(isFull, now, old)),
        } as Tree<T>,
      ] as const
    },
  }
  return transform('accumulate', [inner, every], { optimizer: inner, every }, rule)
}
