import type { AnyLayer } from '../core/layer.ts'

// What a row of the table of layers says, and with what it says it.

/** Why a layer cannot be made: its positional arguments are not those that it takes. */
export interface WrongArguments {
  readonly wrong: 'arguments'
}
/** Why a layer cannot be made: options that it does not have, or whose values it does not take. */
export interface WrongOptions<Allowed, Options> {
  readonly wrong: 'options'
  readonly allowed: Allowed
  readonly options: Options
}
/** Why a layer that is made of a function cannot be made of a text. */
export type FunctionsHaveNoText =
  'a function has no text: give the layer a name, as in net(text, { square: Lambda((ops, x) => ops.square(x)) })'
/** The layer, where it has the options. */
export type With<O, Allowed, Layer> = [keyof O] extends [keyof Allowed]
  ? O extends Allowed
    ? Layer
    : WrongOptions<Allowed, O>
  : WrongOptions<Allowed, O>

/** Several arguments are one list, as in `Convolution(3,3,16)`; one is itself, so `Convolution([3,3,16])` is the same. */
export type Together<P extends readonly unknown[]> = P extends readonly [infer One]
  ? One
  : P extends readonly []
    ? undefined
    : P
/** An option, or its default. */
export type Option<O, K extends string, Default> = O extends { readonly [_ in K]: infer V } ? V : Default
/** The name that is given, or the pattern. */
export type Name<O, Pattern extends string> = O extends { readonly name: infer N extends string } ? N : Pattern
/** The initial value of a variable, as far as types go: whether there is one. */
export type Initial<O, K extends string> = O extends { readonly [_ in K]: null } ? null : number
/** Whether there is a bias. */
export type Bias<O> = Initial<O, 'bias'>
/** An option that is a number, or its default. */
export type Numeric<O, K extends string, Default extends number> = O extends {
  readonly [_ in K]: infer V extends number
}
  ? V
  : Default
/** A stride, or `null` for that of the window. */
export type Stride<O> = O extends { readonly stride: infer S extends number } ? S : null
/** The axes of features. */
export type Axes<O> = O extends { readonly axes: infer A extends readonly number[] } ? A : readonly [-1]
/** How positional arguments are read: one by one, or as one list where there are several. */
export type Reading = 'each' | 'together'
/** The same at run time. */
export const functionsHaveNoText: FunctionsHaveNoText =
  'a function has no text: give the layer a name, as in net(text, { square: Lambda((ops, x) => ops.square(x)) })'
/** A layer at run time. */
export interface Row {
  readonly make: (...given: readonly never[]) => AnyLayer
  readonly reads: Reading
  /** Options that may stand first or have their names. */
  readonly byName?: readonly string[]
  /** Why it cannot be made of a text. */
  readonly refused?: string
}
