import { end, start } from '../combinators/slice.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { type CompositionValue, isComposition, type LayerValue, type Node, type Part } from '../network/parts.ts'
import { isSame } from '../network/same.ts'
import { wiringOf } from '../network/wiring.ts'

// Networks with other layers in the place of some.

/** What stands in the place of a layer: itself, or another part. */
export type Replacement = (node: Node) => Part

/** The parts of a sequence and of those that it begins with: chains are made one by one, thousands deep. */
const chained = (part: CompositionValue): readonly Part[] => {
  const parts: Part[] = []
  const next: Part[] = [part]
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    const { arrangement } = at as CompositionValue
    const isOpen =
      isComposition(at) && arrangement.form === 'sequence' && (at === part || arrangement.title === undefined)
    if (isOpen && arrangement.form === 'sequence') next.push(...[...arrangement.parts].reverse())
    else parts.push(at)
  }
  return parts
}

const same = (a: readonly Part[], b: readonly Part[]): boolean => a.every((part, i) => part === b[i])

/** A part cut out of the whole that it is of, with other layers in the place of its own. */
const slice = (part: CompositionValue, nodes: Iterator<Node>, other: Replacement): Part => {
  const { arrangement } = part
  if (arrangement.form !== 'slice') return part
  const own = new Map(arrangement.wiring.nodes.map(({ name }) => [name, nodes.next().value as Node]))
  const whole = replaceLayers(arrangement.of, node => {
    const inSlice = own.get(node.name)
    return inSlice === undefined ? node.layer : other(inSlice)
  })
  if (whole === arrangement.of) return part
  const { at, names } = arrangement.cut
  // A slice is a composition; its type says no more than what every slice is.
  return (at === 'start' ? start : end)(whole as unknown as AnyLayer, ...names) as unknown as Part
}

const walk = (part: Part, nodes: Iterator<Node>, other: Replacement): Part => {
  if (!isComposition(part)) return other(nodes.next().value as Node)
  const { arrangement } = part
  const inner = (of: Part): Part => walk(of, nodes, other)
  switch (arrangement.form) {
    case 'sequence': {
      const before = chained(part)
      const parts = before.map(inner)
      return same(parts, before) ? part : compose({ ...arrangement, parts })
    }
    case 'parallel':
    case 'branch': {
      const parts = arrangement.parts.map(inner)
      return same(parts, arrangement.parts) ? part : compose({ ...arrangement, parts })
    }
    case 'repeat': {
      const copies = Array.from({ length: arrangement.times }, () => inner(arrangement.part))
      const [first = part] = copies
      if (copies.every(copy => copy === arrangement.part)) return part
      // Only some of the copies may be replaced.
      return copies.every(copy => isSame(copy, first))
        ? compose({ ...arrangement, part: first })
        : compose({ form: 'sequence', parts: copies })
    }
    case 'shared':
    case 'block': {
      const own = inner(arrangement.part)
      return own === arrangement.part ? part : compose({ ...arrangement, part: own })
    }
    case 'slice':
      return slice(part, nodes, other)
  }
}

/** A part with other layers in the place of some; itself where nothing is replaced. */
export const replaceLayers = (part: Part, other: Replacement): Part => walk(part, wiringOf(part).nodes.values(), other)

/** A layer with another name. */
export const renamed = (layer: LayerValue, name: string): LayerValue =>
  layer.name === name
    ? layer
    : Object.freeze(Object.assign(Object.create(Object.getPrototypeOf(layer)), layer, { name }))
