import { nearestOf } from '../base/options.ts'

// "Did you mean", for the compiler and for the run time alike. Where two words are equally near, neither is meant.

/** Whether A becomes B by at most as many edits as there are in K (Levenshtein 1966). */
type Near<A extends string, B extends string, K extends string> = A extends B
  ? true
  : A extends `${infer X}${infer A1}`
    ? B extends `${infer Y}${infer B1}`
      ? X extends Y
        ? Near<A1, B1, K>
        : K extends `x${infer Fewer}`
          ? true extends Near<A1, B1, Fewer> | Near<A, B1, Fewer> | Near<A1, B, Fewer>
            ? true
            : false
          : false
      : K extends `x${infer Fewer}`
        ? Near<A1, B, Fewer>
        : false
    : B extends `${string}${infer B1}`
      ? K extends `x${infer Fewer}`
        ? Near<A, B1, Fewer>
        : false
      : false
type Within<Word extends string, Words extends string, K extends string> = Words extends string
  ? Near<Lowercase<Word>, Lowercase<Words>, K> extends true
    ? Words
    : never
  : never
/** `Found` where it is one word. */
type Only<Found, All = Found> = [Found] extends [never]
  ? never
  : Found extends unknown
    ? [All] extends [Found]
      ? Found
      : never
    : never
/** The one word that is nearest, when it is near enough to be meant; else `never`. */
export type Nearest<Word extends string, Words extends string> =
  Within<Word, Words, ''> extends infer Same
    ? [Same] extends [never]
      ? Within<Word, Words, 'x'> extends infer One
        ? [One] extends [never]
          ? Only<Within<Word, Words, 'xx'>>
          : Only<One>
        : never
      : Only<Same>
    : never

/** `; did you mean this?`, or nothing. */
export type DidYouMean<Word extends string, Words extends string> =
  Nearest<Word, Words> extends infer W ? ([W] extends [never] ? '' : `; did you mean ${W & string}?`) : never

/** The same for the run time; `undefined` in place of `never`. */
export const nearest = (word: string, words: readonly string[]): string | undefined => {
  const meant = nearestOf(word, words)
  return meant.length === 1 ? meant[0] : undefined
}
