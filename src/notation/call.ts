import { type Either, isLeft, isRight, left, right } from 'fp-ts/lib/Either.js'
import { InvalidOption, type LayerConnectionError, show as print } from '../base/errors.ts'
import { isFunction } from '../base/options.ts'
import type { Mismatch } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Textless, WrongArguments, WrongOptions } from '../core/notated.ts'
import { isPart } from '../network/parts.ts'
import { type Arguments, allOf, type BadArgument, type Option, type ReadArguments } from './argument.ts'
import { type Because, type Fault, type Followed, type Misspelt, type Mistake, mistake, type Span } from './faults.ts'
import type { RefusedOptions, RefusesGiven } from './limits.ts'
import { isMisfit, misfit } from './misfit.ts'
import type { Split, Trim, TrimStart, Upto } from './text.ts'
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
/** The layer, or what is wrong with its arguments, where none of them is refused for its value. */
export type Limited<L, P extends readonly unknown[], O, Y> =
  true extends RefusesGiven<L, P>
    ? WrongArguments
    : Y extends AnyLayer
      ? [RefusedOptions<L, P, O>] extends [never]
        ? Y
        : WrongOptions<O, O>
      : Y

/** A layer of the user's own, or what a function of the user makes of the arguments. */
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

/** What a layer turned out to be: [layer, the text after it], or a fault with its place. */
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
/** Why there is no layer, where no argument alone is to blame. */
type NoLayer<X, Word extends string> =
  X extends Mismatch<infer Why>
    ? Because<'misfit', { readonly reason: Why }>
    : X extends Textless
      ? Because<'textless'>
      : Because<X extends WrongArguments ? 'wrongArguments' : 'makesNone', { readonly word: Word }>

/** The first option, in the order of the text, that does not exist, or whose value is not taken. */
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
/** [the text from it on, the argument, the option's name] of the first argument with one of the names. */
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

/** What is to be called, and with what. */
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
    // Those that may stand first have names only where none of them does.
    options: positional.length === 0 ? [...byName, ...options] : options,
    span,
  })
}

/** Takes a layer of the user's own, or calls the function that makes one. */
export const makeOwn = (word: string, own: unknown, given: Arguments, span: Span): Either<Mistake, AnyLayer> => {
  const call = { word, make: own as Call['make'], given, options: given.named.map(({ name }) => name), span }
  // A class is called with new: it makes no layer.
  if (isFunction(own)) return attempt(call)
  return allOf(given.positional, given.named).length > 0 ? left(wrongArguments(call)) : asLayer(call, own)
}

/** Whether an option cannot be, whatever its layer is: a name is a text, and left out it is that of the kind. */
const isNoName = ({ name, value }: Option): boolean => name === 'name' && value === null

/** What a call gives or refuses with. Errors of another kind, of functions of the user's, are his. */
const outcome = ({ make }: Call, given: readonly unknown[]): Either<Refused, unknown> => {
  try {
    // What it does not take, it refuses.
    return right(make(...(given as never[])))
  } catch (error) {
    if (error instanceof InvalidOption || isMisfit(error)) return left(error)
    throw error
  }
}
type Refused = InvalidOption | LayerConnectionError

/** The error of a call that its arguments are to blame for, rather than that the layers in them do not fit. */
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
  return left(isMisfit(error) ? misfit(call.span, error, call.word === 'repeat') : whyNot(call, error))
}

/** What is wrong with a call: its positional arguments, then the first option in the order of the text. */
const whyNot = (call: Call, refused?: InvalidOption): Mistake => {
  const { positional, named } = call.given
  const first = refusal(call, positional)
  if (first !== undefined) return wrongArguments(call, first)
  const unknown = named.find(({ name }) => !call.options.includes(name))
  if (unknown) return unknownOption(unknown, call.options)
  // No name at all is refused as what is no name.
  const all = named.map(option => ({ ...option, value: isNoName(option) ? false : option.value }))
  const fine = all.filter(option => refusal(call, allOf(positional, [option])) === undefined)
  for (const [i, option] of all.entries()) {
    // Beside those that are right alone, as it may need one of them.
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
