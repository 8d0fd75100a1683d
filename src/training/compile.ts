import { onceDropped } from '../base/dropped.ts'
import { InvalidOption } from '../base/errors.ts'
import { asKey, type Key } from '../base/random.ts'
import { type Flow, showFlow } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Handle } from '../functions/function.ts'
import type { Given } from '../functions/given.ts'
import { isNetworks } from '../network/networks.ts'
import { asPart } from '../network/parts.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Alone, ForOne, ForSeveral, Networks, VariablesByNetwork } from '../network-types/networks.ts'
import type { Patterns } from '../network-types/patterns.ts'
import type { Examples, NumberBatch } from './batches.ts'
import type { ForOutputsIn } from './by-output.ts'
import type { DeviceState, Engine, Learnt } from './engine.ts'
import { enginesOf } from './engines.ts'
import type { ExamplesFor } from './examples.ts'
import { networkSubject } from './network-subject.ts'
import { type NormalCompiledRule, readCompiledRule } from './options.ts'
import type { RawReport } from './report.ts'
import type { RulesFor } from './rules/judged.ts'
import { readCompiledRules } from './rules/options.ts'
import type { RulesReport } from './rules/rule.ts'
import { rulesSubject } from './rules/subject.ts'
import type {
  ForOutputs,
  Known,
  LossOf,
  LossOption,
  Metrics,
  MetricsOption,
  NoLoss,
  NoMetrics,
  Report,
  RulesState,
  RulesStep,
  RulesStepOptions,
  TrainingRule,
  TrainState,
} from './step.ts'
import { handedOver, holdingInitial, holdingState, toReport } from './stepping.ts'
import type { Subject } from './subject.ts'
import { leavesIn, type RawState } from './traced.ts'
import { asTrainState } from './train-state.ts'

/** The state of training on a backend. A step donates it and returns the next one. */
export interface CompiledState {
  readonly kind: 'CompiledState'
  /** How many updates have been made. */
  readonly update: number
}

/** The argument of `onRecompile`. */
export interface Recompiled {
  /** The shapes of the batch, as printed. */
  readonly shapes: string
  /** How many programs there are now. */
  readonly programs: number
}

/** The rule of {@link compileTraining}. */
export interface CompiledTrainingRule<
  M extends MetricsOption = MetricsOption,
  L extends NoLoss = LossOption,
  W extends ForOutputs<number> = ForOutputs<number>,
  T extends Patterns = Patterns,
  P extends string = string,
  Q extends string = string,
  R extends string = string,
  C extends string = string,
> extends TrainingRule<M, L, W, T, P, Q, R, C> {
  /**
   * Called once, when a batch with new shapes needs a second program; use batches of one size to avoid it. A promise is
   * awaited. Default: a warning on the console.
   */
  readonly onRecompile?: (recompiled: Recompiled) => unknown
}

/** A training step that keeps its state on a backend. */
export interface CompiledTraining<N extends AnyLayer, M extends MetricsOption = Metrics, L = unknown> {
  <const E extends Examples>(
    state: CompiledState,
    batch: ExamplesFor<N, LossOf<N, L>, E>,
  ): Promise<readonly [CompiledState, Report<M>]>
  /** The state before the first step. The variables are not modified. */
  readonly init: <const V extends SomeVariables>(variables: VariablesFor<N, V>, key: Key) => Promise<CompiledState>
  /** Goes on from where `fit` or `read` left. */
  readonly resume: (state: TrainState<N>) => Promise<CompiledState>
  /** Copies a state to tensors; the state stays usable. */
  readonly read: (state: CompiledState) => Promise<TrainState<N>>
  /** Frees the memory of the programs; garbage collection of the value does the same, later. */
  readonly dispose: () => Promise<void>
}

/** The options of a compiled step by rules. */
export interface CompiledRulesOptions extends RulesStepOptions, Pick<CompiledTrainingRule, 'onRecompile'> {}

/** A training step by rules that keeps its state on a backend; see {@link RulesStep}. */
export interface CompiledRules<NS, B, R> {
  (state: CompiledState, batch: Given<B>): Promise<readonly [CompiledState, RulesReport<R>]>
  /** The state before the first step. The variables are not modified. */
  readonly init: (variables: VariablesByNetwork<NS>, key: Key) => Promise<CompiledState>
  /** Goes on from where `fit` or `read` left. */
  readonly resume: (state: RulesState<NS>) => Promise<CompiledState>
  /** Copies a state to tensors; the state stays usable. */
  readonly read: (state: CompiledState) => Promise<RulesState<NS>>
  /** Frees the memory of the programs; garbage collection of the value does the same, later. */
  readonly dispose: () => Promise<void>
}

interface Held {
  readonly device: DeviceState
  readonly engine: Engine
  readonly key: Key
  /** Reads under way, each with its state: what is being read is neither used up nor dropped. */
  readonly reads: Map<Promise<unknown>, CompiledState>
}

/** States that are dropped without having been used up. */
const dropped = onceDropped(({ device, engine }: Held) => engine.release(device))

/** Tells once that a second program becomes necessary. */
const teller = (tell: (recompiled: Recompiled) => unknown): ((batch: NumberBatch) => Promise<void>) => {
  const met = new Set<string>()
  let isTold = false
  return async ({ x, y }: NumberBatch) => {
    if (isTold) return
    const shapes = [x, y].map(all => showFlow(all.map(({ shape }): Flow[number] => shape))).join(' -> ')
    met.add(shapes)
    if (met.size < 2) return
    isTold = true
    await tell(Object.freeze({ shapes, programs: 2 }))
  }
}

const warn = ({ shapes }: Recompiled): void => {
  console.warn(`joinery: the training step is compiled again for ${shapes}; use batches of one size to avoid this.`)
}

/** A compiled step, whatever is trained. */
interface AnyTraining {
  (state: CompiledState, batch: unknown): Promise<readonly [CompiledState, RawReport]>
  readonly init: (variables: unknown, key: Key) => Promise<CompiledState>
  readonly resume: (state: unknown) => Promise<CompiledState>
  readonly read: (state: CompiledState) => Promise<TrainState>
  readonly dispose: () => Promise<void>
}

/** The compiled step of what is trained: see {@link compileTraining}. */
const compiledStepOf = (subject: Subject, onRecompile: ((recompiled: Recompiled) => unknown) | null): AnyTraining => {
  const { owner } = subject
  const tell = teller(onRecompile ?? warn)
  const engines = enginesOf(subject)
  const held = new WeakMap<CompiledState, Held>()
  const spent = new WeakSet<CompiledState>()

  const keep = (state: CompiledState, own: Held): void => {
    held.set(state, own)
    dropped.watch(state, own)
  }
  const hold = (own: Held): CompiledState => {
    const state = Object.freeze<CompiledState>({ kind: 'CompiledState', update: own.device.update })
    keep(state, own)
    return state
  }
  const heldBy = (state: CompiledState): Held => {
    const own = held.get(state)
    if (own !== undefined) return own
    throw new InvalidOption({
      layer: owner,
      option: 'state',
      expected: 'a state that init or the last step gave, and no step has used up',
      got: spent.has(state) ? 'one that has been used up' : 'another value',
      remedy: 'Go on from the state that the step gave; keep earlier ones with read(state).',
    })
  }
  const spend = (state: CompiledState): void => {
    held.delete(state)
    spent.add(state)
    dropped.forget(state)
  }

  const begin = async (raw: RawState, key: Key): Promise<CompiledState> => {
    const engine = await engines.for(raw)
    const device = await engine.begin(leavesIn(raw), raw.optimizer.update)
    return hold({ device, engine, key, reads: new Map() })
  }
  const learn = async ({ device, engine, key, reads }: Held, batch: unknown): Promise<Learnt> => {
    const numbers = await subject.read(owner, batch, shapes => {
      if (!engine.knows(shapes)) subject.check(engine.structure, shapes)
    })
    await tell(numbers)
    await Promise.allSettled(reads.keys())
    return engine.learn(device, numbers, key)
  }
  const step = async (state: CompiledState, batch: unknown): Promise<readonly [CompiledState, RawReport]> => {
    const own = heldBy(state)
    // Before anything is awaited: while a step is on its way, another one must not take the same state.
    spend(state)
    const { engine, key } = own
    const { after, said } = await learn(own, batch).catch((error: unknown) => {
      keep(state, own)
      throw error
    })
    const next = hold({ device: after, engine, key, reads: new Map() })
    return [next, toReport(await said)]
  }

  return Object.freeze(
    Object.assign(step, {
      init: async (variables: unknown, key: Key): Promise<CompiledState> => {
        const trees = subject.asTrees(variables)
        subject.checkKnown(trees)
        const own = asKey(owner, key)
        return holdingInitial(trees, subject.memory, raw => begin(raw, own))
      },
      resume: async (given: unknown): Promise<CompiledState> => {
        const { key, ...state } = asTrainState(subject, given)
        subject.checkKnown(state)
        return holdingState(state, raw => begin(raw, key))
      },
      read: async (state: CompiledState): Promise<TrainState> => {
        const { device, engine, key, reads } = heldBy(state)
        const reading = engine.read(device)
        reads.set(reading, state)
        try {
          return handedOver(engine, await reading, device.update, key)
        } finally {
          reads.delete(reading)
        }
      },
      dispose: engines.dispose,
    }),
  )
}

/**
 * Compiles the training step of a network: forward pass, gradients and optimizer become one program of a backend, and
 * parameters stay there from step to step.
 *
 * @param rule as that of {@link trainStep}, and `onRecompile`
 * @returns a step from a state and a batch to the promise of the next state and of the batch's loss and metrics from
 *   before the update. It uses its state up: keep what you need with `read`. When a step fails, its state stays usable.
 * @throws InvalidOption if an option is invalid; from a step, if its state has been used up
 * @throws BackendError, from `init`, if the backend is not installed; from a step, if it cannot run the network
 * @example
 * ```ts
 * const network = join(Input(2), Tanh(8), Sigmoid(1))
 * const step = compileTraining(network, { loss: mse, optimizer: adam({ step: 0.1 }) })
 * const start = await step.init(init(network, key(1)), key(2))
 * const [next, { loss }] = await step(start, { x: [[0, 1]], y: [[1]] })
 * const { variables } = await step.read(next)
 * ```
 */
export function compileTraining<
  N extends Alone,
  const M extends MetricsOption = NoMetrics,
  const L extends NoLoss = NoLoss,
  const W extends ForOutputs<number> = ForOutputs<number>,
  const T extends Patterns = null,
  P extends string = never,
  Q extends string = never,
  R extends string = never,
  C extends string = never,
>(
  network: N,
  rule?: ForOutputsIn<CompiledTrainingRule<M, L, W, T, P, Q, R, C>, N, M, L, W, T, P, Q, R, C>,
  ...none: ForOne<N>
): CompiledTraining<N, Known<M>, L>
/**
 * Compiles the training step of several networks by rules: the losses of all rules, their gradients and updates become one
 * program of a backend, and the variables of all networks stay there from step to step.
 *
 * @param networks by name
 * @param rules as those of {@link trainStep}
 * @param options `backend`, `onRecompile`
 * @throws as for one network; InvalidOption, from a step, if a loss gives no scalar
 * @example
 * ```ts
 * const networks = { generator: join(Input(2), Relu(8), Linear(2)), critic: join(Input(2), Relu(8), Linear(1)) }
 * interface Batch<T> {
 *   readonly real: T
 *   readonly z: T
 * }
 * const step = compileTraining(networks, [
 *   {
 *     name: 'critic',
 *     trains: 'critic',
 *     loss: ({ ops, run }, { real, z }: Batch<Handle>) =>
 *       ops.mean(ops.subtract(run.critic(run.generator(z)), run.critic(real))),
 *   },
 *   {
 *     name: 'generator',
 *     trains: 'generator',
 *     loss: ({ ops, run }, { z }: Batch<Handle>) => ops.negative(ops.mean(run.critic(run.generator(z)))),
 *   },
 * ])
 * const start = await step.init(init(networks, key(1)), key(2))
 * const [next, report] = await step(start, { real: [[1, 2]], z: [[0, 1]] })
 * Object.keys(report) // ['loss', 'critic.loss', 'generator.loss']
 * ```
 */
export function compileTraining<const NS extends object, B = Handle, const R = unknown>(
  networks: NS & Networks<NS>,
  rules: RulesFor<NS, B, R>,
  options?: CompiledRulesOptions,
  ...none: ForSeveral<NS>
): CompiledRules<NS, B, R>
export function compileTraining(given: unknown, rule: unknown = {}, options: unknown = {}, ..._: unknown[]): unknown {
  if (isNetworks(given)) {
    const normal = readCompiledRules<Recompiled>('compileTraining', given, rule, options)
    return compiledStepOf(rulesSubject(normal), normal.onRecompile)
  }
  const normal: NormalCompiledRule<Recompiled> = readCompiledRule(rule as object)
  return compiledStepOf(networkSubject(asPart('compileTraining', given), normal), normal.onRecompile)
}
