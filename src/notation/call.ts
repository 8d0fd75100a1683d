import { type Either, isLeft, isRight, left, right } from 'fp-ts/lib/Either.js'
import { InvalidOption, type LayerConnectionError, show as print } from '../base/errors.ts'
import { isFunction } from '../base/options.ts'
import type { Mismatch } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Textless, WrongArguments, WrongOptions } from '../core/notated.ts'
import { isPart } from '../network/parts.ts'
import type { Arguments, BadArgument, Option, ReadArguments } from './argument.ts'
import { type Because, type Fault, type Followed, type Misspelt, type Mistake, mistake, type Span } from './faults.ts'
import type { RefusedOptions, RefusesGiven } from './limits.ts'
import { isMisfit, misfit } from './misfit.ts'
import type { Split, Trim, TrimStart, Upto } from './text.ts'
import { allOf } from './value.ts'
import { type Applied, type LimitsOf, type LookedAt, type RowOfWord, type Word, words } from './words.ts'

// Calls: from a name and arguments to a layer.

// For the compiler.

/** A layer of the library: what its row makes of the arguments, or the argument that cannot be read. */
export type Called<R, G extends string> = G extends ''
  ? Applied<R, [], {}>
  : ReadArguments<G> extends infer X
    ? X extends readonly [infer P extends readonly unknown[], infer O]
      ? G extends LookedAt<R>
        ? Limited<LimitsOf<R>, P, O, Applied<R, P, O>>
        : Applied<R, P, O>
      : X
    : never
/** The layer `Y`, unless a rule refuses the value of an argument. */
export type Limited<L, P extends readonly unknown[], O, Y> =
  true extends RefusesGiven<L, P>
    ? WrongArguments
    : Y extends AnyLayer
      ? [RefusedOptions<L, P, O>] extends [never]
        ? Y
        : WrongOptions<O, O>
      : Y

/** The user's layer, or what the user's function returns for the arguments. */
export type Own<Made, X> = X extends readonly [infer P extends readonly unknown[], infer O]
  ? Made extends (...given: infer Given) => infer Y
    ? [keyof O] extends [never]
      ? P extends Given
        ? Y
        : WrongArguments
      : [...P, O] extends Given
        ? Y
        : WrongArguments
    : [P, keyof O] extends [readonly [], never]
      ? Made
      : WrongArguments
  : X

/**
 * The result `X` of a call: [layer, the text after it], or a fault with its place. `Word(G)` is the call, `S` the text from
 * it on with the space before it, `T` without, and `Rest` the text after it.
 */
export type Explained<
  X,
  Word extends string,
  G extends string,
  S extends string,
  T extends string,
  Rest extends string,
> = X extends AnyLayer
  ? [X, Rest]
  : X extends Fault<string, string, string, unknown>
    ? Followed<X, `)${Rest}`>
    : X extends BadArgument<infer From, infer Wrong, infer Why>
      ? Fault<S, TrimStart<`${From})${Rest}`>, Trim<Wrong>, Why>
      : X extends WrongOptions<infer Allowed, infer O>
        ? Mistaken<Exclude<keyof O, keyof Allowed>, Allowed, O, Word, G, S, Rest>
        : Fault<S, T, Trim<Upto<T, Rest>>, NoLayer<X, Word>>
/** Why there is no layer, if no single argument is to blame. */
type NoLayer<X, Word extends string> =
  X extends Mismatch<infer Why>
    ? Because<'misfit', { readonly reason: Why }>
    : X extends Textless
      ? Because<'textless'>
      : Because<X extends WrongArguments ? 'wrongArguments' : 'makesNone', { readonly word: Word }>

/** The fault of the first option, in the order of the text, that does not exist or has a wrong value. */
type Mistaken<Unknown, Allowed, O, Word extends string, G extends string, S extends string, Rest extends string> = [
  Unknown,
] extends [never]
  ? FindArgument<
      G,
      Untaken<Allowed, O> | RefusedOptions<LimitsOf<RowOfWord<Word>>, PositionalOf<G>, O>
    > extends readonly [infer From extends string, infer A extends string, infer K]
    ? Fault<S, TrimStart<`${From})${Rest}`>, Trim<A>, Because<'wrongValue', { readonly option: K }>>
    : never
  : FindArgument<G, Unknown> extends readonly [infer From extends string, string, infer K extends string]
    ? Fault<S, TrimStart<`${From})${Rest}`>, K, Because<'unknownOption', Misspelt<K, keyof Allowed & string>>>
    : never
type PositionalOf<G extends string> =
  ReadArguments<G> extends readonly [infer P extends readonly unknown[], unknown] ? P : []
type Untaken<Allowed, O> = {
  [K in keyof O]: K extends keyof Allowed ? (O[K] extends Allowed[K] ? never : K) : never
}[keyof O]
/** The first argument with one of the names: [the text from it on, the argument, its name]. */
type FindArgument<S extends string, Names> =
  Split<S> extends readonly [infer H extends string, infer T]
    ? H extends `${infer K}=${string}`
      ? Trim<K> extends Names
        ? [S, H, Trim<K>]
        : FindNext<T, Names>
      : FindNext<T, Names>
    : never
type FindNext<T, Names> = T extends string ? FindArgument<T, Names> : never

// For the run time.

/** A constructor or function and its arguments. */
interface Call {
  readonly word: string
  readonly make: (...given: never[]) => unknown
  readonly given: Arguments
  /** The names of the options that it has. */
  readonly options: readonly string[]
  readonly span: Span
}

/** Makes a layer of the library. */
export const makeLayer = (word: string, given: Arguments, span: Span): Either<Mistake, AnyLayer> => {
  const { make, together, byName, options, textless } = words[word] as Word
  if (textless) return left(mistake(span, 'textless', word))
  const { positional } = given
  return attempt({
    word,
    make: make as Call['make'],
    given: together && positional.length > 1 ? { ...given, positional: [positional] } : given,
    // Positional options may be given by name only if there are no positional arguments.
    options: positional.length === 0 ? [...byName, ...options] : options,
    span,
  })
}

/** Takes the user's layer, or calls the user's function. */
export const makeOwn = (word: string, own: unknown, given: Arguments, span: Span): Either<Mistake, AnyLayer> => {
  const call = { word, make: own as Call['make'], given, options: given.named.map(({ name }) => name), span }
  // A class is called with new: it makes no layer.
  if (isFunction(own)) return attempt(call)
  return allOf(given.positional, given.named).length > 0 ? left(wrongArguments(call)) : asLayer(call, own)
}

/** Whether an option is `name=null`: constructors take it as no name, but the compiler's types do not. */
const isNoName = ({ name, value }: Option): boolean => name === 'name' && value === null

/** The result of a call, or its error. Other errors, from the user's functions, pass through. */
const outcome = ({ make }: Call, given: readonly unknown[]): Either<Refused, unknown> => {
  try {
    // The arguments come from a text, so the constructor checks them.
    return right(make(...(given as never[])))
  } catch (error) {
    if (error instanceof InvalidOption || isMisfit(error)) return left(error)
    throw error
  }
}
type Refused = InvalidOption | LayerConnectionError

/** The error of a call that refuses its arguments; layers among them that do not fit together are no refusal. */
const refusal = (call: Call, given: readonly unknown[]): InvalidOption | undefined => {
  const result = outcome(call, given)
  return isLeft(result) && !isMisfit(result.left) ? result.left : undefined
}

const attempt = (call: Call): Either<Mistake, AnyLayer> => {
  const { positional, named } = call.given
  if (named.some(option => !call.options.includes(option.name) || isNoName(option))) return left(whyNot(call))
  const made = outcome(call, allOf(positional, named))
  if (isRight(made)) return asLayer(call, made.right)
  const error = made.left
  return left(isMisfit(error) ? misfit(call.span, error) : whyNot(call, error))
}

/** What is wrong with a call: its positional arguments, then the first option in the order of the text. */
const whyNot = (call: Call, refused?: InvalidOption): Mistake => {
  const { positional, named } = call.given
  const first = refusal(call, positional)
  if (first !== undefined) return wrongArguments(call, first)
  const unknown = named.find(({ name }) => !call.options.includes(name))
  if (unknown) return unknownOption(unknown, call.options)
  // Constructors take null as no name; false is refused.
  const all = named.map(option => ({ ...option, value: isNoName(option) ? false : option.value }))
  const fine = all.filter(option => refusal(call, allOf(positional, [option])) === undefined)
  for (const [i, option] of all.entries()) {
    // With the options that are right alone, because it may depend on one of them.
    const cause = refusal(call, allOf(positional, [...fine, option]))
    if (cause?.option !== option.name) continue
    const { from, to } = option.at
    const got = named[i]?.value === null ? 'null' : cause.got
    return mistake({ layer: null, from, to }, 'wrongValue', got, { option: option.name }, { cause })
  }
  return wrongArguments(call, refused)
}

const unknownOption = ({ name, at: { from } }: Option, words: readonly string[]): Mistake => {
  const fields = { word: name, options: words.length > 0 ? `an option of ${words.join(', ')}` : 'no options' }
  return mistake({ layer: null, from, to: from + name.length }, 'unknownOption', print(name), fields, { words })
}

const wrongArguments = ({ word, span, given }: Call, cause?: InvalidOption): Mistake =>
  mistake(span, 'wrongArguments', cause?.got ?? print(allOf(given.positional, given.named)), { word }, { cause })

const asLayer = ({ word, span }: Call, made: unknown): Either<Mistake, AnyLayer> =>
  isPart(made) ? right(made as unknown as AnyLayer) : left(mistake(span, 'makesNone', print(made), { word }))
