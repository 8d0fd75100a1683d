import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show, wrongArgument } from './errors.ts'
import { codec, nearest } from './options.ts'
import { isShortList } from './trees.ts'

// Patterns of the names of variables: which are frozen, decayed, or trained at another rate.

/**
 * A pattern of names, or several: the name of a layer (`'conv-1'`) for all its variables, or layer and variable
 * (`'conv-1.bias'`). `*` stands for any run of characters, also none: `'conv*'`, `'block-1/*'`, `'*.bias'`.
 */
export type NamePatterns = string | readonly string[]

/** What is said of a pattern that names nothing: at run time, and by the compiler where it knows the names. */
export const namesNothing = {
  expected: 'a pattern of some of',
  remedy: "Write 'layer' for all variables of a layer, or 'layer.variable'; * stands for any run of characters.",
} as const

/** What is said of a name that no variable has, likewise. */
export const variableNames = {
  expected: 'names of variables of the network',
  remedy: "Write them as 'layer/variable'.",
} as const

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

/** The layer and the name of a variable. */
type Name = readonly [layer: string, variable: string]

/** A variable as patterns name it. */
export const variableName = (layer: string, variable: string): string => `${layer}.${variable}`

/** Whether a text consists of pieces, in order, with anything between them. A regular expression could take forever. */
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

/** Whether a pattern matches a variable. */
export const matching = (pattern: string): ((layer: string, variable: string) => boolean) => {
  const pieces = pattern.split('*')
  return (layer, variable) => consistsOf(pieces, layer) || consistsOf(pieces, variableName(layer, variable))
}

/**
 * The variables that match one of some patterns, each as `layer.variable`.
 *
 * @param owner the function that was called, and `option` its option
 * @param names layer and variable of all that there are
 * @throws InvalidOption if the patterns are invalid, or one of them matches nothing
 */
export const matchNames = (
  owner: string,
  option: string,
  patterns: NamePatterns,
  names: readonly Name[],
): ReadonlySet<string> => {
  const read = namePatterns.decode(patterns)
  if (read._tag === 'Left')
    throw wrongArgument(owner, option, namePatterns.name, show(patterns), `{ ${option}: '*.bias' }`)
  const all = names.map(([layer, variable]) => variableName(layer, variable))
  const found = read.right.flatMap(pattern => {
    const isMeant = matching(pattern)
    const own = all.filter((_, i) => isMeant(...(names[i] as Name)))
    if (own.length > 0) return own
    const meant = nearest(pattern, [...new Set(names.map(([layer]) => layer)), ...all])
    throw new InvalidOption({
      layer: owner,
      option,
      expected: all.length > 0 ? `${namesNothing.expected} ${all.join(', ')}` : 'a network with variables',
      got: show(pattern),
      remedy: meant ? `Did you mean '${meant}'?` : namesNothing.remedy,
    })
  })
  return new Set(found)
}
