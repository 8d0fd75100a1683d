import type * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../backends/choose.ts'
import { InvalidOption } from '../base/errors.ts'
import { finite, integer, notNegative, type Options, oneOf, parseOptions } from '../base/options.ts'
import { foldIn, type Key, normals } from '../base/random.ts'
import { sizeOf } from '../base/shape.ts'
import type { VariableTree } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Handle, OpsFunction } from '../functions/function.ts'
import { grad } from '../functions/grad.ts'
import { running } from '../introspection/running.ts'
import { run } from '../network/run.ts'
import { outgoing } from '../network/wiring.ts'
import type { InputOf } from '../network-types/compose.ts'
import type { DataFor } from '../network-types/data.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Ops } from '../ops/ops.ts'
import type { FlatData, TensorInputs } from '../state/data.ts'
import { optionalBackend } from '../training/options.ts'
import { classActivation } from './class-activation.ts'
import { faultOf, keyOrNone, nameOrNone } from './options.ts'
import { checkScores, type Target, targetOption, targetsOf } from './targets.ts'
import { copied, inference, type Opened, opening, taken } from './watched.ts'

/** The ways in which {@link saliencyOf} finds what an output depends on. */
export type SaliencyMethod = 'gradient' | 'integrated-gradients' | 'smooth-grad' | 'grad-cam'

/** The options of {@link saliencyOf}. */
export interface SaliencyOptions {
  /** Default: `'gradient'`. */
  readonly method?: SaliencyMethod
  /** The class whose score is explained: one for all examples, or one for each. Default, or `null`: the class that is predicted. */
  readonly target?: Target
  /** For `'grad-cam'`: the layer whose maps are weighed. Default, or `null`: the last one with an output [batch, rows, cols, channels]. */
  readonly layer?: string | null
  /** For `'integrated-gradients'`: at how many points of the way gradients are taken. Default: 50. */
  readonly steps?: number
  /** For `'integrated-gradients'`: the number that all of the input is where the way begins. Default: 0. */
  readonly baseline?: number
  /** For `'smooth-grad'`: over how many noisy copies the gradient is averaged. Default: 25. */
  readonly samples?: number
  /** For `'smooth-grad'`: the deviation of the noise, as a part of the range of an example's numbers. Default: 0.15. */
  readonly noise?: number
  /** What noise is drawn with: `'smooth-grad'` needs it. */
  readonly key?: Key | null
  /** What computes: a backend, or the name of one. Default: eager, without compiling. */
  readonly backend?: BackendOption
}

/** What {@link saliencyOf} gives. */
export interface Saliency {
  /**
   * Of the shape of the input: how the score depends on each number. For `'grad-cam'` [batch, rows, cols, 1]: how much each place
   * speaks for the class.
   */
  readonly values: { readonly data: Float32Array; readonly shape: readonly number[] }
  /** The class of each example that is explained. */
  readonly targets: Int32Array
  /** The score of that class: the network's output. */
  readonly scores: Float32Array
}

/** The options, after they have been read. */
export interface NormalSaliency extends Omit<Required<SaliencyOptions>, 'backend'> {
  readonly backend: BackendOption | null
}
export const saliencyOptions: Options<NormalSaliency> = {
  method: { codec: oneOf(['gradient', 'integrated-gradients', 'smooth-grad', 'grad-cam']), default: 'gradient' },
  target: { codec: targetOption, default: null },
  layer: { codec: nameOrNone('the last one with maps'), default: null },
  steps: { codec: integer(1), default: 50 },
  baseline: { codec: finite, default: 0 },
  samples: { codec: integer(1), default: 25 },
  noise: { codec: notNegative, default: 0.15 },
  key: { codec: keyOrNone, default: null },
  backend: { codec: optionalBackend, default: null },
}

/** Numbers of the input's shape. */
type Slope = (x: Float32Array) => Promise<Float32Array>

/** The gradient at each of some inputs, averaged in 64-bit floats. */
const meanSlope = async (
  count: number,
  inputAt: (step: number) => Float32Array,
  slope: Slope,
): Promise<Float64Array> => {
  let sum = new Float64Array()
  for (let step = 0; step < count; step++) {
    const found = await slope(inputAt(step))
    if (step === 0) sum = new Float64Array(found.length)
    for (let i = 0; i < found.length; i++) sum[i] = (sum[i] as number) + (found[i] as number)
  }
  return sum.map(value => value / count)
}

/** The range of each example's numbers. */
const rangesOf = (x: Float32Array, batch: number): readonly number[] => {
  const size = x.length / Math.max(1, batch)
  return Array.from({ length: batch }, (_, i) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let j = i * size; j < (i + 1) * size; j++) {
      low = Math.min(low, x[j] as number)
      high = Math.max(high, x[j] as number)
    }
    return high - low
  })
}

const byMethod: Readonly<
  Record<
    Exclude<SaliencyMethod, 'grad-cam'>,
    (x: Float32Array, batch: number, slope: Slope, options: NormalSaliency) => Promise<Float32Array>
  >
> = {
  gradient: (x, _, slope) => slope(x),
  // The mean over the middles of as many parts of the way: its error falls with the square of their number.
  'integrated-gradients': async (x, _, slope, { steps, baseline }) => {
    const mean = await meanSlope(
      steps,
      step => x.map(value => baseline + ((step + 0.5) / steps) * (value - baseline)),
      slope,
    )
    return x.map((value, i) => (value - baseline) * (mean[i] as number))
  },
  'smooth-grad': async (x, batch, slope, { samples, noise, key }) => {
    const ranges = rangesOf(x, batch)
    const size = x.length / Math.max(1, batch)
    const noisy = (sample: number): Float32Array => {
      const draws = normals(foldIn(key as Key, sample), x.length)
      return x.map((value, i) => value + noise * (ranges[Math.floor(i / size)] as number) * (draws[i] as number))
    }
    return Float32Array.from(await meanSlope(samples, noisy, slope))
  },
}

/** @throws InvalidOption if options do not go together */
const checkMethod = (owner: string, { method, key, layer }: NormalSaliency): void => {
  const fault = faultOf(owner)
  if (method === 'smooth-grad' && key === null)
    throw fault(
      'key',
      "a key for the noise of 'smooth-grad', such as key(1)",
      'none',
      'Give one: the same key gives the same noise.',
    )
  if (method !== 'grad-cam' && layer !== null)
    throw fault(
      'layer',
      "none, but for the method 'grad-cam'",
      `'${layer}'`,
      "Leave it out, or give method: 'grad-cam'.",
    )
}

/** The scores of all classes, [batch, classes]. */
const scoresOf =
  ({ wiring }: Opened) =>
  <T>(ops: Ops<T>, x: T, variables: VariableTree<T>): T =>
    run(ops, wiring, variables, [x], inference)[0][0] as T

/** Of each class that is explained 1, of all others 0. */
const chosen = (targets: Int32Array, [batch = 0, classes = 0]: readonly number[]): FlatData => {
  const data = new Float32Array(batch * classes)
  for (const [i, target] of targets.entries()) data[i * classes + target] = 1
  return { data, shape: [batch, classes] }
}

/**
 * What the score of a class depends on, for each example by itself: numbers of the shape of the input.
 *
 * - `'gradient'`: the gradient of the score (Simonyan et al. 2014).
 * - `'integrated-gradients'`: the gradients on the straight way from a baseline to the input, averaged, times the way (Sundararajan
 *   et al. 2017). They sum to the score less that of the baseline, but for the error of the mean.
 * - `'smooth-grad'`: the gradient averaged over copies with noise (Smilkov et al. 2017).
 * - `'grad-cam'`: the maps of a layer, weighed by their mean gradients; what is below 0 becomes 0 (Selvaraju et al. 2017). They are
 *   enlarged to the size of the image.
 *
 * The score is the network's output. A softmax that is sure has small gradients: the scores before it may say more.
 *
 * @param network one input and one output, [batch, classes]
 * @param x the input, as `apply` takes it
 * @returns `values`, and the `targets` and `scores` that they explain
 * @throws InvalidOption if the network has other inputs or outputs, an option is invalid, or the noise has no key
 * @throws LayerConnectionError, WeightInitializationError as `apply`
 * @example
 * ```ts
 * const network = join(Input(3), Linear(2, { weight: [[1, 0], [2, 0], [0, 5]] }))
 * const variables = init(network, key(1))
 * const { values, targets, scores } = await saliencyOf(network, variables, [[4, 5, 1]])
 * Array.from(targets) // [0]
 * Array.from(scores) // [14]
 * Array.from(values.data) // [1, 2, 0]
 * ```
 */
export const saliencyOf = async <
  N extends AnyLayer,
  const X extends TensorInputs = TensorInputs,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  x: DataFor<'x', InputOf<N>, X, N>,
  given: SaliencyOptions = {},
): Promise<Saliency> => {
  const owner = 'saliencyOf'
  const example = "saliencyOf(network, variables, x, { method: 'integrated-gradients' })"
  const normal = parseOptions(owner, example, saliencyOptions, given)
  const { values, targets, scores } = await explained(owner, network, variables, x, normal)
  return Object.freeze({ values: Object.freeze(values), targets, scores })
}

/** What is explained, and the input that it is explained of. */
interface Explained extends Saliency {
  readonly images: { readonly data: Float32Array; readonly shape: readonly number[] }
}

/** The same for another function, which errors name. */
export const explained = async (
  owner: string,
  network: unknown,
  variables: unknown,
  x: unknown,
  options: NormalSaliency,
): Promise<Explained> => {
  checkMethod(owner, options)
  return opening(owner, network, variables, x, async opened => {
    const { wiring, variables, x: inputs } = opened
    const [input, ...others] = inputs as readonly [tf.Tensor, ...tf.Tensor[]]
    if (others.length > 0 || wiring.outputs.length !== 1)
      throw new InvalidOption({
        layer: owner,
        option: 'network',
        expected: 'a network of one input and one output',
        got: `one of ${inputs.length} and ${wiring.outputs.length}`,
        remedy: 'Take a part of it, by start(network, name) or end(network, name).',
      })
    checkScores(owner, outgoing(wiring)[0])
    const { backend } = options
    const forward: OpsFunction<Handle, [Handle, VariableTree<Handle>], Handle> = scoresOf(opened)
    const found = await running(forward, backend, run => run(input, variables))
    const { data, shape } = await taken(found as unknown as tf.Tensor)
    const targets = targetsOf(owner, options.target, data, shape)
    const weights = chosen(targets, shape)
    const scores = Float32Array.from(targets, (target, i) => data[i * (shape[1] ?? 1) + target] as number)
    const values =
      options.method === 'grad-cam'
        ? await classActivation(owner, opened, input, weights, options)
        : await attributed(opened, input, weights, options.method, options)
    return { values, targets, scores, images: await copied(input) }
  })
}

/** The methods that differentiate with respect to the input. */
const attributed = async (
  opened: Opened,
  input: tf.Tensor,
  weights: FlatData,
  method: keyof typeof byMethod,
  options: NormalSaliency,
): Promise<Saliency['values']> => {
  const forward = scoresOf(opened)
  const score = <T>(ops: Ops<T>, x: T, variables: VariableTree<T>, weights: T): T => {
    const scores = forward(ops, x, variables)
    return ops.sum(ops.multiply(scores, weights), [0, 1])
  }
  const { data: numbers, shape } = await copied(input)
  if (sizeOf(shape) === 0) return { data: numbers, shape }
  const slopes: OpsFunction<Handle, [Handle, VariableTree<Handle>, Handle], Handle> = grad(score)
  const data = await running(slopes, options.backend, run =>
    byMethod[method](
      numbers,
      shape[0] ?? 0,
      async data => {
        const found = await run({ data, shape }, opened.variables, weights)
        return (await taken(found as unknown as tf.Tensor)).data
      },
      options,
    ),
  )
  return { data, shape }
}
