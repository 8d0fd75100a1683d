import * as tf from '@tensorflow/tfjs-core'
import type { Ops } from '../core/ops.ts'
import type { Tensor } from '../core/variables.ts'
import { handOver, tfjsOps } from '../ops/tfjs/index.ts'
import { type TensorInput, toTensor } from '../state/data.ts'

/** A function of what was expected and what a network predicted, in any interpretation of the operations. */
export type Comparison = <T>(ops: Ops<T>, expected: T, predicted: T) => T

/** A loss: what training makes small. Called with values, it gives a scalar. */
export interface Loss {
  (expected: TensorInput, predicted: TensorInput): Tensor<[]>
  readonly kind: 'Loss'
  readonly name: string
  /** The mathematics, a mean over the batch. */
  readonly forward: Comparison
}

/** A metric: what is reported beside the loss. Called with values, it gives a number. */
export interface Metric<Name extends string = string> {
  (expected: TensorInput, predicted: TensorInput): number
  readonly kind: 'Metric'
  readonly name: Name
  /** The mathematics, a mean over the batch. */
  readonly forward: Comparison
}

const compare = (forward: Comparison, expected: TensorInput, predicted: TensorInput): tf.Tensor =>
  tf.tidy(() => forward(tfjsOps, toTensor(expected), toTensor(predicted)))

const withName = <F extends object, Name extends string>(call: F, name: Name): F & { readonly name: Name } =>
  // The type of defineProperty does not tell what it defines.
  Object.defineProperty(call, 'name', { value: name }) as F & { readonly name: Name }

/** Makes a loss of your own. */
export const defineLoss = (name: string, forward: Comparison): Loss => {
  const call = (expected: TensorInput, predicted: TensorInput) => handOver<[]>(compare(forward, expected, predicted))
  return Object.freeze(Object.assign(withName(call, name), { kind: 'Loss' as const, forward }))
}

/** Makes a metric of your own. */
export const defineMetric = <const Name extends string>(name: Name, forward: Comparison): Metric<Name> => {
  const call = (expected: TensorInput, predicted: TensorInput): number => {
    const result = compare(forward, expected, predicted)
    const value = result.dataSync()[0] as number
    result.dispose()
    return value
  }
  return Object.freeze(Object.assign(withName(call, name), { kind: 'Metric' as const, forward }))
}
