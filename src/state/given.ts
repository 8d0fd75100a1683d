import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption, JoineryError, show, WeightInitializationError } from '../base/errors.ts'
import { showShape } from '../base/shape.ts'
import { isRecord, mapRecord, type VariableTree } from '../base/trees.ts'
import { asTrees, type Trees } from './check.ts'

// What a call is given, as a call from JavaScript may give anything.

/** Whether a value is a promise, of any realm; what cannot be read is none. */
export const isPromise = (value: unknown): boolean => {
  try {
    return isRecord(value) && typeof value.then === 'function'
  } catch {
    return false
  }
}

const listed = (value: object): string => {
  try {
    return `an object with ${Object.keys(value).slice(0, 8).join(', ') || 'nothing'}`
  } catch {
    return 'an object that throws when it is read'
  }
}

/**
 * What a user's function returned instead of a value. A promise is not awaited, and its rejection must not end the
 * process.
 */
export const described = (value: unknown): string => {
  if (isPromise(value)) {
    Promise.resolve(value).catch(() => undefined)
    return 'a promise'
  }
  if (isTensor(value)) return `a tensor of tfjs of shape ${showShape(value.shape)}`
  return isRecord(value) ? listed(value) : show(value)
}

/** Whether a value is a tensor; what cannot be read is none. */
const isTensor = (value: unknown): value is tf.Tensor => {
  try {
    return value instanceof tf.Tensor
  } catch {
    return false
  }
}

/**
 * Reads what a user gave, once.
 *
 * @throws InvalidOption if it cannot be read: what getters and proxies throw is a fault of the argument
 */
export const reading = <R>(owner: string, option: string, read: () => R): R => {
  try {
    return read()
  } catch (error) {
    if (error instanceof JoineryError) throw error
    throw new InvalidOption(
      {
        layer: owner,
        option,
        expected: 'an object that can be read',
        got: `one that throws ${show(error)}`,
        remedy: 'Give plain objects.',
      },
      { cause: error },
    )
  }
}

/** Why a value is no tensor to compute with; `undefined` for one that is. */
export const misfit = (value: unknown): string | undefined => {
  if (!isTensor(value)) return value === undefined ? 'none' : described(value)
  if (value.isDisposed) return 'a tensor that has been disposed'
  return value.dtype === 'string' || value.dtype === 'complex64' ? `a tensor of dtype ${value.dtype}` : undefined
}

/** A copy of a tree that holds tensors by layer and name. */
export const checkedTree = (
  tree: object,
  fault: (layer: string, expected: string, got: string) => Error,
): VariableTree<tf.Tensor> =>
  mapRecord(tree as Readonly<Record<string, unknown>>, (variables, layer) => {
    if (!isRecord(variables)) throw fault(layer, 'its variables by name', described(variables))
    return mapRecord(variables, (variable, name) => {
      const got = misfit(variable)
      if (got !== undefined) throw fault(layer, `${name}, a tensor of numbers`, got)
      return variable as tf.Tensor
    })
  })

/**
 * Checks that a value has the form of variables, tensors by layer and name, and copies the trees.
 *
 * @param owner the function that was called
 * @throws InvalidOption if it has another form
 * @throws WeightInitializationError if a variable is no tensor, or has been disposed
 */
export const asVariables = (owner: string, value: unknown): Trees =>
  reading(owner, 'variables', () => {
    const { params, state } = asTrees<tf.Tensor>(owner, value)
    const checked = (tree: VariableTree<tf.Tensor>) =>
      checkedTree(
        tree,
        (layer, expected, got) =>
          new WeightInitializationError({
            layer,
            expected,
            got,
            remedy: 'Make variables with init(network, key), and keep them while they are in use.',
          }),
      )
    return Object.freeze({ params: checked(params), state: checked(state) })
  })
