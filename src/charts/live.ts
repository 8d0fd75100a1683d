import { wrongArgument } from '../base/errors.ts'
import { codec, notNegative, type Options, orNull, parseOptions } from '../base/options.ts'
import { begins, digits, notebookAround, type Output, printed, writes } from '../display/progress.ts'
import type { Progress } from '../training/fit.ts'
import { validationName } from '../training/metric.ts'
import type { MetricsOption } from '../training/step.ts'
import { plotHistory } from './history.ts'

/** The options of {@link liveCurves}. */
export interface LiveCurvesOptions {
  /** An element of a page, whose content is replaced by the curves. Default: `null`, none. */
  readonly element?: { innerHTML: string } | null
  /** Where to write text. Default: `null`, the notebook around the program, or standard error. */
  readonly output?: Output | null
  /** The least milliseconds between two drawings. Default: 500. */
  readonly every?: number
}
const options: Options<Required<LiveCurvesOptions>> = {
  element: {
    codec: orNull(
      codec<{ innerHTML: string }>('an element of a page', value =>
        typeof value === 'object' && value !== null && 'innerHTML' in value
          ? (value as { innerHTML: string })
          : undefined,
      ),
      'none',
    ),
    default: null,
  },
  output: {
    codec: orNull(
      codec<Output>('an object with write, such as process.stderr', value =>
        writes(value) ? (value as Output) : undefined,
      ),
      'the notebook, or standard error',
    ),
    default: null,
  },
  every: { codec: notNegative, default: 500 },
}

type Curves = Readonly<Record<string, readonly number[]>>

/** The numbers of an epoch by the names of a history. */
const numbersOf = ({ report, validation }: Progress<MetricsOption>): readonly (readonly [string, number])[] =>
  [
    ...Object.entries(report),
    ...Object.entries(validation ?? {}).map(([name, value]) => [validationName(name), value] as const),
  ].flatMap(([name, value]) => (typeof value === 'number' ? [[name, value] as const] : []))

const levels = '▁▂▃▄▅▆▇█'
const widest = 24

/** Numbers as a line of blocks: of many, every n-th, and the last. */
export const sparkline = (values: readonly number[]): string => {
  const each = Math.max(1, Math.ceil(values.length / widest))
  const shown = values.filter((_, i) => (values.length - 1 - i) % each === 0)
  const known = shown.filter(Number.isFinite)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  return shown
    .map(value => {
      if (!Number.isFinite(value)) return ' '
      return levels[high > low ? Math.round(((value - low) / (high - low)) * (levels.length - 1)) : 3]
    })
    .join('')
}

const lineOf = ({ epoch, epochs }: Progress<MetricsOption>, curves: Curves): string =>
  [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    ...Object.entries(curves).map(
      ([name, values]) => `${printed(name)} ${sparkline(values)} ${digits(values.at(-1) ?? Number.NaN)}`,
    ),
  ].join('  ')

/** Draws curves; `isFirst` says that a call of `fit` has begun. */
type Draw = (progress: Progress<MetricsOption>, curves: Curves, isFirst: boolean) => void | Promise<void>

const inElement =
  (element: { innerHTML: string }): Draw =>
  async (_, curves) => {
    element.innerHTML = await plotHistory(curves).svg()
  }

const inNotebook = (notebook: NonNullable<ReturnType<typeof notebookAround>>): Draw => {
  let place = ''
  return async (progress, curves, isFirst) => {
    if (isFirst) place = crypto.randomUUID()
    const bundle = {
      'application/vnd.vegalite.v5+json': plotHistory(curves).spec,
      'text/plain': lineOf(progress, curves),
    }
    await notebook.display(bundle, { raw: true, display_id: place, update: !isFirst })
  }
}

const asText = (output: Output): Draw => {
  if (output.isTTY !== true) return (progress, curves) => void output.write(`${lineOf(progress, curves)}\n`)
  return (progress, curves, isFirst) => {
    // A line that wraps cannot be overwritten.
    const line = [...lineOf(progress, curves)].slice(0, (output.columns ?? Number.POSITIVE_INFINITY) - 1).join('')
    output.write(`${isFirst ? '' : '\x1b[1A'}\r${line}\x1b[K\n`)
  }
}

/** Where a program says what is not its result. A page has no such thing, and bundles for one no module for it. */
const standardError = (): Output => {
  const { process } = globalThis as { readonly process?: { readonly stderr?: unknown } }
  if (writes(process?.stderr)) return process?.stderr as Output
  throw wrongArgument(
    'liveCurves',
    'element',
    'an element, as there is no notebook and no standard error',
    'none',
    "liveCurves({ element: document.querySelector('#curves') })",
  )
}

/** The part of the time of `fit` that drawing takes at most is one over this. */
const rest = 50

/**
 * Shows the curves of `fit` while it trains, redrawn in their place after epochs: in a Deno notebook as a chart, on a terminal as
 * a line of blocks, in an element of a page as SVG, and elsewhere as a line of text. Drawings are left out that would take more
 * than 2 % of the time; the last epoch is always drawn.
 *
 * @param options `element` of a page (null), `output` for text (null), `every` how many milliseconds at least (500)
 * @returns an `onProgress` for `fit`
 * @throws InvalidOption if an option is wrong
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1))
 * await fit(network, init(network, key(0)), { x: [[1, 2]], y: [[3]] }, { epochs: 3, onProgress: liveCurves() })
 * ```
 */
export const liveCurves = (
  given: LiveCurvesOptions = {},
): ((progress: Progress<MetricsOption>) => void | Promise<void>) => {
  const { element, output, every } = parseOptions('liveCurves', 'liveCurves({ every: 1000 })', options, given)
  const notebook = element === null && output === null ? notebookAround() : undefined
  const draw =
    element !== null
      ? inElement(element)
      : notebook !== undefined
        ? inNotebook(notebook)
        : asText(output ?? standardError())
  const curves = new Map<string, number[]>()
  let [isFirst, due] = [true, 0]
  return async progress => {
    if (begins(progress)) {
      curves.clear()
      ;[isFirst, due] = [true, 0]
    }
    if (!progress.ended) return
    for (const [name, value] of numbersOf(progress)) {
      const values = curves.get(name) ?? []
      values.push(value)
      curves.set(name, values)
    }
    const begun = performance.now()
    if (begun < due && progress.epoch < progress.epochs) return
    await draw(progress, Object.fromEntries(curves), isFirst)
    isFirst = false
    const ended = performance.now()
    due = ended + Math.max(every, rest * (ended - begun))
  }
}
