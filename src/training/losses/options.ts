import type * as t from 'io-ts/lib/index.js'
import { InvalidOption } from '../../base/errors.ts'
import type { Limit } from '../../base/limited-options.ts'
import { boolean, index, type Option, part } from '../../base/options.ts'
import type { Scale } from '../probabilities.ts'

// Options that several losses have.

/** An axis, from 0 on or from the end. */
export const axis: t.Type<number, unknown, unknown> = index

/** Options of losses of probabilities. */
export interface LogitsOption {
  /** Whether the network's outputs are logits, before any `Softmax` or `Sigmoid`. Default: false, probabilities. */
  readonly fromLogits?: boolean
}

/** Options of losses of the probabilities of classes. */
export interface LogarithmsOption extends LogitsOption {
  /** Whether the network's outputs are logarithms of probabilities, such as those of `LogSoftmax`. Default: false. */
  readonly logInput?: boolean
}

/** An option of losses that compare with probabilities. */
export interface SmoothingOption {
  /** The fraction of each target probability to distribute uniformly over all classes, from 0 to 1. Default: 0. */
  readonly labelSmoothing?: Limit<'part'>
}

export const fromLogits: Option<boolean> = Object.freeze({ codec: boolean, default: false })
export const logInput: Option<boolean> = Object.freeze({ codec: boolean, default: false })
export const labelSmoothing: Option<number> = Object.freeze({
  codec: part,
  default: 0,
})

/**
 * What the outputs of a network are.
 *
 * @throws InvalidOption if they cannot be both
 */
export const scaleOf = (loss: string, { fromLogits, logInput }: Required<LogarithmsOption>): Scale => {
  if (fromLogits && logInput)
    throw new InvalidOption({
      layer: loss,
      option: 'logInput',
      expected: 'one of fromLogits and logInput',
      got: 'both',
      remedy: 'Logits are inputs of Softmax; logInput is for outputs of LogSoftmax.',
    })
  if (logInput) return 'logarithms'
  return fromLogits ? 'logits' : 'probabilities'
}
