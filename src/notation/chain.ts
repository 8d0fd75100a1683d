import { type Either, isLeft, isRight, left, map, right } from 'fp-ts/lib/Either.js'
import type { Mismatch } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import { tryCompose } from '../network/compose.ts'
import type { Part as Composed } from '../network/parts.ts'
import { mostLayers } from '../network/wiring.ts'
import type { JoinFault, NameFault, RepeatFault } from '../network-types/checks.ts'
import type { Join, Repeat, Side } from '../network-types/compose.ts'
import type { Called } from './call.ts'
import { type Because, type Fault, type Mistake, mistake, type Span } from './faults.ts'
import { type Misfit, misfit, together } from './misfit.ts'
import { type Part, readPart, unexpected } from './part.ts'
import { type Stretch, skipSpace, type Trim, type TrimStart, type Upto } from './text.ts'
import type { Layers, RowOf } from './words.ts'

// Networks are branches, and branches are chains of parts with their copies.

// For the compiler. A chain is cut at `>>`; a piece that is one plain call, as nearly all are, is read at once and only
// once for a text. Anything else is read by the general rules from where it stands.

/** Layers of the user's own, by name, and functions that make them. */
export type Blocks = Readonly<Record<string, unknown>>

/** Where a chain is read: the user's blocks, the text from its beginning on, and the branches before it. */
interface Context {
  readonly blocks: unknown
  readonly text: string
  readonly branches: readonly AnyLayer[]
}
interface At<B, S extends string, Branches extends readonly AnyLayer[]> extends Context {
  readonly blocks: B
  readonly text: S
  readonly branches: Branches
}

/** Reads a network: [layer], or a fault. */
export type Read<S extends string, B> = Walk<S, At<B, S, []>, []>

type Walk<S extends string, C extends Context, L extends readonly AnyLayer[]> = S extends `${infer A}>>${infer R}`
  ? Piece<A, C['blocks']> extends readonly [infer Y extends AnyLayer]
    ? Walk<R, C, [...L, Y]>
    : Further<S, C, L>
  : Piece<S, C['blocks']> extends readonly [infer Y extends AnyLayer]
    ? Finish<[...L, Y], C>
    : Further<S, C, L>

/**
 * A plain call: [layer], or `null` for anything else and for mistakes. Calls that take layers fail here, because their
 * arguments are read as values; the general rules read them.
 */
type Piece<A extends string, B> = A extends `${infer Word}(${infer R}`
  ? R extends `${infer G})${infer T}`
    ? TrimStart<T> extends ''
      ? G extends `${string}(${string}`
        ? null
        : Plain<Trim<Word>, G, B>
      : null
    : null
  : Plain<Trim<A>, '', B>
type Plain<Word extends string, G extends string, B> = Word extends keyof Layers
  ? Word extends keyof B
    ? null
    : PlainCall<Word, G>
  : null
type PlainCall<Word extends keyof Layers, G extends string> =
  Called<RowOf<Layers[Word]>, G> extends infer X ? (X extends AnyLayer ? [X] : null) : never
/** The rest of a chain, from a part that is no plain call. */
type Further<S extends string, C extends Context, L extends readonly AnyLayer[]> =
  Part<S, C['blocks']> extends infer X
    ? X extends readonly [infer Y extends AnyLayer, infer T extends string]
      ? Then<TrimStart<T>, S, C, L, Y>
      : X
    : never
/** What follows a part. */
type Then<
  T extends string,
  S extends string,
  C extends Context,
  L extends readonly AnyLayer[],
  Y extends AnyLayer,
> = T extends ''
  ? Finish<[...L, Y], C>
  : T extends `>>${infer R}`
    ? Walk<R, C, [...L, Y]>
    : T extends `|${infer R}`
      ? Chained<[...L, Y], C> extends infer X
        ? X extends readonly [infer Branch extends AnyLayer]
          ? Beside<C, Branch, T> extends infer F
            ? F extends null
              ? Walk<R, At<C['blocks'], R, [...C['branches'], Branch]>, []>
              : F
            : never
          : X
        : never
      : T extends `*${infer R}`
        ? Copies<TrimStart<R>, S, T, C, L, Y>
        : Fault<S, T, FirstSign<T>, Because<T extends `)${string}` ? 'stray' : 'noArrow'>>
export type FirstSign<T extends string> = T extends `${infer Sign}${string}` ? Sign : ''
/** After an asterisk. */
type Copies<
  R extends string,
  S extends string,
  T extends string,
  C extends Context,
  L extends readonly AnyLayer[],
  Y extends AnyLayer,
> =
  Digits<R, ''> extends readonly [`${infer N extends number}`, infer U extends string]
    ? RepeatFault<Y, N> extends Mismatch<infer M>
      ? Fault<S, T, `${Upto<T, U>}`, Because<'misfit', { readonly reason: M }>>
      : Then<TrimStart<U>, S, C, L, Repeat<Y, N>>
    : Fault<S, T, '*', Because<'noCopies'>>
export type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
/** The digits of a positive whole number, and the text after them. */
export type Digits<S extends string, R extends string> = S extends `${infer D extends Digit}${infer T}`
  ? R extends ''
    ? D extends '0'
      ? ['', S]
      : Digits<T, D>
    : Digits<T, `${R}${D}`>
  : [R, S]

/** A chain as one layer: [layer], or a fault. */
type Chained<L extends readonly AnyLayer[], C extends Context> =
  JoinFault<L> extends infer F
    ? F extends readonly [infer N extends number, infer Why extends string]
      ? Misfit<C['text'], C['blocks'], N, 1, Why>
      : L extends readonly [infer One extends AnyLayer]
        ? [One]
        : // Not [Join<L>]: the compiler would put it off, and do it again wherever it is looked at.
          Join<L> extends infer J
          ? [J]
          : never
    : never
/** Why a branch, followed by `After` in the text, cannot stand beside those before it; `null` if it can. */
type Beside<C extends Context, Branch extends AnyLayer, After extends string> = C['branches'] extends readonly []
  ? null
  : NameFault<[...C['branches'], Branch]> extends readonly [unknown, infer Why extends string]
    ? Fault<C['text'], TrimStart<C['text']>, Trim<Upto<C['text'], After>>, Because<'misfit', { readonly reason: Why }>>
    : null
/** All branches as one layer: [layer], or a fault. */
type Finish<L extends readonly AnyLayer[], C extends Context> = C['branches'] extends readonly []
  ? Chained<L, C>
  : Chained<L, C> extends infer X
    ? X extends readonly [infer Last extends AnyLayer]
      ? Beside<C, Last, ''> extends infer F
        ? F extends null
          ? [Side<[...C['branches'], Last]>]
          : F
        : never
      : X
    : never

// For the run time.

/** A part of a chain, or a branch. */
export interface Found {
  readonly layer: AnyLayer
  readonly span: Span & { readonly layer: number }
  /** Its chains, if the part is a network in brackets. */
  readonly chains?: readonly (readonly Found[])[]
}
/** A network: a layer, and its chains. */
export type FoundNetwork = Required<Pick<Found, 'layer' | 'chains'>>

/** Reads a network: branches of chains. */
export const readNetwork = (at: Stretch): Either<Mistake, FoundNetwork> => {
  const branches: Branch[] = []
  for (let { from } = at; from <= at.to; ) {
    const branch = readBranch({ ...at, from })
    if (isLeft(branch)) {
      // A clash between earlier branches stands before this mistake in the text.
      const before = branches.length > 1 ? together(branches, 'parallel') : branch
      return isLeft(before) ? before : branch
    }
    branches.push(branch.right)
    from = skipSpace(at.text, branch.right.span.to, at.to) + 1
  }
  const chains = branches.map(({ parts }) => parts)
  return map((layer: AnyLayer) => ({ layer, chains }))(together(branches, 'parallel'))
}

interface Branch extends Found {
  readonly parts: readonly Found[]
}
const readBranch = (at: Stretch): Either<Mistake, Branch> => {
  const parts = readChain(at)
  if (isLeft(parts)) return parts
  const [first, last] = [parts.right[0], parts.right.at(-1)] as readonly Found[] as readonly [Found, Found]
  const span = { ...first.span, to: last.span.to }
  return map((layer: AnyLayer) => ({ layer, span, parts: parts.right }))(together(parts.right, 'sequence'))
}

/** Reads the parts of a chain, up to a `|` or the end. */
const readChain = (at: Stretch): Either<Mistake, readonly Found[]> => {
  const parts: Found[] = []
  for (let { from } = at; ; ) {
    const found = readCopies({ ...at, from })
    if (isLeft(found)) return found
    parts.push(found.right)
    const end = skipSpace(at.text, found.right.span.to, at.to)
    if (end === at.to || at.text[end] === '|') return right(parts)
    if (!at.text.startsWith('>>', end)) return unexpected(from, end, at.text)
    from = end + 2
  }
}

/** A part and how often it comes: `Relu(8) * 3`. */
const readCopies = (at: Stretch): Either<Mistake, Found> => {
  const { text, to, from: layer } = at
  let found = readPart(at, readNetwork)
  while (isRight(found)) {
    const star = skipSpace(text, found.right.span.to, to)
    if (star === to || text[star] !== '*') break
    const from = skipSpace(text, star + 1, to)
    const [digits = ''] = /^(?:[1-9]\d*)?/.exec(text.slice(from, to)) ?? []
    const number = { layer, from, to: from + digits.length }
    const got = text.slice(from, Math.min(from + 4, to))
    if (digits === '')
      return left(mistake({ layer, from: star, to: star + 1 }, 'noCopies', got === '' ? 'nothing' : `'${got}'`))
    const times = Number(digits)
    if (times > mostLayers) return left(mistake(number, 'manyCopies', digits, { most: mostLayers }))
    const part = found.right.layer as unknown as Composed
    const copies = tryCompose<AnyLayer>({ form: 'repeat', part, times })
    if (isLeft(copies)) return left(misfit({ ...number, from: star }, copies.left.cause))
    found = right({ layer: copies.right, span: { ...found.right.span, to: number.to } })
  }
  return found
}
