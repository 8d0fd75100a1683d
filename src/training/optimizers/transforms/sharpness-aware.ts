import type { Called, Limit, OptionsFor } from '../../../base/limited-options.ts'
import { boolean, parseOptions, positive } from '../../../base/options.ts'
import type { Tree } from '../../../base/tree.ts'
import { leafOf, leavesOf, mapTree, type VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import { tape } from '../../../ops/tape.ts'
import { normOf } from '../../finite.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { option } from '../options.ts'
import { zip } from '../rule.ts'
import { asOptimizer, transform } from './transform.ts'

/** The options of {@link sharpnessAware}. */
export interface SharpnessAwareOptions {
  /** How far parameters are moved against the loss before it is derived. Default: 0.05. */
  readonly rho?: Limit<'positive'>
  /** Whether each element is moved in proportion to its own size (Kwon et al. 2021). Default: false. */
  readonly adaptive?: boolean
}

/** The gradient of the loss at some parameters. */
const gradientAt = <T>(ops: Ops<T>, { loss }: UpdateContext<T>, params: VariableTree<T>): VariableTree<T> => {
  const { ops: own, variable, gradients } = tape(ops)
  const point = mapTree(params, variable)
  const value = loss(own, point)
  const leaves = leavesOf(point).map(([, , leaf]) => leaf)
  const found = gradients([[value, ops.constant(1)]], leaves)
  const byLeaf = new Map(leaves.map((leaf, i) => [leaf, found[i] as T]))
  return mapTree(point, leaf => byLeaf.get(leaf) as T)
}

/**
 * Sharpness-aware minimization (Foret et al. 2021): the optimizer gets the gradients where the loss nearby is largest,
 * at `w + rho · g / |g|`, with the global norm of the gradients; with `adaptive` at `w + rho · w² · g / |w · g|`. The
 * loss of the same batch is computed a second time, with the same draws: if you call `update` yourself, pass
 * `{ loss }`.
 *
 * @throws InvalidOption if an option is out of range; from an update that gets no loss
 * @example
 * ```ts
 * const optimizer = sharpnessAware(gradientDescent({ step: 1 }), { rho: 0.5 })
 * const params = { a: { w: tensor([3], []) } }
 * const [updates] = optimizer.update({ a: { w: tensor([6], []) } }, optimizer.init(params), params, {
 *   loss: (ops, { a }) => ops.square(a!.w!),
 * })
 * updates.a.w.dataSync()[0] // -7
 * ```
 */
export const sharpnessAware = <const O, P extends string = never>(
  optimizer: Optimizer<P>,
  options?: OptionsFor<SharpnessAwareOptions, O, Called<'sharpnessAware', 'momentum(), { rho: 0.05 }'>>,
): Optimizer<P> => {
  const example = 'sharpnessAware(momentum(), { rho: 0.05 })'
  const inner = asOptimizer('sharpnessAware', optimizer, example)
  const normal = parseOptions<Required<SharpnessAwareOptions>>(
    'sharpnessAware',
    example,
    { rho: option(positive, 0.05), adaptive: option(boolean, false) },
    options,
  )
  const { rho, adaptive } = normal
  const rule: OptimizerRule = {
    init: (ops, params) => inner.rule.init(ops, params),
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const direction = adaptive ? zip(grads, params, (gradient, param) => ops.multiply(gradient, param)) : grads
      const length = normOf(
        ops,
        leavesOf(direction).map(([, , own]) => own),
      )
      // Where there is no slope, there is nowhere to go.
      const scale = ops.divide(ops.constant(rho), ops.add(length, ops.constant(1e-12)))
      const point = mapTree(params, (param, layer, name) => {
        const own = leafOf(direction, layer, name) as T
        return ops.add(param, ops.multiply(adaptive ? ops.multiply(own, param) : own, scale))
      })
      return inner.rule.update(ops, gradientAt(ops, context, point), state, params, context)
    },
  }
  return transform('sharpnessAware', [inner, { ...normal }], { optimizer: inner, ...normal }, rule)
}
