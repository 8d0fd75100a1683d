import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { show as print } from '../base/errors.ts'
import type { Flow } from '../base/shape.ts'
import { own as ownOf } from '../base/trees.ts'
import { repeat } from '../combinators/index.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Part } from '../network/parts.ts'
import { mostLayers, wire } from '../network/wiring.ts'
import {
  type Argument,
  type Problem,
  readArgument,
  readArguments,
  readEach,
  type Stretch,
  textOf,
} from './arguments.ts'
import { fitted, misfit, outgoing, type Standing, together, whyOf } from './fitting.ts'
import { makeLayer, makeOwn, makeWrapped, type Span } from './make.ts'
import { didYouMean } from './nearest.ts'
import { bracketed } from './text.ts'
import { rows } from './words.ts'
import { wrappers } from './wrappers.ts'

// The grammar for the run time: what grammar.ts is for the compiler, rule by rule.

/** The layers of the user's own, by name. */
export type Own = Readonly<Record<string, unknown>>

/** A part of a chain, and where it ends. */
interface Found {
  readonly layer: AnyLayer
  readonly end: number
}

const skipSpace = (text: string, from: number, to: number): number => {
  let at = from
  while (at < to && ' \n\t\r'.includes(text[at] as string)) at++
  return at
}

const problem = (
  layer: number,
  from: number,
  to: number,
  why: string,
  expected: string,
  got: string,
  remedy: string,
): Either<Problem, never> => left({ layer, from, to, why, expected, got, remedy })

/** Reads a chain, from the text after the sign before it to the sign after it. */
const readChain = ({ text, from, to }: Stretch, own: Own): Either<Problem, Found> => {
  const parts: (Found & { readonly from: number })[] = []
  let at = from
  for (;;) {
    const found = readCopies({ text, from: at, to }, own)
    if (isLeft(found)) return found
    const { end } = found.right
    parts.push({ ...found.right, from: at })
    if (end < to && text.startsWith('>>', end)) at = end + 2
    else if (end === to || text[end] === '|') break
    else return unexpected(at, end, text)
  }
  const whole = together(
    parts.map(({ layer }) => layer),
    'sequence',
  )
  if (isLeft(whole)) {
    const { index, incoming, cause } = whole.left
    const place = deepest(text, parts[index] as Place, own, { incoming, why: whyOf(cause) })
    return left(misfit(standing(text, place), cause))
  }
  return right({ layer: whole.right, end: (parts.at(-1) as Found).end })
}

/** From where on something is read, and where it ends. */
interface Place {
  readonly from: number
  readonly end: number
}
/** Where it stands, without the white space around it. */
const standing = (text: string, { from, end }: Place): Standing => {
  const start = skipSpace(text, from, end)
  return { layer: from, from: start, to: start + text.slice(start, end).trimEnd().length }
}

/** A misfit that is looked for in brackets. */
interface Sought {
  readonly incoming: Flow
  readonly why: string
}
/** The place of a part that does not fit; of what is in brackets, that of the layer within that is to blame. */
const deepest = (text: string, place: Place, own: Own, sought: Sought): Place => {
  const start = skipSpace(text, place.from, place.end)
  const inner = text[start] === '(' ? inBrackets(text, start + 1, place.end) : null
  const whole = inner !== null && skipSpace(text, inner.to + 1, place.end) === place.end
  return (whole ? inside(inner, own, sought) : undefined) ?? place
}
const inside = (inner: Stretch, own: Own, { incoming, why }: Sought): Place | undefined => {
  const chains = chainsOf(inner, own)
  for (const [branch, parts] of chains.entries()) {
    let flow = chains.length > 1 ? dealt(incoming, branch) : incoming
    for (const { layer, ...place } of parts) {
      const wired = wire(layer as unknown as Part, flow)
      if (isLeft(wired))
        return whyOf(wired.left) === why ? deepest(inner.text, place, own, { incoming: flow, why }) : undefined
      flow = outgoing(wired.right)
    }
  }
  return undefined
}
/** The parts of the chains of a text that has been read before. */
const chainsOf = ({ text, from, to }: Stretch, own: Own): readonly (readonly (Found & Place)[])[] => {
  const chains: (Found & Place)[][] = [[]]
  for (let at = from; at <= to; ) {
    const found = readCopies({ text, from: at, to }, own)
    if (isLeft(found)) break
    const { end } = found.right
    chains.at(-1)?.push({ ...found.right, from: at })
    if (end === to) break
    if (text[end] === '|') chains.push([])
    at = end + (text[end] === '|' ? 1 : 2)
  }
  return chains
}
/** What a branch gets of what comes in. */
const dealt = (incoming: Flow, branch: number): Flow =>
  incoming.length > 1 && branch < incoming.length ? [incoming[branch] ?? null] : incoming

/** Reads a network: branches of chains. */
export const readNetwork = ({ text, from, to }: Stretch, own: Own): Either<Problem, AnyLayer> => {
  const branches: (Found & Place)[] = []
  for (let at = from; ; ) {
    const chain = readChain({ text, from: at, to }, own)
    if (isLeft(chain)) {
      // Branches that do not go together come before what is wrong after them.
      const before = branches.length > 1 ? beside(text, branches) : chain
      return isLeft(before) ? before : chain
    }
    branches.push({ ...chain.right, from: at })
    if (chain.right.end === to) return beside(text, branches)
    at = chain.right.end + 1
  }
}
/** Branches side by side, one being itself. */
const beside = (text: string, branches: readonly (Found & Place)[]): Either<Problem, AnyLayer> => {
  const layers = branches.map(({ layer }) => layer)
  const whole = layers.length === 1 ? right(layers[0] as AnyLayer) : together(layers, 'parallel')
  if (isLeft(whole)) return left(misfit(standing(text, branches[whole.left.index] as Place), whole.left.cause))
  return whole
}

const unexpected = (layer: number, at: number, text: string): Either<Problem, never> => {
  const sign = text[at] as string
  return sign === ')'
    ? problem(layer, at, at + 1, "')' without '('", "a '(' before it", "')'", "Remove the ')', or add its '('.")
    : problem(
        layer,
        at,
        at + 1,
        "'>>' is missing",
        "'>>', '|', '*' or the end",
        `'${sign}'`,
        "Put '>>' between layers.",
      )
}

/** A part and how often it comes: `Relu(8) * 3`. */
const readCopies = ({ text, from, to }: Stretch, own: Own): Either<Problem, Found> => {
  const part = readPart({ text, from, to }, own)
  if (isLeft(part)) return part
  let { layer } = part.right
  let end = skipSpace(text, part.right.end, to)
  while (end < to && text[end] === '*') {
    const start = skipSpace(text, end + 1, to)
    const [digits = ''] = /^(?:[1-9]\d*)?/.exec(text.slice(start, to)) ?? []
    if (digits === '')
      return problem(
        from,
        end,
        end + 1,
        "'*' is followed by a positive whole number",
        'a positive whole number',
        text.slice(start, Math.min(start + 4, to)) === ''
          ? 'nothing'
          : `'${text.slice(start, Math.min(start + 4, to))}'`,
        'For example: Relu(8) * 3.',
      )
    if (Number(digits) > mostLayers)
      return problem(
        from,
        start,
        start + digits.length,
        `at most ${mostLayers} copies`,
        `a number of copies up to ${mostLayers}`,
        digits,
        'Write a smaller number.',
      )
    const part = layer
    const copies = fitted(() => repeat(part as never, Number(digits)) as unknown as AnyLayer)
    if (isLeft(copies)) return left(misfit({ layer: from, from: end, to: start + digits.length }, copies.left, true))
    layer = copies.right
    end = skipSpace(text, start + digits.length, to)
  }
  return right({ layer, end })
}

/** The text in brackets that open before `from`. */
const inBrackets = (text: string, from: number, to: number): Stretch | null => {
  const found = bracketed(text.slice(from, to), '(', ')')
  return found === null ? null : { text, from, to: from + found.inner.length }
}
const unclosed = (layer: number, from: number, to: number): Either<Problem, never> =>
  problem(layer, from, to, "')' is missing", "a ')'", 'none', "Add the ')' that closes it.")

/** One part of a chain. */
const readPart = ({ text, from, to }: Stretch, own: Own): Either<Problem, Found> => {
  const start = skipSpace(text, from, to)
  if (start < to && text[start] === '(') {
    const inner = inBrackets(text, start + 1, to)
    if (inner === null) return unclosed(from, start, start + 1)
    const network = readNetwork(inner, own)
    return isLeft(network) ? network : right({ layer: network.right, end: inner.to + 1 })
  }
  const length = text.slice(start, to).search(/[(>|*)]/)
  const end = length < 0 ? to : start + length
  const word = text.slice(start, end).trimEnd()
  return word === '' ? missing(from, start, to, text) : readNamed({ text, from, to }, start, end, word, own)
}

const missing = (layer: number, at: number, to: number, text: string): Either<Problem, never> => {
  if (at < to && text[at] === ')') return unexpected(layer, at, text)
  const got = at < to ? `'${text[at]}'` : 'nothing'
  return problem(
    layer,
    at,
    Math.min(at + 1, to),
    'a layer is missing',
    'a layer',
    got,
    'For example: Input(10) >> Relu(5).',
  )
}

/** A layer by its name, and its arguments where it has some. */
const readNamed = (
  { text, from, to }: Stretch,
  start: number,
  end: number,
  word: string,
  own: Own,
): Either<Problem, Found> => {
  const known = [...Object.keys(rows), ...Object.keys(wrappers), ...Object.keys(own)]
  if (!known.includes(word)) {
    const meant = didYouMean(word, known)
    const remedy =
      meant === '' ? 'Pass layers of your own by name: net(text, { block }).' : `Did you mean ${meant.slice(15)}`
    return problem(
      from,
      start,
      start + word.length,
      `unknown layer${meant}`,
      'the name of a layer',
      print(word),
      remedy,
    )
  }
  const called = end < to && text[end] === '('
  const given = called ? inBrackets(text, end + 1, to) : { text, from: end, to: end }
  if (given === null) return unclosed(from, start, start + word.length)
  const after = called ? given.to + 1 : end
  const made = apply(word, given, own, { from: start, to: called ? after : start + word.length })
  // A layer within the arguments has a place of its own.
  if (isLeft(made)) return left({ ...made.left, layer: made.left.layer ?? from })
  return right({ layer: made.right, end: after })
}

const apply = (word: string, given: Stretch, own: Own, call: Span): Either<Problem, AnyLayer> => {
  if (Object.hasOwn(own, word)) {
    const read = readArguments(given)
    return isLeft(read) ? read : makeOwn(word, own[word], read.right, call)
  }
  if (Object.hasOwn(wrappers, word)) {
    const options = wrappers[word as keyof typeof wrappers].options ?? {}
    const read = readEach(given, at => readNetworkArgument(at, options, own))
    return isLeft(read) ? read : makeWrapped(word as keyof typeof wrappers, read.right, call)
  }
  const read = readArguments(given)
  return isLeft(read) ? read : makeLayer(word, read.right, call)
}

/** An argument of what takes layers: a network, unless it is a number, a list or in quotes, or an option of values. */
const readNetworkArgument = (
  at: Stretch,
  options: Readonly<Record<string, boolean>>,
  own: Own,
): Either<Problem, Argument> => {
  const text = textOf(at)
  const equals = text.indexOf('=')
  const name = text.slice(0, equals)
  const named = equals >= 0 && !/[(>|'"]/.test(name)
  if (named && ownOf(options, name.trim()) === true) {
    const network = readNetwork({ ...at, from: at.from + equals + 1 }, own)
    return isLeft(network) ? network : right({ name: name.trim(), value: network.right, at })
  }
  if (named || /^[\d'"[-]/.test(text)) return readArgument(at)
  const network = readNetwork(at, own)
  return isLeft(network) ? network : right({ name: null, value: network.right, at })
}
