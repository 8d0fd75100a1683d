import { byName, isList, isPlain } from './trees.ts'

/** Tensors in any order: a tensor, or arrays and records of trees. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> }

/** Where leaves stand in a tree: the names and positions that lead to each. */
export type Path = readonly string[]

/** A tree without its leaves. */
export type Form =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'list'; readonly parts: readonly Form[] }
  | { readonly kind: 'record'; readonly parts: readonly (readonly [name: string, form: Form])[] }

/** A tree taken apart. */
export interface Flat<T> {
  readonly form: Form
  readonly leaves: readonly T[]
  readonly paths: readonly Path[]
}

const leaf: Form = Object.freeze({ kind: 'leaf' })

/** No tree is deeper: a value that holds itself would never end. */
const deepest = 64

/** Changes some leaves of anything: what is neither an array nor a record stays itself. */
export const mapAnything = (
  value: unknown,
  isLeaf: (value: unknown) => boolean,
  f: (leaf: unknown) => unknown,
  depth = 0,
): unknown => {
  if (isLeaf(value)) return f(value)
  if (depth > deepest) return value
  const inner = (part: unknown): unknown => mapAnything(part, isLeaf, f, depth + 1)
  if (isList(value)) return Object.freeze(value.map(inner))
  if (!isPlain(value)) return value
  return byName(Object.entries(value).map(([name, part]) => [name, inner(part)] as const))
}

/**
 * Takes a tree apart, its leaves in order.
 *
 * @param isLeaf whether a value is a tensor
 * @param fault what is thrown for a value that is neither a tensor nor an array or a record of trees
 */
export const flatten = <T>(
  tree: unknown,
  isLeaf: (value: unknown) => boolean,
  fault: (path: Path, value: unknown) => Error,
): Flat<T> => {
  const leaves: T[] = []
  const paths: Path[] = []
  const formOf = (value: unknown, path: Path): Form => {
    if (isLeaf(value)) {
      leaves.push(value as T)
      paths.push(path)
      return leaf
    }
    if (path.length > deepest) throw fault(path, value)
    if (isList(value)) return { kind: 'list', parts: [...value].map((part, i) => formOf(part, [...path, String(i)])) }
    if (!isPlain(value)) throw fault(path, value)
    return {
      kind: 'record',
      parts: Object.entries(value).map(([name, part]) => [name, formOf(part, [...path, name])] as const),
    }
  }
  return { form: formOf(tree, []), leaves, paths }
}

/** Puts a tree together again, from leaves in the same order. */
export const unflatten = <T>(form: Form, leaves: readonly T[]): Tree<T> => {
  let next = 0
  const treeOf = (of: Form): Tree<T> => {
    if (of.kind === 'leaf') return leaves[next++] as T
    if (of.kind === 'list') return Object.freeze(of.parts.map(treeOf))
    return byName(of.parts.map(([name, part]) => [name, treeOf(part)] as const))
  }
  return treeOf(form)
}

/** Where the leaves of a form stand, in order. */
export const pathsOf = (form: Form): readonly Path[] =>
  flatten<null>(
    unflatten(form, []),
    leaf => leaf === undefined,
    () => new TypeError('a form of no tree'),
  ).paths

/** A path as messages have it. */
export const showPath = (path: Path): string => path.join('.') || 'the tree itself'
