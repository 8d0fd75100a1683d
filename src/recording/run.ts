import { InvalidOption, show } from '../base/errors.ts'
import { boolean, type Options, ownOptions, parseOptions } from '../base/options.ts'
import { mapTree } from '../base/trees.ts'
import type { Shaped, Trees } from '../state/variables.ts'
import type { Updated } from '../training/loops/callbacks.ts'
import { type Fitting, trained } from '../training/loops/fitting.ts'
import type { Trained } from '../training/loops/train.ts'
import { type Asked, asked } from './asked.ts'
import { fittingFor, materialFor, mergedOptions } from './fork.ts'
import { both, type FrameOptions, recorderOf } from './frames.ts'
import { looked } from './look.ts'
import { firstNotFiniteIn } from './not-finite.ts'
import { type Given, readOptions } from './options.ts'
import { type Replayed, type Run, replay, type Seen, tensorsIn } from './replay.ts'
import { shownRun } from './shown.ts'
import type { Recording } from './types.ts'

// A run: trained, and recorded as it is.

/** What a run was given, for its forks. */
export interface Origin {
  readonly network: unknown
  readonly options: Given
  readonly asked: Asked
}

const finiteOptions: Options<{ readonly exhaustive: boolean }> = { exhaustive: { codec: boolean, default: false } }

/** Trains, and records the run. */
export const record = async (origin: Origin, frames: FrameOptions, fitting: Fitting): Promise<Recording & Trained> => {
  const { options } = fitting
  const recorder = recorderOf(frames)
  const values: number[] = []
  const note = ({ last }: Updated): void => {
    values.push(last.loss)
  }
  const result = await trained({
    ...fitting,
    options: {
      ...options,
      checkpoint:
        options.checkpoint === null ? recorder.checkpointing : both(options.checkpoint, recorder.checkpointing),
      callbacks: [{ update: note }, ...options.callbacks],
    },
  })
  const made = result.trainState.optimizer.update
  const isUndone = result.stopped?.reason === 'notFinite'
  const losses = { first: made - values.length + 1, values: Float64Array.from(values) }
  // What it began with is in the first frame.
  const kept = {
    ...fitting,
    variables: noVariables,
    memory: null,
    options: { ...options, resume: null, trainState: null },
  }
  const run: Run = { fitting: kept, frames: recorder.frames(), losses }
  return runOf(origin, run, result, isUndone ? made + 1 : made, shapesOf(fitting))
}
const noVariables: Trees = Object.freeze({ params: {}, state: {} })
const shapesOf = ({ variables, memory }: Fitting): Trees<Shaped> => {
  const { params, state } = memory ?? variables
  const shape = ({ shape }: Shaped): Shaped => ({ shape })
  return { params: mapTree(params, shape), state: mapTree(state, shape) }
}

/** The number of an update that was given. */
const asUpdate = (name: string, value: unknown, least: number, most: number): number => {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
  throw new InvalidOption({
    layer: `recorded, ${name}`,
    option: 'update',
    expected: most < least ? 'a run with an update' : `the number of an update, an integer from ${least} to ${most}`,
    got: show(value),
    remedy: name === 'at' ? 'The first update is that after the first frame.' : 'Train longer with { epochs }.',
  })
}

/** A run as users get it. */
const runOf = (
  { network, options: before, asked: own }: Origin,
  run: Run,
  result: Trained,
  lastUpdate: number,
  shapes: Trees<Shaped>,
): Recording & Trained => {
  const start = run.frames.updates[0] as number
  const made = result.trainState.optimizer.update
  const at = async (value: number): Promise<object> => {
    const update = asUpdate('at', value, start + 1, lastUpdate)
    let seen: Seen | undefined
    const look = async (own: Seen): Promise<boolean> => {
      seen = own
      return true
    }
    let replayed: Replayed
    try {
      replayed = await replay(run, { first: update, last: update, look })
    } catch (error) {
      for (const tensor of seen === undefined ? [] : tensorsIn(seen)) tensor.dispose()
      throw error
    }
    return looked(own, seen as unknown as Seen, replayed)
  }
  const fork = async (value: number, changes: Given = {}): Promise<Recording & Trained> => {
    const update = asUpdate('fork', value, start, made)
    const options = mergedOptions(before, ownOptions('recorded, fork', 'run.fork(100, { epochs: 20 })', changes))
    const read = readOptions(options)
    const after = asked(network, read.rest)
    const reading = materialFor(after, shapes, run.fitting.material, changes)
    reading.catch(() => undefined)
    const { session } = await replay(run, { first: update + 1, last: update })
    if (session === undefined) throw new TypeError(`no session after update ${update}`)
    const fitting = fittingFor(own, after, session, await reading, changes)
    return record({ network, options, asked: after }, read.frames, fitting)
  }
  return Object.freeze(
    Object.defineProperties(
      {
        ...result,
        ...{ kind: 'Recording' as const, firstUpdate: start + 1, lastUpdate, frames: run.frames.updates },
        ...{ losses: run.losses.values, at, fork },
        firstNotFinite: async (options: unknown = {}) => {
          const name = 'recorded, firstNotFinite'
          const { exhaustive } = parseOptions(name, 'run.firstNotFinite({ exhaustive: true })', finiteOptions, options)
          return firstNotFiniteIn(run, lastUpdate, lastUpdate > made, exhaustive)
        },
      },
      shownRun,
    ),
  )
}
