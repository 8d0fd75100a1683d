import { InvalidOption, show } from '../base/errors.ts'
import type { Flow, Shape } from '../base/shape.ts'
import { isList } from '../base/trees.ts'
import type { AnyLayer, Rules } from '../core/layer.ts'

// At run time a composition is a tree of parts and a graph of nodes, in the order in which they run. Further compositions
// are made of the tree, because names are resolved anew in each. The graph is what runs.

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

/**
 * What layers and compositions are told by, whichever copy of the library made them. A registered symbol is not unique to
 * the compiler, but as a key of types it has to be.
 */
export const brand: unique symbol = Symbol.for('joinery.layer') as never

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

export const isComposition = (part: Part): part is CompositionValue => 'arrangement' in part
