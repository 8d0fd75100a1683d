import type { Shape } from '../base/shape.ts'
import type { Arrow, Box, Frame, Graph } from './model.ts'

// A diagram for programs that lay it out themselves: boxes with names, in frames, and arrows from box to box.

/** A box, or a frame with what is in it. */
export type Named =
  | { readonly id: string; readonly box: Box }
  | { readonly id: string; readonly frame: Frame; readonly all: readonly Named[] }

/** An arrow between boxes, or from an input or to an output of the network. */
export interface Link {
  readonly from: string
  readonly to: string
  readonly shape: Shape | null
}

/** Boxes by name and the arrows between them. */
export interface Links {
  readonly all: readonly Named[]
  readonly links: readonly Link[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** Names for all elements: in the order of the network, so that the same one has the same names. */
const namedIn = ({ elements }: Graph, counts: { boxes: number; frames: number }): readonly Named[] =>
  elements.map(element =>
    element.kind === 'box'
      ? { id: `layer${++counts.boxes}`, box: element }
      : { id: `part${++counts.frames}`, frame: element, all: namedIn(element.graph, counts) },
  )

const arrowsAt = ({ arrows }: Graph, end: 'from' | 'to', port: number): readonly Arrow[] =>
  arrows.filter(arrow => arrow[end] === ~port)

/** The boxes within an element that an arrow leads to. */
const targetsOf = (named: Named | undefined, port: number): readonly string[] => {
  if (named === undefined) return []
  if ('box' in named) return [named.id]
  const { graph } = named.frame
  return arrowsAt(graph, 'from', port).flatMap(({ to, toPort }) => targetsOf(named.all[to], toPort))
}
/** The box within an element that an arrow comes from. */
const sourceOf = (named: Named | undefined, port: number): readonly string[] => {
  if (named === undefined) return []
  if ('box' in named) return [named.id]
  const { graph } = named.frame
  return arrowsAt(graph, 'to', port).flatMap(({ from, fromPort }) => sourceOf(named.all[from], fromPort))
}

const linksIn = (
  graph: Graph,
  all: readonly Named[],
  inputs: readonly string[],
  outputs: readonly string[],
): readonly Link[] => [
  ...graph.arrows.flatMap(({ from, to, fromPort, toPort, shape }) => {
    const starts = from < 0 ? inputs.slice(~from, ~from + 1) : sourceOf(all[from], fromPort)
    const ends = to < 0 ? outputs.slice(~to, ~to + 1) : targetsOf(all[to], toPort)
    return starts.flatMap(start => ends.map(end => ({ from: start, to: end, shape })))
  }),
  ...all.flatMap(named => ('frame' in named ? linksIn(named.frame.graph, named.all, [], []) : [])),
]

/** The boxes of a diagram, with names, and the arrows between them. */
export const linksOf = (graph: Graph): Links => {
  const all = namedIn(graph, { boxes: 0, frames: 0 })
  const inputs = Array.from({ length: graph.inputs }, (_, i) => `input${i + 1}`)
  const outputs = Array.from({ length: graph.outputs }, (_, i) => `output${i + 1}`)
  return { all, links: linksIn(graph, all, inputs, outputs), inputs, outputs }
}
