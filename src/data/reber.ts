import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { show, wrongArgument } from '../base/errors.ts'
import { boolean, codec, type Options, oneOf, parseOptions, part } from '../base/options.ts'
import { generator, type Key, permutation, split } from '../base/random.ts'
import { isShortList } from '../base/trees.ts'
import type { FlatData } from '../state/data.ts'
import { argument, drawnBy, count as positive } from './given.ts'

// The grammar of Reber (1967): a word is a walk from state 0, each step of which writes a letter. Both steps from a state are
// equally likely; `end` ends the word.

const letters = 'TVPXS'
const end = -1
type Step = readonly [letter: string, to: number]
// biome-ignore format: a row for each state
const grammar: readonly (readonly [Step, Step])[] = [
  [['T', 1], ['V', 2]],
  [['P', 1], ['T', 3]],
  [['X', 2], ['V', 4]],
  [['X', 2], ['S', end]],
  [['P', 3], ['S', end]],
]
/** The lengths of words: none has fewer letters, and of more the probabilities are too small for a float. */
const [shortest, longest] = [3, 1000]
type Lengths = readonly [least: number, most: number]

/**
 * How likely walks end after just so many steps: by number of steps, of each state. Lengths of words are drawn by them, and then
 * each step so that the word has its length: nothing is drawn in vain.
 */
const endings = (most: number): readonly Float64Array[] => {
  const after = [new Float64Array(grammar.length)]
  for (let steps = 1; steps <= most; steps++) {
    const before = after[steps - 1] as Float64Array
    const left = (to: number): number => (to === end ? Number(steps === 1) : (before[to] as number))
    after.push(Float64Array.from(grammar, ([[, one], [, other]]) => (left(one) + left(other)) / 2))
  }
  return after
}

/** Draws words whose lengths lie between two. */
const drawing = (
  [least, most]: Lengths,
  key: Key,
): { readonly word: () => string; readonly source: RandomGenerator } => {
  const source = generator(key)
  const ends = endings(most)
  const likely = ends.map(([ofStart = 0], length) => (length < least ? 0 : ofStart))
  const total = likely.reduce((sum, p) => sum + p, 0)
  const drawLength = (): number => {
    let left = uniformFloat64(source) * total
    for (let length = least; length < most; length++) {
      left -= likely[length] as number
      if (left < 0) return length
    }
    return most
  }
  const word = (): string => {
    let [state, text] = [0, '']
    for (let left = drawLength() - 1; left >= 0; left--) {
      const weight = ([, to]: Step): number => (to === end ? Number(left === 0) : (ends[left]?.[to] as number))
      const [one, other] = grammar[state] as readonly [Step, Step]
      const share = weight(one) / (weight(one) + weight(other))
      const [letter, to] = uniformFloat64(source) < share ? one : other
      text += letter
      state = to
    }
    return text
  }
  return { word, source }
}

const lengthsOf = (most: number) => ({
  codec: codec<Lengths>(
    `[least, most], two integers with least <= most, and most from ${shortest} to ${longest}`,
    value => {
      if (!isShortList(value) || value.length !== 2 || !value.every(Number.isSafeInteger)) return undefined
      const [from, to] = value as [number, number]
      return from >= 1 && from <= to && to >= shortest && to <= longest
        ? Object.freeze([Math.max(from, shortest), to] as const)
        : undefined
    },
  ),
  default: [shortest, most],
})

/** The options of {@link reberWords}. */
export interface ReberWordsOptions {
  /** The fewest and the most letters of a word. Default: [3, 1000], which leaves no word out that is ever drawn. */
  readonly lengths?: Lengths
  /** What is drawn with: the same key gives the same words. */
  readonly key: Key
}
const wordOptions: Options<Required<ReberWordsOptions>> = { lengths: lengthsOf(longest), key: drawnBy }

/**
 * Words of the Reber grammar (Reber 1967), letters of `TVPXS`. At each state of the grammar both letters are equally likely, so short
 * words come often, and more than once.
 *
 * @param count how many words
 * @throws InvalidOption if `count` is no positive integer, an option is invalid, or there is no key
 * @example
 * ```ts
 * const words = reberWords(50, { key: key(1) })
 * words.length // 50
 * words.every(isReber) // true
 * ```
 */
export const reberWords = (count: number, given: ReberWordsOptions): readonly string[] => {
  const [owner, example] = ['reberWords', 'reberWords(100, { key: key(1) })']
  const words = argument(owner, 'count', positive, count, example)
  const { lengths, key } = parseOptions(owner, example, wordOptions, given)
  const { word } = drawing(lengths, key)
  return Object.freeze(Array.from({ length: words }, word))
}

/**
 * Whether a word is of the Reber grammar (Reber 1967). Other letters, and letters after the end, make a word that is not.
 *
 * @param word a text, or its letters in an array
 * @throws InvalidOption if it is neither
 * @example
 * ```ts
 * isReber('TPTS') // true
 * isReber(['T', 'T', 'S']) // true
 * isReber('TTSS') // false
 * ```
 */
export const isReber = (word: string | readonly string[]): boolean => {
  const given: unknown = word
  const all = typeof given === 'string' ? [...given] : given
  if (!Array.isArray(all) || !all.every(letter => typeof letter === 'string'))
    throw wrongArgument('isReber', 'word', 'a string, or an array of letters', show(given), "isReber('TPTS')")
  let state = 0
  for (const letter of all as readonly string[]) {
    const step = grammar[state]?.find(([own]) => own === letter)
    if (step === undefined) return false
    state = step[1]
  }
  return state === end
}

/** The options of {@link reberClassification}. */
export interface ReberClassificationOptions<
  E extends 'ids' | 'one-hot' = 'ids' | 'one-hot',
  M extends boolean = boolean,
> {
  /** The share of words that are not of the grammar; their number is rounded. Default: 0.5. */
  readonly invalid?: number
  /** The fewest and the most letters of a word. Default: [3, 14]. */
  readonly lengths?: Lengths
  /**
   * How x says letters: as ids from 1 to 5, in the order `TVPXS`, with 0 behind shorter words, [count, most letters]; or as one-hot
   * vectors, with zeros behind, [count, most letters, 5]. Default: `'ids'`.
   */
  readonly encoding?: E
  /** Whether x is a pair: the words, and the mask of their letters, [count, most letters]. Default: false. */
  readonly mask?: M
  /** What is drawn with: the same key gives the same words. */
  readonly key: Key
}
type Encoded<E> = FlatData<E extends 'one-hot' ? [number, number, 5] : [number, number]>
/** What {@link reberClassification} gives. */
export interface ReberClassification<E extends 'ids' | 'one-hot' = 'ids', M extends boolean = false> {
  readonly words: readonly string[]
  readonly examples: {
    readonly x: M extends true ? readonly [Encoded<E>, FlatData<[number, number]>] : Encoded<E>
    readonly y: FlatData<[number, 1]>
  }
}
type Normal = Required<ReberClassificationOptions>
const options: Options<Normal> = {
  invalid: { codec: part, default: 0.5 },
  lengths: lengthsOf(14),
  encoding: { codec: oneOf(['ids', 'one-hot']), default: 'ids' },
  mask: { codec: boolean, default: false },
  key: drawnBy,
}

/**
 * Words to tell apart: words of the Reber grammar (Reber 1967), and words of random letters that are not. Those have the lengths of
 * words of the grammar, so that a length says nothing. The order is random. Words may come more than once, also in another set.
 *
 * @param count how many words
 * @returns `words`, and `examples`, `{ x, y }` as `fit` takes them: x as `encoding` and `mask` say, and y [count, 1], 1 for words
 *   of the grammar
 * @throws InvalidOption if `count` is no positive integer, an option is invalid, or there is no key
 * @example
 * ```ts
 * const { words, examples } = reberClassification(64, { key: key(1) })
 * words.filter(isReber).length // 32
 * examples.x.shape // [64, 14]
 * const network = join(Input(14), Embedding(6, 8), LSTM(8), Sigmoid(1))
 * await fit(network, init(network, key(2)), examples, { loss: 'binaryCrossentropy', epochs: 1 })
 * ```
 */
export const reberClassification = <const E extends 'ids' | 'one-hot' = 'ids', const M extends boolean = false>(
  count: number,
  given: ReberClassificationOptions<E, M>,
): ReberClassification<E, M> => {
  const [owner, example] = ['reberClassification', 'reberClassification(100, { invalid: 0.5, key: key(1) })']
  const rows = argument(owner, 'count', positive, count, example)
  const { invalid, lengths, encoding, mask, key } = parseOptions<Normal>(owner, example, options, given)
  const [forWords, forOrder] = split(key) as [Key, Key]
  const { word, source } = drawing(lengths, forWords)
  const letter = (): string => letters[Math.floor(letters.length * uniformFloat64(source))] as string
  const other = (length: number): string => {
    const text = Array.from({ length }, letter).join('')
    return isReber(text) ? other(length) : text
  }
  const wrong = Math.round(invalid * rows)
  const made = Array.from({ length: rows }, (_, i) => (i < wrong ? other(word().length) : word()))
  const words = Array.from(permutation(forOrder, rows), i => made[i] as string)
  const steps = lengths[1]
  const ids = Int32Array.from(
    { length: rows * steps },
    (_, i) => letters.indexOf(words[Math.floor(i / steps)]?.[i % steps] ?? ' ') + 1,
  )
  const shape = [rows, steps]
  const encoded: FlatData =
    encoding === 'ids'
      ? { data: ids, shape }
      : {
          data: Float32Array.from({ length: ids.length * letters.length }, (_, i) =>
            Number(ids[Math.floor(i / letters.length)] === (i % letters.length) + 1),
          ),
          shape: [...shape, letters.length],
        }
  const y = Object.freeze({ data: Float32Array.from(words, text => Number(isReber(text))), shape: [rows, 1] })
  const letterMask = (): FlatData => ({ data: Float32Array.from(ids, id => Number(id > 0)), shape })
  const x = mask ? Object.freeze([Object.freeze(encoded), Object.freeze(letterMask())]) : Object.freeze(encoded)
  // x is what the options say.
  return Object.freeze({
    words: Object.freeze(words),
    examples: Object.freeze({ x, y }),
  }) as unknown as ReberClassification<E, M>
}
