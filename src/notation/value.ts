import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { Initializer } from '../base/parameters.ts'
import type { Fields } from '../core/expects.ts'
import type { ReadArguments } from './argument.ts'
import type { Because, FaultName, Misspelt, Mistake } from './faults.ts'
import { type MadeBy, type Maker, type Makers, makers } from './makers.ts'
import {
  bracketed,
  type Show,
  type Split,
  type Stretch,
  show,
  split,
  type Trim,
  textOf,
  trimmed,
  type Within,
} from './text.ts'

// Values: numbers, texts, lists and initializers.

// For the compiler. What is read is a tuple, so that a fault can be told from it.

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

/** An initializer, such as `heNormal(gain=2)`. */
type Made<Word extends string, A> = A extends [infer Inner extends string, infer After]
  ? After extends ''
    ? Word extends keyof Makers<[], {}>
      ? ReadArguments<Inner> extends readonly [infer P extends readonly unknown[], infer O]
        ? MadeBy<Word, P, O> extends infer M
          ? M extends Initializer | Float32Array
            ? [M]
            : Because<'wrongArguments', { readonly word: Word }>
          : never
        : Because<'wrongArguments', { readonly word: Word }>
      : Because<'unknownInitializer', Misspelt<Word, keyof Makers<[], {}>>>
    : Because<'notValue'>
  : Because<'noClosing'>

// For the run time.

/** Why something is no value. */
export interface Wrong {
  readonly fault: FaultName
  readonly fields?: Fields
  readonly words?: readonly string[]
}
const wrong = (fault: Wrong['fault'], rest: Omit<Wrong, 'fault'> = {}): Either<Wrong, never> => left({ fault, ...rest })

const constants: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Reads arguments. A value may hold some, which hold values: so it is given how they are read. */
export type ArgumentsReader = (at: Stretch) => Either<Mistake, MakerArguments>
interface MakerArguments {
  readonly positional: readonly unknown[]
  readonly options: Readonly<Record<string, unknown>>
}

/** Reads a value: itself, or why it is none. */
export const readValue = (text: string, within: ArgumentsReader): Either<Wrong, unknown> => {
  if (text === '') return wrong('noValue')
  if (Number.isFinite(Number(text))) return right(Number(text))
  const constant = constants.get(text)
  if (constant !== undefined) return right(constant)
  const head = text[0] as string
  if (head === "'" || head === '"')
    return text.length > 1 && text.endsWith(head) ? right(show(text.slice(1, -1))) : wrong('notValue')
  if (head === '[') return readList(text, within)
  const open = text.indexOf('(')
  if (open >= 0) return readMade(text.slice(0, open).trim(), bracketed(text.slice(open + 1), '(', ')'), within)
  return /[[\])'"]/.test(text) ? wrong('notValue') : right(show(text))
}

const readList = (text: string, within: ArgumentsReader): Either<Wrong, readonly unknown[]> => {
  const found = bracketed(text.slice(1), '[', ']')
  if (found === null) return wrong('openList')
  if (found.after !== '') return wrong('notValue')
  const elements: unknown[] = []
  const pieces = split({ text: found.inner, from: 0, to: found.inner.length }).map(piece => textOf(trimmed(piece)))
  if (pieces.at(-1) === '') pieces.pop()
  for (const piece of pieces) {
    const value = readValue(piece, within)
    if (isLeft(value)) return value
    elements.push(value.right)
  }
  return right(elements)
}

/** An initializer, such as `heNormal(gain=2)`. */
const readMade = (
  word: string,
  found: ReturnType<typeof bracketed>,
  within: ArgumentsReader,
): Either<Wrong, unknown> => {
  if (found === null) return wrong('noClosing')
  if (found.after !== '') return wrong('notValue')
  const words = Object.keys(makers)
  if (!words.includes(word)) return wrong('unknownInitializer', { fields: { word }, words })
  const given = within({ text: found.inner, from: 0, to: found.inner.length })
  const made = isLeft(given) ? undefined : call(makers[word as keyof typeof makers], given.right)
  return made === undefined ? wrong('wrongArguments', { fields: { word } }) : right(made)
}

/** What a maker makes; `undefined` where it does not take the arguments. */
const call = (maker: Maker, { positional, options }: MakerArguments): unknown => {
  if (!maker.takes(positional)) return undefined
  const names = Object.keys(options)
  if (names.some(name => !maker.options.includes(name))) return undefined
  try {
    // The arguments come from a text: what the maker does not take, it refuses.
    return maker.make(...([...positional, ...(names.length > 0 ? [options] : [])] as never[]))
  } catch {
    return undefined
  }
}
