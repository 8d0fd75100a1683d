import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../../base/errors.ts'
import { codec, parseOptions } from '../../base/options.ts'
import { cut, digits, shownAs, table } from '../../base/shown.ts'
import { byName, isList, isRecord, own } from '../../base/trees.ts'
import { reading } from '../../state/given.ts'
import { namedLosses } from '../losses/names.ts'
import type { Better } from '../metric.ts'
import { namedMetrics } from '../metrics/names.ts'
import { normName } from '../report.ts'
import { metricsOf } from './history.ts'
import { betterOf, type Judged } from './monitor.ts'

/** The summary of one value of a history. */
export interface ValueSummary {
  readonly name: string
  /** In the first epoch, and the last one. */
  readonly first: number
  readonly last: number
  /** The best value; `undefined` if it is not known which values are better. */
  readonly best: number | undefined
  /** The epoch of the best value, counted from 1. */
  readonly epoch: number | undefined
}

/** The options of {@link report}. */
export interface ReportOptions {
  /** Which values are better, by name, for metrics that do not say so themselves. */
  readonly better?: Readonly<Record<string, Better>>
}

/** A summary of a training run. */
export interface TrainingReport {
  readonly epochs: number
  readonly values: readonly ValueSummary[]
  /** Remarks about the values, in sentences. */
  readonly remarks: readonly string[]
  /** Why it ended before its last epoch. */
  readonly stopped: string | undefined
  /** As a table in Markdown, with the remarks. */
  readonly markdown: () => string
}

const fault = (got: unknown): InvalidOption =>
  new InvalidOption({
    layer: 'report',
    option: 'history',
    expected: 'what fit returned, or its history: numbers of epochs by name',
    got: show(got),
    remedy: 'For example: report(await fit(network, variables, { x, y })).',
  })

/** What metrics of ours say, where a history is all there is. */
export const ourMetrics = (): readonly Judged[] => [
  ...namedMetrics,
  ...namedLosses.map(({ name }) => ({ name, better: 'lower' as const })),
]

/** A history, and why training ended. */
const historyOf = (
  given: unknown,
): readonly [history: Readonly<Record<string, unknown>>, stopped: string | undefined] => {
  if (!isRecord(given)) throw fault(given)
  const history = own(given, 'history')
  if (!isRecord(history)) return [given, undefined]
  const stopped = own(given, 'stopped')
  return [history, isRecord(stopped) ? String(stopped.message) : undefined]
}

/** The values of a history by name, copied. */
const columnsOf = (given: unknown) => {
  const [history, stopped] = historyOf(given)
  const entries = Object.entries(history)
  if (entries.length === 0 || !entries.every(([, values]) => isList(values))) throw fault(given)
  const columns = entries.map(([name, values]) => [name, [...(values as readonly unknown[])]] as const)
  return { columns, stopped, metrics: metricsOf(history) ?? ourMetrics(), epochs: columns[0]?.[1].length ?? 0 }
}

const summaryOf = (name: string, values: readonly number[], better: Better | undefined): ValueSummary => {
  const [first = Number.NaN] = values
  const ends = { name, first, last: values.at(-1) ?? Number.NaN }
  if (better === undefined) return { ...ends, best: undefined, epoch: undefined }
  const isBetter = (a: number, b: number) => (better === 'lower' ? a < b : a > b)
  const at = values.reduce(
    (best, value, i) => (isBetter(value, values[best] as number) || Number.isNaN(values[best]) ? i : best),
    0,
  )
  return { ...ends, best: values[at] ?? Number.NaN, epoch: at + 1 }
}

const betterOption: t.Type<Readonly<Record<string, Better>>, unknown, unknown> = codec(
  "'higher' or 'lower' by name",
  value =>
    isRecord(value) && Object.values(value).every(one => one === 'higher' || one === 'lower')
      ? byName(Object.entries(value as Readonly<Record<string, Better>>))
      : undefined,
)

const remarksOf = (values: readonly ValueSummary[], epochs: number): readonly string[] => {
  const named = (name: string) => values.find(value => value.name === name)
  const [loss, validation] = [named('loss'), named('validationLoss')]
  const remarks: string[] = []
  if (values.some(({ last }) => !Number.isFinite(last))) remarks.push('Not all values are finite.')
  const [least, validated] = [loss?.epoch, validation?.epoch]
  if (least !== undefined && validated !== undefined && validated < epochs && least > validated)
    remarks.push(
      `validationLoss was best in epoch ${validated} of ${epochs}, while loss still fell: later epochs overfit.`,
    )
  if (epochs > 1 && least === epochs && validated === epochs)
    remarks.push('Both losses were best in the last epoch: more epochs may help.')
  if (loss !== undefined && epochs > 1 && loss.last > loss.first)
    remarks.push('The loss is larger than at the start: a smaller learning rate may help.')
  // Norms of gradients are not there to be better.
  const unsaid = values.find(({ name, best }) => best === undefined && !name.startsWith(normName))
  if (unsaid !== undefined)
    remarks.push(
      `Nothing says which values of ${cut(unsaid.name, 40)} are better: report(…, { better: { … } }) can, and defineMetric.`,
    )
  return remarks
}

const header = ['', 'first', 'last', 'best', 'epoch']
const rowsOf = (values: readonly ValueSummary[], names: (name: string) => string): readonly (readonly string[])[] =>
  values.map(({ name, first, last, best, epoch }) => [
    names(name),
    ...[first, last].map(digits),
    best === undefined ? '' : digits(best),
    String(epoch ?? ''),
  ])

const asText = ({ epochs, values, remarks, stopped }: TrainingReport): string =>
  [
    `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
    ...table([header, ...rowsOf(values, name => cut(name, 40))], 1),
    ...(stopped === undefined ? [] : [stopped]),
    ...remarks,
  ].join('\n')

const asMarkdown = ({ values, remarks, stopped }: TrainingReport): string => {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rows = [
    line(header),
    line(header.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rowsOf(values, String).map(line),
  ]
  const notes = [...(stopped === undefined ? [] : [stopped]), ...remarks]
  return [...rows, ...(notes.length === 0 ? [] : ['', ...notes.map(note => `- ${note}`)])].join('\n')
}

/**
 * Summarizes a training run: the first, last and best value of each name in its history, and remarks about them. It
 * prints as a table, and `markdown()` returns one.
 *
 * @param training what `fit` returned, or its history, also one that was read from JSON
 * @param options `better`: which values are better, by name, for metrics that do not say so
 * @throws InvalidOption if it is neither, or an option is wrong
 * @example
 * ```ts
 * const summary = report({ loss: [1, 0.5, 0.25], validationLoss: [0.9, 0.6, 0.8] })
 * summary.values[1]?.epoch // 2
 * summary.remarks[0] // 'validationLoss was best in epoch 2 of 3, while loss still fell: later epochs overfit.'
 * ```
 */
export const report = (
  training:
    | { readonly history: object; readonly stopped?: object | undefined }
    | Readonly<Record<string, readonly unknown[]>>,
  options: ReportOptions = {},
): TrainingReport => {
  const { better } = parseOptions<Required<ReportOptions>>(
    'report',
    "report(history, { better: { churn: 'lower' } })",
    { better: { codec: betterOption, default: {} } },
    options,
  )
  const { columns, epochs, stopped, metrics } = reading('report', 'history', () => columnsOf(training))
  const numeric = columns.flatMap(([name, list]) => {
    // JSON has null for what is not finite.
    const numbers = list.map(value => (value === null ? Number.NaN : value))
    return numbers.every(value => typeof value === 'number') ? [[name, numbers as readonly number[]] as const] : []
  })
  const betterIn = (name: string) => own(better, name) ?? betterOf(name, metrics)
  const values = Object.freeze(
    epochs === 0 ? [] : numeric.map(([name, list]) => Object.freeze(summaryOf(name, list, betterIn(name)))),
  )
  const made: TrainingReport & { readonly toString: () => string } = {
    epochs,
    values,
    remarks: Object.freeze(remarksOf(values, epochs)),
    stopped,
    markdown: () => asMarkdown(made),
    toString: () => asText(made),
  }
  return Object.freeze(Object.defineProperties(made, shownAs(String)))
}
