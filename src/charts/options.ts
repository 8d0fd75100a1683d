import type * as t from 'io-ts/lib/index.js'
import { codec, number, type Options } from '../base/options.ts'

/** The options of all charts. */
export interface ChartOptions {
  /** What stands above the chart. */
  readonly title?: string
  /** Of the plane of a chart or of each of its panels, in units of the SVG, from 60 to 4000. */
  readonly width?: number
  /** The same from bottom to top. */
  readonly height?: number
}

/** Texts of at least one character. */
export const text: t.Type<string, unknown, unknown> = codec('a text', value =>
  typeof value === 'string' && value !== '' ? value : undefined,
)

const side = number('a number from 60 to 4000', value => value >= 60 && value <= 4000)

/** The options of all charts, with what they are for one of them. */
export const chartOptions = (title: string, width = 320, height = 220): Options<Required<ChartOptions>> => ({
  title: { codec: text, default: title },
  width: { codec: side, default: width },
  height: { codec: side, default: height },
})
