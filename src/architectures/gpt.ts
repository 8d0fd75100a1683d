import { integer, type Options } from '../base/options.ts'
import { checkHeads, TransformerEncoder } from '../blocks/transformer.ts'
import { copies } from '../blocks/unchecked.ts'
import { normal as normalDraws } from '../initializers/index.ts'
import { type Dense, Softmax } from '../layers/dense.ts'
import { Embedding } from '../layers/embedding.ts'
import { Input } from '../layers/input.ts'
import { LayerNorm } from '../layers/layer-normalization.ts'
import { PositionalEncoding } from '../layers/positional.ts'
import { Dropout, droppedPart } from '../layers/stochastic.ts'
import { TimeDistributed } from '../layers/time-distributed.ts'
import type { Repeat, Sequence } from '../network-types/compose.ts'
import { type Listed, type Model, model, optionsOf } from './model.ts'

/** The options of {@link gpt}. */
export interface GPTOptions<
  V extends number = number,
  T extends number = number,
  W extends number = number,
  H extends number = number,
  L extends number = number,
> {
  /** The number of tokens. Default: 256, the bytes. */
  readonly vocabulary?: V
  /** The tokens of a text. Default: 128. */
  readonly length?: T
  /** The features of each token. Default: 128. */
  readonly width?: W
  /** The heads of attention in each block; their number divides the width. Default: 4. */
  readonly heads?: H
  /** The number of blocks. Default: 4. */
  readonly layers?: L
  /** The rate of dropout of the embeddings and in the blocks, from 0 on and below 1. Default: 0.1. */
  readonly dropout?: number
}

type Layers<V extends number, T extends number, W extends number, H extends number, L extends number> = Listed<
  readonly [
    Input<T, 'input-{}'>,
    Embedding<V, W, 'tokens'>,
    PositionalEncoding<'learned', null, 'places'>,
    Dropout<'dropout-{}'>,
    Repeat<TransformerEncoder<W, H, null, 'pre', false, 'block{}'>, L>,
    LayerNorm<number, 'norm'>,
    TimeDistributed<Dense<'Softmax', V, null, 'softmax-{}'>, false, 'next'>,
  ]
>
/** What {@link gpt} does with a text of `T` tokens out of `V`. */
export type GPT<V extends number, T extends number, W extends number, H extends number, L extends number> = Sequence<
  Layers<V, T, W, H, L>
>

const options: Options<Required<GPTOptions>> = {
  vocabulary: { codec: integer(1), default: 256 },
  length: { codec: integer(1), default: 128 },
  width: { codec: integer(1), default: 128 },
  heads: { codec: integer(1), default: 4 },
  layers: { codec: integer(1), default: 4 },
  dropout: { codec: droppedPart, default: 0.1 },
}

/**
 * A small causal transformer (Radford et al. 2019): tokens in, as whole numbers below `vocabulary`; the probabilities of the
 * next token out, at each position. Positions are learned, norms come before the parts of each block, and the dense layers of
 * a block have 4 times the features between them, with `Gelu`.
 *
 * The layers with parameters are `tokens`, `places`, those of the blocks `block1`, `block2` and so on (`layer-norm-1`,
 * `multi-head-attention-1`, `layer-norm-2`, `time-distributed-1` and `time-distributed-2`), `norm` and `next`.
 *
 * @throws InvalidOption if an option is invalid, or the heads do not divide the width
 * @example
 * ```ts
 * const network = gpt({ vocabulary: 65, length: 32, width: 48, heads: 6, layers: 2 })
 * String(network) // (?, 32) -> [... 30 layers ...] -> (?, 32, 65)
 * ```
 */
export const gpt = <
  const V extends number = 256,
  const T extends number = 128,
  const W extends number = 128,
  const H extends number = 4,
  const L extends number = 4,
>(
  given: GPTOptions<V, T, W, H, L> = {},
): Model<T, Layers<V, T, W, H, L>>['network'] => {
  const example = 'gpt({ vocabulary: 256, length: 128, width: 128, heads: 4, layers: 4 })'
  const normal = optionsOf('gpt', example, options, given)
  const { vocabulary, length, width, heads, dropout } = normal
  checkHeads('gpt', heads, width, `width ${width}`)
  const weight = normalDraws({ std: 0.02 })
  const block = TransformerEncoder(width, heads, {
    norm: 'pre',
    activation: 'gelu',
    causal: true,
    dropout,
    name: 'block{}',
  })
  const layers = [
    Input(length),
    Embedding(vocabulary, width, { weight, name: 'tokens' }),
    PositionalEncoding('learned', { weight, name: 'places' }),
    Dropout(dropout),
    copies(block, normal.layers),
    LayerNorm({ name: 'norm' }),
    TimeDistributed(Softmax(vocabulary, { weight, bias: null }), { name: 'next' }),
  ] as const
  return model('gpt', layers)
}
