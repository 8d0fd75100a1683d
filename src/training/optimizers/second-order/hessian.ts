import type { Called, Limit, OptionsFor } from '../../../base/limited-options.ts'
import { notNegative, type Options, parseOptions, positive } from '../../../base/options.ts'
import type { Tree } from '../../../base/tree.ts'
import type { VariableTree } from '../../../base/trees.ts'
import type { Handle } from '../../../functions/function.ts'
import { hessianOf, type Nested } from '../../../functions/jacobian.ts'
import { solve } from '../../../ops/linear-algebra.ts'
import type { Ops } from '../../../ops/ops.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import type { LearningRate } from '../../rate.ts'
import { stepAt } from '../../rate.ts'
import { option, read, stepOf } from '../options.ts'
import { optimizerOf } from '../rule.ts'
import { diagonalOf, hessianTimes, matrixOf } from './second-derivatives.ts'
import { countOf, scaledIdentity, unvectorOf, vectorOf } from './vector.ts'

/** The options of {@link hessian}. */
export interface HessianOptions {
  /** Added to the diagonal of the Hessian, at least 0. Default: 1. */
  readonly penaltyConst?: Limit<'notNegative'>
}

/**
 * Of a function of the operations, its Hessian; of options, an optimizer that uses the Hessian of the loss.
 *
 * The Hessian holds the second derivatives of a scalar function with respect to every two elements of its first argument:
 * the {@link jacobian} of its gradient, a function of the same arguments. Of one tensor [a, …] it is [a, …, a, …]; of a tree,
 * a tree of trees of its form.
 *
 * The optimizer is Newton's method with a damped Hessian: `w = w - (H + penaltyConst · I)⁻¹ g`, H exact. If the sum is
 * singular, the results are not finite: use a larger `penaltyConst`. It needs memory for the square of the number of
 * parameters, and the time of as many gradients as there are parameters. Use all examples at once, `batchSize: null`. If you
 * call `update` yourself, pass `{ loss }`.
 *
 * @throws InvalidOption if an option is out of range; from an update that gets no loss; from a call of the function, as
 *   `grad`
 * @example
 * ```ts
 * const curvature = eager(hessian((ops, x) => ops.sum(ops.multiply(x, ops.square(x)))))
 * Array.from(curvature([1, 2]).dataSync()) // [6, 0, 0, 12]
 *
 * const optimizer = hessian({ penaltyConst: 0 })
 * const params = { point: { x: tensor([3, 1]) } }
 * const [updates] = optimizer.update({ point: { x: tensor([6, 2]) } }, optimizer.init(params), params, {
 *   loss: (ops, { point }) => ops.sum(ops.square(point!.x!), [0]),
 * })
 * Array.from(updates.point.x.dataSync()) // [-3, -1]
 * ```
 */
export function hessian<T = Handle, Rest extends readonly unknown[] = []>(
  f: (ops: Ops<T>, at: T, ...rest: Rest) => T,
): (ops: Ops<T>, at: T, ...rest: Rest) => T
export function hessian<T = Handle, X = T, Rest extends readonly unknown[] = []>(
  f: (ops: Ops<T>, at: X, ...rest: Rest) => T,
): (ops: Ops<T>, at: X, ...rest: Rest) => Nested<X, T, X>
export function hessian<const O>(
  options?: OptionsFor<HessianOptions, O, Called<'hessian', '{ penaltyConst: 1 }'>>,
): Optimizer<never>
export function hessian(given: unknown = {}): unknown {
  return typeof given === 'function' ? hessianOf(given) : newton(given)
}

const newton = (options: unknown): Optimizer<never> => {
  const normal = parseOptions<Required<HessianOptions>>(
    'hessian',
    'hessian({ penaltyConst: 1 })',
    { penaltyConst: option(notNegative, 1) },
    options,
  )
  const rule: OptimizerRule = {
    init: () => ({}),
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      { loss }: UpdateContext<T>,
    ) => {
      const n = countOf(ops, params)
      if (n === 0) return [params, state] as const
      const matrix = matrixOf(ops, hessianTimes(ops, loss, params), params)
      const damped = ops.add(matrix, scaledIdentity(ops, n, normal.penaltyConst))
      const step = solve(ops, damped, ops.negative(vectorOf(ops, grads)))
      return [unvectorOf(ops, step, params), state] as const
    },
  }
  return optimizerOf('hessian', normal, rule)
}

/** The options of {@link hessianDiagonal}. */
export interface HessianDiagonalOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.1. */
  readonly step?: LearningRate
  /** No element of the inverse diagonal is more than `1 / minEigval`, whatever its sign. Default: 0.01. */
  readonly minEigval?: Limit<'positive'>
}

const diagonalOptions: Options<Required<HessianDiagonalOptions>> = {
  step: stepOf(0.1),
  minEigval: option(positive, 0.01),
}

/**
 * Gradient descent with each element scaled by its own curvature: `w = w - step · g · clip(1 / h, ±1 / minEigval)`, h
 * the exact diagonal of the Hessian (LeCun et al. 1998, section 9.1). It takes the time of as many gradients as there
 * are parameters. Use all examples at once, `batchSize: null`. If you call `update` yourself, pass `{ loss }`.
 *
 * @throws InvalidOption if an option is out of range; from an update that gets no loss
 */
export const hessianDiagonal = <const O>(
  options?: OptionsFor<HessianDiagonalOptions, O, Called<'hessianDiagonal', '{ step: 0.1 }'>>,
): Optimizer<never> => {
  const name = 'hessianDiagonal'
  const normal = read<Required<HessianDiagonalOptions>>(name, diagonalOptions, options)
  const rule: OptimizerRule = {
    init: () => ({}),
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      if (countOf(ops, params) === 0) return [params, state] as const
      const diagonal = diagonalOf(ops, hessianTimes(ops, context.loss, params), params)
      const [zero, most] = [ops.constant(0), ops.constant(1 / normal.minEigval)]
      const isNone = ops.equal(diagonal, zero)
      const inverse = ops.divide(ops.constant(1), ops.where(isNone, ops.constant(1), diagonal))
      const scale = ops.where(isNone, most, ops.minimum(ops.maximum(inverse, ops.negative(most)), most))
      const rate = context.at(update => -stepAt(name, normal.step, update))
      const step = ops.multiply(ops.multiply(vectorOf(ops, grads), scale), rate)
      return [unvectorOf(ops, step, params), state] as const
    },
  }
  return optimizerOf(name, normal, rule)
}
