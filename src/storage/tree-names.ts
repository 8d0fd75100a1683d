import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { byName } from '../base/trees.ts'

// Trees in flat files: the name of a leaf is its path, as in `params/relu-1/weight`. Names come from anyone, so special
// characters are written as `%` and the four digits of their code.

/** Values by name, on as many levels as there are. */
export interface Tree<T> {
  readonly [name: string]: T | Tree<T>
}

/** Whether a value of a tree is a level and not a leaf: tensors are objects too. */
type IsLevel<T> = (value: T | Tree<T>) => value is Tree<T>

const encoded = (unit: string): string => `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`

/** The separator, control characters, and lone surrogates, which UTF-8 cannot hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unsafe = /[%/\u0000-\u001f\u007f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const encodedName = (name: string): string => name.replace(unsafe, encoded)

/** A path as one name; safetensors reserves names that begin with two underscores. */
export const joinedName = (path: readonly string[]): string => path.map(encodedName).join('/').replace(/^__/, '%005F_')

/** The path of a name; `undefined` if it is no path's. */
export const pathOf = (name: string): readonly string[] | undefined => {
  const path = name
    .split('/')
    .map(part => part.replace(/%([0-9A-F]{4})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16))))
  return joinedName(path) === name ? path : undefined
}

/**
 * The leaves of a tree with their joined names, in order. Levels without leaves are left out.
 */
export const flattened = <T>(tree: Tree<T>, isLevel: IsLevel<T>): readonly (readonly [name: string, leaf: T])[] => {
  const walk = (level: Tree<T>, path: readonly string[]): readonly (readonly [string, T])[] =>
    Object.entries(level).flatMap(([name, value]) => {
      const at = [...path, name]
      return isLevel(value) ? walk(value, at) : [[joinedName(at), value] as const]
    })
  return walk(tree, [])
}

/** The most levels that are read: a name of nothing but separators would be as deep as it is long. */
const deepest = 64

/**
 * The tree of leaves with joined names: the inverse of {@link flattened}.
 *
 * @returns left the first name that is no path, is taken, or names both a leaf and a level
 */
export const nested = <T>(leaves: Iterable<readonly [name: string, leaf: T]>): Either<string, Tree<T>> => {
  type Level = Map<string, Level | { readonly leaf: T }>
  const root: Level = new Map()
  for (const [name, leaf] of leaves) {
    const path = pathOf(name)
    if (path === undefined || path.length > deepest) return left(name)
    let level = root
    for (const part of path.slice(0, -1)) {
      const next = level.get(part) ?? new Map()
      if (!(next instanceof Map)) return left(name)
      level.set(part, next)
      level = next
    }
    const last = path[path.length - 1] as string
    if (level.has(last)) return left(name)
    level.set(last, { leaf })
  }
  const made = (level: Level): Tree<T> =>
    byName([...level].map(([name, value]) => [name, value instanceof Map ? made(value) : value.leaf] as const))
  return right(made(root))
}
