import { showShape } from '../base/shape.ts'
import { type Colour, type Drawing, fittedText, type Point, type Shape, type TextShape } from '../pictures/drawing.ts'
import { type TextStyle, widthOf } from '../pictures/text-width.ts'
import { sizes as fontSizes } from '../pictures/theme.ts'
import { colourOf } from './families.ts'
import { type Direction, type Laid, layoutOf, type Measures, type Placed, type Size } from './layout.ts'
import type { Arrow, Box, Element, Frame, Graph } from './model.ts'
import { type Telling, toldOf } from './texts.ts'

// A diagram as a drawing.

/** What is drawn. */
export interface Drawn {
  readonly graph: Graph
  readonly telling: Telling
  readonly direction: Direction
  /** Whether arrows have the shapes of what they carry. */
  readonly shapes: boolean
  /** The names of what comes in and goes out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** What is said of the whole, above it. */
  readonly caption: readonly string[]
}

const bold: TextStyle = { size: fontSizes.label, weight: 'bold' }
const small: TextStyle = { size: fontSizes.small }
const title: TextStyle = { size: fontSizes.title, weight: 'bold' }
/** The height of a line, and where its base line is. */
const line = { height: 14, base: 10.5 } as const
/** The space within boxes, and between the texts of one line. */
const space = { beside: 9, above: 6, between: 8 } as const
/** The least and largest widths of boxes. */
const [narrowest, widest] = [96, 230]
/** Around the whole. */
const margin = 16
const boxOffset = 3

const boxSize = (element: Element, telling: Telling): Size => {
  const { heading, name, lines } = toldOf(element, telling)
  const first = widthOf(heading, bold) + (name === undefined ? 0 : space.between + widthOf(name, small))
  const widths = [first, ...lines.map(text => widthOf(text, small))]
  const width = Math.min(Math.max(...widths) + 2 * space.beside, widest)
  return { width: Math.max(Math.ceil(width), narrowest), height: (1 + lines.length) * line.height + 2 * space.above }
}

const headingSize = (frame: Frame, telling: Telling): Size => {
  const { heading, name, lines } = toldOf(frame, telling)
  const first = widthOf(heading, bold) + (name === undefined ? 0 : space.between + widthOf(name, small))
  const width = Math.max(first, ...lines.map(text => widthOf(text, small)))
  return { width: Math.min(Math.ceil(width), widest), height: (1 + lines.length) * line.height + space.above }
}

/** A heading with a name beside it, and lines below, in a space. */
const texts = (element: Element, telling: Telling, [x, y]: Point, width: number): readonly Shape[] => {
  const { heading, name, lines } = toldOf(element, telling)
  const first = fittedText({ x, y: y + line.base, text: heading, ...bold }, width)
  const left = width - widthOf(first.text, bold) - space.between
  const beside =
    name === undefined || left < 20
      ? []
      : [fittedText({ x: x + width, y: y + line.base, text: name, anchor: 'end', colour: 'muted', ...small }, left)]
  return [
    first,
    ...beside,
    ...lines.map((text, i) =>
      fittedText({ x, y: y + (i + 1) * line.height + line.base, text, colour: 'muted', ...small }, width),
    ),
  ]
}

const drawBox = (box: Box, { x, y, width, height }: Placed, telling: Telling): Shape => {
  const [node] = box.nodes
  const colour: Colour = (box.region === undefined && node !== undefined && colourOf(node.layer)) || 'border'
  const isFolded = box.region !== undefined
  const isAgain = !isFolded && node !== undefined && telling.isShared(node)
  const rect = { kind: 'rect', x, y, width, height, radius: 5, stroke: colour } as const
  const dashes = isAgain ? { dashes: [4, 3] } : {}
  return {
    kind: 'group',
    title: toldOf(box, telling).title,
    shapes: [
      // A folded part is a pile of boxes.
      ...(isFolded ? [{ ...rect, x: x + boxOffset, y: y + boxOffset, fill: 'page' } as const] : []),
      { ...rect, stroke: 'page', fill: 'page' },
      { ...rect, ...dashes, fill: colour, fillOpacity: isFolded ? 0.18 : 0.12 },
      ...texts(box, telling, [x + space.beside, y + space.above], width - 2 * space.beside),
    ],
  }
}

const drawFrame = (frame: Frame, { x, y, width, height }: Placed, telling: Telling): readonly Shape[] => [
  { kind: 'rect', x, y, width, height, radius: 8, stroke: 'border', fill: 'grid', fillOpacity: 0.35, dashes: [2, 2] },
  {
    kind: 'group',
    title: toldOf(frame, telling).title,
    shapes: texts(frame, telling, [x + 10, y + space.above], Math.min(width - 20, headingSize(frame, telling).width)),
  },
]

/** The text of an arrow, beside it. */
const labelStyle = small
const labelOf = ({ shape }: Arrow): string => showShape(shape)
const longestLabel = 180
const labelSize = (arrow: Arrow, isDown: boolean): Size => ({
  width: Math.min(Math.ceil(widthOf(labelOf(arrow), labelStyle)), longestLabel) + (isDown ? 6 : 8),
  height: line.height,
})
const drawLabel = (arrow: Arrow, [x, y]: Point, isDown: boolean): TextShape =>
  fittedText(
    {
      text: labelOf(arrow),
      colour: 'muted',
      halo: 'page',
      ...labelStyle,
      ...(isDown ? { x: x + 5, y: y + 3.5 } : { x, y: y - 4, anchor: 'middle' as const }),
    },
    longestLabel,
  )

/** A graph from its corner: frames first, then arrows, then boxes. */
const drawGraph = (laid: Laid, [left, top]: Point, drawn: Drawn): readonly Shape[] => {
  const moved = ([x, y]: Point): Point => [x + left, y + top]
  const placed = laid.placed.map(one => ({ ...one, x: one.x + left, y: one.y + top }))
  const isDown = drawn.direction === 'down'
  return [
    ...placed.flatMap(one => (one.element.kind === 'frame' ? drawFrame(one.element, one, drawn.telling) : [])),
    ...laid.lines.map(
      ({ points, headed }): Shape => ({
        kind: 'path',
        points: points.map(moved),
        smooth: true,
        stroke: 'muted',
        ...(headed && { arrow: true }),
      }),
    ),
    ...laid.lines.flatMap(({ arrow, label }) => (label === undefined ? [] : [drawLabel(arrow, moved(label), isDown)])),
    ...placed.flatMap(one => {
      if (one.element.kind === 'box') return [drawBox(one.element, one, drawn.telling)]
      return one.inside === undefined ? [] : drawGraph(one.inside, [one.x, one.y], drawn)
    }),
  ]
}

/** An input or output of the network. */
const drawTerminal = (name: string, [x, y]: Point, { width, height }: Size): readonly Shape[] => [
  {
    kind: 'rect',
    x: x - width / 2,
    y: y - height / 2,
    width,
    height,
    radius: height / 2,
    stroke: 'border',
    fill: 'page',
  },
  fittedText({ x, y: y + 3.5, text: name, anchor: 'middle', colour: 'muted', ...small }, width - 8),
]

/** The drawing of a diagram. */
export const drawingOf = (drawn: Drawn): Drawing => {
  const { graph, telling, direction, shapes, inputs, outputs, caption } = drawn
  const isDown = direction === 'down'
  const named = Math.max(0, ...[...inputs, ...outputs].map(name => widthOf(name, small)))
  const terminal = { width: Math.min(Math.ceil(named) + 20, widest), height: 20 }
  const measures: Measures = {
    direction,
    box: box => boxSize(box, telling),
    heading: frame => headingSize(frame, telling),
    label: arrow => (shapes ? labelSize(arrow, isDown) : undefined),
    terminal,
  }
  const laid = layoutOf(graph, measures, true)
  const [heading = '', ...lines] = caption
  const wide = Math.max(laid.width, 160)
  const width = Math.max(
    laid.width,
    Math.min(Math.max(widthOf(heading, title), ...lines.map(text => widthOf(text, small))), Math.max(wide, 420)),
  )
  const top = margin + 20 + lines.length * line.height + 10
  const left = margin + (width - laid.width) / 2
  const moved = ([x, y]: Point): Point => [x + left, y + top]
  return {
    width: Math.ceil(width + 2 * margin),
    height: Math.ceil(top + laid.height + margin),
    shapes: [
      fittedText({ x: margin, y: margin + 13, text: heading, ...title }, width),
      ...lines.map((text, i) =>
        fittedText({ x: margin, y: margin + 20 + i * line.height + line.base, text, colour: 'muted', ...small }, width),
      ),
      ...drawGraph(laid, [left, top], drawn),
      ...laid.inputs.flatMap((at, i) => drawTerminal(inputs[i] ?? '', moved(at), terminal)),
      ...laid.outputs.flatMap((at, i) => drawTerminal(outputs[i] ?? '', moved(at), terminal)),
    ],
  }
}
