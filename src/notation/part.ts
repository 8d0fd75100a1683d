import { type Either, isLeft, left, map, right } from 'fp-ts/lib/Either.js'
import { show as print } from '../base/errors.ts'
import type { Mismatch } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { AroundRow, WrongArguments } from '../core/notated.ts'
import type { JoinFault } from '../network-types/checks.ts'
import {
  type Argument,
  type ReadArgument,
  type ReadArguments,
  type ReadEach,
  readArgument,
  readEach,
} from './argument.ts'
import { type Called, type Explained, type Limited, makeLayer, makeOwn, type Own } from './call.ts'
import type { Digit, FirstSign, Found, FoundNetwork, Read } from './chain.ts'
import { type Because, type Fault, type Followed, type Misspelt, type Mistake, mistake, type Span } from './faults.ts'
import type { RefusesGiven } from './limits.ts'
import {
  type Before,
  bracketed,
  type Stretch,
  skipSpace,
  type Trim,
  type TrimStart,
  textOf,
  type Within,
} from './text.ts'
import { type Combinators, type Layers, type Applied as Made, type RowOfWord, words } from './words.ts'

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
      ? Around<R, ReadEach<G, [], {}, R[' networks'], B>>
      : Word extends keyof Layers
        ? Called<R, G>
        : never
    : never
/** The result of a call that takes layers, for arguments that have been read. */
type Around<R extends AroundRow, X> = X extends readonly [infer P extends readonly unknown[], infer O]
  ? // First, as what is refused may have no end, such as -1 copies.
    true extends RefusesGiven<R[' limits'], P>
    ? WrongArguments
    : Limited<R[' limits'], P, O, Made<R, P, O>> extends infer Y
      ? Y extends AnyLayer
        ? JoinFault<[Y]> extends readonly [unknown, infer Why extends string]
          ? Mismatch<Why>
          : Y
        : Y
      : never
  : X

/** An argument of a call that takes layers: [[value], unknown] or [[], { name: value }]. */
export type ReadPart<H extends string, Nets, B> = H extends `${infer K}=${infer V}`
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

/** The mistake of a sign that cannot stand there. */
export const unexpected = (layer: number, at: number, text: string): Either<Mistake, never> =>
  left(mistake({ layer, from: at, to: at + 1 }, text[at] === ')' ? 'stray' : 'noArrow', `'${text[at]}'`))

/** How networks are read: parts hold networks, which are made of parts. */
type ReadNetwork = (at: Stretch) => Either<Mistake, FoundNetwork>

/** One part of a chain. */
export const readPart = (at: Stretch, readNetwork: ReadNetwork): Either<Mistake, Found> => {
  const { text, from: layer, to, own } = at
  const from = skipSpace(text, layer, to)
  const [before = ''] = /^[^(>|*)]*/.exec(text.slice(from, to)) ?? []
  const word = before.trimEnd()
  const span = { layer, from, to: from + word.length }
  const open = from + before.length
  const inner = open < to && text[open] === '(' ? bracketed({ ...at, from: open + 1 }, '(', ')') : undefined
  if (word === '' && inner === undefined) return missing(layer, from, to, text)
  if (word !== '' && !Object.hasOwn(words, word) && !Object.hasOwn(own, word)) {
    const known = [...Object.keys(words), ...Object.keys(own)]
    return left(mistake(span, 'unknownLayer', print(word), { word }, { words: known }))
  }
  if (inner === null) return left(mistake({ ...span, to: Math.max(span.to, from + 1) }, 'noClosing', 'none'))
  const whole = inner === undefined ? span : { ...span, to: inner.to + 1 }
  if (word === '') return map((network: FoundNetwork) => ({ ...network, span: whole }))(readNetwork(inner as Stretch))
  const made = apply(word, inner ?? { ...at, from: open, to: open }, { ...whole, layer: null }, readNetwork)
  // A mistake in a layer among the arguments has its own place.
  if (isLeft(made)) return left({ ...made.left, layer: made.left.layer ?? layer })
  return right({ layer: made.right, span: whole })
}

const missing = (layer: number, at: number, to: number, text: string): Either<Mistake, never> => {
  if (at < to && text[at] === ')') return unexpected(layer, at, text)
  return left(mistake({ layer, from: at, to: Math.min(at + 1, to) }, 'noLayer', at < to ? `'${text[at]}'` : 'nothing'))
}

/** The layer of a word and its arguments. */
const apply = (word: string, given: Stretch, call: Span, readNetwork: ReadNetwork): Either<Mistake, AnyLayer> => {
  const isOwn = Object.hasOwn(given.own, word)
  const networks = isOwn ? undefined : words[word]?.networks
  const read = readEach(given, networks ? at => readNetworkArgument(at, networks, readNetwork) : readArgument)
  if (isLeft(read)) return read
  return isOwn ? makeOwn(word, given.own[word], read.right, call) : makeLayer(word, read.right, call)
}

/** An argument of a call that takes layers: a network, unless it is a number, a list, quoted or a value by name. */
const readNetworkArgument = (
  at: Stretch,
  networks: readonly string[],
  readNetwork: ReadNetwork,
): Either<Mistake, Argument> => {
  const text = textOf(at)
  const [, name] = /^([^=(>|'"]*)=/.exec(text) ?? []
  const isNetwork = name === undefined ? !/^[\d'"[-]/.test(text) : networks.includes(name.trim())
  if (!isNetwork) return readArgument(at)
  const from = name === undefined ? at.from : at.from + name.length + 1
  return map(({ layer }: FoundNetwork) => ({ name: name?.trim() ?? null, value: layer, at }))(
    readNetwork({ ...at, from }),
  )
}
