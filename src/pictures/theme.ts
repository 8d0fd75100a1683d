// The colours of pictures, for a light and for a dark page. Meaning never rests on hue alone: what has a colour has a label, a
// shape or a dash too.

/** What a picture is drawn for: its background is painted, so it can be read on any page. */
export type Theme = 'light' | 'dark'

/** The colours of a theme, all as `#rrggbb`. */
export interface Palette {
  /** What is painted behind everything. */
  readonly page: string
  readonly text: string
  /** Of text that matters less, such as captions and the labels of axes. */
  readonly muted: string
  readonly grid: string
  /** Of frames, axes and ticks. */
  readonly border: string
  /** What is wrong: values that are not finite, limits that are passed. */
  readonly alarm: string
  /** Eight hues for series, which people with any vision can tell apart (after Okabe and Ito 2008), each seen on the page. */
  readonly categorical: readonly string[]
  /** Of a number from 0 to 1: dark blue over green to yellow, evenly to the eye (viridis, by van der Walt and Smith 2015). */
  readonly sequential: (value: number) => string
  /** Of a number from -1 to 1: blue below 0, red above it, next to the page at 0, alike at both ends. */
  readonly diverging: (value: number) => string
}

/** The fonts of all text: the first that is there. They are alike in width, so estimates hold for any of them. */
export const font: string = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif'

/** Sizes of text, in units of the SVG. */
export const sizes: Readonly<Record<'title' | 'label' | 'small', number>> = Object.freeze({
  title: 14,
  label: 11,
  small: 10,
})

const channels = (colour: string): readonly number[] =>
  [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16))
const hex = (rgb: readonly number[]): string =>
  `#${rgb.map(channel => Math.round(channel).toString(16).padStart(2, '0')).join('')}`

/** The colour at a part, from 0 to 1, of evenly spaced ones; the nearest end for what is outside, the first for NaN. */
const between = (colours: readonly string[], part: number): string => {
  const at = Math.min(Math.max(part || 0, 0), 1) * (colours.length - 1)
  const below = Math.min(Math.floor(at), colours.length - 2)
  const [from, to] = [channels(colours[below] as string), channels(colours[below + 1] as string)]
  return hex(from.map((channel, c) => channel + ((to[c] as number) - channel) * (at - below)))
}

/** The relative luminance of a colour, from 0 for black to 1 for white, as WCAG 2 defines it. */
export const luminance = (colour: string): number => {
  const [r = 0, g = 0, b = 0] = channels(colour).map(channel => {
    const part = channel / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** The contrast of two colours, from 1 to 21, as WCAG 2 defines it. */
export const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

/** The colour of text on a coloured ground: the one of the two that is easier to read. */
export const inkOn = (ground: string): string =>
  contrast(ground, light.text) >= contrast(ground, light.page) ? light.text : light.page

const viridis: readonly string[] = Object.freeze([
  '#440154',
  '#472d7b',
  '#3b528b',
  '#2c728e',
  '#21918c',
  '#28ae80',
  '#5ec962',
  '#addc30',
  '#fde725',
])

const paletteFrom = (colours: Omit<Palette, 'sequential' | 'diverging'>, diverging: readonly string[]): Palette =>
  Object.freeze({
    ...colours,
    categorical: Object.freeze([...colours.categorical]),
    sequential: (value: number) => between(viridis, value),
    diverging: (value: number) => between(diverging, ((value || 0) + 1) / 2),
  })

const light: Palette = paletteFrom(
  {
    page: '#ffffff',
    text: '#1b1f24',
    muted: '#57606a',
    grid: '#e6e8eb',
    border: '#b4bac1',
    alarm: '#c5221f',
    categorical: ['#0071b6', '#c74e02', '#009e73', '#aa4786', '#be8a00', '#2e3338', '#4b9cd3', '#745549'],
  },
  ['#2166ac', '#4393c3', '#92c5de', '#f7f7f7', '#f4a582', '#d6604d', '#b2182b'],
)

const dark: Palette = paletteFrom(
  {
    page: '#16191d',
    text: '#e8eaed',
    muted: '#a3abb5',
    grid: '#2c3238',
    border: '#59616b',
    alarm: '#ff7b72',
    categorical: ['#3d9be0', '#e9721f', '#22bc75', '#d99cbb', '#e6c93f', '#eef1f4', '#8ed0f6', '#968068'],
  },
  ['#8cc4f5', '#4a9ad4', '#2c5f8a', '#23282e', '#8a4038', '#d4665a', '#f8a39a'],
)

/** The colours of a theme. */
export const paletteOf = (theme: Theme): Palette => (theme === 'dark' ? dark : light)
