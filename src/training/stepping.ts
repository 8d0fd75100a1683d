import type * as tf from '@tensorflow/tfjs-core'
import { asKey, type Key } from '../base/random.ts'
import type { Trees } from '../state/variables.ts'
import { handOver, tidily } from '../tfjs/index.ts'
import type { NumberBatch } from './batches.ts'
import type { DeviceState, Engine } from './engine.ts'
import { enginesOf } from './engines.ts'
import { held, holding, keeping } from './given.ts'
import type { OptimizerState } from './optimizer.ts'
import { addSums, type RawReport, type Said } from './report.ts'
import { initialSlots, mapSlots, type Remembering, shownSlots, slotTensors } from './slots.ts'
import type { TrainState } from './step.ts'
import type { Subject } from './subject.ts'
import { leavesIn, type RawState } from './traced.ts'
import { asTrainState } from './train-state.ts'

// The step of whatever is trained, from tensors to tensors. What states hold is checked where they come in.

/** A state for the user, of tensors that are the user's. */
const toTrainState = ({ subject }: Engine, { optimizer, ...trees }: RawState, key: Key): TrainState =>
  // Variables have the form that the subject takes them in: training keeps the structure that was given.
  Object.freeze({
    variables: subject.asGiven(trees) as TrainState['variables'],
    optimizer: shownSlots(subject.memory, optimizer),
    key,
  })

/** A state for the user, of tensors in order that nobody has yet. */
export const handedOver = (engine: Engine, leaves: readonly tf.Tensor[], update: number, key: Key): TrainState => {
  const own = leaves.map(tensor => handOver(tensor))
  return toTrainState(engine, engine.treesOf(own, update), key)
}

/** What a batch has said, by name: what was asked for. */
export const toReport = ({ reader, sums }: Said): RawReport => reader.reportOf(sums)

/** What batches have said together. */
export const together = (before: Said | undefined, next: Said): Said =>
  before === undefined ? next : { ...next, sums: addSums(before.sums, next.sums) }

/** A state held for the length of some work, whatever becomes of what was given. */
export const holdingState = async <R>(
  { params, state, optimizer }: RawState,
  work: (held: RawState) => Promise<R>,
): Promise<R> => {
  const memory = mapSlots(optimizer, held)
  try {
    return await holding({ params, state }, own => work({ ...own, optimizer: memory }))
  } finally {
    for (const tensor of slotTensors(memory)) tensor.dispose()
  }
}

/** What is remembered before the first update, in the enclosing `tf.tidy`. */
const initialState = (memory: Remembering, { params }: Trees): OptimizerState => ({
  update: 0,
  slots: initialSlots(memory, params),
})

/** Variables, and what is remembered before the first update, for the length of some work. */
export const holdingInitial = async <R>(
  trees: Trees,
  memory: Remembering,
  work: (held: RawState) => Promise<R>,
): Promise<R> => {
  const fresh = keeping(slotTensors, () => initialState(memory, trees))
  try {
    return await holding(trees, own => work({ ...own, optimizer: fresh }))
  } finally {
    for (const tensor of slotTensors(fresh)) tensor.dispose()
  }
}

/** A training step, whatever is trained. */
export interface AnyStep {
  (state: TrainState, batch: unknown): Promise<readonly [TrainState, RawReport]>
  readonly init: (variables: unknown, key: Key) => TrainState
}

/** The step of what is trained: see `trainStep`. */
export const stepOf = (subject: Subject): AnyStep => {
  const { owner, memory } = subject
  const engines = enginesOf(subject)
  /** States that this gave: what they hold is known, and frozen. */
  const made = new WeakMap<TrainState, { readonly engine: Engine; readonly leaves: readonly tf.Tensor[] }>()
  /** One update of what an engine has begun with; what it leaves unchanged stays the tensor that it was. */
  const learn = async (
    engine: Engine,
    originals: readonly tf.Tensor[],
    beginning: Promise<DeviceState>,
    reading: NumberBatch | Promise<NumberBatch>,
    key: Key,
  ): Promise<readonly [TrainState, RawReport]> => {
    let reached: DeviceState | undefined
    const update = async () => {
      const [begun, numbers] = await Promise.all([beginning, reading])
      reached = begun
      const { after, said } = await engine.learn(begun, numbers, key)
      reached = after
      return { begun, after, said: await said }
    }
    const { begun, after, said } = await update().catch(async (error: unknown) => {
      const left = reached ?? (await beginning.catch(() => undefined))
      if (left !== undefined) engine.release(left)
      throw error
    })
    const known = originals.map((tensor, i) =>
      begun.handles[i] === after.handles[i] && !tensor.isDisposed ? tensor : undefined,
    )
    const leaves = (await engine.take(after, known)).map((tensor, i) => known[i] ?? handOver(tensor))
    const next = toTrainState(engine, engine.treesOf(leaves, after.update), key)
    made.set(next, { engine, leaves })
    return [next, toReport(said)]
  }
  const step = async (given: TrainState, batch: unknown): Promise<readonly [TrainState, RawReport]> => {
    const known = made.get(given)
    if (known?.leaves.every(tensor => !tensor.isDisposed)) {
      const { engine, leaves } = known
      const reading = subject.read(owner, batch, shapes => {
        if (!engine.knows(shapes)) subject.check(engine.structure, shapes)
      })
      return learn(engine, leaves, engine.begin(leaves, given.optimizer.update), reading, given.key)
    }
    const { key, ...state } = asTrainState(subject, given)
    const reading = subject.read(owner, batch, shapes => subject.check(state, shapes))
    return holdingState(state, async own => {
      const numbers = await reading
      const engine = await engines.for(own)
      return learn(engine, leavesIn(state), engine.begin(leavesIn(own), own.optimizer.update), numbers, key)
    })
  }
  const begin = (variables: unknown, key: Key): TrainState => {
    const own = asKey(owner, key)
    const trees = subject.asTrees(variables)
    subject.checkKnown(trees)
    const fresh = tidily(() => initialState(memory, trees))
    return Object.freeze({
      // A copy of the trees that were given.
      variables: subject.asGiven(trees) as TrainState['variables'],
      optimizer: shownSlots(
        memory,
        mapSlots(fresh, tensor => handOver(tensor)),
      ),
      key: own,
    })
  }
  return Object.freeze(Object.assign(step, { init: begin }))
}
