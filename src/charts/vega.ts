import type { Json } from '../base/trees.ts'
import { importPackage } from '../pictures/packages.ts'
import { type Picture, picture } from '../pictures/picture.ts'
import { escapeXml } from '../pictures/svg.ts'
import { widthOf } from '../pictures/text-width.ts'
import { font, type Theme } from '../pictures/theme.ts'
import { configOf } from './config.ts'

// Charts are specifications in the language Vega-Lite (Satyanarayan et al. 2017). Notebooks draw them themselves; everywhere else
// the packages vega and vega-lite do, which are imported when the first chart is drawn.

/** A Vega-Lite specification, as plain data, with the rows that it draws. */
export interface ChartSpec<Row extends object = Readonly<Record<string, Json>>> {
  readonly $schema: string
  /** What the chart shows, in a sentence. */
  readonly description: string
  readonly data: { readonly values: readonly Row[] }
  readonly [property: string]: unknown
}

/** What a chart says beside its specification. */
interface Charted<Row extends object> {
  readonly title: string
  /** Lines below the title: what the reader must know. */
  readonly captions?: readonly string[]
  /** What screen readers say, and consoles print below the title. */
  readonly description: string
  readonly rows: readonly Row[]
  /** The marks and encodings, or the views that are joined. */
  readonly view: Readonly<Record<string, unknown>>
  /** The room for the lines of the title. */
  readonly width: number
}

/** Scenes of Vega: the texts of a scene are measured by these. */
interface TextItem {
  readonly font?: string
  readonly fontSize?: number
  readonly fontWeight?: string | number
}
type Measure = (item: TextItem, text: unknown) => number
interface Vega {
  readonly parse: (spec: object) => object
  readonly View: new (runtime: object, options: object) => { toSVG(): Promise<string>; finalize(): void }
  readonly textMetrics: { width: Measure }
}
interface VegaLite {
  readonly compile: (spec: object, options: { readonly logger: object }) => { readonly spec: object }
}

/** What marks the measure below, by which it is known when it is in place. */
const own: unique symbol = Symbol('measure')

/**
 * Texts in our font are measured by our table: Vega estimates widths without a browser too large by half, and elsewhere asks a
 * canvas, whose answer depends on the machine. Texts in other fonts are none of our business.
 */
const measureByTable = ({ textMetrics }: Vega): void => {
  const { width } = textMetrics
  if (own in width) return
  const measured: Measure = (item, text) =>
    item.font === font
      ? widthOf(String(text ?? ''), {
          size: item.fontSize ?? 11,
          weight: item.fontWeight === 'bold' || Number(item.fontWeight) >= 600 ? 'bold' : 'regular',
        })
      : width(item, text)
  textMetrics.width = Object.assign(measured, { [own]: true })
}

/** Warnings go nowhere; errors, which Vega would only print, are thrown. */
const logger = (): object => {
  const quiet: Record<string, (...texts: readonly unknown[]) => unknown> = {}
  for (const level of ['level', 'warn', 'info', 'debug']) quiet[level] = () => quiet
  quiet.error = (...texts) => {
    throw texts.find(text => text instanceof Error) ?? new Error(texts.join(' '))
  }
  return quiet
}

/** Ids that are the same each time and differ between charts on one page: Vega counts through all that it ever drew. */
const withOwnIds = (svg: string, prefix: string): string => {
  const ids = new Map<string, string>()
  for (const [, id = ''] of svg.matchAll(/ id="([^"]+)"/g)) ids.set(id, `${prefix}-${ids.size}`)
  return svg
    .replace(/ id="([^"]+)"/g, (all, id) => (ids.has(id) ? ` id="${ids.get(id)}"` : all))
    .replace(/url\(#([^)]+)\)/g, (all, id) => (ids.has(id) ? `url(#${ids.get(id)})` : all))
}

/** A short name for a text (FNV-1a). */
const nameOf = (text: string): string => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return `c${(hash >>> 0).toString(36)}`
}

/** The texts of rows, each once and in order. */
const textsIn = (rows: readonly object[]): readonly string[] => [
  ...new Set(rows.flatMap(row => Object.values(row).filter(value => typeof value === 'string'))),
]

/** Names that were cut have their whole text in a title. Of names that are cut alike, the n-th is at the n-th place. */
const withWholeNames = (svg: string, texts: readonly string[]): string => {
  const met = new Map<string, number>()
  return svg.replace(/(<text[^>]*>)([^<]*)…<\/text>/g, (all, open, start) => {
    const whole = texts.map(escapeXml).filter(text => text.startsWith(start))
    const place = met.get(start) ?? 0
    met.set(start, place + 1)
    return whole.length === 0 ? all : `${open}<title>${whole[place % whole.length]}</title>${start}…</text>`
  })
}

/**
 * Places to a thousandth of a unit. Engines of JavaScript differ in the last digit of logarithms, and so would the text of a
 * picture.
 */
const withRoundPlaces = (svg: string): string =>
  svg.replace(/ (?:d|transform|x|y|x1|y1|x2|y2|width|height)="[^"]*"/g, attribute =>
    attribute.replace(/-?\d+\.\d{4,}(?:e-\d+)?/g, digits => String(Math.round(Number(digits) * 1000) / 1000 || 0)),
  )

const svgOf = async (spec: ChartSpec<object>, theme: Theme): Promise<string> => {
  const [vega, lite] = (await Promise.all([importPackage('svg', 'vega'), importPackage('svg', 'vega-lite')])) as [
    object,
    object,
  ] as unknown as [Vega, VegaLite]
  measureByTable(vega)
  // Vega writes into the rows that it is given.
  const themed = structuredClone({ ...spec, config: configOf(theme) })
  const compiled = lite.compile(themed, { logger: logger() })
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none', logger: logger() })
  try {
    const plain = withOwnIds(withRoundPlaces(await view.toSVG()), nameOf(`${theme}${JSON.stringify(spec)}`))
    const svg = withWholeNames(plain, textsIn(spec.data.values))
    return svg.replace(
      /^<svg([^>]*)>/,
      (_, attributes) => `<svg role="img"${attributes}><title>${escapeXml(spec.description)}</title>`,
    )
  } finally {
    view.finalize()
  }
}

/** The words of a text in lines of at most so many units. */
const wrapped = (text: string, most: number, size: number): readonly string[] => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`
    if (lines.length > 0 && widthOf(longer, { size }) <= most) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

/** The chart of a specification, of which only what differs from chart to chart is given. */
export const chart = <Row extends object>({
  title,
  captions = [],
  description,
  rows,
  view,
  width,
}: Charted<Row>): Picture<ChartSpec<Row>> => {
  const spec: ChartSpec<Row> = {
    // The language has not changed since; notebooks know it by this version.
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    description,
    title: {
      text: wrapped(title, width, 14),
      ...(captions.length > 0 && { subtitle: captions.flatMap(caption => wrapped(caption, width, 11)) }),
    },
    data: { values: rows },
    ...view,
    config: configOf('light'),
  }
  return picture({
    spec,
    title: [title, description, ...captions].join('\n'),
    draw: theme => svgOf(spec, theme),
    bundle: () => ({ 'application/vnd.vegalite.v5+json': spec }),
  })
}
