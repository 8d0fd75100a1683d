import { InvalidOption, show } from '../../core/errors.ts'
import { cut, digits, shownAs, table } from '../../core/shown.ts'
import { isList, isRecord, own } from '../../core/trees.ts'
import { reading } from '../../state/given.ts'
import { isToBeSmall } from './monitor.ts'

/** What a value of a history became. */
export interface ValueSummary {
  readonly name: string
  /** In the first epoch, the last, and the best one. */
  readonly first: number
  readonly last: number
  readonly best: number
  /** The epoch of the best value, counted from 1. */
  readonly epoch: number
}

/** What a training came to. */
export interface TrainingReport {
  readonly epochs: number
  readonly values: readonly ValueSummary[]
  /** What the values say of it, in sentences. */
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
  return { columns, stopped, epochs: columns[0]?.[1].length ?? 0 }
}

const summaryOf = (name: string, values: readonly number[]): ValueSummary => {
  const isBetter = (a: number, b: number) => (isToBeSmall(name) ? a < b : a > b)
  const at = values.reduce(
    (best, value, i) => (isBetter(value, values[best] as number) || Number.isNaN(values[best]) ? i : best),
    0,
  )
  const [first = Number.NaN] = values
  return { name, first, last: values.at(-1) ?? Number.NaN, best: values[at] ?? Number.NaN, epoch: at + 1 }
}

const remarksOf = (values: readonly ValueSummary[], epochs: number): readonly string[] => {
  const named = (name: string) => values.find(value => value.name === name)
  const [loss, validation] = [named('loss'), named('validationLoss')]
  const remarks: string[] = []
  if (values.some(({ last }) => !Number.isFinite(last))) remarks.push('Not all values are finite.')
  if (loss !== undefined && validation !== undefined && validation.epoch < epochs && loss.epoch > validation.epoch)
    remarks.push(
      `validationLoss was best in epoch ${validation.epoch} of ${epochs}, while loss still fell: later epochs overfit.`,
    )
  if (
    loss !== undefined &&
    epochs > 1 &&
    loss.epoch === epochs &&
    validation?.epoch !== undefined &&
    validation.epoch === epochs
  )
    remarks.push('Both losses were best in the last epoch: more epochs may help.')
  if (loss !== undefined && epochs > 1 && loss.last > loss.first)
    remarks.push('The loss is larger than at the start: a smaller learning rate may help.')
  return remarks
}

const header = ['', 'first', 'last', 'best', 'epoch']
const rowsOf = (values: readonly ValueSummary[], names: (name: string) => string): readonly (readonly string[])[] =>
  values.map(({ name, first, last, best, epoch }) => [names(name), ...[first, last, best].map(digits), String(epoch)])

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
 * What a training came to: the first, the last and the best value of everything in its history, and what they say of it.
 * It shows itself as a table, and has one in Markdown.
 *
 * @param training what `fit` returned, or its history, also one that was read from JSON
 * @throws InvalidOption when it is neither
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
): TrainingReport => {
  const { columns, epochs, stopped } = reading('report', 'history', () => columnsOf(training))
  const numeric = columns.flatMap(([name, list]) => {
    // JSON has null for what is not finite.
    const numbers = list.map(value => (value === null ? Number.NaN : value))
    return numbers.every(value => typeof value === 'number') ? [[name, numbers as readonly number[]] as const] : []
  })
  const values = Object.freeze(epochs === 0 ? [] : numeric.map(([name, list]) => Object.freeze(summaryOf(name, list))))
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
