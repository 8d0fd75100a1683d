import type { Limited, LimitedBy, RefusesNumber } from '../../base/limits.ts'
import { codec, type ParsedOptions, part } from '../../base/options.ts'
import { foldIn } from '../../base/random.ts'
import { defineLayer, type NameOption, type Plain } from '../../core/define.ts'
import type { Limits, NameOf, Takes } from '../../core/notated.ts'
import type { Ops } from '../../ops/ops.ts'
import { type SameImage, sameImage } from '../inputs.ts'
import { drawingKey } from '../stochastic.ts'
import { along, drawBetween, drawEach, knownImages, whereWithin } from './images.ts'
import { type RangeOption, range } from './ranges.ts'

const expectedArea = 'two numbers from 0 to 1, parts of the area'
const expectedRatio = 'two positive numbers, height by width'
const callee = {
  kind: 'RandomErasing',
  example: 'RandomErasing({ probability: 0.5, area: [0.02, 0.33], ratio: [0.3, 3.3], value: 0 })',
} as const

/** The options of {@link RandomErasing}. */
export interface RandomErasingOptions<
  Name extends string = string,
  Probability extends number = number,
  Area extends RangeOption = RangeOption,
  Ratio extends RangeOption = RangeOption,
> extends NameOption<Name> {
  /** The probability that an image is erased. Default: 0.5. */
  readonly probability?: Limited<Probability, 'part', typeof callee, 'probability'>
  /** The erased fraction of the image's area: the bounds of a uniform draw. Default: [0.02, 0.33]. */
  readonly area?: LimitedBy<RefusesNumber<Area, 'part'>, Area, typeof callee, 'area', typeof expectedArea>
  /** The aspect ratio, height / width: the bounds of a draw that is uniform in the logarithm. Default: [0.3, 3.3]. */
  readonly ratio?: LimitedBy<RefusesNumber<Ratio, 'positive'>, Ratio, typeof callee, 'ratio', typeof expectedRatio>
  /** The value of erased pixels: a number, or standard normal noise (`'random'`). Default: 0. */
  readonly value?: number | 'random'
}

/** The type of {@link RandomErasing}: [batch, rows, cols, channels] → the same. */
export interface RandomErasing<Name extends string> extends Plain<Name>, ParsedOptions<RandomErasingOptions> {
  readonly kind: 'RandomErasing'
  readonly ' out': SameImage<'RandomErasing', this[' in']>
}

interface RandomErasingRow
  extends Takes<
    readonly [],
    RandomErasingOptions,
    Limits<null, { probability: 'part'; area: 'part'; ratio: 'positive' }, string>
  > {
  readonly ' made': RandomErasing<NameOf<this[' options'], 'random-erasing-{}'>>
}
/** The constructor of {@link RandomErasing}. */
export interface RandomErasingConstructor {
  readonly ' row'?: RandomErasingRow
  <
    const Name extends string = 'random-erasing-{}',
    const Probability extends number = number,
    const Area extends RangeOption = RangeOption,
    const Ratio extends RangeOption = RangeOption,
  >(
    /** how often to erase, the areas and shapes, what to fill them with, and the name */
    options?: RandomErasingOptions<Name, Probability, Area, Ratio>,
  ): RandomErasing<Name>
}

/** Whether a pixel's center lies in [from, from + length) of an axis. */
const inside = <T>(ops: Ops<T>, axis: 1 | 2, count: number, from: T, length: T): T => {
  const middle = along(ops, axis, count, 0.5)
  const isBefore = ops.greater(from, middle)
  return ops.multiply(ops.greater(ops.add(from, length), middle), ops.subtract(ops.constant(1), isBefore))
}

/**
 * In training, erases a rectangle of random size, aspect ratio and position in some of the images; otherwise it changes
 * nothing. All draws are independent for each image. A rectangle taller or wider than the image is cut to its height or
 * width, and keeps its area. (Zhong et al. 2020.)
 *
 * Shape: [batch, rows, cols, channels] → the same.
 *
 * @param options how often to erase, the areas and shapes, what to fill them with, and the name
 * @throws InvalidOption if an option is invalid, or in training without a key
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional
 * @category Augmentation
 * @see `RandomErasing` in Keras; `RandomErasing` (torchvision) in PyTorch
 * @example
 * ```ts
 * const network = join(Input([32, 32, 3]), RandomErasing({ probability: 0.25 }), Convolution([3, 3, 16]), Relu())
 * ```
 */
export const RandomErasing: RandomErasingConstructor = defineLayer({
  ...callee,
  options: {
    probability: { codec: part, default: 0.5 },
    area: {
      codec: range(expectedArea, value => value >= 0 && value <= 1),
      default: [0.02, 0.33],
    },
    ratio: { codec: range(expectedRatio, value => value > 0), default: [0.3, 3.3] },
    value: {
      codec: codec<number | 'random'>("a number or 'random'", value =>
        value === 'random' || (typeof value === 'number' && Number.isFinite(value)) ? value : undefined,
      ),
      default: 0,
    },
  },
  shape: (_, input) => sameImage(input),
  forward: ({ probability, area, ratio, value }, ops, x, _, mode) => {
    type T = typeof x
    if (!mode.training || probability === 0 || ops.shape(x).includes(0)) return [x, {}]
    const [, rows, cols] = knownImages('RandomErasing', ops.shape(x))
    const key = drawingKey('RandomErasing', mode)
    const pixels = drawBetween(ops, foldIn(key, 'area'), x, [area[0] * rows * cols, area[1] * rows * cols])
    const ratios = ops.exp(drawBetween(ops, foldIn(key, 'ratio'), x, [Math.log(ratio[0]), Math.log(ratio[1])]))
    // Above 0, as the area is divided by it.
    const least = ops.maximum(ops.divide(pixels, ops.constant(cols)), ops.constant(1e-6))
    const wished = ops.sqrt(ops.multiply(pixels, ratios))
    const height = ops.minimum(ops.maximum(wished, least), ops.constant(rows))
    const width = ops.minimum(ops.divide(pixels, height), ops.constant(cols))
    const placed = (axis: 1 | 2, count: number, length: T): T => {
      // Half a pixel beyond each edge, so that every first pixel is equally likely.
      const places = ops.subtract(ops.constant(count + 1), length)
      const from = ops.subtract(ops.multiply(drawEach(ops, foldIn(key, axis), x), places), ops.constant(0.5))
      return inside(ops, axis, count, from, length)
    }
    const isMeant = ops.greater(ops.constant(probability), drawEach(ops, foldIn(key, 'whether'), x))
    const within = ops.multiply(isMeant, placed(1, rows, height))
    const there = value === 'random' ? ops.normal(foldIn(key, 'value'), ops.shape(x)) : ops.constant(value)
    return [whereWithin(ops, within, placed(2, cols, width), there, x), {}]
  },
})
