import { type Either, isLeft, left, right, traverseArray } from 'fp-ts/lib/Either.js'
import { InvalidOption } from '../base/errors.ts'
import type { Initializer } from '../base/parameters.ts'
import { byName } from '../base/trees.ts'
import * as initializers from '../initializers/index.ts'
import type { Arguments, Option, ReadArguments } from './argument.ts'
import type { Because, FaultName, Misspelt, Mistake } from './faults.ts'
import type { RefusedOptions } from './limits.ts'
import { bracketed, type Show, type Split, type Stretch, show, split, type Trim, textOf, type Within } from './text.ts'

// Values: numbers, texts, lists and initializers. Initializers are called by the names that the library exports.

// For the compiler. A value that was read stands in a tuple, which tells it from a fault.

interface Constants {
  readonly true: true
  readonly false: false
  readonly null: null
}

/** Reads a value: [value], or why it is none. */
export type Value<S extends string> = S extends `${infer N extends number}`
  ? [N]
  : S extends keyof Constants
    ? [Constants[S]]
    : S extends `${infer Head}${string}`
      ? Head extends "'" | '"' | '['
        ? Delimited<S>
        : S extends `${infer Word}(${infer A}`
          ? Made<Trim<Word>, Within<A, '(', ')'>>
          : S extends `${string}${'[' | ']' | ')' | "'" | '"'}${string}`
            ? Because<'notValue'>
            : [Show<S>]
      : Because<'noValue'>
type Delimited<S extends string> = S extends `'${infer X}'`
  ? [Show<X>]
  : S extends `"${infer X}"`
    ? [Show<X>]
    : S extends `[${infer X}`
      ? Within<X, '[', ']'> extends [infer Inner extends string, infer After]
        ? After extends ''
          ? Elements<Inner, []>
          : Because<'notValue'>
        : Because<'openList'>
      : Because<'notValue'>

type Elements<S extends string, R extends readonly unknown[]> =
  Split<S> extends [infer H extends string, infer T]
    ? Trim<H> extends infer Element extends string
      ? T extends string
        ? Value<Element> extends infer V
          ? V extends readonly [infer X]
            ? Elements<T, [...R, X]>
            : V
          : never
        : Element extends ''
          ? [R]
          : Value<Element> extends infer V
            ? V extends readonly [infer X]
              ? [[...R, X]]
              : V
            : never
      : never
    : never

/** The initializers. */
export type Makers = typeof initializers & { readonly flat: typeof flat }
/** An initializer, such as `heNormal(gain=2)`. */
type Made<Word extends string, A> = A extends [infer Inner extends string, infer After]
  ? After extends ''
    ? Word extends keyof Makers
      ? ReadArguments<Inner> extends readonly [infer P extends readonly unknown[], infer O]
        ? MadeBy<Makers[Word], P, O> extends infer M
          ? M extends Initializer | Float32Array
            ? [M]
            : Because<'wrongArguments', { readonly word: Word }>
          : never
        : Because<'wrongArguments', { readonly word: Word }>
      : Because<'unknownInitializer', Misspelt<Word, keyof Makers>>
    : Because<'notValue'>
  : Because<'noClosing'>
/** The result of an initializer for numbers, or for options; `null` if it does not take them. */
type MadeBy<F extends Makers[keyof Makers], P extends readonly unknown[], O> = [keyof O] extends [never]
  ? P extends Parameters<F> & readonly number[]
    ? ReturnType<F>
    : null
  : [P, O, keyof O] extends [readonly [], Parameters<F>[0], keyof NonNullable<Parameters<F>[0]>]
    ? [RefusedOptions<InitializerLimits, P, O>] extends [never]
      ? ReturnType<F>
      : null
    : null
interface InitializerLimits {
  readonly std: 'notNegative'
  readonly gain: 'positive'
}

// For the run time.

/** Why something is no value. */
export type Wrong = Pick<Mistake, 'fault' | 'words' | 'cause'> & Partial<Pick<Mistake, 'fields'>>
const wrong = (fault: FaultName, rest: Omit<Wrong, 'fault'> = {}): Either<Wrong, never> => left({ fault, ...rest })

const constants: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** The arguments as a function takes them: options, if there are any, as one object at the end. */
export const allOf = (
  positional: readonly unknown[],
  named: readonly Pick<Option, 'name' | 'value'>[],
): readonly unknown[] =>
  named.length > 0 ? [...positional, byName(named.map(({ name, value }) => [name, value] as const))] : positional

/** How arguments are read: values hold arguments, which are values. */
type ReadGiven = (at: Stretch) => Either<Mistake, Arguments>

/** Reads a value: itself, or why it is none. */
export const readValue = (at: Stretch, readArguments: ReadGiven): Either<Wrong, unknown> => {
  const text = textOf(at)
  if (text === '') return wrong('noValue')
  if (Number.isFinite(Number(text))) return right(Number(text))
  const constant = constants.get(text)
  if (constant !== undefined) return right(constant)
  const head = text[0] as string
  if (head === "'" || head === '"')
    return text.length > 1 && text.endsWith(head) ? right(show(text.slice(1, -1))) : wrong('notValue')
  if (head === '[') return readList(at, readArguments)
  const open = text.indexOf('(')
  if (open >= 0) return readMade(text.slice(0, open).trim(), { ...at, from: at.from + open + 1 }, readArguments)
  return /[[\])'"]/.test(text) ? wrong('notValue') : right(show(text))
}

const readList = (at: Stretch, readArguments: ReadGiven): Either<Wrong, readonly unknown[]> => {
  const inner = bracketed({ ...at, from: at.from + 1 }, '[', ']')
  if (inner === null) return wrong('openList')
  if (inner.to + 1 < at.to) return wrong('notValue')
  const pieces = split(inner)
  return traverseArray((piece: Stretch) => readValue(piece, readArguments))(
    textOf(pieces.at(-1) as Stretch) === '' ? pieces.slice(0, -1) : pieces,
  )
}

/** Initial numbers for a variable of any shape with as many elements. */
const flat = (...numbers: number[]): Float32Array => Float32Array.from(numbers)

/** The initializers by name. */
export const makers: Readonly<Record<string, (...given: never[]) => unknown>> = { ...initializers, flat }

/** An initializer, such as `heNormal(gain=2)`. */
const readMade = (word: string, at: Stretch, readArguments: ReadGiven): Either<Wrong, unknown> => {
  const inner = bracketed(at, '(', ')')
  if (inner === null) return wrong('noClosing')
  if (inner.to + 1 < at.to) return wrong('notValue')
  if (!Object.hasOwn(makers, word)) return wrong('unknownInitializer', { fields: { word }, words: Object.keys(makers) })
  const given = readArguments(inner)
  return isLeft(given) ? wrong('wrongArguments', { fields: { word } }) : call(word, given.right)
}

/** The result of an initializer for numbers, or for options. */
const call = (word: string, { positional, named }: Arguments): Either<Wrong, unknown> => {
  const given = allOf(positional, named)
  const isFew = word === 'flat' ? named.length === 0 : given.length < 2
  const isTaken = isFew && positional.every(value => typeof value === 'number')
  try {
    // The arguments come from a text, so the initializer checks them.
    if (isTaken) return right(makers[word]?.(...(given as never[])))
  } catch (cause) {
    if (cause instanceof InvalidOption) return wrong('wrongArguments', { fields: { word }, cause })
    throw cause
  }
  return wrong('wrongArguments', { fields: { word } })
}
