import type { oneInput, Several, SharedShape, Show } from '../base/shape.ts'
import type { batchFirst, idsExpected, idsRemedy, oneExample, wrongCount, wrongShape } from '../base/unfit-data.ts'
import type { Floats, IdsOf, InputAt } from './kinds.ts'

// Data that is given to a network, as far as its type says a shape: in the place of what does not fit stands the sentence that
// is the error at run time. Nothing is refused that may fit, such as data of unknown shape or for a type parameter.

/** Data with a shape: a tensor, or `{ data, shape }`. */
export interface Shaped {
  readonly shape: readonly number[]
}

/**
 * Whatever takes this takes any data, and its type says no shape. Asked first: to look through all types of data costs the compiler
 * thousands of steps, and it asks of any data where it does not know those of a call yet.
 */
export interface AnyData {
  readonly data: readonly never[]
  readonly shape: readonly never[]
}
/** The shape that the type of data says: of tensors, `{ data, shape }`, arrays and typed arrays; `number[]` for none. */
export type ShapeOf<X> = AnyData extends X
  ? number[]
  : X extends readonly unknown[]
    ? Nested<X, []>
    : X extends { readonly dataSync: unknown; readonly shape: infer S & number[] }
      ? S
      : X extends { readonly shape: infer S extends readonly unknown[] }
        ? { -readonly [K in keyof S]: S[K] }
        : X extends { readonly BYTES_PER_ELEMENT: number }
          ? [number]
          : number[]
/** The deepest nested arrays whose shape is read: a type may contain itself. */
type Deepest = 8
/** The shape of nested arrays, read from the first element of each; a tensor alone in an array is one input. */
type Nested<X, S extends readonly number[]> = X extends number
  ? S
  : X extends readonly unknown[]
    ? S['length'] extends Deepest
      ? number[]
      : Nested<X[0], [...S, X['length']]>
    : S extends readonly [1]
      ? X extends Shaped
        ? ShapeOf<X>
        : number[]
      : number[]

// Faults are counted by the length of a tuple, as for `Fails`: an open type parameter gives no number.

/** `[]` if the shape `S` may be that of an input `I`, else one element. */
export type Judged<I, S> = [S] extends [I]
  ? []
  : S extends readonly number[]
    ? number extends S['length']
      ? []
      : I extends S
        ? []
        : [SharedShape<I, S>] extends [never]
          ? ['shape']
          : []
    : []

/**
 * Nested arrays of the shape `S`. It is made once for a network, and to compare data with it costs a tenth of what it costs to read
 * their shape. So it is asked first. Of several shapes it is none.
 */
export type Rows<S> = S extends readonly [infer D, ...infer Rest]
  ? number extends D
    ? readonly Rows<Rest>[]
    : { readonly length: D; readonly [at: number]: Rows<Rest> }
  : number

/** The faults of the data `X` for inputs of the shape `I` of the network `N`: `[]` for none. */
export type DataFaults<I, X, N = unknown> = [X] extends [Rows<I>]
  ? []
  : number[] extends I
    ? []
    : AnyData extends X
      ? []
      : I extends Several
        ? Each<I, X, N>
        : X extends readonly [Shaped, Shaped, ...(readonly unknown[])]
          ? ['count', 'of inputs']
          : [X] extends [Floats | readonly [Floats]]
            ? [IdsOf<N>] extends [never]
              ? Judged<I, ShapeOf<X>>
              : ['of', 'floats', 'for', 'ids']
            : Judged<I, ShapeOf<X>>
/** The same for several inputs, which an array holds in order: one element of it may not fit. */
type Each<I extends Several, X, N> = X extends readonly unknown[]
  ? number extends X['length']
    ? []
    : X['length'] extends I['length']
      ? true extends {
          [K in keyof X]: K extends keyof I
            ? [...DataFaults<I[K], X[K], InputAt<N, K>>]['length'] extends 1 | 4
              ? true
              : 0
            : 0
        }[number]
        ? ['one', 'of', 'several']
        : []
      : ['count', 'of inputs']
  : X extends Shaped | { readonly BYTES_PER_ELEMENT: number }
    ? ['count', 'of inputs']
    : []

/**
 * The data `X` for inputs of the shape `I`, the argument or field `What`: as it is; or, in its place or that of the one of
 * several that does not fit, what is wrong.
 */
export type DataFor<What extends string, I, X, N = unknown> = [...DataFaults<I, X, N>]['length'] extends 1 | 2 | 3 | 4
  ? Instead<What, I, X, N>
  : X
/**
 * A sentence about nested arrays that are written where they are given, in the place of the first row: of the fields of
 * an object, compilers underline the name, but for what stands within arrays.
 */
export type InFirst<Said, X> = Said extends string
  ? X extends readonly [unknown, ...infer Others]
    ? readonly [Said, ...Others]
    : Said
  : Said
type Instead<What extends string, I, X, N> = [...DataFaults<I, X, N>]['length'] extends 3
  ? InsteadOfOne<What, I, X, N>
  : Refused<What, I, X, N>[[...DataFaults<I, X, N>]['length'] & number]
/**
 * What is said of data, by the number of faults. Any number is a key: else the compiler would make every sentence for all types
 * of data, when it looks what the data of a call may be.
 */
interface Refused<What extends string, I, X, N> {
  readonly [faults: number]: string
  readonly 1: Wrong<What, I, ShapeOf<X>>
  readonly 2: WrongCount<What, I, X>
  readonly 4: `${What} expects ${ReturnType<typeof idsExpected<IdsOf<N> & string>>}, got float32. ${typeof idsRemedy}`
}
type InsteadOfOne<What extends string, I, X, N> = AnyData extends X
  ? X
  : { [K in keyof X]: K extends keyof I ? DataFor<`${What}[${K & string}]`, I[K], X[K], InputAt<N, K>> : X[K] }

/** The sentence about data of another shape, which may be that of one example. */
type Wrong<What extends string, I, S> = I extends [unknown, ...infer One]
  ? [...Judged<One, S>]['length'] extends 1
    ? `${What} expects ${Show<I>}, got ${Show<S>}. ${typeof wrongShape}`
    : `${What} expects ${(typeof oneExample)['expected']}, ${Show<I>}, got ${Show<S>}, ${(typeof oneExample)['got']}. ${ReturnType<typeof batchFirst<'x'>>}`
  : never
type WrongCount<What extends string, I, X> = I extends Several
  ? `${What} expects ${I['length'] & number} inputs, ${Show<I>}, got ${Given<X>}. ${typeof wrongCount}`
  : X extends readonly unknown[]
    ? `${What} expects ${(typeof oneInput)['expected']}, got ${Show<{ -readonly [K in keyof X]: ShapeOf<X[K]> }>}. ${typeof wrongShape}`
    : never
/** Several tensors, or one. */
type Given<X> = X extends readonly [Shaped, Shaped, ...(readonly unknown[])]
  ? `${X['length'] & number}, ${Show<{ -readonly [K in keyof X]: ShapeOf<X[K]> }>}`
  : `1, ${Show<ShapeOf<X>>}`
