import { isLeft, isRight, left } from 'fp-ts/lib/Either.js'
import { InvalidOption, NotationError, show } from '../base/errors.ts'
import { ownOptions } from '../base/options.ts'
import type { Mismatch } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import type { Part } from '../network/parts.ts'
import type { AnyNetwork, Join } from '../network-types/compose.ts'
import { type Blocks, type Read, readNetwork } from './chain.ts'
import type { Continued } from './continued.ts'
import { type Fault, type Mistake, mistake, told } from './faults.ts'
import { isMisfit } from './misfit.ts'
import { type Quote, type QuoteUnclosed, quote, quoteUnclosed } from './quote.ts'
import { type Clean, clean, type PlaceAfter, type Unclosed, type Upto } from './text.ts'

type Parsed<S extends string, B> =
  Clean<S> extends infer C
    ? C extends string
      ? Read<C, B> extends infer X
        ? X extends readonly [infer Y extends AnyLayer]
          ? Y
          : Mismatch<Placed<S, Quote<C, X>, Ahead<S, C, X>>>
        : never
      : Mismatch<Placed<S, QuoteUnclosed<C>, Ahead<S, S, C>>>
    : never
/** The quotation of a mistake, in a text of several lines after its place. */
type Placed<S extends string, Quoted extends string, Before extends string> = S extends `${string}\n${string}`
  ? `${PlaceAfter<Before>}, ${Quoted}`
  : Quoted
/** The text before a mistake; at the end of the text, all of it with its comments. */
type Ahead<S extends string, C extends string, F> =
  F extends Fault<string, infer From, string, unknown>
    ? From extends ''
      ? S
      : Upto<C, From>
    : F extends Unclosed<infer From>
      ? Upto<C, From>
      : never
/**
 * The text, or what is wrong with it. If the mistake is in a part that only the run time knows, the quotation is no
 * literal, and the run time reports it.
 */
export type CheckText<S extends string, B> = string extends S
  ? S
  : Parsed<S, B> extends Mismatch<infer M>
    ? {} extends { readonly [_ in M]: true }
      ? S
      : M
    : S
/** The function {@link net}. */
export interface NetFunction {
  /**
   * For editors, which take the words that they offer inside a text from here. Nothing can call it, as it takes an argument
   * too many; so the error of a text is that of the signature below, and a text without mistakes costs nothing.
   */
  <const S extends string, const B extends Blocks = {}>(
    text: Continued<S, B>,
    blocks: B | undefined,
    none: never,
  ): Made<S, B>
  <const S extends string, const B extends Blocks = {}>(text: CheckText<S, B>, blocks?: B): Made<S, B>
}
/**
 * The network of a text, for types that are written by hand; the quotation of a mistake where there is one. `B` are layers of
 * your own, by their names in the text.
 *
 * @example
 * ```ts
 * const classifier: Net<'Input(4) >> Relu(8) >> Softmax(3)'> = net('Input(4) >> Relu(8) >> Softmax(3)')
 * String(classifier) // (?, 4) -> [... 3 layers ...] -> (?, 3)
 * ```
 */
export type Net<S extends string, B = {}> = CheckText<S, B> extends S ? Made<S, B> : CheckText<S, B>
/** The network of a text that has no mistake. */
type Made<S extends string, B> = string extends S
  ? AnyNetwork
  : Parsed<S, B> extends infer Y
    ? Y extends { readonly nodes: unknown }
      ? Y
      : Y extends AnyLayer
        ? Join<[Y]>
        : AnyNetwork
    : never

/** The error of a mistake, at its place in the user's text. */
const errorAt = (text: string, at: number, found: Mistake, quoted: (why: string) => string): NotationError => {
  const { why, ...details } = told(found)
  const { cause } = found
  const before = text.slice(0, at).split('\n')
  const place = { line: before.length, column: (before.at(-1) as string).length + 1 }
  return new NotationError({ ...place, text: quoted(why), ...details }, cause && { cause, complete: isMisfit(cause) })
}

/** How deep brackets may be nested: they are read by recursion. */
const deepest = 250

const tooDeep = (text: string): Mistake | undefined => {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === ')' || sign === ']') depth = Math.max(0, depth - 1)
    else if ((sign === '(' || sign === '[') && ++depth > deepest)
      return mistake({ layer: at, from: at, to: at + 1 }, 'deep', 'more', { most: deepest })
  }
  return undefined
}

/** The network of a text that may be anything. */
const parsed = (text: unknown, own: unknown): AnyLayer => {
  if (typeof text !== 'string')
    throw new InvalidOption({
      layer: 'net',
      option: 'text',
      expected: 'a text',
      got: show(text),
      remedy: "For example: net('Input(10) >> Relu(5)').",
    })
  const example = "net('Input(10) >> block', { block: Relu(5) })"
  const blocks = ownOptions(
    'net',
    example,
    own,
    'an object of layers, or of functions that make them, by name',
    'blocks',
  )
  const cleaned = clean(text)
  if (isLeft(cleaned)) {
    const at = cleaned.left
    const found = mistake({ layer: at, from: at, to: at }, 'openText', 'no closing quote', {
      quote: text[at] === "'" ? `a "'"` : `a '"'`,
    })
    throw errorAt(text, at, found, why => quoteUnclosed(text.slice(at), why))
  }
  const { text: signs, places } = cleaned.right
  const deep = tooDeep(signs)
  const read = deep ? left(deep) : readNetwork({ text: signs, from: 0, to: signs.length, own: blocks })
  if (isRight(read)) return read.right.layer
  const found = read.left
  throw errorAt(text, places[found.from] as number, found, why => quote(signs, found, why))
}

/**
 * The network of a text in the notation: layers as they are called, `>>` between them, `|` between branches, `* n` for
 * copies. The compiler reads the text as well: it knows the shapes, and says in the editor what is wrong. See
 * docs/notation.md for the grammar.
 *
 * @param text such as `'Input(10) >> Relu(5)'`; over several lines, and with comments after `#` or `//`
 * @param blocks layers of your own, or functions that make them, by the names that they have in the text
 * @throws NotationError, with line, column and the text around it, if the text cannot be read, an argument is invalid,
 *   shapes do not fit or two layers have the same name; its `cause` is the error of the constructor or of `join`
 * @example
 * ```ts
 * const network = net('Input(28,28,1) >> Convolution(3,3,16, padding=same) >> (Relu | Tanh) >> Concatenate')
 * String(network) // (?, 28, 28, 1) -> [... 5 layers ...] -> (?, 28, 28, 32)
 * String(net('Input(4) >> wide(8) * 2', { wide: (units: number) => Relu(units) })) // (?, 4) -> [... 3 layers ...] -> (?, 8)
 * ```
 */
export const net: NetFunction = <const S extends string, const B extends Blocks = {}>(
  text: CheckText<S, B>,
  blocks?: B,
): Made<S, B> => {
  const network = parsed(text, blocks) as unknown as Part
  const whole = 'arrangement' in network ? network : compose({ form: 'sequence', parts: [network] })
  // Made<S, B> is what the compiler read.
  return whole as unknown as Made<S, B>
}
