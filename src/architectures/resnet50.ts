import { boolean, codec, type Options } from '../base/options.ts'
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
import { type Listed, model, type OutputFor, sequence, sideBySide } from './model.ts'
import { architectureOptions } from './options.ts'

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

interface Steps {
  readonly 4: readonly [stride: readonly [1, 1, 1], rate: readonly [2, 4, 8]]
  readonly 8: readonly [stride: readonly [2, 1, 1], rate: readonly [1, 2, 4]]
  readonly 16: readonly [stride: readonly [2, 2, 1], rate: readonly [1, 1, 2]]
  readonly 32: readonly [stride: readonly [2, 2, 2], rate: readonly [1, 1, 1]]
}
/** The steps for a ratio; numbers where only the run time knows which. */
type StepsOf<R extends InOutRatio> = IsOne<R> extends true ? Steps[R] : readonly [AnyThree, AnyThree]
type IsOne<R, All = R> = [R extends unknown ? ([All] extends [R] ? true : false) : never] extends [true] ? true : false
type AnyThree = readonly [number, number, number]
const steps: Steps = {
  4: [
    [1, 1, 1],
    [2, 4, 8],
  ],
  8: [
    [2, 1, 1],
    [1, 2, 4],
  ],
  16: [
    [2, 2, 1],
    [1, 1, 2],
  ],
  32: [
    [2, 2, 2],
    [1, 1, 1],
  ],
}

// The types of the blocks: `N` channels within, `M` that come out.

type Conv<Size extends readonly [number, number, number], P = 'valid', S = 1, D = 1> = Convolution<Size, P, S, D, null>
type Norm = BatchNorm<null, 'batch-norm-{}'>
type Rectifier = Activation<'Relu', 'relu-{}'>
type Bottleneck<N extends number, M extends number, S, Rate> = Sequence<
  readonly [
    Conv<[1, 1, N], 'valid', S>,
    Norm,
    Rectifier,
    Conv<[3, 3, N], Rate, 1, Rate>,
    Norm,
    Rectifier,
    Conv<[1, 1, M]>,
    Norm,
  ]
>
type Projection<M extends number, S> = Sequence<readonly [Conv<[1, 1, M], 'valid', S>, Norm]>
type Merged<Main extends AnyLayer, Around extends AnyLayer> = Sequence<
  readonly [Parallel<[Main, Around]>, Elementwise, Rectifier]
>
type First<Name extends string, N extends number, M extends number, S, Rate> = Block<
  Name,
  Merged<Bottleneck<N, M, S, Rate>, Projection<M, S>>
>
type Further<Name extends string, N extends number, M extends number, Rate> = Block<
  Name,
  Merged<Bottleneck<N, M, 1, Rate>, Identity>
>
type Head<Pool extends boolean> = boolean extends Pool ? [Perhaps<Sequence<Classes>>] : Pool extends true ? Classes : []
type Classes = [GlobalPooling<'global-pooling-{}'>, Dense<'Softmax', 1000, number, 'fc1000'>]

/** What {@link resnet50} does with an image of shape `S`. */
export type ResNet50<S extends ImageShape, Pool extends boolean, Ratio extends InOutRatio> = Sequence<
  Layers<S, Pool, Ratio>
>
type Layers<S extends ImageShape, Pool extends boolean, Ratio extends InOutRatio> = Stepping<
  S,
  Pool,
  StepsOf<Ratio>[0][0],
  StepsOf<Ratio>[0][1],
  StepsOf<Ratio>[0][2],
  StepsOf<Ratio>[1][0],
  StepsOf<Ratio>[1][1],
  StepsOf<Ratio>[1][2]
>
type Stepping<S extends ImageShape, Pool extends boolean, S3, S4, S5, R3, R4, R5> = Listed<
  readonly [
    Input<S, 'input-{}'>,
    Convolution<[7, 7, 64], 3, 2, 1, null, 'conv1'>,
    BatchNorm<null, 'bn_conv1'>,
    Rectifier,
    Pooling<'MaxPooling', [3, 3], 'same', 2, 'max-pooling-{}'>,
    First<'res2a', 64, 256, 1, 1>,
    Further<'res2b', 64, 256, 1>,
    Further<'res2c', 64, 256, 1>,
    First<'res3a', 128, 512, S3, R3>,
    Further<'res3b', 128, 512, R3>,
    Further<'res3c', 128, 512, R3>,
    Further<'res3d', 128, 512, R3>,
    First<'res4a', 256, 1024, S4, R4>,
    Further<'res4b', 256, 1024, R4>,
    Further<'res4c', 256, 1024, R4>,
    Further<'res4d', 256, 1024, R4>,
    Further<'res4e', 256, 1024, R4>,
    Further<'res4f', 256, 1024, R4>,
    First<'res5a', 512, 2048, S5, R5>,
    Further<'res5b', 512, 2048, R5>,
    Further<'res5c', 512, 2048, R5>,
    ...Head<Pool>,
  ]
>

const bottleneck = (n: number, m: number, stride: number, rate: number): AnyLayer =>
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
const projection = (m: number, stride: number): AnyLayer =>
  sequence(Convolution([1, 1, m], { stride, bias: null }), BatchNorm())
const merged = (name: string, main: AnyLayer, around: AnyLayer): AnyLayer =>
  block(name, sequence(sideBySide(main, around), Elementwise('add'), Relu()))

/** The blocks of a group, `res3a`, `res3b` and so on, of which the first steps over the image. */
const group = (number: number, blocks: number, stride: number, rate: number): readonly AnyLayer[] => {
  const n = 2 ** (number + 4)
  return Array.from({ length: blocks }, (_, i) => {
    const name = `res${number}${String.fromCharCode('a'.charCodeAt(0) + i)}`
    return i === 0
      ? merged(name, bottleneck(n, 4 * n, stride, rate), projection(4 * n, stride))
      : merged(name, bottleneck(n, 4 * n, 1, rate), Identity())
  })
}

interface Normal {
  readonly inputShape: ImageShape
  readonly includeGlobalPool: boolean
  readonly inOutRatio: InOutRatio
}
const options: Options<Normal> = {
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
  ): Network<
    Input<S, 'input-{}'>['~source'],
    OutputFor<S, ResNet50<S, Pool, Ratio>>,
    Hiding<Layers<S, Pool, Ratio>>['hidden']
  >
}

/**
 * ResNet-50 (He et al. 2016): an image in, the probabilities of 1000 classes out, or 2048 features for each place.
 * 25,610,152 parameters, 25,557,032 of them trained. The layers with parameters are `conv1` and `bn_conv1`, in each of the
 * blocks `res2a` to `res5c` the `convolution-1` to `convolution-3` and their `batch-norm-1` to `batch-norm-3` (in the first
 * of a group a fourth of each, on the way around), as in `res3a/convolution-2`, and `fc1000`. As in the paper, the first
 * convolution of a group is what steps over the image.
 *
 * @throws InvalidOption if an option is invalid
 * @throws WeightInitializationError, from `init`, when the number of channels is unknown
 * @example
 * ```ts
 * const network = resnet50()
 * String(network) // (?, 224, 224, 3) -> [... 187 layers ...] -> (?, 1000)
 * const features = resnet50({ inputShape: [128, 96, 3], includeGlobalPool: false, inOutRatio: 8 })
 * String(features) // (?, 128, 96, 3) -> [... 185 layers ...] -> (?, 16, 12, 2048)
 * ```
 */
export const resnet50: ResNet50Constructor = (given: ResNet50Options = {}): never => {
  const example = 'resnet50({ inputShape: [224, 224, 3], inOutRatio: 16 })'
  const { inputShape, includeGlobalPool, inOutRatio } = architectureOptions('resnet50', example, options, given)
  const [strides, rates] = steps[inOutRatio]
  const layers: readonly AnyLayer[] = [
    Input(inputShape),
    Convolution([7, 7, 64], { stride: 2, padding: 3, bias: null, name: 'conv1' }),
    BatchNorm({ name: 'bn_conv1' }),
    Relu(),
    MaxPooling([3, 3], { stride: 2, padding: 'same' }),
    ...group(2, 3, 1, 1),
    ...group(3, 4, strides[0], rates[0]),
    ...group(4, 6, strides[1], rates[1]),
    ...group(5, 3, strides[2], rates[2]),
    ...(includeGlobalPool ? [GlobalPooling('avg'), Softmax(1000, { name: 'fc1000' })] : []),
  ]
  // The type says of the options what the lines above do with them.
  return model('resnet50', ...layers) as never
}
