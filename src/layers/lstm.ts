import { right } from 'fp-ts/lib/Either.js'
import { boolean, parameter } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import type { Tensor } from '../base/tensor.ts'
import { defineLayer, type Leaf } from '../core/define.ts'
import { heNormal } from '../initializers/index.ts'
import type { Multiply } from '../type-arithmetic/digits.ts'
import {
  block,
  clipped,
  type FeaturesOf,
  type Gate,
  type GateWeights,
  gate,
  type NormalRecurrent,
  type RecurrentOptions,
  recurrentOptions,
  type Start,
  startRule,
  through,
  type Walked,
  walkedInputs,
  walkedShape,
  walkSequence,
  weightRules,
} from './recurrent.ts'

/** The options of {@link LSTM}. Weights and biases have a block of columns each for ingate, forgetgate, cell and outgate. */
export interface LSTMOptions<
  Final extends boolean = boolean,
  Learn extends boolean = boolean,
  Peep extends boolean = boolean,
  Name extends string = string,
  Mask extends boolean = boolean,
> extends RecurrentOptions<Final, Learn, Name, Mask> {
  /** The initial weights with which the gates see the cell, each of shape [units]. Default: `heNormal()`. */
  readonly cellWeights?: ParameterSource
  /** The function of the input gate. Default: 'sigmoid'. */
  readonly ingate?: Gate
  /** The function of the forget gate. Default: 'sigmoid'. */
  readonly forgetgate?: Gate
  /** The function of the output gate. Default: 'sigmoid'. */
  readonly outgate?: Gate
  /** The function of what enters the cell; what leaves it always goes through 'tanh'. Default: 'tanh'. */
  readonly cell?: Gate
  /** What the cell holds before the first step, of shape [1, units]. Default: 0. */
  readonly cellInit?: ParameterSource
  /** Whether the gates see the cell (Gers and Schmidhuber 2000). Default: false. */
  readonly peepholes?: Peep
}

/** An LSTM as a type: [batch, time, features] in, [batch, units] or [batch, time, units] out. */
export interface LSTM<Units extends number, Final, Learn, Peep, Name extends string, Mask = false>
  extends Leaf<Name, Learn extends true ? 'params' : 'both'>,
    NormalRecurrent {
  readonly kind: 'LSTM'
  readonly units: Units
  readonly cellWeights: Parameter
  readonly ingate: Gate
  readonly forgetgate: Gate
  readonly outgate: Gate
  readonly cell: Gate
  readonly cellInit: Parameter
  readonly peepholes: boolean
  readonly '~out': Walked<this['~in'], 'LSTM', Units, Final, Mask>
  readonly '~params': GateWeights<FeaturesOf<this['~in']>, Units, Multiply<4, Units>> &
    (Peep extends true ? Peepholes<Units> : unknown) &
    (Learn extends true ? Starts<Units> : unknown)
  readonly '~state': Learn extends true ? never : Starts<Units>
}
type Peepholes<Units extends number> = {
  readonly weightCellToIngate: Tensor<[Units]>
  readonly weightCellToForgetgate: Tensor<[Units]>
  readonly weightCellToOutgate: Tensor<[Units]>
}
type Starts<Units extends number> = Start<Units> & {
  readonly cellInit: Tensor<[1, Units]>
}

/** The constructor of {@link LSTM}. */
export type LSTMConstructor = <
  const Units extends number,
  const Final extends boolean = true,
  const Learn extends boolean = false,
  const Peep extends boolean = false,
  const Name extends string = 'lstm-{}',
  const Mask extends boolean = false,
>(
  units: Units,
  options?: LSTMOptions<Final, Learn, Peep, Name, Mask>,
) => LSTM<Units, Final, Learn, Peep, Name, Mask>

interface Normal extends NormalRecurrent {
  readonly cellWeights: Parameter
  readonly ingate: Gate
  readonly forgetgate: Gate
  readonly outgate: Gate
  readonly cell: Gate
  readonly cellInit: Parameter
  readonly peepholes: boolean
}

const { units, onlyReturnFinal, inputWeights, hiddenWeights, biases, hiddenInit, learnInit, ...rest } = recurrentOptions

const peephole = ({ units, cellWeights, peepholes }: Normal) =>
  right(peepholes ? { shape: [units], initial: cellWeights } : null)

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). With `z` the sum of
 * `x W + b` and `h W'` in blocks of columns for each gate, each step computes
 *
 * `c = forgetgate(z) · c + ingate(z) · cell(z)`, `h = outgate(z) · tanh(c)`
 *
 * and with peepholes adds the cell times a weight to the argument of each gate: the old cell for ingate and forgetgate,
 * the new one for outgate.
 *
 * Variables: `inputWeights` [features, 4 units], `hiddenWeights` [units, 4 units], `biases` [4 units], the blocks in the
 * order ingate, forgetgate, cell, outgate; with peepholes `weightCellToIngate`, `weightCellToForgetgate` and
 * `weightCellToOutgate` [units]; `cellInit` and `hiddenInit` [1, units], parameters with `learnInit`, else state.
 *
 * @param units how many features come out
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, when the input is not 3-dimensional
 * @throws WeightInitializationError, from `init`, when the number of input features is unknown
 * @example
 * ```ts
 * const network = join(Input([40, 32]), LSTM(64), Softmax(10))
 * String(network) // (?, 40, 32) -> [... 3 layers ...] -> (?, 10)
 * ```
 */
export const LSTM: LSTMConstructor = defineLayer({
  kind: 'LSTM',
  example: 'LSTM(64, { onlyReturnFinal: false })',
  positional: ['units'],
  options: {
    ...{ units, onlyReturnFinal, inputWeights, hiddenWeights },
    cellWeights: { codec: parameter, default: heNormal() },
    biases,
    ingate: { codec: gate, default: 'sigmoid' },
    forgetgate: { codec: gate, default: 'sigmoid' },
    outgate: { codec: gate, default: 'sigmoid' },
    cell: { codec: gate, default: 'tanh' },
    cellInit: { codec: parameter, default: 0 },
    ...{ hiddenInit, learnInit },
    peepholes: { codec: boolean, default: false },
    ...rest,
  },
  inputs: walkedInputs,
  shape: walkedShape,
  variables: {
    ...weightRules(4),
    weightCellToIngate: peephole,
    weightCellToForgetgate: peephole,
    weightCellToOutgate: peephole,
    cellInit: (options: Normal) => startRule(options, options.cellInit),
    hiddenInit: (options: Normal) => startRule(options, options.hiddenInit),
  },
  forward: (options: Normal, ops, x, variables, _, mask) => {
    const { units } = options
    const seen = (weight: typeof x, cell: typeof x, z: typeof x) =>
      options.peepholes ? ops.add(z, ops.multiply(cell, weight)) : z
    const step = ([hidden, cell]: readonly (typeof x)[], share: typeof x): readonly (typeof x)[] => {
      const z = clipped(ops, options, ops.add(share, ops.matmul(hidden as typeof x, variables.hiddenWeights)))
      const old = cell as typeof x
      const enters = through(ops, options.ingate, seen(variables.weightCellToIngate, old, block(ops, z, 0, units)))
      const stays = through(
        ops,
        options.forgetgate,
        seen(variables.weightCellToForgetgate, old, block(ops, z, 1, units)),
      )
      const candidate = through(ops, options.cell, block(ops, z, 2, units))
      const now = ops.add(ops.multiply(stays, old), ops.multiply(enters, candidate))
      const leaves = through(ops, options.outgate, seen(variables.weightCellToOutgate, now, block(ops, z, 3, units)))
      return [ops.multiply(leaves, ops.tanh(now)), now]
    }
    const starts = [variables.hiddenInit, variables.cellInit]
    return [walkSequence('LSTM', ops, x, options, variables, starts, step, mask), {}]
  },
})
