import { InvalidOption } from '../base/errors.ts'
import { integer, type Options, oneOf, orNull, parseOptions } from '../base/options.ts'
import { showShape } from '../base/shape.ts'
import { digits } from '../base/shown.ts'
import { isList } from '../base/trees.ts'
import type { Drawing } from '../pictures/drawing.ts'
import { drawn } from '../pictures/drawn.ts'
import type { Picture } from '../pictures/picture.ts'
import { type TensorInput, type TypedNumbers, toNumbers } from '../state/data.ts'
import { type Ends, extentOf, notFinite, pictured } from './bitmap.ts'
import { checkLabels, type Labels, labelsOption, rangeOption, titleOption } from './options.ts'
import { sheetOf } from './sheet.ts'

/** The options of {@link imageGrid}. */
export interface ImageGridOptions {
  /** What stands below each image: texts or numbers. Default: nothing. */
  readonly labels?: readonly (string | number)[] | TypedNumbers | null
  /** Images in a row. Default, or `null`: as many as fit. */
  readonly columns?: number | null
  /** The numbers of black and white; or `'auto'` for the least and the largest of all. Default: [0, 1]. */
  readonly range?: Ends | 'auto'
  /** Whether channels are the last axis, or, as in PyTorch, come before rows. Default: `'last'`. */
  readonly channels?: 'last' | 'first'
  /** Default: what the images are: `32 images of 28 x 28`. */
  readonly title?: string | null
}
interface Normal extends Required<Omit<ImageGridOptions, 'labels'>> {
  readonly labels: Labels | null
}

const options: Options<Normal> = {
  labels: { codec: labelsOption, default: null },
  columns: { codec: orNull(integer(1), 'as many as fit'), default: null },
  range: { codec: rangeOption, default: [0, 1] },
  channels: { codec: oneOf(['last', 'first']), default: 'last' },
  title: { codec: titleOption, default: null },
}

/** Images of one size. */
export interface Images {
  readonly count: number
  readonly rows: number
  readonly cols: number
  readonly channels: number
  readonly data: Float32Array
}
const empty: Images = { count: 0, rows: 0, cols: 0, channels: 1, data: new Float32Array() }

/** Channels behind rows and columns. */
const channelsLast = ({ count, rows, cols, channels, data }: Images): Images => ({
  ...{ count, rows, cols, channels },
  data: data.map((_, i) => {
    const [c, pixel, image] = [
      i % channels,
      Math.floor(i / channels) % (rows * cols),
      Math.floor(i / (channels * rows * cols)),
    ]
    return data[(image * channels + c) * rows * cols + pixel] as number
  }),
})

/**
 * Images of any form that tensors are given in.
 *
 * @throws InvalidOption if they have another shape
 */
export const asImages = (
  owner: string,
  option: string,
  given: unknown,
  channels: 'last' | 'first' = 'last',
): Images => {
  if (isList(given) && given.length === 0) return empty
  const { data, shape } = toNumbers(given)
  const [count = 0, a = 0, b = 0, c = 1] = shape
  const [rows, cols, depth] = channels === 'last' || shape.length === 3 ? [a, b, c] : [b, c, a]
  if ((shape.length === 3 || shape.length === 4) && [1, 3, 4].includes(depth)) {
    const images = { count, rows, cols, channels: depth, data }
    return channels === 'last' || shape.length === 3 ? images : channelsLast(images)
  }
  const axes = channels === 'last' ? '[images, rows, cols, channels]' : '[images, channels, rows, cols]'
  throw new InvalidOption({
    layer: owner,
    option,
    expected: `${axes} of 1, 3 or 4 channels, or [images, rows, cols]`,
    got: showShape(shape),
    remedy:
      shape.length === 2
        ? 'Give one image in an array of one; rows of pixels need a shape: { data, shape: [images, rows, cols] }.'
        : "Give channels: 'first' for images [images, channels, rows, cols]; show maps of other channels by activationMaps.",
  })
}

/** @throws InvalidOption if numbers lie outside of a range */
export const checkRange = (owner: string, option: string, data: Float32Array, range: Ends | 'auto'): Ends => {
  const { low, high } = extentOf(data)
  if (range === 'auto') return [low, high]
  // Interpolation and rounding leave numbers a little outside.
  const slack = 1e-4 * (range[1] - range[0])
  if (low >= range[0] - slack && high <= range[1] + slack) return range
  throw new InvalidOption({
    layer: owner,
    option,
    expected: `numbers from ${digits(range[0])} to ${digits(range[1])}`,
    got: `numbers from ${digits(low)} to ${digits(high)}`,
    remedy: `Say what black and white are: range: ${low >= 0 && high <= 255 && high > 1 ? '[0, 255]' : `[${digits(low)}, ${digits(high)}]`}, or range: 'auto'.`,
  })
}

/** The most images on a sheet: more would make a picture that nobody can look at. */
const most = 400

/**
 * Images side by side, such as a batch of a data set or what a network has made.
 *
 * @param images [images, rows, cols, channels] with 1 (grey), 3 (red, green, blue) or 4 channels (with opacity), or [images, rows,
 *   cols]: a tensor, nested arrays, or `{ data, shape }`. The first 400 are shown
 * @throws InvalidOption if they have another shape, numbers outside of `range`, or an option is invalid
 * @example
 * ```ts
 * const { x, y } = digits()
 * const pictures = imageGrid({ data: x.data, shape: [10, 6, 4] }, { labels: y.data, columns: 5 })
 * String(pictures.spec.width) // 320
 * ```
 */
export const imageGrid = (images: TensorInput, given: ImageGridOptions = {}): Picture<Drawing> => {
  const owner = 'imageGrid'
  const { labels, columns, range, channels, title } = parseOptions<Normal>(
    owner,
    'imageGrid(images, { columns: 8 })',
    options,
    given,
  )
  const { count, rows, cols, channels: depth, data } = asImages(owner, 'images', images, channels)
  const ends = checkRange(owner, 'range', data, range)
  checkLabels(owner, labels, count, 'images')
  const size = rows * cols * depth
  const tiles = Array.from({ length: Math.min(count, most) }, (_, i) => ({
    bitmap: pictured(data.subarray(i * size, (i + 1) * size), [rows, cols, depth], ends),
    title: `image ${i}${labels === null ? '' : `: ${labels[i]}`}`,
    ...(labels !== null && { label: String(labels[i]) }),
  }))
  const heading = title ?? (count === 0 ? 'Images' : `${count} image${count === 1 ? '' : 's'} of ${rows} x ${cols}`)
  const captions = [
    ...(count > most ? [`the first ${most} of ${count} images`] : []),
    ...(range === 'auto' && count > 0 ? [`black is ${digits(ends[0])}, white is ${digits(ends[1])}`] : []),
    ...notFinite(extentOf(data).others),
  ]
  return drawn({ drawing: sheetOf({ heading, tiles, columns, captions }), title: [heading, ...captions].join('\n') })
}
