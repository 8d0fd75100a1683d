import { InvalidOption } from '../base/errors.ts'
import { codec, integer, type Options, orNull, parseOptions } from '../base/options.ts'
import { showShape, sizeOf } from '../base/shape.ts'
import { digits } from '../base/shown.ts'
import { isList } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart, type Node } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { NameGiven } from '../network-types/names.ts'
import type { Drawing } from '../pictures/drawing.ts'
import { drawn } from '../pictures/drawn.ts'
import type { Picture } from '../pictures/picture.ts'
import { toNumbers } from '../state/data.ts'
import { asVariables } from '../state/given.ts'
import { variableIn } from '../state/variables.ts'
import { type Bitmap, extentOf, notFinite, pictured, scaled } from './bitmap.ts'
import { titleOption } from './options.ts'
import { sheetOf, type Tile } from './sheet.ts'
import { placeOf } from './watched.ts'

/** The options of {@link filters}. */
export interface FiltersOptions {
  /** The shape of the images that a dense layer sees: [rows, cols], or with 1 or 3 channels. Filters of convolutions have their own. */
  readonly image?: readonly [rows: number, cols: number, channels?: number] | null
  /** Filters in a row. Default, or `null`: as many as fit. */
  readonly columns?: number | null
  /** Default: the layer and how many filters it has. */
  readonly title?: string | null
}
interface Normal {
  readonly image: readonly number[] | null
  readonly columns: number | null
  readonly title: string | null
}
const options: Options<Normal> = {
  image: {
    codec: codec<readonly number[] | null>('[rows, cols], or [rows, cols, channels], or null', value => {
      if (value === null) return null
      const isSize = (size: unknown) => integer(1).is(size)
      return isList(value) && (value.length === 2 || value.length === 3) && value.every(isSize)
        ? Object.freeze([...(value as readonly number[])])
        : undefined
    }),
    default: null,
  },
  columns: { codec: orNull(integer(1), 'as many as fit'), default: null },
  title: { codec: titleOption, default: null },
}

/** Filters [rows, cols, channels], one after the other. */
interface Filters {
  readonly shape: readonly [rows: number, cols: number, channels: number]
  readonly each: readonly Float32Array[]
}

/** The variable that holds a layer's filters, and which axes of it are the filter's own. */
const kinds: Readonly<Record<string, readonly [variable: string, axes: 'last' | 'second last' | 'both last']>> = {
  Convolution: ['weight', 'last'],
  Deconvolution: ['weight', 'second last'],
  DepthwiseConvolution: ['weight', 'both last'],
  SeparableConvolution: ['depthwiseWeight', 'both last'],
}
const variableOf = (kind: string): string => kinds[kind]?.[0] ?? 'weight'

/** Filters by what they make: each output of a convolution, each channel and copy of one that works on channels. */
const filtersOf = (kind: string, data: Float32Array, shape: readonly number[]): Filters => {
  const [rows = 0, cols = 0, a = 0, b = 0] = shape
  const places = rows * cols
  const at = (place: number, i: number, j: number): number => data[(place * a + i) * b + j] as number
  const [, axes = 'last'] = kinds[kind] ?? []
  if (axes === 'both last') {
    const each = Array.from({ length: a * b }, (_, n) =>
      Float32Array.from({ length: places }, (_, place) => at(place, Math.floor(n / b), n % b)),
    )
    return { shape: [rows, cols, 1], each }
  }
  const [outputs, channels] = axes === 'last' ? [b, a] : [a, b]
  const each = Array.from({ length: outputs }, (_, n) =>
    Float32Array.from({ length: places * channels }, (_, i) => {
      const [place, channel] = [Math.floor(i / channels), i % channels]
      return axes === 'last' ? at(place, channel, n) : at(place, n, channel)
    }),
  )
  return { shape: [rows, cols, channels], each }
}

/** The channels of a filter beside each other, with a line of nothing between them. */
const mosaic = (filter: Float32Array, [rows, cols, channels]: Filters['shape'], most: number): Bitmap => {
  const across = Math.ceil(Math.sqrt(channels))
  const [height, width] = [Math.ceil(channels / across) * (rows + 1) - 1, across * (cols + 1) - 1]
  const data = new Float32Array(height * width)
  for (let c = 0; c < channels; c++)
    for (let place = 0; place < rows * cols; place++) {
      const row = Math.floor(c / across) * (rows + 1) + Math.floor(place / cols)
      const col = (c % across) * (cols + 1) + (place % cols)
      data[row * width + col] = filter[place * channels + c] as number
    }
  return scaled(data, [height, width], [-most, most], 'diverging')
}

/** The most filters on a sheet. */
const most = 256

/**
 * The filters of a layer: as images where they have 1 or 3 channels, as those of a first layer have; otherwise the channels of each
 * beside one another, blue below and red above 0. Each filter is scaled by itself: below it stands its largest weight, which is white
 * or full red; its negative is black or full blue.
 *
 * Layers are convolutions, also transposed, depthwise and separable ones; with `image`, dense layers too, whose neurons see images. The
 * first 256 filters are shown.
 *
 * @param name of the layer
 * @throws InvalidOption if there is no such layer, it has no filters, or an option is invalid
 * @throws WeightInitializationError if the variables are not the network's
 * @example
 * ```ts
 * const network = join(Input([28, 28, 1]), Convolution([5, 5, 16]), Relu(), Convolution([3, 3, 32]))
 * const variables = init(network, key(1))
 * const first = filters(network, variables, 'convolution-1')
 * const dense = join(Input(24), Relu(8))
 * const neurons = filters(dense, init(dense, key(1)), 'relu-1', { image: [6, 4] })
 * ```
 */
export const filters = <N extends AnyLayer, const Name extends string, const V extends SomeVariables = SomeVariables>(
  network: N,
  variables: VariablesFor<N, V>,
  name: NameGiven<'filters', N, Name>,
  given: FiltersOptions = {},
): Picture<Drawing> => {
  const owner = 'filters'
  const { image, columns, title } = parseOptions<Normal>(
    owner,
    "filters(network, variables, 'convolution-1')",
    options,
    given,
  )
  const trees = asVariables(owner, variables)
  const wiring = wiringOf(asPart(owner, network))
  const weightOf = ({ name, layer }: Node) => variableIn(trees, name, variableOf(layer.kind))
  const isFitting = (node: Node): boolean =>
    weightOf(node)?.shape.length === (image === null ? 4 : 2) &&
    (image !== null || kinds[node.layer.kind] !== undefined)
  const expected = image === null ? 'a convolution over images' : 'a dense layer'
  const node = wiring.nodes[placeOf(owner, wiring, name, [expected, isFitting])] as Node
  const { data, shape } = toNumbers(weightOf(node))
  const found = image === null ? filtersOf(node.layer.kind, data, shape) : seen(owner, image, data, shape)
  const [, , channels] = found.shape
  const isImage = channels === 1 || channels === 3
  const tiles = found.each.slice(0, most).map((filter, i): Tile => {
    const { low, high } = extentOf(filter)
    const largest = Math.max(Math.abs(low), Math.abs(high))
    const bitmap = isImage ? pictured(filter, found.shape, [-largest, largest]) : mosaic(filter, found.shape, largest)
    return { bitmap, label: `±${digits(largest)}`, title: `filter ${i}: from ${digits(low)} to ${digits(high)}` }
  })
  const count = found.each.length
  const heading = title ?? `${node.name}: ${count} filters of ${found.shape.join(' x ')}`
  const captions = [
    isImage
      ? 'each filter by its own scale: grey is 0, white is its largest weight, black the negative of it'
      : 'the channels of each filter, by its own scale: white is 0, red its largest weight, blue the negative of it',
    ...(count > most ? [`the first ${most} of ${count} filters`] : []),
    ...notFinite(extentOf(data).others, 'weight'),
  ]
  return drawn({ drawing: sheetOf({ heading, tiles, columns, captions }), title: [heading, ...captions].join('\n') })
}

/** What each neuron of a dense layer sees of an image. */
const seen = (owner: string, image: readonly number[], data: Float32Array, shape: readonly number[]): Filters => {
  const [inputs = 0, outputs = 0] = shape
  const [rows = 1, cols = 1, channels = 1] = image
  if (sizeOf([rows, cols, channels]) !== inputs)
    throw new InvalidOption({
      layer: owner,
      option: 'image',
      expected: `an image of ${inputs} numbers, as the layer takes`,
      got: showShape(image),
      remedy: 'Give rows, columns and channels whose product is that.',
    })
  const each = Array.from({ length: outputs }, (_, n) =>
    Float32Array.from({ length: inputs }, (_, i) => data[i * outputs + n] as number),
  )
  return { shape: [rows, cols, channels], each }
}
