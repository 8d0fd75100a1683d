import { type Either, isRight, left, right } from 'fp-ts/lib/Either.js'
import { InvalidOption, LayerConnectionError } from '../base/errors.ts'
import type { BranchInput, Mismatch } from '../base/shape.ts'
import type { AnyLayer, Out } from '../core/layer.ts'
import { tryCompose } from '../network/compose.ts'
import type { Part as Composed } from '../network/parts.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { Digits, Found, Read } from './chain.ts'
import { type Because, type Fault, type Followed, type Mistake, mistake, type Span } from './faults.ts'
import type { Part } from './part.ts'
import type { Trim, TrimStart, Upto, Within } from './text.ts'

// Layers that do not fit together: which of them to quote, and why. The compiler reads the text again up to that layer;
// only texts with a mistake pay for it.

// For the compiler.

/** The fault of the N-th layer of a chain; `S` begins with the K-th, whose input is `I`. */
export type Misfit<S extends string, B, N extends number, K extends number, Why extends string, I = number[]> =
  AfterPart<S, B> extends infer After extends string
    ? K extends N
      ? Deepest<S, After, B, Why, I>
      : After extends `>>${infer R}`
        ? Misfit<R, B, N, Next[K], Why, OutOf<Upto<S, After>, B, I>>
        : never
    : never
/** The text after a part and its copies. */
export type AfterPart<S extends string, B> =
  Part<S, B> extends readonly [unknown, infer T extends string] ? WithCopies<TrimStart<T>> : never
/** The output of a text for an input. */
export type OutOf<S extends string, B, I> = Read<S, B> extends readonly [infer Y extends AnyLayer] ? Out<Y, I> : never
/** The fault of the part before `After`; if it is in brackets, of the layer within that does not fit. */
type Deepest<S extends string, After extends string, B, Why extends string, I> =
  Bracketed<S, After> extends readonly [infer Inner extends string, infer Rest extends string]
    ? Inside<Inner, B, Why, Branches<Inner, B> extends true ? BranchInput<I, 0> : I, I, 0> extends infer F
      ? F extends null
        ? Fault<S, TrimStart<S>, Trim<Upto<S, After>>, Because<'misfit', { readonly reason: Why }>>
        : Followed<F, `)${Rest}`>
      : never
    : Fault<S, TrimStart<S>, Trim<Upto<S, After>>, Because<'misfit', { readonly reason: Why }>>
/** Whether a text has branches. */
type Branches<S extends string, B> =
  AfterPart<S, B> extends infer After
    ? After extends `>>${infer R}`
      ? Branches<R, B>
      : After extends `|${string}`
        ? true
        : false
    : never
/** If the part before `After` is a network in brackets: the text within, and the text that follows. */
type Bracketed<S extends string, After extends string> =
  TrimStart<S> extends `(${infer U}`
    ? Within<U, '(', ')'> extends readonly [infer Inner, infer Rest extends string]
      ? TrimStart<Rest> extends After
        ? [Inner, Rest]
        : null
      : null
    : null
/** The fault with that reason in the branches from `K` on, where `All` comes in; `null` if it is elsewhere. */
type Inside<S extends string, B, Why extends string, I, All, K extends number> =
  AfterPart<S, B> extends infer After extends string
    ? OutOf<Upto<S, After>, B, I> extends infer O
      ? O extends Mismatch<infer M>
        ? M extends Why
          ? Deepest<S, After, B, Why, I>
          : null
        : After extends `>>${infer R}`
          ? Inside<R, B, Why, O, All, K>
          : After extends `|${infer R}`
            ? Inside<R, B, Why, BranchInput<All, Next[K]>, All, Next[K]>
            : null
      : never
    : never
type WithCopies<T extends string> = T extends `*${infer R}`
  ? Digits<TrimStart<R>, ''> extends readonly [string, infer U extends string]
    ? WithCopies<TrimStart<U>>
    : never
  : T

// For the run time.

/** The errors of compositions. */
type Refused = LayerConnectionError | InvalidOption

/** Whether an error is about layers that do not fit together, not about the arguments of one. */
export const isMisfit = (error: unknown): error is Refused =>
  error instanceof LayerConnectionError ||
  (error instanceof InvalidOption && (error.twice !== undefined || error.option === 'layers'))

/** Why layers do not fit, in the words of the types of compositions. */
const whyOf = (error: Refused): string => {
  if (error instanceof InvalidOption && error.twice !== undefined) return error.message
  const { expected, got, remedy } = error
  const kind = (error instanceof InvalidOption ? undefined : error.kind) ?? error.layer
  return `${kind} expects ${expected}, got ${got}. ${remedy}`
}

/** A misfit as a mistake in the text. */
export const misfit = (span: Span, cause: Refused): Mistake =>
  mistake(span, 'misfit', cause.got, { reason: whyOf(cause) }, { cause })

/** Composes layers; a single one stays as it is. */
export const together = (found: readonly Found[], form: 'sequence' | 'parallel'): Either<Mistake, AnyLayer> => {
  // The layers come from a text: the compiler has nothing to check here.
  const parts = found.map(({ layer }) => layer as unknown as Composed)
  const [only] = found as readonly [Found]
  if (found.length === 1 && (form === 'parallel' || 'arrangement' in only.layer)) return right(only.layer)
  const whole = tryCompose<AnyLayer>({ form, parts })
  if (isRight(whole)) return right(found.length === 1 ? only.layer : whole.right)
  const {
    at: [index = found.length - 1, ...within],
    cause,
  } = whole.left
  const unfit = found[index] as Found
  return left(misfit((cause instanceof LayerConnectionError ? deepest(unfit, within) : unfit).span, cause))
}

/** The part at a place within brackets, in brackets within them, and so on. */
const deepest = (found: Found, place: readonly number[]): Found => {
  const [chain, inChain] = stepInto(found.chains ?? [], place)
  const [part, inPart] = stepInto(chain ?? [], inChain)
  return part === undefined ? found : deepest(part, inPart)
}
/** The element at the first index of a place, and the rest; a single element is no composition and has no index. */
const stepInto = <A>(all: readonly A[], place: readonly number[]): readonly [A | undefined, readonly number[]] =>
  all.length === 1 ? [all[0], place] : [all[place[0] as number], place.slice(1)]
