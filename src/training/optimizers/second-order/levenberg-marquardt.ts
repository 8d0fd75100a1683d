import { InvalidOption } from '../../../base/errors.ts'
import type { Called, Limit, OptionsFor } from '../../../base/limited-options.ts'
import { boolean, type Options, parseOptions, positive } from '../../../base/options.ts'
import type { Tree } from '../../../base/tree.ts'
import { leafOf, mapTree, type VariableTree } from '../../../base/trees.ts'
import { solveSymmetric } from '../../../ops/linear-algebra.ts'
import { leastFloat, type Ops } from '../../../ops/ops.ts'
import { allFinite } from '../../finite.ts'
import type { Objective, Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { above1 } from '../../ranges.ts'
import { option } from '../options.ts'
import { optimizerOf, zerosOf } from '../rule.ts'
import { gaussNewtonTimes, matrixOf } from './second-derivatives.ts'
import { countOf, scaledIdentity, unvectorOf, vectorOf } from './vector.ts'

/** The options of {@link levenbergMarquardt}. */
export interface LevenbergMarquardtOptions {
  /** The damping in the beginning, positive. Default: 0.01. */
  readonly mu?: Limit<'positive'>
  /**
   * The damping is divided by this factor if the loss has decreased, and multiplied by it if it has grown; > 1.
   * Default: 1.2.
   */
  readonly muUpdateFactor?: Limit<'above1'>
  /** Whether a step after which the loss would be no less is tried again with more damping, and not taken. Default: false. */
  readonly reject?: boolean
}

type Normal = Required<LevenbergMarquardtOptions>

const options: Options<Normal> = {
  mu: option(positive, 0.01),
  muUpdateFactor: option(above1, 1.2),
  reject: option(boolean, false),
}

/** The damping stays within these, so that it can always come back. */
const dampings = { least: 1e-12, most: 1e12 }

const bounded = <T>(ops: Ops<T>, mu: T): T =>
  ops.minimum(ops.maximum(mu, ops.constant(dampings.least)), ops.constant(dampings.most))

/** How often a step is tried in one update. */
const tries = 10

interface Remembered<T> {
  readonly mu: T
  /** The loss before the last update. */
  readonly loss: T
}

/**
 * The residuals of the loss.
 *
 * @throws InvalidOption if it has none
 */
const residualsOf = <T>({ residuals }: UpdateContext<T>): Objective => {
  const fault = () =>
    new InvalidOption({
      layer: 'levenbergMarquardt',
      option: 'loss',
      expected: 'a mean of squares whose residuals are known, as that of mse',
      got: 'a loss without residuals',
      remedy: "Train with { loss: 'mse' }, or pass { loss, residuals } to update.",
    })
  if (residuals === undefined) throw fault()
  return <U>(ops: Ops<U>, params: VariableTree<U>): U => {
    // Losses of a network of several outputs may have residuals one by one, and none together.
    const errors: U | undefined = residuals(ops, params)
    if (errors === undefined) throw fault()
    return errors
  }
}

/**
 * Levenberg and Marquardt's method for least squares (Marquardt 1963): `w = w - (JᵀJ + mu · I)⁻¹ Jᵀ e`, with the
 * residuals e and their exact derivatives J. The damping mu is divided by `muUpdateFactor` before an update, or
 * multiplied by it if the loss has grown since the last one. With `reject`, mu is divided before each update, and a
 * step that does not lower the loss is retried with mu multiplied, by twice as much each time (Nielsen 1999), up to ten
 * times. The loss is `mse`, or another mean of squares; with a regularizer, its gradient replaces `Jᵀ e`. It needs
 * memory for the square of the number of parameters, and the time of twice as many gradients as there are parameters.
 * Use all examples at once, `batchSize: null`. If you call `update` yourself, pass `{ loss, residuals }`.
 *
 * @throws InvalidOption if an option is out of range; from an update, if the loss is not a mean of squares, or is
 *   missing
 * @example
 * ```ts
 * const network = join(Input(1), Linear(1, { weight: [[0]] }))
 * const data = { x: [[0], [1], [2]], y: [[1], [3], [5]] }
 * const { history } = await fit(network, init(network, key(0)), data, {
 *   loss: 'mse',
 *   optimizer: levenbergMarquardt(),
 *   batchSize: null,
 *   epochs: 5,
 * })
 * history.loss.at(-1)! < 1e-6 // true
 * ```
 */
export const levenbergMarquardt = <const O>(
  given?: OptionsFor<LevenbergMarquardtOptions, O, Called<'levenbergMarquardt', '{ mu: 0.01, muUpdateFactor: 1.2 }'>>,
): Optimizer<never> => {
  const name = 'levenbergMarquardt'
  const normal = parseOptions<Normal>(name, `${name}({ mu: 0.01, muUpdateFactor: 1.2 })`, options, given)
  const { mu, muUpdateFactor, reject } = normal
  const rule: OptimizerRule = {
    init: ops => ({ mu: ops.constant(mu), loss: ops.constant(-leastFloat) }),
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const n = countOf(ops, params)
      if (n === 0) return [params, state] as const
      const before = state as unknown as Remembered<T>
      const [times, count] = gaussNewtonTimes(ops, residualsOf(context), params)
      const { value } = context
      // The gradient of the mean of squares is 2 / count times Jᵀ e.
      const slope = ops.multiply(vectorOf(ops, grads), ops.constant(-count / 2))
      const matrix = matrixOf(ops, times, params)
      const solved = (damping: T): T => solveSymmetric(ops, ops.add(matrix, scaledIdentity(ops, n, damping)), slope)
      const factor = ops.constant(muUpdateFactor)
      const more = bounded(ops, ops.multiply(before.mu, factor))
      const less = bounded(ops, ops.divide(before.mu, factor))
      const none = zerosOf(ops, [n])
      if (!reject) {
        const damping = ops.where(ops.greater(value, before.loss), more, less)
        const step = solved(damping)
        const isSolved = allFinite(ops, [step])
        const next = { mu: ops.where(isSolved, damping, more), loss: value }
        return [unvectorOf(ops, ops.where(isSolved, step, none), params), next as Tree<T>] as const
      }
      const lossAfter = (step: T): T => {
        const updates = unvectorOf(ops, step, params)
        const moved = mapTree(params, (param, layer, variable) => ops.add(param, leafOf(updates, layer, variable) as T))
        return context.loss(ops, moved)
      }
      const [zero, one] = [ops.constant(0), ops.constant(1)]
      const [isTaken, damping, , step] = ops.loop(
        carried => ops.subtract(one, carried[0] as T),
        carried => {
          const [, damping, growth] = carried as readonly [T, T, T, T]
          const step = solved(damping)
          const isLess = ops.greater(value, lossAfter(step))
          const next = ops.where(isLess, damping, bounded(ops, ops.multiply(damping, growth)))
          return [isLess, next, ops.multiply(growth, ops.constant(2)), step]
        },
        [zero, less, factor, none],
        tries,
      ) as readonly [T, T, T, T]
      const next = { mu: ops.where(isTaken, damping, more), loss: value }
      return [unvectorOf(ops, ops.where(isTaken, step, none), params), next as Tree<T>] as const
    },
  }
  return optimizerOf(name, normal, rule)
}
