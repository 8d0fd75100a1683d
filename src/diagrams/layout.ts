import { Graph as DagreGraph, layout as dagreLayout } from '@dagrejs/dagre'
import type { Point } from '../pictures/drawing.ts'
import type { Arrow, Box, Element, Frame, Graph } from './model.ts'

// Where the elements of a diagram are. Each frame is laid out by itself, and is then a box of its size for what is around it.

export type Direction = 'down' | 'right'

export interface Size {
  readonly width: number
  readonly height: number
}

/** How large things are. */
export interface Measures {
  readonly direction: Direction
  readonly box: (box: Box) => Size
  /** The title of a frame. */
  readonly heading: (frame: Frame) => Size
  /** What stands beside an arrow; `undefined` for nothing. */
  readonly label: (arrow: Arrow) => Size | undefined
  /** An input or output of the whole network, by its index. */
  readonly terminal: Size
}

/** A rectangle in its place. */
interface Place extends Size {
  readonly x: number
  readonly y: number
}
/** An element in its place, from the corner of the graph that it is in. */
export interface Placed extends Place {
  readonly element: Element
  /** What is in a frame. */
  readonly inside?: Laid
}
/** An arrow in its place. */
export interface Line {
  readonly arrow: Arrow
  readonly points: readonly Point[]
  /** Whether its end has a head: it has none where it goes on within a frame, or out of one. */
  readonly headed: boolean
  /** The middle of its label, if it has one. */
  readonly label?: Point
}
/** A graph in its place. */
export interface Laid extends Size {
  readonly placed: readonly Placed[]
  readonly lines: readonly Line[]
  /** Where tensors come in and go out: in a whole network, the middles of its terminals. */
  readonly inputs: readonly Point[]
  readonly outputs: readonly Point[]
}

/** What dagre says of an edge; its own types are not found by all compilers. */
interface Routed {
  readonly x?: number
  readonly y?: number
  readonly points?: readonly { readonly x: number; readonly y: number }[]
}

/** The space around what is in a frame, and between elements. */
const padding = 12
const apart = { beside: 22, lines: 14, along: 26 } as const

/** The place of an element around the point on which it is centred: of a frame, that is where its first line runs. */
interface Extent extends Size {
  /** From the left and from the top. */
  readonly middle: Point
}
const extentOf = (element: Element, inside: Laid | undefined, measures: Measures): Extent => {
  const { width, height } = element.kind === 'box' || inside === undefined ? measures.box(element as Box) : inside
  const [port] = inside === undefined ? [] : [...inside.inputs, ...inside.outputs]
  const isDown = measures.direction === 'down'
  const [x, y] = port ?? [width / 2, height / 2]
  return { width, height, middle: isDown ? [x, height / 2] : [width / 2, y] }
}
/** The smallest size of which the middle of an extent is the middle. */
const around = ({ width, height, middle: [x, y] }: Extent): Size => ({
  width: 2 * Math.max(x, width - x),
  height: 2 * Math.max(y, height - y),
})

/** What is in a frame, with the space for its title, which no line crosses. */
const framed = (frame: Frame, measures: Measures): Laid => {
  const laid = layoutOf(frame.graph, measures, false)
  const heading = measures.heading(frame)
  const isDown = measures.direction === 'down'
  const highest = laid.placed.reduce((least, { y }) => Math.min(least, y), laid.height)
  // Straight lines may run beside the title, but neither boxes nor lines that fork.
  const forks = laid.lines.some(
    ({ arrow, points }) => arrow.from < 0 && points.some(([x]) => Math.abs(x - (points[0]?.[0] ?? x)) > 1),
  )
  const below = heading.height + 4 - (isDown && forks ? 0 : highest)
  const top = Math.max(below, laid.inputs.length > 0 && isDown ? 0 : padding)
  const entry = laid.inputs.reduce((least, [x]) => Math.min(least, x), Number.POSITIVE_INFINITY)
  const left = isDown ? Math.max(padding, heading.width + padding + 8 - entry) : laid.inputs.length > 0 ? 0 : padding
  const ends = laid.outputs.length > 0
  const width = Math.max(laid.width + left + (ends && !isDown ? 0 : padding), heading.width + 2 * padding)
  const height = laid.height + top + (ends && isDown ? 0 : padding)
  const moved = ([x, y]: Point): Point => [x + left, y + top]
  const begins = (point: Point): Point => (isDown ? [moved(point)[0], 0] : [0, moved(point)[1]])
  const leaves = (point: Point): Point => (isDown ? [moved(point)[0], height] : [width, moved(point)[1]])
  const [inputs, outputs] = [laid.inputs.map(begins), laid.outputs.map(leaves)]
  return {
    width,
    height,
    placed: laid.placed.map(one => ({ ...one, x: one.x + left, y: one.y + top })),
    lines: laid.lines.map(line => {
      const points = line.points.map(moved)
      const { from, to } = line.arrow
      return {
        ...line,
        points: [...(from < 0 ? [inputs[~from] as Point] : []), ...points, ...(to < 0 ? [outputs[~to] as Point] : [])],
        ...(line.label && { label: moved(line.label) }),
      }
    }),
    inputs,
    outputs,
  }
}

/**
 * Lays out a graph.
 *
 * @param whole whether it is all of the network, whose inputs and outputs are drawn
 */
export const layoutOf = (graph: Graph, measures: Measures, whole: boolean): Laid => {
  const { elements, arrows } = graph
  const isDown = measures.direction === 'down'
  const insides = elements.map(element => (element.kind === 'frame' ? framed(element, measures) : undefined))
  const dagre = new DagreGraph({ multigraph: true })
  dagre.setGraph({
    rankdir: isDown ? 'TB' : 'LR',
    nodesep: apart.beside,
    edgesep: apart.lines,
    ranksep: apart.along,
    marginx: 0,
    marginy: 0,
  })
  const nodeAt = (i: number, way: 'in' | 'out'): string => (i < 0 ? `${way} ${~i}` : `element ${i}`)
  for (const [i, element] of elements.entries())
    dagre.setNode(nodeAt(i, 'in'), { ...around(extentOf(element, insides[i], measures)) })
  const terminal = whole ? measures.terminal : { width: 1, height: 1 }
  for (let i = 0; i < graph.inputs; i++) dagre.setNode(nodeAt(~i, 'in'), { ...terminal })
  for (let i = 0; i < graph.outputs; i++) dagre.setNode(nodeAt(~i, 'out'), { ...terminal })
  const labels = labelsOf(arrows, measures, whole)
  for (const [i, { from, to }] of arrows.entries()) {
    const label = labels[i]
    const inner = !whole && (from < 0 || to < 0)
    const space = label === undefined ? {} : { labelpos: 'c' as const, ...spaceOf(label, isDown) }
    dagre.setEdge(nodeAt(from, 'in'), nodeAt(to, 'out'), { minlen: 1, weight: inner ? 2 : 1, ...space }, String(i))
  }
  dagreLayout(dagre)
  const middleOf = (name: string): Point => {
    const { x = 0, y = 0 } = dagre.node(name)
    return [x, y]
  }
  const placed = elements.map((element, i): Placed => {
    const inside = insides[i]
    const { width, height, middle } = extentOf(element, inside, measures)
    const [x, y] = middleOf(nodeAt(i, 'in'))
    return { element, x: x - middle[0], y: y - middle[1], width, height, ...(inside && { inside }) }
  })
  const lines = arrows.map((arrow, i): Line => {
    const edge: Routed = dagre.edge(nodeAt(arrow.from, 'in'), nodeAt(arrow.to, 'out'), String(i))
    const { x = 0, y = 0, points = [] } = edge
    const label = labels[i] && ([x, y] as const)
    // Lines are straight beside their labels.
    const straight = (labels[i]?.height ?? 0) / 2
    const beside = (at: number): Point => (isDown ? [x, y + at] : [x + at, y])
    return {
      arrow,
      points: points.flatMap((point): readonly Point[] =>
        label && point.x === x && point.y === y ? [beside(-straight), [x, y], beside(straight)] : [[point.x, point.y]],
      ),
      // The heads of arrows are on what they lead to: within a frame, the line that goes on has it.
      headed: arrow.to < 0 ? whole : insides[arrow.to]?.inputs[arrow.toPort] === undefined,
      ...(label && { label }),
    }
  })
  const laid = {
    placed,
    lines,
    inputs: Array.from({ length: graph.inputs }, (_, i) => middleOf(nodeAt(~i, 'in'))),
    outputs: Array.from({ length: graph.outputs }, (_, i) => middleOf(nodeAt(~i, 'out'))),
  }
  const terminals = whole ? [...laid.inputs, ...laid.outputs].map(at => placeAround(at, terminal)) : []
  return connected(inOrder(bounded(laid, terminals), isDown))
}

const placeAround = ([x, y]: Point, { width, height }: Size): Place => ({
  x: x - width / 2,
  y: y - height / 2,
  width,
  height,
})

/** A line whose places are mapped. */
const lineBy = (map: (point: Point) => Point, line: Line): Line => ({
  ...line,
  points: line.points.map(map),
  ...(line.label && { label: map(line.label) }),
})

/** What is placed anywhere, moved into its bounds. */
const bounded = (laid: Omit<Laid, 'width' | 'height'>, terminals: readonly Place[]): Laid => {
  const corners = [
    ...[...laid.placed, ...terminals].flatMap(({ x, y, width, height }): readonly Point[] => [
      [x, y],
      [x + width, y + height],
    ]),
    ...laid.lines.flatMap(({ points }) => points),
  ]
  const least = (axis: 0 | 1): number =>
    corners.reduce((so, point) => Math.min(so, point[axis]), Number.POSITIVE_INFINITY)
  const most = (axis: 0 | 1): number =>
    corners.reduce((so, point) => Math.max(so, point[axis]), Number.NEGATIVE_INFINITY)
  const [left, top] = [least(0), least(1)]
  const moved = ([x, y]: Point): Point => [x - left, y - top]
  return {
    width: most(0) - left,
    height: most(1) - top,
    placed: laid.placed.map(one => ({ ...one, x: one.x - left, y: one.y - top })),
    lines: laid.lines.map(line => lineBy(moved, line)),
    inputs: laid.inputs.map(moved),
    outputs: laid.outputs.map(moved),
  }
}

/** Where an arrow meets a frame: where the line goes on within it, or comes out of it. */
const portOf = (placed: Placed | undefined, port: number, way: 'inputs' | 'outputs'): Point | undefined => {
  const at = placed?.inside?.[way][port]
  return placed === undefined || at === undefined ? undefined : [placed.x + at[0], placed.y + at[1]]
}

/** Arrows that meet frames where the lines within begin or end. */
const connected = (laid: Laid): Laid => ({
  ...laid,
  lines: laid.lines.map(line => {
    const { from, to, fromPort, toPort } = line.arrow
    const start = portOf(laid.placed[from], fromPort, 'outputs') ?? line.points[0]
    const end = portOf(laid.placed[to], toPort, 'inputs') ?? line.points.at(-1)
    return start === undefined || end === undefined
      ? line
      : { ...line, points: [start, ...line.points.slice(1, -1), end] }
  }),
})

/** Mirrored where more elements are in the opposite order than in that of the network. */
const inOrder = (laid: Laid, isDown: boolean): Laid => {
  const { placed } = laid
  const [start, size] = isDown ? (['x', 'width'] as const) : (['y', 'height'] as const)
  const [along, length] = isDown ? (['y', 'height'] as const) : (['x', 'width'] as const)
  let turned = 0
  // Those far apart in a long network are not side by side.
  for (const [i, a] of placed.entries())
    for (const b of placed.slice(i + 1, i + 64))
      if (a[along] < b[along] + b[length] && b[along] < a[along] + a[length]) turned += a[start] > b[start] ? 1 : -1
  if (turned <= 0) return laid
  const flip = ([x, y]: Point): Point => (isDown ? [laid.width - x, y] : [x, laid.height - y])
  return {
    ...laid,
    // What is in a frame keeps its own order.
    placed: placed.map(one => ({ ...one, [start]: laid[size] - one[start] - one[size] })),
    lines: laid.lines.map(line => lineBy(flip, line)),
    inputs: laid.inputs.map(flip),
    outputs: laid.outputs.map(flip),
  }
}

/** The labels of arrows: of several for one tensor, the first has it, and of those that go on outside none. */
const labelsOf = (arrows: readonly Arrow[], measures: Measures, whole: boolean): readonly (Size | undefined)[] => {
  const told = new Set<string>()
  return arrows.map(arrow => {
    const { from, to, fromPort } = arrow
    if (!whole && (from < 0 || to < 0)) return undefined
    const source = `${from} ${fromPort}`
    if (told.has(source)) return undefined
    told.add(source)
    return measures.label(arrow)
  })
}

/** The space that a label takes: on both sides of the line, which stays straight. */
const spaceOf = ({ width, height }: Size, isDown: boolean): Size =>
  isDown ? { width: 2 * width, height } : { width, height: 2 * height }
