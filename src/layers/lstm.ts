import { right } from 'fp-ts/lib/Either.js'
import { boolean, type ParsedOptions, parameter } from '../base/options.ts'
import type { ParameterSource } from '../base/parameters.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Argument, NameOf, OptionOf, Takes } from '../core/notated.ts'
import { heNormal } from '../initializers/index.ts'
import type { Multiply } from '../type-arithmetic/digits.ts'
import {
  clipped,
  columnsOf,
  type Gate,
  gate,
  type NormalRecurrent,
  type Recurrent,
  type RecurrentCallee,
  type RecurrentLimits,
  type RecurrentOptions,
  type RecurrentUnits,
  recurrent,
  startOptions,
  startRule,
  through,
} from './recurrent.ts'

/** The options of {@link LSTM}. Weights and biases have a block of columns each for ingate, forgetgate, cell and outgate. */
export interface LSTMOptions<
  Final extends boolean = boolean,
  Learn extends boolean = boolean,
  Peep extends boolean = boolean,
  Name extends string = string,
  Mask extends boolean = boolean,
  Clipping extends number = number,
  Initial extends boolean = boolean,
  Return extends boolean = boolean,
> extends RecurrentOptions<Final, Learn, Name, Mask, Clipping, RecurrentCallee<'LSTM'>, Initial, Return> {
  /** The initial peephole weights, each of shape [units]. Default: `heNormal()`. */
  readonly cellWeights?: ParameterSource
  /** The activation of the input gate. Default: 'sigmoid'. */
  readonly ingate?: Gate
  /** The activation of the forget gate. Default: 'sigmoid'. */
  readonly forgetgate?: Gate
  /** The activation of the output gate. Default: 'sigmoid'. */
  readonly outgate?: Gate
  /** The activation of the cell's input; that of its output is always 'tanh'. Default: 'tanh'. */
  readonly cell?: Gate
  /** The initial cell state, of shape [1, units]. Default: 0. */
  readonly cellInit?: ParameterSource
  /** Whether the gates have peepholes to the cell (Gers and Schmidhuber 2000). Default: false. */
  readonly peepholes?: Peep
}

interface Normal extends NormalRecurrent, ParsedOptions<LSTMOptions> {}

/** The type of {@link LSTM}: [batch, time, features] → [batch, units] or [batch, time, units]. */
export interface LSTM<
  Units extends number,
  Final,
  Learn,
  Peep,
  Name extends string,
  Mask = false,
  Initial = false,
  Return = false,
> extends Recurrent<
      'LSTM',
      Multiply<4, Units>,
      Units,
      Final,
      Learn,
      Name,
      Mask,
      Peep extends true ? Peepholes<Units> : unknown,
      CellStart<Units>,
      2,
      Initial,
      Return
    >,
    ParsedOptions<LSTMOptions> {}
type Peepholes<Units extends number> = {
  readonly weightCellToIngate: Tensor<[Units]>
  readonly weightCellToForgetgate: Tensor<[Units]>
  readonly weightCellToOutgate: Tensor<[Units]>
}
type CellStart<Units extends number> = {
  readonly cellInit: Tensor<[1, Units]>
}

interface LSTMRow extends Takes<readonly [number], LSTMOptions, RecurrentLimits> {
  readonly ' made': LSTM<
    Argument<this[' given'], 0, number>,
    OptionOf<this[' options'], 'onlyReturnFinal', true>,
    OptionOf<this[' options'], 'learnInit', false>,
    OptionOf<this[' options'], 'peepholes', false>,
    NameOf<this[' options'], 'lstm-{}'>,
    OptionOf<this[' options'], 'mask', false>,
    OptionOf<this[' options'], 'initial', false>,
    OptionOf<this[' options'], 'returnState', false>
  >
}
/** The constructor of {@link LSTM}. */
export interface LSTMConstructor {
  readonly ' row'?: LSTMRow
  <
    const Units extends number,
    const Final extends boolean = true,
    const Learn extends boolean = false,
    const Peep extends boolean = false,
    const Name extends string = 'lstm-{}',
    const Mask extends boolean = false,
    const Clipping extends number = number,
    const Initial extends boolean = false,
    const Return extends boolean = false,
  >(
    /** the number of output features */
    units: RecurrentUnits<Units, 'LSTM'> & Units,
    /** the gates, whether to return every step, the initial values, the mask, whether the state comes in or out, and the name */
    options?: LSTMOptions<Final, Learn, Peep, Name, Mask, Clipping, Initial, Return>,
  ): LSTM<Units, Final, Learn, Peep, Name, Mask, Initial, Return>
}

const peephole = ({ units, cellWeights, peepholes }: Normal) =>
  right(peepholes ? { shape: [units], initial: cellWeights } : null)

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). With `z` the sum of
 * `x W + b` and `h W'` in blocks of columns for each gate, each step computes
 *
 * `c = forgetgate(z) · c + ingate(z) · cell(z)`, `h = outgate(z) · tanh(c)`
 *
 * and with peepholes adds the cell times a weight to the argument of each gate: the old cell for the input and forget
 * gates, the new one for the output gate.
 *
 * Shape: [batch, steps, features] → [batch, units], or of every step [batch, steps, units]. With `initial`, the hidden state and the cell come in after it, and
 * with `returnState` they come out, [batch, units] each.
 *
 * Variables: `inputWeights` [features, 4 units], `hiddenWeights` [units, 4 units], `biases` [4 units], the blocks in the
 * order ingate, forgetgate, cell, outgate; with peepholes `weightCellToIngate`, `weightCellToForgetgate` and
 * `weightCellToOutgate` [units]; `cellInit` and `hiddenInit` [1, units], parameters with `learnInit`, else state.
 *
 * @param units the number of output features
 * @param options the gates, whether to return every step, the initial values, the mask, whether the state comes in or out, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not 3-dimensional, or the initial state does not fit
 * @throws WeightInitializationError, from `init`, if the number of input features is unknown
 * @category Sequences
 * @see `LSTM` in Keras; `LSTM` in PyTorch; `LSTM` in NeuPy
 * @example
 * ```ts
 * const network = join(Input([40, 32]), LSTM(64), Softmax(10))
 * String(network) // (?, 40, 32) -> [... 3 layers ...] -> (?, 10)
 * ```
 */
export const LSTM: LSTMConstructor = recurrent({
  kind: 'LSTM',
  gates: 4,
  options: {
    cellWeights: { codec: parameter, default: heNormal() },
    ingate: { codec: gate, default: 'sigmoid' },
    forgetgate: { codec: gate, default: 'sigmoid' },
    outgate: { codec: gate, default: 'sigmoid' },
    cell: { codec: gate, default: 'tanh' },
    cellInit: { codec: parameter, default: 0 },
    // Printed in this order.
    ...startOptions,
    peepholes: { codec: boolean, default: false },
  },
  variables: {
    weightCellToIngate: peephole,
    weightCellToForgetgate: peephole,
    weightCellToOutgate: peephole,
    cellInit: options => startRule(options, options.cellInit),
  },
  starts: ['cellInit'],
  step: (options: Normal, ops, variables, [hidden, cell], share) => {
    const { units, peepholes } = options
    const z = clipped(ops, options, ops.add(share, ops.matmul(hidden as typeof share, variables.hiddenWeights)))
    const old = cell as typeof share
    const gateOf = (f: Gate, index: number, seen: typeof share, weight: typeof share) => {
      const argument = columnsOf(ops, z, index, units)
      return through(ops, f, peepholes ? ops.add(argument, ops.multiply(seen, weight)) : argument)
    }
    const enters = gateOf(options.ingate, 0, old, variables.weightCellToIngate)
    const stays = gateOf(options.forgetgate, 1, old, variables.weightCellToForgetgate)
    const candidate = through(ops, options.cell, columnsOf(ops, z, 2, units))
    const now = ops.add(ops.multiply(stays, old), ops.multiply(enters, candidate))
    const leaves = gateOf(options.outgate, 3, now, variables.weightCellToOutgate)
    return [ops.multiply(leaves, ops.tanh(now)), now]
  },
})
