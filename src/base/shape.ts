import { dimsOf, withDims } from './dimensions.ts'
import { show, wrongArgument } from './errors.ts'
import { isList, isShortList } from './trees.ts'

/**
 * The dimensions of a tensor, batch first; `null` is a dimension that is not known yet. In types an unknown dimension
 * is `number`, or a `Dim` if it has a name, and a shape of unknown rank is `number[]`.
 */
export type Shape = readonly (number | null)[]

/** The shapes of the tensors between layers, one or several; `null` is an unknown rank. */
export type Flow = readonly (Shape | null)[]

/** The type of a composition that is not valid, with the reason. */
export interface Mismatch<Message extends string> {
  readonly mismatch: Message
}

/**
 * 1 if `O` is a mismatch for certain. Counted by the length of a tuple, so that an open type parameter gives no number: the
 * compiler may take a condition on it either way, but does not know the length of a tuple that depends on it.
 */
export type Fails<O> = [...Marks<O extends Mismatch<string> ? 'fails' : 'fits'>]['length']
type Marks<X> = 'fails' extends X ? ('fits' extends X ? [] : ['fails']) : []
/**
 * The sentence of a mismatch. As the type of a parameter it refuses every argument, and compilers print the sentence and
 * nothing else; of a `Mismatch` they print the name before it, and say it twice.
 */
export type Sentence<O> = Extract<O, Mismatch<string>>['mismatch']
/** The sentence of the mismatch if `O` is one, else `Next`. */
export type Unless<O, Next = unknown> = Fails<O> extends 1 ? Sentence<O> : Next

type Dimension<D> = D extends number
  ? number extends D
    ? D extends { readonly dim?: infer Name extends string }
      ? Name
      : '?'
    : `${D}`
  : '?'
type Dimensions<S extends readonly unknown[], R extends string = ''> = S extends readonly [infer H, ...infer T]
  ? Dimensions<T, R extends '' ? Dimension<H> : `${R}, ${Dimension<H>}`>
  : R
/** Numbers with commas between them. */
export type Listed<S> = S extends readonly unknown[] ? Dimensions<S> : never
/**
 * A shape, or several side by side, as {@link showShape} and {@link showFlow} print it: `(?, 28, 28, 1)`, `(?, time, 32)`,
 * `(5,)`, `[(?, 10), (?, 9)]`.
 */
export type Show<S> = number[] extends S
  ? '<unknown>'
  : S extends readonly [infer D extends number]
    ? `(${Dimension<D>},)`
    : S extends readonly number[]
      ? `(${Dimensions<S>})`
      : S extends readonly unknown[]
        ? `[${Shapes<S>}]`
        : '<unknown>'
type Shapes<S extends readonly unknown[], R extends string = ''> = S extends readonly [infer H, ...infer T]
  ? Shapes<T, R extends '' ? Show<H> : `${R}, ${Show<H>}`>
  : R
/**
 * The mismatch of a layer that refuses its input, in the words of the error at run time. An interface, so that the compiler
 * makes the text only if it is printed.
 */
export interface Refusal<Kind extends string, Expected extends string, I, Remedy extends string> {
  readonly mismatch: `${Kind} expects ${Expected}, got ${Show<I>}. ${Remedy}`
}
/** What a layer of one input expects, for one that gets several. */
export const oneInput = { expected: 'one input', remedy: 'Put Concatenate() or Elementwise() before it.' } as const
/** What a layer of several inputs expects, for one that gets a single one. */
export const severalInputs = { expected: 'several inputs', remedy: 'Put parallel(...) before it.' } as const

/** The refusal of a layer of one input, which may get several. */
export type RefusedInput<Kind extends string, Expected extends string, I, Remedy extends string> = I extends Several
  ? RefusedMany<Kind, I>
  : Refusal<Kind, Expected, I, Remedy>
/** The refusal of several inputs. */
export type RefusedMany<Kind extends string, I> = Refusal<
  Kind,
  (typeof oneInput)['expected'],
  I,
  (typeof oneInput)['remedy']
>
/** The output of a layer of one input of any shape, which it has itself. */
export type Alike<Kind extends string, I> = I extends Several ? RefusedMany<Kind, I> : I
/** The refusal of a layer that takes several inputs, and gets one. */
export type RefusedOne<Kind extends string, I> = Refusal<
  Kind,
  (typeof severalInputs)['expected'],
  I,
  (typeof severalInputs)['remedy']
>

/** The output of a layer of several inputs for anything else: a mismatch, or an unknown shape for an unknown input. */
export type NotSeveral<Kind extends string, I> = number[] extends I ? number[] : RefusedOne<Kind, I>

/** Several shapes side by side. Asks for the first only: a dimension may be a type parameter. */
export type Several = readonly [readonly unknown[], ...(readonly unknown[])]
/** The input of the branch at index `N`: that of all, or one of several. */
export type BranchInput<I, N extends number> = I extends Several
  ? I extends { readonly [_ in N]: infer S }
    ? S
    : I
  : I

/**
 * The dimension that two dimensions agree on: a known one wins over an unknown one, and a name over none; `never` if they
 * differ.
 */
export type SharedDimension<A, B> = number extends A
  ? number extends B
    ? A extends B
      ? B extends A
        ? A & B
        : never
      : never
    : B
  : number extends B
    ? A
    : A extends B
      ? A
      : never
/** Whether two dimensions can be the same. */
export type SameSize<A, B> = number extends A
  ? number extends B
    ? A extends B
      ? true
      : false
    : true
  : number extends B
    ? true
    : A extends B
      ? true
      : false

/** The shape that two shapes agree on, known dimensions winning over unknown ones; `never` if they differ. */
export type SharedShape<A, B> = number[] extends A
  ? B
  : number[] extends B
    ? A
    : A extends readonly unknown[]
      ? B extends readonly unknown[]
        ? A['length'] extends B['length']
          ? { -readonly [K in keyof A]: K extends keyof B ? SharedDimension<A[K], B[K]> : never } extends infer S
            ? true extends { [K in keyof S]: [S[K]] extends [never] ? true : false }[keyof S & `${number}`]
              ? never
              : S
            : never
          : never
        : never
      : never

/** `(?, 28, 28, 1)`, `(?, time, 32)`, and `<unknown>` for an unknown rank. */
export const showShape = (shape: Shape | null): string => {
  if (shape === null) return '<unknown>'
  if (isList(shape)) {
    const names = dimsOf(shape)
    const shown = Array.from(shape, (d, axis) => (typeof d === 'number' ? d : (names[axis] ?? '?')))
    return `(${shown.join(', ')}${shape.length === 1 ? ',' : ''})`
  }
  const expected = 'an array of integers, with null for an unknown dimension'
  throw wrongArgument('showShape', 'shape', expected, show(shape), 'showShape([null, 28, 28, 1])')
}

/** One shape, or several in brackets: `[(?, 10), (?, 9)]`. */
export const showFlow = (flow: Flow): string =>
  flow.length === 1 ? showShape(flow[0] ?? null) : `[${flow.map(showShape).join(', ')}]`

/**
 * The shape that two shapes agree on: known dimensions win over unknown ones, and names over none; `undefined` if they
 * differ.
 */
export const sharedShape = (a: Shape | null, b: Shape | null): Shape | null | undefined => {
  if (a === null || b === null) return a ?? b
  if (a.length !== b.length) return undefined
  const shared = a.map((d, i) => d ?? b[i] ?? null)
  if (!shared.every((d, i) => (b[i] ?? d) === d)) return undefined
  const [own, others] = [dimsOf(a), dimsOf(b)]
  if (own === others) return withDims(shared, own)
  const names = shared.map((_, i) => own[i] ?? others[i])
  return shared.every((d, i) => d !== null || (others[i] ?? names[i]) === names[i])
    ? withDims(shared, names)
    : undefined
}

/** Whether a value is a shape; spread, so that holes are seen. */
export const isShape = (value: unknown): value is Shape =>
  isShortList(value) && [...value].every(d => d === null || (Number.isSafeInteger(d) && (d as number) >= 0))

/** An index among `count`, counted from the start: -1 is the last. */
export const fromStart = (at: number, count: number): number => (at < 0 ? count + at : at)

/** The number of elements of a shape; `null` if a dimension is unknown. */
export function sizeOf(shape: readonly number[]): number
export function sizeOf(shape: Shape): number | null
export function sizeOf(shape: Shape): number | null {
  return shape.reduce<number | null>((size, d) => (size === null || d === null ? null : size * d), 1)
}

/** Numbers of a shape in row-major order: those given, or one number for all elements. */
export const filled = (values: number | Float32Array, shape: readonly number[]): Float32Array =>
  typeof values === 'number' ? new Float32Array(sizeOf(shape)).fill(values) : values

/** The distance between elements along each axis, in row-major order. */
export const stridesOf = (shape: readonly number[]): readonly number[] =>
  shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))

/** The shape of a tensor that is there: all its dimensions are known. */
export const known = (shape: Shape): readonly number[] => shape as readonly number[]
