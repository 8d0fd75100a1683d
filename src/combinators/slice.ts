import { InvalidOption, show, wrongArgument } from '../base/errors.ts'
import { nearest } from '../base/options.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart, type Cut, type LayerValue, type Node, type Part, type Wiring } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import { type LayerAt, layerName, type NameGiven, type NamesGiven, type NamesOf } from '../network-types/names.ts'
import type { SliceFrom, SliceUpTo } from '../network-types/slices.ts'

/**
 * The names of a network's layers, in the order in which they run.
 *
 * @example
 * ```ts
 * names(join(Input(4), Relu(8), Softmax(3))) // ['input-1', 'relu-1', 'softmax-1']
 * ```
 */
export const names = <N extends AnyLayer>(network: N): readonly (NamesOf<N> & string)[] =>
  // The compiler numbers them by the same rules.
  Object.freeze(namesOf(wiringOf(asPart('names', network)).nodes) as readonly (NamesOf<N> & string)[])

/** Each name once: a shared layer has several nodes. */
const namesOf = (nodes: readonly Node[]): readonly string[] => [...new Set(nodes.map(node => node.name))]

const find = (owner: string, nodes: readonly Node[], name: unknown): number => {
  const index = nodes.findIndex(node => node.name === name)
  if (index >= 0) return index
  const known = namesOf(nodes)
  const meant = typeof name === 'string' ? nearest(name, known) : undefined
  throw new InvalidOption({
    layer: owner,
    option: 'name',
    expected: layerName.expected,
    got: show(name),
    remedy: meant === undefined ? `Its layers are ${known.join(', ')}.` : `Did you mean '${meant}'?`,
  })
}

/**
 * The layer of a name.
 *
 * @throws InvalidOption, which lists the names, if there is none
 * @example
 * ```ts
 * String(layerOf(join(Input(4), Relu(8)), 'relu-1')) // Relu(8)
 * ```
 */
export const layerOf = <N extends AnyLayer, const Name extends string>(
  network: N,
  name: NameGiven<'layerOf', N, Name>,
): LayerAt<N, Name, LayerValue> => {
  const { nodes } = wiringOf(asPart('layerOf', network))
  // The compiler looks it up in the same order.
  return (nodes[find('layerOf', nodes, name)] as Node).layer as LayerAt<N, Name, LayerValue>
}

/** The graph of a network, and the indices of the named nodes in it. */
const chosen = (owner: string, part: Part, given: readonly string[]): readonly [Wiring, readonly number[]] => {
  const wiring = wiringOf(part)
  const { nodes } = wiring
  const example = `${owner}(network, '${nodes.at(-1)?.name}')`
  if (given.length === 0) throw wrongArgument(owner, 'names', 'at least one name', 'none', example)
  return [wiring, given.map(name => find(owner, nodes, name))]
}

/**
 * A network with the outputs of the named layers in place of its own. Unlike {@link end}, it has all layers and inputs of the network.
 *
 * @throws InvalidOption if a name is unknown, or there is none
 */
export const withOutputsOf = (owner: string, part: Part, names: readonly string[]): Part => {
  const [{ nodes, inputs }, outputs] = chosen(owner, part, names)
  return compose({ form: 'slice', wiring: { nodes, inputs, outputs }, of: part, cut: { at: 'end', names } })
}

/** The outputs that are taken of those nodes that are kept. */
const portsWhere = (
  nodes: readonly number[],
  ports: readonly number[] | undefined,
  isKept: (node: number) => boolean,
): Pick<Wiring, 'ports'> => (ports === undefined ? {} : { ports: ports.filter((_, i) => isKept(nodes[i] as number)) })

/** Keeps some nodes. The other inputs of these become inputs of the slice. */
const keep = <S>(
  of: Part,
  cut: Cut,
  kept: ReadonlySet<number>,
  outputs: readonly number[],
  ports: Pick<Wiring, 'ports'> = {},
): S => {
  const wiring = wiringOf(of)
  const order = [...kept].sort((a, b) => a - b)
  const position = new Map(order.map((index, i) => [index, i]))
  const inputs: Wiring['inputs'][number][] = []
  const nodes = order.map(index => {
    const node = wiring.nodes[index] as Node
    const known = node.layer.kind === 'Input' && node.inputs.length === 0
    const cut = node.inputs.filter(from => !kept.has(from))
    const externals = [...node.externals, ...cut].map(() => {
      inputs.push(known ? node.shape : null)
      return inputs.length - 1
    })
    const inner = node.inputs.filter(from => kept.has(from)).map(from => position.get(from) as number)
    return { ...node, externals, inputs: inner, ...portsWhere(node.inputs, node.ports, from => kept.has(from)) }
  })
  const sliced: Wiring = { nodes, inputs, outputs: outputs.map(i => position.get(i) as number), ...ports }
  return compose({ form: 'slice', wiring: sliced, of, cut })
}

/**
 * The part of a network from the named layers on: all layers that depend on them. Layers keep their names.
 *
 * @throws InvalidOption if a name is unknown, or a kept layer also merges a branch that the names do not lead to
 * @example
 * ```ts
 * const network = join(Input(10), Relu(5), Relu(2))
 * String(start(network, 'relu-1')) // <unknown> -> [... 2 layers ...] -> (?, 2)
 * ```
 */
export const start = <N extends AnyLayer, const Names extends readonly string[]>(
  network: N,
  ...given: NamesGiven<'start', N, Names>
): SliceFrom<N, Names> => {
  // Names that fit, or any where the compiler does not know them.
  const names = given as readonly string[]
  const part = asPart('start', network)
  const [wiring, indices] = chosen('start', part, names)
  const kept = new Set(indices)
  wiring.nodes.forEach((node, i) => {
    if (node.inputs.some(from => kept.has(from))) kept.add(i)
  })
  for (const i of kept) {
    const node = wiring.nodes[i] as Node
    const missing = node.inputs.filter(from => !kept.has(from))
    if (!indices.includes(i) && missing.length > 0)
      throw new InvalidOption({
        layer: 'start',
        option: 'names',
        expected: `all branches that ${node.name} merges`,
        got: names.map(name => `'${name}'`).join(', '),
        remedy: `Name also '${missing.map(from => wiring.nodes[from]?.name).join("', '")}', or start at '${node.name}'.`,
      })
  }
  return keep(
    part,
    { at: 'start', names },
    kept,
    wiring.outputs.filter(i => kept.has(i)),
    portsWhere(wiring.outputs, wiring.ports, i => kept.has(i)),
  )
}

/**
 * The part of a network up to the named layers: all layers that they depend on. Layers keep their names. The named layers
 * are the outputs, in the given order.
 *
 * @throws InvalidOption if a name is unknown
 * @example
 * ```ts
 * const network = join(Input(10), Relu(5), Relu(2))
 * String(end(network, 'relu-1')) // (?, 10) -> [... 2 layers ...] -> (?, 5)
 * ```
 */
export const end = <N extends AnyLayer, const Names extends readonly string[]>(
  network: N,
  ...given: NamesGiven<'end', N, Names>
): SliceUpTo<N, Names> => {
  // Names that fit, or any where the compiler does not know them.
  const names = given as readonly string[]
  const part = asPart('end', network)
  const [wiring, indices] = chosen('end', part, names)
  const kept = new Set(indices)
  for (let i = wiring.nodes.length - 1; i >= 0; i--)
    if (kept.has(i)) for (const from of (wiring.nodes[i] as Node).inputs) kept.add(from)
  return keep(part, { at: 'end', names }, kept, indices)
}
