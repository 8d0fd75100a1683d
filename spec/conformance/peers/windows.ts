import type * as joinery from '../../../src/index.ts'
import { type Arr, permuted, range, reshaped, toFirst, toLast } from './array.ts'
import { perAxis } from './options.ts'
import { make, type Part, parts, plain } from './plan.ts'
import { cannot } from './verdict.ts'

// Windows whose padding is in numbers, and layers on channels that come first.

/** How windows move over the axes between batch and channels. */
export interface Window {
  readonly size: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Elements added [before, after] each axis. */
  readonly pads: readonly (readonly [number, number])[]
}

const isNone = (pads: Window['pads']): boolean => pads.every(([before, after]) => before === 0 && after === 0)
/** A layer's constructors for one, two and three axes. */
export const kinds = (kind: string): readonly string[] => [`${kind}1D`, kind, `${kind}3D`]

/** Layers that want channels last, on channels first. */
export const lastAndBack = (layers: readonly joinery.Layer[], rank: number): readonly joinery.Layer[] => [
  make('Transpose', toLast(rank)),
  ...layers,
  make('Transpose', toFirst(rank)),
]

/**
 * How many elements each end of a full transposed convolution, `(n - 1) · stride + size` long, is cut by; less than none:
 * rows of zeros that are added at the end. As Keras counts them.
 */
export const cutsOf = (
  size: number,
  stride: number,
  padding: string,
  outputPadding: number | null,
): readonly [number, number] => {
  if (padding === 'valid') return [0, -(outputPadding ?? Math.max(size, stride) - size)]
  const all = outputPadding === null ? size + stride - 2 : size + (size % 2) - 2 + outputPadding
  const left = Math.min(Math.floor(all / 2) + (all % 2), size - 1)
  return [size - 1 - left, size - 1 - (all - left)]
}

/** A transposed convolution whose full result is cut, or grows at the end. */
export const deconvolution = (
  filter: { readonly kernel: Arr; readonly bias: Arr | null; readonly name: string },
  strides: readonly number[],
  cuts: readonly (readonly [number, number])[],
): Part => {
  const { kernel, bias, name } = filter
  // Zeros after the input become rows of nothing but the bias, which are cut to the number wanted.
  const extra = cuts.map(([, end], axis) => Math.ceil(Math.max(0, -end) / (strides[axis] as number)))
  const margins = cuts.map(([begin, end], axis) => [begin, end + (extra[axis] as number) * (strides[axis] as number)])
  const isCut = margins.some(([begin, end]) => begin !== 0 || end !== 0)
  const layer = make('Deconvolution', kernel.shape.slice(0, 3), {
    name,
    stride: strides,
    padding: 0,
    ...(bias ? {} : { bias: null }),
  })
  return {
    layers: [
      ...(extra.some(n => n > 0)
        ? [
            make(
              'ZeroPadding',
              extra.map(n => [0, n]),
            ),
          ]
        : []),
      layer,
      ...(isCut ? [make('Cropping', margins)] : []),
    ],
    values: { [name]: { weight: kernel, ...(bias ? { bias } : {}) } },
  }
}

/** A transposed convolution of channels first, cut at its ends; one axis stands as columns. */
export const transposedConvolution = (
  x: Arr,
  filter: Arr,
  bias: Arr | null,
  strides: readonly number[],
  cuts: readonly (readonly [number, number])[],
): Part => {
  const axes = strides.length
  const rank = x.shape.length
  const kernel = permuted(filter, [...range(axes).map(axis => axis + 2), 1, 0])
  if (axes === 2) {
    const part = deconvolution({ kernel, bias, name: 'layer' }, strides, cuts)
    return { ...part, layers: lastAndBack(part.layers, rank) }
  }
  if (axes !== 1) return cannot('a transposed convolution of volumes')
  const [size, channels] = kernel.shape as [number, number]
  const [, features, time] = x.shape as [number, number, number]
  const [begin, end] = cuts[0] as readonly [number, number]
  const length = (time - 1) * (strides[0] as number) + size - begin - end
  const row = deconvolution(
    { kernel: reshaped(kernel, [1, ...kernel.shape]), bias, name: 'layer' },
    [1, ...strides],
    [[0, 0], ...cuts],
  )
  return parts(
    plain(make('Transpose', [0, 2, 1]), make('Reshape', [1, time, features])),
    row,
    plain(make('Reshape', [length, channels]), make('Transpose', [0, 2, 1])),
  )
}

const counted = (n: number, size: number, stride: number, [before, after]: readonly [number, number]): number =>
  Math.floor((n + before + after - size) / stride) + 1

/** Windows over rows and columns whose padding is in numbers, which the operations have and the layers have not. */
export const paddedPooling = (
  how: 'maxPool' | 'averagePool',
  x: readonly number[],
  { size, strides, pads }: Omit<Window, 'dilations'>,
): Part => {
  const [, rows, cols, channels] = x as readonly [number, number, number, number]
  const window = {
    size: size as unknown as joinery.Pair,
    stride: strides as unknown as joinery.Pair,
    padding: pads as unknown as readonly [joinery.Pair, joinery.Pair],
  }
  const out = [rows, cols].map((n, axis) =>
    counted(n, size[axis] as number, strides[axis] as number, pads[axis] as readonly [number, number]),
  )
  return plain(make('Lambda', <T>(ops: joinery.Ops<T>, image: T) => ops[how](image, window), [...out, channels]))
}

/** Max and average pooling of channels last, zeros counted or not. */
export const pooling = (
  isAverage: boolean,
  shape: readonly number[],
  { size, strides, pads }: Omit<Window, 'dilations'>,
  countsPadding: boolean,
): Part => {
  const axes = size.length
  const kind = kinds(isAverage ? 'AveragePooling' : 'MaxPooling')[axes - 1] as string
  const layer = make(kind, perAxis(size), { stride: perAxis(strides), padding: 'valid' })
  if (isNone(pads)) return plain(layer)
  // What counts may as well be there.
  if (isAverage && countsPadding) return plain(make('ZeroPadding', pads), layer)
  const how = isAverage ? 'averagePool' : 'maxPool'
  const channels = shape.at(-1) as number
  if (axes === 2) return paddedPooling(how, shape, { size, strides, pads })
  if (axes === 3) return cannot('pooling of volumes, padded in numbers')
  const time = shape[1] as number
  const row = { size: [1, ...size], strides: [1, ...strides], pads: [[0, 0] as const, ...pads] }
  const length = counted(time, size[0] as number, strides[0] as number, pads[0] as readonly [number, number])
  return parts(
    plain(make('Reshape', [1, time, channels])),
    paddedPooling(how, [1, 1, time, channels], row),
    plain(make('Reshape', [length, channels])),
  )
}
