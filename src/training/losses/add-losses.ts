import { isLeft } from 'fp-ts/lib/Either.js'
import { InvalidOption, show } from '../../base/errors.ts'
import type { AnyOf } from '../../base/limits.ts'
import { nearestOf } from '../../base/options.ts'
import { isList } from '../../base/trees.ts'
import type { Ops } from '../../ops/ops.ts'
import { madeBy } from '../../plain/making.ts'
import { singleLoss } from '../codecs.ts'
import { defineLoss, type Loss, type LossContext, type LossForward } from '../loss.ts'
import { countedOf, meanOfCounted, weigh } from '../weighting.ts'
import { times } from './arithmetic.ts'
import { type LossName, namedLosses } from './names.ts'

/** A loss or its name, with an optional weight. Default: 1. */
export type LossTerm = Loss | AnyOf<LossName> | readonly [loss: Loss | AnyOf<LossName>, weight: number]

interface Term {
  /** As it was given: one of the user's own goes by the name of what was registered. */
  readonly given: unknown
  readonly loss: Loss
  readonly weight: number
}

const fault = (
  option: string,
  expected: string,
  got: string,
  remedy = "For example: addLosses([mse, 0.5], 'mae').",
): InvalidOption => new InvalidOption({ layer: 'addLosses', option, expected, got, remedy })

const noName = (given: string): InvalidOption => {
  const names = namedLosses.map(({ name }) => name)
  const [meant] = nearestOf(given, names)
  const remedy = meant === undefined ? 'Give one of these names, or the loss itself.' : `Did you mean '${meant}'?`
  return fault('terms', `the name of a loss: ${names.join(', ')}`, show(given), remedy)
}

const readTerm = (given: unknown): Term => {
  // Spread, so that holes are seen.
  const [one, weight = 1, ...rest] = isList(given) ? [...given] : [given]
  const loss = singleLoss.decode(one)
  if (typeof one === 'string' && isLeft(loss)) throw noName(one)
  if (isLeft(loss) || rest.length > 0) throw fault('terms', 'losses, each alone or as [loss, weight]', show(given))
  if (typeof weight !== 'number' || !Number.isFinite(weight)) throw fault('weight', 'a finite number', show(weight))
  return { given: typeof one === 'string' ? loss.right : one, loss: loss.right, weight }
}

/** Whether each example has a loss of its own, and no more than a mean is taken of them. */
const isPerExample = ({ root, reduction, counts }: Loss): boolean => !root && reduction === 'mean' && counts === null

/** The losses of the examples, each weighted by its class; of a loss that is more than their mean, what it gives of all. */
const lossesOf = <T>(ops: Ops<T>, loss: Loss, expected: T, predicted: T, context: LossContext<T>): T => {
  const losses = loss.forward(ops, expected, predicted, context)
  const weighed = weigh(ops, loss, losses, expected, { counts: loss.counts?.(ops, expected, predicted, context) })
  if (isPerExample(loss)) return weighed.losses
  return meanOfCounted(ops, loss, countedOf(ops, loss.reduction, weighed, ops.shape(predicted)[0] ?? 1))
}

/** The mean over the axes from some place on. */
const meanFrom = <T>(ops: Ops<T>, x: T, rank: number): T => {
  const axes = ops
    .shape(x)
    .map((_, i) => i)
    .slice(rank)
  return axes.length === 0 ? x : ops.mean(x, axes)
}

const nameOf = (terms: readonly Term[]): string =>
  terms.map(({ loss, weight }) => (weight === 1 ? loss.name : `${weight} ${loss.name}`)).join(' + ')

/**
 * The weighted sum of several losses of one output, as one loss. Losses of sequences are averaged over time if another
 * loss has one value per example. With a loss that is not a mean over examples, such as `rmse`, the sum is one value
 * for the whole batch, and takes no weights or masks.
 *
 * @param terms losses, or their names, each alone or as [loss, weight]
 * @throws InvalidOption if there are no terms, a term is not a loss, or a weight is not a finite number
 * @example
 * ```ts
 * const both = addLosses([mse, 0.5], 'mae')
 * both.name // 0.5 mse + mae
 * both([[1, 2]], [[1, 4]]).dataSync()[0] // 2
 * ```
 */
export const addLosses = (...terms: readonly LossTerm[]): Loss => {
  if (terms.length === 0) throw fault('terms', 'at least one loss', 'none')
  const own = terms.map(readTerm)
  const forward: LossForward = (ops, expected, predicted, context) => {
    const values = own.map(({ loss, weight }) => times(ops, lossesOf(ops, loss, expected, predicted, context), weight))
    const rank = Math.min(...values.map(value => ops.shape(value).length))
    return values.map(value => meanFrom(ops, value, rank)).reduce((a, b) => ops.add(a, b))
  }
  const loss = defineLoss(nameOf(own), { forward, expects: own.some(({ loss }) => loss.expects) })
  const options = { terms: own.map(({ given, weight }) => [given, weight]) }
  return madeBy({ word: 'loss', name: 'addLosses', options }, loss)
}
