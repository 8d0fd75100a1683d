import type { Fault as Details, JoineryError } from '../base/errors.ts'
import { type Fields, type Filled, filled } from '../core/expects.ts'
import { type DidYouMean, nearest } from './nearest.ts'

// What can be wrong with a text. Each fault is said once: the compiler reads the type of the table, the run time its
// values. A mistake names its fault and has fields; it becomes a text when it is told.

/** Why a text is wrong. */
export const whys = {
  openText: 'the text in quotes is not closed',
  deep: 'more than {most} brackets within one another',
  stray: "')' without '('",
  noArrow: "'>>' is missing",
  noClosing: "')' is missing",
  noCopies: "'*' is followed by a positive whole number",
  manyCopies: 'at most {most} copies',
  noLayer: 'a layer is missing',
  unknownLayer: 'unknown layer',
  unknownOption: 'unknown option',
  wrongValue: 'not a value for {option}',
  wrongArguments: '{word} does not take these arguments',
  makesNone: '{word} makes no layer',
  textless:
    'a function has no text: give the layer a name, as in net(text, { square: Lambda((ops, x) => ops.square(x)) })',
  misfit: '{reason}',
  noArgument: 'an argument is missing',
  twice: 'given twice',
  noValue: 'a value is missing',
  notValue: 'not a value',
  openList: "']' is missing",
  unknownInitializer: 'unknown initializer',
} as const
/** The names of the faults. */
export type FaultName = keyof typeof whys

/** What is expected instead, and what to do about it; `instead` for a word that is misspelt. */
export interface Advice {
  readonly expected: string
  readonly remedy: string
  readonly instead?: string
}
const instead = 'Did you mean {meant}?'
/** Constructors and compositions say it themselves. */
const said: Advice = { expected: '', remedy: '' }
/** What is said of an argument that cannot be read. */
export const readable: Advice = {
  expected: 'arguments such as 3, padding=same or [3, 3]',
  remedy: 'Write values one by one, then options as name=value, with commas between them.',
}
const advices: { readonly [_ in FaultName]: Advice } = {
  openText: {
    expected: 'a text in quotes that is closed',
    remedy: 'Add {quote} at its end, or a \\ before a quote that belongs to it.',
  },
  deep: {
    expected: 'at most {most} brackets within one another',
    remedy: 'Give the inner part a name: net(text, { block }).',
  },
  stray: { expected: "a '(' before it", remedy: "Remove the ')', or add its '('." },
  noArrow: { expected: "'>>', '|', '*' or the end", remedy: "Put '>>' between layers." },
  noClosing: { expected: "a ')'", remedy: "Add the ')' that closes it." },
  noCopies: { expected: 'a positive whole number', remedy: 'For example: Relu(8) * 3.' },
  manyCopies: { expected: 'a number of copies up to {most}', remedy: 'Write a smaller number.' },
  noLayer: { expected: 'a layer', remedy: 'For example: Input(10) >> Relu(5).' },
  unknownLayer: {
    expected: 'the name of a layer',
    remedy: 'Pass layers of your own by name: net(text, { block }).',
    instead,
  },
  unknownOption: { expected: '{options}', remedy: 'Leave it out.', instead },
  wrongValue: said,
  wrongArguments: { expected: 'the arguments of {word}', remedy: 'Look at its description.' },
  makesNone: {
    expected: 'a layer, or a function that makes one',
    remedy: 'For example: net(text, { block: Relu(8) }).',
  },
  textless: { expected: 'a layer whose arguments have texts', remedy: 'Pass it as a block.' },
  misfit: said,
  noArgument: readable,
  twice: readable,
  noValue: readable,
  notValue: readable,
  openList: readable,
  unknownInitializer: readable,
}

// For the compiler.

/** Why a text is wrong: a fault and its fields. A word with the words that it may stand for is not compared with them yet. */
export interface Because<Name extends FaultName, F = {}> {
  readonly because: Name
  readonly fields: F
}
/** The fields of a word that is unknown. */
export interface Misspelt<Word extends string, Words extends string> {
  readonly word: Word
  readonly words: Words
}
/** Why a text is wrong, as a text. */
export type Reason<B> =
  B extends Because<infer Name, infer F>
    ? F extends Misspelt<infer Word, infer Words>
      ? `${(typeof whys)[Name]}${DidYouMean<Word, Words>}`
      : Filled<(typeof whys)[Name], F>
    : never

/**
 * A mistake. What is left of the text: from the layer in which it is, and from the mistake itself; what is wrong of it,
 * and why.
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

/** Where a mistake stands in a cleaned text; its layer is `null` where it is the call that is read. */
export interface Span {
  readonly layer: number | null
  readonly from: number
  readonly to: number
}
/** A mistake: where, which fault, its fields, and what there is instead of what was expected. */
export interface Mistake extends Span {
  readonly fault: FaultName
  readonly got: string
  readonly fields: Fields
  /** The words that an unknown one may stand for. */
  readonly words?: readonly string[] | undefined
  /** What is said in place of the fault's own advice. */
  readonly advice?: Advice
  /** The error that a constructor or a composition gave, which says what was expected. */
  readonly cause?: JoineryError | undefined
}

/** Makes a mistake. */
export const mistake = (
  span: Span,
  fault: FaultName,
  got: string,
  fields: Fields = {},
  rest: Pick<Mistake, 'words' | 'advice' | 'cause'> = {},
): Mistake => ({ ...span, fault, got, fields, ...rest })

/** A mistake in texts. */
export const told = (mistake: Mistake): Details & { readonly why: string } => {
  const { fault, got, fields, words = [], advice = advices[fault], cause } = mistake
  const { expected, remedy, instead = remedy } = advice
  const meant = nearest(String(fields.word), words)
  return {
    why: filled(whys[fault], fields) + (meant === undefined ? '' : `; did you mean ${meant}?`),
    expected: cause?.expected ?? filled(expected, fields),
    got,
    remedy: cause?.remedy ?? filled(meant === undefined ? remedy : instead, { ...fields, meant: meant ?? '' }),
  }
}
