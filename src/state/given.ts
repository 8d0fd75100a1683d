import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption, JoineryError, show, WeightInitializationError } from '../base/errors.ts'
import { showShape } from '../base/shape.ts'
import { isRecord, mapRecord, own, type VariableTree } from '../base/trees.ts'
import { ownVariables } from '../base/unfit-variables.ts'
import type { Trees } from './variables.ts'

// Checks of arguments: a call from JavaScript may give anything.

/** Whether a value is a promise, of any realm; a value that throws when it is read is none. */
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

/** Whether a value is a tensor; a value that throws when it is read is none. */
export const isTensor = (value: unknown): value is tf.Tensor => {
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
        expected: 'values that can be read',
        got: `an object that throws: ${show(error)}`,
        remedy: 'Give plain objects.',
      },
      { cause: error },
    )
  }
}

/** Why a value is no tensor to compute with; `undefined` for one that is. */
export const misfit = (value: unknown, isOne: (value: unknown) => boolean = isTensor): string | undefined => {
  if (!isOne(value)) return value === undefined ? 'none' : described(value)
  const { dtype, isDisposed } = value as Partial<tf.Tensor>
  if (isDisposed === true) return disposed
  return dtype === 'string' || dtype === 'complex64' ? `a tensor of dtype ${dtype}` : undefined
}
const disposed = 'a tensor that has been disposed'

/** The error for a variable that a network cannot compute with. */
export const unfitVariable = (layer: string, expected: string, got: string): WeightInitializationError =>
  new WeightInitializationError({
    layer,
    expected,
    got,
    remedy:
      got === disposed
        ? 'Keep variables until their last use; what nobody holds is given back without dispose().'
        : ownVariables,
  })

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
 * Checks that a value has the form of variables, as a call from JavaScript may give anything.
 *
 * @param owner the function that was called
 * @throws InvalidOption if it has another form
 */
export const asTrees = <T = tf.Tensor>(owner: string, value: unknown): Trees<T> =>
  reading(owner, 'variables', () => {
    if (isRecord(value) && isRecord(own(value, 'params')) && isRecord(own(value, 'state')))
      return value as unknown as Trees<T>
    const got = described(value)
    throw new InvalidOption({
      layer: owner,
      option: 'variables',
      expected: 'variables, { params, state }',
      got,
      remedy: got === 'a promise' ? 'Await it first.' : ownVariables,
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
    const { params, state } = asTrees(owner, value)
    return Object.freeze({ params: checkedTree(params, unfitVariable), state: checkedTree(state, unfitVariable) })
  })
