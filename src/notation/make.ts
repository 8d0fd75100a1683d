import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { InvalidOption, type LayerConnectionError, show as print } from '../base/errors.ts'
import { isFunction } from '../base/options.ts'
import { definitionOf } from '../core/define.ts'
import type { AnyLayer } from '../core/layer.ts'
import { isPart } from '../network/parts.ts'
import { type Arguments, optionsOf, type Problem } from './arguments.ts'
import { isMisfit, misfit } from './fitting.ts'
import { didYouMean } from './nearest.ts'
import { functionsHaveNoText } from './row.ts'
import { type Row, rows } from './words.ts'
import { type Wrapper, wrappers } from './wrappers.ts'

// From a name and arguments to a layer, by the tables.

/** Where a whole call stands. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What is to be called, and with what. */
interface Call {
  readonly word: string
  readonly make: (...given: never[]) => unknown
  readonly positional: readonly unknown[]
  readonly given: Arguments
  /** The names of the options that it has. */
  readonly options: readonly string[]
  readonly span: Span
}

/** Makes a layer of the table. */
export const makeLayer = (word: string, given: Arguments, span: Span): Either<Problem, AnyLayer> => {
  const row = rows[word] as Row
  if (row.textless) return left(refusedLayer(word, functionsHaveNoText, span))
  const { positional } = given
  const placed = row.together && positional.length > 1 ? [positional] : positional
  return attempt({
    word,
    make: row.make as Call['make'],
    positional: placed,
    given,
    options: optionNames(row, given),
    span,
  })
}

/** The options of a layer that may be given by name: those that stand first only where none of them does. */
const optionNames = ({ make, byName }: Row, { positional }: Arguments): readonly string[] => {
  const definition = definitionOf(make)
  const first: readonly string[] = definition?.positional ?? []
  const named = Object.keys(definition?.options ?? {}).filter(name => !first.includes(name))
  return [...(positional.length === 0 ? byName : []), ...named, 'name']
}

/** Makes what takes layers. */
export const makeWrapped = (word: keyof typeof wrappers, given: Arguments, span: Span): Either<Problem, AnyLayer> => {
  const { make, options = {} }: Wrapper = wrappers[word]
  const call = { word, make: make as Call['make'], positional: given.positional, given, span }
  return attempt({ ...call, options: Object.keys(options) })
}

/** Takes a layer of the user's own, or calls the function that makes one. */
export const makeOwn = (word: string, own: unknown, given: Arguments, span: Span): Either<Problem, AnyLayer> => {
  const call = { word, positional: given.positional, given, options: given.named.map(({ name }) => name), span }
  // A class is called with new: it makes no layer.
  if (isFunction(own)) return attempt({ ...call, make: own as Call['make'] })
  if (given.positional.length + given.named.length > 0) return left(wrongArguments({ ...call, make: () => own }))
  return isPart(own) ? right(own as unknown as AnyLayer) : left(noLayer({ ...call, make: () => own }, own))
}

type Argument = Arguments['named'][number]

/** Whether an option cannot be, whatever its layer is: a name is a text, and left out it is that of the kind. */
const isNoName = ({ name, value }: Argument): boolean => name === 'name' && value === null

/** What a call gives or refuses with. Errors of another kind, of functions of the user's, are his. */
const outcome = ({ make }: Call, given: readonly unknown[]): Either<Refused, unknown> => {
  try {
    return right(make(...(given as never[])))
  } catch (error) {
    if (error instanceof InvalidOption || isMisfit(error)) return left(error)
    throw error
  }
}
type Refused = InvalidOption | LayerConnectionError

/** The error of a call that its arguments are to blame for, rather than that the layers in them do not fit. */
const refusal = (call: Call, given: readonly unknown[]): InvalidOption | undefined => {
  const result = outcome(call, given)
  return isLeft(result) && !isMisfit(result.left) ? result.left : undefined
}

const attempt = (call: Call): Either<Problem, AnyLayer> => {
  const { positional, given, options } = call
  if (given.named.some(argument => !options.includes(argument.name) || isNoName(argument))) return left(whyNot(call))
  const all = given.named.length > 0 ? [...positional, optionsOf(given)] : positional
  const made = outcome(call, all)
  if (isLeft(made)) {
    const error = made.left
    return left(
      isMisfit(error) ? misfit({ layer: null, ...call.span }, error, call.word === 'repeat') : whyNot(call, error),
    )
  }
  return isPart(made.right) ? right(made.right as unknown as AnyLayer) : left(noLayer(call, made.right))
}

/** What is wrong with a call: its positional arguments, then the first option in the order of the text. */
const whyNot = (call: Call, refused?: InvalidOption): Problem => {
  const { positional, given, options } = call
  const first = refusal(call, positional)
  if (first !== undefined) return wrongArguments(call, first)
  const unknown = given.named.find(({ name }) => !options.includes(name))
  if (unknown) return unknownOption(unknown.name, unknown.at.from, options)
  const blamed = ({ name, value, at }: Argument, error: InvalidOption): Problem => ({
    layer: null,
    from: at.from,
    to: at.to,
    why: `not a value for ${name}`,
    ...details(error, value),
  })
  // No name at all is refused as what is no name.
  const only = (argument: Argument) => ({ [argument.name]: isNoName(argument) ? false : argument.value })
  const isFine = (argument: Argument) => refusal(call, [...positional, only(argument)]) === undefined
  const fine = Object.assign({}, ...given.named.filter(isFine).map(only))
  for (const argument of given.named) {
    // Beside those that are right alone, as it may need one of them.
    const error = refusal(call, [...positional, { ...fine, ...only(argument) }])
    if (error?.option === argument.name) return blamed(argument, error)
  }
  return wrongArguments(call, refused)
}

const details = (cause: InvalidOption, value?: unknown) => ({
  expected: cause.expected,
  got: value === null ? 'null' : cause.got,
  remedy: cause.remedy,
  cause,
})

const unknownOption = (name: string, from: number, options: readonly string[]): Problem => {
  const meant = didYouMean(name, options)
  return {
    layer: null,
    from,
    to: from + name.length,
    why: `unknown option${meant}`,
    expected: options.length > 0 ? `an option of ${options.join(', ')}` : 'no options',
    got: print(name),
    remedy: meant === '' ? 'Leave it out.' : `Did you mean ${meant.slice(15)}`,
  }
}

const wrongArguments = ({ word, span, given }: Call, error?: InvalidOption): Problem => ({
  layer: null,
  ...span,
  why: `${word} does not take these arguments`,
  ...(error
    ? details(error)
    : {
        expected: `the arguments of ${word}`,
        got: print([...given.positional, ...(given.named.length > 0 ? [optionsOf(given)] : [])]),
        remedy: 'Look at its description.',
      }),
})

const refusedLayer = (word: string, why: string, span: Span): Problem => ({
  layer: null,
  ...span,
  why,
  expected: 'a layer whose arguments have texts',
  got: word,
  remedy: 'Pass it as a block.',
})

const noLayer = ({ word, span }: Call, made: unknown): Problem => ({
  layer: null,
  ...span,
  why: `${word} makes no layer`,
  expected: 'a layer, or a function that makes one',
  got: print(made),
  remedy: 'For example: net(text, { block: Relu(8) }).',
})
