import { range } from '../array.ts'
import { forAxes, perAxis } from '../options.ts'
import { make, parts, plain } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { channelsLast, isChannelsFirst, type Mapping, shapeLast } from './given.ts'

// Pooling and resizing of Keras.

const suffix = ['1D', '', '3D'] as const

const pooling =
  (kind: 'MaxPooling' | 'AveragePooling', axes: 1 | 2 | 3): Mapping =>
  given => {
    const { options, shape } = given
    const isFirst = isChannelsFirst(given)
    const size = forAxes(options.read<number | number[]>('poolSize', 2), axes)
    const strides = forAxes(options.read<number | readonly number[]>('strides', size), axes)
    const layer = make(`${kind}${suffix[axes - 1]}`, perAxis(size), {
      stride: perAxis(strides),
      padding: options.read('padding', 'valid').toLowerCase(),
    })
    return channelsLast(plain(layer), shape.length, isFirst)
  }

const globalPooling =
  (reduction: 'max' | 'avg'): Mapping =>
  given => {
    const { kind, options, shape, hasMask } = given
    if (hasMask) cannot(`${kind} with a mask`)
    const isFirst = isChannelsFirst(given)
    const channels = shapeLast(given, isFirst).at(-1) as number
    const ones = range(shape.length - 2).map(() => 1)
    const kept = options.read('keepdims', false)
      ? [make('Reshape', isFirst ? [channels, ...ones] : [...ones, channels])]
      : []
    return channelsLast(plain(make('GlobalPooling', reduction), ...kept), shape.length, isFirst, 2)
  }

const upsampling2D: Mapping = given => {
  const { options, shape } = given
  options.only('interpolation', 'nearest')
  const size = forAxes(options.read<number | number[]>('size', 2), 2)
  return channelsLast(plain(make('Upscale', size)), shape.length, isChannelsFirst(given))
}

/** Steps stand as rows. */
const upsampling1D: Mapping = ({ options, shape: [, time, channels] }) => {
  const [size] = forAxes(options.read<number | number[]>('size', 2), 1) as [number]
  return plain(
    make('Reshape', [time, 1, channels]),
    make('Upscale', [size, 1]),
    make('Reshape', [(time as number) * size, channels]),
  )
}

/** Rows and columns at each depth, then the depth as rows. */
const upsampling3D: Mapping = given => {
  const { options, shape } = given
  const [d, r, c] = forAxes(options.read<number | number[]>('size', 2), 3) as [number, number, number]
  const isFirst = isChannelsFirst(given)
  const [, depth, rows, cols, channels] = shapeLast(given, isFirst) as [number, number, number, number, number]
  const part = plain(
    make('TimeDistributed', make('Upscale', [r, c])),
    make('Reshape', [depth, 1, rows * r * cols * c * channels]),
    make('Upscale', [d, 1]),
    make('Reshape', [depth * d, rows * r, cols * c, channels]),
  )
  return channelsLast(parts(part), shape.length, isFirst)
}

/** By class. */
export const poolings: Readonly<Record<string, Mapping>> = {
  ...Object.fromEntries(
    ([1, 2, 3] as const).flatMap(axes => [
      [`MaxPooling${axes}D`, pooling('MaxPooling', axes)],
      [`MaxPool${axes}D`, pooling('MaxPooling', axes)],
      [`AveragePooling${axes}D`, pooling('AveragePooling', axes)],
      [`AvgPool${axes}D`, pooling('AveragePooling', axes)],
      [`GlobalAveragePooling${axes}D`, globalPooling('avg')],
      [`GlobalAvgPool${axes}D`, globalPooling('avg')],
      [`GlobalMaxPooling${axes}D`, globalPooling('max')],
      [`GlobalMaxPool${axes}D`, globalPooling('max')],
    ]),
  ),
  UpSampling1D: upsampling1D,
  UpSampling2D: upsampling2D,
  UpSampling3D: upsampling3D,
}
