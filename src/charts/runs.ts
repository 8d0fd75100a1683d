import { InvalidOption, show } from '../base/errors.ts'
import { isList, isRecord, own } from '../base/trees.ts'
import { reading } from '../state/given.ts'
import { metricsOf } from '../training/loops/history.ts'
import type { Judged } from '../training/loops/monitor.ts'
import { ourMetrics } from '../training/loops/report.ts'
import { validationName } from '../training/metric.ts'

/** What `fit` returned, or its history: values of epochs by name. */
export type Run = { readonly history: object } | Readonly<Record<string, readonly unknown[]>>
/** One run, or several by name. */
export type Runs = Run | Readonly<Record<string, Run>>

/** The values of one name of a history, as training or validation saw them. */
export interface Series {
  readonly metric: string
  readonly phase: 'training' | 'validation'
  readonly values: readonly number[]
}
/** A run that was read. */
export interface ReadRun {
  /** Empty for a run that stands alone. */
  readonly name: string
  readonly series: readonly Series[]
  readonly metrics: readonly Judged[]
}

/** The numbers of a column; JSON has null for what is not finite. Matrices and values by class are no columns of numbers. */
const numbersIn = (values: readonly unknown[]): readonly number[] | undefined => {
  const numbers = values.map(value => (value === null ? Number.NaN : value))
  return numbers.every(value => typeof value === 'number') ? (numbers as readonly number[]) : undefined
}

const readRun = (name: string, history: Readonly<Record<string, readonly unknown[]>>): ReadRun => {
  const names = Object.keys(history)
  const trained = new Map(names.map(metric => [validationName(metric), metric]))
  return {
    name,
    metrics: metricsOf(history) ?? ourMetrics(),
    series: names.flatMap((called): readonly Series[] => {
      const values = numbersIn(history[called] as readonly unknown[])
      if (values === undefined) return []
      const metric = trained.get(called)
      return [{ metric: metric ?? called, phase: metric === undefined ? 'training' : 'validation', values }]
    }),
  }
}

const isHistory = (value: unknown): value is Readonly<Record<string, readonly unknown[]>> =>
  isRecord(value) && Object.values(value).every(isList)

/** The history of a run; `undefined` for what is none. */
const historyOf = (value: unknown): Readonly<Record<string, readonly unknown[]>> | undefined => {
  if (!isRecord(value)) return undefined
  const inner = own(value, 'history')
  const history = isRecord(inner) ? inner : value
  return isHistory(history) ? history : undefined
}

/**
 * The runs that a chart is given.
 *
 * @throws InvalidOption if they are none
 */
export const readRuns = (owner: string, value: unknown): readonly ReadRun[] =>
  reading(owner, 'runs', () => {
    const fault = (got: unknown) =>
      new InvalidOption({
        layer: owner,
        option: 'runs',
        expected: 'what fit returned, or its history: numbers of epochs by name; or several of them by name',
        got: show(got),
        remedy: `For example: ${owner}({ small: history, large: other }).`,
      })
    const alone = historyOf(value)
    if (alone !== undefined) return [readRun('', alone)]
    if (!isRecord(value)) throw fault(value)
    return Object.entries(value).map(([name, run]) => {
      const history = historyOf(run)
      if (history === undefined) throw fault({ [name]: run })
      return readRun(name, history)
    })
  })
