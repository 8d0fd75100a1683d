import { InvalidOption, show } from '../base/errors.ts'
import { nearest } from '../base/options.ts'
import { sharedShape, showShape } from '../base/shape.ts'
import { own } from '../base/trees.ts'
import type { Wiring } from '../network/parts.ts'
import type { Ops } from '../ops/ops.ts'
import { ofOutputs } from './by-output.ts'
import type { Loss, LossContext } from './loss.ts'
import { checkNames, checkSums, checkWeights, isTensorOf, type Metric, ones } from './metric.ts'
import { flat } from './total.ts'
import {
  type Counted,
  checkPerExample,
  countedOf,
  finiteExpected,
  meanOfCounted,
  type Weighing,
  weigh,
} from './weighting.ts'

// What is asked of a network's outputs: the losses that training makes small, and the metrics beside them. All of it is
// computed as sums over the examples of a batch, which are added up over batches; see `report.ts`.

/** Something for every output, or for some of them by order or by name. */
export type PerOutput<V> =
  | { readonly by: 'all'; readonly value: V }
  | { readonly by: 'order'; readonly values: readonly V[] }
  | { readonly by: 'name'; readonly values: Readonly<Record<string, V>> }

/** All that is asked, of whichever outputs. */
export const allAsked = <V>(asked: PerOutput<V>): readonly V[] =>
  asked.by === 'all' ? [asked.value] : Object.values(asked.values)

/** The loss of one output. */
export interface ScoredLoss {
  readonly loss: Loss
  /** How much it counts in the sum of all. */
  readonly weight: number
  /** Which output it is of. */
  readonly output: number
  /** What reports call it, where they list it by itself. */
  readonly name: string | null
}

/** A metric of some outputs, together. */
export interface ScoredMetric {
  readonly metric: Metric
  readonly outputs: readonly number[]
  readonly name: string
}

/** What is asked of each output. */
export interface Scoring {
  readonly losses: readonly ScoredLoss[]
  readonly metrics: readonly ScoredMetric[]
}

/** What a rule asks, before it knows the outputs. */
export interface Asked {
  readonly loss: PerOutput<Loss>
  readonly lossWeights: PerOutput<number>
  readonly metrics: PerOutput<readonly Metric[]>
}

/** The names of the outputs of a network. */
export const outputNames = ({ nodes, outputs, ports }: Wiring): readonly string[] =>
  outputs.map((output, i) => `${nodes[output]?.name ?? ''}${ports?.[i] ? `/${ports[i]}` : ''}`)

/** What each output gets, `undefined` for one that none was named for. */
const byOutput = <V>(
  owner: string,
  option: string,
  asked: PerOutput<V>,
  names: readonly string[],
): readonly (V | undefined)[] => {
  if (asked.by === 'all') return names.map(() => asked.value)
  const fault = (expected: string, got: string, remedy: string) =>
    new InvalidOption({ layer: owner, option, expected, got, remedy })
  if (asked.by === 'order') {
    if (asked.values.length === names.length) return asked.values
    throw fault(`${ofOutputs.count.expected} ${names.join(', ')}`, String(asked.values.length), ofOutputs.count.remedy)
  }
  const unknown = Object.keys(asked.values).find(name => !names.includes(name))
  if (unknown !== undefined) {
    const meant = nearest(unknown, names)
    throw fault(
      `${ofOutputs.names.expected} ${names.join(', ')}`,
      show(unknown),
      `${ofOutputs.names.remedy}${meant === undefined ? '' : ` Did you mean '${meant}'?`}`,
    )
  }
  return names.map(name => own(asked.values, name))
}

/**
 * What is asked of each output of a network.
 *
 * @throws InvalidOption if an option names an unknown output, or has the wrong number of outputs
 */
export const scoringOf = (owner: string, { loss, lossWeights, metrics }: Asked, names: readonly string[]): Scoring => {
  const listed = names.length > 1 && loss.by !== 'all'
  const weights = byOutput(owner, 'lossWeights', lossWeights, names)
  const losses = byOutput(owner, 'loss', loss, names).flatMap((own, output): ScoredLoss[] =>
    own === undefined
      ? []
      : [{ loss: own, weight: weights[output] ?? 1, output, name: listed ? `${names[output]}.loss` : null }],
  )
  const all = names.map((_, i) => i)
  const scored: readonly ScoredMetric[] =
    metrics.by === 'all'
      ? metrics.value.map(metric => ({ metric, outputs: all, name: metric.name }))
      : byOutput(owner, 'metrics', metrics, names).flatMap((own = [], output) =>
          own.map(metric => ({ metric, outputs: [output], name: `${names[output]}.${metric.name}` })),
        )
  checkNames(owner, 'metrics', [...losses.flatMap(({ name }) => name ?? []), ...scored.map(({ name }) => name)])
  return { losses, metrics: scored }
}

/** What losses and metrics are computed of. */
export interface Outcome<T> {
  readonly x: readonly T[]
  /** None where no loss needs any. */
  readonly expected: readonly T[]
  readonly predicted: readonly T[]
  /** For all outputs, or for each. */
  readonly weights: readonly T[]
  readonly mask: readonly T[]
}

/** What is summed over a batch: tensors, numbers that are known beforehand, and nothing where nothing is counted. */
export type Group<T> = readonly (T | number | null)[]

const forOutput = <T>(all: readonly T[], output: number): T | undefined => (all.length === 1 ? all[0] : all[output])

const weighingOf = <T>({ weights, mask }: Outcome<T>, output: number): Weighing<T> => ({
  weights: forOutput(weights, output),
  mask: forOutput(mask, output),
})

const batchOf = <T>(ops: Ops<T>, x: T): number => ops.shape(x)[0] ?? 1

/** The sum and the count of a loss. */
const countedLoss = <T>(ops: Ops<T>, { loss, output }: ScoredLoss, outcome: Outcome<T>): Counted<T> => {
  const predicted = outcome.predicted[output] as T
  // A loss that compares with nothing gets the output itself where there is nothing.
  const weighing = weighingOf(outcome, output)
  const expected = finiteExpected(ops, outcome.expected[output] ?? predicted, weighing.mask)
  const context: LossContext<T> = { x: outcome.x }
  const losses: unknown = loss.forward(ops, expected, predicted, context)
  const shape = isTensorOf(ops, losses) ? ops.shape(losses as T) : undefined
  checkPerExample('loss', loss.name, losses, shape, ops.shape(predicted)[0])
  const counts = loss.counts?.(ops, expected, predicted, context)
  const weighed = weigh(ops, loss, losses as T, expected, { ...weighing, counts })
  return countedOf(ops, loss.reduction, weighed, batchOf(ops, predicted))
}

/** The sum of all losses, each by its weight, and the sums and counts that they are made of. */
export const lossOf = <T>(
  ops: Ops<T>,
  { losses }: Pick<Scoring, 'losses'>,
  outcome: Outcome<T>,
): readonly [total: T, groups: readonly Group<T>[]] => {
  const counted = losses.map(scored => countedLoss(ops, scored, outcome))
  const terms = counted.map((one, i) => {
    const { loss, weight } = losses[i] as ScoredLoss
    const mean = meanOfCounted(ops, loss, one)
    return weight === 1 ? mean : ops.multiply(mean, ops.constant(weight))
  })
  const total = terms.length === 0 ? ops.constant(0) : terms.reduce((a, b) => ops.add(a, b))
  return [total, counted.map(({ sum, count }) => [sum, count])]
}

/** The weights of a metric's predictions: 0 where a mask leaves them out. */
const metricWeights = <T>(ops: Ops<T>, name: string, predicted: T, { weights, mask }: Weighing<T>): T => {
  const given = [weights, mask].flatMap(one => one ?? [])
  const [first, second] = given.map(one => {
    const shape = ops.shape(one)
    // A column has a weight for each example.
    const rank = ops.shape(predicted).length
    const own =
      shape.length > 1 && shape.length >= rank && shape.at(-1) === 1 ? ops.reshape(one, shape.slice(0, -1)) : one
    checkWeights(name, ops.shape(own), ops.shape(predicted))
    return own
  })
  if (first === undefined) return ones(ops, predicted)
  if (second === undefined) return first
  const [a, b] = [ops.shape(first), ops.shape(second)]
  const padded = (x: T, from: number, to: number) =>
    from < to ? ops.reshape(x, [...ops.shape(x), ...Array<number>(to - from).fill(1)]) : x
  return ops.multiply(padded(first, a.length, b.length), padded(second, b.length, a.length))
}

/** The sums of each metric. */
export const metricsOf = <T>(
  ops: Ops<T>,
  { metrics }: Pick<Scoring, 'metrics'>,
  outcome: Outcome<T>,
): readonly Group<T>[] =>
  metrics.map(({ metric, outputs }) => {
    const sums = outputs.map(output => {
      const predicted = outcome.predicted[output] as T
      const weights = metricWeights(ops, metric.name, predicted, weighingOf(outcome, output))
      return checkSums(ops, metric.name, metric.sums(ops, outcome.expected[output] as T, predicted, weights))
    })
    for (const own of sums) checkPooled(ops, metric.name, sums[0] as readonly T[], own)
    return sums.reduce((all, own) => all.map((sum, i) => ops.add(sum, own[i] as T)))
  })

/** @throws InvalidOption if sums of two outputs cannot be added, as those of other classes: they would broadcast */
const checkPooled = <T>(ops: Ops<T>, name: string, first: readonly T[], own: readonly T[]): void => {
  const shapes = (sums: readonly T[]) => sums.map(sum => ops.shape(sum))
  const [wanted, given] = [shapes(first), shapes(own)]
  if (wanted.length === given.length && wanted.every((shape, i) => sharedShape(shape, given[i] ?? null) !== undefined))
    return
  throw new InvalidOption({
    layer: name,
    option: 'metrics',
    expected: `outputs alike, whose sums have the shapes ${wanted.map(showShape).join(' and ')}`,
    got: given.map(showShape).join(' and '),
    remedy: 'Give metrics by output: an array or a record with a list for each.',
  })
}

/** The residuals whose mean square the loss is; `undefined` for losses that are no such mean. */
export const residualsOf = <T>(
  ops: Ops<T>,
  { losses }: Pick<Scoring, 'losses'>,
  outcome: Outcome<T>,
): T | undefined => {
  if (losses.length === 0 || !losses.every(({ loss }) => loss.residuals !== null && !loss.root)) return undefined
  const parts = losses.map(({ loss, weight, output }) => {
    const [weighing, predicted] = [weighingOf(outcome, output), outcome.predicted[output] as T]
    const expected = finiteExpected(ops, outcome.expected[output] as T, weighing.mask)
    const context: LossContext<T> = { x: outcome.x }
    const errors = (loss.residuals as NonNullable<Loss['residuals']>)(ops, expected, predicted, context)
    const shape = ops.shape(errors)
    // Each is scaled so that the mean square of all is the loss, by weights alone: losses of 1 are weighted and counted.
    const one = ops.broadcast(ops.constant(1), shape.slice(0, Math.max(1, shape.length - 1)))
    const counts = loss.counts?.(ops, expected, predicted, context)
    const weighed = weigh(ops, loss, one, expected, { ...weighing, counts })
    const { count } = countedOf(ops, loss.reduction, weighed, batchOf(ops, predicted))
    const per = typeof count === 'number' ? ops.constant(count) : (count ?? ops.constant(1))
    const features = shape.length > 1 ? (shape.at(-1) ?? 1) : 1
    const factor = ops.sqrt(ops.divide(ops.multiply(weighed.losses, ops.constant(weight / features)), per))
    const wide = shape.length > 1 ? ops.reshape(factor, [...ops.shape(factor), 1]) : factor
    return flat(ops, ops.multiply(errors, wide))
  })
  const all = parts.length === 1 ? (parts[0] as T) : ops.concatenate(parts, 0)
  const size = ops.shape(all)[0] ?? 1
  return ops.multiply(all, ops.constant(Math.sqrt(size)))
}
