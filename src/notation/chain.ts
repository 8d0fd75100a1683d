import { type Either, isLeft, isRight, left, map, right } from 'fp-ts/lib/Either.js'
import type { Mismatch } from '../base/shape.ts'
import { repeat } from '../combinators/index.ts'
import type { AnyLayer } from '../core/layer.ts'
import { mostLayers } from '../network/wiring.ts'
import type { CheckRepeat, Join, JoinFault, NameFault, Repeat, Side } from '../network-types/compose.ts'
import type { Called } from './call.ts'
import { type Because, type Fault, type Mistake, mistake } from './faults.ts'
import { deepest, fitted, type Misfit, misfit, type Place, standing, together } from './misfit.ts'
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
 * A plain call: [layer], or `null` for anything else and for mistakes. What takes layers finds none among arguments that are
 * read as values, so it is read by the general rules.
 */
type Piece<A extends string, B> = A extends `${infer Word}(${infer R}`
  ? R extends `${infer G})${infer T}`
    ? Trim<T> extends ''
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
/** The chain from a part on that is no plain call. */
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
  Digits<R, ''> extends infer D extends string
    ? D extends `${infer N extends number}`
      ? R extends `${D}${infer U}`
        ? CheckRepeat<Y, N> extends Mismatch<infer M>
          ? Fault<S, T, `${Upto<T, U>}`, Because<'misfit', { readonly reason: M }>>
          : Then<TrimStart<U>, S, C, L, Repeat<Y, N>>
        : never
      : Fault<S, T, '*', Because<'noCopies'>>
    : never
export type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
export type Digits<S extends string, R extends string> = S extends `${infer D extends Digit}${infer T}`
  ? R extends ''
    ? D extends '0'
      ? ''
      : Digits<T, D>
    : Digits<T, `${R}${D}`>
  : R

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
/** The fault of a branch, whose text is followed by `After`, beside those before it; `null` where there is none. */
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

/** The layers of the user's own, by name. */
export type OwnLayers = Readonly<Record<string, unknown>>

/** A part of a chain, from the sign before it to that after it. */
export interface Found extends Place {
  readonly layer: AnyLayer
  /** The chains that it is, where it is a network in brackets and nothing else. */
  readonly chains?: readonly (readonly Found[])[]
}
interface Chain extends Place {
  readonly layer: AnyLayer
  readonly parts: readonly Found[]
}

/** Reads a chain, from the text after the sign before it to the sign after it. */
const readChain = ({ text, from, to }: Stretch, own: OwnLayers): Either<Mistake, Chain> => {
  const parts: Found[] = []
  let at = from
  for (;;) {
    const found = readCopies({ text, from: at, to }, own)
    if (isLeft(found)) return found
    parts.push(found.right)
    const { end } = found.right
    if (end < to && text.startsWith('>>', end)) at = end + 2
    else if (end === to || text[end] === '|') break
    else return unexpected(at, end, text)
  }
  const whole = together(parts, 'sequence')
  if (isRight(whole)) return right({ layer: whole.right, parts, from, end: (parts.at(-1) as Found).end })
  const { index, incoming, cause } = whole.left
  return left(misfit(standing(text, deepest(parts[index] as Found, incoming, cause)), cause))
}

/** A network that was read: a layer, and the chains that it is. */
export type FoundNetwork = Required<Pick<Found, 'layer' | 'chains'>>

/** Reads a network: branches of chains. */
export const readNetwork = ({ text, from, to }: Stretch, own: OwnLayers): Either<Mistake, FoundNetwork> => {
  const branches: Chain[] = []
  for (let at = from; ; ) {
    const chain = readChain({ text, from: at, to }, own)
    if (isLeft(chain)) {
      // Branches that do not go together come before what is wrong after them.
      const before = branches.length > 1 ? beside(text, branches) : chain
      return isLeft(before) ? before : chain
    }
    branches.push(chain.right)
    if (chain.right.end === to)
      return map((layer: AnyLayer) => ({ layer, chains: branches.map(({ parts }) => parts) }))(beside(text, branches))
    at = chain.right.end + 1
  }
}
/** Branches side by side, one being itself. */
const beside = (text: string, branches: readonly Chain[]): Either<Mistake, AnyLayer> => {
  const [first] = branches
  const whole = first !== undefined && branches.length === 1 ? right(first.layer) : together(branches, 'parallel')
  if (isLeft(whole)) return left(misfit(standing(text, branches[whole.left.index] as Chain), whole.left.cause))
  return whole
}

/** A part and how often it comes: `Relu(8) * 3`. */
const readCopies = ({ text, from, to }: Stretch, own: OwnLayers): Either<Mistake, Found> => {
  const part = readPart({ text, from, to }, { own, network: at => readNetwork(at, own) })
  if (isLeft(part)) return part
  let found: Found = { ...part.right, end: skipSpace(text, part.right.end, to) }
  while (found.end < to && text[found.end] === '*') {
    const { layer, end } = found
    const start = skipSpace(text, end + 1, to)
    const [digits = ''] = /^(?:[1-9]\d*)?/.exec(text.slice(start, to)) ?? []
    const got = text.slice(start, Math.min(start + 4, to))
    const mark = { layer: from, from: end, to: end + 1 }
    if (digits === '') return left(mistake(mark, 'noCopies', got === '' ? 'nothing' : `'${got}'`))
    const number = { layer: from, from: start, to: start + digits.length }
    if (Number(digits) > mostLayers) return left(mistake(number, 'manyCopies', digits, { most: mostLayers }))
    // Whether the layer fits itself is known when it is there, not to the compiler.
    const copies = fitted(() => repeat(layer as never, Number(digits)) as unknown as AnyLayer)
    if (isLeft(copies)) return left(misfit({ ...number, from: end }, copies.left, true))
    found = { layer: copies.right, from, end: skipSpace(text, number.to, to) }
  }
  return right(found)
}
