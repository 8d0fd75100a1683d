import * as E from 'fp-ts/lib/Either.js'
import { type Fault, InvalidOption, LayerConnectionError } from '../base/errors.ts'
import { type Flow, type Shape, showFlow } from '../base/shape.ts'
import {
  type Arrangement,
  type CompositionValue,
  isComposition,
  type LayerValue,
  type Node,
  type Part,
  type Wiring,
} from './parts.ts'
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

/** How many layers a composition may have: more are a mistake, such as `repeat` with a number of another purpose. */
export const mostLayers = 100_000

/** Where a tensor comes from: a node (its index) or an input of the network (~ its index). */
interface Wire {
  readonly from: number
  readonly shape: Shape | null
}
type Wires = readonly Wire[]

interface Draft {
  readonly nodes: Node[]
  readonly inputs: (Shape | null)[]
  /** Which part is being wired: its index, that of the part within it, and so on. */
  readonly place: number[]
}
const newDraft = (inputs: Draft['inputs'] = []): Draft => ({ nodes: [], inputs, place: [] })

const tooMany = (path: string): E.Left<WiringError> =>
  E.left(
    new InvalidOption({
      layer: path,
      option: 'layers',
      expected: `at most ${mostLayers} layers in a composition`,
      got: 'more',
      remedy: 'Repeat or join fewer layers.',
    }),
  ) as E.Left<WiringError>

const connectionError = (layer: string, kind: string, { within, ...fault }: Fault): E.Left<WiringError> => {
  const named = within?.path === undefined ? layer : `${layer} > ${within.path}`
  const kinds = within === undefined ? kind : `${kind} > ${within.kind}`
  return E.left(new LayerConnectionError({ layer: named, kind: kinds, ...fault })) as E.Left<WiringError>
}

const wireLayer = (
  layer: LayerValue,
  incoming: Wires | null,
  draft: Draft,
  named: E.Either<WiringError, Place>,
  scope: Scope,
): E.Either<WiringError, Wires> => {
  if (E.isLeft(named)) return named
  const kind = kindAlong(scope, layer.kind)
  const { name, path } = named.right
  if (draft.nodes.length === mostLayers) return tooMany(path)
  const flow: Flow = incoming?.map(wire => wire.shape) ?? [null]
  const { rules } = layer
  if (rules.inputs === 'one' && flow.length !== 1)
    return connectionError(path, kind, {
      expected: 'one input',
      got: showFlow(flow),
      remedy: 'Put Concatenate() or Elementwise() before it.',
    })
  if (rules.inputs === 'several' && flow.length === 1 && flow[0] !== null)
    return connectionError(path, kind, {
      expected: 'several inputs',
      got: showFlow(flow),
      remedy: 'Put parallel(...) before it.',
    })
  const shape = rules.shape(flow)
  if (E.isLeft(shape)) {
    const isGiven = layer.kind === 'Input' && incoming?.every(({ from }) => from < 0)
    const remedy = isGiven ? 'Give an input of this shape, or change this Input.' : shape.left.remedy
    return connectionError(path, kind, { ...shape.left, remedy })
  }
  const wires = incoming ?? [{ from: ~draft.inputs.length, shape: null }]
  // A network's input has the shape that its first layer gives it, which only an Input knows.
  if (incoming === null) draft.inputs.push(layer.kind === 'Input' ? shape.right : null)
  draft.nodes.push(
    Object.freeze({
      name,
      path,
      layer,
      inputs: Object.freeze(wires.filter(wire => wire.from >= 0).map(wire => wire.from)),
      externals: Object.freeze(wires.filter(wire => wire.from < 0).map(wire => ~wire.from)),
      inputShapes: Object.freeze(wires.map(wire => wire.shape)),
      shape: shape.right && Object.freeze(shape.right),
    }),
  )
  return E.right([{ from: draft.nodes.length - 1, shape: shape.right }])
}

/** What to do where another layer has the name of one of a slice, which keeps the name that it has. */
const remedyFor = ({ nodes }: Wiring, node: Node): string => {
  const next = nodes.find(({ inputs }) => inputs.some(from => nodes[from] === node))
  return node.layer.kind === 'Input' && next !== undefined
    ? `The slice has an Input of its own: begin with the slice, or cut its Input off with start(slice, '${next.name}').`
    : 'Layers of a slice keep their names: give the other layer another name.'
}

const wireSlice = (slice: Wiring, incoming: Wires | null, draft: Draft, scope: Scope): E.Either<WiringError, Wires> => {
  const placed: Wire[] = []
  const times = new Map<string, number>()
  for (const { name } of slice.nodes) times.set(name, (times.get(name) ?? 0) + 1)
  const isShared = ({ name }: Node) => (times.get(name) ?? 0) > 1
  for (const node of slice.nodes) {
    const external = node.externals.map(k => incoming?.[incoming.length === 1 ? 0 : k])
    const wires = [...external, ...node.inputs.map(i => placed[i])].filter(wire => wire !== undefined)
    // Its nodes keep the names that they have, which no other layer may take.
    const named = isShared(node) ? claimAlways(node, node.layer, scope) : claim(node, scope, remedyFor(slice, node))
    const wired = wireLayer(node.layer, wires.length ? wires : null, draft, named, scope)
    if (E.isLeft(wired)) return wired
    placed.push(wired.right[0] as Wire)
  }
  return E.right(slice.outputs.map(i => placed[i] as Wire))
}

/** Wires a part of a composition; the draft's place stays at one that cannot be wired. */
const wireInner = (
  part: Part,
  index: number,
  incoming: Wires | null,
  draft: Draft,
  scope: Scope,
): E.Either<WiringError, Wires> => {
  draft.place.push(index)
  const wired = wirePart(part, incoming, draft, scope)
  if (E.isRight(wired)) draft.place.pop()
  return wired
}

/** Wires parts in sequence, of which the first is that of an index. */
const wireAll = (
  parts: Iterable<Part>,
  incoming: Wires | null,
  draft: Draft,
  scope: Scope,
  index = 0,
): E.Either<WiringError, Wires> => {
  let wires = incoming
  for (const part of parts) {
    const wired = wireInner(part, index++, wires, draft, scope)
    if (E.isLeft(wired)) return wired
    wires = wired.right
  }
  return E.right(wires ?? [])
}

/** What each branch of `parallel` gets of what comes in. */
const dealt = (
  incoming: Wires | null,
  branches: number,
  scope: Scope,
): E.Either<WiringError, readonly (Wires | null)[]> => {
  const several = incoming !== null && incoming.length > 1
  if (several && incoming.length !== branches)
    return connectionError(along(scope, 'parallel'), kindAlong(scope, 'Parallel'), {
      expected: `one input, or one for each of the ${branches} branches`,
      got: showFlow(incoming.map(wire => wire.shape)),
      remedy: 'Merge the inputs first, give each a branch, or give all of them to every branch with branch(...).',
    })
  return E.right(Array.from({ length: branches }, (_, i) => (several ? [incoming[i] as Wire] : incoming)))
}

const wireBranches = (
  parts: readonly Part[],
  incoming: readonly (Wires | null)[],
  draft: Draft,
  scope: Scope,
): E.Either<WiringError, Wires> => {
  const outgoing: Wire[] = []
  for (const [i, part] of parts.entries()) {
    const wired = wireInner(part, i, incoming[i] ?? null, draft, scope)
    if (E.isLeft(wired)) return wired
    for (const wire of wired.right) outgoing.push(wire)
  }
  return E.right(outgoing)
}

const wireBlock = (
  part: Part,
  name: string,
  incoming: Wires | null,
  draft: Draft,
  scope: Scope,
): E.Either<WiringError, Wires> => {
  const named = resolveName(name, scope)
  return E.isLeft(named) ? named : wirePart(part, incoming, draft, within(scope, named.right, name))
}

const wireShared = (
  part: Part,
  named: E.Either<WiringError, Place>,
  incoming: Wires | null,
  draft: Draft,
  scope: Scope,
): E.Either<WiringError, Wires> => {
  if (!isComposition(part)) return wireLayer(part, incoming, draft, named, scope)
  return E.isLeft(named) ? named : wirePart(part, incoming, draft, withinShared(scope, named.right))
}

/** Many may be asked for, of which the first are too many. */
function* copies(part: Part, times: number): Iterable<Part> {
  for (let i = 0; i < times; i++) yield part
}

type Sequence = Extract<Arrangement, { readonly form: 'sequence' }>
/** The sequence that a sequence without a title begins with: chains are made one by one, thousands deep. */
export const firstSequence = (arrangement: Arrangement): Sequence | undefined => {
  if (arrangement.form !== 'sequence' || arrangement.title !== undefined) return undefined
  const [first] = arrangement.parts
  const inner = first !== undefined && isComposition(first) ? first.arrangement : undefined
  return inner?.form === 'sequence' ? inner : undefined
}

const wireSequence = (
  sequence: Sequence,
  incoming: Wires | null,
  draft: Draft,
  scope: Scope,
): E.Either<WiringError, Wires> => {
  const outer: Sequence[] = []
  let innermost = sequence
  for (let first = firstSequence(sequence); first !== undefined; first = firstSequence(first)) {
    outer.push(innermost)
    draft.place.push(0)
    innermost = first
  }
  let wired = wireAll(innermost.parts, incoming, draft, titled(scope, innermost.title))
  for (const { parts } of outer.reverse()) {
    if (E.isLeft(wired)) return wired
    draft.place.pop()
    wired = wireAll(parts.slice(1), wired.right, draft, scope, 1)
  }
  return wired
}

const wirePart = (part: Part, incoming: Wires | null, draft: Draft, scope: Scope): E.Either<WiringError, Wires> => {
  if (!isComposition(part)) return wireLayer(part, incoming, draft, resolveName(part.name, scope), scope)
  const { arrangement } = part
  switch (arrangement.form) {
    case 'sequence':
      return wireSequence(arrangement, incoming, draft, scope)
    case 'parallel': {
      const inputs = dealt(incoming, arrangement.parts.length, scope)
      return E.isLeft(inputs) ? inputs : wireBranches(arrangement.parts, inputs.right, draft, scope)
    }
    case 'branch':
      return wireBranches(arrangement.parts, Array(arrangement.parts.length).fill(incoming), draft, scope)
    case 'repeat':
      return wireAll(copies(arrangement.part, arrangement.times), incoming, draft, scope)
    case 'shared':
      return wireShared(
        arrangement.part,
        claimShared(arrangement.name, arrangement.part, scope),
        incoming,
        draft,
        scope,
      )
    case 'block':
      return wireBlock(arrangement.part, arrangement.name, incoming, draft, scope)
    case 'slice':
      return wireSlice(arrangement.wiring, incoming, draft, scope)
  }
}

const frozen = ({ nodes, inputs }: Draft, wires: Wires): Wiring =>
  Object.freeze({
    nodes: Object.freeze(nodes),
    inputs: Object.freeze(inputs),
    outputs: Object.freeze(wires.map(({ from }) => from)),
  })

/**
 * A part as a graph. With shapes, it gets inputs of these shapes; without, it begins with its own inputs.
 */
export const wire = (part: Part, shapes?: Flow): E.Either<WiringError, Wiring> => {
  // Copied, so that the shapes of users stay as they are: those of nodes are frozen.
  const own = shapes?.map(shape => shape && Object.freeze([...shape]))
  const draft = newDraft(own && [...own])
  const incoming = own ? own.map((shape, k) => ({ from: ~k, shape })) : null
  const wired = wirePart(part, incoming, draft, newScope())
  return E.isLeft(wired) ? wired : E.right(frozen(draft, wired.right))
}

/** A part that cannot be wired: its index, that of the part within it, and so on; and why. */
export interface Unfit {
  readonly place: readonly number[]
  readonly cause: WiringError
}

/** A graph that may grow: that of a chain, to which layers are added one by one. */
export interface Growing {
  readonly nodes: readonly Node[]
  /** How many of the nodes are its own; the others are of a chain that it has grown to. */
  readonly length: number
  readonly inputs: Flow
  readonly outputs: readonly number[]
  /** Whether it begins with Input layers only, so that all its shapes follow. */
  readonly startsWithInputs: boolean
}

/** Where the wiring of a composition ended: whoever takes it goes on from there, once. */
interface End {
  readonly draft: Draft
  readonly scope: Scope
  readonly wires: Wires
  readonly growing: Growing
}
const ends = new WeakMap<object, End>()

/** Whether a node takes no input of the network, or is one. */
export const isInput = (node: Node): boolean => node.externals.length === 0 || node.layer.kind === 'Input'

/**
 * The graph of a composition that is being made. A sequence goes on where the wiring of its first part ended, so that a
 * chain of n layers takes n steps, not n².
 */
export const grow = (composition: CompositionValue): E.Either<Unfit, Growing> => {
  const { arrangement } = composition
  const [first, ...rest] = arrangement.form === 'sequence' && arrangement.title === undefined ? arrangement.parts : []
  const before = first === undefined ? undefined : ends.get(first)
  if (first !== undefined) ends.delete(first)
  const draft = before?.draft ?? newDraft()
  const scope = before?.scope ?? newScope()
  const wired =
    before === undefined ? wirePart(composition, null, draft, scope) : wireAll(rest, before.wires, draft, scope, 1)
  if (E.isLeft(wired)) return E.left({ place: draft.place, cause: wired.left })
  const own = before === undefined ? draft.nodes : draft.nodes.slice(before.growing.length)
  const growing: Growing = Object.freeze({
    nodes: draft.nodes,
    length: draft.nodes.length,
    inputs: Object.freeze([...draft.inputs]),
    outputs: Object.freeze(wired.right.map(({ from }) => from)),
    startsWithInputs: (before?.growing.startsWithInputs ?? true) && own.every(isInput),
  })
  ends.set(composition, { draft, scope, wires: wired.right, growing })
  return E.right(growing)
}

/** The graph of any part; a layer alone is a graph of one node. */
export const wiringOf = (part: Part): Wiring => {
  if (isComposition(part)) return part
  const wired = wire(part)
  if (E.isLeft(wired)) throw wired.left
  return wired.right
}
