import { blocks, cut, digits, shortened, shownAs } from '../../base/shown.ts'
import { byName, merged, own } from '../../base/trees.ts'
import { validationName } from '../metric.ts'
import type { MetricValue, RawReport } from '../report.ts'
import type { Judged } from './monitor.ts'
import type { EpochRow } from './session.ts'

/** Values by name, one for each epoch. */
export type RawHistory = Readonly<Record<string, readonly MetricValue[]>>

/** What an epoch has reported, by the names of a history. */
export const valuesOf = ({ training, validation }: EpochRow): RawReport =>
  merged<MetricValue>(
    training,
    byName(Object.entries(validation ?? {}).map(([name, value]) => [validationName(name), value] as const)),
  ) as RawReport

/** Which metrics a history was made with: what is read from JSON has none. */
const judged: unique symbol = Symbol('judged')

/** The metrics that a history was made with, as `fit` gave it. */
export const metricsOf = (history: object): readonly Judged[] | undefined =>
  (history as { readonly [judged]?: readonly Judged[] })[judged]

/** What epochs have reported, by name. */
export const toHistory = (rows: readonly EpochRow[], metrics: readonly Judged[] = []): RawHistory => {
  const columns = rows.map(valuesOf)
  const names = Object.keys(columns[0] ?? { loss: 0 })
  return byName(
    names.map(name => [name, Object.freeze(columns.map(column => own(column, name) as MetricValue))] as const),
    { ...shownAs(asTable), [judged]: { value: metrics } },
  )
}

/** A row for each epoch, as many as fit a screen. */
const asTable = (history: Readonly<Record<string, readonly MetricValue[]>>): string => {
  const columns = Object.entries(history).filter(([, values]) => values.every(value => typeof value === 'number'))
  const rows = (columns[0]?.[1] ?? []).map((_, i) => [
    String(i + 1),
    ...columns.map(([, values]) => digits((values[i] as number | undefined) ?? Number.NaN)),
  ])
  const lines = shortened(rows, 'epochs')
  return blocks([['epoch', ...columns.map(([name]) => cut(name, 32))], ...lines]).join('\n')
}
