import { show } from '../base/errors.ts'
import { showFlow } from '../base/shape.ts'
import { cut, grouped } from '../base/shown.ts'
import { definitionOf, shownDefault } from '../core/constructor.ts'
import { count, countOf, rulesOfEach, sumOf } from '../display/sizes.ts'
import { isComposition, isPart, type LayerValue, type Node, type Wiring } from '../network/parts.ts'
import { outgoing } from '../network/wiring.ts'
import type { Element } from './model.ts'
import type { Region } from './regions.ts'

// What a diagram says of layers and of parts, in words.

/** What is said of all elements of a diagram. */
export interface Telling {
  /** How many parameters some nodes have; `null` if an unknown input decides on them. */
  readonly sizes: (nodes: readonly Node[]) => number | null
  /** The nodes of shared layers. */
  readonly isShared: (node: Node) => boolean
  /** Whether the numbers of parameters are told. */
  readonly parameters: boolean
}

/** What is said of the elements of a network. */
export const tellingOf = ({ nodes }: Wiring, parameters: boolean): Telling => {
  const rules = rulesOfEach(nodes)
  const sizes = new Map(nodes.map((node, i) => [node, countOf(rules[i] ?? null)] as const))
  const times = new Map<string, number>()
  for (const { name } of nodes) times.set(name, (times.get(name) ?? 0) + 1)
  return {
    // Layers within a layer are not nodes of the network.
    sizes: some => sumOf(some.map(node => sizes.get(node) ?? countOf(rulesOfEach([node])[0] ?? null))),
    isShared: ({ name }) => (times.get(name) ?? 0) > 1,
    parameters,
  }
}

/** What is said of one element. */
export interface Told {
  /** What it is: a kind of layer, or the name of a part. */
  readonly heading: string
  /** Its name beside that, for a layer. */
  readonly name?: string
  /** Its options, and how large it is. */
  readonly lines: readonly string[]
  /** All of it, for readers who point at it. */
  readonly title: string
}

const isInitial = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ['Initializer', 'Values'].includes((value as { kind?: string }).kind ?? '')

/** The arguments of a call that makes a layer, without its name and initial values. */
const argumentsOf = (layer: LayerValue): string => {
  const definition = definitionOf(layer)
  if (definition === undefined) return ''
  const { options, positional = [] } = definition
  return Object.entries(options)
    .flatMap(([name, option]) => {
      const value = (layer as unknown as Readonly<Record<string, unknown>>)[name]
      if (isInitial(value)) return []
      const text = isPart(value) && !isComposition(value) ? callOf(value) : show(option.codec.encode(value))
      if (shownDefault(option) === text) return []
      // A number alone would not say of what.
      return [positional.includes(name) && !/^[-\d]/.test(text) ? text : `${name}: ${text}`]
    })
    .join(', ')
}

/** A layer as the call that makes it, as far as its options are of interest. */
const callOf = (layer: LayerValue): string => `${layer.kind}(${argumentsOf(layer)})`

const plural = (n: number, thing: string): string => `${grouped(n)} ${thing}${n === 1 ? '' : 's'}`
/** How many parameters there are; nothing if there are none. */
const parametersTold = (n: number | null): readonly string[] =>
  n === 0 ? [] : [n === 1 ? '1 parameter' : `${count(n)} parameters`]

/** How many layers a part has. */
const layersIn = (region: Region): number => region.inner?.nodes.length ?? region.end - region.first

/** The last part of a path: the name without those of the blocks around it. */
const ownName = ({ path }: Node): string => path.split(' > ').at(-1) ?? path

/** What is said of an element. */
export const toldOf = ({ nodes, region }: Element & { readonly region?: Region }, telling: Telling): Told => {
  const [node] = nodes as readonly [Node, ...Node[]]
  const size = parametersTold(telling.sizes(nodes))
  const sizeLine = telling.parameters ? size : []
  if (region === undefined) {
    const options = argumentsOf(node.layer)
    const shared = telling.isShared(node) ? ['shared'] : []
    return {
      heading: node.layer.kind,
      name: ownName(node),
      lines: [
        ...(options === '' ? [] : [options]),
        ...(shared.length + sizeLine.length > 0 ? [[...sizeLine, ...shared].join(', ')] : []),
      ],
      title: [
        node.name,
        cut(String(node.layer), 400),
        `${showFlow(node.inputShapes)} -> ${showFlow([node.shape, ...(node.further ?? [])])}`,
        [...size, ...shared].join(', '),
      ]
        .filter(Boolean)
        .join('\n'),
    }
  }
  const layers = plural(layersIn(region), 'layer')
  const isShared = region.kind === 'shared' && nodes.every(telling.isShared)
  const shared = isShared ? ['shared'] : []
  const names = region.kind === 'within' ? { name: ownName(node) } : {}
  return {
    heading: region.label,
    ...names,
    lines: [[layers === region.label ? [] : [layers], sizeLine, shared].flat().join(', ')].filter(Boolean),
    title: [region.name ?? region.label, layers, ...size, ...shared].join('\n'),
  }
}

/** What is said of a whole network: its name or kind; its shapes; how large it is. */
export const toldOfWhole = (
  wiring: Wiring,
  { label }: Region,
  telling: Telling,
): readonly [heading: string, ...lines: string[]] => {
  const size = telling.sizes(wiring.nodes)
  const shapes = `${showFlow(wiring.inputs)} -> ${showFlow(outgoing(wiring))}`
  return [label, shapes, [plural(wiring.nodes.length, 'layer'), ...parametersTold(size)].join(', ')]
}
