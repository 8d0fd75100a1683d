import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { show as print } from '../base/errors.ts'
import type { Mismatch } from '../base/shape.ts'
import { own as ownOf } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { AroundRow, WrongArguments } from '../core/notated.ts'
import type { JoinFault } from '../network-types/compose.ts'
import {
  type Argument,
  type BadArgument,
  type ReadArgument,
  type ReadArguments,
  readArgument,
  readArguments,
  readEach,
} from './argument.ts'
import { type Called, type Explained, type Limited, makeLayer, makeOwn, makeWrapped, type Own } from './call.ts'
import type { Digit, FirstSign, Found, FoundNetwork, OwnLayers, Read } from './chain.ts'
import {
  type Because,
  type Fault,
  type FaultName,
  type Followed,
  type Misspelt,
  type Mistake,
  mistake,
  type Span,
} from './faults.ts'
import type { RefusesGiven } from './limits.ts'
import {
  type Before,
  bracketed,
  type Split,
  type Stretch,
  skipSpace,
  type Trim,
  type TrimStart,
  textOf,
  type Within,
} from './text.ts'
import { type Layers, type Applied as Made, type RowOfWord, rows } from './words.ts'
import { type Combinators, type Wrapper, wrappers } from './wrappers.ts'

// One part of a chain: a network in brackets, or a layer by its name.

// For the compiler.

/** One part of a chain: [layer, the text after it], or a fault. */
export type Part<S extends string, B> =
  TrimStart<S> extends infer T extends string
    ? T extends `(${infer U}`
      ? Within<U, '(', ')'> extends readonly [infer Inner extends string, infer After extends string]
        ? Read<Inner, B> extends infer X
          ? X extends readonly [infer Y]
            ? [Y, After]
            : Followed<X, `)${After}`>
          : never
        : Fault<S, T, '(', Because<'noClosing'>>
      : Before<Before<Before<Before<Before<T, '('>, '>'>, '|'>, '*'>, ')'> extends infer Word extends string
        ? T extends `${Word}${infer After}`
          ? Named<Trim<Word>, After, S, T, B>
          : never
        : never
    : never

type Words<B> = (keyof Layers | keyof Combinators | keyof B) & string
type Named<Word extends string, After extends string, S extends string, T extends string, B> = Word extends ''
  ? Fault<S, T, FirstSign<T>, Because<T extends `)${string}` ? 'stray' : 'noLayer'>>
  : Word extends Words<B>
    ? After extends `(${infer U}`
      ? Within<U, '(', ')'> extends readonly [infer G extends string, infer Rest extends string]
        ? Explained<Applied<Word, G, B>, Word, G, S, T, Rest>
        : Fault<S, T, Word, Because<'noClosing'>>
      : Explained<Applied<Word, '', B>, Word, '', S, T, After>
    : Fault<S, T, Word, Because<'unknownLayer', Misspelt<Word, Words<B>>>>

type Applied<Word extends string, G extends string, B> = Word extends keyof B
  ? Own<B[Word], ReadArguments<G>>
  : RowOfWord<Word> extends infer R
    ? R extends AroundRow
      ? Around<R, ReadParts<G, R['~networks'], B, [], {}>>
      : Word extends keyof Layers
        ? Called<R, G>
        : never
    : never
/** What takes layers, of the arguments that have been read. */
type Around<R extends AroundRow, X> = X extends readonly [infer P extends readonly unknown[], infer O]
  ? // First, as what is refused may have no end, such as -1 copies.
    true extends RefusesGiven<R['~limits'], P>
    ? WrongArguments
    : Limited<R['~limits'], P, O, Made<R, P, O>> extends infer Y
      ? Y extends AnyLayer
        ? JoinFault<[Y]> extends readonly [unknown, infer Why extends string]
          ? Mismatch<Why>
          : Y
        : Y
      : never
  : X

/** The arguments of what takes layers: [positional ones, options], or a fault. */
type ReadParts<S extends string, Nets, B, P extends readonly unknown[], O> =
  Split<S> extends readonly [infer H extends string, infer T]
    ? Trim<H> extends ''
      ? T extends string
        ? BadArgument<S, H, Because<'noArgument'>>
        : [P, O]
      : ReadPart<H, Nets, B> extends infer X
        ? X extends Fault<string, string, string, unknown>
          ? Followed<X, T extends string ? `,${T}` : ''>
          : X extends Because<FaultName, unknown>
            ? BadArgument<S, H, X>
            : X extends readonly [infer A extends readonly unknown[], infer Z]
              ? keyof Z & keyof O extends never
                ? T extends string
                  ? ReadParts<T, Nets, B, [...P, ...A], O & Z>
                  : [[...P, ...A], O & Z]
                : BadArgument<S, H, Because<'twice'>>
              : never
        : never
    : never
/** As an argument: [[value], unknown] or [[], { name: value }]. */
type ReadPart<H extends string, Nets, B> = H extends `${infer K}=${infer V}`
  ? K extends `${string}${'(' | '>' | '|' | "'" | '"'}${string}`
    ? ReadPositional<H, B>
    : Trim<K> extends Nets
      ? Read<V, B> extends infer X
        ? X extends readonly [infer Y]
          ? [[], { readonly [_ in Trim<K>]: Y }]
          : X
        : never
      : ReadArgument<H>
  : ReadPositional<H, B>
type ReadPositional<H extends string, B> =
  TrimStart<H> extends `${Digit | "'" | '"' | '[' | '-'}${string}`
    ? ReadArgument<H>
    : Read<H, B> extends infer X
      ? X extends readonly [infer Y]
        ? [[Y], unknown]
        : X
      : never

// For the run time.

/** The text in brackets that open before `from`. */
const inBrackets = (text: string, from: number, to: number): Stretch | null => {
  const found = bracketed(text.slice(from, to), '(', ')')
  return found === null ? null : { text, from, to: from + found.inner.length }
}
/** The mistake of a sign where none can be. */
export const unexpected = (layer: number, at: number, text: string): Either<Mistake, never> =>
  left(mistake({ layer, from: at, to: at + 1 }, text[at] === ')' ? 'stray' : 'noArrow', `'${text[at]}'`))

/** The layers of the user's own, and how networks are read, which parts hold and which are made of parts. */
interface Surroundings {
  readonly own: OwnLayers
  readonly network: (at: Stretch) => Either<Mistake, FoundNetwork>
}

/** One part of a chain. */
export const readPart = ({ text, from, to }: Stretch, around: Surroundings): Either<Mistake, Found> => {
  const start = skipSpace(text, from, to)
  if (start < to && text[start] === '(') {
    const inner = inBrackets(text, start + 1, to)
    if (inner === null) return left(mistake({ layer: from, from: start, to: start + 1 }, 'noClosing', 'none'))
    const network = around.network(inner)
    return isLeft(network) ? network : right({ ...network.right, from, end: inner.to + 1 })
  }
  const length = text.slice(start, to).search(/[(>|*)]/)
  const end = length < 0 ? to : start + length
  const word = text.slice(start, end).trimEnd()
  return word === '' ? missing(from, start, to, text) : readNamed({ text, from, to }, start, end, word, around)
}

const missing = (layer: number, at: number, to: number, text: string): Either<Mistake, never> => {
  if (at < to && text[at] === ')') return unexpected(layer, at, text)
  return left(mistake({ layer, from: at, to: Math.min(at + 1, to) }, 'noLayer', at < to ? `'${text[at]}'` : 'nothing'))
}

/** A layer by its name, and its arguments where it has some. */
const readNamed = (
  { text, from, to }: Stretch,
  start: number,
  end: number,
  word: string,
  around: Surroundings,
): Either<Mistake, Found> => {
  const span = { layer: from, from: start, to: start + word.length }
  const words = [...Object.keys(rows), ...Object.keys(wrappers), ...Object.keys(around.own)]
  if (!words.includes(word)) return left(mistake(span, 'unknownLayer', print(word), { word }, { words }))
  const called = end < to && text[end] === '('
  const given = called ? inBrackets(text, end + 1, to) : { text, from: end, to: end }
  if (given === null) return left(mistake(span, 'noClosing', 'none'))
  const after = called ? given.to + 1 : end
  const made = apply(word, given, around, { ...span, layer: null, to: called ? after : span.to })
  // A layer within the arguments has a place of its own.
  if (isLeft(made)) return left({ ...made.left, layer: made.left.layer ?? from })
  return right({ layer: made.right, from, end: after })
}

const apply = (word: string, given: Stretch, around: Surroundings, call: Span): Either<Mistake, AnyLayer> => {
  const { own } = around
  if (Object.hasOwn(own, word)) {
    const read = readArguments(given)
    return isLeft(read) ? read : makeOwn(word, own[word], read.right, call)
  }
  if (Object.hasOwn(wrappers, word)) {
    const options = (wrappers[word] as Wrapper).options ?? {}
    const read = readEach(given, at => readNetworkArgument(at, options, around))
    return isLeft(read) ? read : makeWrapped(word, read.right, call)
  }
  const read = readArguments(given)
  return isLeft(read) ? read : makeLayer(word, read.right, call)
}

/** An argument of what takes layers: a network, unless it is a number, a list or in quotes, or an option of values. */
const readNetworkArgument = (
  at: Stretch,
  options: Readonly<Record<string, boolean>>,
  { network: read }: Surroundings,
): Either<Mistake, Argument> => {
  const text = textOf(at)
  const equals = text.indexOf('=')
  const name = text.slice(0, equals)
  const named = equals >= 0 && !/[(>|'"]/.test(name)
  if (named && ownOf(options, name.trim()) === true) {
    const network = read({ ...at, from: at.from + equals + 1 })
    return isLeft(network) ? network : right({ name: name.trim(), value: network.right.layer, at })
  }
  if (named || /^[\d'"[-]/.test(text)) return readArgument(at)
  const network = read(at)
  return isLeft(network) ? network : right({ name: null, value: network.right.layer, at })
}
