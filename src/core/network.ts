import * as E from 'fp-ts/lib/Either.js'
import { InvalidOption, show } from './errors.ts'
import type { AnyLayer, Mode, Rules } from './layer.ts'
import type { Ops } from './ops.ts'
import { foldIn, type Key } from './random.ts'
import { type Flow, type Shape, showFlow, showShape } from './shape.ts'
import { cut, shortened, shownAs, table } from './shown.ts'
import { byName, isList, merged, own, type VariableTree } from './trees.ts'
import { firstSequence, type Growing, grow, isComposition, isInput, wire } from './wiring.ts'

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

/** How a composition is made of its parts. */
export type Arrangement =
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

/** What layers and compositions are told by, whichever copy of the library made them. */
const brand: unique symbol = Symbol.for('joinery.layer') as never

/** Whether a value is a layer or composition. */
export const isPart = (value: unknown): value is Part => {
  try {
    return typeof value === 'object' && value !== null && brand in value
  } catch {
    // A proxy of the user's.
    return false
  }
}

const examples: ReadonlyMap<string, string> = new Map([
  ['repeat', 'repeat(Relu(10), 3)'],
  ['shared', "shared('encoder', Relu(10))"],
  ['block', "block('encoder', Relu(10))"],
  ['residual', 'residual(Relu(10))'],
  ['when', 'when(true, Relu(10))'],
  ...['join', 'parallel', 'branch'].map(name => [name, `${name}(Relu(10), Softmax(3))`] as const),
])

/** What to do about a value that is no layer. */
const remedyFor = (owner: string, value: unknown, got: string): string => {
  const example = `For example: ${examples.get(owner) ?? 'join(Input(4), Relu(10), Softmax(3))'}.`
  if (got === 'a promise') return 'Await it first.'
  if (isList(value)) return 'Join the layers of an array first: join(...layers).'
  const [, name] = /^a function (\w+)$/.exec(got) ?? []
  return typeof value === 'function' ? `Call it: ${name ?? 'Relu'}().` : example
}

/** Checks that a value is a layer, as a call from JavaScript may give anything. */
export const asPart = (owner: string, value: unknown): Part => {
  if (isPart(value)) return value
  const got = show(value)
  const remedy = remedyFor(owner, value, got)
  throw new InvalidOption({ layer: owner, option: 'layer', expected: 'a layer', got, remedy })
}

/** Freezes a value and all that it holds, as far as it is not frozen yet; numbers in typed arrays cannot be. */
const freezeDeeply = <V>(value: V): V => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) freezeDeeply(part)
  return value
}

/** What layers and compositions can do, apart from their data. */
export const chain: object = Object.freeze(
  Object.defineProperties(
    {
      [brand]: true,
      to(this: Part, next: unknown): CompositionValue {
        return compose({ form: 'sequence', parts: [this, asPart('to', next)] })
      },
      '>>'(this: Part, next: unknown): CompositionValue {
        return compose({ form: 'sequence', parts: [this, asPart('>>', next)] })
      },
    },
    shownAs((layer: LayerValue) => cut(String(layer), 400)),
  ),
)

/** The layers of a composition, as many as fit a screen. */
const listed = (composition: CompositionValue): string => {
  const rows = composition.nodes.map(({ name, layer, shape }) => [
    cut(name, 32),
    cut(String(layer), 56),
    showShape(shape),
  ])
  const lines = table(shortened(rows, 'layers'))
  return [String(composition), ...lines.map(line => `  ${line}`)].join('\n')
}

const composition: object = Object.freeze(
  Object.assign(Object.create(chain, shownAs(listed)), {
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
  const value = Object.create(composition, { arrangement: { value: freezeDeeply(arrangement), enumerable: true } })
  checkDepth(value, kind)
  const wired = arrangement.form === 'slice' ? E.right(ofSlice(arrangement.wiring)) : grow(value)
  if (E.isLeft(wired)) throw wired.left
  const { inputs, outputs, startsWithInputs } = wired.right
  const nodes = lazy(wired.right)
  return Object.freeze(
    Object.defineProperties(value, {
      kind: { value: startsWithInputs ? 'Network' : kind, enumerable: true },
      nodes: { get: nodes, enumerable: true },
      inputs: { value: inputs, enumerable: true },
      outputs: { value: outputs, enumerable: true },
    }),
  )
}

/** Compositions within compositions may be so deep: those that read them call themselves at each level. */
const deepest = 500
const depths = new WeakMap<object, number>()
const depthOf = (part: Part): number => depths.get(part) ?? 0

const checkDepth = (value: CompositionValue, kind: string): void => {
  const { arrangement } = value
  const parts =
    'parts' in arrangement ? arrangement.parts : [arrangement.form === 'slice' ? arrangement.of : arrangement.part]
  // What a sequence begins with is as deep as itself: chains are made one by one.
  const inner = parts.map((part, i) => depthOf(part) + (i === 0 && firstSequence(arrangement) !== undefined ? 0 : 1))
  const depth = inner.reduce((a, b) => Math.max(a, b), 0)
  depths.set(value, depth)
  if (depth > deepest)
    throw new InvalidOption({
      layer: kind,
      option: 'layers',
      expected: `at most ${deepest} compositions within one another`,
      got: 'more',
      remedy: 'Join all layers at once: join(...layers).',
    })
}

/** A slice has its graph from another composition. */
const ofSlice = ({ nodes, inputs, outputs }: Wiring): Growing => ({
  nodes,
  length: nodes.length,
  inputs,
  outputs,
  startsWithInputs: nodes.every(isInput),
})

/** The nodes of a graph, copied out of those of a chain when somebody asks. */
const lazy = ({ nodes, length }: Growing): (() => readonly Node[]) => {
  let chain: readonly Node[] | null = nodes
  let own: readonly Node[] | undefined
  return () => {
    if (own === undefined) {
      own = Object.freeze((chain as readonly Node[]).slice(0, length))
      chain = null
    }
    return own
  }
}

/** The graph of any part; a layer alone is a graph of one node. */
export const wiringOf = (part: Part): Wiring => {
  if (isComposition(part)) return part
  const wired = wire(part)
  if (E.isLeft(wired)) throw wired.left
  return wired.right
}

/** The key that a layer draws with. */
export const keyOf = ({ key }: Mode, name: string): Key | undefined => key && foldIn(key, name)

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
  const passed: boolean[] = []
  const state = new Map<string, Readonly<Record<string, T>>>()
  for (const { name, layer, inputs: from, externals } of wiring.nodes) {
    const given = [...externals.map(k => inputs[k] as T), ...from.map(i => values[i] as T)]
    const isGiven = mode.isGiven !== false && from.every(i => passed[i])
    passed.push(isGiven && layer.rules.passes === true)
    const mine: Mode = { ...mode, layer: name, key: keyOf(mode, name), isGiven }
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
