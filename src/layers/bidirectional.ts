import { type Either, flatMap, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Offered } from '../base/limits.ts'
import { oneOf } from '../base/options.ts'
import { foldIn } from '../base/random.ts'
import type { Mismatch, Shape } from '../base/shape.ts'
import { defineWrapper, type Leaf, type NameOption } from '../core/define.ts'
import { refusal, refusalOfAll } from '../core/expects.ts'
import { innerRules, prefixed, without, withPrefix } from '../core/inner.ts'
import type { AnyLayer, Mode, Out, Rules } from '../core/layer.ts'
import type { Argument, NameOf, OptionAs, TakesLayer } from '../core/notated.ts'
import { mixingWithin } from '../core/targets.ts'
import { innerLayer, type Part } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { IdsWithin } from '../network-types/kinds.ts'
import type { InnerParams, InnerState } from '../network-types/named.ts'
import type { Add } from '../type-arithmetic/digits.ts'
import { merged } from './merge.ts'

/** How the outputs of both directions are merged. */
export type BidirectionalMerge = 'concat' | 'sum' | 'average' | 'multiply'

/** The type of {@link Bidirectional}: the layer's input → its output, or twice as many features. */
export interface Bidirectional<
  L extends AnyLayer,
  Merge extends BidirectionalMerge = 'concat',
  Name extends string = 'bidirectional-{}',
> extends Leaf<Name> {
  readonly kind: 'Bidirectional'
  readonly ' ids': IdsWithin<L>
  readonly layer: L
  readonly merge: Merge
  readonly ' out': Merged<Out<L, this[' in']>, Merge>
  readonly ' params': BothWays<InnerParams<L, this[' in']>>
  readonly ' state': BothWays<InnerState<L, this[' in']>>
}
type Merged<O, Merge> =
  O extends Mismatch<infer M>
    ? Mismatch<`Bidirectional > ${M}`>
    : Merge extends 'concat'
      ? O extends readonly [...infer Rest, infer F extends number]
        ? [...Rest, Add<F, F>]
        : O
      : O
type BothWays<V> = [V] extends [never]
  ? never
  : { readonly [K in keyof V & string as `forward/${K}` | `backward/${K}`]: V[K] }

/** The options of {@link Bidirectional}. */
export interface BidirectionalOptions<
  Merge extends BidirectionalMerge = BidirectionalMerge,
  Name extends string = string,
> extends NameOption<Name> {
  /** How to merge the outputs of both directions: 'concat' puts forward first. Default: 'concat'. */
  readonly merge?: Offered<Merge, BidirectionalMerge>
}

interface BidirectionalRow extends TakesLayer<readonly [AnyLayer], BidirectionalOptions> {
  readonly ' made': Bidirectional<
    Argument<this[' given'], 0, AnyLayer>,
    OptionAs<this[' options'], 'merge', BidirectionalMerge, 'concat'>,
    NameOf<this[' options'], 'bidirectional-{}'>
  >
}
/** The constructor of {@link Bidirectional}. */
export interface BidirectionalConstructor {
  readonly ' row'?: BidirectionalRow
  <
    const L extends AnyLayer,
    const Merge extends BidirectionalMerge = 'concat',
    const Name extends string = 'bidirectional-{}',
  >(
    /** a recurrent layer, or a composition that takes a sequence and has one output */
    layer: L,
    /** how to merge both directions, and the name */
    options?: BidirectionalOptions<Merge, Name>,
  ): Bidirectional<L, Merge, Name>
}

interface Normal {
  readonly layer: Part
  readonly merge: BidirectionalMerge
}

const steps = {
  expected: 'a sequence [batch, time, features]',
  remedy: 'Give the Input two dimensions, [time, features].',
} as const
const giving = {
  expected: 'a layer within that gives [batch, features] or [batch, time, features]',
  remedy: 'Put a recurrent layer into it.',
} as const

const stateless = {
  expected: 'a layer whose initial state does not come in, as each direction has its own',
  got: 'initial: true',
  remedy: 'Join a layer for each direction, one of them with backwards: true.',
} as const
/** Whether further inputs are an initial state, which has no steps to reverse. */
const takesState = (layer: Part): boolean =>
  wiringOf(layer).nodes.some(
    ({ layer: own, externals }) => externals.length > 0 && (own as { readonly initial?: unknown }).initial === true,
  )

const mergedShape = (merge: BidirectionalMerge, output: Shape | null): Shape | null => {
  if (merge !== 'concat' || output === null) return output
  const last = output.at(-1) ?? null
  return [...output.slice(0, -1), last === null ? null : 2 * last]
}

/** A key of its own for each direction. */
const along = (mode: Mode, direction: 'forward' | 'backward'): Mode =>
  mode.key === undefined ? mode : { ...mode, key: foldIn(mode.key, direction) }

const bidirectional = ({ layer, merge }: Normal): Rules => {
  const inner = innerRules(layer)
  return {
    ...inner,
    shape: inputs =>
      flatMap(inner.shape(inputs), (output): Either<Fault, Shape | null> => {
        const [sequence = null] = inputs
        if (sequence !== null && sequence.length < 3) return refusalOfAll(steps, inputs)
        return output !== null && output.length < 2 ? refusal(giving, output) : right(mergedShape(merge, output))
      }),
    variables: inputs =>
      flatMap(inner.variables(inputs), own => right({ ...prefixed('forward/', own), ...prefixed('backward/', own) })),
    forward: (ops, variables, inputs, mode) => {
      const [there, after] = inner.forward(ops, without('forward/', variables), inputs, along(mode, 'forward'))
      const reversed = inputs.map(input => ops.reverse(input, [1]))
      const [back, afterBack] = inner.forward(ops, without('backward/', variables), reversed, along(mode, 'backward'))
      const last = ops.shape(there).length - 1
      // The output sequence keeps the order of the steps.
      const both = [there, last > 1 ? ops.reverse(back, [1]) : back]
      const y = merge === 'concat' ? ops.concatenate(both, last) : merged(ops, merge === 'sum' ? 'add' : merge, both)
      return [y, { ...withPrefix('forward/', after), ...withPrefix('backward/', afterBack) }]
    },
  }
}

/**
 * A recurrent layer run forward and, with variables of its own, backward; the two outputs are merged. Outputs of every
 * step are in the order of the steps. If the layer has `mask: true`, the mask applies in both directions. (Schuster and
 * Paliwal 1997.)
 *
 * Shape: that of the layer, by default with twice the features.
 *
 * Variables: those of the layer twice, as `forward/…` and `backward/…`.
 *
 * @param layer a recurrent layer, or a composition that takes a sequence and has one output
 * @param options how to merge both directions, and the name
 * @throws InvalidOption if `layer` is not a layer, or `merge` is invalid
 * @throws LayerConnectionError, from `join`, as the layer does
 * @throws WeightInitializationError, from `init`, as the layer does
 * @category Sequences
 * @see `Bidirectional` in Keras; `bidirectional=True` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([20, 8]), Bidirectional(LSTM(16)), Softmax(3))
 * init(network, key(1)).params['bidirectional-1']['backward/inputWeights'].shape // [8, 64]
 * ```
 */
export const Bidirectional: BidirectionalConstructor = defineWrapper({
  kind: 'Bidirectional',
  example: "Bidirectional(LSTM(16), { merge: 'sum' })",
  positional: ['layer'],
  notation: { around: true },
  options: {
    layer: { codec: innerLayer },
    merge: { codec: oneOf(['concat', 'sum', 'average', 'multiply']), default: 'concat' },
  },
  check: ({ layer }) => (takesState(layer) ? { option: 'layer', ...stateless } : mixingWithin(layer)),
  rules: bidirectional,
})
