import { type Either, flatMap, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Offered } from '../base/limits.ts'
import { oneOf } from '../base/options.ts'
import { foldIn } from '../base/random.ts'
import type { Flow, Mismatch, RefusedOne, Several, Shape } from '../base/shape.ts'
import { defineWrapper, type Leaf, type NameOption } from '../core/define.ts'
import { type RefusesAll, refusal, refusalOfAll } from '../core/expects.ts'
import { innerRules, prefixed, type singleOutput, without, withPrefix } from '../core/inner.ts'
import type { AnyLayer, Mode, Out, Rules } from '../core/layer.ts'
import type { Argument, NameOf, OptionAs, TakesLayer } from '../core/notated.ts'
import { mixingWithin } from '../core/targets.ts'
import { innerLayer, isComposition, type Part } from '../network/parts.ts'
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
  readonly ' starts': Add<StartsOf<L>, StartsOf<L>>
  readonly ' out': StartsOf<L> extends 0
    ? Merged<L, Out<L, this[' in']>, Merge>
    : BothOut<L, this[' in'], Merge, Ways<this[' in'], StartsOf<L>>>
  readonly ' params': BothWays<InnerParams<L, OneWay<L, this[' in']>>>
  readonly ' state': BothWays<InnerState<L, OneWay<L, this[' in']>>>
}
/** How many inputs are the initial state of one direction. */
type StartsOf<L> = L extends { readonly ' starts': infer Count extends number }
  ? Count
  : L extends { readonly kind: 'LowRank' | 'WeightNorm' | 'SpectralNorm'; readonly layer: infer Inner }
    ? StartsOf<Inner>
    : 0
/** The inputs of each direction, of which `Count` are its state; `null` if there are too few or too many. */
type Ways<I, Count> = number[] extends I
  ? [I, I]
  : I extends readonly [infer S, ...infer Rest]
    ? Rest extends readonly [infer M, ...infer States]
      ? Halves<Rest> extends infer H extends Pair
        ? Started<[S], H, Count>
        : Started<[S, M], Halves<States>, Count>
      : null
    : null
type Pair = readonly [readonly unknown[], readonly unknown[]]
type Started<Sequences extends readonly unknown[], H, Count> = H extends Pair
  ? H[0]['length'] extends Count
    ? [[...Sequences, ...H[0]], [...Sequences, ...H[1]]]
    : null
  : null
/** Both halves of an even number of inputs. */
type Halves<
  T extends readonly unknown[],
  There extends readonly unknown[] = [],
  Back extends readonly unknown[] = [],
> = T extends readonly [infer A, ...infer Between, infer Z]
  ? Halves<Between, [...There, A], [Z, ...Back]>
  : T extends readonly []
    ? [There, Back]
    : null
/** The inputs of the forward direction. */
type OneWay<L, I> = StartsOf<L> extends 0 ? I : Ways<I, StartsOf<L>> extends readonly [infer There, unknown] ? There : I

type BothOut<L extends AnyLayer, I, Merge, Both> = I extends Several
  ? Both extends readonly [infer There, infer Back]
    ? Out<L, Back> extends infer O extends Mismatch<string>
      ? Merged<L, O, Merge>
      : Merged<L, Out<L, There>, Merge>
    : RefusesAll<'Bidirectional', typeof started, I, { count: Add<StartsOf<L>, StartsOf<L>> }>
  : number[] extends I
    ? Merged<L, Out<L, I>, Merge>
    : RefusedOne<'Bidirectional', I>
type Merged<L, O, Merge> =
  O extends Mismatch<infer M>
    ? Mismatch<`Bidirectional > ${M}`>
    : O extends readonly [infer Y extends readonly unknown[], ...infer States]
      ? L extends { readonly rules: unknown }
        ? [MergedOne<Y, Merge>, ...States, ...States]
        : States extends readonly []
          ? [MergedOne<Y, Merge>]
          : RefusesAll<'Bidirectional', typeof singleOutput, O>
      : MergedOne<O, Merge>
type MergedOne<O, Merge> = Merge extends 'concat'
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

const started = {
  expected: 'a sequence, its mask if it takes one, and {count} states, the forward ones first',
  remedy: 'Give a state for each direction, as another Bidirectional with returnState within does.',
} as const

const stateWithin = {
  expected: 'a layer whose initial state comes in, without others around it',
  got: 'a composition of such a layer',
  remedy: 'Put the recurrent layer alone into it, and join the others before and after it.',
} as const
/** Whether an initial state comes into a composition, which does not say which of its inputs these are. */
const takesState = (layer: Part): boolean =>
  isComposition(layer) &&
  layer.nodes.some(({ layer: own, externals }) => externals.length > 0 && (own.rules.starts ?? 0) > 0)

/** The inputs of each direction: those with steps, and half of the others. */
const waysOf = <X>(inputs: readonly X[], starts: number): readonly [there: readonly X[], back: readonly X[]] => {
  const sequences = inputs.slice(0, inputs.length - 2 * starts)
  const states = inputs.slice(sequences.length)
  return [
    [...sequences, ...states.slice(0, starts)],
    [...sequences, ...states.slice(starts)],
  ]
}

const mergedShape = (merge: BidirectionalMerge, output: Shape | null): Shape | null => {
  if (merge !== 'concat' || output === null) return output
  const last = output.at(-1) ?? null
  return [...output.slice(0, -1), last === null ? null : 2 * last]
}

/** A key of its own for each direction. */
const along = (mode: Mode, direction: 'forward' | 'backward'): Mode =>
  mode.key === undefined ? mode : { ...mode, key: foldIn(mode.key, direction) }

const bidirectional = ({ layer, merge }: Normal): Rules => {
  // A layer's further outputs are its state; those of a composition would not say what they are.
  const inner = innerRules(layer, isComposition(layer) ? 'one' : 'several')
  const { starts = 0, further } = inner
  const checkedWays = (inputs: Flow): Either<Fault, readonly [there: Flow, back: Flow]> => {
    const isUnknown = inputs.length === 1 && inputs[0] === null
    if (starts === 0 || isUnknown) return right([inputs, inputs])
    const sequences = inputs.length - 2 * starts
    return sequences === 1 || sequences === 2
      ? right(waysOf(inputs, starts))
      : refusalOfAll(started, inputs, { count: 2 * starts })
  }
  const shapeOf = (inputs: Flow): Either<Fault, Shape | null> =>
    flatMap(checkedWays(inputs), ([there, back]) => flatMap(inner.shape(back), () => inner.shape(there)))
  return {
    ...inner,
    ...(starts > 0 && { starts: 2 * starts }),
    shape: inputs =>
      flatMap(shapeOf(inputs), (output): Either<Fault, Shape | null> => {
        const [sequence = null] = inputs
        if (sequence !== null && sequence.length < 3) return refusalOfAll(steps, inputs)
        return output !== null && output.length < 2 ? refusal(giving, output) : right(mergedShape(merge, output))
      }),
    ...(further && { further: (inputs: Flow) => waysOf(inputs, starts).flatMap(further) }),
    variables: inputs =>
      flatMap(inner.variables(waysOf(inputs, starts)[0]), own =>
        right({ ...prefixed('forward/', own), ...prefixed('backward/', own) }),
      ),
    forward: (ops, variables, inputs, mode) => {
      type T = (typeof inputs)[number]
      const [ahead, against] = waysOf(inputs, starts)
      const [there, after, state = []] = inner.forward(
        ops,
        without('forward/', variables),
        ahead,
        along(mode, 'forward'),
      )
      const reversed = against.map((input, i) => (i < against.length - starts ? ops.reverse(input, [1]) : input))
      const [back, afterBack, stateBack = []] = inner.forward(
        ops,
        without('backward/', variables),
        reversed,
        along(mode, 'backward'),
      )
      // Outputs of every step keep the order of the steps.
      const ordered = (y: T): T => (ops.shape(y).length > 2 ? ops.reverse(y, [1]) : y)
      const both = [there, ordered(back)]
      const y =
        merge === 'concat'
          ? ops.concatenate(both, ops.shape(there).length - 1)
          : merged(ops, merge === 'sum' ? 'add' : merge, both)
      return [
        y,
        { ...withPrefix('forward/', after), ...withPrefix('backward/', afterBack) },
        [...state, ...stateBack.map(ordered)],
      ]
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
  check: ({ layer }) => (takesState(layer) ? { option: 'layer', ...stateWithin } : mixingWithin(layer)),
  rules: bidirectional,
})
