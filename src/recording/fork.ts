import { InvalidOption } from '../base/errors.ts'
import type { Shaped, Trees } from '../state/variables.ts'
import type { Fitting } from '../training/loops/fitting.ts'
import {
  checkMaterial,
  lessonsFrom,
  type Material,
  type Reading,
  trainingMaterial,
  type Validation,
  validationMaterial,
} from '../training/loops/lessons.ts'
import type { Session } from '../training/loops/session.ts'
import type { TrainState } from '../training/step.ts'
import { stepOf } from '../training/stepping.ts'
import { asTrainState } from '../training/train-state.ts'
import type { Asked } from './asked.ts'
import type { Given } from './options.ts'
import { kindOf } from './rates.ts'
import { asResumed } from './replay.ts'

// A fork: training that goes on from a session with other options or data. What they make meaningless is begun anew: what the
// optimizer remembers, the epoch under way, the history, what early stopping and the plateau have seen.

/** Options that observe one call, or say where it begins: a fork has its own. */
const ofOneCall = ['onProgress', 'callbacks', 'signal', 'checkpoint', 'resume', 'trainState', 'folder', 'data']

/** The options of a fork. */
export const mergedOptions = (before: Given, changes: Given): Given => {
  const kept = Object.entries(before).filter(([name]) => !ofOneCall.includes(name))
  const { data: _, ...own } = changes
  return { ...Object.fromEntries(kept), ...own }
}

/** Values that are the same, or lists of the same. */
const areSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => areSame(one, b[i])))

const partOf = (validation: Validation | null): unknown =>
  validation !== null && 'part' in validation ? validation.part : null

/** Whether the batches of an epoch are the same ones, in the same order. */
const haveSameBatches = (before: Asked, after: Asked, changes: Given): boolean =>
  changes.data === undefined &&
  changes.key === undefined &&
  (['batchSize', 'dropLast', 'shuffle'] as const).every(name => before.loop[name] === after.loop[name]) &&
  partOf(before.loop.validation) === partOf(after.loop.validation)

/** Whether reports say the same of the same data. */
const haveSameReports = (before: Asked, after: Asked, changes: Given): boolean =>
  areSame(before.measures, after.measures) && changes.validation === undefined && changes.data === undefined

/** The state of training, with what the optimizer remembers as far as it is of the same kind and form. */
const stateFor = (before: Asked, after: Asked, state: TrainState): TrainState => {
  const kinds = ({ optimizers }: Asked) => optimizers.map(([, optimizer]) => kindOf(optimizer))
  if (areSame(kinds(before), kinds(after)))
    try {
      asTrainState(after.subject, state)
      return state
    } catch (error) {
      // Of the same kind, with other options: it remembers something else.
      if (!(error instanceof InvalidOption)) throw error
    }
  const { optimizer } = stepOf(after.subject).init(state.variables, state.key)
  return { ...state, optimizer: { ...optimizer, update: state.optimizer.update } }
}

/** The session from which a fork goes on. */
const sessionFor = (before: Asked, after: Asked, session: Session, changes: Given): Session => {
  const isSameOrder = haveSameBatches(before, after, changes)
  const isSameReport = haveSameReports(before, after, changes)
  const isSameStopping = isSameReport && changes.earlyStopping === undefined
  const isSameRate =
    isSameReport && changes.reduceOnPlateau === undefined && areSame(before.optimizers, after.optimizers)
  const { key, ...state } = session.trainState
  return {
    ...session,
    trainState: stateFor(before, after, {
      ...state,
      key: after.loop.key !== null && changes.key !== undefined ? after.loop.key : key,
    }),
    batch: isSameOrder ? session.batch : 0,
    sums: isSameOrder && isSameReport ? session.sums : null,
    rows: isSameReport ? session.rows : [],
    ...(!isSameStopping && { earlyStopping: null, best: null }),
    ...(!isSameRate && { plateau: null }),
  }
}

/**
 * Reads what a fork learns from: what is new is read, or copied, before the call returns.
 *
 * @param shapes of the variables
 */
export const materialFor = (
  { subject, loop }: Asked,
  shapes: Trees<Shaped>,
  before: Promise<Material>,
  changes: Given,
): Promise<Material> => {
  const way = wayOf(subject, shapes, loop.allowNaN)
  const training = changes.data === undefined ? null : trainingMaterial(way, changes.data)
  const validation = changes.validation === undefined ? undefined : validationMaterial(way, loop.validation)
  const read = async (): Promise<Material> => {
    const kept = await before
    const own = {
      training: (await training) ?? kept.training,
      validation: validation === undefined ? kept.validation : await validation,
    }
    checkMaterial(own, way)
    return own
  }
  return read()
}

const wayOf = (subject: Asked['subject'], shapes: Trees<Shaped>, allowNaN: boolean): Reading => ({
  read: subject.read,
  check: batch => subject.check(shapes, batch),
  allowNaN,
})

/** The training of a fork, read. */
export const fittingFor = (
  before: Asked,
  after: Asked,
  session: Session,
  material: Material,
  changes: Given,
): Fitting => {
  const { subject, loop, metrics } = after
  const resume = asResumed(sessionFor(before, after, session, changes))
  const memory = asTrainState(subject, resume.trainState, 'resume')
  const lessons = lessonsFrom(material, wayOf(subject, memory, loop.allowNaN), loop)
  return {
    ...{ subject, metrics, memory, variables: memory, options: { ...loop, resume } },
    material: Promise.resolve(material),
    lessons: Promise.resolve(lessons),
  }
}
