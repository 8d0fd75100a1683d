import * as tf from '@tensorflow/tfjs-core'
import { boolean, integer, number, type Options, parseOptions } from '../../base/options.ts'
import { foldIn, type Key, key as keyOf, permutation } from '../../base/random.ts'
import { digits, shownAs, table } from '../../base/shown.ts'
import { leavesOf, mapTree, mergeTrees, type VariableTree } from '../../base/trees.ts'
import type { AnyLayer } from '../../core/layer.ts'
import { asPart } from '../../network/parts.ts'
import type { SomeVariables, VariablesFor } from '../../network-types/given.ts'
import type { Ops } from '../../ops/ops.ts'
import { tape } from '../../ops/tape.ts'
import { checkedWiring } from '../../state/check.ts'
import { asVariables } from '../../state/given.ts'
import { tfjsOps, tidily } from '../../tfjs/index.ts'
import { type Examples, keepExamples, valuesIn } from '../batches.ts'
import { keyOption, lossOption, spelling } from '../codecs.ts'
import type { Loss } from '../loss.ts'
import { checkTraining } from '../network-subject.ts'
import { lossOf, outputNames, type PerOutput, type Scoring, scoringOf } from '../scoring.ts'
import type { OfferedLosses } from '../step.ts'
import { outcomeOf, type Taught } from '../update.ts'

/** The gradient of a parameter beside differences of the loss. */
export interface CheckedGradient {
  readonly layer: string
  readonly name: string
  /** How many of its elements were compared. */
  readonly compared: number
  /** The largest difference, relative to the largest gradient of the parameter. */
  readonly error: number
  readonly passes: boolean
}

/** The result of a gradient check. */
export interface GradientCheck {
  readonly passes: boolean
  readonly parameters: readonly CheckedGradient[]
}

/** The options of {@link gradientCheck}. */
export interface GradientCheckOptions {
  /** Default: `mse`. */
  readonly loss?: OfferedLosses
  /** How far parameters are moved. Default: 0.01. */
  readonly epsilon?: number
  /** The largest error that passes. Default: 0.01. */
  readonly tolerance?: number
  /** How many elements of each parameter are compared, chosen by the key. Default: 20. */
  readonly elements?: number
  /** Whether layers run in training mode. Default: false. */
  readonly training?: boolean
  /** Default: `key(0)`. */
  readonly key?: Key
}

interface Normal {
  readonly loss: PerOutput<Loss>
  readonly epsilon: number
  readonly tolerance: number
  readonly elements: number
  readonly training: boolean
  readonly key: Key
}

const positive = number('a positive number', value => value > 0)
const options: Options<Normal> = {
  loss: { codec: lossOption, default: 'mse' },
  epsilon: { codec: positive, default: 0.01 },
  tolerance: { codec: positive, default: 0.01 },
  elements: { codec: integer(1), default: 20 },
  training: { codec: boolean, default: false },
  key: { codec: keyOption, default: keyOf(0) },
}

const asText = ({ parameters }: GradientCheck): string =>
  table(
    [
      ['layer', 'parameter', 'compared', 'error', ''],
      ...parameters.map(({ layer, name, compared, error, passes }) => [
        ...[layer, name, String(compared), digits(error)],
        passes ? '' : 'differs',
      ]),
    ],
    2,
  ).join('\n')

/** A loss as a function of the parameters, in any interpretation. */
type LossAt = <T>(ops: Ops<T>, params: VariableTree<T>) => T

/** The slope along one element, by Richardson's extrapolation of central differences: its error is of fourth order. */
const slopeAt = (at: (moved: number) => number, epsilon: number): number => {
  const central = (h: number): number => (at(h) - at(-h)) / (2 * h)
  return (4 * central(epsilon / 2) - central(epsilon)) / 3
}

const compare = (
  loss: LossAt,
  params: VariableTree<tf.Tensor>,
  { epsilon, tolerance, elements, key }: Normal,
): readonly CheckedGradient[] => {
  const leaves = leavesOf(params)
  const known = tidily(() => {
    const { ops, variable, gradients } = tape(tfjsOps)
    const at = mapTree(params, variable)
    const found = gradients(
      [[loss(ops, at), tf.scalar(1)]],
      leavesOf(at).map(([, , leaf]) => leaf),
    )
    return found.map(gradient => Float32Array.from(gradient.dataSync()))
  })
  return leaves.map(([layer, name, param], k) => {
    const numbers = Float32Array.from(param.dataSync())
    const chosen = permutation(foldIn(foldIn(key, layer), name), numbers.length).subarray(0, elements)
    const lossWith = (i: number, moved: number): number =>
      tidily(() => {
        const other = Float32Array.from(numbers)
        other[i] = (other[i] as number) + moved
        const own = tf.tensor(other, param.shape)
        return loss(
          tfjsOps,
          mapTree(params, leaf => (leaf === param ? own : leaf)),
        ).dataSync()[0] as number
      })
    const gradient = known[k] as Float32Array
    const slopes = Array.from(chosen, i => slopeAt(moved => lossWith(i, moved), epsilon))
    const scale = slopes.reduce(
      (most, slope, j) => Math.max(most, Math.abs(slope), Math.abs(gradient[chosen[j] as number] as number)),
      1e-3,
    )
    const error = slopes.reduce((most, slope, j) => {
      const off = Math.abs(slope - (gradient[chosen[j] as number] as number)) / scale
      return Number.isNaN(off) ? Number.NaN : Math.max(most, off)
    }, 0)
    return Object.freeze({ layer, name, compared: chosen.length, error, passes: error <= tolerance })
  })
}

/**
 * Compares the gradients of a network's loss with finite differences, to check the derivatives of layers, operations
 * and losses of your own. It runs eagerly in 32-bit floats, so it cannot check gradients far below the largest one of a
 * parameter.
 *
 * @throws InvalidOption, LayerConnectionError, WeightInitializationError as `evaluate`
 * @example
 * ```ts
 * const network = join(Input(2), Tanh(3), Linear(1))
 * const check = gradientCheck(network, init(network, key(1)), { x: [[1, 2], [0, 1]], y: [[1], [0]] })
 * check.passes // true
 * ```
 */
export const gradientCheck = <N extends AnyLayer, const V extends SomeVariables = SomeVariables>(
  network: N,
  variables: VariablesFor<N, V>,
  examples: Examples,
  given: GradientCheckOptions = {},
): GradientCheck => {
  const owner = 'gradientCheck'
  const part = asPart(owner, network)
  const normal = spelling(given, () =>
    parseOptions<Normal>(owner, "gradientCheck(network, variables, { x, y }, { loss: 'mse' })", options, given),
  )
  const { params, state } = asVariables(owner, variables)
  const batch = keepExamples(owner, part, examples)
  try {
    const asked = {
      loss: normal.loss,
      lossWeights: { by: 'all', value: 1 },
      metrics: { by: 'all', value: [] },
    } as const
    checkTraining(owner, part, { params, state }, batch, asked)
    const wiring = checkedWiring(part, { params, state }, batch.x)
    const scoring: Scoring = scoringOf(owner, asked, outputNames(wiring))
    const mode = { training: normal.training, key: normal.key }
    const loss: LossAt = <T>(ops: Ops<T>, at: VariableTree<T>): T => {
      // A tape takes tensors as they are.
      const all = mergeTrees(at, state as unknown as VariableTree<T>)
      const [outcome] = outcomeOf(ops, wiring, all, batch as unknown as Taught<T>, mode)
      return lossOf(ops, scoring, outcome)[0]
    }
    const parameters = Object.freeze(compare(loss, params, normal))
    const check: GradientCheck = { passes: parameters.every(({ passes }) => passes), parameters }
    const text = { toString: { value: () => asText(check) }, ...shownAs(() => asText(check)) }
    return Object.freeze(Object.defineProperties(check, text))
  } finally {
    for (const tensor of valuesIn(batch)) tensor.dispose()
  }
}
