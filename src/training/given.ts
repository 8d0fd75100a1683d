import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../core/errors.ts'
import { asKey, type Key } from '../core/random.ts'
import { showShape } from '../core/shape.ts'
import { isList, isRecord, leavesOf, mapTree, own, type VariableTree } from '../core/trees.ts'
import { another } from '../ops/tfjs/index.ts'
import type { Trees } from '../state/check.ts'
import { asVariables, checkedTree, described, misfit, reading } from '../state/given.ts'
import { type Optimizer, type OptimizerState, slotsTemplate } from './optimizer.ts'
import type { NormalRule } from './options.ts'
import { flatten, showPath, unflatten } from './tree.ts'
import { trainedOf } from './update.ts'

// What a call is given stays the user's, who may dispose or change it while the call goes on. So it is checked and held
// before the call gives its promise.

/** A tensor of the same numbers that no `tf.tidy` disposes. */
export const held = (tensor: tf.Tensor): tf.Tensor => tf.keep(another(tensor))

/** Tensors that some work makes, which no `tf.tidy` around disposes; nothing is left where it fails. */
export const keeping = <const R>(tensorsIn: (result: R) => readonly tf.Tensor[], work: () => R): R => {
  let result: R | undefined
  tf.tidy(() => {
    result = work()
    for (const tensor of tensorsIn(result)) tf.keep(tensor)
  })
  return result as R
}

/** The tensors of variables. */
export const tensorsOf = ({ params, state }: Trees): readonly tf.Tensor[] =>
  [params, state].flatMap(tree => leavesOf(tree).map(([, , tensor]) => tensor))

/** Variables held for the length of some work. */
export const holding = async <R>({ params, state }: Trees, work: (own: Trees) => Promise<R>): Promise<R> => {
  const own = { params: mapTree(params, held), state: mapTree(state, held) }
  try {
    return await work(own)
  } finally {
    for (const tensor of tensorsOf(own)) tensor.dispose()
  }
}

/**
 * Checks that a value has the form of parameters, or of their gradients: tensors by layer and name.
 *
 * @throws InvalidOption when it has another form
 */
export const asTensors = (owner: string, option: string, value: unknown): VariableTree<tf.Tensor> => {
  const fault = (expected: string, got: string) =>
    new InvalidOption({
      layer: owner,
      option,
      expected,
      got,
      remedy: 'Give params of init(network, key), or of gradients.',
    })
  return reading(owner, option, () => {
    if (!isRecord(value)) throw fault('tensors by layer and name', described(value))
    return checkedTree(value, (layer, expected, got) => fault(`of ${layer} ${expected}`, got))
  })
}

/**
 * What an optimizer remembers, in its own form.
 *
 * @param option what holds it: an option, or an argument
 * @throws InvalidOption when another optimizer, or another network, remembered it
 */
export const asMemory = (
  owner: string,
  option: string,
  optimizer: Pick<Optimizer, 'name' | 'rule'>,
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
  const [slots, update] = [own(given, 'slots'), own(given, 'update')]
  if ((!isRecord(slots) && !isList(slots)) || typeof update !== 'number' || !Number.isSafeInteger(update) || update < 0)
    throw fault('{ update, slots }', described(value))
  const wanted = slotsTemplate(optimizer, params)
  const had = flatten<tf.Tensor>(
    slots,
    leaf => leaf instanceof tf.Tensor,
    (path, leaf) => fault(`${showPath(path)}, a tensor`, described(leaf)),
  )
  const [names, has] = [wanted.paths.map(showPath), had.paths.map(showPath)]
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

/** Slots as messages list them. */
const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'nothing'
    : `${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`

/** Everything that training changes, checked. */
export interface GivenState extends Trees {
  readonly optimizer: OptimizerState
  readonly key: Key
}

/**
 * Checks that a value has the form of a state of training, as a call from JavaScript may give anything.
 *
 * @throws InvalidOption, WeightInitializationError when it has another form, or is of another optimizer
 */
export const asTrainState = (
  owner: string,
  rule: Pick<NormalRule, 'optimizer' | 'trains' | 'owner'>,
  value: unknown,
  option = 'state',
): GivenState => {
  const parts = ['variables', 'optimizer', 'key']
  return reading(owner, option, () => {
    if (!isRecord(value) || parts.some(part => !Object.hasOwn(value, part)))
      throw new InvalidOption({
        layer: owner,
        option,
        expected: `a state, { ${parts.join(', ')} }`,
        got: described(value),
        remedy: 'Begin with init(variables, key), and go on from what each step gives.',
      })
    const trees = asVariables(owner, value.variables)
    const memory = asMemory(owner, option, rule.optimizer, trainedOf(rule, owner, trees.params), value.optimizer)
    return { ...trees, optimizer: memory, key: asKey(option === 'state' ? owner : `${owner}, ${option}`, value.key) }
  })
}
