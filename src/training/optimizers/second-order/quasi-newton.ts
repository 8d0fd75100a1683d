import type { Called, Limit, OptionsFor } from '../../../base/limited-options.ts'
import { integer, type Options, oneOf, parseOptions, positive } from '../../../base/options.ts'
import type { Tree } from '../../../base/tree.ts'
import type { VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import { isTensorOf } from '../../metric.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { option } from '../options.ts'
import { mapTrees, optimizerOf } from '../rule.ts'
import { bfgs, dfp, type InverseUpdate, type Moved, sr1 } from './inverse-hessian.ts'
import { inverseTimes, type Lately, noneLately, remembered } from './l-bfgs.ts'
import { countOf, dot, scaledIdentity, times, unvectorOf, vectorOf } from './vector.ts'
import { checkedSearch, type LineSearch, type LineSearchOptions, lineSearch, lineSearchOptions } from './wolfe.ts'

/** How the inverse of the Hessian is approximated. */
export type QuasiNewtonFunction = 'bfgs' | 'dfp' | 'sr1' | 'lBfgs'

/** The options of {@link quasiNewton}. */
export interface QuasiNewtonOptions extends LineSearchOptions {
  /** How the inverse of the Hessian is approximated; `'lBfgs'` for many parameters. Default: `'bfgs'`. */
  readonly updateFunction?: QuasiNewtonFunction
  /** The inverse in the beginning, times the identity. Default: 1. */
  readonly h0Scale?: Limit<'positive'>
  /** How near to orthogonal a step and the change of the gradient may be, as a cosine, and still count. Default: 1e-7. */
  readonly epsilon?: Limit<'positive'>
  /** How many of the last steps `'lBfgs'` remembers. Default: 10. */
  readonly history?: Limit<'count'>
}

interface Normal extends LineSearch {
  readonly updateFunction: QuasiNewtonFunction
  readonly h0Scale: number
  readonly epsilon: number
  readonly history: number
}

const options: Options<Normal> = {
  updateFunction: option(oneOf(['bfgs', 'dfp', 'sr1', 'lBfgs']), 'bfgs'),
  h0Scale: option(positive, 1),
  epsilon: option(positive, 1e-7),
  history: option(integer(1), 10),
  ...lineSearchOptions,
}

/** An approximation of the inverse of the Hessian, as a tree of tensors. */
interface Approximation {
  readonly init: <T>(ops: Ops<T>, n: number) => Tree<T>
  readonly moved: <T>(ops: Ops<T>, before: Tree<T>, moved: Moved<T>) => Tree<T>
  readonly times: <T>(ops: Ops<T>, inverse: Tree<T>, vector: T) => T
}

const whole = (update: InverseUpdate, normal: Normal): Approximation => ({
  init: (ops, n) => scaledIdentity(ops, n, normal.h0Scale),
  moved: <T>(ops: Ops<T>, before: Tree<T>, moved: Moved<T>) => update(ops, before as T, moved, normal),
  times: <T>(ops: Ops<T>, inverse: Tree<T>, vector: T) => times(ops, inverse as T, vector),
})

const limited = ({ history, h0Scale, epsilon }: Normal): Approximation => ({
  init: <T>(ops: Ops<T>, n: number) => noneLately(ops, history, n) as unknown as Tree<T>,
  moved: <T>(ops: Ops<T>, before: Tree<T>, moved: Moved<T>) =>
    remembered(ops, before as unknown as Lately<T>, moved, epsilon) as unknown as Tree<T>,
  times: <T>(ops: Ops<T>, inverse: Tree<T>, vector: T) =>
    inverseTimes(ops, inverse as unknown as Lately<T>, vector, history, h0Scale),
})

const approximations: { readonly [_ in QuasiNewtonFunction]: (normal: Normal) => Approximation } = {
  bfgs: normal => whole(bfgs, normal),
  dfp: normal => whole(dfp, normal),
  sr1: normal => whole(sr1, normal),
  lBfgs: limited,
}

interface Remembered<T> {
  readonly inverse: Tree<T>
  readonly parameters: T
  readonly gradient: T
}

/**
 * Quasi-Newton methods: a step along `-H g` by a line search for the strong Wolfe conditions, where H approximates the
 * inverse Hessian from the changes of the gradient along the steps so far. `bfgs` (Broyden, Fletcher, Goldfarb and
 * Shanno 1970), `dfp` (Davidon, Fletcher and Powell 1963) and `sr1` (Broyden 1967) store a matrix with the square of
 * the number of parameters; `lBfgs` (Liu and Nocedal 1989) the last steps. There is no learning rate. Losses and
 * gradients are compared from update to update: use all examples at once, `batchSize: null`. If you call `update`
 * yourself, pass `{ loss }`.
 *
 * @throws InvalidOption if an option is out of range; from an update that gets no loss
 * @example
 * ```ts
 * const optimizer = quasiNewton({ updateFunction: 'bfgs', h0Scale: 0.5 })
 * const params = { point: { x: tensor([3, 1]) } }
 * const [updates] = optimizer.update({ point: { x: tensor([6, 2]) } }, optimizer.init(params), params, {
 *   loss: (ops, { point }) => ops.sum(ops.square(point!.x!), [0]),
 * })
 * Array.from(updates.point.x.dataSync()) // [-3, -1]
 * ```
 */
export const quasiNewton = <const O>(
  given?: OptionsFor<QuasiNewtonOptions, O, Called<'quasiNewton', "{ updateFunction: 'lBfgs', history: 10 }">>,
): Optimizer<never> => {
  const name = 'quasiNewton'
  const normal = checkedSearch(
    name,
    parseOptions<Normal>(name, `${name}({ updateFunction: 'lBfgs', history: 10 })`, options, given),
  )
  const { history: _, ...others } = normal
  const approximation = approximations[normal.updateFunction](normal)
  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) => {
      const n = countOf(ops, params)
      const none = ops.constant(0, [n])
      return {
        inverse: approximation.init(ops, n),
        parameters: n === 0 ? none : vectorOf(ops, params),
        gradient: none,
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
      const n = countOf(ops, params)
      if (n === 0) return [params, state] as const
      const [parameters, gradient] = [vectorOf(ops, params), vectorOf(ops, grads)]
      // Before the first update there is no step, which says nothing.
      const step = ops.subtract(parameters, before.parameters)
      const change = ops.subtract(gradient, before.gradient)
      const inverse = approximation.moved(ops, before.inverse, { step, change })
      const chosen = ops.negative(approximation.times(ops, inverse, gradient))
      const descends = ops.greater(ops.constant(0), dot(ops, gradient, chosen))
      const direction = normal.descent ? ops.where(descends, chosen, ops.negative(gradient)) : chosen
      const far = lineSearch(ops, normal, context, params, gradient, direction)
      const updates = unvectorOf(ops, ops.multiply(direction, far), params)
      // What leads nowhere is forgotten: without a step, nothing would change it.
      const leads = ops.greater(far, ops.constant(0))
      const isKept = normal.descent ? ops.multiply(leads, descends) : leads
      const isTensor = (value: unknown): boolean => isTensorOf(ops, value)
      const next = mapTrees(inverse, approximation.init(ops, n), isTensor, (now, anew) => ops.where(isKept, now, anew))
      return [updates, { inverse: next, parameters, gradient } as Tree<T>] as const
    },
  }
  return optimizerOf(name, normal.updateFunction === 'lBfgs' ? normal : others, rule)
}
