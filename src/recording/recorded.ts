import { ownOptions } from '../base/options.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Alone, ForOne, ForSeveral, Networks, VariablesByNetwork } from '../network-types/networks.ts'
import type { Patterns } from '../network-types/patterns.ts'
import type { Examples } from '../training/batches.ts'
import type { ForOutputsIn } from '../training/by-output.ts'
import type { ExamplesFor } from '../training/examples.ts'
import type { RulesFitOptions } from '../training/fit.ts'
import { fittingOf } from '../training/loops/fitting.ts'
import type { Validation } from '../training/loops/lessons.ts'
import type { AnyBatches } from '../training/source.ts'
import type { ForOutputs, Known, LossOf, MetricsOption, NoLoss, NoMetrics } from '../training/step.ts'
import { asked } from './asked.ts'
import { example, readOptions } from './options.ts'
import { record } from './run.ts'
import type { Recorded, RecordedByRules, RecordedOptions, RecordingOptions } from './types.ts'

/**
 * Trains as {@link fit} does, and records the run: any of its updates can be made again to the bit, and training can go on from any
 * of them with other options. Every so many updates the state of training is kept, a frame; what lies between two frames is computed
 * again when it is asked for.
 *
 * Data in memory are copied. Datasets are read again, so they have to give the same batches again, as all of this library do.
 *
 * @param options those of `fit`, and `every` (100 updates), `keep` (at most 16 frames), `folder` (frames in memory)
 * @throws InvalidOption, LayerConnectionError, WeightInitializationError, DataError as `fit`; InvalidOption also if `folder` has
 *   checkpoints of another run
 * @example
 * ```ts
 * const network = join(Input(2), Tanh(8), Sigmoid(1))
 * const xor = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] }
 * const run = await recorded(network, init(network, key(1)), xor, { epochs: 30, every: 10, optimizer: adam({ step: 0.1 }) })
 * run.frames // [0, 10, 20, 30]
 * const { loss, learningRate } = await run.at(17)
 * loss === run.losses[16] // true
 * learningRate // 0.1
 * await run.firstNotFinite() // undefined
 * const slower = await run.fork(20, { optimizer: adam({ step: 0.01 }) })
 * slower.history.loss.length // 30
 * ```
 */
export function recorded<
  N extends Alone,
  const M extends MetricsOption = NoMetrics,
  const V extends Validation = never,
  const E extends Examples | AnyBatches = Examples | AnyBatches,
  const L extends NoLoss = NoLoss,
  const W extends ForOutputs<number> = ForOutputs<number>,
  const G extends SomeVariables = SomeVariables,
  const T extends Patterns = null,
  P extends string = never,
>(
  network: N,
  variables: VariablesFor<N, G>,
  examples: ExamplesFor<N, LossOf<N, L>, E>,
  options?: ForOutputsIn<RecordedOptions<N, M, V, L, W, T, P>, N, M, L, W, T, P>,
  ...none: ForOne<N>
): Promise<Recorded<N, Known<M>, V, T>>
/**
 * Trains several networks by rules, and records the run. Otherwise as for one network.
 *
 * @param networks by name
 * @param options those of `fit` with rules, and `every`, `keep`, `folder`
 * @throws InvalidOption, LayerConnectionError, WeightInitializationError, DataError as for one network
 * @example
 * ```ts
 * const networks = { encoder: join(Input(4), Tanh(2)), decoder: join(Input(2), Linear(4)) }
 * const run = await recorded(networks, init(networks, key(0)), [[1, 2, 3, 4], [4, 3, 2, 1]], {
 *   rules: { loss: ({ ops, run }, x) => ops.mean(ops.square(ops.subtract(run.decoder(run.encoder(x)), x))) },
 *   epochs: 20,
 * })
 * const { gradients } = await run.at(5)
 * Object.keys(gradients.rule ?? {}) // ['encoder', 'decoder']
 * ```
 */
export function recorded<const NS extends object, const D extends object, const R = unknown, const V = never>(
  networks: NS & Networks<NS>,
  variables: VariablesByNetwork<NS>,
  data: D,
  options: RulesFitOptions<NS, D, R, V> & RecordingOptions,
  ...none: ForSeveral<NS>
): Promise<RecordedByRules<NS, D, R, V>>
export async function recorded(
  network: unknown,
  variables: unknown,
  data: unknown,
  given: unknown = {},
  ..._: unknown[]
): Promise<unknown> {
  const options = ownOptions('recorded', example, given)
  const { frames, rest } = readOptions(options)
  const own = asked(network, rest)
  const fitting = fittingOf(own, variables, data)
  return record({ network, options, asked: own }, frames, fitting)
}
