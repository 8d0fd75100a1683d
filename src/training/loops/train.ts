import { Tensor } from '@tensorflow/tfjs-core'
import { foldIn, type Key } from '../../base/random.ts'
import { shownWithGetters } from '../../base/shown.ts'
import { flatten } from '../../base/tree.ts'
import type { NumberBatch } from '../batches.ts'
import type { DeviceState, Engine } from '../engine.ts'
import type { Resumed } from '../files/resume.ts'
import { checkReports } from '../files/resumed-reports.ts'
import type { Progress } from '../fit.ts'
import type { NormalFitting } from '../options.ts'
import type { MetricValue, RawReport, Said } from '../report.ts'
import { slotTensors } from '../slots.ts'
import { noBatches } from '../source.ts'
import type { TrainState } from '../step.ts'
import { handedOver, together, toReport } from '../stepping.ts'
import { isTold, tell, updated } from './callbacks.ts'
import type { Saving } from './checkpointing.ts'
import { type EarlyMemory, earlyEnds, earlyStart, earlyStep } from './early-stopping.ts'
import { toHistory, valuesOf } from './history.ts'
import type { Coming, Lessons, Validation } from './lessons.ts'
import type { Judged } from './monitor.ts'
import { type Culprit, describeCulprit } from './not-finite.ts'
import { type PlateauMemory, plateauStart, plateauStep } from './plateau.ts'
import type { EpochRow, Session } from './session.ts'

/** Why training ended before its last epoch, and where. */
export interface Stopped {
  readonly reason: 'earlyStopping' | 'callback' | 'signal' | 'notFinite'
  /** As a sentence. */
  readonly message: string
  readonly epoch: number
  /** Batches of the epoch that were done. */
  readonly batch: number
  /** Updates that were made. */
  readonly update: number
  /** What was not finite, and where. */
  readonly culprit?: Culprit
}

/** The tensors of variables, whatever is trained. */
const tensorsIn = (variables: TrainState['variables']): readonly Tensor[] =>
  flatten<Tensor>(
    variables,
    value => value instanceof Tensor,
    () => new TypeError('variables that hold no tensors'),
  ).leaves

/** What training gives. */
export interface Trained {
  readonly variables: TrainState['variables']
  readonly history: Readonly<Record<string, readonly MetricValue[]>>
  readonly trainState: TrainState
  readonly stopped: Stopped | undefined
}

/** The loss and metrics of some examples, in inference mode. */
const scored = async (engine: Engine, state: DeviceState, examples: Coming, key: Key): Promise<RawReport> => {
  let said: Said | undefined
  let batch = 0
  // The same draws after every epoch, so that epochs can be compared.
  for await (const lesson of examples)
    said = together(said, await engine.score(state, lesson, foldIn(foldIn(key, 'validation'), batch++)))
  if (said === undefined) throw noBatches('fit, validation')
  return toReport(said)
}

/**
 * Trains: folds the step over batches and epochs, and tells observers.
 *
 * @param start is used up
 * @param metrics that reports have
 * @param session where an interrupted run goes on
 */
export const train = async (
  engine: Engine,
  start: DeviceState,
  lessons: Lessons,
  rule: NormalFitting<Validation, Progress, TrainState>,
  metrics: readonly Judged[],
  key: Key,
  session: Resumed | null,
): Promise<Trained> => {
  const { epochs, callbacks, onProgress, earlyStopping, reduceOnPlateau, checkpoint, signal } = rule
  const { batches, examples } = lessons
  let state = start
  let rows: readonly EpochRow[] = session?.rows ?? []
  let early: EarlyMemory = session?.earlyStopping ?? earlyStart
  let plateau: PlateauMemory = session?.plateau ?? plateauStart
  let best: TrainState['variables'] | null = session?.best ?? null
  let stopped: Stopped | undefined
  let saving: Saving | null = null
  const told = { update: isTold(callbacks, 'update'), epoch: isTold(callbacks, 'epoch') }

  const read = async (): Promise<TrainState> => handedOver(engine, await engine.read(state), state.update, key)
  const stop = (reason: Stopped['reason'], message: string, epoch: number, batch: number, culprit?: Culprit): void => {
    const at = { reason, message, epoch, batch, update: state.update }
    stopped ??= Object.freeze({ ...at, ...(culprit && { culprit: Object.freeze(culprit) }) })
  }
  /** A signal is heeded after every update, and before an epoch begins. */
  const heed = (epoch: number, batch: number): void => {
    if (signal?.aborted) stop('signal', 'The signal asked to stop.', epoch, batch)
  }
  /** What was not finite in an update that has been undone. */
  const accuse = async (lesson: NumberBatch): Promise<Culprit> => {
    const leaves = await engine.read(state)
    try {
      return engine.subject.culprit(engine.treesOf(leaves, state.update), lesson, key)
    } finally {
      for (const tensor of leaves) tensor.dispose()
    }
  }
  /** The best variables so far are no longer needed; those that an interrupted run had are the caller's. */
  const forget = (): void => {
    if (best === null || best === session?.best) return
    for (const tensor of tensorsIn(best)) tensor.dispose()
  }
  const keepBest = async (): Promise<void> => {
    const { variables, optimizer } = await read()
    for (const tensor of slotTensors(optimizer)) tensor.dispose()
    forget()
    best = variables
  }
  /** @param epoch how many have ended */
  const reading = async (epoch: number, batch: number, sums: Said['sums'] | null): Promise<Session> => {
    const memory = { earlyStopping: earlyStopping && early, plateau: reduceOnPlateau && plateau, best }
    return Object.freeze({ trainState: await read(), epoch, batch, rows, sums, ...memory })
  }
  /** @param epoch how many have ended */
  const save = async (epoch: number, batch: number, sums: Said['sums'] | null, values: RawReport | null) => {
    const isLast = stopped !== undefined || (values !== null && epoch === epochs)
    const reached = { epoch, update: state.update, values, isLast }
    if (saving?.isDue(reached) === true) await saving.write(await reading(epoch, batch, sums), reached)
  }

  /** One epoch, counted from 1, from a batch of it on; nothing where training ended within it. */
  const goThrough = async (
    epoch: number,
    from: number,
    before: Said['sums'] | null,
  ): Promise<RawReport | undefined> => {
    let batch = from
    let done = 0
    let said: Said | undefined
    if (await tell(callbacks, 'epochStart', Object.freeze({ epoch })))
      stop('callback', 'A callback asked to stop.', epoch, 0)
    heed(epoch, from)
    if (stopped !== undefined) {
      await save(epoch - 1, from, before, null)
      return undefined
    }
    for await (const lesson of lessons.epoch(epoch - 1, from, state.update - from, key)) {
      // Behind the last batch, whose number may not be known before, the validation and report of the epoch follow first.
      if (said !== undefined) await save(epoch - 1, batch, said.sums, null)
      if (stopped !== undefined) return undefined
      const learnt = await engine.learn(state, lesson, key, plateau.rate)
      state = learnt.after
      const own = await learnt.said
      if (session !== null && said === undefined && epoch === session.epoch + 1)
        checkReports(session, own, lessons.validation !== null)
      if (rule.terminateOnNaN && own.reader.isUndone(own.sums)) {
        // The state is the one before, and so is its number.
        state = { ...state, update: state.update - 1 }
        const culprit = await accuse(lesson)
        const where = `update ${state.update + 1} (epoch ${epoch}, batch ${batch + 1})`
        stop('notFinite', `Stopped at ${where}: ${describeCulprit(culprit)}`, epoch, batch, culprit)
        return undefined
      }
      batch++
      done += lesson.size
      said = together(said ?? (before === null ? undefined : { ...own, sums: before }), own)
      if (told.update || onProgress !== null) {
        const [sum, at] = [said, { epoch, batch, update: state.update }]
        const event = updated(
          at,
          () => toReport(sum),
          () => toReport(own),
        )
        if (told.update && (await tell(callbacks, 'update', event)))
          stop('callback', 'A callback asked to stop.', epoch, batch)
        const progress = {
          __proto__: shownWithGetters,
          ...{ epoch, epochs, batch, batches, examples: done },
          get report() {
            return event.report
          },
          ended: false,
        }
        await onProgress?.(Object.freeze(progress) as unknown as Progress)
      }
      heed(epoch, batch)
    }
    if (said === undefined) throw noBatches('fit')
    const training = toReport(said)
    const validation = lessons.validation === null ? null : await scored(engine, state, lessons.validation(), key)
    rows = [...rows, Object.freeze({ training, validation })]
    await onProgress?.(
      Object.freeze({
        ...{ epoch, epochs, batch, batches: batches ?? batch, examples: done, report: training, ended: true },
        ...(validation && { validation }),
      }) as Progress,
    )
    return valuesOf({ training, validation })
  }

  const afterEpoch = async (epoch: number, values: RawReport): Promise<void> => {
    const { training, validation } = rows.at(-1) as EpochRow
    if (earlyStopping !== null) {
      const after = earlyStep(earlyStopping, early, epoch, values)
      early = after.memory
      if (after.isBest && earlyStopping.restoreBest) await keepBest()
      if (after.ends) stop('earlyStopping', `Nothing better for ${early.wait} epochs.`, epoch, 0)
    }
    if (reduceOnPlateau !== null) plateau = plateauStep(reduceOnPlateau, plateau, values)
    if (told.epoch) {
      const event = { epoch, update: state.update, report: training, values, rate: plateau.rate, read }
      if (await tell(callbacks, 'epoch', Object.freeze({ ...event, ...(validation && { validation }) })))
        stop('callback', 'A callback asked to stop.', epoch, 0)
    }
    heed(epoch, 0)
    await save(epoch, 0, null, values)
  }

  try {
    if (await tell(callbacks, 'trainStart', Object.freeze({ epochs, batches, examples })))
      stop('callback', 'A callback asked to stop.', 0, 0)
    heed(0, 0)
    const begun = () => reading(session?.epoch ?? 0, session?.batch ?? 0, session?.sums ?? null)
    saving = (await checkpoint?.begin(session?.hash ?? null, begun)) ?? null
    const first = (session?.epoch ?? 0) + 1
    // It may have been interrupted after its last epoch.
    if (earlyStopping !== null && session?.epoch && earlyEnds(earlyStopping, early, session.epoch))
      stop('earlyStopping', `Nothing better for ${early.wait} epochs.`, session.epoch, 0)
    for (let epoch = first; epoch <= epochs && stopped === undefined; epoch++) {
      const isResumed = epoch === first && session !== null
      const values = await goThrough(epoch, isResumed ? session.batch : 0, isResumed ? session.sums : null)
      if (values !== undefined) await afterEpoch(epoch, values)
    }
    const history = toHistory(rows, metrics)
    await tell(callbacks, 'trainEnd', Object.freeze({ history, stopped: stopped?.message }))
    const trainState = handedOver(engine, await engine.take(state), state.update, key)
    return Object.freeze({ variables: best ?? trainState.variables, history, trainState, stopped })
  } catch (error) {
    engine.release(state)
    forget()
    throw error
  }
}
