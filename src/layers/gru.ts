import type { ParsedOptions } from '../base/options.ts'
import type { Argument, NameOf, OptionOf, Takes } from '../core/notated.ts'
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
  through,
} from './recurrent.ts'

/** The options of {@link GRU}. Weights and biases have a block of columns each for resetgate, updategate and hiddenUpdate. */
export interface GRUOptions<
  Final extends boolean = boolean,
  Learn extends boolean = boolean,
  Name extends string = string,
  Mask extends boolean = boolean,
  Clipping extends number = number,
  Initial extends boolean = boolean,
  Return extends boolean = boolean,
> extends RecurrentOptions<Final, Learn, Name, Mask, Clipping, RecurrentCallee<'GRU'>, Initial, Return> {
  /** The activation of the reset gate. Default: 'sigmoid'. */
  readonly resetgate?: Gate
  /** The activation of the update gate. Default: 'sigmoid'. */
  readonly updategate?: Gate
  /** The activation of the candidate. Default: 'tanh'. */
  readonly hiddenUpdate?: Gate
}

interface Normal extends NormalRecurrent, ParsedOptions<GRUOptions> {}

/** The type of {@link GRU}: [batch, time, features] → [batch, units] or [batch, time, units]. */
export interface GRU<
  Units extends number,
  Final,
  Learn,
  Name extends string,
  Mask = false,
  Initial = false,
  Return = false,
> extends Recurrent<'GRU', Multiply<3, Units>, Units, Final, Learn, Name, Mask, unknown, unknown, 1, Initial, Return>,
    ParsedOptions<GRUOptions> {}

interface GRURow extends Takes<readonly [number], GRUOptions, RecurrentLimits> {
  readonly ' made': GRU<
    Argument<this[' given'], 0, number>,
    OptionOf<this[' options'], 'onlyReturnFinal', true>,
    OptionOf<this[' options'], 'learnInit', false>,
    NameOf<this[' options'], 'gru-{}'>,
    OptionOf<this[' options'], 'mask', false>,
    OptionOf<this[' options'], 'initial', false>,
    OptionOf<this[' options'], 'returnState', false>
  >
}
/** The constructor of {@link GRU}. */
export interface GRUConstructor {
  readonly ' row'?: GRURow
  <
    const Units extends number,
    const Final extends boolean = true,
    const Learn extends boolean = false,
    const Name extends string = 'gru-{}',
    const Mask extends boolean = false,
    const Clipping extends number = number,
    const Initial extends boolean = false,
    const Return extends boolean = false,
  >(
    /** the number of output features */
    units: RecurrentUnits<Units, 'GRU'> & Units,
    /** the gates, whether to return every step, the initial values, the mask, whether the state comes in or out, and the name */
    options?: GRUOptions<Final, Learn, Name, Mask, Clipping, Initial, Return>,
  ): GRU<Units, Final, Learn, Name, Mask, Initial, Return>
}

/**
 * A gated recurrent unit (Cho et al. 2014, in the variant whose reset gate acts after the product). With `x W + b` and
 * `h W'` in blocks of columns for the reset gate `r`, the update gate `u` and the candidate, each step computes
 *
 * `candidate = hiddenUpdate(x W + b + r · (h W'))`, `h = (1 - u) · h + u · candidate`
 *
 * Shape: [batch, steps, features] → [batch, units], or of every step [batch, steps, units]. With `initial`, the hidden state comes in after it, and
 * with `returnState` it comes out, [batch, units].
 *
 * Variables: `inputWeights` [features, 3 units], `hiddenWeights` [units, 3 units], `biases` [3 units], the blocks in that
 * order; `hiddenInit` [1, units], a parameter with `learnInit`, else state.
 *
 * @param units the number of output features
 * @param options the gates, whether to return every step, the initial values, the mask, whether the state comes in or out, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not 3-dimensional, or the initial state does not fit
 * @throws WeightInitializationError, from `init`, if the number of input features is unknown
 * @category Sequences
 * @see `GRU` with `reset_after` in Keras; `GRU` in PyTorch; `GRU` in NeuPy
 * @example
 * ```ts
 * const network = join(Input([40, 32]), GRU(64, { onlyReturnFinal: false }))
 * String(network) // (?, 40, 32) -> [... 2 layers ...] -> (?, 40, 64)
 * ```
 */
export const GRU: GRUConstructor = recurrent({
  kind: 'GRU',
  gates: 3,
  options: {
    resetgate: { codec: gate, default: 'sigmoid' },
    updategate: { codec: gate, default: 'sigmoid' },
    hiddenUpdate: { codec: gate, default: 'tanh' },
  },
  step: (options: Normal, ops, { hiddenWeights }, [hidden], share) => {
    const { units } = options
    const old = hidden as typeof share
    const given = clipped(ops, options, share)
    const kept = clipped(ops, options, ops.matmul(old, hiddenWeights))
    const gateOf = (f: Gate, index: number) =>
      through(ops, f, ops.add(columnsOf(ops, given, index, units), columnsOf(ops, kept, index, units)))
    const reset = gateOf(options.resetgate, 0)
    const updated = gateOf(options.updategate, 1)
    const recalled = ops.multiply(reset, columnsOf(ops, kept, 2, units))
    const candidate = through(ops, options.hiddenUpdate, ops.add(columnsOf(ops, given, 2, units), recalled))
    return [ops.add(old, ops.multiply(updated, ops.subtract(candidate, old)))]
  },
})
