import * as E from 'fp-ts/lib/Either.js'
import { type Fault, InvalidOption, LayerConnectionError, show } from './errors.ts'
import type { AnyLayer, Mode, Rules } from './layer.ts'
import type { Ops } from './ops.ts'
import { foldIn } from './random.ts'
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
import { type Flow, type Shape, showFlow } from './shape.ts'
import { byName, merged, own, type VariableTree } from './trees.ts'

// At run time a composition is a tree of parts, and beside it the same as a graph: nodes in the order in which they
// run. The tree is what further compositions are made of, because names are resolved anew in each; the graph is what
// runs.

/** A layer as the run time sees it. */
export interface LayerValue {
  readonly kind: string
  /** Its name, or the pattern that numbers it. */
  readonly name: string
  readonly rules: Rules
}

/** One layer in its place in a network. */
export interface Node {
  /** Unique in the network, but for the occurrences of a shared layer. */
  readonly name: string
  /** Its name after those of the blocks around it, as errors give it: `res3a > convolution-2`. */
  readonly path: string
  readonly layer: LayerValue
  /** The nodes that feed this one, as indices; empty for a node that takes inputs of the network itself. */
  readonly inputs: readonly number[]
  /** Which inputs of the network it takes. */
  readonly externals: readonly number[]
  /** The shapes that come in, and the one that goes out. */
  readonly inputShapes: Flow
  readonly shape: Shape | null
}

/** A composition as a graph. */
export interface Wiring {
  readonly nodes: readonly Node[]
  /** The shapes of the network's inputs. */
  readonly inputs: Flow
  /** The nodes whose outputs are the network's, as indices. */
  readonly outputs: readonly number[]
}

/** What every composition carries. */
export interface Wired extends AnyLayer, Wiring {}

/** Where a part was cut out of another: from the named layers on, or up to them. */
export interface Cut {
  readonly at: 'start' | 'end'
  readonly names: readonly string[]
}

type Arrangement =
  | { readonly form: 'sequence'; readonly parts: readonly Part[]; readonly title?: string }
  | { readonly form: 'parallel' | 'branch'; readonly parts: readonly Part[] }
  | { readonly form: 'repeat'; readonly part: Part; readonly times: number }
  | { readonly form: 'shared' | 'block'; readonly part: Part; readonly name: string }
  | { readonly form: 'slice'; readonly wiring: Wiring; readonly of: Part; readonly cut: Cut }

/** A composition as the run time sees it. */
export interface CompositionValue extends Wiring {
  readonly kind: string
  readonly arrangement: Arrangement
}

/** What compositions are made of. */
export type Part = LayerValue | CompositionValue

const isComposition = (part: Part): part is CompositionValue => 'arrangement' in part

/** Whether a value is a layer or composition. */
export const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && ('rules' in value || 'arrangement' in value)

/** Checks that a value is a layer, as a call from JavaScript may give anything. */
export const asPart = (owner: string, value: unknown): Part => {
  if (isPart(value)) return value
  throw new InvalidOption({
    layer: owner,
    option: 'layer',
    expected: 'a layer',
    got: show(value),
    remedy:
      typeof value === 'function'
        ? `Call it: ${value.name || 'Relu'}().`
        : `For example: ${owner}(Relu(10), Softmax(3)).`,
  })
}

/** Where a tensor comes from: a node (its index) or an input of the network (~ its index). */
interface Wire {
  readonly from: number
  readonly shape: Shape | null
}
type Wires = readonly Wire[]

interface Draft {
  readonly nodes: Node[]
  readonly inputs: (Shape | null)[]
}

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
  if (E.isLeft(shape)) return connectionError(path, kind, shape.left)
  const wires = incoming ?? [{ from: ~draft.inputs.length, shape: null }]
  // A network's input has the shape that its first layer gives it, which only an Input knows.
  if (incoming === null) draft.inputs.push(layer.kind === 'Input' ? shape.right : null)
  draft.nodes.push({
    name,
    path,
    layer,
    inputs: wires.filter(wire => wire.from >= 0).map(wire => wire.from),
    externals: wires.filter(wire => wire.from < 0).map(wire => ~wire.from),
    inputShapes: wires.map(wire => wire.shape),
    shape: shape.right,
  })
  return E.right([{ from: draft.nodes.length - 1, shape: shape.right }])
}

const wireSlice = (slice: Wiring, incoming: Wires | null, draft: Draft, scope: Scope): E.Either<WiringError, Wires> => {
  const placed: Wire[] = []
  const isShared = ({ name }: Node) => slice.nodes.filter(other => other.name === name).length > 1
  for (const node of slice.nodes) {
    const external = node.externals.map(k => incoming?.[incoming.length === 1 ? 0 : k])
    const wires = [...external, ...node.inputs.map(i => placed[i])].filter(wire => wire !== undefined)
    // Its nodes keep the names that they have, which no other layer may take.
    const named = isShared(node) ? claimAlways(node, scope) : claim(node, scope)
    const wired = wireLayer(node.layer, wires.length ? wires : null, draft, named, scope)
    if (E.isLeft(wired)) return wired
    placed.push(wired.right[0] as Wire)
  }
  return E.right(slice.outputs.map(i => placed[i] as Wire))
}

const wireAll = (
  parts: readonly Part[],
  incoming: Wires | null,
  draft: Draft,
  scope: Scope,
): E.Either<WiringError, Wires> => {
  let wires = incoming
  for (const part of parts) {
    const wired = wirePart(part, wires, draft, scope)
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
    const wired = wirePart(part, incoming[i] ?? null, draft, scope)
    if (E.isLeft(wired)) return wired
    outgoing.push(...wired.right)
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

const wirePart = (part: Part, incoming: Wires | null, draft: Draft, scope: Scope): E.Either<WiringError, Wires> => {
  if (!isComposition(part)) return wireLayer(part, incoming, draft, resolveName(part.name, scope), scope)
  const { arrangement } = part
  switch (arrangement.form) {
    case 'sequence':
      return wireAll(arrangement.parts, incoming, draft, titled(scope, arrangement.title))
    case 'parallel': {
      const inputs = dealt(incoming, arrangement.parts.length, scope)
      return E.isLeft(inputs) ? inputs : wireBranches(arrangement.parts, inputs.right, draft, scope)
    }
    case 'branch':
      return wireBranches(arrangement.parts, Array(arrangement.parts.length).fill(incoming), draft, scope)
    case 'repeat':
      return wireAll(Array<Part>(arrangement.times).fill(arrangement.part), incoming, draft, scope)
    case 'shared':
      return wireShared(arrangement.part, claimShared(arrangement.name, scope), incoming, draft, scope)
    case 'block':
      return wireBlock(arrangement.part, arrangement.name, incoming, draft, scope)
    case 'slice':
      return wireSlice(arrangement.wiring, incoming, draft, scope)
  }
}

/**
 * A part as a graph. With shapes, it gets inputs of these shapes; without, it begins with its own inputs.
 */
export const wire = (part: Part, shapes?: Flow): E.Either<WiringError, Wiring> => {
  const draft: Draft = { nodes: [], inputs: shapes ? [...shapes] : [] }
  const incoming = shapes ? shapes.map((shape, k) => ({ from: ~k, shape })) : null
  const wired = wirePart(part, incoming, draft, newScope())
  if (E.isLeft(wired)) return wired
  const outputs = wired.right.map(({ from }) => from)
  return E.right(freezeDeeply({ nodes: draft.nodes, inputs: draft.inputs, outputs }))
}

/** Freezes a value and all that it holds, as far as it is not frozen yet; numbers in typed arrays cannot be. */
const freezeDeeply = <V>(value: V): V => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) freezeDeeply(part)
  return value
}

/** Whether a graph begins with Input layers only, so that all its shapes follow. */
const startsWithInputs = (wiring: Wiring): boolean =>
  wiring.nodes.every(node => node.externals.length === 0 || node.layer.kind === 'Input')

/** What layers and compositions can do, apart from their data. */
export const chain: object = Object.freeze({
  to(this: Part, next: unknown): CompositionValue {
    return compose({ form: 'sequence', parts: [this, asPart('to', next)] })
  },
  '>>'(this: Part, next: unknown): CompositionValue {
    return compose({ form: 'sequence', parts: [this, asPart('>>', next)] })
  },
})

const composition: object = Object.freeze(
  Object.assign(Object.create(chain), {
    toString(this: CompositionValue): string {
      const shapes = this.outputs.map(i => this.nodes[i]?.shape ?? null)
      return `${showFlow(this.inputs)} -> [... ${this.nodes.length} layers ...] -> ${showFlow(shapes)}`
    },
  }),
)

/**
 * Makes a composition.
 *
 * @throws LayerConnectionError when shapes do not fit, InvalidOption when a name is taken twice
 */
export const compose = (arrangement: Arrangement, kind = 'Sequence'): CompositionValue => {
  const draft = { kind, arrangement } as CompositionValue
  const wired = arrangement.form === 'slice' ? E.right(arrangement.wiring) : wire(draft)
  if (E.isLeft(wired)) throw wired.left
  return Object.freeze(
    Object.assign(Object.create(composition), {
      kind: startsWithInputs(wired.right) ? 'Network' : kind,
      arrangement: freezeDeeply(arrangement),
      ...wired.right,
    }),
  )
}

/** The graph of any part; a layer alone is a graph of one node. */
export const wiringOf = (part: Part): Wiring => {
  if (isComposition(part)) return part
  const wired = wire(part)
  if (E.isLeft(wired)) throw wired.left
  return wired.right
}

/**
 * Runs a graph: the mathematics of its nodes, in order, in any interpretation of the operations.
 *
 * @param variables parameters and state together, by layer name
 * @returns the outputs, and the new state of each layer that has one
 */
export const run = <T>(
  ops: Ops<T>,
  wiring: Wiring,
  variables: VariableTree<T>,
  inputs: readonly T[],
  mode: Mode,
): readonly [outputs: readonly T[], state: VariableTree<T>] => {
  const values: T[] = []
  const state = new Map<string, Readonly<Record<string, T>>>()
  for (const { name, layer, inputs: from, externals } of wiring.nodes) {
    const given = [...externals.map(k => inputs[k] as T), ...from.map(i => values[i] as T)]
    const mine: Mode = { ...mode, layer: name, key: mode.key && foldIn(mode.key, name) }
    const [output, newState] = layer.rules.forward(
      ops.within?.(name) ?? ops,
      merged(own(variables, name), state.get(name)),
      given,
      mine,
    )
    values.push(output)
    if (Object.keys(newState).length > 0) state.set(name, newState)
  }
  return [wiring.outputs.map(i => values[i] as T), byName(state)]
}
