import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import { showShape } from '../base/shape.ts'
import { type Flat, flatten, showPath, type Tree, unflatten } from '../base/tree.ts'
import { isList, isRecord, leavesOf, mapTree, own as ownOf, type VariableTree } from '../base/trees.ts'
import { placeholder, plainOps } from '../graph/ops.ts'
import type { Ops } from '../ops/ops.ts'
import { described, misfit } from '../state/given.ts'
import { another, tfjsOps } from '../tfjs/index.ts'
import { isTensorOf } from './metric.ts'
import type { OptimizerRule, OptimizerState } from './optimizer.ts'

// What optimizers remember, a tree of tensors of the optimizer's own form.

/** What remembers something of parameters: an optimizer, or several. */
export interface Remembering {
  readonly name: string
  readonly rule: Pick<OptimizerRule, 'init'>
  /** What is remembered, as users get it, where that is another tree of the same tensors. */
  readonly shown?: <T>(slots: Tree<T>) => Tree<T>
}

/** A tree of tensors of an interpreter, taken apart. */
export const flatSlots = <T>(ops: Ops<T>, name: string, tree: unknown): Flat<T> =>
  flatten<T>(
    tree,
    value => isTensorOf(ops, value),
    (path, value) =>
      new InvalidOption({
        layer: name,
        option: 'state',
        expected: `tensors in records and arrays, at ${showPath(path)} too`,
        got: described(value),
        remedy: 'Use only values of ops in the state of the optimizer.',
      }),
  )

/** The form and the shapes of what an optimizer remembers of parameters; nothing is computed. */
export const slotsTemplate = (
  { name, rule }: Remembering,
  params: VariableTree<{ readonly shape: readonly number[] }>,
): Flat<{ readonly shape: readonly (number | null)[] }> =>
  flatSlots(
    plainOps,
    name,
    rule.init(
      plainOps,
      mapTree(params, ({ shape }, layer, variable) => placeholder(`${layer}.${variable}`, shape)),
    ),
  )

/**
 * What an optimizer remembers before the first update, in the enclosing `tf.tidy`: tensors of its own, also where a rule
 * begins with the parameters themselves.
 */
export const initialSlots = ({ name, rule }: Remembering, params: VariableTree<tf.Tensor>): Tree<tf.Tensor> => {
  const { form, leaves } = flatSlots(tfjsOps, name, rule.init(tfjsOps, params))
  const taken = new Set(leavesOf(params).map(([, , tensor]) => tensor))
  const owned = leaves.map(slot => {
    const again = taken.has(slot)
    taken.add(slot)
    return again ? another(slot) : slot
  })
  return unflatten(form, owned)
}

/** Every tensor that an optimizer remembers. */
export const slotTensors = ({ slots }: OptimizerState): readonly tf.Tensor[] =>
  flatSlots<tf.Tensor>(tfjsOps, 'optimizer', slots).leaves

/** The same memory, frozen, with every tensor changed. */
export const mapSlots = ({ update, slots }: OptimizerState, f: (tensor: tf.Tensor) => tf.Tensor): OptimizerState => {
  const { form, leaves } = flatSlots<tf.Tensor>(tfjsOps, 'optimizer', slots)
  return Object.freeze({ update, slots: unflatten(form, leaves.map(f)) })
}

/** What is remembered, as users get it. */
export const shownSlots = ({ shown }: Remembering, { update, slots }: OptimizerState): OptimizerState =>
  shown === undefined ? { update, slots } : Object.freeze({ update, slots: shown(slots) })

/**
 * What an optimizer remembers, in its own form: of a state as users get it, or as checkpoints of before that form hold it.
 *
 * @param option what holds it: an option, or an argument
 * @throws InvalidOption if another optimizer, or another network, remembered it
 */
export const asMemory = (
  owner: string,
  option: string,
  optimizer: Remembering,
  params: VariableTree<tf.Tensor>,
  value: unknown,
): OptimizerState => {
  const fault = (expected: string, got: string) =>
    new InvalidOption({
      layer: owner,
      option,
      expected: `what ${optimizer.name} remembers: ${expected}`,
      got,
      remedy: 'Go on with the network and the optimizer that training began with.',
    })
  const given = isRecord(value) ? value : {}
  const [slots, update] = [ownOf(given, 'slots'), ownOf(given, 'update')]
  if ((!isRecord(slots) && !isList(slots)) || typeof update !== 'number' || !Number.isSafeInteger(update) || update < 0)
    throw fault('{ update, slots }', described(value))
  const wanted = slotsTemplate(optimizer, params)
  const had = flatten<tf.Tensor>(
    slots,
    leaf => leaf instanceof tf.Tensor,
    (path, leaf) => fault(`${showPath(path)}, a tensor`, described(leaf)),
  )
  const has = had.paths.map(showPath)
  const own = wanted.paths.map(showPath)
  const names = own.every(name => has.includes(name)) ? own : shownNames(optimizer, wanted)
  const other = names.find(name => !has.includes(name)) ?? has.find(name => !names.includes(name))
  if (other !== undefined) throw fault(listed(names), listed(has))
  const leaves = wanted.leaves.map(({ shape }, i) => {
    const tensor = had.leaves[has.indexOf(names[i] as string)] as tf.Tensor
    const differs = misfit(tensor) ?? (tensor.shape.join() === shape.join() ? undefined : showShape(tensor.shape))
    if (differs !== undefined) throw fault(`${names[i]}, of shape ${showShape(shape)}`, differs)
    return tensor
  })
  return Object.freeze({ update, slots: unflatten<tf.Tensor>(wanted.form, leaves) })
}

/** Where the slots of a template stand for users. */
const shownNames = ({ shown }: Remembering, { form, paths }: Flat<unknown>): readonly string[] => {
  if (shown === undefined) return paths.map(showPath)
  const places = shown(unflatten<number>(form, [...paths.keys()]))
  const found = flatten<number>(
    places,
    value => typeof value === 'number',
    () => new TypeError('slots that are no tree'),
  )
  return paths.map((_, i) => showPath(found.paths[found.leaves.indexOf(i)] ?? []))
}

/** Slots as messages list them. */
const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'nothing'
    : `${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`
