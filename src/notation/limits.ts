import type {
  NumberRule,
  OneToNine,
  RefusesAnyAxes,
  RefusesAxes,
  RefusesDimensions,
  RefusesNumber,
  RefusesOrder,
  RefusesUpTo1000,
  Repeats,
  RestTwice,
} from '../base/limits.ts'
import type { Together } from '../core/notated.ts'
import type { Indivisible } from '../layers/groups.ts'

// Which numbers, lists and names the rules of a row refuse, for the compiler: their types would allow them. At run time
// the layers' codecs refuse the same values; a spec compares both.

/** Whether a positional argument is refused. */
export type RefusesGiven<L, P extends readonly unknown[]> = L extends { readonly given: infer R }
  ? R extends readonly unknown[]
    ? { [K in keyof P]: K extends keyof R ? Refuses<P[K], R[K]> : false }[number]
    : Refuses<P, R>
  : false
/** The options whose values are refused. */
export type RefusedOptions<L, P extends readonly unknown[], O> = {
  [K in keyof O]: true extends Refuses<O[K], K extends keyof L ? L[K] : 'values', P, O> ? K : never
}[keyof O]

/** Whether each other rule refuses a value, given positional arguments `P` and options `O`. */
interface RefusedOthers<V, P, O> {
  readonly axes: RefusesAxes<V>
  readonly upTo1000: RefusesUpTo1000<V>
  readonly dimensions: RefusesDimensions<V>
  readonly anyAxes: RefusesAnyAxes<V>
  readonly permutation: V extends readonly [readonly []] ? true : RefusesOrder<V>
  readonly reshaped: RefusesNumber<V, 'target'> | RestTwice<Together<V>>
  readonly values: ShapeFault<V>
  readonly names: V extends readonly [] ? true : Repeats<V> | ('' extends Elements<V> ? true : false)
  readonly name: V extends string ? RefusesName<V> : false
  readonly title: V extends '' ? true : V extends string ? RefusesName<V> : false
  readonly plainName: V extends '' | `${string}{${string}}${string}` ? true : false
  /** Groups of channels: they must divide the output channels, the last positional size. */
  readonly groups: RefusesNumber<V, 'count'> | IndivisibleLast<Together<P>, V>
  /** Initial running averages: a batch normalization has only one of them. */
  readonly variance: V extends 1 ? false : O extends { readonly running: 'inverseDeviation' } ? true : ShapeFault<V>
  readonly inverseDeviation: V extends 1
    ? false
    : O extends { readonly running: 'inverseDeviation' }
      ? ShapeFault<V>
      : true
}
/** Whether a rule refuses a value: `true` is in the union. */
type Refuses<V, R, P = [], O = {}> = R extends NumberRule
  ? RefusesNumber<V, R>
  : R extends keyof RefusedOthers<V, P, O>
    ? RefusedOthers<V, P, O>[R]
    : false

/** Whether the last of some sizes cannot be divided into groups of one size. */
type IndivisibleLast<Size, Groups> = Size extends readonly [...unknown[], infer C extends number]
  ? Indivisible<C, Groups>
  : false

type Elements<V> = V extends readonly unknown[] ? V[number] : never
/** Whether nested lists have no shape. */
type ShapeFault<V> = V extends readonly unknown[] ? (ShapeOf<V> extends null ? true : false) : false
/** The shape of nested lists; `null` where they are empty, or not of one length. */
type ShapeOf<V> = V extends readonly [infer H, ...infer T]
  ? ShapeOf<H> extends infer S extends readonly unknown[]
    ? OfShape<T, S> extends true
      ? [T['length'], ...S]
      : null
    : null
  : V extends readonly unknown[]
    ? null
    : []
type OfShape<T extends readonly unknown[], S> = T extends readonly [infer H, ...infer Rest]
  ? ShapeOf<H> extends S
    ? OfShape<Rest, S>
    : false
  : true

/** Whether a name has several fields, or one of another form than `{}` or `{:03d}`. */
type RefusesName<N extends string> = N extends `${string}${'{{' | '}}'}${string}`
  ? false
  : N extends `${string}{${infer Inner}}${infer Rest}`
    ? Inner extends `${string}{${infer Field}`
      ? RefusesName<`{${Field}}${Rest}`>
      : Rest extends `${string}{${string}}${string}`
        ? true
        : IsField<Inner> extends true
          ? false
          : true
    : false
type IsField<F extends string> = F extends '' | '0'
  ? true
  : F extends `0:${infer Form}` | `:${infer Form}`
    ? WithoutDigits<Form extends `${'<' | '>'}${infer Width}` ? Width : Form> extends '' | 'd'
      ? true
      : false
    : false
type WithoutDigits<S extends string> = S extends `${'0' | OneToNine}${infer T}` ? WithoutDigits<T> : S
