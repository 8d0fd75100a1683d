import { InvalidOption } from '../core/errors.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Variables } from '../core/named.ts'
import { asPart } from '../core/network.ts'
import { asKey, type Key } from '../core/random.ts'
import { type Flow, showFlow } from '../core/shape.ts'
import { handOver, tidily } from '../ops/tfjs/index.ts'
import { asTrees } from '../state/check.ts'
import { type Examples, readNumbers } from './batches.ts'
import { type DeviceState, type Engine, lazyEngine, type RawState } from './engine.ts'
import { slotTensors } from './optimizer.ts'
import { readRule } from './options.ts'
import {
  checkTraining,
  initialState,
  type Metrics,
  type Report,
  type TrainingRule,
  type TrainState,
  toReport,
  toTrainState,
} from './step.ts'

/** Everything that training changes, on a backend. A step uses it up and gives the next one. */
export interface CompiledState {
  readonly kind: 'CompiledState'
  /** How many updates have been made. */
  readonly update: number
}

/** What is told when a step has to be compiled again. */
export interface Recompiled {
  /** The shapes of the batch, as printed. */
  readonly shapes: string
  /** How many programs there are now. */
  readonly programs: number
}

/** The rule of {@link compileTraining}. */
export interface CompiledTrainingRule<M extends Metrics = Metrics> extends TrainingRule<M> {
  /**
   * Called once, when a batch of other shapes makes a second program necessary: batches of one size spare that. Default: a
   * warning on the console.
   */
  readonly onRecompile?: (recompiled: Recompiled) => void
}

/** A training step that keeps what it changes on a backend. */
export interface CompiledTraining<N extends AnyLayer, M extends Metrics = []> {
  (state: CompiledState, batch: Examples): Promise<readonly [CompiledState, Report<M>]>
  /** The state before the first step; the variables stay as they are. */
  readonly init: (variables: Variables<N>, key: Key) => Promise<CompiledState>
  /** Goes on from where `fit` or `read` left. */
  readonly resume: (state: TrainState<N>) => Promise<CompiledState>
  /** What a state is, as tensors; it stays usable. */
  readonly read: (state: CompiledState) => Promise<TrainState<N>>
  /** Gives back what the programs hold; dropping the value does the same, later. */
  readonly dispose: () => Promise<void>
}

interface Held {
  readonly device: DeviceState
  readonly engine: Engine
  readonly key: Key
}

/** States that are dropped without having been used up. */
const unheld = new FinalizationRegistry<Held>(({ device, engine }) => engine.release(device))

const warn = ({ shapes }: Recompiled): void => {
  console.warn(`joinery: the training step is compiled again for ${shapes}; batches of one size spare that.`)
}

/**
 * Compiles the training step of a network: forward pass, gradients and optimizer become one program of a backend, and
 * parameters stay there from step to step.
 *
 * @param rule `loss` (default `mse`), `optimizer` (default `adam()`), `metrics` (default none), `backend` (default
 *   `'tfjs'`), `onRecompile`
 * @returns a step from a state and a batch to the promise of the next state and of the batch's loss and metrics from
 *   before the update. It uses its state up: keep what you need with `read`. When a step fails, its state stays usable.
 * @throws InvalidOption when an option is wrong; from a step, when its state has been used up
 * @throws BackendError, from `init`, when the backend is not installed; from a step, when it cannot run the network
 * @example
 * ```ts
 * const network = join(Input(2), Tanh(8), Sigmoid(1))
 * const step = compileTraining(network, { loss: mse, optimizer: adam({ step: 0.1 }) })
 * const start = await step.init(init(network, key(1)), key(2))
 * const [next, { loss }] = await step(start, { x: [[0, 1]], y: [[1]] })
 * const { variables } = await step.read(next)
 * ```
 */
export const compileTraining = <N extends AnyLayer, const M extends Metrics = []>(
  network: N,
  rule: CompiledTrainingRule<M> = {},
): CompiledTraining<N, M> => {
  const part = asPart('compileTraining', network)
  const { onRecompile = warn, ...rest } = rule
  const normal = readRule(rest, 'compileTraining')
  const tell = (before: number, ...shapes: readonly Flow[]): void => {
    if (before === 1) onRecompile(Object.freeze({ shapes: shapes.map(showFlow).join(' -> '), programs: 2 }))
  }
  const engineFor = lazyEngine(part, normal, tell)
  const held = new WeakMap<CompiledState, Held>()

  const hold = (own: Held): CompiledState => {
    const state = Object.freeze<CompiledState>({ kind: 'CompiledState', update: own.device.update })
    held.set(state, own)
    unheld.register(state, own, state)
    return state
  }
  const heldBy = (state: CompiledState): Held => {
    const own = held.get(state)
    if (own !== undefined) return own
    throw new InvalidOption({
      layer: 'compileTraining',
      option: 'state',
      expected: 'a state that init or the last step gave, and no step has used up',
      got:
        (state as Partial<CompiledState> | null)?.kind === 'CompiledState'
          ? 'one that has been used up'
          : 'another value',
      remedy: 'Go on from the state that the step gave; keep earlier ones with read(state).',
    })
  }
  const spend = (state: CompiledState): void => {
    held.delete(state)
    unheld.unregister(state)
  }

  const begin = async (raw: RawState, key: Key): Promise<CompiledState> => {
    const engine = await engineFor(raw)
    const { handles, update } = await engine.begin(raw)
    return hold({ device: { handles, update }, engine, key })
  }
  const step = async (state: CompiledState, examples: Examples): Promise<readonly [CompiledState, Report<M>]> => {
    const own = heldBy(state)
    const { device, engine, key } = own
    const numbers = await readNumbers('compileTraining', part, examples)
    if (!engine.knows(numbers)) checkTraining(part, engine.structure, numbers, normal)
    // While a step is on its way, another one must not take the same state.
    spend(state)
    try {
      const { after, report } = await engine.learn(device, numbers, key)
      // It has the metrics of the rule.
      return [hold({ device: after, engine, key }), toReport(normal.metrics, report) as Report<M>]
    } catch (error) {
      held.set(state, own)
      unheld.register(state, own, state)
      throw error
    }
  }

  return Object.freeze(
    Object.assign(step, {
      init: async (variables: Variables<N>, key: Key): Promise<CompiledState> => {
        const own = asKey('compileTraining', key)
        const raw = tidily(() => initialState(asTrees('compileTraining', variables), normal.optimizer))
        try {
          return await begin(raw, own)
        } finally {
          for (const tensor of slotTensors(raw.optimizer)) tensor.dispose()
        }
      },
      resume: async ({ variables, optimizer, key }: TrainState<N>): Promise<CompiledState> =>
        begin({ ...asTrees('compileTraining', variables), optimizer }, asKey('compileTraining', key)),
      read: async (state: CompiledState): Promise<TrainState<N>> => {
        const { device, engine, key } = heldBy(state)
        return toTrainState<N>(await engine.read(device), key, tensor => handOver(tensor))
      },
      dispose: async () => {
        const engine = await engineFor.made()
        await engine?.dispose()
      },
    }),
  )
}
