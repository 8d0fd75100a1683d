import type { Colour, Drawing, PathShape, Point, Shape, TextShape } from './drawing.ts'
import { widthOf } from './text-width.ts'
import { font, paletteOf, type Theme } from './theme.ts'

// Drawings as SVG: the same drawing and theme give the same text.

/** Two digits after the point are finer than any screen. */
const number = (value: number): string => String(Math.round(value * 100) / 100 || 0)

/** Characters that XML cannot hold, which names from anywhere may have. */
const unfit = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu

/** A text within XML, or within the quotes of an attribute. */
export const escapeXml = (text: string): string =>
  text.replace(unfit, '\ufffd').replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)

type Attributes = Readonly<Record<string, string | number | undefined>>
const element = (name: string, attributes: Attributes, content = ''): string => {
  const written = Object.entries(attributes).flatMap(([attribute, value]) =>
    value === undefined ? [] : [` ${attribute}="${typeof value === 'number' ? number(value) : escapeXml(value)}"`],
  )
  const open = `<${name}${written.join('')}`
  return content === '' ? `${open}/>` : `${open}>${content}</${name}>`
}
const titled = (title: string | undefined): string =>
  title === undefined ? '' : element('title', {}, escapeXml(title))

const between = ([a, b]: Point, [c, d]: Point, part: number): Point => [a + (c - a) * part, b + (d - b) * part]
const at = ([x, y]: Point): string => `${number(x)},${number(y)}`

/** A uniform cubic B-spline from the first to the last point, of which the others are the controls. */
const spline = (points: readonly Point[]): string => {
  const [first, second] = points as readonly [Point, Point]
  const last = points.at(-1) as Point
  const joints = points.slice(1, -1).map((point, i) => {
    const [before, after] = [points[i] as Point, points[i + 2] as Point]
    return between(between(before, point, 2 / 3), between(point, after, 1 / 3), 1 / 2)
  })
  const pieces = [...joints, last].map((end, i) => {
    const [from, to] = [points[i] as Point, points[i + 1] as Point]
    return `C${at(between(from, to, 1 / 3))} ${at(between(from, to, 2 / 3))} ${at(end)}`
  })
  return points.length === 2 ? `M${at(first)}L${at(second)}` : `M${at(first)}${pieces.join('')}`
}

/** The length and half the width of the head of an arrow. */
const [headLength, headHalf] = [7, 3]

/** The head of an arrow with its tip at the last point, and where the line ends that it stands on. */
const headOf = (points: readonly Point[]): { readonly base: Point; readonly corners: readonly Point[] } | undefined => {
  const tip = points.at(-1)
  const before = points.findLast(([x, y]) => tip !== undefined && Math.hypot(x - tip[0], y - tip[1]) > 1e-6)
  if (tip === undefined || before === undefined) return undefined
  const far = Math.hypot(tip[0] - before[0], tip[1] - before[1])
  const [ux, uy] = [(tip[0] - before[0]) / far, (tip[1] - before[1]) / far]
  const base: Point = [tip[0] - ux * headLength, tip[1] - uy * headLength]
  const corners: readonly Point[] = [
    tip,
    [base[0] - uy * headHalf, base[1] + ux * headHalf],
    [base[0] + uy * headHalf, base[1] - ux * headHalf],
  ]
  return { base, corners }
}

const polyline = (points: readonly Point[], closed = false): string =>
  points.length === 0 ? '' : `M${points.map(at).join('L')}${closed ? 'Z' : ''}`

const categoryBefore = 'category-'
const mono = '"DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace'

/** Writes shapes in the colours of a theme. */
const writer = (theme: Theme): ((shape: Shape) => string) => {
  const palette = paletteOf(theme)
  const paint = (colour: Colour | undefined): string | undefined => {
    if (colour === undefined) return undefined
    if (typeof colour === 'object')
      return 'sequential' in colour ? palette.sequential(colour.sequential) : palette.diverging(colour.diverging)
    switch (colour) {
      case 'page':
      case 'text':
      case 'muted':
      case 'grid':
      case 'border':
      case 'alarm':
        return palette[colour]
      default:
        return colour.startsWith('#') ? colour : palette.categorical[Number(colour.slice(categoryBefore.length))]
    }
  }
  const filled = ({ fill, fillOpacity }: { readonly fill?: Colour; readonly fillOpacity?: number }): Attributes => ({
    fill: paint(fill) ?? 'none',
    'fill-opacity': fillOpacity,
  })
  const stroked = ({
    stroke,
    strokeWidth,
    dashes,
  }: Pick<PathShape, 'stroke' | 'strokeWidth' | 'dashes'>): Attributes => ({
    stroke: paint(stroke),
    'stroke-width': strokeWidth,
    'stroke-dasharray': dashes?.map(number).join(' '),
  })
  const path = (shape: PathShape): string => {
    const { points, smooth, closed, arrow, stroke, title } = shape
    const head = arrow ? headOf(points) : undefined
    const line = head === undefined ? points : [...points.slice(0, -1), head.base]
    const d = smooth && line.length > 1 ? spline(line) : polyline(line, closed)
    const drawn = { d, ...filled(shape), ...stroked(shape), 'stroke-linejoin': 'round' }
    if (head === undefined) return element('path', drawn, titled(title))
    const tip = element('path', { d: polyline(head.corners, true), fill: paint(stroke) })
    return element('g', {}, titled(title) + element('path', drawn) + tip)
  }
  const text = (shape: TextShape): string => {
    const { x, y, size, weight, family, anchor, colour = 'text', halo, rotate } = shape
    const attributes = {
      x,
      y,
      'font-size': size,
      'font-weight': weight === 'bold' ? 'bold' : undefined,
      'font-family': family === 'mono' ? mono : undefined,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      fill: paint(colour),
      ...(halo && { stroke: paint(halo), 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }),
      // Where the font is missing, another one is set as wide: what has its place by this width fits.
      textLength: shape.text === '' ? undefined : widthOf(shape.text, shape),
      lengthAdjust: shape.text === '' ? undefined : 'spacingAndGlyphs',
      transform: rotate ? `rotate(${number(rotate)} ${number(x)} ${number(y)})` : undefined,
    }
    return element('text', attributes, escapeXml(shape.text) + titled(shape.title))
  }
  const write = (shape: Shape): string => {
    switch (shape.kind) {
      case 'rect': {
        const { x, y, width, height, radius: rx, title } = shape
        return element('rect', { x, y, width, height, rx, ...filled(shape), ...stroked(shape) }, titled(title))
      }
      case 'path':
        return path(shape)
      case 'text':
        return text(shape)
      case 'image': {
        const { x, y, width, height, href, title } = shape
        const place = { x, y, width, height, preserveAspectRatio: 'none', href }
        // Pixels stay pixels when they are enlarged: browsers know the first name of that, resvg the second.
        const style = 'image-rendering:pixelated;image-rendering:optimizeSpeed'
        return element('image', { ...place, style }, titled(title))
      }
      case 'group': {
        const { shapes, link, title } = shape
        return element(link === undefined ? 'g' : 'a', { href: link }, titled(title) + shapes.map(write).join(''))
      }
    }
  }
  return write
}

/**
 * A drawing as SVG: a whole file, with its background painted.
 *
 * @param title what the drawing shows, for readers who do not see it
 */
export const svgOf = ({ width, height, shapes }: Drawing, theme: Theme, title: string): string => {
  const write = writer(theme)
  const frame = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${number(width)} ${number(height)}`,
    role: 'img',
    'aria-label': title,
    'font-family': font,
  }
  const page = write({ kind: 'rect', x: 0, y: 0, width, height, fill: 'page' })
  return element('svg', frame, `${titled(title)}\n${[page, ...shapes.map(write)].join('\n')}\n`)
}
