import { isComposition, type LayerValue, type Part, type Wiring } from '../network/parts.ts'

// A network as modules within modules: blocks and shared compositions are regions of the graph.

/** A region of the graph: a block, or a shared composition. */
export interface Region {
  /** The name that its layers have before theirs. */
  readonly key: string
  readonly first: number
  readonly end: number
  readonly items: readonly Item[]
}
/** A node, by its index, or a region. */
export type Item = number | Region

export const isRegion = (item: Item): item is Region => typeof item !== 'number'

/**
 * Where a tensor comes from, when layers that change nothing are left out: an output of a node, numbered in the order of nodes
 * and their outputs, or input k of the network as `~k`.
 */
export type Source = number

/** Whether a layer gives one of its inputs as it is, and which. */
const passed = (layer: LayerValue): number | undefined => {
  const { kind } = layer
  // Of any layer: what it has is looked at.
  const { units, index } = layer as unknown as { readonly units?: unknown; readonly index?: number }
  if (kind === 'Input' || kind === 'Identity' || (kind === 'Linear' && units === null)) return 0
  return kind === 'Select' ? index : undefined
}

/** The outputs of all nodes, and where their inputs come from. */
export interface Flows {
  /** The first output of each node, and the number of all outputs. */
  readonly firsts: readonly Source[]
  /** The node of each output. */
  readonly nodeOf: readonly number[]
  /** The sources of every node, and the source that every output is. */
  readonly sources: readonly (readonly Source[])[]
  readonly roots: readonly Source[]
}
export const flowsOf = ({ nodes }: Wiring): Flows => {
  const firsts: Source[] = [0]
  const nodeOf: number[] = []
  const roots: Source[] = []
  const sources = nodes.map(({ layer, inputs, ports, externals, further = [] }, i) => {
    const of = (node: number, port: number | undefined) => roots[(firsts[node] as Source) + (port ?? 0)] as Source
    const from = [...externals.map(k => ~k), ...inputs.map((j, at) => of(j, ports?.[at]))]
    const at = passed(layer)
    for (let port = 0; port <= further.length; port++) {
      roots.push(at === undefined ? nodeOf.length : (from[at] as Source))
      nodeOf.push(i)
    }
    firsts.push(nodeOf.length)
    return from
  })
  return { firsts, nodeOf, sources, roots }
}
/** The outputs of nodes. */
const range = ({ firsts }: Flows, first: number, end: number): readonly [from: Source, to: Source] => [
  firsts[first] as Source,
  firsts[end] as Source,
]
/** The outputs of a node. */
export const outputsOf = (flows: Flows, node: number): readonly Source[] => {
  const [from, to] = range(flows, node, node + 1)
  return Array.from({ length: to - from }, (_, port) => from + port)
}
/** Whether a node does something. */
export const isLive = ({ firsts, roots }: Flows, node: number): boolean => {
  const first = firsts[node] as Source
  return roots[first] === first
}

/** The sequences within a sequence are part of it: chains are thousands deep. */
const flat = (parts: readonly Part[]): readonly Part[] => {
  const found: Part[] = []
  const next = [...parts].reverse()
  for (let part = next.pop(); part !== undefined; part = next.pop())
    if (isComposition(part) && part.arrangement.form === 'sequence')
      for (const inner of [...part.arrangement.parts].reverse()) next.push(inner)
    else found.push(part)
  return found
}

/** The name of a block, of whose layers the first one has the name `node`. */
const keyOf = (node: string, outer: string, shared: string | undefined): string => {
  const start = node.startsWith(outer) ? outer.length : 0
  const at = shared === undefined ? node.indexOf('/', start) : node.indexOf(`${shared}/`, start) + shared.length
  return node.slice(0, Math.max(at, start))
}

/** The items of a part, in the order in which its layers run. */
export const itemsOf = (part: Part, { nodes }: Wiring): readonly Item[] => {
  let at = 0
  const read = (own: Part, outer: string): readonly Item[] => {
    if (!isComposition(own)) return [at++]
    const { arrangement } = own
    switch (arrangement.form) {
      case 'sequence':
        return flat(arrangement.parts).flatMap(one => read(one, outer))
      case 'parallel':
      case 'branch':
        return arrangement.parts.flatMap(one => read(one, outer))
      case 'repeat':
        return Array.from({ length: arrangement.times }, () => arrangement.part).flatMap(one => read(one, outer))
      case 'slice':
        return arrangement.wiring.nodes.map(() => at++)
      default: {
        if (!isComposition(arrangement.part) && arrangement.form === 'shared') return [at++]
        const first = at
        const node = nodes[first]?.name ?? ''
        const key = keyOf(node, outer, arrangement.form === 'shared' ? arrangement.name : undefined)
        const items = read(arrangement.part, `${key}/`)
        return [{ key, first, end: at, items }]
      }
    }
  }
  return read(part, '')
}

/** What goes into a region and comes out of it. */
export interface Ends {
  readonly inputs: readonly Source[]
  readonly outputs: readonly Source[]
}
export const endsOf = (flows: Flows, outputs: readonly Source[], first: number, end: number): Ends => {
  const [least, beyond] = range(flows, first, end)
  const isInside = (source: Source) => source >= least && source < beyond
  const used = (from: number, to: number) =>
    flows.sources.slice(from, to).flatMap((own, i) => (isLive(flows, from + i) ? own : []))
  const after = [...used(end, flows.sources.length), ...outputs]
  return {
    inputs: [...new Set(used(first, end).filter(source => !isInside(source)))],
    outputs: [...new Set(after.filter(isInside))].sort((a, b) => a - b),
  }
}

/** What a region does, wherever it stands in the graph. */
const patternOf = (flows: Flows, outputs: readonly Source[], { first, end }: Region): string => {
  const ends = endsOf(flows, outputs, first, end)
  const [least, beyond] = range(flows, first, end)
  const inner = flows.sources
    .slice(first, end)
    .map(own => own.map(source => (source >= least && source < beyond ? source - least : ~ends.inputs.indexOf(source))))
  return JSON.stringify([inner, ends.outputs.map(source => source - least)])
}

/**
 * Regions that are modules: those that do the same wherever they stand, and hold no layer that is used outside as well.
 * The others' items stand where the region did.
 */
export const modulesOf = (
  items: readonly Item[],
  wiring: Wiring,
  flows: Flows,
  outputs: readonly Source[],
): readonly Item[] => {
  const opened = new Set<string>()
  const open = (own: readonly Item[]): readonly Item[] =>
    own.flatMap((item): readonly Item[] => {
      if (!isRegion(item)) return [item]
      const inner = open(item.items)
      return opened.has(item.key) ? inner : [{ ...item, items: inner }]
    })
  for (;;) {
    const homes = new Map<string, string>()
    const patterns = new Map<string, string>()
    const before = opened.size
    const settle = (unit: string, home: string): void => {
      const other = homes.get(unit) ?? home
      homes.set(unit, other)
      if (other !== home) for (const key of [other, home]) if (key !== '') opened.add(key)
    }
    const visit = (own: readonly Item[], home: string): void => {
      for (const item of own) {
        if (!isRegion(item)) {
          settle(`layer ${wiring.nodes[item]?.name}`, home)
          continue
        }
        const pattern = patternOf(flows, outputs, item)
        const known = patterns.get(item.key) ?? pattern
        patterns.set(item.key, known)
        if (known !== pattern) opened.add(item.key)
        settle(`region ${item.key}`, home)
        visit(item.items, item.key)
      }
    }
    const current = open(items)
    visit(current, '')
    if (opened.size === before) return current
  }
}
