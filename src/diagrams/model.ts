import type { Shape } from '../base/shape.ts'
import type { Node, Wiring } from '../network/parts.ts'
import type { Open } from './fold.ts'
import { endOf, firstOf, type Item, isFramed, isRegion, type Region } from './regions.ts'

// What a diagram consists of, before it has a layout: boxes and frames, and arrows between them. A frame has a graph of its
// own, which is connected to that around it where tensors come in and go out.

/** A tensor: an output of a node, or an input of the network. */
export interface Source {
  /** The node, or ~ the index of an input. */
  readonly node: number
  readonly port: number
}

/** A layer, or a part that is folded. */
export interface Box {
  readonly kind: 'box'
  readonly nodes: readonly Node[]
  /** The part, if it is one. */
  readonly region?: Region
}
/** A part that is open. */
export interface Frame {
  readonly kind: 'frame'
  readonly nodes: readonly Node[]
  readonly region: Region
  readonly graph: Graph
}
export type Element = Box | Frame

/** An arrow: from an element, or the i-th tensor that comes in (~i); to an element, or the i-th that goes out (~i). */
export interface Arrow {
  readonly from: number
  readonly to: number
  /** Which of the outputs of a frame, or of the inputs, it joins. */
  readonly fromPort: number
  readonly toPort: number
  readonly shape: Shape | null
}

/** Elements with arrows between them. */
export interface Graph {
  readonly elements: readonly Element[]
  readonly arrows: readonly Arrow[]
  /** The number of tensors that come in, and that go out. */
  readonly inputs: number
  readonly outputs: number
}

/** A tensor on its way to a node, or out of the network (`to` is the number of nodes). */
interface Wire {
  readonly source: Source
  readonly to: number
}

const same = (a: Source, b: Source): boolean => a.node === b.node && a.port === b.port
/** Each source once, in order. */
const distinct = (sources: readonly Source[]): readonly Source[] => {
  const known = new Set<string>()
  return sources.filter(({ node, port }) => known.size !== known.add(`${node} ${port}`).size)
}

const shapeOf = ({ nodes, inputs }: Wiring, { node, port }: Source): Shape | null =>
  (node < 0 ? inputs[~node] : port === 0 ? nodes[node]?.shape : nodes[node]?.further?.[port - 1]) ?? null

/**
 * Nodes that stand for a line: branches of nothing but an `Identity` without a name, beside others. Their output is their
 * input.
 */
const lines = (items: readonly Item[], nodes: readonly Node[], found: Set<number> = new Set()): ReadonlySet<number> => {
  for (const item of items) {
    if (!isRegion(item) || item.inner !== undefined) continue
    const isLine = (one: Item): one is number => {
      const node = isRegion(one) ? undefined : nodes[one]
      return node?.layer.kind === 'Identity' && /\{/.test(node.layer.name) && node.inputs.length === 1
    }
    // What merges the branches stands behind them.
    const merging = item.items.at(-1)
    const isMerging = merging !== undefined && !isRegion(merging) && nodes[merging]?.layer.rules.inputs !== 'one'
    const branches = isMerging ? item.items.slice(0, -1) : item.items
    if (item.kind === 'branches' && !branches.every(isLine)) for (const one of branches.filter(isLine)) found.add(one)
    lines(item.items, nodes, found)
  }
  return found
}

/** All wires of a graph, by the node that they go to; a wire through a line begins where the line does. */
const wiresOf = (wiring: Wiring, passed: ReadonlySet<number>): readonly Wire[] => {
  const { nodes, outputs, ports } = wiring
  const resolved = (source: Source): Source => {
    const node = nodes[source.node]
    if (node === undefined || !passed.has(source.node)) return source
    return resolved({ node: node.inputs[0] as number, port: node.ports?.[0] ?? 0 })
  }
  const sourcesOf = (from: readonly number[], at: readonly number[] | undefined): readonly Source[] =>
    distinct(from.map((node, i) => resolved({ node, port: at?.[i] ?? 0 })))
  return [
    ...nodes.flatMap(({ externals, inputs, ports: at }, to) =>
      passed.has(to)
        ? []
        : [...externals.map(k => ({ node: ~k, port: 0 })), ...sourcesOf(inputs, at)].map(source => ({ source, to })),
    ),
    ...outputs.map((node, i): Wire => ({ source: resolved({ node, port: ports?.[i] ?? 0 }), to: nodes.length })),
  ]
}

/** The items of open parts without frames, in the place of these. */
const visible = (items: readonly Item[], open: Open): readonly Item[] =>
  items.flatMap(item => (isRegion(item) && open.has(item) && !isFramed(item) ? visible(item.items, open) : [item]))

/** Whether a box for a node begins a network by itself, so that nothing comes in from outside. */
const begins = ({ layer, inputs }: Node): boolean => layer.kind === 'Input' && inputs.length === 0

/** What of a network is drawn: `ins` are the tensors that come in, and `outs` those that go out. */
const graphOf = (
  wiring: Wiring,
  wires: readonly Wire[],
  passed: ReadonlySet<number>,
  open: Open,
  items: readonly Item[],
  ins: readonly Source[],
  outs: readonly Source[],
): Graph => {
  const shown = visible(items, open).filter(item => isRegion(item) || !passed.has(item))
  /** The element that a node is in. */
  const place = new Map<number, number>()
  for (const [i, item] of shown.entries()) for (let at = firstOf(item); at < endOf(item); at++) place.set(at, i)
  const own = wires.filter(({ to }) => place.has(to))
  const entering = shown.map((_, i) =>
    distinct(
      own.filter(({ source, to }) => place.get(to) === i && place.get(source.node) !== i).map(({ source }) => source),
    ),
  )
  const leaving = shown.map((_, i) =>
    distinct(
      wires.filter(({ source, to }) => place.get(source.node) === i && place.get(to) !== i).map(({ source }) => source),
    ),
  )
  const elements = shown.map((item, i): Element => {
    const nodes = wiring.nodes.slice(firstOf(item), endOf(item))
    if (!isRegion(item)) return { kind: 'box', nodes }
    if (!open.has(item)) return { kind: 'box', nodes, region: item }
    const [entered, left] = [entering[i] ?? [], leaving[i] ?? []]
    if (item.inner === undefined)
      return {
        kind: 'frame',
        nodes,
        region: item,
        graph: graphOf(wiring, wires, passed, open, item.items, entered, left),
      }
    const graph = wholeOf(item.inner, item, open, entered.length, left)
    return { kind: 'frame', nodes, region: item, graph }
  })
  const from = (source: Source): Pick<Arrow, 'from' | 'fromPort'> | undefined => {
    const i = place.get(source.node)
    if (i !== undefined) return { from: i, fromPort: leaving[i]?.findIndex(one => same(one, source)) ?? 0 }
    const at = ins.findIndex(one => same(one, source))
    return at < 0 ? undefined : { from: ~at, fromPort: 0 }
  }
  const arrows = [
    ...entering.flatMap((sources, to) =>
      sources.map((source, toPort) => ({ ...from(source), to, toPort, shape: shapeOf(wiring, source) })),
    ),
    ...outs.map((source, i) => ({ ...from(source), to: ~i, toPort: 0, shape: shapeOf(wiring, source) })),
  ].filter((arrow): arrow is Arrow => arrow.from !== undefined)
  return { elements, arrows, inputs: ins.length, outputs: outs.length }
}

/**
 * A whole graph.
 *
 * @param inputs how many inputs come in, for a graph within a layer
 * @param outs which outputs go out, likewise
 */
const wholeOf = (wiring: Wiring, { items }: Region, open: Open, inputs?: number, outs?: readonly Source[]): Graph => {
  const passed = lines(items, wiring.nodes)
  const wires = wiresOf(wiring, passed)
  const taken = distinct(wires.flatMap(({ source }) => (source.node < 0 ? [source] : [])))
  const waiting = taken.filter(
    source => !wires.some(wire => same(wire.source, source) && begins(wiring.nodes[wire.to] as Node)),
  )
  const given = wires.filter(({ to }) => to === wiring.nodes.length).map(({ source }) => source)
  const ins = inputs === undefined ? waiting : taken.slice(0, inputs)
  const leaving = outs === undefined ? given : outs.flatMap(({ port }) => given[port] ?? [])
  return graphOf(wiring, wires, passed, open, items, ins, leaving)
}

/** What a diagram of a network consists of. */
export const modelOf = (wiring: Wiring, whole: Region, open: Open): Graph => wholeOf(wiring, whole, open)
