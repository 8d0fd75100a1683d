import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { dimsOf, withDims } from '../base/dimensions.ts'
import { type Fault, InvalidOption, LayerConnectionError } from '../base/errors.ts'
import { type Flow, oneInput, type Shape, severalInputs, showFlow } from '../base/shape.ts'
import { wrongShape } from '../base/unfit-data.ts'
import type { Rules } from '../core/layer.ts'
import { namedFurther, namedShape } from './named.ts'
import { type Arrangement, isComposition, type LayerValue, type Node, type Part, type Wiring } from './parts.ts'
import {
  along,
  claim,
  claimAlways,
  claimShared,
  kindAlong,
  newScope,
  type Place,
  resolveName,
  type Scope,
  titled,
  type WiringError,
  within,
  withinShared,
} from './scope.ts'

// From a tree of parts to a graph: each layer becomes a node with its name, where its inputs come from, and its shapes.

/** The most layers of a composition. More are a mistake, such as a wrong number for `repeat`. */
export const mostLayers = 100_000

/** Where a tensor comes from: a node (its index) or an input of the network (~ its index). */
interface Wire {
  readonly from: number
  /** Which of the node's outputs it is, if it is not the first. */
  readonly port?: number
  readonly shape: Shape | null
}

/** The outputs that wires are, by their nodes; none if each is the first. */
export const portsOf = (wires: Wires): { readonly ports?: readonly number[] } =>
  wires.some(({ port }) => port !== undefined) ? { ports: Object.freeze(wires.map(({ port = 0 }) => port)) } : {}
/** The outputs of a part. */
export type Wires = readonly Wire[]
/** The inputs of a part; `null` at the start of a network, where its first layers add inputs to it. */
type Incoming = Wires | null
type Wired = E.Either<WiringError, Wires>
type Sequence = Extract<Arrangement, { readonly form: 'sequence' }>
type Block = Extract<Arrangement, { readonly form: 'block' }>
type Shared = Extract<Arrangement, { readonly form: 'shared' }>

const tooMany = (path: string): E.Either<WiringError, never> =>
  E.left(
    new InvalidOption({
      layer: path,
      option: 'layers',
      expected: `at most ${mostLayers} layers in a composition`,
      got: 'more',
      remedy: 'Repeat or join fewer layers.',
    }),
  )

const connectionError = (layer: string, kind: string, { within, ...fault }: Fault): E.Either<WiringError, never> => {
  const named = within?.path === undefined ? layer : `${layer} > ${within.path}`
  const kinds = within === undefined ? kind : `${kind} > ${within.kind}`
  return E.left(new LayerConnectionError({ layer: named, kind: kinds, ...fault }))
}

/** The output shape of a layer, or its fault, which may be the number of its inputs. */
const shapeOf = ({ inputs, shape }: Rules, flow: Flow): E.Either<Fault, Shape | null> => {
  if (inputs === 'one' && flow.length !== 1) return E.left({ ...oneInput, got: showFlow(flow) })
  if (inputs === 'several' && flow.length === 1 && flow[0] !== null)
    return E.left({ ...severalInputs, got: showFlow(flow) })
  return namedShape(shape, flow)
}

const wireLayer = (layer: LayerValue, { name, path }: Place, incoming: Incoming, scope: Scope): Wired => {
  const { nodes, inputs } = scope
  if (nodes.length === mostLayers) return tooMany(path)
  const wires = incoming ?? [{ from: ~inputs.length, shape: null }]
  const inputShapes = wires.map(wire => wire.shape)
  const isInput = layer.kind === 'Input'
  const result = shapeOf(layer.rules, inputShapes)
  if (E.isLeft(result)) {
    const isGiven = isInput && incoming?.every(({ from }) => from < 0)
    const remedy = isGiven ? wrongShape : result.left.remedy
    return connectionError(path, kindAlong(scope, layer.kind), { ...result.left, remedy })
  }
  const shape = result.right
  // Only an Input knows the shape of the network's input.
  if (incoming === null) inputs.push(isInput ? shape : null)
  const inner = wires.filter(wire => wire.from >= 0)
  const { rules } = layer
  const further = rules.further && namedFurther(rules.shape, rules.further, inputShapes)
  nodes.push(
    Object.freeze({
      name,
      path,
      layer,
      inputs: Object.freeze(inner.map(wire => wire.from)),
      ...portsOf(inner),
      externals: Object.freeze(wires.filter(wire => wire.from < 0).map(wire => ~wire.from)),
      inputShapes: Object.freeze(inputShapes),
      shape: shape && Object.freeze(shape),
      ...(further && { further: Object.freeze(further) }),
    }),
  )
  const from = nodes.length - 1
  return E.right([{ from, shape }, ...(further ?? []).map((shape, i): Wire => ({ from, port: i + 1, shape }))])
}

/** What to do if another layer has the name of a layer of a slice, which cannot change. */
const remedyFor = ({ nodes }: Wiring, node: Node): string => {
  const next = nodes.find(({ inputs }) => inputs.some(from => nodes[from] === node))
  return node.layer.kind === 'Input' && next !== undefined
    ? `The slice has an Input of its own: begin with the slice, or cut its Input off with start(slice, '${next.name}').`
    : 'Layers of a slice keep their names: give the other layer another name.'
}

const wireSlice = (slice: Wiring, incoming: Incoming, scope: Scope): Wired => {
  const placed: Wires[] = []
  const placedAt = (at: readonly number[], ports: readonly number[] | undefined) =>
    at.map((node, i) => placed[node]?.[ports?.[i] ?? 0] as Wire)
  const times = new Map<string, number>()
  for (const { name } of slice.nodes) times.set(name, (times.get(name) ?? 0) + 1)
  const isShared = ({ name }: Node) => (times.get(name) ?? 0) > 1
  for (const node of slice.nodes) {
    const external = node.externals.map(k => incoming?.[incoming.length === 1 ? 0 : k])
    const wires = [...external, ...placedAt(node.inputs, node.ports)].filter(wire => wire !== undefined)
    // Layers of a slice keep their names.
    const named = isShared(node) ? claimAlways(node, node.layer, scope) : claim(node, scope, remedyFor(slice, node))
    const wired = E.isLeft(named) ? named : wireLayer(node.layer, named.right, wires.length ? wires : null, scope)
    if (E.isLeft(wired)) return wired
    placed.push(wired.right)
  }
  return E.right(placedAt(slice.outputs, slice.ports))
}

/** Wires a part of a composition. If that fails, `at` stays as it is, to tell where. */
const wireInner = (part: Part, index: number, incoming: Incoming, scope: Scope): Wired => {
  scope.at.push(index)
  const wired = wirePart(part, incoming, scope)
  if (E.isRight(wired)) scope.at.pop()
  return wired
}

/** Wires parts in sequence, the first of which has the index `from`. */
export const wireAll = (parts: Iterable<Part>, incoming: Incoming, scope: Scope, from = 0): Wired => {
  let wires = incoming
  let index = from
  for (const part of parts) {
    const wired = wireInner(part, index, wires, scope)
    if (E.isLeft(wired)) return wired
    wires = wired.right
    index++
  }
  return E.right(wires ?? [])
}

const wireEach = (parts: readonly Part[], incoming: readonly Incoming[], scope: Scope): Wired => {
  const outgoing: Wire[] = []
  for (const [i, part] of parts.entries()) {
    const wired = wireInner(part, i, incoming[i] ?? null, scope)
    if (E.isLeft(wired)) return wired
    for (const wire of wired.right) outgoing.push(wire)
  }
  return E.right(outgoing)
}

/** Gives each branch the input, or one of several. */
const wireParallel = (parts: readonly Part[], incoming: Incoming, scope: Scope): Wired => {
  if (incoming === null || incoming.length < 2) return wireBranch(parts, incoming, scope)
  if (incoming.length === parts.length)
    return wireEach(
      parts,
      incoming.map(wire => [wire]),
      scope,
    )
  return connectionError(along(scope, 'parallel'), kindAlong(scope, 'Parallel'), {
    expected: `one input, or one for each of the ${parts.length} branches`,
    got: showFlow(incoming.map(wire => wire.shape)),
    remedy: 'Merge the inputs first, give each a branch, or give all of them to every branch with branch(...).',
  })
}

/** Gives each branch all inputs. */
const wireBranch = (parts: readonly Part[], incoming: Incoming, scope: Scope): Wired =>
  wireEach(
    parts,
    parts.map(() => incoming),
    scope,
  )

const wireBlock = ({ part, name, expects }: Block, incoming: Incoming, scope: Scope): Wired => {
  const place = resolveName(name, scope)
  if (E.isLeft(place)) return place
  const depth = scope.at.length
  const wired = wirePart(part, incoming, within(scope, place.right, name))
  if (E.isRight(wired) || expects === undefined || incoming === null) return wired
  if (!(wired.left instanceof LayerConnectionError)) return wired
  // The block says itself what does not fit.
  scope.at.length = depth
  const { kind, ...expectation } = expects
  const got = showFlow(incoming.map(wire => wire.shape))
  return connectionError(place.right.path, kindAlong(scope, kind), { ...expectation, got })
}

const wireShared = ({ part, name }: Shared, incoming: Incoming, scope: Scope): Wired => {
  const place = claimShared(name, part, scope)
  if (E.isLeft(place)) return place
  return isComposition(part)
    ? wirePart(part, incoming, withinShared(scope, place.right))
    : wireLayer(part, place.right, incoming, scope)
}

/** Copies one by one: the first may already be too many. */
function* copies(part: Part, times: number): Iterable<Part> {
  for (let i = 0; i < times; i++) yield part
}

/** The sequence that a sequence without a title begins with. Chains are made of these, thousands deep. */
export const firstSequence = (arrangement: Arrangement): Sequence | undefined => {
  if (arrangement.form !== 'sequence' || arrangement.title !== undefined) return undefined
  const [first] = arrangement.parts
  const inner = first !== undefined && isComposition(first) ? first.arrangement : undefined
  return inner?.form === 'sequence' ? inner : undefined
}

const wireSequence = (sequence: Sequence, incoming: Incoming, scope: Scope): Wired => {
  const outer: Sequence[] = []
  let innermost = sequence
  for (let first = firstSequence(sequence); first !== undefined; first = firstSequence(first)) {
    outer.push(innermost)
    scope.at.push(0)
    innermost = first
  }
  let wired = wireAll(innermost.parts, incoming, titled(scope, innermost.title))
  for (const { parts } of outer.reverse()) {
    if (E.isLeft(wired)) return wired
    scope.at.pop()
    wired = wireAll(parts.slice(1), wired.right, scope, 1)
  }
  return wired
}

/** Adds the nodes of a part to the graph of a scope. */
export const wirePart = (part: Part, incoming: Incoming, scope: Scope): Wired => {
  if (!isComposition(part)) {
    const named = resolveName(part.name, scope)
    return E.isLeft(named) ? named : wireLayer(part, named.right, incoming, scope)
  }
  const { arrangement } = part
  switch (arrangement.form) {
    case 'sequence':
      return wireSequence(arrangement, incoming, scope)
    case 'parallel':
      return wireParallel(arrangement.parts, incoming, scope)
    case 'branch':
      return wireBranch(arrangement.parts, incoming, scope)
    case 'repeat':
      return wireAll(copies(arrangement.part, arrangement.times), incoming, scope)
    case 'shared':
      return wireShared(arrangement, incoming, scope)
    case 'block':
      return wireBlock(arrangement, incoming, scope)
    case 'slice':
      return wireSlice(arrangement.wiring, incoming, scope)
  }
}

/**
 * A part as a graph. With shapes, it gets inputs of these shapes; without, it begins with its own inputs.
 */
export const wire = (part: Part, shapes?: Flow): E.Either<WiringError, Wiring> => {
  // Copied because the shapes of nodes are frozen, and those of users must not be.
  const own = shapes?.map(shape => shape && Object.freeze(withDims(shape, dimsOf(shape))))
  const scope = newScope(own)
  return pipe(
    wirePart(part, own?.map((shape, k) => ({ from: ~k, shape })) ?? null, scope),
    E.map(wires =>
      Object.freeze({
        nodes: Object.freeze(scope.nodes),
        inputs: Object.freeze(scope.inputs),
        outputs: Object.freeze(wires.map(({ from }) => from)),
        ...portsOf(wires),
      }),
    ),
  )
}

/** The shapes of the outputs. */
export const outgoing = ({ nodes, outputs, ports }: Wiring): Flow =>
  outputs.map((node, i) => {
    const port = ports?.[i] ?? 0
    return (port === 0 ? nodes[node]?.shape : nodes[node]?.further?.[port - 1]) ?? null
  })

/** The graph of any part; a layer alone is a graph of one node. */
export const wiringOf = (part: Part): Wiring => {
  if (isComposition(part)) return part
  const wired = wire(part)
  if (E.isLeft(wired)) throw wired.left
  return wired.right
}
