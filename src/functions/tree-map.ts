import { InvalidOption } from '../base/errors.ts'
import { isFunction } from '../base/options.ts'
import { unflatten } from '../base/tree.ts'
import type { Ops } from '../ops/ops.ts'
import { described } from '../state/given.ts'
import { checkOps } from './function.ts'
import { leavesInOrder, tensorsIn } from './trees.ts'

/**
 * Applies a function to each tensor of a tree, with those in the same place of other trees: steps along gradients, averages of
 * parameters.
 *
 * @param f gets the tensors of one place, that of the first tree first
 * @param tree tensors in records and arrays
 * @param others trees of its form; their tensors may have other shapes
 * @returns a tree of the form of the first one, of what `f` gives
 * @throws InvalidOption if `f` is no function, a tree or a result of `f` holds anything but tensors of the operations, or another one has not the form of the first
 * @example
 * ```ts
 * const descend = <T>(ops: Ops<T>, params: { w: T; b: T }, slopes: { w: T; b: T }): { w: T; b: T } =>
 *   treeMap(ops, (param, slope) => ops.subtract(param, ops.multiply(slope, ops.constant(0.1))), params, slopes)
 * const { w } = eager(descend)({ w: [1, 2], b: 0 }, { w: [10, 0], b: 1 })
 * Array.from(w.dataSync()) // [0, 2]
 * ```
 */
export const treeMap = <T, Tree>(
  ops: Ops<T>,
  f: (...leaves: readonly [T, ...T[]]) => T,
  tree: Tree,
  ...others: readonly NoInfer<Tree>[]
): Tree => {
  checkOps('treeMap', ops)
  if (!isFunction(f))
    throw new InvalidOption({
      layer: 'treeMap',
      option: 'f',
      expected: 'a function of the tensors in one place',
      got: described(f),
      remedy: 'For example: treeMap(ops, (param, slope) => ops.subtract(param, slope), params, slopes).',
    })
  const { form, leaves, paths } = tensorsIn(ops, 'treeMap', 'tree', tree)
  const beside = others.map((other, i) =>
    leavesInOrder(ops, 'treeMap', others.length === 1 ? 'other tree' : `other tree ${i}`, other, { paths, of: 'tree' }),
  )
  const found = leaves.map((leaf, at) => f(leaf, ...beside.map(own => own[at] as T)))
  for (const result of found) tensorsIn(ops, 'treeMap', 'f, result', result)
  // It has the form of the tree, of tensors of the same operations.
  return unflatten(form, found) as unknown as Tree
}
