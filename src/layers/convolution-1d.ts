import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import type { Fault } from '../core/errors.ts'
import type { Margin } from '../core/ops.ts'
import { codec, integer, optionalParameter, parameter } from '../core/options.ts'
import { type RefusedInput, type Shape, showShape } from '../core/shape.ts'
import type { Parameter, ParameterSource, Weight, WeightAndBias } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import { type AxisWindow, knownDimensions, marginOf, type NoRoom, places, sizes, tooLarge } from './axis.ts'
import { channelsPerGroup, checkGroups, type Grouped, groupedShape, type PerGroup } from './groups.ts'
import type { SlideAxis, Spanned } from './spatial.ts'

/** The filter: its steps, and how many output channels it makes. */
export type FilterSize1D = readonly [steps: number, channels: number]
/** Zeros around a sequence; 'causal': before it only. */
export type Padding1D = 'valid' | 'same' | 'causal' | number

/** The options of {@link Convolution1D}. */
export interface Convolution1DOptions<
  P extends Padding1D = Padding1D,
  S extends number = number,
  D extends number = number,
  G extends number = number,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
> extends NameOption<Name> {
  /**
   * Zeros around the sequence: 'valid' for none; 'same' for as many as keep the steps at stride 1 (an odd one goes to
   * the end); 'causal' for as many, all before the first step, so that no output depends on a later step; a number for
   * each side. Default: 'valid'.
   */
  readonly padding?: P
  /** The step of the filter. Default: 1. */
  readonly stride?: S
  /** The distance between the filter's elements; with a stride as well. Default: 1. */
  readonly dilation?: D
  /** In how many parts the channels are taken, each of which makes its own part of the output. Default: 1. */
  readonly groups?: G
  /** The initial filter, of shape [steps, input channels / groups, channels]. Default: `heNormal({ gain: 2 })`. */
  readonly weight?: ParameterSource
  /** The initial bias, of shape [channels], or `null` for none. Default: 0. */
  readonly bias?: B
}

/** A convolution as a type: [batch, steps, channels] in, [batch, steps', Size[1]] out. */
export interface Convolution1D<
  Size extends FilterSize1D,
  P = 'valid',
  S extends number = 1,
  D extends number = 1,
  G extends number = 1,
  B = number,
  Name extends string = 'convolution1d-{}',
> extends Leaf<Name, 'params'> {
  readonly kind: 'Convolution1D'
  readonly size: Size
  readonly padding: Padding1D
  readonly stride: number
  readonly dilation: number
  readonly groups: number
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly '~out': SlidSteps<this['~in'], 'Convolution1D', Size[0], P, S, D, Size[1], G>
  readonly '~params': [B] extends [null]
    ? Weight<[Size[0], PerGroup<Channels<this['~in']>, G>, Size[1]]>
    : WeightAndBias<[Size[0], PerGroup<Channels<this['~in']>, G>, Size[1]], [Size[1]]>
}
type Channels<I> = I extends readonly [unknown, unknown, infer C extends number] ? C : number

/** [batch, steps, channels] after a window of `K` steps has slid over it. */
export type SlidSteps<
  I,
  Kind extends string,
  K extends number,
  P,
  S extends number,
  D extends number,
  Out,
  G extends number = 1,
> = I extends readonly [infer B, infer N extends number, infer C]
  ? SlideAxis<N, K, S, P extends 'valid' ? 0 : P extends 'causal' ? 'same' : P, D> extends infer R
    ? R extends 0
      ? NoRoom<Kind, `${Spanned<K, D>}`, I>
      : R extends number
        ? Grouped<Kind, C, G, [B, R, Out], I>
        : NoRoom<Kind, `${Spanned<K, D>}`, I>
    : never
  : number[] extends I
    ? [number, number, Out]
    : RefusedInput<
        Kind,
        'a 3-dimensional input [batch, steps, channels]',
        I,
        'Give the Input two dimensions, [steps, channels], or put a Reshape before this layer.'
      >

/** The constructor of {@link Convolution1D}. */
export type Convolution1DConstructor = <
  const Size extends [number, number] | FilterSize1D,
  const P extends Padding1D = 'valid',
  const S extends number = 1,
  const D extends number = 1,
  const G extends number = 1,
  B extends ParameterSource | null = number,
  const Name extends string = 'convolution1d-{}',
>(
  size: Size,
  options?: Convolution1DOptions<P, S, D, G, B, Name>,
) => Convolution1D<Size, P, S, D, G, B, Name>

interface Normal {
  readonly size: readonly number[]
  readonly padding: Padding1D
  readonly stride: number
  readonly dilation: number
  readonly groups: number
  readonly weight: Parameter
  readonly bias: Parameter | null
}

const windowOf = ({ size, padding, stride, dilation }: Normal): AxisWindow => ({
  size: size[0] as number,
  padding,
  stride,
  dilation,
})
const channelsOf = ({ size }: Normal): number => size[1] as number

/** The output shape of a window that slides over [batch, steps, channels]. */
export const slideSteps = (
  input: Shape | null,
  window: AxisWindow,
  channels: number | null,
): Either<Fault, readonly (number | null)[]> => {
  if (input === null) return right([null, null, channels])
  if (input.length !== 3)
    return left({
      expected: 'a 3-dimensional input [batch, steps, channels]',
      got: showShape(input),
      remedy: 'Give the Input two dimensions, [steps, channels], or put a Reshape before this layer.',
    })
  const [batch = null, steps = null] = input
  const out = places(steps, window)
  return out !== null && out <= 0 ? left(tooLarge([window], input)) : right([batch, out, channels])
}

/**
 * Convolution over the steps of a sequence. Every output element is the sum, over the filter's window and the input
 * channels of its group, of input times weight, plus the channel's bias:
 *
 * `y[b, i, f] = bias[f] + sum(x[b, i·stride + s·dilation, k] · weight[s, k, f])`
 *
 * Steps come out as `ceil((n + padding - (size - 1)·dilation) / stride)`, with 'same' and 'causal' as `ceil(n / stride)`.
 * (Waibel et al. 1989; 'causal': van den Oord et al. 2016.)
 *
 * Variables: `weight` [steps, input channels / groups, channels] and, unless it is `null`, `bias` [channels].
 *
 * @param size [steps, channels] of the filter
 * @throws InvalidOption if an option is invalid, or the groups do not divide the channels
 * @throws LayerConnectionError, from `join`, when the input is not 3-dimensional or smaller than the filter, or the
 *   groups do not divide its channels
 * @throws WeightInitializationError, from `init`, when the number of input channels is unknown
 * @example
 * ```ts
 * const network = join(Input([100, 8]), Convolution1D([5, 16], { stride: 2 }))
 * String(network) // (?, 100, 8) -> [... 2 layers ...] -> (?, 48, 16)
 * ```
 */
export const Convolution1D: Convolution1DConstructor = defineLayer({
  kind: 'Convolution1D',
  example: 'Convolution1D([5, 16], { padding: 2, stride: 2 })',
  positional: ['size'],
  options: {
    size: { codec: sizes(2, '[steps, channels]') },
    padding: {
      codec: codec<Padding1D>("'valid', 'same', 'causal' or an integer >= 0", value =>
        value === 'valid' || value === 'same' || value === 'causal' || integer(0).is(value) ? value : undefined,
      ),
      default: 'valid',
    },
    stride: { codec: integer(1), default: 1 },
    dilation: { codec: integer(1), default: 1 },
    groups: { codec: integer(1), default: 1 },
    weight: { codec: parameter, default: heNormal({ gain: 2 }) },
    bias: { codec: optionalParameter, default: 0 },
  },
  check: (options: Normal) => checkGroups(options.groups, channelsOf(options)),
  shape: (options: Normal, input) =>
    groupedShape(input, options.groups, slideSteps(input, windowOf(options), channelsOf(options))),
  variables: {
    weight: ({ size: [steps = 0, channels = 0], groups, weight }: Normal, input) => {
      const own = channelsPerGroup(input, groups)
      return own._tag === 'Left' ? own : right({ shape: [steps, own.right, channels], initial: weight })
    },
    bias: (options: Normal) =>
      right(options.bias === null ? null : { shape: [channelsOf(options)], initial: options.bias }),
  },
  // A convolution over an image of one row.
  forward: (options: Normal, ops, x, { weight, bias }) => {
    const { stride, dilation, groups } = options
    const [batch = null, , channels = null] = ops.shape(x)
    const [steps = 0] = knownDimensions('Convolution1D', ops.shape(x), [1])
    const none: Margin = [0, 0]
    const y = ops.convolve(
      ops.reshape(x, [batch, 1, steps, channels]),
      ops.reshape(weight, [1, ...ops.shape(weight)]),
      { stride: [1, stride], dilation: [1, dilation], padding: [none, marginOf(steps, windowOf(options))], groups },
    )
    const [, , out = null, made = null] = ops.shape(y)
    const rows = ops.reshape(y, [batch, out, made])
    return [options.bias === null ? rows : ops.add(rows, bias), {}]
  },
})
