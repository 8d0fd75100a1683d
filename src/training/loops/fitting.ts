import { chooseBackend } from '../../backends/choose.ts'
import { key as keyOf } from '../../base/random.ts'
import { reading } from '../../state/given.ts'
import type { Trees } from '../../state/variables.ts'
import type { ShapedBatch } from '../batches.ts'
import { type Engine, engineOf } from '../engine.ts'
import type { Resumed } from '../files/resume.ts'
import type { Progress } from '../fit.ts'
import type { NormalFitting } from '../options.ts'
import type { TrainState } from '../step.ts'
import { holdingInitial, holdingState } from '../stepping.ts'
import type { Subject } from '../subject.ts'
import { leavesIn, type RawState } from '../traced.ts'
import { asTrainState, type GivenState } from '../train-state.ts'
import type { Asked } from './asked.ts'
import {
  type Lessons,
  lessonsFrom,
  type Material,
  type Reading,
  trainingMaterial,
  type Validation,
  validationMaterial,
} from './lessons.ts'
import type { Judged } from './monitor.ts'
import { type Trained, train } from './train.ts'

// A call of `fit`, read: what it has been given is checked, and data in memory are copied, before it gives its promise.

const defaultKey = keyOf(0)

/** The options of a loop in their normal form. */
export type LoopRule = NormalFitting<Validation, Progress, TrainState>

/** What is trained, on what, and how. */
export interface Fitting {
  readonly subject: Subject
  readonly options: LoopRule
  /** What reports have beside the loss. */
  readonly metrics: readonly Judged[]
  readonly variables: Trees
  /** What training goes on from, where it does not begin. */
  readonly memory: GivenState | null
  readonly material: Promise<Material>
  readonly lessons: Promise<Lessons>
}

/** What training goes on from, and the option that holds it: of an interrupted run, with its own variables. */
const memoryOf = (
  { resume, trainState }: Pick<LoopRule, 'resume' | 'trainState'>,
  variables: unknown,
): readonly [given: unknown, option: string] | null => {
  if (resume !== null) return [resume.trainState, 'resume']
  if (trainState === null) return null
  return reading('fit', 'trainState', () => [{ ...(trainState as object), variables }, 'trainState'] as const)
}

/** A promise that is awaited later, or not at all where something before it fails: its failure alone ends no program. */
const awaitedLater = <V>(promise: Promise<V>): Promise<V> => {
  promise.catch(() => undefined)
  return promise
}

/**
 * Reads a call of `fit`.
 *
 * @param data what there is to learn from
 */
export const fittingOf = ({ subject, loop: options, metrics }: Asked, variables: unknown, data: unknown): Fitting => {
  const trees = subject.asTrees(variables)
  const session = options.resume
  if (session !== null)
    reading('fit', 'resume', () => subject.checkSaved(session.folder, subject.asTrees(session.trainState.variables)))
  const given = memoryOf(options, variables)
  const memory = given && asTrainState(subject, ...given)
  const check = (batch: ShapedBatch): void => subject.check(memory ?? trees, batch)
  const way: Reading = { read: subject.read, check, allowNaN: options.allowNaN }
  const material = Promise.all([trainingMaterial(way, data), validationMaterial(way, options.validation)]).then(
    ([training, validation]) => ({ training, validation }),
  )
  return Object.freeze({
    ...{ subject, options, metrics, memory },
    variables: trees,
    material: awaitedLater(material),
    lessons: awaitedLater(material.then(own => lessonsFrom(own, way, options))),
  })
}

/** The same training, which goes on from a session of it. */
export const goingOn = (fitting: Fitting, session: Resumed, options: LoopRule = fitting.options): Fitting => ({
  ...fitting,
  memory: asTrainState(fitting.subject, session.trainState, 'resume'),
  options: { ...options, resume: session },
})

/**
 * Trains. What the variables hold is held from the call on.
 *
 * @param around changes the engine, which observes what it does
 */
export const trained = (
  { subject, options, metrics, variables, memory, lessons }: Fitting,
  around: (engine: Engine) => Engine = engine => engine,
): Promise<Trained> => {
  const session = options.resume
  const work = async (state: RawState): Promise<Trained> => {
    const own = await lessons
    const engine = around(engineOf(subject, state, await chooseBackend(subject.backend)))
    try {
      const start = await engine.begin(leavesIn(state), state.optimizer.update)
      const key = session === null ? (options.key ?? memory?.key ?? defaultKey) : (memory?.key ?? defaultKey)
      return await train(engine, start, own, options, metrics, key, session)
    } finally {
      await engine.dispose()
    }
  }
  return memory === null ? holdingInitial(variables, subject.memory, work) : holdingState(memory, work)
}
