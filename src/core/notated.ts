// What a layer says of itself to the notation, for the compiler: what its constructor makes of arguments, and which
// numbers, lists and names those may be. A constructor carries this as its row, so a layer's file holds all of the layer.

/**
 * What the compiler knows of a layer by its name in a text. The notation fills in the arguments. A constructor has its row
 * as a key of its own, ' row': one that extends an interface with the key costs with every call.
 */
export interface Row {
  /** The positional arguments, a tuple. Not declared as one: the compiler would lose the tuple that is filled in. */
  readonly ' given': unknown
  /** The options by name. */
  readonly ' options': unknown
  /** The layer for these arguments, or why there is none. */
  readonly ' makes': unknown
  /** The rules of the arguments' values. */
  readonly ' limits': unknown
}
/** The row of a layer that is made, as ' made' says, of these positional arguments and options. */
export interface Takes<Given, Options, Rules = Limits> extends Row {
  readonly ' limits': Rules
  readonly ' made': unknown
  readonly ' makes': this[' given'] extends Given ? With<this[' options'], Options, this[' made']> : WrongArguments
}
/** The row of what takes layers: its positional arguments are networks, numbers and texts in quotes. */
export interface AroundRow extends Row {
  /** The names of the options that hold networks. */
  readonly ' networks': unknown
}
/** The row of a layer around other ones, none of which is an option. */
export interface TakesLayer<Given, Options, Rules = Limits> extends Takes<Given, Options, Rules> {
  readonly ' networks': never
}

/**
 * The rules of a layer's options, by name. `Given` is the rule of the positional arguments, or one for each; an option
 * without a rule may be the initial values of a variable.
 */
export type Limits<Given = null, Rules = unknown, Looked extends string = never> = Rules & {
  readonly given: Given
  readonly name: 'name'
  /** The texts of arguments that are looked at: all of them where a rule is about proportions. */
  readonly ' looked': Suspect | Looked
}
/** Texts of arguments in which any rule may refuse something, which are few. */
type Suspect =
  | `0${string}`
  | `${string}${'-' | '+' | '.' | '[' | '{'}${string}`
  | `${string}${',' | '=' | ' ' | '\n' | '\t' | '\r'}0${string}`

/** Why a layer cannot be made: it does not take these positional arguments. */
export interface WrongArguments {
  readonly wrong: 'arguments'
}
/** Why a layer cannot be made: it does not have these options, or does not take their values. */
export interface WrongOptions<Allowed, Options> {
  readonly wrong: 'options'
  readonly allowed: Allowed
  readonly options: Options
}
/** Why a layer cannot be made of a text: it is made of a function. */
export interface Textless {
  readonly wrong: 'textless'
}
/** The layer, if it has the options. */
export type With<O, Allowed, Layer> = keyof O extends keyof Allowed
  ? O extends Allowed
    ? Layer
    : WrongOptions<Allowed, O>
  : WrongOptions<Allowed, O>

/** Several arguments are one list, as in `Convolution(3,3,16)`; one is itself, so `Convolution([3,3,16])` is the same. */
export type Together<P> = P extends readonly [infer One] ? One : P extends readonly [] ? undefined : P
/** A positional argument, counted from 0, or its default. */
export type Argument<P, N extends number, Type, Default = never> = P extends { readonly [_ in N]: infer V extends Type }
  ? V
  : Default
/** An option, or its default. */
export type OptionOf<O, K extends string, Default> = K extends keyof O ? O[K] : Default
/** An option of one type, or its default. */
export type OptionAs<O, K extends string, Type, Default> = K extends keyof O
  ? O[K] extends Type
    ? O[K]
    : Default
  : Default
/** The name that is given, or the pattern. */
export type NameOf<O, Pattern extends string> = OptionAs<O, 'name', string, Pattern>
/** The initial value of a variable, as far as types go: whether there is one. */
export type InitialOf<O, K extends string> = K extends keyof O ? (O[K] extends null ? null : number) : number
