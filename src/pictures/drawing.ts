import { cutTo, type TextStyle, widthOf } from './text-width.ts'

// Drawings whose parts have their places already, as plain data: diagrams, grids of pixels, tables with bars.

/** One of the eight colours of a theme for categories. */
export type CategoryColour = `category-${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`
/** A colour of the theme by its role, one of those for categories, or of its scales for numbers; or one of all themes, `#rrggbb`. */
export type Colour =
  | 'page'
  | 'text'
  | 'muted'
  | 'grid'
  | 'border'
  | 'alarm'
  | CategoryColour
  | { readonly sequential: number }
  | { readonly diverging: number }
  | `#${string}`

/** A place, from the left and from the top, in units of the drawing. */
export type Point = readonly [x: number, y: number]

/** What all shapes may have. */
interface Told {
  /** What a reader is told who points at the shape. */
  readonly title?: string
}
/** How an outline is drawn. */
interface Stroke {
  readonly stroke?: Colour
  /** Default: 1. */
  readonly strokeWidth?: number
  /** The lengths of dashes and gaps. Default: none. */
  readonly dashes?: readonly number[]
}
/** How an area is filled. */
interface Fill {
  readonly fill?: Colour
  /** From 0, nothing, to 1, which is the default. */
  readonly fillOpacity?: number
}

/** A rectangle. */
export interface RectShape extends Told, Fill, Stroke {
  readonly kind: 'rect'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** The radius of its corners. Default: 0. */
  readonly radius?: number
}

/** A line through points, or an area if it is filled. */
export interface PathShape extends Told, Fill, Stroke {
  readonly kind: 'path'
  readonly points: readonly Point[]
  /** Whether it bends at the points, instead of having corners there; it then passes near them. Default: false. */
  readonly smooth?: boolean
  /** Whether the last point is joined to the first. Default: false. */
  readonly closed?: boolean
  /** Whether the end has a head. Default: false. */
  readonly arrow?: boolean
}

/** One line of text. */
export interface TextShape extends Told, TextStyle {
  readonly kind: 'text'
  readonly text: string
  /** Where it begins, has its middle, or ends. */
  readonly x: number
  /** Its base line. */
  readonly y: number
  /** Default: `'start'`. */
  readonly anchor?: 'start' | 'middle' | 'end'
  /** Default: `'text'`. */
  readonly colour?: Colour
  /** A rim around the letters, which keeps them apart from lines behind them. Default: none. */
  readonly halo?: Colour
  /** Degrees clockwise, about its place. Default: 0. */
  readonly rotate?: number
}

/** Pixels. */
export interface ImageShape extends Told {
  readonly kind: 'image'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** A PNG file as a data URI, such as `pngUri` makes. */
  readonly href: string
}

/** Shapes that belong together, perhaps with a link. */
export interface GroupShape extends Told {
  readonly kind: 'group'
  readonly shapes: readonly Shape[]
  /** Where a click leads. */
  readonly link?: string
}

/** A part of a drawing. */
export type Shape = RectShape | PathShape | TextShape | ImageShape | GroupShape

/** A drawing: shapes in a frame, the later ones above. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly shapes: readonly Shape[]
}

/** A line of text that is at most so wide: of a longer one, the whole is its title. */
export const fittedText = (shape: Omit<TextShape, 'kind'>, most: number): TextShape => {
  const text = cutTo(shape.text, most, shape)
  return text === shape.text ? { kind: 'text', ...shape } : { kind: 'text', title: shape.text, ...shape, text }
}

/** The width of the widest of some texts. */
export const widestOf = (texts: readonly string[], style: TextStyle): number =>
  texts.reduce((most, text) => Math.max(most, widthOf(text, style)), 0)
