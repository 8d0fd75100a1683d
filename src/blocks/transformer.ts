import { InvalidOption } from '../base/errors.ts'
import type { Callee, Limited, LimitedOrNull, Offered, Refused, Within } from '../base/limits.ts'
import { boolean, codec, integer, type Options, oneOf, orNull, ownOptions, parseOptions } from '../base/options.ts'
import type { Fails, Mismatch } from '../base/shape.ts'
import { merged } from '../base/trees.ts'
import { expectingBlock } from '../combinators/block.ts'
import { type Filled, faultOf, filledIn } from '../core/expects.ts'
import type { AnyLayer } from '../core/layer.ts'
import { Gelu } from '../layers/activations.ts'
import { MultiHeadAttention } from '../layers/attention.ts'
import { type Dense, Linear, Relu } from '../layers/dense.ts'
import { Identity } from '../layers/input.ts'
import { LayerNorm } from '../layers/layer-normalization.ts'
import { Elementwise } from '../layers/merge.ts'
import { Select } from '../layers/select.ts'
import { Dropout, droppedPart } from '../layers/stochastic.ts'
import { TimeDistributed } from '../layers/time-distributed.ts'
import type { BlockExpectation } from '../network/parts.ts'
import type { ExpectingBlock, Fan } from '../network-types/blocks.ts'
import type { Parallel, Sequence } from '../network-types/compose.ts'
import type { IsDivisible, Multiply } from '../type-arithmetic/digits.ts'
import { fan, sequence, sides, unchecked } from './unchecked.ts'

// The blocks of transformers (Vaswani et al. 2017), made of public layers and combinators.

/** Whether a norm comes after each part, as in the paper, or before it, which trains more steadily (Xiong et al. 2020). */
export type NormPlace = 'post' | 'pre'

/** What a number of hidden features of `null` is. */
const fourTimes = '4 times the features'
/** A block, in messages. */
interface TransformerCallee<Kind extends string> {
  readonly kind: Kind
  readonly example: `${Kind}(512, 8)`
}

/** The options of {@link TransformerEncoder}. */
export interface TransformerOptions<
  Hidden extends number | null = number | null,
  Norm extends NormPlace = NormPlace,
  Mask extends boolean = boolean,
  Name extends string = string,
  Rate extends number = number,
  C extends Callee = Callee,
> {
  /** The number of features between the two dense layers. Default, or `null`: 4 times the features. */
  readonly hidden?: LimitedOrNull<Hidden, 'count', C, 'hidden', typeof fourTimes>
  /** The dropout rate of the attention weights, the hidden features and the residual branches. Default: 0.1. */
  readonly dropout?: Limited<Rate, 'partBelow1', C, 'dropout'>
  /** The activation of the hidden features. Default: 'relu'. */
  readonly activation?: 'relu' | 'gelu'
  /** Whether normalization comes after (`'post'`) or before (`'pre'`) each part. Default: 'post'. */
  readonly norm?: Offered<Norm, NormPlace>
  /** Whether attention is causal. Default: false in the encoder, true in the decoder. */
  readonly causal?: boolean
  /** Whether the last input is a mask: of the sequence in the encoder, of the memory in the decoder. Default: false. */
  readonly mask?: Mask
  /** Its name, or the pattern that numbers it. Default: 'transformer-encoder-{}', 'transformer-decoder-{}'. */
  readonly name?: Name
}

// Each part as a type, and the function that makes it: the type of an option chooses for the compiler what its value chooses
// at run time.

type Drop = Dropout<'dropout-{}'>

/** Layers with a residual connection, normalized after the sum or before the layers. */
type Normed<L extends readonly AnyLayer[], N> = N extends 'post'
  ? Sequence<[Beside<Sequence<L>>, LayerNorm]>
  : Beside<Sequence<[LayerNorm, ...L]>>
type Beside<B extends AnyLayer> = Sequence<[Parallel<[Identity, B]>, Elementwise]>
const normed = <L extends readonly AnyLayer[], N extends NormPlace>(layers: L, norm: N): Normed<L, N> =>
  unchecked(
    norm === 'post' ? sequence(beside(sequence(...layers)), LayerNorm()) : beside(sequence(LayerNorm(), ...layers)),
  )
const beside = <B extends AnyLayer>(part: B): Beside<B> => sequence(sides(Identity(), part), Elementwise('add'))

/** The same for layers of several inputs: the first is added and normalized, `Others` take the rest. */
type Found<L extends readonly AnyLayer[], N, Others extends readonly AnyLayer[]> = N extends 'post'
  ? Sequence<[Fan<[Select<0>, Sequence<L>]>, Elementwise, LayerNorm]>
  : Sequence<[Fan<[Select<0>, Sequence<[Parallel<[LayerNorm, ...Others]>, ...L]>]>, Elementwise]>
const found = <L extends readonly AnyLayer[], N extends NormPlace, Others extends readonly AnyLayer[]>(
  layers: L,
  norm: N,
  others: Others,
): Found<L, N, Others> =>
  unchecked(
    norm === 'post'
      ? sequence(fan(Select(0), sequence(...layers)), Elementwise('add'), LayerNorm())
      : sequence(fan(Select(0), sequence(sides(LayerNorm(), ...others), ...layers)), Elementwise('add')),
  )

type Attention<Heads extends number, Mask> = [MultiHeadAttention<Heads, null, null, null, number, Mask>, Drop]
const attention = <Heads extends number, Mask extends boolean>(
  heads: Heads,
  mask: Mask,
  causal: boolean,
  dropout: number,
): Attention<Heads, Mask> => [MultiHeadAttention(heads, { dropout, causal, mask }), Dropout(dropout)]

type Step<Units extends number> = TimeDistributed<Dense<'Linear', Units, number, 'linear-{}'>>
type HiddenOf<F extends number, H> = H extends number ? H : Multiply<4, F>
type FeedForward<F extends number, H extends number> = [Step<H>, Drop, Step<F>, Drop]
const feedForward = <F extends number, H extends number | null>(
  features: F,
  hidden: H,
  activation: 'relu' | 'gelu',
  dropout: number,
): FeedForward<F, HiddenOf<F, H>> => {
  const wide = unchecked<HiddenOf<F, H>>(hidden ?? 4 * features)
  // Layers of all activations have the same shapes and variables.
  const first = unchecked<Step<HiddenOf<F, H>>>(TimeDistributed(activation === 'relu' ? Relu(wide) : Gelu(wide)))
  return [first, Dropout(dropout), TimeDistributed(Linear(features)), Dropout(dropout)]
}

const brought = 'TimeDistributed(Linear({features})) brings every step to {features} features.'
/** What the blocks expect, without a mask and with one. */
const expected = {
  TransformerEncoder: {
    alone: {
      expected: 'a sequence [batch, time, {features}]',
      place: 'Give the Input two dimensions, [time, {features}]',
    },
    masked: {
      expected: 'two inputs, a sequence [batch, time, {features}] and its mask [batch, time]',
      place: 'Put parallel(Identity(), Masking()) before it',
    },
  },
  TransformerDecoder: {
    alone: {
      expected: 'two inputs, a sequence [batch, time, {features}] and a memory [batch, time, features]',
      place: 'Put parallel(...) of them before it',
    },
    masked: {
      expected:
        'three inputs, a sequence [batch, time, {features}], a memory [batch, time, features] and its mask [batch, time]',
      place: 'Put parallel(...) of them before it',
    },
  },
} as const
type Said<K extends Kind, Mask> = (typeof expected)[K][Mask extends true ? 'masked' : 'alone']
type Kind = keyof typeof expected
/** What a block of `F` features expects. */
interface Expects<K extends Kind, F extends number, Mask> extends BlockExpectation {
  readonly kind: K
  readonly expected: Filled<Said<K, Mask>['expected'], { features: F }>
  readonly remedy: Filled<`${Said<K, Mask>['place']}; ${typeof brought}`, { features: F }>
}
const expects = <K extends Kind, F extends number, Mask extends boolean>(
  kind: K,
  features: F,
  mask: Mask,
): Expects<K, F, Mask> => {
  const said = expected[kind][mask ? 'masked' : 'alone']
  return unchecked({
    kind,
    expected: filledIn(said.expected, { features }),
    remedy: filledIn(`${said.place}; ${brought}`, { features }),
  })
}

/** The type of an encoder: [batch, time, features] in, perhaps with a mask; the same shape out. */
export type TransformerEncoder<
  F extends number,
  Heads extends number,
  Hidden = null,
  N = 'post',
  Mask = false,
  Name extends string = 'transformer-encoder-{}',
> = ExpectingBlock<
  Name,
  Sequence<
    [
      Mask extends true ? Found<Attention<Heads, true>, N, [Identity]> : Normed<Attention<Heads, false>, N>,
      Normed<FeedForward<F, HiddenOf<F, Hidden>>, N>,
    ]
  >,
  Expects<'TransformerEncoder', F, Mask>
>

/** The type of a decoder: a sequence, a memory and perhaps its mask in; the shape of the sequence out. */
export type TransformerDecoder<
  F extends number,
  Heads extends number,
  Hidden = null,
  N = 'post',
  Mask = false,
  Name extends string = 'transformer-decoder-{}',
> = ExpectingBlock<
  Name,
  Sequence<
    [
      Mask extends true
        ? Fan<[Sequence<[Select<0>, Normed<Attention<Heads, false>, N>]>, Select<1>, Select<2>]>
        : Fan<[Sequence<[Select<0>, Normed<Attention<Heads, false>, N>]>, Select<1>]>,
      Found<Attention<Heads, Mask>, N, Mask extends true ? [Identity, Identity] : [Identity]>,
      Normed<FeedForward<F, HiddenOf<F, Hidden>>, N>,
    ]
  >,
  Expects<'TransformerDecoder', F, Mask>
>

interface Normal extends Required<TransformerOptions> {
  readonly features: number
  readonly heads: number
}

const optionsOf = (name: string, causal: boolean): Options<Normal> => ({
  features: { codec: integer(1) },
  heads: { codec: integer(1) },
  hidden: { codec: orNull(integer(1), fourTimes), default: null },
  dropout: { codec: droppedPart, default: 0.1 },
  activation: { codec: oneOf(['relu', 'gelu']), default: 'relu' },
  norm: { codec: oneOf(['post', 'pre']), default: 'post' },
  causal: { codec: boolean, default: causal },
  mask: { codec: boolean, default: false },
  name: {
    codec: codec('a name or pattern', value => (typeof value === 'string' && value !== '' ? value : undefined)),
    default: name,
  },
})
const dividing = {
  expected: 'a number that divides the {shared}',
  remedy: 'Use another number of heads, or of features.',
} as const
/**
 * Checks that heads share some features evenly.
 *
 * @throws InvalidOption if they do not
 */
export const checkHeads = (owner: string, heads: number, features: number, shared: string): void => {
  if (features % heads === 0) return
  throw new InvalidOption({ layer: owner, option: 'heads', ...faultOf(dividing, String(heads), { shared }) })
}
/** What a parameter for a number of heads is intersected with. */
type HeadsOf<K extends Kind, F extends number, Heads extends number> =
  Fails<Within<Heads, 'count', TransformerCallee<K>, 'heads'>> extends 1
    ? Within<Heads, 'count', TransformerCallee<K>, 'heads'>
    : Refused<IsDivisible<F, Heads> extends true ? false : true> extends 1
      ? Mismatch<`${K}, heads: expected ${Filled<(typeof dividing)['expected'], { shared: `${F} features` }>}, got ${Heads}. ${(typeof dividing)['remedy']}`>
      : unknown
/** The same for a number of features. */
type FeaturesOf<K extends Kind, F extends number> = Within<F, 'count', TransformerCallee<K>, 'features'>

const encoderOptions = optionsOf('transformer-encoder-{}', false)
const decoderOptions = optionsOf('transformer-decoder-{}', true)

interface NormalOf<Hidden, N, Mask, Name> extends Omit<Normal, 'hidden' | 'norm' | 'mask' | 'name'> {
  readonly hidden: Hidden
  readonly norm: N
  readonly mask: Mask
  readonly name: Name
}
/** Reads the options. Their defaults are also those of the type parameters. */
const read = <Hidden extends number | null, N extends NormPlace, Mask extends boolean, Name extends string>(
  kind: Kind,
  options: Options<Normal>,
  features: number,
  heads: number,
  given: object | undefined,
): NormalOf<Hidden, N, Mask, Name> => {
  const example = `${kind}(512, 8)`
  const normal = parseOptions(kind, example, options, merged(ownOptions(kind, example, given), { features, heads }))
  checkHeads(kind, heads, features, `${features} features`)
  return unchecked(normal)
}

/**
 * A transformer encoder: self-attention, then two dense layers at every step, each with a residual connection and
 * normalization. It is a named block of `MultiHeadAttention`, `Dropout`, `LayerNorm` and `TimeDistributed`, joined.
 *
 * With `mask: true` it takes [sequence, mask] and returns the sequence; to stack several, route the mask around each:
 * `branch(TransformerEncoder(16, 4, { mask: true }), Select(1))`.
 *
 * Shape: [batch, steps, features] → the same.
 *
 * @param features the number of features of each step
 * @param heads the number of attention heads; must divide the features
 * @param options the features between the dense layers, the dropout rate, the activation, where to normalize, the
 *   masks, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not [batch, time, features], or the mask does not fit
 * @category Attention
 * @see `TransformerEncoder` (KerasHub) in Keras; `TransformerEncoderLayer` in PyTorch
 * @example
 * ```ts
 * const text = join(Input(20), Embedding(100, 16), PositionalEncoding())
 * const network = join(text, repeat(TransformerEncoder(16, 4), 2), GlobalPooling('avg'), Softmax(3))
 * String(network) // (?, 20) -> [... 29 layers ...] -> (?, 3)
 * ```
 */
export const TransformerEncoder = <
  const F extends number,
  const Heads extends number,
  const Hidden extends number | null = null,
  const N extends NormPlace = 'post',
  const Mask extends boolean = false,
  const Name extends string = 'transformer-encoder-{}',
  const Rate extends number = number,
>(
  features: FeaturesOf<'TransformerEncoder', F> & F,
  heads: HeadsOf<'TransformerEncoder', F, Heads> & Heads,
  options?: TransformerOptions<Hidden, N, Mask, Name, Rate, TransformerCallee<'TransformerEncoder'>>,
): TransformerEncoder<F, Heads, Hidden, N, Mask, Name> => {
  const normal = read<Hidden, N, Mask, Name>('TransformerEncoder', encoderOptions, features, heads, options)
  const { hidden, norm, causal, mask, name, activation, dropout } = normal
  const attend = attention(heads, mask, causal, dropout)
  return expectingBlock(
    name,
    sequence(
      unchecked(mask ? found(attend, norm, [Identity()]) : normed(attend, norm)),
      normed(feedForward<F, Hidden>(features, hidden, activation, dropout), norm),
    ),
    expects('TransformerEncoder', features, mask),
  )
}

/**
 * A transformer decoder: causal self-attention of a sequence; attention to a memory, the output of encoders; then two
 * dense layers at every step. Each has a residual connection and normalization.
 *
 * It takes [sequence, memory], and with `mask: true` [sequence, memory, mask of the memory]; it returns the sequence.
 * To stack several, route the memory around each: `branch(TransformerDecoder(16, 4), Select(1))`.
 *
 * Shape: [batch, steps, features] and a memory [batch, memory steps, features] → as the first.
 *
 * @param features the number of features of each step
 * @param heads the number of attention heads; must divide the features
 * @param options the features between the dense layers, the dropout rate, the activation, where to normalize, the
 *   masks, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the inputs are not [batch, time, features], or the mask does not fit
 * @category Attention
 * @see `TransformerDecoder` (KerasHub) in Keras; `TransformerDecoderLayer` in PyTorch
 * @example
 * ```ts
 * const encoded = join(Input([20, 16]), TransformerEncoder(16, 4))
 * const network = join(parallel(Input([10, 16]), encoded), TransformerDecoder(16, 4), TimeDistributed(Softmax(100)))
 * String(network) // [(?, 10, 16), (?, 20, 16)] -> [... 34 layers ...] -> (?, 10, 100)
 * ```
 */
export const TransformerDecoder = <
  const F extends number,
  const Heads extends number,
  const Hidden extends number | null = null,
  const N extends NormPlace = 'post',
  const Mask extends boolean = false,
  const Name extends string = 'transformer-decoder-{}',
  const Rate extends number = number,
>(
  features: FeaturesOf<'TransformerDecoder', F> & F,
  heads: HeadsOf<'TransformerDecoder', F, Heads> & Heads,
  options?: TransformerOptions<Hidden, N, Mask, Name, Rate, TransformerCallee<'TransformerDecoder'>>,
): TransformerDecoder<F, Heads, Hidden, N, Mask, Name> => {
  const normal = read<Hidden, N, Mask, Name>('TransformerDecoder', decoderOptions, features, heads, options)
  const { hidden, norm, causal, mask, name, activation, dropout } = normal
  const self = sequence(Select(0), normed(attention(heads, false, causal, dropout), norm))
  return expectingBlock(
    name,
    sequence(
      unchecked(mask ? fan(self, Select(1), Select(2)) : fan(self, Select(1))),
      found(attention(heads, mask, false, dropout), norm, unchecked(mask ? [Identity(), Identity()] : [Identity()])),
      normed(feedForward<F, Hidden>(features, hidden, activation, dropout), norm),
    ),
    expects('TransformerDecoder', features, mask),
  )
}
