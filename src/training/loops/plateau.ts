import type * as t from 'io-ts/lib/index.js'
import { codec, integer, number, type Options, parseOptions } from '../../base/options.ts'
import { isRecord } from '../../base/trees.ts'
import type { RawReport } from '../report.ts'
import { type Monitor, monitored, monitorOptions } from './monitor.ts'

/** When the learning rate becomes smaller because training no longer gets better. */
export interface ReduceOnPlateau {
  /** A name of the history. Default: `validationLoss`, or `loss` without validation examples. */
  readonly monitor?: string
  /** Whether it is to become small or large. Default: `auto`, as the metric says; a loss is to become small. */
  readonly mode?: 'min' | 'max' | 'auto'
  /** The factor for the learning rate. Default: 0.1. */
  readonly factor?: number
  /** The number of epochs without improvement. Default: 10. */
  readonly patience?: number
  /** How much better is better. Default: 1e-4. */
  readonly minDelta?: number
  /** The number of epochs to wait after that before counting again. Default: 0. */
  readonly cooldown?: number
  /** The smallest fraction of the optimizer's learning rate. Default: 0. */
  readonly least?: number
}

/** The same in its normal form. */
export interface NormalPlateau extends Monitor {
  readonly factor: number
  readonly patience: number
  readonly minDelta: number
  readonly cooldown: number
  readonly least: number
}

const options: Options<NormalPlateau> = {
  ...monitorOptions,
  factor: { codec: number('a number > 0 and < 1', value => value > 0 && value < 1), default: 0.1 },
  patience: { codec: integer(0), default: 10 },
  minDelta: { codec: number('a number >= 0', value => value >= 0), default: 1e-4 },
  cooldown: { codec: integer(0), default: 0 },
  least: { codec: number('a number >= 0 and <= 1', value => value >= 0 && value <= 1), default: 0 },
}

/** How it is read: options, or `true` for the defaults. */
export const plateauOption: t.Type<NormalPlateau | null, unknown, unknown> = codec(
  'options such as { factor: 0.5, patience: 3 }, or true',
  value => {
    if (value === null || value === false) return null
    if (value !== true && !isRecord(value)) return undefined
    return parseOptions('reduceOnPlateau', '{ reduceOnPlateau: { factor: 0.5 } }', options, value === true ? {} : value)
  },
)

/** What is remembered from epoch to epoch. */
export interface PlateauMemory {
  readonly best: number
  readonly wait: number
  /** Epochs in which nothing is counted. */
  readonly cooling: number
  /** What the learning rate is multiplied by. */
  readonly rate: number
}

export const plateauStart: PlateauMemory = Object.freeze({
  best: Number.POSITIVE_INFINITY,
  wait: 0,
  cooling: 0,
  rate: 1,
})

/** What is remembered after an epoch. */
export const plateauStep = (plateau: NormalPlateau, memory: PlateauMemory, values: RawReport): PlateauMemory => {
  const value = monitored('reduceOnPlateau', plateau, values)
  const { best, wait, rate } = memory
  const cooling = Math.max(0, memory.cooling - 1)
  if (value < best - plateau.minDelta || (best === Number.POSITIVE_INFINITY && value < best))
    return Object.freeze({ best: value, wait: 0, cooling, rate })
  if (memory.cooling > 0) return Object.freeze({ best, wait: 0, cooling, rate })
  if (wait + 1 < Math.max(1, plateau.patience)) return Object.freeze({ best, wait: wait + 1, cooling, rate })
  return Object.freeze({
    best,
    wait: 0,
    cooling: plateau.cooldown,
    rate: Math.max(plateau.least, rate * plateau.factor),
  })
}
