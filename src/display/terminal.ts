import process from 'node:process'
import { show, wrongArgument } from '../base/errors.ts'
import type { MetricsOption, MetricValue, Progress } from '../training/index.ts'
import { begins, digits, type Notebook, notebookAround, type Output, printed, writes } from './progress.ts'

export type { Output } from './progress.ts'

const described = (report: Readonly<Record<string, MetricValue>>, before = ''): readonly string[] =>
  Object.entries(report).flatMap(([name, value]) =>
    typeof value === 'number' ? [`${before}${printed(name)} ${digits(value)}`] : [],
  )

const line = ({ epoch, epochs, report, validation }: Progress<MetricsOption>): string =>
  [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    ...described(report),
    ...described(validation ?? {}, 'validation '),
  ].join('  ')

const width = 24
const bar = (done: number, total: number): string => {
  const full = Math.round((width * done) / total)
  return '█'.repeat(full) + '░'.repeat(width - full)
}

const duration = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000)
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)]
  if (seconds < 60) return `${seconds}s`
  return hours === 0 ? `${minutes}m ${seconds % 60}s` : `${hours}h ${minutes % 60}m`
}

/** How many examples are trained in a second. */
const perSecond = (rate: number): string => {
  const [divisor, unit] = rate >= 1e6 ? [1e6, 'M'] : rate >= 1e4 ? [1e3, 'k'] : [1, '']
  const value = rate / divisor
  return `${value >= 100 || unit === '' ? Math.round(value) : value.toFixed(1)}${unit} examples/s`
}

/** A line for each call: with a bar, and the time that is left, until the epoch has ended. */
const drawing = (): ((progress: Progress<MetricsOption>) => string) => {
  let first = { epoch: 0, batch: 0, examples: 0, at: 0 }
  return progress => {
    const { epoch, batch, batches, examples, ended } = progress
    const now = performance.now()
    if (epoch !== first.epoch || begins(progress)) first = { epoch, batch, examples, at: now }
    const elapsed = now - first.at
    // The first batch is slow, and is not counted.
    const speed =
      examples > first.examples && elapsed > 0 ? `  ${perSecond(((examples - first.examples) / elapsed) * 1000)}` : ''
    const text = line(progress)
    if (ended) return `${text}${speed}`
    if (batches === undefined) return `${text}  ${batch} ${batch === 1 ? 'batch' : 'batches'}${speed}`
    const done = batch - first.batch
    const left = done > 0 ? `  ${duration((elapsed / done) * (batches - batch))} left` : ''
    return `${text}  ${bar(batch, batches)} ${batch}/${batches}${speed}${left}`
  }
}

/** Whether to show progress again: always at the start and the end of an epoch, otherwise ten times a second. */
const throttle = (): ((progress: Progress<MetricsOption>) => boolean) => {
  let last = 0
  return ({ batch, ended }) => {
    const now = performance.now()
    if (!ended && batch > 1 && now - last < 100) return false
    last = now
    return true
  }
}

const escaped = (text: string): string => text.replace(/[&<>]/g, character => `&#${character.charCodeAt(0)};`)

/** One output of the cell for each call of `fit`, updated in place. */
const onPage = (notebook: Notebook): ((progress: Progress<MetricsOption>) => Promise<void>) => {
  const draw = drawing()
  const isTime = throttle()
  let place: string | undefined
  return async progress => {
    if (!isTime(progress)) return
    if (begins(progress)) place = undefined
    const update = place !== undefined
    place ??= crypto.randomUUID()
    const text = draw(progress)
    const bundle = { 'text/plain': text, 'text/html': `<pre>${escaped(text)}</pre>` }
    await notebook.display(bundle, { raw: true, display_id: place, update })
  }
}

/** The last line of a terminal, overwritten until the epoch has ended. */
const onTerminal = (output: Output): ((progress: Progress<MetricsOption>) => void) => {
  const draw = drawing()
  const isTime = throttle()
  return progress => {
    if (!isTime(progress)) return
    const text = draw(progress)
    const cut = [...text].slice(0, (output.columns ?? Number.POSITIVE_INFINITY) - 1).join('')
    // To the start of the line; what was there before is erased.
    output.write(progress.ended ? `\r${text}\x1b[K\n` : `\r${cut}\x1b[K`)
  }
}

const inLines = (output: Output): ((progress: Progress<MetricsOption>) => void) => {
  const draw = drawing()
  return progress => {
    // The first batch is where the time begins.
    if (!progress.ended && progress.batch > 1) return
    const text = draw(progress)
    if (progress.ended) output.write(`${text}\n`)
  }
}

/**
 * Shows the progress of `fit`. On a terminal: a bar for each epoch. In a Deno notebook: the same, in one output of the
 * cell. Elsewhere: one line per epoch.
 *
 * @param output where to write; by default the notebook or standard error, so that a program's own output can be piped
 * @returns an `onProgress` for `fit`
 * @throws InvalidOption if there is nothing to write to
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1))
 * await fit(network, init(network, key(0)), { x: [[1, 2]], y: [[3]] }, { epochs: 3, onProgress: progressBar() })
 * ```
 */
export const progressBar = (output?: Output): ((progress: Progress<MetricsOption>) => void | Promise<void>) => {
  const notebook = output === undefined ? notebookAround() : undefined
  if (notebook !== undefined) return onPage(notebook)
  const to: Output = output === undefined ? process.stderr : output
  if (!writes(to))
    throw wrongArgument(
      'progressBar',
      'output',
      'an object with write, such as process.stderr',
      show(output),
      'progressBar(process.stdout), or progressBar()',
    )
  return to.isTTY ? onTerminal(to) : inLines(to)
}
