import type * as t from 'io-ts/lib/index.js'
import { codec, isFunction } from '../../base/options.ts'
import { shownWithGetters } from '../../base/shown.ts'
import { isList, isRecord, own } from '../../base/trees.ts'
import type { RawReport } from '../report.ts'
import type { TrainState } from '../step.ts'

/** A callback returns this, or a promise of it, to end training. */
export const stop = 'stop' as const

/** Training begins. */
export interface TrainStart {
  readonly epochs: number
  /** Batches of an epoch, and examples in it, where they are known. */
  readonly batches: number | undefined
  readonly examples: number | undefined
}

/** An epoch begins. */
export interface EpochStart {
  /** Counted from 1. */
  readonly epoch: number
}

/** The parameters have been updated. */
export interface Updated {
  readonly epoch: number
  /** Batches of this epoch that are done. */
  readonly batch: number
  /** Updates that have been made, in all. */
  readonly update: number
  /** Of this epoch so far. */
  readonly report: RawReport
  /** Of this batch, from before the update. */
  readonly last: RawReport
}

/** An epoch has ended. */
export interface EpochEnd {
  readonly epoch: number
  readonly update: number
  readonly report: RawReport
  readonly validation?: RawReport
  /** All of it by name, the values of validation as `validationLoss`. */
  readonly values: RawReport
  /** The learning rate is multiplied by this, where `reduceOnPlateau` is asked for. */
  readonly rate: number
  /** What training has reached, as tensors of the caller's. */
  readonly read: () => Promise<TrainState>
}

/** Training has ended. */
export interface TrainEnd {
  readonly history: Readonly<Record<string, readonly unknown[]>>
  /** Why it ended before its last epoch. */
  readonly stopped: string | undefined
}

/**
 * Functions that observe training. Their results are awaited; `stop` ends training. If one throws, `fit` rejects with
 * its error.
 */
export interface Callback {
  readonly trainStart?: (event: TrainStart) => unknown
  readonly epochStart?: (event: EpochStart) => unknown
  /** After every update. */
  readonly update?: (event: Updated) => unknown
  /** After every epoch, and its validation. */
  readonly epoch?: (event: EpochEnd) => unknown
  readonly trainEnd?: (event: TrainEnd) => unknown
}

const moments = ['trainStart', 'epochStart', 'update', 'epoch', 'trainEnd'] as const

const asCallback = (value: unknown): Callback | undefined => {
  // A function alone is told of epochs.
  if (isFunction(value)) return Object.freeze({ epoch: value as unknown as NonNullable<Callback['epoch']> })
  if (!isRecord(value)) return undefined
  const functions = moments.map(moment => value[moment])
  const works = functions.every(one => one === undefined || isFunction(one))
  return works && functions.some(one => one !== undefined) ? (value as Callback) : undefined
}

/** How callbacks are read: always as a list. */
export const callbacksOption: t.Type<readonly Callback[], unknown, unknown> = codec(
  `a callback, an object of functions ${moments.join(', ')}, or a function that is told of epochs; or an array of them`,
  value => {
    const read = (isList(value) ? [...value] : [value]).map(asCallback)
    return read.every(one => one !== undefined) ? (read as readonly Callback[]) : undefined
  },
)

type Moment = (typeof moments)[number]
type EventOf<M extends Moment> = Parameters<NonNullable<Callback[M]>>[0]

/** Whether any of some callbacks is told of a moment. */
export const isTold = (callbacks: readonly Callback[], moment: Moment): boolean =>
  callbacks.some(callback => callback[moment] !== undefined)

/** Tells callbacks, one after the other, and says whether one asks to stop. */
export const tell = async <M extends Moment>(
  callbacks: readonly Callback[],
  moment: M,
  event: EventOf<M>,
): Promise<boolean> => {
  let stops = false
  for (const callback of callbacks) {
    const told = callback[moment] as ((event: EventOf<M>) => unknown) | undefined
    // As a method of the callback, which may be an object with a memory of its own.
    const answer = told === undefined ? undefined : await told.call(callback, event)
    if (answer === stop) stops = true
  }
  return stops
}

/** What is worked out when it is first asked for. */
const onAsking = <V extends object>(make: () => V): (() => V) => {
  let made: V | undefined
  return () => {
    made ??= make()
    return made
  }
}

/**
 * What is told after an update. Its reports are worked out when somebody looks at them: observers mostly look at some updates
 * alone.
 */
export const updated = (
  { epoch, batch, update }: Omit<Updated, 'report' | 'last'>,
  reportOf: () => RawReport,
  lastOf: () => RawReport,
): Updated => {
  const [report, last] = [onAsking(reportOf), onAsking(lastOf)]
  return Object.freeze({
    // A prototype of the same fields.
    __proto__: shownWithGetters as Updated,
    epoch,
    batch,
    update,
    get report() {
      return report()
    },
    get last() {
      return last()
    },
  })
}

/** A number that a report has by name; `undefined` where it has none. */
export const numberIn = (values: RawReport, name: string): number | undefined => {
  const value = own<unknown>(values, name)
  return typeof value === 'number' ? value : undefined
}
