import { boolean, codec, type Options } from '../base/options.ts'
import { sequence, sides, unchecked } from '../blocks/unchecked.ts'
import { block } from '../combinators/block.ts'
import type { AnyLayer } from '../core/layer.ts'
import { Convolution } from '../layers/convolution.ts'
import { type Activation, type Dense, Relu, Softmax } from '../layers/dense.ts'
import { Identity, Input } from '../layers/input.ts'
import { Elementwise } from '../layers/merge.ts'
import { BatchNorm } from '../layers/normalization.ts'
import { GlobalPooling, MaxPooling, type Pooling } from '../layers/pooling.ts'
import type { Block, Perhaps } from '../network-types/blocks.ts'
import type { Network, Parallel, Sequence } from '../network-types/compose.ts'
import type { Hiding } from '../network-types/hidden.ts'
import { type ImageShape, imageShape } from './image.ts'
import { type Listed, type Model, model, optionsOf } from './model.ts'

/** By how much the output of {@link resnet50} can be smaller than its input. */
export type InOutRatio = 4 | 8 | 16 | 32

/** The options of {@link resnet50}. */
export interface ResNet50Options<
  S extends ImageShape = ImageShape,
  Pool extends boolean = boolean,
  Ratio extends InOutRatio = InOutRatio,
> {
  /** [rows, cols, channels] of an image; rows and columns may be `null`, unknown. Default: [224, 224, 3]. */
  readonly inputShape?: S
  /**
   * Whether a mean over rows and columns and a softmax of 1000 classes end the network; otherwise it gives the 2048
   * features of each place. Default: true.
   */
  readonly includeGlobalPool?: Pool
  /**
   * How many rows of the image become one of the features: 4, 8, 16 or 32. Below 32 the last groups do not step over the
   * image; their filters are dilated instead, so that they see as much of it (Chen et al. 2017). Default: 32.
   */
  readonly inOutRatio?: Ratio
}

// Each of the last three groups of blocks steps over the image by its stride, and dilates its 3 by 3 filters by its rate.
const strides = { 4: [1, 1, 1], 8: [2, 1, 1], 16: [2, 2, 1], 32: [2, 2, 2] } as const
const rates = { 4: [2, 4, 8], 8: [1, 2, 4], 16: [1, 1, 2], 32: [1, 1, 1] } as const
/** The row of a table for a ratio; numbers where only the run time knows which. */
type For<R extends InOutRatio, Table extends Readonly<Record<InOutRatio, Three>>> =
  IsOne<R> extends true ? Table[R] : Three
type IsOne<R, All = R> = [R extends unknown ? ([All] extends [R] ? true : false) : never] extends [true] ? true : false
type Three = readonly [number, number, number]

// The blocks: `N` channels within, `M` that come out.

type Conv<Size extends readonly [number, number, number], P = 'valid', S = 1, D = 1> = Convolution<Size, P, S, D, null>
type Norm = BatchNorm<null, 'batch-norm-{}'>
type Rectifier = Activation<'Relu', 'relu-{}'>
type Bottleneck<N extends number, M extends number, S, Rate> = Sequence<
  [Conv<[1, 1, N], 'valid', S>, Norm, Rectifier, Conv<[3, 3, N], Rate, 1, Rate>, Norm, Rectifier, Conv<[1, 1, M]>, Norm]
>
const bottleneck = <const N extends number, const M extends number, const S extends number, const R extends number>(
  n: N,
  m: M,
  stride: S,
  rate: R,
): Bottleneck<N, M, S, R> =>
  sequence(
    Convolution([1, 1, n], { stride, bias: null }),
    BatchNorm(),
    Relu(),
    Convolution([3, 3, n], { padding: rate, dilation: rate, bias: null }),
    BatchNorm(),
    Relu(),
    Convolution([1, 1, m], { bias: null }),
    BatchNorm(),
  )

type Merged<Name extends string, Main extends AnyLayer, Around extends AnyLayer> = Block<
  Name,
  Sequence<[Parallel<[Main, Around]>, Elementwise, Rectifier]>
>
const merged = <const Name extends string, Main extends AnyLayer, Around extends AnyLayer>(
  name: Name,
  main: Main,
  around: Around,
): Merged<Name, Main, Around> => block(name, sequence(sides(main, around), Elementwise('add'), Relu()))

/** Blocks `res3a`, `res3b` and so on: the first steps over the image, the further ones have their letters in `Further`. */
type Group<
  Name extends string,
  Further extends readonly string[],
  N extends number,
  M extends number,
  S extends number,
  R extends number,
> = readonly [
  Merged<`${Name}a`, Bottleneck<N, M, S, R>, Sequence<[Conv<[1, 1, M], 'valid', S>, Norm]>>,
  ...{ readonly [K in keyof Further]: Merged<`${Name}${Further[K]}`, Bottleneck<N, M, 1, R>, Identity> },
]
const group = <
  const Name extends string,
  const Further extends readonly string[],
  const N extends number,
  const M extends number,
  const S extends number,
  const R extends number,
>(
  name: Name,
  further: Further,
  n: N,
  m: M,
  stride: S,
  rate: R,
): Group<Name, Further, N, M, S, R> => {
  const projection = sequence(Convolution([1, 1, m], { stride, bias: null }), BatchNorm())
  const first = merged(`${name}a`, bottleneck(n, m, stride, rate), projection)
  const rest = further.map(letter => merged(`${name}${letter}`, bottleneck(n, m, 1, rate), Identity()))
  return unchecked([first, ...rest])
}

type Head<Pool extends boolean> = boolean extends Pool ? [Perhaps<Sequence<Classes>>] : Pool extends true ? Classes : []
type Classes = [GlobalPooling<'global-pooling-{}'>, Dense<'Softmax', 1000, number, 'fc1000'>]
const head = <Pool extends boolean>(pool: Pool): Head<Pool> =>
  unchecked(pool ? [GlobalPooling('avg'), Softmax(1000, { name: 'fc1000' })] : [])

/** What {@link resnet50} does with an image of shape `S`. */
export type ResNet50<S extends ImageShape, Pool extends boolean, Ratio extends InOutRatio> = Sequence<
  Layers<S, Pool, Ratio>
>
type Layers<S extends ImageShape, Pool extends boolean, Ratio extends InOutRatio> = Stepping<
  S,
  Pool,
  For<Ratio, typeof strides>,
  For<Ratio, typeof rates>
>
type Stepping<S extends ImageShape, Pool extends boolean, Strides extends Three, Rates extends Three> = Listed<
  readonly [
    Input<S, 'input-{}'>,
    Convolution<[7, 7, 64], 3, 2, 1, null, 'conv1'>,
    BatchNorm<null, 'bn_conv1'>,
    Rectifier,
    Pooling<'MaxPooling', [3, 3], 'same', 2, 'max-pooling-{}'>,
    ...Group<'res2', ['b', 'c'], 64, 256, 1, 1>,
    ...Group<'res3', ['b', 'c', 'd'], 128, 512, Strides[0], Rates[0]>,
    ...Group<'res4', ['b', 'c', 'd', 'e', 'f'], 256, 1024, Strides[1], Rates[1]>,
    ...Group<'res5', ['b', 'c'], 512, 2048, Strides[2], Rates[2]>,
    ...Head<Pool>,
  ]
>

const options: Options<Required<ResNet50Options>> = {
  inputShape: { codec: imageShape, default: [224, 224, 3] },
  includeGlobalPool: { codec: boolean, default: true },
  inOutRatio: {
    codec: codec<InOutRatio>('4, 8, 16 or 32', value => ([4, 8, 16, 32] as const).find(ratio => ratio === value)),
    default: 32,
  },
}

/**
 * The constructor of {@link resnet50}. Without options it has no type parameters, for which the compiler would go through
 * the network before it knows them.
 */
export interface ResNet50Constructor {
  (): Network<[number, 224, 224, 3], [number, 1000], Hiding<Layers<[224, 224, 3], true, 32>>['hidden']>
  <const S extends ImageShape = [224, 224, 3], const Pool extends boolean = true, const Ratio extends InOutRatio = 32>(
    options?: ResNet50Options<S, Pool, Ratio>,
  ): Model<S, Layers<S, Pool, Ratio>>['network']
}

const build = <S extends ImageShape, Pool extends boolean, Ratio extends InOutRatio>(
  given: ResNet50Options<S, Pool, Ratio> = {},
): Model<S, Layers<S, Pool, Ratio>>['network'] => {
  const example = 'resnet50({ inputShape: [224, 224, 3], inOutRatio: 16 })'
  const { inputShape, includeGlobalPool, inOutRatio } = optionsOf('resnet50', example, options, given)
  const [s3, s4, s5] = unchecked<For<Ratio, typeof strides>>(strides[inOutRatio])
  const [r3, r4, r5] = unchecked<For<Ratio, typeof rates>>(rates[inOutRatio])
  const layers = [
    Input(inputShape),
    Convolution([7, 7, 64], { stride: 2, padding: 3, bias: null, name: 'conv1' }),
    BatchNorm({ name: 'bn_conv1' }),
    Relu(),
    MaxPooling([3, 3], { stride: 2, padding: 'same' }),
    ...group('res2', ['b', 'c'], 64, 256, 1, 1),
    ...group('res3', ['b', 'c', 'd'], 128, 512, s3, r3),
    ...group('res4', ['b', 'c', 'd', 'e', 'f'], 256, 1024, s4, r4),
    ...group('res5', ['b', 'c'], 512, 2048, s5, r5),
    ...head(includeGlobalPool),
  ] as const
  return model('resnet50', layers)
}

/**
 * ResNet-50 (He et al. 2016): an image in, the probabilities of 1000 classes out, or 2048 features for each place.
 * 25,610,152 parameters, 25,557,032 of them trained. The layers with parameters are `conv1` and `bn_conv1`, in each of the
 * blocks `res2a` to `res5c` the `convolution-1` to `convolution-3` and their `batch-norm-1` to `batch-norm-3` (in the first
 * of a group a fourth of each, on the way around), as in `res3a/convolution-2`, and `fc1000`. As in the paper, the first
 * convolution of a group is what steps over the image.
 *
 * @throws InvalidOption if an option is invalid
 * @throws WeightInitializationError, from `init`, if the number of channels is unknown
 * @example
 * ```ts
 * const network = resnet50()
 * String(network) // (?, 224, 224, 3) -> [... 187 layers ...] -> (?, 1000)
 * const features = resnet50({ inputShape: [128, 96, 3], includeGlobalPool: false, inOutRatio: 8 })
 * String(features) // (?, 128, 96, 3) -> [... 185 layers ...] -> (?, 16, 12, 2048)
 * ```
 */
export const resnet50: ResNet50Constructor = build as ResNet50Constructor
