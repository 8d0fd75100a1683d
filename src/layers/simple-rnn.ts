import type { ParsedOptions } from '../base/options.ts'
import type { Argument, NameOf, OptionOf, Takes } from '../core/notated.ts'
import {
  clipped,
  type Gate,
  gate,
  type NormalRecurrent,
  type Recurrent,
  type RecurrentCallee,
  type RecurrentLimits,
  type RecurrentOptions,
  type RecurrentUnits,
  recurrent,
  through,
} from './recurrent.ts'

/** The options of {@link SimpleRNN}. */
export interface SimpleRNNOptions<
  Final extends boolean = boolean,
  Learn extends boolean = boolean,
  Name extends string = string,
  Mask extends boolean = boolean,
  Clipping extends number = number,
  Initial extends boolean = boolean,
  Return extends boolean = boolean,
> extends RecurrentOptions<Final, Learn, Name, Mask, Clipping, RecurrentCallee<'SimpleRNN'>, Initial, Return> {
  /** The activation of each step. Default: 'tanh'. */
  readonly activation?: Gate
}

interface Normal extends NormalRecurrent, ParsedOptions<SimpleRNNOptions> {}

/** The type of {@link SimpleRNN}: [batch, time, features] → [batch, units] or [batch, time, units]. */
export interface SimpleRNN<
  Units extends number,
  Final,
  Learn,
  Name extends string,
  Mask = false,
  Initial = false,
  Return = false,
> extends Recurrent<'SimpleRNN', Units, Units, Final, Learn, Name, Mask, unknown, unknown, 1, Initial, Return>,
    ParsedOptions<SimpleRNNOptions> {}

interface SimpleRNNRow extends Takes<readonly [number], SimpleRNNOptions, RecurrentLimits> {
  readonly ' made': SimpleRNN<
    Argument<this[' given'], 0, number>,
    OptionOf<this[' options'], 'onlyReturnFinal', true>,
    OptionOf<this[' options'], 'learnInit', false>,
    NameOf<this[' options'], 'simplernn-{}'>,
    OptionOf<this[' options'], 'mask', false>,
    OptionOf<this[' options'], 'initial', false>,
    OptionOf<this[' options'], 'returnState', false>
  >
}
/** The constructor of {@link SimpleRNN}. */
export interface SimpleRNNConstructor {
  readonly ' row'?: SimpleRNNRow
  <
    const Units extends number,
    const Final extends boolean = true,
    const Learn extends boolean = false,
    const Name extends string = 'simplernn-{}',
    const Mask extends boolean = false,
    const Clipping extends number = number,
    const Initial extends boolean = false,
    const Return extends boolean = false,
  >(
    /** the number of output features */
    units: RecurrentUnits<Units, 'SimpleRNN'> & Units,
    /** the activation, whether to return every step, the initial values, the mask, whether the state comes in or out, and the name */
    options?: SimpleRNNOptions<Final, Learn, Name, Mask, Clipping, Initial, Return>,
  ): SimpleRNN<Units, Final, Learn, Name, Mask, Initial, Return>
}

/**
 * A recurrent layer without gates (Elman 1990). Each step computes
 *
 * `h = activation(x W + b + h W')`
 *
 * Shape: [batch, steps, features] → [batch, units], or of every step [batch, steps, units]. With `initial`, the hidden state comes in after it, and
 * with `returnState` it comes out, [batch, units].
 *
 * Variables: `inputWeights` [features, units], `hiddenWeights` [units, units], `biases` [units]; `hiddenInit`
 * [1, units], a parameter with `learnInit`, else state.
 *
 * @param units the number of output features
 * @param options the activation, whether to return every step, the initial values, the mask, whether the state comes in or out, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not 3-dimensional, or the initial state does not fit
 * @throws WeightInitializationError, from `init`, if the number of input features is unknown
 * @category Sequences
 * @see `SimpleRNN` in Keras; `RNN` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([40, 32]), SimpleRNN(64, { activation: 'relu' }))
 * String(network) // (?, 40, 32) -> [... 2 layers ...] -> (?, 64)
 * ```
 */
export const SimpleRNN: SimpleRNNConstructor = recurrent({
  kind: 'SimpleRNN',
  gates: 1,
  options: {
    activation: { codec: gate, default: 'tanh' },
  },
  step: (options: Normal, ops, { hiddenWeights }, [hidden], share) => {
    const z = ops.add(share, ops.matmul(hidden as typeof share, hiddenWeights))
    return [through(ops, options.activation, clipped(ops, options, z))]
  },
})
