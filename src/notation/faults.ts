import type { Fault as Details, JoineryError } from '../base/errors.ts'
import { nearestOf } from '../base/options.ts'
import { type Fields, type Filled, filledIn } from '../core/expects.ts'

// What can be wrong with a text. Each fault has one row: the compiler reads the row's type, the run time its value. A
// mistake names its fault and has fields; its message is made when it is reported.

/** The advice of faults without their own: arguments that cannot be read. */
const readable = {
  expected: 'arguments such as 3, padding=same or [3, 3]',
  remedy: 'Write values one by one, then options as name=value, with commas between them.',
} as const
/** Why a text is wrong, what is expected instead, and what to do about it. */
export const faults = {
  openText: {
    why: 'the text in quotes is not closed',
    expected: 'a text in quotes that is closed',
    remedy: 'Add {quote} at its end, or a \\ before a quote that belongs to it.',
  },
  deep: {
    why: 'more than {most} brackets within one another',
    expected: 'at most {most} brackets within one another',
    remedy: 'Give the inner part a name: net(text, { block }).',
  },
  stray: { why: "')' without '('", expected: "a '(' before it", remedy: "Remove the ')', or add its '('." },
  noArrow: { why: "'>>' is missing", expected: "'>>', '|', '*' or the end", remedy: "Put '>>' between layers." },
  noClosing: { why: "')' is missing", expected: "a ')'", remedy: "Add the ')' that closes it." },
  noCopies: {
    why: "'*' is followed by a positive whole number",
    expected: 'a positive whole number',
    remedy: 'For example: Relu(8) * 3.',
  },
  manyCopies: {
    why: 'at most {most} copies',
    expected: 'a number of copies up to {most}',
    remedy: 'Write a smaller number.',
  },
  noLayer: { why: 'a layer is missing', expected: 'a layer', remedy: 'For example: Input(10) >> Relu(5).' },
  unknownLayer: {
    why: 'unknown layer',
    expected: 'the name of a layer',
    remedy: 'Pass layers of your own by name: net(text, { block }).',
  },
  unknownOption: { why: 'unknown option', expected: '{options}', remedy: 'Leave it out.' },
  wrongValue: { why: 'not a value for {option}' },
  wrongArguments: {
    why: '{word} does not take these arguments',
    expected: 'the arguments of {word}',
    remedy: 'Look at its description.',
  },
  makesNone: {
    why: '{word} makes no layer',
    expected: 'a layer, or a function that makes one',
    remedy: 'For example: net(text, { block: Relu(8) }).',
  },
  textless: {
    why: 'a function has no text: give the layer a name, as in net(text, { square: Lambda((ops, x) => ops.square(x)) })',
    expected: 'a layer whose arguments have texts',
    remedy: 'Pass it as a block.',
  },
  misfit: { why: '{reason}' },
  noArgument: { why: 'an argument is missing' },
  twice: { why: 'given twice' },
  noValue: { why: 'a value is missing' },
  notValue: { why: 'not a value' },
  openList: { why: "']' is missing" },
  unknownInitializer: {
    why: 'unknown initializer',
    expected: 'the name of an initializer',
    remedy: 'For example: heNormal(gain=2).',
  },
} as const
/** The names of the faults. */
export type FaultName = keyof typeof faults

// For the compiler.

/** Why a text is wrong: a fault and its fields. Misspelt words are compared with known ones only for printing. */
export interface Because<Name extends FaultName, F = {}> {
  readonly because: Name
  readonly fields: F
}
/** The fields of an unknown word: the word, and the known ones. */
export interface Misspelt<Word extends string, Words extends string> {
  readonly word: Word
  readonly words: Words
}
/** Whether A and B are at most as many edits apart as K has characters (Levenshtein 1966). */
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
/** `Found` if it is a single word. */
type Only<Found, All = Found> = [Found] extends [never]
  ? never
  : Found extends unknown
    ? [All] extends [Found]
      ? Found
      : never
    : never
/** The nearest word, if it is near enough and the only one; else `never`. */
type Nearest<Word extends string, Words extends string> =
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
type DidYouMean<Word extends string, Words extends string> =
  Nearest<Word, Words> extends infer W ? ([W] extends [never] ? '' : `; did you mean ${W & string}?`) : never

/** Why a text is wrong, as a text. */
export type Reason<B> =
  B extends Because<infer Name, infer F>
    ? F extends Misspelt<infer Word, infer Words>
      ? `${(typeof faults)[Name]['why']}${DidYouMean<Word, Words>}`
      : Filled<(typeof faults)[Name]['why'], F>
    : never

/**
 * A mistake: the rest of the text from its layer on, the rest from the mistake on, the wrong part, and why it is wrong.
 */
export interface Fault<Layer extends string, From extends string, Word extends string, Why> {
  readonly layer: Layer
  readonly from: From
  readonly word: Word
  readonly why: Why
}
/** A mistake in a part of the text, with the text that follows. */
export type Followed<F, After extends string> =
  F extends Fault<infer Layer, infer From, infer Word, infer Why>
    ? Fault<`${Layer}${After}`, `${From}${After}`, Word, Why>
    : F

// For the run time.

/** The range of a mistake in a cleaned text, and where its layer begins: `null` for the call that is being read. */
export interface Span {
  readonly layer: number | null
  readonly from: number
  readonly to: number
}
/** A mistake: its place, the fault, its fields, and what the text has instead of what was expected. */
export interface Mistake extends Span {
  readonly fault: FaultName
  readonly got: string
  readonly fields: Fields
  /** The known words, for an unknown one. */
  readonly words?: readonly string[] | undefined
  /** The error that a constructor or a composition gave, which says what was expected. */
  readonly cause?: JoineryError | undefined
}

/** Makes a mistake. */
export const mistake = (
  span: Span,
  fault: FaultName,
  got: string,
  fields: Fields = {},
  rest: Pick<Mistake, 'words' | 'cause'> = {},
): Mistake => ({ ...span, fault, got, fields, ...rest })

/** The message of a mistake, in parts. */
export const told = ({ fault, got, fields, words = [], cause }: Mistake): Details & { readonly why: string } => {
  const { why, ...advice } = faults[fault]
  const { expected, remedy } = 'expected' in advice ? advice : readable
  const near = nearestOf(String(fields.word), words)
  // If two words are equally near, suggest neither.
  const meant = near.length === 1 ? near[0] : undefined
  return {
    why: filledIn(why, fields) + (meant === undefined ? '' : `; did you mean ${meant}?`),
    expected: cause?.expected ?? filledIn(expected, fields),
    got,
    remedy: cause?.remedy ?? (meant === undefined ? filledIn(remedy, fields) : `Did you mean ${meant}?`),
  }
}
