import type { Because, Fault, Reason, Span } from './faults.ts'
import { type Show, show, type TrimEnd, type TrimStart, type Unclosed } from './text.ts'

// How a mistake is quoted: `… >> ` for the text before its layer, the layer up to the mistake, a few characters after
// it, an arrow, and the reason. The compiler and the run time print the same.

// For the compiler.

/** `… >> Convlution(3,3 ⟵ unknown layer; did you mean Convolution?` for a fault in a cleaned text. */
export type Quote<S extends string, F> =
  F extends Fault<infer Layer, infer From, infer Word, infer Why>
    ? Arrow<
        TrimEnd<`${Lead<TrimEnd<Ahead<S, Layer>>>}${Excerpt<TrimStart<`${Show<Ahead<Layer, From>>}${Marked<Show<Word>, Beyond<From, Word>>}`>>}`>,
        Reason<Why>
      >
    : never
type Arrow<Quoted extends string, Why extends string> = Quoted extends '' ? `⟵ ${Why}` : `${Quoted} ⟵ ${Why}`
type Ahead<S extends string, Rest extends string> = S extends `${infer A}${Rest}` ? A : ''
type Lead<S extends string> = S extends ''
  ? ''
  : S extends `${string}>>`
    ? '… >> '
    : S extends `${string}|`
      ? '… | '
      : S extends `${string}(`
        ? '… ('
        : '… '
/** The mistake and what follows it; a long one is cut off, because compilers cut long messages. */
type Marked<Word extends string, After extends string> =
  Brief<Word, '', 'xxxxxx'> extends infer W extends string ? (W extends Word ? `${W}${After}` : W) : never
/** The first ten characters for each x in `K`, with an ellipsis if there are more. */
type Brief<S extends string, R extends string, K extends string> = K extends `x${infer Fewer}`
  ? S extends `${infer A}${infer B}${infer C}${infer D}${infer E}${infer F}${infer G}${infer H}${infer I}${infer J}${infer T}`
    ? T extends ''
      ? `${R}${S}`
      : Brief<T, `${R}${A}${B}${C}${D}${E}${F}${G}${H}${I}${J}`, Fewer>
    : `${R}${S}`
  : `${R}…`
/** At most four characters after the mistake, up to white space. */
type Beyond<From extends string, Word extends string> = From extends `${Word}${infer T}`
  ? UpToSpace<UpToSpace<UpToSpace<UpToSpace<Four<Show<T>>, ' '>, '\n'>, '\t'>, '\r'>
  : ''
type Four<S extends string> = S extends `${infer A}${infer B}${infer C}${infer D}${string}` ? `${A}${B}${C}${D}` : S
type UpToSpace<S extends string, Sign extends string> = S extends `${infer A}${Sign}${string}` ? A : S
/** On one line, with single spaces. */
type Excerpt<S extends string> = S extends `${infer A}${'\n' | '\t' | '\r'}${infer B}`
  ? Excerpt<`${A} ${B}`>
  : S extends `${infer A}  ${infer B}`
    ? Excerpt<`${A} ${B}`>
    : S

/** The same for a quote that is not closed. */
export type QuoteUnclosed<U> =
  U extends Unclosed<infer From> ? `… ${Four<From>} ⟵ ${Reason<Because<'openText'>>}` : never

// For the run time.

const lead = (before: string): string => {
  const text = before.trimEnd()
  if (text === '') return ''
  if (text.endsWith('>>')) return '… >> '
  if (text.endsWith('|')) return '… | '
  return text.endsWith('(') ? '… (' : '… '
}
const four = (text: string): string => text.slice(0, 4)

const longest = 60
/** The mistake and what follows it; a long one is cut off. */
const marked = (word: string, after: string): string => {
  const [beyond = ''] = four(after).split(/[ \n\t\r]/)
  return word.length > longest ? `${word.slice(0, longest)}…` : `${word}${beyond}`
}

/** What {@link Quote} is for the compiler. */
export const quote = (text: string, { layer, from, to }: Span, why: string): string => {
  const start = layer ?? from
  const word = marked(show(text.slice(from, to)), show(text.slice(to)))
  const excerpt = `${show(text.slice(start, from))}${word}`.trimStart().replace(/[ \n\t\r]+/g, ' ')
  return `${lead(text.slice(0, start))}${excerpt} ⟵ ${why}`.replace(/ *⟵/, ' ⟵').trimStart()
}

/** What {@link QuoteUnclosed} is for the compiler. */
export const quoteUnclosed = (rest: string, why: string): string => `… ${four(rest)} ⟵ ${why}`
