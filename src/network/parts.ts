import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../base/errors.ts'
import { codec } from '../base/options.ts'
import type { Flow, Shape } from '../base/shape.ts'
import { isList } from '../base/trees.ts'
import type { AnyLayer, Rules, Taking } from '../core/layer.ts'

// A composition is a tree of parts and a graph of nodes in the order in which they run. The graph runs. Further
// compositions are made of the tree, because names are resolved anew in each.

/** A layer at run time. */
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
  /** Which output of each of these nodes it takes, if it is not the first of all. */
  readonly ports?: readonly number[]
  /** Which inputs of the network it takes. */
  readonly externals: readonly number[]
  /** The shapes that come in, and the one that goes out. */
  readonly inputShapes: Flow
  readonly shape: Shape | null
  /** The shapes of its outputs after the first, if it has several. */
  readonly further?: Flow
}

/** A composition as a graph. */
export interface Wiring {
  readonly nodes: readonly Node[]
  /** The shapes of the network's inputs. */
  readonly inputs: Flow
  /** The nodes whose outputs are the network's, as indices. */
  readonly outputs: readonly number[]
  /** Which output of each of these nodes it is, if it is not the first of all. */
  readonly ports?: readonly number[]
}

/** The graph of a composition, as part of its type. */
export interface Wired extends AnyLayer, Wiring, Taking {}

/** How a slice was cut: from the named layers on, or up to them. */
export interface Cut {
  readonly at: 'start' | 'end'
  readonly names: readonly string[]
}

/** What a block expects of its inputs, in place of what is said of the layer within that does not fit. */
export interface BlockExpectation {
  /** What the block is called in errors, such as `TransformerEncoder`. */
  readonly kind: string
  readonly expected: string
  readonly remedy: string
}

/** How a composition is made of its parts. */
export type Arrangement =
  | { readonly form: 'sequence'; readonly parts: readonly Part[]; readonly title?: string }
  | { readonly form: 'parallel' | 'branch'; readonly parts: readonly Part[] }
  | { readonly form: 'repeat'; readonly part: Part; readonly times: number }
  | { readonly form: 'shared'; readonly part: Part; readonly name: string }
  | { readonly form: 'block'; readonly part: Part; readonly name: string; readonly expects?: BlockExpectation }
  | { readonly form: 'slice'; readonly wiring: Wiring; readonly of: Part; readonly cut: Cut }

/** A composition at run time. */
export interface CompositionValue extends Wiring {
  readonly kind: string
  readonly arrangement: Arrangement
}

/** What compositions are made of. */
export type Part = LayerValue | CompositionValue

/**
 * Marks layers and compositions of any copy of the library. The cast: the compiler takes only unique symbols as keys, and
 * does not count a registered one as unique.
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

/** The codec of an option that is a layer or composition. */
export const innerLayer: t.Type<Part, unknown, unknown> = codec<Part>('a layer', value =>
  isPart(value) ? value : undefined,
)

/** What to do about a value that is not a layer. */
const remedyFor = (value: unknown, got: string, example: string): string => {
  if (got === 'a promise') return 'Await it first.'
  if (isList(value)) return 'Join the layers of an array first: join(...layers).'
  const [, name = 'Relu'] = /^a function (\w+)$/.exec(got) ?? []
  return typeof value === 'function' ? `Call it: ${name}().` : `For example: ${example}.`
}

/**
 * Checks that a value is a layer: calls from JavaScript may give anything.
 *
 * @param owner the function that was called
 * @param example a valid call of it, or one that makes a network
 */
export const asPart = (owner: string, value: unknown, example = 'join(Input(4), Relu(10), Softmax(3))'): Part => {
  if (isPart(value)) return value
  const got = show(value)
  const remedy = remedyFor(value, got, example)
  throw new InvalidOption({ layer: owner, option: 'layer', expected: 'a layer', got, remedy })
}

export const isComposition = (part: Part): part is CompositionValue => 'arrangement' in part
