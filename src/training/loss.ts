import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption, show } from '../core/errors.ts'
import type { Ops } from '../core/ops.ts'
import { type Shape, showShape } from '../core/shape.ts'
import type { Tensor } from '../core/variables.ts'
import { handOver, tfjsOps } from '../ops/tfjs/index.ts'
import { type TensorInput, toTensor } from '../state/data.ts'
import { described } from '../state/given.ts'

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

/**
 * Checks that a comparison gave a scalar, as a function of the user's may give anything.
 *
 * @param kind 'Loss' or 'Metric'
 * @param shape the shape of the result in the interpretation that it was computed in; `undefined` for no value of it
 * @throws InvalidOption that names the loss or metric, and the shape
 */
export const checkScalar = (kind: string, name: string, result: unknown, shape: Shape | undefined): void => {
  if (shape?.length === 0) return
  throw new InvalidOption({
    layer: name,
    option: 'result',
    expected: `a scalar, made by the operations that the ${kind.toLowerCase()} is given`,
    got: shape !== undefined ? `a tensor of shape ${showShape(shape)}` : described(result),
    remedy:
      shape !== undefined
        ? 'Reduce it, for example by ops.mean(x, axes) over all its axes.'
        : 'Return a value of ops, for example ops.mean(ops.square(ops.subtract(predicted, expected)), [0, 1]).',
  })
}

const compare = (
  kind: string,
  name: string,
  forward: Comparison,
  expected: TensorInput,
  predicted: TensorInput,
): tf.Tensor =>
  tf.tidy(() => {
    const both = [toTensor(expected), toTensor(predicted)] as const
    if (both.some(({ size }) => size === 0))
      throw new InvalidOption({
        layer: name,
        option: 'y',
        expected: 'at least one number: there is no mean of none',
        got: both.map(({ shape }) => showShape(shape)).join(' and '),
        remedy: 'Leave empty batches out.',
      })
    const result: unknown = forward(tfjsOps, ...both)
    checkScalar(kind, name, result, result instanceof tf.Tensor ? result.shape : undefined)
    return result as tf.Tensor
  })

/**
 * Checks what a loss or metric is made of, as a call from JavaScript may give anything.
 *
 * @throws InvalidOption when the name is no text, or the comparison no function
 */
const checkMade = (owner: string, name: unknown, forward: unknown): void => {
  const fault = (option: string, expected: string, got: unknown) =>
    new InvalidOption({
      layer: owner,
      option,
      expected,
      got: show(got),
      remedy: `For example: ${owner}('distance', (ops, expected, predicted) => ops.mean(ops.abs(ops.subtract(expected, predicted)), [0, 1])).`,
    })
  if (typeof name !== 'string' || name === '') throw fault('name', 'a name', name)
  if (typeof forward !== 'function') throw fault('forward', 'a function of ops, expected and predicted', forward)
}

const withName = <F extends object, Name extends string>(call: F, name: Name): F & { readonly name: Name } =>
  // The type of defineProperty does not tell what it defines.
  Object.defineProperty(call, 'name', { value: name }) as F & { readonly name: Name }

/**
 * Makes a loss of your own.
 *
 * @param forward gives a scalar: the mean over the batch
 * @throws InvalidOption when the name is no text or `forward` no function; from a use, when it gives no scalar
 */
export const defineLoss = (name: string, forward: Comparison): Loss => {
  checkMade('defineLoss', name, forward)
  const call = (expected: TensorInput, predicted: TensorInput) =>
    handOver<[]>(compare('Loss', name, forward, expected, predicted))
  return Object.freeze(Object.assign(withName(call, name), { kind: 'Loss' as const, forward }))
}

/**
 * Makes a metric of your own.
 *
 * @param name as reports have it; not `loss`, which is theirs already
 * @param forward gives a scalar: the mean over the batch
 * @throws InvalidOption when the name is no text or taken, or `forward` no function; from a use, when it gives no scalar
 */
export const defineMetric = <const Name extends string>(name: Name, forward: Comparison): Metric<Name> => {
  checkMade('defineMetric', name, forward)
  checkNames('defineMetric', 'name', [name])
  const call = (expected: TensorInput, predicted: TensorInput): number => {
    const result = compare('Metric', name, forward, expected, predicted)
    const value = result.dataSync()[0] as number
    result.dispose()
    return value
  }
  return Object.freeze(Object.assign(withName(call, name), { kind: 'Metric' as const, forward }))
}

/** What a loss or metric is called in a history where it was measured on validation examples. */
export const validationName = (name: string): string => `validation${name.charAt(0).toUpperCase()}${name.slice(1)}`

/**
 * Checks that reports and histories can tell metrics from each other and from the loss.
 *
 * @throws InvalidOption when two results would have one name
 */
export const checkNames = (owner: string, option: string, metrics: readonly string[]): void => {
  const names = ['loss', ...metrics]
  const seen = new Set<string>()
  const twice = [...names, ...names.map(validationName)].find(name => seen.size === seen.add(name).size)
  if (twice === undefined) return
  throw new InvalidOption({
    layer: owner,
    option,
    expected: 'a name of its own for every metric',
    got: `'${twice}' twice`,
    remedy: "Rename one of them; 'loss' and 'validationLoss' are those of the loss.",
  })
}
