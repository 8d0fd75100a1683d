import type * as tf from '@tensorflow/tfjs-core'
import { isKey, type Key } from '../base/random.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Flat } from '../base/tree.ts'
import { isList } from '../base/trees.ts'
import { type FlatData, isFlat, type TensorInput, toTensor } from '../state/data.ts'
import { isTensor, reading } from '../state/given.ts'
import type { Handle } from './function.ts'
import { leavesOfTree, placeOfArgument } from './trees.ts'

// Arguments as users give them to functions that run.

/** A tree with what users may give in place of each tensor: in an array, nested numbers would be one tensor. */
export type Given<A> = A extends Handle
  ? number | TensorInput
  : A extends Key
    ? Key
    : A extends readonly unknown[]
      ? { readonly [K in keyof A]: A[K] extends Handle ? tf.Tensor | FlatData : Given<A[K]> }
      : A extends object
        ? { readonly [K in keyof A]: Given<A[K]> }
        : A
/** The arguments of a function that runs. */
export type GivenArguments<A extends readonly unknown[]> = { readonly [K in keyof A]: Given<A[K]> }
/** A tree of tensors that hold numbers. */
export type Computed<R> = R extends Handle ? Tensor : R extends object ? { readonly [K in keyof R]: Computed<R[K]> } : R

/** Whether a value is a number, or nested arrays of numbers alone: one tensor. An empty array is a list of none. */
const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' ||
  ArrayBuffer.isView(value) ||
  (isList(value) && value.length > 0 && value.every(isNumeric))
/** Whether a value is a tensor, or what is one in another form. */
export const isTensorGiven = (value: unknown): boolean => isTensor(value) || isNumeric(value) || isFlat(value)
const isLeaf = (value: unknown): boolean => isKey(value) || isTensorGiven(value)

/**
 * The arguments of a call, taken apart: tensors, what is a tensor in another form, and keys.
 *
 * @throws InvalidOption if an argument holds anything else
 */
export const leavesGiven = (owner: string, args: readonly unknown[]): Flat<unknown> =>
  reading(owner, 'arguments', () =>
    leavesOfTree<unknown>(
      args,
      // The arguments of a call are no tensor, even if all are numbers.
      value => value !== args && isLeaf(value),
      owner,
      placeOfArgument,
      'a tensor, numbers in nested arrays, { data, shape } or a key, or records and arrays of them',
      'Let the function close over what is no tensor.',
    ),
  )

/** A leaf of the arguments, as a function takes it; a tensor is made in the enclosing `tf.tidy`. */
export const takenLeaf = (leaf: unknown): tf.Tensor | Key => (isKey(leaf) ? leaf : toTensor(leaf))
