import { InvalidOption } from '../base/errors.ts'
import { isKey, type Key } from '../base/random.ts'
import { type Shape, sharedShape, showShape } from '../base/shape.ts'
import { type Flat, flatten, type Path, showPath } from '../base/tree.ts'
import { isList } from '../base/trees.ts'
import { isNode } from '../graph/graph.ts'
import { foreign } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { described } from '../state/given.ts'

// Arguments and results of functions: tensors in records and arrays.

/** Whether a value is a tensor of an interpreter; where it cannot tell, anything but an array is. */
export const isTensorOf = <T>({ isTensor }: Ops<T>, value: unknown): boolean =>
  isTensor ? isTensor(value) : typeof value === 'object' && value !== null && !isList(value)

/** Values of other interpreters, which are records too. */
const isOther = (value: unknown): boolean => foreign(value) !== undefined || isNode(value)

/** What came in place of a tensor. */
export const cameInstead = (value: unknown): string =>
  foreign(value) ?? (isNode(value) ? 'a node of a graph' : described(value))

/**
 * A tree, taken apart.
 *
 * @param what the argument or result, as messages name it
 * @param expected what it may hold
 * @throws InvalidOption if it holds anything else
 */
export const leavesOfTree = <T>(
  tree: unknown,
  isLeaf: (value: unknown) => boolean,
  owner: string,
  what: (path: Path) => string,
  expected: string,
  remedy: string,
): Flat<T> => {
  const fault = (path: Path, value: unknown) =>
    new InvalidOption({ layer: owner, option: what(path), expected, got: cameInstead(value), remedy })
  const flat = flatten<T>(tree, value => isLeaf(value) || isOther(value), fault)
  const other = flat.leaves.findIndex(leaf => !isLeaf(leaf))
  if (other >= 0) throw fault(flat.paths[other] as Path, flat.leaves[other])
  return flat
}

/** A place in a tree, as messages name it. */
export const placeIn =
  (what: string) =>
  (path: Path): string =>
    [what, ...path].join('.')

/**
 * A tree of tensors of an interpreter, taken apart.
 *
 * @param owner the transform
 * @param what the argument or result, as messages name it
 * @throws InvalidOption if it holds anything else
 */
export const tensorsIn = <T>(ops: Ops<T>, owner: string, what: string, tree: unknown): Flat<T> =>
  leavesOfTree<T>(
    tree,
    value => isTensorOf(ops, value),
    owner,
    placeIn(what),
    'tensors of these operations, alone or in records and arrays',
    'Make numbers a tensor with ops.constant, and give values of other operations as arguments.',
  )

/** A place in all arguments, as messages name it. */
export const placeOfArgument = ([at, ...path]: Path): string => placeIn(`argument ${at}`)(path)

/**
 * The tensors and keys in all arguments of a call.
 *
 * @throws InvalidOption if they hold anything else
 */
export const argumentsIn = <T>(ops: Ops<T>, owner: string, args: readonly unknown[]): Flat<T | Key> =>
  leavesOfTree(
    args,
    value => isKey(value) || isTensorOf(ops, value),
    owner,
    placeOfArgument,
    'tensors of these operations, or keys, alone or in records and arrays',
    'Let the function close over what is no tensor.',
  )

/** A tree that others are to have the form of. */
interface Like {
  readonly paths: readonly Path[]
  /** What messages call it. */
  readonly of: string
}
const refuse = (owner: string, what: string, path: Path, of: string, expected: string, got: string): never => {
  throw new InvalidOption({
    layer: owner,
    option: placeIn(what)(path),
    expected,
    got,
    remedy: `Give a tensor for each of ${of}, of its shape.`,
  })
}

/**
 * The leaves of a tree, in the order of another one.
 *
 * @param like the tree whose form it has
 * @throws InvalidOption if it has another form
 */
export const leavesInOrder = <T>(ops: Ops<T>, owner: string, what: string, tree: unknown, like: Like): readonly T[] => {
  const { paths, leaves } = tensorsIn(ops, owner, what, tree)
  const has = paths.map(showPath)
  const wanted = like.paths.map(showPath)
  const other = paths[has.findIndex(path => !wanted.includes(path))]
  if (other !== undefined)
    refuse(owner, what, other, like.of, `the form of ${like.of}`, 'a tensor that has no place there')
  return like.paths.map(
    (path, i) =>
      leaves[has.indexOf(wanted[i] as string)] ??
      refuse(owner, what, path, like.of, `a tensor, as in ${like.of}`, 'none'),
  )
}

/**
 * The same of a tree whose tensors have the shapes of those of the other one.
 *
 * @throws InvalidOption if it has another form, or a tensor of another shape
 */
export const leavesLike = <T>(
  ops: Ops<T>,
  owner: string,
  what: string,
  tree: unknown,
  like: Like & { readonly shapes: readonly Shape[] },
): readonly T[] => {
  const leaves = leavesInOrder(ops, owner, what, tree, like)
  for (const [i, leaf] of leaves.entries()) {
    const [shape, own] = [like.shapes[i] as Shape, ops.shape(leaf)]
    if (!sharedShape(own, shape))
      refuse(owner, what, like.paths[i] as Path, like.of, `the shape ${showShape(shape)}`, showShape(own))
  }
  return leaves
}
