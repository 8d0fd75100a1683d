import type * as tf from '@tensorflow/tfjs-core'
import { unflatten } from '../base/tree.ts'
import { emptyingAtOnce } from '../ops/empty.ts'
import { eagerly } from '../state/eagerly.ts'
import { tfjsOps } from '../tfjs/index.ts'
import { asFunction, type Handle, nameOf, type OpsFunction } from './function.ts'
import { type Computed, type GivenArguments, leavesGiven, takenLeaf } from './given.ts'
import { tensorsIn } from './trees.ts'

/** A function that runs at once: see {@link eager}. */
export interface Eager<A extends readonly unknown[], R> {
  (...args: GivenArguments<A>): Computed<R>
  readonly name: string
}

const ops = emptyingAtOnce(tfjsOps)

/**
 * Runs a function of the operations at once, on the backend of tfjs in use.
 *
 * @param f a function `(ops, ...args)`
 * @returns the same function of numbers. An argument is a tensor, a number, nested arrays, `{ data, shape }` or a key, or
 *   records and arrays of them; nested arrays of numbers alone are one tensor. The result is a tree of tensors
 * @throws InvalidOption if `f` is no function; from a call, if an argument or result holds anything else
 * @example
 * ```ts
 * const distance = eager((ops, a, b) => ops.sqrt(ops.sum(ops.square(ops.subtract(a, b)), [0])))
 * Array.from(distance([1, 2], [4, 6]).dataSync()) // [5]
 * ```
 */
export const eager = <A extends readonly unknown[] = Handle[], R = Handle>(
  f: OpsFunction<Handle, A, R>,
): Eager<A, R> => {
  const own = asFunction('eager', f)
  const run = (...args: readonly unknown[]): unknown => {
    const { form, leaves } = leavesGiven('eager', args)
    return eagerly(leaves, hand => {
      const given = unflatten(form, leaves.map(takenLeaf)) as readonly unknown[]
      const result = tensorsIn<tf.Tensor>(ops, 'eager', `${nameOf(own)}, result`, own(ops, ...given))
      return unflatten(result.form, result.leaves.map(hand))
    })
  }
  return run as unknown as Eager<A, R>
}
