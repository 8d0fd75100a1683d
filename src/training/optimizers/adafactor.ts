import type { Called, Limit, OptionsFor } from '../../base/limited-options.ts'
import { boolean, integer, positive } from '../../base/options.ts'
import type { Tree } from '../../base/tree.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Ops } from '../../ops/ops.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParameterRule } from '../parameter-rule.ts'
import { negative, partBelow1 } from '../ranges.ts'
import type { LearningRate } from '../rate.ts'
import { stepAt } from '../rate.ts'
import { axesOf } from '../total.ts'
import { type DecayOptions, decay, option, read, stepOf } from './options.ts'
import { blend, optimizerOf, zerosOf } from './rule.ts'

/** The options of {@link adafactor}. */
export interface AdafactorOptions extends DecayOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.001. */
  readonly step?: LearningRate
  /** The power of t with which means of squares forget, less than 0. Default: -0.8. */
  readonly beta2Decay?: Limit<'negative'>
  /** Added to squares of gradients. Default: 1e-30. */
  readonly epsilon1?: Limit<'positive'>
  /** The least size that a parameter counts with. Default: 0.001. */
  readonly epsilon2?: Limit<'positive'>
  /** The largest root mean square of an update before the step. Default: 1. */
  readonly clipThreshold?: Limit<'positive'>
  /** Whether the step is at most `1 / sqrt(t)`. Default: true. */
  readonly relativeStep?: boolean
  /** Whether the step is multiplied by the root mean square of the parameter. Default: true. */
  readonly scaleParameter?: boolean
  /** How much of the last update stays. Default: 0, and nothing is remembered for it. */
  readonly beta1?: Limit<'partBelow1'>
  /** From which size of the last two axes on rows and columns are remembered in place of all elements. Default: 1. */
  readonly factoredFrom?: Limit<'count'>
}

type Remembered<T> = { readonly full: T } | { readonly rows: T; readonly columns: T }

const meanSquare = <T>(ops: Ops<T>, x: T): T => ops.mean(ops.square(x), axesOf(ops, x))

/** Where elements of a row or column have been averaged, an axis of 1 element. */
const widened = <T>(ops: Ops<T>, x: T, axis: number): T => {
  const shape = [...ops.shape(x)]
  shape.splice(axis, 0, 1)
  return ops.reshape(x, shape)
}

/**
 * Adafactor (Shazeer and Stern 2018), which remembers of the squares of a matrix only the means of its rows r and its columns
 * c (of a tensor of more axes, over the last two; of vectors all): `v = r · c / mean(r)`, each forgetting at
 * `1 - t^beta2Decay`; `u = g / sqrt(v)`, divided by `max(1, rms(u) / clipThreshold)`;
 * `w = w - max(epsilon2, rms(w)) · min(step, 1 / sqrt(t)) · u`.
 *
 * @throws InvalidOption if an option is out of range
 */
export const adafactor = <const O>(
  options?: OptionsFor<AdafactorOptions, O, Called<'adafactor', '{ step: 0.001 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<AdafactorOptions>>(
    'adafactor',
    {
      step: stepOf(0.001),
      beta2Decay: option(negative, -0.8),
      epsilon1: option(positive, 1e-30),
      epsilon2: option(positive, 0.001),
      clipThreshold: option(positive, 1),
      relativeStep: option(boolean, true),
      scaleParameter: option(boolean, true),
      beta1: option(partBelow1, 0),
      factoredFrom: option(integer(1), 1),
      ...decay,
    },
    options,
  )
  const { beta1, factoredFrom, scaleParameter } = normal
  const stepOfUpdate = (update: number): number => {
    const step = stepAt('adafactor', normal.step, update)
    return normal.relativeStep ? Math.min(step, 1 / Math.sqrt(update + 1)) : step
  }
  const factored = <T>(ops: Ops<T>, param: T): boolean => {
    const shape = ops.shape(param)
    return shape.length >= 2 && shape.slice(-2).every(d => (d ?? 0) >= factoredFrom)
  }
  const rule: ParameterRule = {
    slots: {
      square: <T>(ops: Ops<T>, { value }: { readonly value: T }): Tree<T> => {
        const shape = ops.shape(value)
        if (!factored(ops, value)) return { full: zerosOf(ops, shape) }
        return {
          rows: zerosOf(ops, shape.slice(0, -1)),
          columns: zerosOf(ops, [...shape.slice(0, -2), shape.at(-1) ?? null]),
        }
      },
      ...(beta1 > 0 ? { mean: 0 } : {}),
    },
    coefficients: update => ({
      step: -stepOfUpdate(update),
      taken: (update + 1) ** normal.beta2Decay,
    }),
    change: <T>(
      ops: Ops<T>,
      gradient: T,
      slots: Readonly<Record<string, unknown>>,
      coefficients: Readonly<Record<string, T>>,
      { value }: { readonly value: T },
    ) => {
      const { step, taken } = coefficients as { readonly step: T; readonly taken: T }
      const squares = ops.add(ops.square(gradient), ops.constant(normal.epsilon1))
      const towards = (old: T, now: T) => ops.add(old, ops.multiply(ops.subtract(now, old), taken))
      const before = slots.square as Remembered<T>
      const rank = ops.shape(gradient).length
      const after: Remembered<T> =
        'full' in before
          ? { full: towards(before.full, squares) }
          : {
              rows: towards(before.rows, ops.mean(squares, [rank - 1])),
              columns: towards(before.columns, ops.mean(squares, [rank - 2])),
            }
      const inverseRoot =
        'full' in after
          ? ops.rsqrt(after.full)
          : // One after the other: the product of both squares may be too small for a number.
            ops.multiply(
              widened(ops, ops.rsqrt(ops.divide(after.rows, ops.mean(after.rows, [rank - 2], true))), rank - 1),
              widened(ops, ops.rsqrt(after.columns), rank - 2),
            )
      const own = ops.multiply(gradient, inverseRoot)
      const root = ops.sqrt(meanSquare(ops, own))
      const largest = ops.maximum(ops.constant(1), ops.divide(root, ops.constant(normal.clipThreshold)))
      const size = scaleParameter
        ? ops.maximum(ops.sqrt(meanSquare(ops, value)), ops.constant(normal.epsilon2))
        : ops.constant(1)
      const change = ops.multiply(ops.divide(own, largest), ops.multiply(size, step))
      if (beta1 === 0) return [change, { square: after }] as const
      const mean = blend(ops, slots.mean as T, change, beta1)
      return [mean, { square: after, mean }] as const
    },
  }
  return optimizerOf('adafactor', normal, rule, normal)
}
