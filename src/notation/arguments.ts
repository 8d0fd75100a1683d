import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { JoineryError } from '../base/errors.ts'
import { byName } from '../base/trees.ts'
import { type Maker, makers } from './makers.ts'
import { didYouMean } from './nearest.ts'
import type { Mistake } from './quote.ts'
import { bracketed, show } from './text.ts'

// The arguments of layers for the run time: what values.ts is for the compiler, rule by rule.

/** A part of the text of a network, which has been cleaned. */
export interface Stretch {
  readonly text: string
  readonly from: number
  readonly to: number
}
/** A mistake, and what to do about it. Its layer is `null` where it is the one that takes the arguments. */
export interface Problem extends Omit<Mistake, 'layer'> {
  readonly layer: number | null
  readonly expected: string
  readonly got: string
  readonly remedy: string
  /** The error that a layer's constructor or a composition gave. */
  readonly cause?: JoineryError
}

/** The text of a stretch. */
export const textOf = ({ text, from, to }: Stretch): string => text.slice(from, to)
/** A stretch without the white space around it. */
export const trimmed = ({ text, from, to }: Stretch): Stretch => {
  const inner = text.slice(from, to)
  const start = from + inner.length - inner.trimStart().length
  return { text, from: start, to: Math.max(start, from + inner.trimEnd().length) }
}

const constants: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Reads a value: itself, or why it is none. */
export const readValue = (text: string): Either<string, unknown> => {
  if (text === '') return left('a value is missing')
  if (Number.isFinite(Number(text))) return right(Number(text))
  const constant = constants.get(text)
  if (constant !== undefined) return right(constant)
  const head = text[0] as string
  if (head === "'" || head === '"')
    return text.length > 1 && text.endsWith(head) ? right(show(text.slice(1, -1))) : left('not a value')
  if (head === '[') return readList(text)
  const open = text.indexOf('(')
  if (open >= 0) return readMade(text.slice(0, open).trim(), bracketed(text.slice(open + 1), '(', ')'))
  return /[[\])'"]/.test(text) ? left('not a value') : right(show(text))
}

const readList = (text: string): Either<string, unknown> => {
  const found = bracketed(text.slice(1), '[', ']')
  if (found === null) return left("']' is missing")
  return found.after === '' ? readElements(found.inner) : left('not a value')
}

const readElements = (text: string): Either<string, readonly unknown[]> => {
  const elements: unknown[] = []
  const pieces = split({ text, from: 0, to: text.length }).map(piece => textOf(trimmed(piece)))
  for (const [i, piece] of pieces.entries()) {
    if (piece === '' && i === pieces.length - 1) break
    const value = readValue(piece)
    if (isLeft(value)) return value
    elements.push(value.right)
  }
  return right(elements)
}

const readMade = (word: string, found: Bracketed | null): Either<string, unknown> => {
  if (found === null) return left("')' is missing")
  if (found.after !== '') return left('not a value')
  const known = Object.keys(makers)
  if (!known.includes(word)) return left(`unknown initializer${didYouMean(word, known)}`)
  const given = readArguments({ text: found.inner, from: 0, to: found.inner.length })
  const made = isLeft(given) ? undefined : call(makers[word as keyof typeof makers], given.right)
  return made === undefined ? left(`${word} does not take these arguments`) : right(made)
}

/** What a maker makes; `undefined` where it does not take the arguments. */
const call = (maker: Maker, given: Arguments): unknown => {
  if (!maker.takes(given.positional)) return undefined
  const options = optionsOf(given)
  const names = Object.keys(options)
  if (names.some(name => !maker.options.includes(name))) return undefined
  try {
    return maker.make(...([...given.positional, ...(names.length > 0 ? [options] : [])] as never[]))
  } catch {
    return undefined
  }
}

/** Text in brackets, and the text after them. */
export interface Bracketed {
  readonly inner: string
  readonly after: string
}

/**
 * The parts of a stretch between its commas outside brackets. Within round brackets square ones mean nothing yet, and a
 * closing bracket that none opens means nothing.
 */
export const split = ({ text, from, to }: Stretch): readonly Stretch[] => {
  const pieces: Stretch[] = []
  let [start, round, square] = [from, 0, 0]
  for (let at = from; at < to; at++) {
    const sign = text[at]
    if (sign === '(') round++
    else if (round > 0) round -= sign === ')' ? 1 : 0
    else if (sign === '[') square++
    else if (square > 0) square -= sign === ']' ? 1 : 0
    else if (sign === ',') {
      pieces.push({ text, from: start, to: at })
      start = at + 1
    }
  }
  pieces.push({ text, from: start, to })
  return pieces
}

/** One argument, and where it stands. */
export interface Argument {
  readonly name: string | null
  readonly value: unknown
  readonly at: Stretch
}
/** The arguments of a call. */
export interface Arguments {
  readonly positional: readonly unknown[]
  readonly named: readonly (Argument & { readonly name: string })[]
}

/** The named arguments as an object. */
export const optionsOf = ({ named }: Arguments): Readonly<Record<string, unknown>> =>
  byName(named.map(({ name, value }) => [name, value] as const))

/** A mistake in an argument, whose layer the caller knows. */
export const badArgument = (at: Stretch, why: string): Problem => ({
  layer: null,
  from: at.from,
  to: at.to,
  why,
  expected: 'arguments such as 3, padding=same or [3, 3]',
  got: textOf(at) === '' ? 'nothing' : `'${show(textOf(at))}'`,
  remedy: 'Write values one by one, then options as name=value, with commas between them.',
})

const isNamed = (argument: Argument): argument is Argument & { readonly name: string } => argument.name !== null

/** Reads each argument of a call in its own way; a comma may stand after the last. */
export const readEach = (
  stretch: Stretch,
  read: (at: Stretch) => Either<Problem, Argument>,
): Either<Problem, Arguments> => {
  const pieces = split(stretch).map(trimmed)
  const given: Argument[] = []
  const names = new Set<string>()
  for (const [i, at] of pieces.entries()) {
    if (textOf(at) === '') {
      if (i === pieces.length - 1) break
      return left(badArgument(at, 'an argument is missing'))
    }
    const argument = read(at)
    if (isLeft(argument)) return argument
    const { name } = argument.right
    if (name !== null && names.has(name)) return left(badArgument(at, 'given twice'))
    if (name !== null) names.add(name)
    given.push(argument.right)
  }
  return right({
    positional: given.filter(({ name }) => name === null).map(({ value }) => value),
    named: given.filter(isNamed),
  })
}

/** Reads one argument: a value, or a name and a value. */
export const readArgument = (at: Stretch): Either<Problem, Argument> => {
  const text = textOf(at)
  const equals = text.indexOf('=')
  const name = equals < 0 ? null : text.slice(0, equals).trim()
  const value = readValue(text.slice(equals + 1).trim())
  return isLeft(value) ? left(badArgument(at, value.left)) : right({ name, value: value.right, at })
}

/** Reads the arguments of a call. */
export const readArguments = (stretch: Stretch): Either<Problem, Arguments> => readEach(stretch, readArgument)
