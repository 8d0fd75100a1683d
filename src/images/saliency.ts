import { InvalidOption } from '../base/errors.ts'
import { notNegative, type Options, oneOf, orNull, parseOptions } from '../base/options.ts'
import { showShape } from '../base/shape.ts'
import { digits } from '../base/shown.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { InputOf } from '../network-types/compose.ts'
import type { DataFor } from '../network-types/data.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import { type Drawing, fittedText, type Shape } from '../pictures/drawing.ts'
import { drawn } from '../pictures/drawn.ts'
import type { Picture } from '../pictures/picture.ts'
import { sizes } from '../pictures/theme.ts'
import type { TensorInputs } from '../state/data.ts'
import { type Bitmap, type Ends, extentOf, notFinite, pictured, scaled } from './bitmap.ts'
import { blurred } from './blur.ts'
import { rangeOption, titleOption } from './options.ts'
import { explained, type NormalSaliency, type SaliencyOptions, saliencyOptions } from './saliency-of.ts'
import { captioned, gap, headed, lineHeight, margin, nothing, tileSize, widest } from './sheet.ts'

/** The options of {@link saliency}. */
export interface SaliencyPictureOptions extends SaliencyOptions {
  /** `'heatmap'`: blurred, so that regions show. `'raw'`: each pixel by itself. Default: `'heatmap'`. */
  readonly mode?: 'heatmap' | 'raw'
  /** The deviation of the blur in pixels. Default, or `null`: a 28th of the longer side, 8 for 224 pixels. */
  readonly sigma?: number | null
  /** The numbers of black and white in the images; `'auto'` for the least and the largest of each. Default: `'auto'`. */
  readonly range?: Ends | 'auto'
  /** Default: the method. */
  readonly title?: string | null
}
interface Normal extends NormalSaliency {
  readonly mode: 'heatmap' | 'raw'
  readonly sigma: number | null
  readonly range: Ends | 'auto'
  readonly title: string | null
}
const options: Options<Normal> = {
  ...saliencyOptions,
  mode: { codec: oneOf(['heatmap', 'raw']), default: 'heatmap' },
  sigma: { codec: orNull(notNegative, 'a 28th of the longer side'), default: null },
  range: { codec: rangeOption, default: 'auto' },
  title: { codec: titleOption, default: null },
}

/** The most examples of a picture. */
const most = 64

/**
 * How much each pixel matters, from 0 on: of several channels the sum of integrated gradients, which add up, and the largest of
 * gradients, which do not (Simonyan et al. 2014).
 */
const byPixel = (values: Float32Array, channels: number, adds: boolean): Float32Array =>
  Float32Array.from({ length: values.length / channels }, (_, pixel) => {
    const own = values.subarray(pixel * channels, (pixel + 1) * channels)
    return adds
      ? Math.abs(own.reduce((sum, value) => sum + value, 0))
      : own.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
  })

/** An image, what matters in it, and what is explained. */
interface Pair {
  readonly image: Bitmap
  readonly map: Bitmap
  readonly label: string
  readonly title: string
}

const methods = {
  gradient: 'gradient',
  'integrated-gradients': 'integrated gradients',
  'smooth-grad': 'SmoothGrad',
  'grad-cam': 'Grad-CAM',
} as const

/**
 * Images, and beside each what the score of a class depends on in it, by one of the methods of {@link saliencyOf}: dark where it does
 * not, bright where it does most. Each example is explained by itself and has its own scale.
 *
 * @param network one input of images, [batch, rows, cols, channels], and one output, [batch, classes]
 * @param x images, as `apply` takes them; the first 64 are shown
 * @throws InvalidOption if the network has other inputs or outputs, x is no images, or an option is invalid
 * @throws LayerConnectionError, WeightInitializationError as `apply`
 * @see {@link saliencyOf} for the numbers
 * @example
 * ```ts
 * const network = join(Input([6, 4, 1]), Convolution([3, 3, 8]), Relu(), Reshape(), Softmax(10))
 * const x = { data: digits().x.data, shape: [10, 6, 4, 1] }
 * const picture = await saliency(network, init(network, key(1)), x, { method: 'integrated-gradients', mode: 'raw' })
 * ```
 */
export const saliency = async <
  N extends AnyLayer,
  const X extends TensorInputs = TensorInputs,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  x: DataFor<'x', InputOf<N>, X, N>,
  given: SaliencyPictureOptions = {},
): Promise<Picture<Drawing>> => {
  const owner = 'saliency'
  const normal = parseOptions<Normal>(owner, "saliency(network, variables, x, { method: 'grad-cam' })", options, given)
  const { method, mode, sigma, range, title } = normal
  const { images, values, targets, scores } = await explained(owner, network, variables, x, normal)
  const [count = 0, rows = 0, cols = 0, channels = 1] = images.shape
  if (images.shape.length !== 4 || ![1, 3, 4].includes(channels))
    throw new InvalidOption({
      layer: owner,
      option: 'x',
      expected: 'images, [batch, rows, cols, channels] of 1, 3 or 4 channels',
      got: showShape(images.shape),
      remedy: 'Take the numbers by saliencyOf.',
    })
  const depth = values.shape[3] ?? 1
  const size = rows * cols
  const pairs = Array.from({ length: size === 0 ? 0 : Math.min(count, most) }, (_, i): Pair => {
    const image = images.data.subarray(i * size * channels, (i + 1) * size * channels)
    const found = byPixel(
      values.data.subarray(i * size * depth, (i + 1) * size * depth),
      depth,
      method === 'integrated-gradients',
    )
    const deviation = mode === 'raw' ? 0 : (sigma ?? Math.max(rows, cols) / 28)
    const map = blurred(found, [rows, cols], deviation)
    const [own, shades] = [extentOf(map), extentOf(image)]
    return {
      image: pictured(image, [rows, cols, channels], range === 'auto' ? [shades.low, shades.high] : range),
      map: scaled(map, [rows, cols], [0, own.high], 'sequential'),
      label: `class ${targets[i]}: ${digits(scores[i] as number)}`,
      title: `example ${i}, class ${targets[i]}: from 0 to ${digits(own.high)}`,
    }
  })
  const heading = title ?? `Saliency by ${methods[method]}`
  const captions = [
    'each map by its own scale: bright is what the score of the class depends on most',
    ...(count > most ? [`the first ${most} of ${count} examples`] : []),
    ...notFinite(extentOf(values.data).others),
  ]
  const drawing = pairs.length === 0 ? nothing(heading) : laidOut(heading, captions, pairs)
  return drawn({ drawing, title: [heading, ...captions].join('\n') })
}

const laidOut = (heading: string, captions: readonly string[], pairs: readonly Pair[]): Drawing => {
  const [w, h] = tileSize(pairs[0]?.image ?? { rows: 1, cols: 1 })
  const cell = Math.max(2 * w + 2, 90)
  const high = h + lineHeight + 2
  const columns = Math.min(pairs.length, Math.max(1, Math.floor((widest - 2 * margin + gap) / (cell + gap))))
  const width = Math.max(320, 2 * margin + columns * (cell + gap) - gap)
  const top = margin + sizes.title + 12
  const shapes = pairs.flatMap(({ image, map, label, title }, i): readonly Shape[] => {
    const left = margin + (i % columns) * (cell + gap)
    const x = left + (cell - 2 * w - 2) / 2
    const y = top + Math.floor(i / columns) * (high + gap)
    return [
      { kind: 'image', x, y, width: w, height: h, href: image.href, title: `example ${i}` },
      { kind: 'image', x: x + w + 2, y, width: w, height: h, href: map.href, title },
      { kind: 'rect', x, y, width: 2 * w + 2, height: h, stroke: 'border', strokeWidth: 0.5 },
      fittedText(
        { text: label, x: left + cell / 2, y: y + h + 12, size: sizes.small, anchor: 'middle', colour: 'muted' },
        cell + gap - 2,
      ),
    ]
  })
  const bottom = top + Math.ceil(pairs.length / columns) * (high + gap)
  const below = captioned(captions, bottom - 4, width)
  return {
    width,
    height: bottom + lineHeight * below.length + margin - 4,
    shapes: [headed(heading, width), ...shapes, ...below],
  }
}
