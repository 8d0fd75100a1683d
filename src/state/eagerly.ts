import type * as tf from '@tensorflow/tfjs-core'
import { another, handOver, tidily } from '../tfjs/index.ts'

/**
 * Runs eager work that hands its results over; everything else that it made is disposed, also when it fails.
 *
 * @param work gets a function that hands a tensor over as one of its own, and one that tells what was given
 */
export const eagerly = <R>(
  given: readonly unknown[],
  work: (own: (tensor: tf.Tensor) => tf.Tensor, isGiven: (tensor: tf.Tensor) => boolean) => R,
): R => {
  const isGiven = (tensor: tf.Tensor): boolean => all.has(tensor)
  const all = new Set(given)
  const handles = new Map<tf.Tensor, tf.Tensor>()
  const own = (tensor: tf.Tensor): tf.Tensor => {
    const before = handles.get(tensor) ?? (isGiven(tensor) ? tensor : undefined)
    const handle = handOver(before === undefined ? tensor : another(before))
    handles.set(tensor, handle)
    return handle
  }
  return tidily(() => work(own, isGiven))
}
