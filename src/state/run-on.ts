import * as tf from '@tensorflow/tfjs-core'
import { give, take } from '../backends/backend.ts'
import { type Ready, runFed } from '../backends/programs.ts'
import type { Roots } from '../base/random.ts'
import { another, handOver, tidily } from '../tfjs/index.ts'

/**
 * Tensors of the caller's, kept until a run has ended: a `tf.tidy` around the call ends before the work does. They are to be
 * disposed of.
 */
export const heldOf = (operands: () => readonly (readonly tf.Tensor[])[]): readonly (readonly tf.Tensor[])[] =>
  tidily(() => operands().map(tensors => tensors.map(tensor => tf.keep(another(tensor)))))

/** Runs a program on tensors, and hands its outputs over. */
export const runOn = async (
  ready: Ready,
  tensors: readonly tf.Tensor[],
  key: Roots | undefined,
): Promise<readonly tf.Tensor[]> => {
  const { backend, results: shapes } = ready
  const handles: unknown[] = []
  let results: readonly unknown[]
  try {
    for (const tensor of tensors) handles.push(await give(backend, tensor))
    results = await runFed(ready, handles, [], [...handles.keys()], { root: key })
  } catch (error) {
    for (const handle of handles) backend.release(handle)
    throw error
  }
  const outputs: tf.Tensor[] = []
  for (const [i, handle] of results.entries())
    outputs.push(handOver(await take(backend, handle, shapes[i] as readonly number[])))
  return outputs
}
