import type { Tensor } from '@tensorflow/tfjs-core'
import { DataError, InvalidOption, show } from '../base/errors.ts'
import type { Key } from '../base/random.ts'
import type { NumberBatch } from '../training/batches.ts'
import type { DeviceState, Engine, Gradient } from '../training/engine.ts'
import type { Resumed } from '../training/files/resume.ts'
import { stop, type Updated } from '../training/loops/callbacks.ts'
import type { Checkpointing } from '../training/loops/checkpointing.ts'
import { type Fitting, goingOn, type LoopRule, trained } from '../training/loops/fitting.ts'
import type { Session } from '../training/loops/session.ts'
import type { RawReport } from '../training/report.ts'
import { slotTensors } from '../training/slots.ts'
import { toReport } from '../training/stepping.ts'
import type { RawState } from '../training/traced.ts'
import { type Frames, ofFrame } from './frames.ts'

// A stretch of a run, trained again from the frame before it.

/** The losses of the updates that a call has made, in order. */
export interface Losses {
  /** The number of the first one. */
  readonly first: number
  readonly values: Float64Array
}

/** What a run has left behind. */
export interface Run {
  readonly fitting: Fitting
  readonly frames: Frames
  readonly losses: Losses
}

/** An update that is made again. Its tensors are in nobody's scope. */
export interface Seen {
  /** Counted from 1. */
  readonly update: number
  readonly batch: NumberBatch
  readonly key: Key
  /** What changes of parameters were multiplied by. */
  readonly pace: number
  readonly before: RawState
  readonly after: RawState
  readonly gradients: readonly Gradient[]
  readonly report: RawReport
}

/** The tensors of an update. */
export const tensorsIn = ({ before, after, gradients }: Seen): readonly Tensor[] => [
  ...[before, after].flatMap(state => [...leavesOfState(state), ...slotTensors(state.optimizer)]),
  ...gradients.map(({ tensor }) => tensor),
]
const leavesOfState = ({ params, state }: RawState): readonly Tensor[] =>
  [params, state].flatMap(tree => Object.values(tree).flatMap(own => Object.values(own)))

/** Which updates are made again, and what is done with them. */
export interface Stretch {
  /** The first one that is looked at. */
  readonly first: number
  readonly last: number
  /** Is shown each of them; true ends the stretch with it. */
  readonly look?: (seen: Seen) => Promise<boolean>
}

/** Where a stretch has ended. */
export interface Replayed {
  /** What training goes on from after the last update; `undefined` where that has been undone. */
  readonly session: Session | undefined
  /** The place of the last update: the epoch, and the batch of it, counted from 1. */
  readonly epoch: number
  readonly batch: number
}

/** A session as `fit` resumes it. */
export const asResumed = (session: Session): Resumed => ({
  ...session,
  kind: 'Checkpoint',
  folder: 'the frame',
  hash: ofFrame,
})

/** The error of data that are not what they were. */
const changed = (update: number, expected: string, got: string, cause?: unknown): DataError =>
  new DataError(
    {
      owner: 'recorded, data',
      expected: `the batches that were trained on: ${expected} at update ${update}`,
      got,
      remedy: 'Give data that can be read again: a function that makes its iterator anew, and no draws but by keys.',
    },
    { cause },
  )

/** The engine, with a look at each update from one on. */
const watched = (engine: Engine, first: number, look: (seen: Seen) => Promise<void>): Engine => {
  const read = async (state: DeviceState): Promise<RawState> => engine.treesOf(await engine.read(state), state.update)
  return {
    ...engine,
    learn: async (state, batch, key, pace = 1) => {
      const update = state.update + 1
      if (update < first) return engine.learn(state, batch, key, pace)
      const before = await read(state)
      const gradients = await engine.gradients(state, batch, key, pace)
      const learnt = await engine.learn(state, batch, key, pace)
      const report = toReport(await learnt.said)
      await look({ update, batch, key, pace, before, after: await read(learnt.after), gradients, report })
      return learnt
    },
  }
}

/** What keeps the session after an update. */
const catching = (update: number, keep: (session: Session) => void): Checkpointing => {
  const own: Checkpointing = {
    begin: async () => ({
      isDue: reached => reached.update === update,
      write: async session => keep(session),
    }),
    watching: () => own,
  }
  return own
}

/**
 * Trains a stretch again, from the frame before it.
 *
 * @throws DataError if the data are not what they were
 */
export const replay = async ({ fitting, frames, losses }: Run, { first, last, look }: Stretch): Promise<Replayed> => {
  const frame = await frames.before(first - 1)
  if (frame.trainState.optimizer.update === last) return { session: frame, epoch: frame.epoch, batch: frame.batch }
  let session: Session | undefined
  let place: Pick<Replayed, 'epoch' | 'batch'> | undefined
  let reached = 0
  let isEnded = false
  const update = ({ update, epoch, batch, last: report }: Updated) => {
    place = { epoch, batch }
    reached = update
    const before = losses.values[update - losses.first]
    if (before !== undefined && !Object.is(before, report.loss))
      throw changed(update, `a loss of ${show(before)}`, show(report.loss))
    return isEnded || update === last ? stop : undefined
  }
  const options: LoopRule = {
    ...fitting.options,
    ...{ callbacks: [{ update }], onProgress: null, signal: null },
    checkpoint: catching(last, own => {
      session = own
    }),
  }
  const around = (engine: Engine): Engine =>
    look === undefined
      ? engine
      : watched(engine, first, async seen => {
          isEnded = await look(seen)
        })
  try {
    const { stopped } = await trained(goingOn(fitting, asResumed(frame), options), around)
    if (stopped?.reason === 'notFinite') {
      place = { epoch: stopped.epoch, batch: stopped.batch + 1 }
      reached = stopped.update + 1
    }
  } catch (error) {
    // There was a batch, and there is none any more.
    if (error instanceof InvalidOption && error.layer === 'fit' && error.option === 'data')
      throw changed(last, 'a batch', 'none', error)
    throw error
  }
  if (place === undefined || (reached !== last && !isEnded)) throw changed(last, 'a batch', 'none')
  return { session, ...place }
}
