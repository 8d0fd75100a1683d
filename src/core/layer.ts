import type { Either } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Key } from '../base/random.ts'
import type { Flow, Mismatch, Shape, SharedShape, Show, Unless } from '../base/shape.ts'
import type { Ops } from '../ops/ops.ts'
import type { VariableRules } from './variables.ts'

// A layer is a value: frozen options plus rules. Its type carries the twin of its shape rule, as a type-level function
// whose argument is the key '~in'; the keys that start with ~ exist for the compiler only.

/**
 * The least a function needs to accept a layer. TypeScript compares every member in nested calls, so there are only two.
 */
export interface AnyLayer {
  readonly kind: string
  /** The argument of the type-level function: the shape that comes in. */
  readonly '~in': unknown
}
/** What a layer has beside for the compiler. All of it optional, so that every layer may be asked for it. */
export interface Typed extends AnyLayer {
  /** The result: the shape that goes out, or a Mismatch. */
  readonly '~out'?: unknown
  /** The layers with variables within, in their places, as `network-types/list.ts` says. */
  // biome-ignore lint/suspicious/noExplicitAny: a list to spread, of a type that is known where the layer is
  readonly '~found'?: any
  /** The same with the layers without variables. */
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  readonly '~all'?: any
  /** The shape of the inputs that a network starts with; `never` for a layer that waits for its input. */
  readonly '~source'?: unknown
  /** The explicit names within, as a union. */
  readonly '~named'?: unknown
  /** The names and patterns within, after '!' where a layer has no variables. */
  readonly '~patterns'?: unknown
  /** How deep compositions are nested within, as every number from 0 to that, and whether some layer is shared. */
  readonly '~within'?: unknown
}

/** An argument: one and the same type wherever a layer meets a shape, so that the compiler reads the layer once for it. */
interface At<I> {
  readonly '~in': I
}
/** A layer that gets an input shape. */
export type Placed<L extends Typed, I> = L & At<I>
/** The output shape of a layer for an input shape. */
export type Out<L extends Typed, I> = (L & At<I>)['~out']

/**
 * A layer that takes the shape `I` and, where one is given, makes the shape `O`: for the parameters of functions that
 * take layers, whose misfits are then underlined where they are given.
 *
 * @example
 * ```ts
 * const classifier = <const L extends Layer>(features: Fits<L, [number, 10]>) => join(Input(10), features, Softmax(3))
 * String(classifier(Relu(8))) // (?, 10) -> [... 3 layers ...] -> (?, 3)
 * ```
 */
export type Fits<L extends Typed, I, O = unknown> = Unless<Out<L, I>, Unless<Unlike<Out<L, I>, O>>> & L
type Unlike<Made, O> = unknown extends O
  ? null
  : SharedShape<Made, O> extends infer S
    ? [S] extends [never]
      ? Mismatch<`An output ${Show<O>} is expected, got ${Show<Made>}`>
      : null
    : null

/** How a layer runs. */
export interface Mode {
  readonly training: boolean
  /** Present when the caller gave one; a layer that draws demands it in training. */
  readonly key: Key | undefined
  /** The layer's name in its network, for errors. */
  readonly layer?: string
  /** Whether the inputs are those given to the network, as they are, of which ids have been looked at. */
  readonly isGiven?: boolean
}

/** What `forward` gives: the output, and the new values of the variables in the layer's state. */
export type Result<T> = readonly [output: T, state: Readonly<Record<string, T>>]

/** What a layer means at run time, its options already applied. Nothing else knows its mathematics. */
export interface Rules {
  /** How many inputs it takes: one, several side by side, or either. */
  readonly inputs: 'one' | 'several' | 'any'
  readonly shape: (inputs: Flow) => Either<Fault, Shape | null>
  readonly variables: (inputs: Flow) => Either<Fault, VariableRules>
  /** How many rows there are that the input may name by whole numbers from 0 on, where it does. */
  readonly ids?: number
  /** Whether what comes out are the elements of what goes in, as they are. */
  readonly passes?: boolean
  readonly forward: <T>(
    ops: Ops<T>,
    variables: Readonly<Record<string, T>>,
    inputs: readonly T[],
    mode: Mode,
  ) => Result<T>
  /**
   * What training compares an output with, where the layer mixes examples: from what was expected of it, the key that
   * `forward` gets, and the shape of the first input.
   */
  readonly targets?: <T>(ops: Ops<T>, expected: T, key: Key, input: Shape | null) => T
}
