import type * as t from 'io-ts/lib/index.js'
import type { Called, Limit, OptionsFor } from '../../../base/limited-options.ts'
import { codec, type Options, parseOptions, positive } from '../../../base/options.ts'
import type { Tree } from '../../../base/tree.ts'
import type { VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { option } from '../options.ts'
import { optimizerOf, zerosOf } from '../rule.ts'
import { countOf, dot, unvectorOf, vectorOf } from './vector.ts'
import { checkedSearch, type LineSearch, type LineSearchOptions, lineSearch, lineSearchOptions } from './wolfe.ts'

/** How much of the last direction stays in the next one. */
export type ConjugateGradientFunction = 'fletcherReeves' | 'polakRibiere' | 'hestenesStiefel' | 'liuStorey' | 'daiYuan'

/** The options of {@link conjugateGradient}. */
export interface ConjugateGradientOptions extends LineSearchOptions {
  /** How much of the last direction stays. Default: `'fletcherReeves'`. */
  readonly updateFunction?: ConjugateGradientFunction
  /** That part is at most `1 / epsilon`. Default: 1e-7. */
  readonly epsilon?: Limit<'positive'>
}

interface Normal extends LineSearch {
  readonly updateFunction: ConjugateGradientFunction
  readonly epsilon: number
}

/** What a direction is made of: vectors, [n]. */
interface Known<T> {
  readonly gradient: T
  /** The gradient before. */
  readonly last: T
  /** How the gradient has changed. */
  readonly change: T
  /** The direction before. */
  readonly direction: T
}

const fractions: {
  readonly [_ in ConjugateGradientFunction]: <T>(ops: Ops<T>, known: Known<T>) => readonly [above: T, below: T]
} = {
  fletcherReeves: (ops, { gradient, last }) => [dot(ops, gradient, gradient), dot(ops, last, last)],
  polakRibiere: (ops, { gradient, last, change }) => [dot(ops, gradient, change), dot(ops, last, last)],
  hestenesStiefel: (ops, { gradient, change, direction }) => [dot(ops, gradient, change), dot(ops, direction, change)],
  liuStorey: (ops, { gradient, last, change, direction }) => [
    ops.negative(dot(ops, gradient, change)),
    dot(ops, direction, last),
  ],
  daiYuan: (ops, { gradient, change, direction }) => [dot(ops, gradient, gradient), dot(ops, change, direction)],
}

const names = Object.keys(fractions) as readonly ConjugateGradientFunction[]

const functionOption: t.Type<ConjugateGradientFunction, unknown, unknown> = codec(
  names.map(name => `'${name}'`).join(' or '),
  // NeuPy's spelling is read as well.
  value => (value === 'hentenesStiefel' ? 'hestenesStiefel' : names.find(name => name === value)),
)

const options: Options<Normal> = {
  updateFunction: option(functionOption, 'fletcherReeves'),
  epsilon: option(positive, 1e-7),
  ...lineSearchOptions,
}

/** How much of the last direction stays: nothing where the fraction is none, or would be beyond all bounds. */
const kept = <T>(ops: Ops<T>, { updateFunction, epsilon }: Normal, known: Known<T>): T => {
  const [above, below] = fractions[updateFunction](ops, known)
  const most = ops.constant(1 / epsilon)
  const zero = ops.constant(0)
  const isNone = ops.equal(below, zero)
  const fraction = ops.divide(above, ops.where(isNone, ops.constant(1), below))
  return ops.where(isNone, zero, ops.minimum(ops.maximum(fraction, ops.negative(most)), most))
}

interface Remembered<T> {
  readonly gradient: T
  readonly direction: T
}

/**
 * Nonlinear conjugate gradients: `d = -g + beta · d`, and a step along d by a line search for the strong Wolfe
 * conditions. With the gradient g, the one before g₀, and y = g - g₀, beta is `g·g / g₀·g₀` (Fletcher and Reeves 1964),
 * `g·y / g₀·g₀` (Polak and Ribière 1969), `g·y / d·y` (Hestenes and Stiefel 1952), `-g·y / d·g₀` (Liu and Storey 1991)
 * or `g·g / d·y` (Dai and Yuan 1999). After as many updates as there are parameters, it restarts from -g. There is no
 * learning rate. Losses and gradients are compared from update to update: use all examples at once, `batchSize: null`.
 * If you call `update` yourself, pass `{ loss }`.
 *
 * @throws InvalidOption if an option is out of range; from an update that gets no loss
 * @example
 * ```ts
 * const optimizer = conjugateGradient({ updateFunction: 'polakRibiere' })
 * const params = { point: { x: tensor([3, 1]) } }
 * const [updates] = optimizer.update({ point: { x: tensor([6, 2]) } }, optimizer.init(params), params, {
 *   loss: (ops, { point }) => ops.sum(ops.square(point!.x!), [0]),
 * })
 * Array.from(updates.point.x.dataSync()) // [-3, -1]
 * ```
 */
export const conjugateGradient = <const O>(
  given?: OptionsFor<ConjugateGradientOptions, O, Called<'conjugateGradient', "{ updateFunction: 'polakRibiere' }">>,
): Optimizer<never> => {
  const name = 'conjugateGradient'
  const read = parseOptions<Normal>(name, `${name}({ updateFunction: 'polakRibiere' })`, options, given)
  const normal = checkedSearch(name, read)
  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) => {
      const none = zerosOf(ops, [countOf(ops, params)])
      return { gradient: none, direction: none } as Tree<T>
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
      const gradient = vectorOf(ops, grads)
      const steepest = ops.negative(gradient)
      const change = ops.subtract(gradient, before.gradient)
      const known: Known<T> = { gradient, last: before.gradient, change, direction: before.direction }
      const goesOn = context.at(update => (update % n === 0 ? 0 : 1))
      const beta = ops.multiply(goesOn, kept(ops, normal, known))
      const conjugate = ops.add(steepest, ops.multiply(before.direction, beta))
      const descends = ops.greater(ops.constant(0), dot(ops, gradient, conjugate))
      const direction = normal.descent ? ops.where(descends, conjugate, steepest) : conjugate
      const far = lineSearch(ops, normal, context, params, gradient, direction)
      const updates = unvectorOf(ops, ops.multiply(direction, far), params)
      // What leads nowhere is forgotten, so that the next direction is that of steepest descent.
      const leads = ops.greater(far, ops.constant(0))
      const next = ops.where(leads, direction, zerosOf(ops, [n]))
      return [updates, { gradient, direction: next } as Tree<T>] as const
    },
  }
  return optimizerOf(name, normal, rule)
}
