import { InvalidOption } from '../base/errors.ts'
import { boolean, codec, integer, type Options, oneOf, ownOptions, parseOptions } from '../base/options.ts'
import { merged } from '../base/trees.ts'
import { block } from '../combinators/index.ts'
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
import { compose } from '../network/compose.ts'
import { asPart } from '../network/parts.ts'
import type { Block, Fan } from '../network-types/blocks.ts'
import type { Join, Side } from '../network-types/compose.ts'
import type { Multiply } from '../type-arithmetic/digits.ts'

// The blocks of transformers (Vaswani et al. 2017), of the layers and combinators that everyone has.

/** Whether a norm comes after each part, as in the paper, or before it, which trains more steadily (Xiong et al. 2020). */
export type NormPlace = 'post' | 'pre'

/** The options of {@link TransformerEncoder}. */
export interface TransformerOptions<
  Hidden extends number | null = number | null,
  Norm extends NormPlace = NormPlace,
  Mask extends boolean = boolean,
  Name extends string = string,
> {
  /** The features between the two dense layers. Default, or `null`: 4 times the features. */
  readonly hidden?: Hidden
  /** The part that is dropped of attention, of the hidden features and of what each part adds. Default: 0.1. */
  readonly dropout?: number
  /** The activation of the hidden features. Default: 'relu'. */
  readonly activation?: 'relu' | 'gelu'
  /** Where the norms stand. Default: 'post'. */
  readonly norm?: Norm
  /** Whether no step attends to a later one. Default: false in the encoder, true in the decoder. */
  readonly causal?: boolean
  /** Whether a mask comes in last: of the sequence in the encoder, of the memory in the decoder. Default: false. */
  readonly mask?: Mask
  /** Its name, or the pattern that numbers it. Default: 'transformer-encoder-{}', 'transformer-decoder-{}'. */
  readonly name?: Name
}

// The types of what is built below.

type Norm = LayerNorm
type Attention<Heads extends number, Mask> = MultiHeadAttention<Heads, null, null, null, number, Mask>
type Step<Units extends number> = TimeDistributed<Dense<'Linear', Units, number, 'linear-{}'>>
type Drop = Dropout<'dropout-{}'>
type Same = Identity
type Beside<B extends AnyLayer> = Join<[Side<[Same, B]>, Elementwise]>
type FeedForward<F extends number, H extends number> = Join<[Step<H>, Drop, Step<F>, Drop]>
type Onwards<F extends number, H extends number, N> = N extends 'post'
  ? Join<[Beside<FeedForward<F, H>>, Norm]>
  : Beside<Join<[Norm, FeedForward<F, H>]>>
type SelfAttention<Heads extends number, N> = N extends 'post'
  ? Join<[Beside<Join<[Attention<Heads, false>, Drop]>>, Norm]>
  : Beside<Join<[Norm, Attention<Heads, false>, Drop]>>
/** The first of the inputs, and what it finds in all of them. */
type Found<Heads extends number, N, Mask, Others extends readonly AnyLayer[]> = N extends 'post'
  ? Join<[Fan<[Select<0>, Join<[Attention<Heads, Mask>, Drop]>]>, Elementwise, Norm]>
  : Join<[Fan<[Select<0>, Join<[Side<[Norm, ...Others]>, Attention<Heads, Mask>, Drop]>]>, Elementwise]>
type HiddenOf<F extends number, H> = H extends number ? H : Multiply<4, F>

/** A transformer's encoder as a type: [batch, time, features] in, and a mask beside it; the same shape out. */
export type TransformerEncoder<
  F extends number,
  Heads extends number,
  Hidden = null,
  N = 'post',
  Mask = false,
  Name extends string = 'transformer-encoder-{}',
> = Block<
  Name,
  Join<
    [Mask extends true ? Found<Heads, N, true, [Same]> : SelfAttention<Heads, N>, Onwards<F, HiddenOf<F, Hidden>, N>]
  >
>

/** A transformer's decoder as a type: a sequence, a memory and perhaps its mask in, the shape of the sequence out. */
export type TransformerDecoder<
  F extends number,
  Heads extends number,
  Hidden = null,
  N = 'post',
  Mask = false,
  Name extends string = 'transformer-decoder-{}',
> = Block<
  Name,
  Join<
    [
      Mask extends true
        ? Fan<[Join<[Select<0>, SelfAttention<Heads, N>]>, Select<1>, Select<2>]>
        : Fan<[Join<[Select<0>, SelfAttention<Heads, N>]>, Select<1>]>,
      Found<Heads, N, Mask, Mask extends true ? [Same, Same] : [Same]>,
      Onwards<F, HiddenOf<F, Hidden>, N>,
    ]
  >
>

// The same at run time, where the compiler need not follow each part: only what is built is typed.

const sequence = (...parts: readonly AnyLayer[]): AnyLayer =>
  compose({ form: 'sequence', parts: parts.map(part => asPart('join', part)) }) as unknown as AnyLayer
const side = (...parts: readonly AnyLayer[]): AnyLayer =>
  compose({ form: 'parallel', parts: parts.map(part => asPart('parallel', part)) }, 'Parallel') as unknown as AnyLayer
const fan = (...parts: readonly AnyLayer[]): AnyLayer =>
  compose({ form: 'branch', parts: parts.map(part => asPart('branch', part)) }, 'Branch') as unknown as AnyLayer
const beside = (way: AnyLayer): AnyLayer => sequence(side(Identity(), way), Elementwise('add'))

interface Normal {
  readonly features: number
  readonly heads: number
  readonly hidden: number | null
  readonly dropout: number
  readonly activation: 'relu' | 'gelu'
  readonly norm: NormPlace
  readonly causal: boolean
  readonly mask: boolean
  readonly name: string
}

const optionsOf = (name: string, causal: boolean): Options<Normal> => ({
  features: { codec: integer(1) },
  heads: { codec: integer(1) },
  hidden: {
    codec: codec<number | null>('a positive integer, or null for 4 times the features', value =>
      value === null || integer(1).is(value) ? value : undefined,
    ),
    default: null,
  },
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
const encoderOptions = optionsOf('transformer-encoder-{}', false)
const decoderOptions = optionsOf('transformer-decoder-{}', true)

const read = (
  kind: string,
  options: Options<Normal>,
  first: Readonly<Record<string, unknown>>,
  more: unknown,
): Normal => {
  const example = `${kind}(512, 8)`
  const normal = parseOptions(kind, example, options, merged(ownOptions(kind, example, more), first))
  const { features, heads } = normal
  if (features % heads === 0) return normal
  throw new InvalidOption({
    layer: kind,
    option: 'heads',
    expected: `a number that divides the ${features} features`,
    got: String(heads),
    remedy: 'Use another number of heads.',
  })
}

const attend = ({ heads, dropout }: Normal, causal: boolean, mask: boolean): readonly AnyLayer[] => [
  MultiHeadAttention(heads, { dropout, causal, mask }),
  Dropout(dropout),
]

const selfAttention = (options: Normal): AnyLayer =>
  options.norm === 'post'
    ? sequence(beside(sequence(...attend(options, options.causal, false))), LayerNorm())
    : beside(sequence(LayerNorm(), ...attend(options, options.causal, false)))

/** The first of the inputs, and what it finds in all of them, of which there are `others` beside it. */
const found = (options: Normal, causal: boolean, others: number): AnyLayer => {
  const parts = attend(options, causal, options.mask)
  if (options.norm === 'post') return sequence(fan(Select(0), sequence(...parts)), Elementwise('add'), LayerNorm())
  const rest = Array.from({ length: others }, () => Identity())
  return sequence(fan(Select(0), sequence(side(LayerNorm(), ...rest), ...parts)), Elementwise('add'))
}

const onwards = ({ features, hidden, dropout, activation, norm }: Normal): AnyLayer => {
  const wide = hidden ?? 4 * features
  const forward = sequence(
    TimeDistributed(activation === 'relu' ? Relu(wide) : Gelu(wide)),
    Dropout(dropout),
    TimeDistributed(Linear(features)),
    Dropout(dropout),
  )
  return norm === 'post' ? sequence(beside(forward), LayerNorm()) : beside(sequence(LayerNorm(), forward))
}

/**
 * An encoder of transformers: self-attention, then two dense layers at every step, each added to what came in and
 * normalized. It is a named block of `MultiHeadAttention`, `Dropout`, `LayerNorm` and `TimeDistributed`, joined.
 *
 * With `mask: true` it takes [sequence, mask] and gives the sequence; to stack several, send the mask around each:
 * `branch(TransformerEncoder(16, 4, { mask: true }), Select(1))`.
 *
 * @param features how many features every step has, and keeps
 * @param heads how many heads attend; they divide the features
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, when the input is not [batch, time, features], or the mask does not fit
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
>(
  features: F,
  heads: Heads,
  options?: TransformerOptions<Hidden, N, Mask, Name>,
): TransformerEncoder<F, Heads, Hidden, N, Mask, Name> => {
  const normal = read('TransformerEncoder', encoderOptions, { features, heads }, options)
  const first = normal.mask ? found(normal, normal.causal, 1) : selfAttention(normal)
  // What the options choose here, the type chooses from their types.
  return block(normal.name, sequence(first, onwards(normal))) as unknown as TransformerEncoder<
    F,
    Heads,
    Hidden,
    N,
    Mask,
    Name
  >
}

/**
 * A decoder of transformers: self-attention of a sequence, which sees no later step; attention to a memory, the output of
 * encoders; then two dense layers at every step. Each is added to what came in and normalized.
 *
 * It takes [sequence, memory], and with `mask: true` [sequence, memory, mask of the memory]; it gives the sequence. To
 * stack several, send the memory around each: `branch(TransformerDecoder(16, 4), Select(1))`.
 *
 * @param features how many features every step has, and keeps
 * @param heads how many heads attend; they divide the features
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, when the inputs are not [batch, time, features], or the mask does not fit
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
>(
  features: F,
  heads: Heads,
  options?: TransformerOptions<Hidden, N, Mask, Name>,
): TransformerDecoder<F, Heads, Hidden, N, Mask, Name> => {
  const normal = read('TransformerDecoder', decoderOptions, { features, heads }, options)
  const others = normal.mask ? [Select(1), Select(2)] : [Select(1)]
  const parts = [
    fan(sequence(Select(0), selfAttention(normal)), ...others),
    found(normal, false, others.length),
    onwards(normal),
  ]
  return block(normal.name, sequence(...parts)) as unknown as TransformerDecoder<F, Heads, Hidden, N, Mask, Name>
}
