import type { Either } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Key } from '../base/random.ts'
import type { Flow, Mismatch, Shape, SharedShape, Show, Unless } from '../base/shape.ts'
import type { Ops } from '../ops/ops.ts'
import type { VariableRules } from './variables.ts'

// A layer is a value: frozen options plus rules. Its type holds the same shape rule as a type-level function, whose argument
// is the key ' in'. Keys that start with ~ exist for the compiler only; docs/types.md explains each of them.

/**
 * The least a function needs to accept a layer. TypeScript compares every member in nested calls, so there are only two.
 */
export interface AnyLayer {
  readonly kind: string
  /** The argument of the type-level function: the shape that comes in. */
  readonly ' in': unknown
}
/** A layer that says what it takes and gives as a function as well, so that a constraint can ask for it. */
export interface Taking extends AnyLayer {
  readonly ' takes'?: <I>(input: I) => Assumed<Out<this, I>>
}
/** A shape whose unknown dimensions fit any. */
// biome-ignore lint/suspicious/noExplicitAny: what is not known may be as it is asked for
type Assumed<O> = number[] extends O ? any : O extends readonly number[] ? { [K in keyof O]: Assume<O[K]> } : O
// biome-ignore lint/suspicious/noExplicitAny: likewise
type Assume<D> = number extends D ? any : D

/** A layer that takes the shape `I` and gives the shape `O`. */
export interface LayerFrom<I, O> extends AnyLayer {
  readonly ' takes'?: ((input: I) => O) | undefined
}
type AnyShape = readonly number[] | readonly (readonly number[])[]
/**
 * Any layer; with shapes, batch first, one that takes the shape `I` and gives the shape `O`. `number` is an unknown dimension.
 * Say it of a type parameter, which keeps the layer's own type.
 *
 * @example
 * ```ts
 * const classifier = <const L extends Layer<[number, number, number, number], [number, number]>>(features: L) =>
 *   join(Input([28, 28, 1]), features, Softmax(10))
 * String(classifier(join(Convolution([3, 3, 8]), Reshape()))) // (?, 28, 28, 1) -> [... 4 layers ...] -> (?, 10)
 * ```
 */
export type Layer<I = never, O = AnyShape> = [I] extends [never] ? AnyLayer : LayerFrom<I, O>

/** The other keys of a layer's type. They are optional, so that they can be read from any layer. */
export interface Typed extends AnyLayer {
  /** The result: the output shape, or a Mismatch. */
  readonly ' out'?: unknown
  /** The layers with variables within, each with its input, as a list of `network-types/list.ts`. */
  // biome-ignore lint/suspicious/noExplicitAny: a list to spread, of a type that is known where the layer is
  readonly ' found'?: any
  /** The same, with the layers without variables. */
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  readonly ' all'?: any
  /** The shape of a network's inputs; `never` for a layer that waits for its input. */
  readonly ' source'?: unknown
  /** The output without an input, or why there are no variables without one. */
  readonly ' begun'?: unknown
  /** The explicit names within, as a union. */
  readonly ' named'?: unknown
  /** The names and patterns within, as a union; those of layers without variables begin with '!'. */
  readonly ' patterns'?: unknown
  /** The depth of nesting, as a union of all numbers up to it; with '/' if a layer within is shared. */
  readonly ' within'?: unknown
}

/** An argument. It is one type wherever a layer meets a shape, so that the compiler evaluates the layer once for it. */
interface At<I> {
  readonly ' in': I
}
/** A layer applied to an input shape. */
export type Placed<L extends Typed, I> = L & At<I>
/** The output shape of a layer for an input shape. */
export type Out<L extends Typed, I> = (L & At<I>)[' out']

/**
 * The type of a parameter for a layer that takes the shape `I` and gives the shape `O`, if one is given. An argument that
 * does not fit is underlined.
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

/** The mode in which a layer runs. */
export interface Mode {
  readonly training: boolean
  /** The key, if the caller gave one. A layer that draws random numbers in training needs it. */
  readonly key: Key | undefined
  /** The layer's name in its network, for errors. */
  readonly layer?: string
  /** Whether the inputs are those of the network, unchanged. Their ids have been checked. */
  readonly isGiven?: boolean
}

/** The result of `forward`: the output, new values of the layer's state, and the outputs after the first, if it has several. */
export type Result<T> = readonly [output: T, state: Readonly<Record<string, T>>, further?: readonly T[]]

/** The rows that an input of ids, integers from 0, selects from: how many, and which other input says where ids count. */
export interface Rows {
  readonly count: number
  /** The number of an input [batch, time], which is 0 where an id [batch, time, ...] may be anything. */
  readonly mask?: number
}

/** Steps of a sequence that are read after others. */
export interface DecodingPlace<T> {
  /** The number of steps before them: a scalar. */
  readonly position: T
  /** The number of steps that what is kept has room for, these included. */
  readonly capacity: number
}

/**
 * How a layer that looks back at earlier steps reads a sequence part by part, [batch, steps, …] each: what it keeps of the
 * steps that it has read stands in for them.
 *
 * All inputs are as for `forward`; one without the steps of the sequence, such as an initial state, is the same for every
 * part.
 */
export interface Decoding {
  /**
   * What is kept before the first step. Its shapes depend on the batch and the capacity only. Where a dimension is larger for
   * a larger capacity, zeros are appended to what is kept when the capacity grows.
   *
   * @param inputs `undefined` for an input that has the steps of the sequence
   */
  readonly start: <T>(
    ops: Ops<T>,
    variables: Readonly<Record<string, T>>,
    inputs: readonly (T | undefined)[],
    room: { readonly batch: number; readonly capacity: number },
  ) => Readonly<Record<string, T>>
  /** The output for the next steps, and what is kept after them, of the same names and shapes. */
  readonly step: <T>(
    ops: Ops<T>,
    variables: Readonly<Record<string, T>>,
    inputs: readonly T[],
    kept: Readonly<Record<string, T>>,
    place: DecodingPlace<T>,
  ) => readonly [output: T, kept: Readonly<Record<string, T>>]
  /** The most steps of a sequence. Default: there is no limit. */
  readonly most?: number
}

/**
 * What a layer does with a part of a sequence: `'steps'` if it acts on each step alone, so that `forward` is right for any
 * part; `'whole'` if its output does not depend on the inputs that have steps; else how it looks back.
 */
export type Decoded = 'steps' | 'whole' | Decoding
/**
 * How a layer decodes, or why it cannot. `steps` says of each input whether it has the steps of the sequence along axis 1, and
 * is true for one at least.
 */
export type DecodeRule = (inputs: Flow, steps: readonly boolean[]) => Either<Fault, Decoded>

/** What a layer does at run time, for its options. Nothing else knows its mathematics. */
export interface Rules {
  /** How many inputs it takes; 'any': one or several. */
  readonly inputs: 'one' | 'several' | 'any'
  readonly shape: (inputs: Flow) => Either<Fault, Shape | null>
  /** How many of the inputs, the last ones, are an initial state, which has no steps. Default: none. */
  readonly starts?: number
  /** For a layer of several outputs: the shapes of those after the first, for inputs that fit. */
  readonly further?: (inputs: Flow) => Flow
  readonly variables: (inputs: Flow) => Either<Fault, VariableRules>
  /** For each input of ids: the rows that they select from; `null` for other inputs. */
  readonly ids?: (inputs: Flow) => readonly (Rows | null)[]
  /** Whether the output has the elements of the input, unchanged. */
  readonly passes?: boolean
  /** How it reads a sequence part by part. Default: not at all. */
  readonly decode?: DecodeRule
  readonly forward: <T>(
    ops: Ops<T>,
    variables: Readonly<Record<string, T>>,
    inputs: readonly T[],
    mode: Mode,
  ) => Result<T>
  /**
   * For a layer that mixes examples: the targets of training, mixed in the same way.
   *
   * @param expected the targets as they are given
   * @param key that of `mode` in `forward`
   * @param input the shape of the first input
   */
  readonly targets?: <T>(ops: Ops<T>, expected: T, key: Key, input: Shape | null) => T
}
