import { InvalidOption, placing } from '../../base/errors.ts'
import type { Form, Tree } from '../../base/tree.ts'
import { byName } from '../../base/trees.ts'
import { isTensorGiven } from '../../functions/given.ts'
import { leavesOfTree } from '../../functions/trees.ts'
import { reading } from '../../state/given.ts'
import { type NumberBatch, readInput, type ShapedBatch } from '../batches.ts'

// Batches that are trees: whatever the losses of rules take.

/** The place of a leaf, as messages name it. */
export const placeOf = (path: readonly string[]): string => ['batch', ...path].join('.')

/**
 * A batch as numbers, read or copied before the call returns; where they have to travel, a promise of it.
 *
 * @param check is shown the shapes
 * @param isLent whether nobody writes to arrays among them as long as the batch is in use
 * @throws InvalidOption if it holds anything but tensors; whatever `check` throws
 */
export const readTree = (
  owner: string,
  batch: unknown,
  check: (batch: ShapedBatch) => void,
  isLent = false,
): NumberBatch | Promise<NumberBatch> => {
  const { form, leaves, paths } = reading(owner, 'batch', () =>
    leavesOfTree<unknown>(
      batch,
      isTensorGiven,
      owner,
      placeOf,
      'a tensor, numbers in nested arrays or { data, shape }, or records and arrays of them',
      'Let the loss close over what is no tensor.',
    ),
  )
  const read = leaves.map((leaf, i) =>
    placing(
      () => ({ layer: owner, option: placeOf(paths[i] ?? []) }),
      () => readInput(leaf, isLent),
    ),
  )
  const whole = { y: [], weights: [], mask: [], tree: { form, paths } }
  // A batch of scalars alone counts as one example.
  const size = read.find(({ shape }) => shape.length > 0)?.shape[0] ?? 1
  check({ ...whole, x: read })
  const there = read.flatMap(({ data, shape }) => (data instanceof Float32Array ? [{ data, shape }] : []))
  if (there.length === read.length) return { ...whole, x: there, size }
  return Promise.all(read.map(async ({ data, shape }) => ({ data: await data, shape }))).then(x => ({
    ...whole,
    x,
    size,
  }))
}

/** A batch in the interpretation of a loss: the form of its tree, and the tensors in order. */
export interface Taken<T> {
  readonly form: Form
  readonly leaves: readonly T[]
}

/** A batch as the loss of a rule gets it. */
export interface Watched<T> {
  readonly tree: Tree<T>
  /** What the loss has asked for and the batch has not. */
  readonly missing: () => readonly string[]
  /** The first record that the loss has taken apart as an array. */
  readonly listed: () => string | undefined
  /** Where a tree of the batch stands that is no tensor; `undefined` for anything else. */
  readonly placeIn: (value: unknown) => string | undefined
}

/** The tree of a batch, which notes the names that it is asked for and has not: they are what a loss misses. */
export const watched = <T>({ form, leaves }: Taken<T>): Watched<T> => {
  const missing = new Set<string>()
  const places = new WeakMap<object, string>()
  let listed: string | undefined
  let next = 0
  const treeOf = (of: Form, path: readonly string[]): Tree<T> => {
    if (of.kind === 'leaf') return leaves[next++] as T
    const tree: object =
      of.kind === 'list'
        ? Object.freeze(of.parts.map((part, i) => treeOf(part, [...path, String(i)])))
        : byName(of.parts.map(([name, part]) => [name, treeOf(part, [...path, name])] as const))
    const seen = new Proxy(tree, {
      get: (own, name) => {
        if (typeof name === 'string' && !(name in own)) missing.add(placeOf([...path, name]))
        if (name === Symbol.iterator && !(name in own)) listed ??= placeOf(path)
        return Reflect.get(own, name)
      },
    })
    places.set(seen, placeOf(path))
    // It has what the tree has.
    return seen as Tree<T>
  }
  return {
    tree: treeOf(form, []),
    missing: () => [...missing],
    listed: () => listed,
    placeIn: value => (typeof value === 'object' && value !== null ? places.get(value) : undefined),
  }
}

/**
 * Checks that a batch is divided along the first axis of all of its tensors: how `fit` goes through data in memory.
 *
 * @throws InvalidOption that says which tensor has no rows, or others
 */
export const checkRows = (owner: string, { x, tree }: ShapedBatch): void => {
  const rows = x.map(({ shape }) => shape[0])
  const place = (i: number): string => placeOf(tree?.paths[i] ?? [])
  const first = rows[0]
  const fault = (i: number, expected: string, got: string) =>
    new InvalidOption({
      layer: owner,
      option: place(i),
      expected,
      got,
      remedy: 'Give one row for each example along the first axis of every tensor, or a dataset of batches.',
    })
  if (x.length === 0) throw fault(0, 'at least one tensor', 'none')
  for (const [i, count] of rows.entries()) {
    if (count === undefined) throw fault(i, 'one row for each example', 'a single number')
    if (count === 0) throw fault(i, 'at least one example', 'none')
    if (count !== first) throw fault(i, `${first} rows, as ${place(0)} has`, String(count))
  }
}
