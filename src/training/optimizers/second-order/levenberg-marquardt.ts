import { InvalidOption } from '../../../core/errors.ts'
import { leastFloat, type Ops } from '../../../core/ops.ts'
import { boolean, number, type Options, parseOptions } from '../../../core/options.ts'
import { leafOf, mapTree, type VariableTree } from '../../../core/trees.ts'
import { solveSymmetric } from '../../../ops/linear-algebra.ts'
import { allFinite } from '../../finite.ts'
import type { Objective, Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import type { Tree } from '../../tree.ts'
import { option, positive } from '../options.ts'
import { optimizerOf, zerosOf } from '../rule.ts'
import { gaussNewtonTimes, matrixOf } from './second-derivatives.ts'
import { countOf, scaledIdentity, unvectorOf, vectorOf } from './vector.ts'

/** The options of {@link levenbergMarquardt}. */
export interface LevenbergMarquardtOptions {
  /** The damping in the beginning, positive. Default: 0.01. */
  readonly mu?: number
  /** What the damping is divided by where the loss has shrunk, and multiplied by where it has grown, more than 1. Default: 1.2. */
  readonly muUpdateFactor?: number
  /** Whether a step after which the loss would be no less is not taken, and tried again with more damping. Default: false. */
  readonly reject?: boolean
}

type Normal = Required<LevenbergMarquardtOptions>

const options: Options<Normal> = {
  mu: option(positive, 0.01),
  muUpdateFactor: option(
    number('a number > 1', value => value > 1),
    1.2,
  ),
  reject: option(boolean, false),
}

/** The damping stays within these, so that it can always come back. */
const dampings = { least: 1e-12, most: 1e12 }

interface Remembered<T> {
  readonly mu: T
  /** The loss before the last update. */
  readonly loss: T
}

/**
 * The residuals of the loss.
 *
 * @throws InvalidOption where it has none
 */
const residualsOf = <T>({ residuals }: UpdateContext<T>): Objective => {
  const fault = () =>
    new InvalidOption({
      layer: 'levenbergMarquardt',
      option: 'loss',
      expected: 'a mean of squares whose residuals are known, as that of mse',
      got: 'a loss without residuals',
      remedy: "Train with { loss: 'mse' }, or give { loss, residuals } to an update by hand.",
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
 * Levenberg and Marquardt's method for least squares (Marquardt 1963): `w = w - (JᵀJ + mu · I)⁻¹ Jᵀ e`, with the residuals e and
 * their exact derivatives J. The damping mu is divided by `muUpdateFactor` before an update, or multiplied by it where the loss
 * has grown since the last one. With `reject`, a step after which the loss would be no less is not taken, and mu grows for the
 * next update. The loss is `mse`, or another mean of squares; a regularizer counts in the gradient, in place of `Jᵀ e`. It takes
 * memory for the square of the number of parameters, and the time of twice as many gradients as there are parameters. Take all
 * examples at once, `batchSize: null`. An update by hand is given `{ loss, residuals }`.
 *
 * @throws InvalidOption when an option is out of its range; from an update, when the loss is no mean of squares, or is not given
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
export const levenbergMarquardt = (given: LevenbergMarquardtOptions = {}): Optimizer => {
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
      const bounded = (x: T): T =>
        ops.minimum(ops.maximum(x, ops.constant(dampings.least)), ops.constant(dampings.most))
      const more = (x: T): T => bounded(ops.multiply(x, ops.constant(muUpdateFactor)))
      const less = (x: T): T => bounded(ops.divide(x, ops.constant(muUpdateFactor)))
      const damping = reject ? before.mu : ops.where(ops.greater(value, before.loss), more(before.mu), less(before.mu))
      // The gradient of the mean of squares is 2 / count times Jᵀ e.
      const slope = ops.multiply(vectorOf(ops, grads), ops.constant(-count / 2))
      const damped = ops.add(matrixOf(ops, times, params), scaledIdentity(ops, n, damping))
      const step = solveSymmetric(ops, damped, slope)
      const isSolved = allFinite(ops, [step])
      const updates = unvectorOf(ops, ops.where(isSolved, step, zerosOf(ops, [n])), params)
      if (!reject) return [updates, remembered(ops.where(isSolved, damping, more(damping)), value)] as const
      const moved = mapTree(params, (param, layer, variable) => ops.add(param, leafOf(updates, layer, variable) as T))
      const isTaken = ops.greater(value, context.loss(ops, moved))
      const taken = mapTree(updates, update => ops.where(isTaken, update, zerosOf(ops, ops.shape(update))))
      return [taken, remembered(ops.where(isTaken, less(damping), more(damping)), value)] as const
    },
  }
  return optimizerOf(name, normal, rule)
}

const remembered = <T>(mu: T, loss: T): Tree<T> => ({ mu, loss }) as unknown as Tree<T>
