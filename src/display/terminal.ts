import process from 'node:process'
import cliProgress from 'cli-progress'
import type { Progress } from '../training/index.ts'

/** A few significant digits, aligned from epoch to epoch. */
const digits = (value: number): string =>
  Math.abs(value) >= 1e-4 || value === 0 ? value.toFixed(4) : value.toExponential(1)

const described = (report: Readonly<Record<string, number>>, before = ''): readonly string[] =>
  Object.entries(report).map(([name, value]) => `${before}${name} ${digits(value)}`)

const line = ({ epoch, epochs, report, validation }: Progress): string =>
  [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    ...described(report),
    ...described(validation ?? {}, 'validation '),
  ].join('  ')

/** Where progress is written: a terminal, a file, a pipe. */
export interface Output {
  readonly isTTY?: boolean
  readonly write: (text: string) => unknown
}

/**
 * Shows how `fit` goes on: on a terminal a bar for each epoch that fills batch by batch, elsewhere one line for each epoch.
 *
 * @param output where to; the standard error by default, so that a program's own output can be piped on
 * @returns an `onProgress` for one call of `fit`
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1))
 * await fit(network, init(network, key(0)), { x: [[1, 2]], y: [[3]] }, { epochs: 3, onProgress: progressBar() })
 * ```
 */
export const progressBar = (output: Output = process.stderr): ((progress: Progress) => void) => {
  if (!output.isTTY)
    return progress => {
      if (progress.ended) output.write(`${line(progress)}\n`)
    }
  // The one thing that lasts from call to call: the bar that is on the screen.
  let bar: cliProgress.SingleBar | undefined
  return progress => {
    if (bar === undefined) {
      const format = '{text}  {bar} {value}/{total}  {eta_formatted} left'
      bar = new cliProgress.SingleBar(
        {
          format,
          stream: output as NodeJS.WritableStream,
          barsize: 24,
          hideCursor: true,
          clearOnComplete: true,
          gracefulExit: true,
        },
        cliProgress.Presets.shades_grey,
      )
      bar.start(progress.batches, 0, { text: line(progress) })
    }
    bar.update(progress.batch, { text: line(progress) })
    if (!progress.ended) return
    bar.stop()
    bar = undefined
    output.write(`${line(progress)}\n`)
  }
}
