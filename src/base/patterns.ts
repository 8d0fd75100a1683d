import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show, wrongArgument } from './errors.ts'
import { codec, nearest } from './options.ts'
import { isShortList } from './trees.ts'

// Variables by patterns of their names: what is frozen, decayed, or trained at a rate of its own.

/**
 * A pattern of names, or several: the name of a layer (`'conv-1'`) for all its variables, or layer and variable
 * (`'conv-1.bias'`). `*` stands for any run of characters, also none: `'conv*'`, `'block-1/*'`, `'*.bias'`.
 */
export type NamePatterns = string | readonly string[]

/** How patterns are read: always as a list. */
export const namePatterns: t.Type<readonly string[], unknown, unknown> = codec(
  "a pattern of names, such as 'conv*' or '*.bias', or an array of them",
  value => {
    const list = typeof value === 'string' ? [value] : value
    return isShortList(list) && [...list].every(entry => typeof entry === 'string' && entry !== '')
      ? Object.freeze([...(list as readonly string[])])
      : undefined
  },
)

/** A variable as patterns name it. */
export const variableName = (layer: string, variable: string): string => `${layer}.${variable}`

/** Whether a text consists of pieces, in order, with anything between them. Not an expression: some of those take forever. */
const consistsOf = ([first = '', ...rest]: readonly string[], text: string): boolean => {
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let from = first.length
  for (const piece of rest) {
    const found = text.indexOf(piece, from)
    if (found < 0) return false
    from = found + piece.length
  }
  return text.length - last.length >= from && text.endsWith(last)
}

/** Whether a variable is one of those that a pattern names. */
export const matching = (pattern: string): ((layer: string, variable: string) => boolean) => {
  const pieces = pattern.split('*')
  return (layer, variable) => consistsOf(pieces, layer) || consistsOf(pieces, variableName(layer, variable))
}

/**
 * The variables that some patterns name, each as `layer.variable`.
 *
 * @param owner what was called, and `option` which of its options holds the patterns
 * @param names layer and variable of all that there are
 * @throws InvalidOption if the patterns are none, or one of them names nothing
 */
export const matchNames = (
  owner: string,
  option: string,
  patterns: NamePatterns,
  names: readonly (readonly [layer: string, variable: string])[],
): ReadonlySet<string> => {
  const read = namePatterns.decode(patterns)
  if (read._tag === 'Left')
    throw wrongArgument(owner, option, namePatterns.name, show(patterns), `{ ${option}: '*.bias' }`)
  const found = read.right.map(pattern => {
    const isMeant = matching(pattern)
    const own = names.filter(([layer, variable]) => isMeant(layer, variable))
    if (own.length === 0) throw nothing(owner, option, pattern, names)
    return own.map(([layer, variable]) => variableName(layer, variable))
  })
  return new Set(found.flat())
}

/** The error for a pattern that names nothing. */
const nothing = (
  owner: string,
  option: string,
  pattern: string,
  names: readonly (readonly [layer: string, variable: string])[],
): InvalidOption => {
  const all = names.map(([layer, variable]) => variableName(layer, variable))
  const meant = nearest(pattern, [...new Set(names.map(([layer]) => layer)), ...all])
  return new InvalidOption({
    layer: owner,
    option,
    expected: all.length > 0 ? `a pattern of some of ${all.join(', ')}` : 'a network with variables',
    got: show(pattern),
    remedy: meant
      ? `Did you mean '${meant}'?`
      : "Write 'layer' for all variables of a layer, or 'layer.variable'; * stands for any run of characters.",
  })
}
