import * as E from 'fp-ts/lib/Either.js'
import { formatName, isPattern } from '../base/names.ts'
import { type Flow, type Shape, sizeOf } from '../base/shape.ts'
import { grouped } from '../base/shown.ts'
import {
  type CompositionValue,
  isComposition,
  isPart,
  type LayerValue,
  type Node,
  type Part,
  type Wiring,
} from '../network/parts.ts'
import { wire, wiringOf } from '../network/wiring.ts'

// What a diagram can fold: the tree of parts that a network was composed of, over the nodes of its graph. The nodes of a part
// are consecutive, and none that lies between them in the graph is elsewhere, so a part can stand as one box.

/** What kind of part it is. `branches` are branches with the layer that merges them; `layers` are some of a sequence. */
export type RegionKind = 'network' | 'title' | 'block' | 'shared' | 'repeat' | 'branches' | 'layers' | 'within'

/** A part of a network that may be folded. */
export interface Region {
  readonly kind: RegionKind
  /** What it is called in the diagram. */
  readonly label: string
  /** Its name in the network, if it has one. */
  readonly name?: string
  /** Its nodes: from the first to before the end. */
  readonly first: number
  readonly end: number
  readonly items: readonly Item[]
  /** For a network within a layer, which is one node: the graph of its own, to which the items belong. */
  readonly inner?: Wiring
}
/** A node by its index, or a part. */
export type Item = number | Region

export const isRegion = (item: Item): item is Region => typeof item === 'object'
export const firstOf = (item: Item): number => (isRegion(item) ? item.first : item)
export const endOf = (item: Item): number => (isRegion(item) ? item.end : item + 1)

/** Whether a part is drawn as a frame when it is not folded; others leave no trace. */
export const isFramed = ({ kind }: Region): boolean => kind !== 'branches' && kind !== 'layers'

/** How names are given while a network is walked: as in `scope.ts`, but they are known to be valid. */
interface Names {
  readonly prefix: string
  readonly counts: Map<string, number>
}
const nextName = (pattern: string, { counts }: Names): string => {
  const n = (counts.get(pattern) ?? 0) + 1
  counts.set(pattern, n)
  return isPattern(pattern) ? formatName(pattern, n) : pattern
}
const within = (name: string): Names => ({ prefix: `${name}/`, counts: new Map() })

/** The end of an item that begins at a node, and the item. */
const region = (made: Omit<Region, 'end'>): Region => ({ ...made, end: endOf(made.items.at(-1) ?? made.first - 1) })

/** The layers of a sequence, and of the sequences in it that have no title: these are the same network without them. */
const flat = (parts: readonly Part[]): readonly Part[] => {
  const found: Part[] = []
  // Not recursive: a chain begins with a chain, thousands deep.
  const left = [...parts].reverse()
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const own = isComposition(part) ? part.arrangement : undefined
    if (own?.form === 'sequence' && own.title === undefined) left.push(...own.parts.toReversed())
    else found.push(part)
  }
  return found
}

const isFan = (part: Part): part is CompositionValue =>
  isComposition(part) && (part.arrangement.form === 'parallel' || part.arrangement.form === 'branch')
/** Whether it has several inputs to merge. */
const merges = (part: Part | undefined): part is LayerValue =>
  part !== undefined && !isComposition(part) && part.rules.inputs !== 'one' && part.kind !== 'Input'
const isIdentity = (part: Part): boolean => part.kind === 'Identity'

/** What several copies of a part are called. */
const copied = (part: Part, times: number): string => {
  if (!isComposition(part)) return `${times} × ${String(part)}`
  const { arrangement } = part
  if (arrangement.form === 'block') return `${times} × ${arrangement.name.replace(/[-_ ]?\{[^}]*\}/, '') || 'block'}`
  return `repeated ${times} times`
}

/** The parts of a sequence, in which branches and what merges them are one part. */
const sequenceItems = (parts: readonly Part[], from: number, names: Names): readonly Item[] => {
  const items: Item[] = []
  let at = from
  const all = flat(parts)
  for (let i = 0; i < all.length; i++) {
    const part = all[i] as Part
    const next = all[i + 1]
    const own = itemOf(part, at, names)
    at = endOf(own)
    if (!isFan(part) || !merges(next) || !isRegion(own)) {
      items.push(own)
      continue
    }
    const merging = itemOf(next, at, names)
    at = endOf(merging)
    i++
    const label = isResidual(part) ? 'residual' : own.label
    items.push(region({ kind: 'branches', label, first: own.first, items: [...own.items, merging] }))
  }
  return items
}
const isResidual = ({ arrangement }: CompositionValue): boolean =>
  arrangement.form === 'parallel' && arrangement.parts.length === 2 && arrangement.parts.some(isIdentity)

/** The parts of a slice, which was cut out of a graph: by the blocks that the paths of its layers name. */
const slicedItems = (nodes: readonly Node[], offset: number): readonly Item[] => {
  const paths = nodes.map(({ path }) => path.split(' > '))
  const grouped = (from: number, to: number, depth: number): readonly Item[] => {
    const items: Item[] = []
    for (let at = from; at < to; ) {
      const name = paths[at]?.[depth]
      let end = at + 1
      const isBlock = (i: number) => (paths[i]?.length ?? 0) > depth + 1
      if (isBlock(at)) while (end < to && isBlock(end) && paths[end]?.[depth] === name) end++
      items.push(
        isBlock(at)
          ? region({
              kind: 'block',
              label: name ?? '',
              name: paths[at]?.slice(0, depth + 1).join('/') ?? '',
              first: at + offset,
              items: grouped(at, end, depth + 1),
            })
          : at + offset,
      )
      at = end
    }
    return items
  }
  return grouped(0, nodes.length, 0)
}

/** A part as an item whose nodes begin at an index. */
const itemOf = (part: Part, at: number, names: Names): Item => {
  if (!isComposition(part)) {
    nextName(part.name, names)
    return at
  }
  const { arrangement } = part
  switch (arrangement.form) {
    case 'sequence': {
      const items = sequenceItems(arrangement.parts, at, names)
      const { title } = arrangement
      return title === undefined
        ? region({ kind: 'layers', label: '', first: at, items })
        : region({ kind: 'title', label: title, name: title, first: at, items })
    }
    case 'parallel':
    case 'branch': {
      const items: Item[] = []
      for (const one of arrangement.parts) items.push(itemOf(one, endOf(items.at(-1) ?? at - 1), names))
      return region({ kind: 'branches', label: `${grouped(items.length)} branches`, first: at, items })
    }
    case 'repeat': {
      const items: Item[] = []
      for (let i = 0; i < arrangement.times; i++)
        items.push(itemOf(arrangement.part, endOf(items.at(-1) ?? at - 1), names))
      return region({ kind: 'repeat', label: copied(arrangement.part, arrangement.times), first: at, items })
    }
    case 'shared': {
      const { name, part: own } = arrangement
      // A layer that is shared is marked by itself.
      if (!isComposition(own)) return at
      return region({ kind: 'shared', label: name, name, first: at, items: [itemOf(own, at, within(name))] })
    }
    case 'block': {
      const own = nextName(arrangement.name, names)
      const name = names.prefix + own
      return region({ kind: 'block', label: own, name, first: at, items: [itemOf(arrangement.part, at, within(name))] })
    }
    case 'slice':
      return region({ kind: 'layers', label: '', first: at, items: slicedItems(arrangement.wiring.nodes, at) })
  }
}

/** The composition that a layer is around, if it is around one. */
const compositionIn = (layer: LayerValue): CompositionValue | undefined =>
  Object.values(layer).find((value): value is CompositionValue => isPart(value) && isComposition(value))

/** The graph within a layer: with the shapes that come in, as far as they are known. */
const wiringWithin = (part: CompositionValue, { layer, inputShapes }: Node): Wiring => {
  const [input = null] = inputShapes
  // Each step is an example.
  const step = (shape: Shape): Shape => [sizeOf([shape[0] ?? null, shape[1] ?? null]), ...shape.slice(2)]
  const flow: Flow = layer.kind === 'TimeDistributed' ? [input && step(input)] : inputShapes
  const known = wire(part, flow)
  if (E.isRight(known)) return known.right
  // A layer of the user's may give other shapes to the layers within.
  const unknown = wire(
    part,
    flow.map(() => null),
  )
  return E.isRight(unknown) ? unknown.right : wiringOf(part)
}

/** Simplifies parts: those of one part are that part, and sequences within sequences are one. */
const simplified = (item: Item, nodes: readonly Node[]): readonly Item[] => {
  if (!isRegion(item)) {
    const node = nodes[item] as Node
    const inner = compositionIn(node.layer)
    if (inner === undefined) return [item]
    const wiring = wiringWithin(inner, node)
    const items = simplified(itemOf(inner, 0, { prefix: '', counts: new Map() }), wiring.nodes)
    return [
      { kind: 'within', label: node.layer.kind, name: node.name, first: item, end: item + 1, items, inner: wiring },
    ]
  }
  const items = item.items.flatMap(one => simplified(one, nodes))
  const isSequence = item.kind === 'layers'
  // In branches, the layers of each stay together.
  if (isSequence && items.length === 1) return items
  return [{ ...item, items, ...(isSequence && { label: `${grouped(item.end - item.first)} layers` }) }]
}

/** Takes sequences apart that are not branches: they have no end of their own. */
const opened = (items: readonly Item[]): readonly Item[] =>
  items.flatMap(item => (isRegion(item) && item.kind === 'layers' ? opened(item.items) : [item]))
const inSequences = (item: Item): Item => {
  if (!isRegion(item)) return item
  const items = item.items.map(inSequences)
  return { ...item, items: item.kind === 'branches' ? items : opened(items) }
}

/** The parts of a network. */
export const regionsOf = (part: Part, wiring: Wiring): Region => {
  const items = simplified(itemOf(part, 0, { prefix: '', counts: new Map() }), wiring.nodes)
  const [only] = items
  const isTitled = items.length === 1 && only !== undefined && isRegion(only) && only.kind === 'title'
  const label = isTitled ? only.label : 'Network'
  const whole: Region = {
    kind: 'network',
    label,
    first: 0,
    end: wiring.nodes.length,
    items: isTitled ? only.items : items,
  }
  return inSequences(whole) as Region
}
