import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import { isRecord, leavesOf, mapTree, type VariableTree } from '../base/trees.ts'
import { checkedTree, described, reading } from '../state/given.ts'
import type { Trees } from '../state/variables.ts'
import { another } from '../tfjs/index.ts'

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
 * @throws InvalidOption if it has another form
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
