// The rules of numbers, lists and names, for the compiler: what the layers' types leave open.

type OneToNine = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
/** The texts of numbers that are not whole. */
type Broken = `${string}${'.' | 'e'}${string}`
type Negative = `-${string}`
/** The texts of numbers from 0 to below 1. */
type Below1 = '0' | `0.${string}` | `${OneToNine}e-${string}` | `${OneToNine}.${string}e-${string}`

/** Of each rule for numbers, whether it refuses the one with the text `T`. */
interface RefusedNumbers<T extends string> {
  readonly count: T extends '0' | Negative | Broken ? true : false
  readonly whole: T extends Negative | Broken ? true : false
  readonly integer: T extends Broken ? true : false
  readonly axis: T extends '0' | Broken ? true : false
  readonly target: T extends '-1' ? false : T extends '0' | Negative | Broken ? true : false
  readonly notNegative: T extends Negative ? true : false
  readonly positive: T extends '0' | Negative ? true : false
  readonly above1: T extends Negative | Below1 | '1' ? true : false
  readonly part: T extends Below1 | '1' ? false : true
  readonly signedPart: T extends Below1 | '1' | `-${Below1}` | '-1' ? false : true
  readonly partBelow1: T extends Below1 ? false : true
}
type NumberRule = keyof RefusedNumbers<''>
/** Whether a number, or one in a list, is refused; of a number that is no literal nothing is known. */
type RefusesNumber<V, Rule extends NumberRule> = V extends number
  ? number extends V
    ? false
    : RefusedNumbers<`${V}`>[Rule]
  : V extends readonly unknown[]
    ? RefusesNumber<V[number], Rule>
    : false

/** Of each other rule, whether it refuses a value. */
interface RefusedOthers<V> {
  readonly axes: V extends readonly [] ? true : RefusesNumber<V, 'axis'> | Repeats<V>
  readonly anyAxes: RefusesNumber<V, 'integer'> | Repeats<V>
  readonly permutation: V extends readonly [] ? true : RefusesNumber<V, 'whole'>
  readonly reshaped: RefusesNumber<V, 'target'> | RestTwice<V>
  readonly values: V extends readonly unknown[] ? (ShapeOf<V> extends null ? true : false) : false
  readonly names: V extends readonly [] ? true : Repeats<V> | ('' extends Elements<V> ? true : false)
  readonly name: V extends string ? RefusesName<V> : false
  readonly title: V extends '' ? true : V extends string ? RefusesName<V> : false
  readonly plainName: V extends '' | `${string}{${string}}${string}` ? true : false
}
/** Whether a rule refuses a value: `true` is among the answers. */
export type Refuses<V, R> = R extends NumberRule
  ? RefusesNumber<V, R>
  : R extends keyof RefusedOthers<V>
    ? RefusedOthers<V>[R]
    : false

type Elements<V> = V extends readonly unknown[] ? V[number] : never
type Repeats<V> = V extends readonly [infer H, ...infer T] ? (H extends T[number] ? true : Repeats<T>) : false
/** Whether -1, what the other dimensions leave, comes twice. */
type RestTwice<V> = V extends readonly [infer H, ...infer T]
  ? H extends -1
    ? -1 extends T[number]
      ? true
      : false
    : RestTwice<T>
  : false
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
