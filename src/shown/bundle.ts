import { JoineryError } from '../base/errors.ts'
import { displaying, inspecting } from '../base/shown.ts'
import { isRecord } from '../base/trees.ts'
import { plotHistory, plotLearningRateSweep } from '../charts/index.ts'
import { isDataset } from '../data/dataset.ts'
import { diagram } from '../diagrams/index.ts'
import type { Summary } from '../display/index.ts'
import { isComposition, isPart } from '../network/parts.ts'
import { metricsOf } from '../training/loops/history.ts'
import type { RateSweep } from '../training/loops/learning-rate-sweep.ts'
import { errorHtml } from './errors.ts'
import { htmlTable } from './html.ts'
import { datasetHtml } from './rows.ts'
import { isTensor } from './statistics.ts'
import { tensorHtml, tensorsHtml } from './tensors.ts'

/** What notebooks show of a value, by MIME type. */
export type Bundle = Readonly<Record<string, unknown>>

/** What is shown of a value beside its text, if it is of one kind. */
type Row = (value: unknown, text: string) => Promise<Bundle> | Bundle | undefined
const row =
  <V>(is: (value: unknown) => value is V, draw: (value: V, text: string) => Promise<Bundle> | Bundle): Row =>
  (value, text) =>
    is(value) ? draw(value, text) : undefined

const isError = (value: unknown): value is JoineryError => value instanceof JoineryError
const isSummary = (value: unknown): value is Summary =>
  value instanceof String && Array.isArray((value as unknown as Summary).rows)
/** Variables of one network or of several, as `init` and `fit` give them. */
const isVariables = (value: unknown): value is object =>
  isRecord(value) && isRecord(value.params) && isRecord(value.state)
const isHistory = (value: unknown): value is Readonly<Record<string, readonly number[]>> =>
  isRecord(value) && metricsOf(value) !== undefined
const isRateSweep = (value: unknown): value is RateSweep =>
  isRecord(value) && Array.isArray(value.points) && 'suggestion' in value && 'diverged' in value

/** What notebooks show of a picture: its data too, which they may draw themselves. */
const displayed = (picture: object): Promise<Bundle> =>
  (picture as { readonly [displaying]: () => Promise<Bundle> })[displaying]()

/** What is shown of each kind of value. */
const rows: readonly Row[] = [
  row(isError, error => ({ 'text/html': errorHtml(error), 'text/plain': `${error.name}: ${error.message}` })),
  // A part is a layer whose types are not known.
  row(isPart, async part =>
    isComposition(part)
      ? { 'image/svg+xml': await diagram(part as unknown as Parameters<typeof diagram>[0]).svg() }
      : {},
  ),
  row(isTensor, tensor => ({ 'text/html': tensorHtml(tensor) })),
  row(isDataset, async (dataset, text) => {
    const html = await datasetHtml(dataset, text)
    return html === undefined ? {} : { 'text/html': html }
  }),
  row(isHistory, async (history, text) => ({ ...(await displayed(plotHistory(history))), 'text/plain': text })),
  row(isRateSweep, async (sweep, text) => ({ ...(await displayed(plotLearningRateSweep(sweep))), 'text/plain': text })),
  row(isVariables, variables => ({ 'text/html': tensorsHtml(variables) })),
  row(isSummary, summary => {
    const [first] = summary.rows
    const cells = summary.rows.map(own => Object.values(own).map(cell => (cell === null ? '?' : String(cell))))
    return first === undefined ? {} : { 'text/html': htmlTable(Object.keys(first), cells, 3) }
  }),
]

/** The text of a value in consoles. */
const textOf = (value: unknown): string => {
  try {
    const told = (value as { readonly [told: symbol]: (() => unknown) | undefined })[inspecting]
    return String(told === undefined ? value : told.call(value))
  } catch {
    // Such as a tensor of tfjs that was disposed.
    return Object.prototype.toString.call(value)
  }
}

/** What notebooks show of a value that shows itself: its text, and what there is to draw. */
export const bundleOf = async (value: unknown): Promise<Bundle> => {
  const text = textOf(value)
  try {
    for (const draw of rows) {
      const drawn = draw(value, text)
      if (drawn !== undefined) return { 'text/plain': text, ...(await drawn) }
    }
  } catch {
    // Where it cannot be drawn, there is its text.
  }
  return { 'text/plain': text }
}
