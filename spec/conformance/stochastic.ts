import { type Tensor, tensor as toTensor } from '@tensorflow/tfjs-core'
import * as joinery from '../../src/index.ts'
import { type Case, close, Differs, flat, type Numbers, numbersOf, type Shaped, type Tolerance } from './data.ts'
import type { Engine } from './engine.ts'
import { inputOf } from './layers.ts'
import { makeLayer } from './translate.ts'

// Cases of layers that draw: what they do with given draws, and the statistics of their own.

interface StochasticCase extends Case {
  readonly layer: string
  readonly args: Readonly<Record<string, unknown>>
  readonly input_shape: readonly number[]
  readonly input: Numbers | 'ones' | 'zeros'
}

const training = { training: true, key: joinery.key(1) }
const none = { params: {}, state: {} }

/** Blocks that begin where the seeds say. */
export const checkMask = (one: Case, tolerance: Tolerance): void => {
  const { layer, args, output, seed_mask, ...rest } = one as never as StochasticCase & {
    readonly output: Numbers
    readonly seed_mask: Shaped
  }
  const { data, shape } = flat(seed_mask)
  // A draw of 0 lies below every probability, a draw of 1 above.
  const draws = toTensor(
    data.map(seed => 1 - seed),
    [...shape],
  )
  const ops: joinery.Ops<Tensor> = { ...joinery.tfjsOps, uniform: () => draws }
  const input = inputOf(rest)
  const made = makeLayer(layer, { keep_proba: 0.9, ...args })
  const given = toTensor(input.data, [...input.shape])
  const { output: found } = joinery.apply(made, none, given, { ...training, ops })
  close('output', (found as Tensor).dataSync(), numbersOf(output, input.shape), tolerance)
}

/** How probable it is that a block begins at a place: told from evenly spaced draws. */
export const checkProbability = (one: Case): void => {
  const { layer, args, input_hw, seed_probability } = one as never as StochasticCase & {
    readonly input_hw: readonly [number, number]
    readonly seed_probability: number
  }
  let share = Number.NaN
  const ops: joinery.Ops<Tensor> = {
    ...joinery.tfjsOps,
    uniform: (_, shape) => {
      const n = shape.reduce<number>((product, d) => product * (d ?? 1), 1)
      return toTensor(
        Float32Array.from({ length: n }, (_, i) => (i + 0.5) / n),
        shape as number[],
      )
    },
    greater: (a, b) => {
      const seeds = joinery.tfjsOps.greater(a, b)
      share = Float32Array.from(seeds.dataSync()).reduce((sum, seed) => sum + seed, 0) / seeds.size
      return seeds
    },
  }
  const shape = [40, ...input_hw, 5]
  const input = toTensor(new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(1), shape)
  joinery.apply(makeLayer(layer, args), none, input, { ...training, ops })
  close('probability of a block', [share], [seed_probability], { rtol: 0.01, atol: 0 })
}

/** Mean, deviation and part of zeros of what a layer makes of equal numbers. */
export const checkStatistical = async (one: Case, engine: Engine): Promise<void> => {
  const fields = one as never as StochasticCase & {
    readonly mean?: number
    readonly std?: number
    readonly zero_fraction?: number
    readonly nonzero_value?: number
    readonly tolerance: number
  }
  const layer = makeLayer(fields.layer, fields.args)
  const { output } = await engine.apply(layer, none as never, inputOf(fields), training)
  const values = Float32Array.from(output.dataSync())
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const near = (what: string, actual: number, expected: number | undefined, within: number): void => {
    if (expected !== undefined && !(Math.abs(actual - expected) <= within))
      throw new Differs(`${what}: expected ${expected} within ${within}, got ${actual}`)
  }
  near('mean', mean, fields.mean, fields.tolerance)
  near('deviation', Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n), fields.std, fields.tolerance)
  const zeros = values.filter(value => value === 0).length / n
  const share = fields.zero_fraction ?? 0
  near('part of zeros', zeros, fields.zero_fraction, 4 * Math.sqrt((share * (1 - share)) / n) + 1e-9)
  for (const value of values)
    if (value !== 0) near('value that is kept', value, fields.nonzero_value, 1e-5 * Math.abs(fields.nonzero_value ?? 1))
}
