import { flatMap, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { InvalidOption } from '../base/errors.ts'
import { type Callee, expectedNumbers, type Limited } from '../base/limits.ts'
import { finite, notNegative, number, type ParsedOptions, part } from '../base/options.ts'
import type { Key } from '../base/random.ts'
import type { Alike, Shape } from '../base/shape.ts'
import { defineLayer, type Elsewhere, type NameOption, type Plain } from '../core/define.ts'
import { ofRank, type Refuses, refusal } from '../core/expects.ts'
import type { Mode } from '../core/layer.ts'
import type { Argument, Limits, NameOf, Row, Takes, With, WrongArguments } from '../core/notated.ts'
import type { Ops, Pair } from '../ops/ops.ts'
import type { Add, Multiply, Subtract } from '../type-arithmetic/digits.ts'
import { image } from './inputs.ts'
import { knownRowsAndCols } from './known.ts'
import { type EachWithin, type EachWords, numbers, type OfAxis, type PairOption } from './window.ts'

// Layers that draw random numbers, in training only.

/** The key that a layer draws with. */
export const drawingKey = (layer: string, mode: Mode): Key => {
  if (mode.key) return mode.key
  throw new InvalidOption({
    layer,
    option: 'key',
    expected: 'a key, as this layer draws random numbers in training',
    got: 'none',
    remedy: 'Give one: apply(network, variables, input, { training: true, key: key(1) }).',
  })
}

export const droppedPart: t.Type<number, unknown, unknown> = number(
  expectedNumbers.partBelow1,
  proba => proba >= 0 && proba < 1,
)

/** The dropout rate `P` of a layer, as a parameter. */
export type DroppedPart<P extends number, C extends Callee> = Limited<P, 'partBelow1', C, 'proba'>

export type DroppedLimits = Limits<'partBelow1', unknown, string>

/** Draws a mask: 0 with probability `proba`, else 1. */
export const keptOf = <T>(ops: Ops<T>, key: Key, shape: Shape, proba: number): T =>
  ops.subtract(ops.constant(1), ops.greater(ops.constant(proba), ops.uniform(key, shape)))

/** Inverted dropout, in training: zeroes elements with probability `proba` and scales the others. */
export const dropped = <T>(
  layer: string,
  ops: Ops<T>,
  x: T,
  proba: number,
  mode: Mode,
  shape: Shape = ops.shape(x),
): T => {
  if (!mode.training || proba === 0) return x
  const kept = keptOf(ops, drawingKey(layer, mode), shape, proba)
  return ops.multiply(x, ops.multiply(kept, ops.constant(1 / (1 - proba))))
}

const dropout = { kind: 'Dropout', example: 'Dropout(0.5)' } as const

/** The type of {@link Dropout}: any shape → the same. */
export interface Dropout<Name extends string> extends Plain<Name> {
  readonly kind: 'Dropout'
  readonly proba: number
  readonly ' out': Alike<'Dropout', this[' in']>
}

interface DropoutRow extends Takes<readonly [number], NameOption, DroppedLimits> {
  readonly ' made': Dropout<NameOf<this[' options'], 'dropout-{}'>>
}
/** The constructor of {@link Dropout}. */
export interface DropoutConstructor {
  readonly ' row'?: DropoutRow
  <const P extends number, const Name extends string = 'dropout-{}'>(
    /** the dropout rate, >= 0 and < 1 */
    proba: DroppedPart<P, typeof dropout>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Dropout<Name>
}

/**
 * In training, sets a random fraction of the elements to 0 and scales the others by `1 / (1 - proba)`, which keeps
 * their mean; otherwise it changes nothing. (Srivastava et al. 2014; inverted dropout.)
 *
 * Shape: any shape → the same.
 *
 * @param proba the dropout rate, >= 0 and < 1
 * @param options the name of the layer
 * @throws InvalidOption if the rate is out of range, or in training without a key
 * @category Dropout
 * @see `Dropout` in Keras; `Dropout` in PyTorch; `Dropout` in NeuPy
 * @example
 * ```ts
 * const network = join(Input(64), Relu(32), Dropout(0.5), Softmax(10))
 * ```
 */
export const Dropout: DropoutConstructor = defineLayer({
  ...dropout,
  positional: ['proba'],
  options: { proba: { codec: droppedPart } },
  shape: (_, input) => right(input),
  decode: 'steps',
  forward: ({ proba }, ops, x, _, mode) => [dropped('Dropout', ops, x, proba, mode), {}],
})

const noise = { kind: 'GaussianNoise', example: 'GaussianNoise({ mean: 0, std: 0.1 })' } as const

/** The options of {@link GaussianNoise}. */
export interface GaussianNoiseOptions<Name extends string = string, Std extends number = number>
  extends NameOption<Name> {
  /** The mean of the noise. Default: 0. */
  readonly mean?: number
  /** Its standard deviation. Default: 1. */
  readonly std?: Limited<Std, 'notNegative', typeof noise, 'std'>
}

/** The type of {@link GaussianNoise}: any shape → the same. */
export interface GaussianNoise<Name extends string> extends Plain<Name>, ParsedOptions<GaussianNoiseOptions> {
  readonly kind: 'GaussianNoise'
  readonly ' out': Alike<'GaussianNoise', this[' in']>
}

interface GaussianNoiseRow extends Row {
  readonly ' limits': Limits<readonly [null, 'notNegative'], { std: 'notNegative' }>
  readonly ' makes': this[' given'] extends readonly [] | readonly [number] | readonly [number, number]
    ? With<
        this[' options'],
        this[' given'] extends readonly [] ? GaussianNoiseOptions : NameOption,
        GaussianNoise<NameOf<this[' options'], 'gaussian-noise-{}'>>
      >
    : WrongArguments
}
/** The constructor of {@link GaussianNoise}. */
export interface GaussianNoiseConstructor {
  readonly ' row'?: GaussianNoiseRow
  <const Name extends string = 'gaussian-noise-{}', const Std extends number = number>(
    /** mean and standard deviation instead, and the name */
    options?: GaussianNoiseOptions<Name, Std>,
  ): GaussianNoise<Name>
  <const Name extends string = 'gaussian-noise-{}', const Std extends number = number>(
    /** the mean of the noise. Default: 0. */
    mean: number | Elsewhere<GaussianNoiseOptions<Name, Std>>,
    /** its standard deviation. Default: 1. */
    std?: Limited<Std, 'notNegative', typeof noise, 'std'>,
    /** mean and standard deviation instead, and the name */
    options?: NameOption<Name>,
  ): GaussianNoise<Name>
}

/**
 * In training, adds normally distributed noise; otherwise it changes nothing.
 *
 * Shape: any shape → the same.
 *
 * @param mean the mean of the noise. Default: 0.
 * @param std its standard deviation. Default: 1.
 * @param options mean and standard deviation instead, and the name
 * @throws InvalidOption if the deviation is negative, or in training without a key
 * @category Dropout
 * @see `GaussianNoise` in Keras; `GaussianNoise` in NeuPy
 * @example
 * ```ts
 * const network = join(Input(64), GaussianNoise({ std: 0.1 }), Softmax(10))
 * ```
 */
export const GaussianNoise: GaussianNoiseConstructor = defineLayer({
  ...noise,
  positional: ['mean', 'std'],
  notation: { byName: ['mean', 'std'] },
  options: {
    mean: { codec: finite, default: 0 },
    std: { codec: notNegative, default: 1 },
  },
  shape: (_, input) => right(input),
  decode: 'steps',
  forward: ({ mean, std }, ops, x, _, mode) => {
    if (!mode.training) return [x, {}]
    const draws = ops.normal(drawingKey('GaussianNoise', mode), ops.shape(x))
    return [ops.add(x, ops.add(ops.multiply(draws, ops.constant(std)), ops.constant(mean))), {}]
  },
})

const roomy = {
  expected: 'an input of at least {rows} rows and {cols} columns, the size of a block',
  remedy: 'Use a smaller block.',
} as const

const dropBlock = { kind: 'DropBlock', rank: 2, example: 'DropBlock(0.9, 3)' } as const

/** The type of {@link DropBlock}: [batch, rows, cols, channels] → the same. */
export interface DropBlock<Name extends string, Block = number> extends Plain<Name> {
  readonly kind: 'DropBlock'
  readonly keepProba: number
  readonly blockSize: Pair
  readonly ' out': this[' in'] extends readonly [unknown, infer H extends number, infer W extends number, unknown]
    ? false extends Holds<H, OfAxis<Block, 0>> | Holds<W, OfAxis<Block, 1>>
      ? Refuses<'DropBlock', typeof roomy, this[' in'], { rows: OfAxis<Block, 0>; cols: OfAxis<Block, 1> }>
      : this[' in']
    : number[] extends this[' in']
      ? number[]
      : Refuses<'DropBlock', typeof image, this[' in']>
}
/** Whether `N` rows or columns, padded by `P` on both sides, are at least `K`. */
export type Holds<N extends number, K extends number, P extends number = 0> = number extends N | P | K
  ? true
  : Subtract<P extends 0 ? N : Add<N, Multiply<P, 2>>, K> extends number
    ? true
    : false

interface DropBlockRow
  extends Takes<readonly [number, PairOption], NameOption, Limits<readonly ['part', 'count'], unknown, string>> {
  readonly ' made': DropBlock<NameOf<this[' options'], 'drop-block-{}'>, Argument<this[' given'], 1, PairOption>>
}
/** The constructor of {@link DropBlock}. */
export interface DropBlockConstructor {
  readonly ' row'?: DropBlockRow
  <
    const Block extends number | [rows: number, cols: number] | PairOption,
    const Name extends string = 'drop-block-{}',
    const Keep extends number = number,
  >(
    /** the fraction to keep, from 0 to 1 */
    keepProba: Limited<Keep, 'part', typeof dropBlock, 'keepProba'>,
    /** the rows and columns of a block, or one number for both */
    blockSize: EachWithin<Block, 'count', EachWords<typeof dropBlock, 'blockSize', 'count'>, 'before'>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): DropBlock<Name, Block>
}

/**
 * In training, sets random blocks of rows and columns to 0 in each channel and scales the rest, which keeps the mean;
 * otherwise it changes nothing. (Ghiasi et al. 2018.) Unlike `Dropout`, it takes the fraction to keep.
 *
 * Shape: [batch, rows, cols, channels] → the same.
 *
 * @param keepProba the fraction to keep, from 0 to 1
 * @param blockSize the rows and columns of a block, or one number for both
 * @param options the name of the layer
 * @throws InvalidOption if an option is out of range, or in training without a key
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional or smaller than a block
 * @category Dropout
 * @see `drop_block2d` (torchvision) in PyTorch; `DropBlock` in NeuPy
 * @example
 * ```ts
 * const network = join(Input([14, 14, 32]), Convolution([3, 3, 32]), Relu(), DropBlock(0.9, 3))
 * ```
 */
export const DropBlock: DropBlockConstructor = defineLayer({
  kind: dropBlock.kind,
  example: dropBlock.example,
  positional: ['keepProba', 'blockSize'],
  options: {
    keepProba: { codec: part },
    blockSize: { codec: numbers<Pair>(2, 1) },
  },
  shape: ({ blockSize: [rows, cols] }, input) =>
    flatMap(ofRank(image, input), ([, height, width]) =>
      (height ?? rows) < rows || (width ?? cols) < cols ? refusal(roomy, input, { rows, cols }) : right(input),
    ),
  forward: ({ keepProba, blockSize }, ops, x, _, mode) => {
    if (!mode.training || keepProba === 1) return [x, {}]
    const [batch = null, , , channels = null] = ops.shape(x)
    const [rows, cols] = knownRowsAndCols('DropBlock', ops.shape(x))
    // An empty batch has no mean.
    if (ops.shape(x).includes(0)) return [x, {}]
    const [high, wide] = blockSize
    // Positions of blocks that lie within the image.
    const places = [rows - high + 1, cols - wide + 1] as const
    const proba = ((1 - keepProba) * rows * cols) / (high * wide * places[0] * places[1])
    const draws = ops.uniform(drawingKey('DropBlock', mode), [batch, ...places, channels])
    const seeds = ops.greater(ops.constant(proba), draws)
    const none = [0, 0] as const
    const around = ops.pad(seeds, [none, [high - 1, high - 1], [wide - 1, wide - 1], none])
    const dropped = ops.maxPool(around, { size: blockSize, stride: [1, 1], padding: [none, none] })
    const kept = ops.subtract(ops.constant(1), dropped)
    // All of a small input may be dropped: do not divide by 0.
    const part = ops.maximum(ops.mean(kept, [0, 1, 2, 3]), ops.constant(1e-7))
    return [ops.multiply(x, ops.divide(kept, part)), {}]
  },
})
