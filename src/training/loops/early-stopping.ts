import type * as t from 'io-ts/lib/index.js'
import { boolean, codec, integer, number, type Options, parseOptions } from '../../base/options.ts'
import { isRecord } from '../../base/trees.ts'
import type { RawReport } from '../report.ts'
import { type Monitor, monitored, monitorOptions } from './monitor.ts'

/** When training ends because it no longer gets better. */
export interface EarlyStopping {
  /** A name of the history. Default: `validationLoss`, or `loss` without validation examples. */
  readonly monitor?: string
  /** Whether it is to become small or large. Default: `auto`, as the metric says; a loss is to become small. */
  readonly mode?: 'min' | 'max' | 'auto'
  /** The number of epochs without improvement. Default: 5. */
  readonly patience?: number
  /** How much better is better. Default: 0. */
  readonly minDelta?: number
  /** Whether the variables that come back are the best ones. Default: true. */
  readonly restoreBest?: boolean
  /** Before this epoch, counted from 1, training never ends. Default: 1. */
  readonly startFrom?: number
}

/** The same in its normal form. */
export interface NormalEarlyStopping extends Monitor {
  readonly patience: number
  readonly minDelta: number
  readonly restoreBest: boolean
  readonly startFrom: number
}

const options: Options<NormalEarlyStopping> = {
  ...monitorOptions,
  patience: { codec: integer(0), default: 5 },
  minDelta: { codec: number('a number >= 0', value => value >= 0), default: 0 },
  restoreBest: { codec: boolean, default: true },
  startFrom: { codec: integer(1), default: 1 },
}

/** How it is read: options, or `true` for the defaults. */
export const earlyStoppingOption: t.Type<NormalEarlyStopping | null, unknown, unknown> = codec(
  'options such as { patience: 5 }, or true',
  value => {
    if (value === null || value === false) return null
    if (value !== true && !isRecord(value)) return undefined
    return parseOptions('earlyStopping', '{ earlyStopping: { patience: 5 } }', options, value === true ? {} : value)
  },
)

/** What is remembered from epoch to epoch. */
export interface EarlyMemory {
  /** The least value so far, negated where it is to become large. */
  readonly best: number
  /** Epochs since. */
  readonly wait: number
}

export const earlyStart: EarlyMemory = Object.freeze({ best: Number.POSITIVE_INFINITY, wait: 0 })

/** Whether training ends after an epoch, by what is remembered then. */
export const earlyEnds = (
  { startFrom, patience }: NormalEarlyStopping,
  { wait }: EarlyMemory,
  epoch: number,
): boolean => epoch >= startFrom && wait >= Math.max(1, patience)

/**
 * After an epoch.
 *
 * @param epoch counted from 1
 * @returns what is remembered, and whether this epoch was the best, and training ends
 */
export const earlyStep = (
  stopping: NormalEarlyStopping,
  { best, wait }: EarlyMemory,
  epoch: number,
  values: RawReport,
): { readonly memory: EarlyMemory; readonly isBest: boolean; readonly ends: boolean } => {
  const value = monitored('earlyStopping', stopping, values)
  // Before anything is known, whatever is a number is the best; NaN never is.
  if (value < best - stopping.minDelta || (best === Number.POSITIVE_INFINITY && value < best))
    return { memory: Object.freeze({ best: value, wait: 0 }), isBest: true, ends: false }
  const waited = epoch < stopping.startFrom ? 0 : wait + 1
  return {
    memory: Object.freeze({ best, wait: waited }),
    isBest: false,
    ends: earlyEnds(stopping, { best, wait: waited }, epoch),
  }
}
