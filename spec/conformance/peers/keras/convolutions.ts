import { after } from '../activations.ts'
import { type Arr, range, reshaped } from '../array.ts'
import { forAxes, perAxis } from '../options.ts'
import { make, type Part, parts, plain, type Values } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { cutsOf, deconvolution } from '../windows.ts'
import { channelsLast, type Given, isChannelsFirst, type Mapping, shapeLast, weight } from './given.ts'

// Convolutions of Keras: channels last, filters [...sizes, in, out]; those of one axis that this library has in two have
// an axis of length 1 before it.

/** How windows move: read once for all kinds. */
interface Window {
  readonly strides: readonly number[]
  readonly dilation: readonly number[]
  readonly padding: string
}

const windowOf = ({ options }: Given, axes: number): Window => ({
  strides: forAxes(options.read<number | number[]>('strides', 1), axes),
  dilation: forAxes(options.read<number | number[]>('dilationRate', 1), axes),
  padding: options.read('padding', 'valid').toLowerCase(),
})

/** What a filter's options say that its weight says too. */
const ignoreSizes = ({ options }: Given): void => options.ignore('filters', 'kernelSize', 'depthMultiplier', 'rank')

const biasOf = (given: Given): Arr | null => (given.options.read('useBias', true) ? weight(given, 'bias') : null)
const noBias = (bias: Arr | null): { readonly bias?: null } => (bias ? {} : { bias: null })
const valuesOf = (name: string, values: Readonly<Record<string, Arr>>, bias: Arr | null): Values => ({
  [name]: { ...values, ...(bias ? { bias } : {}) },
})

const kinds = ['Convolution1D', 'Convolution', 'Convolution3D'] as const

const convolution =
  (axes: 1 | 2 | 3): Mapping =>
  given => {
    const { name, options, shape, side } = given
    const isFirst = isChannelsFirst(given)
    const { strides, dilation, padding } = windowOf(given, axes)
    const kernel = weight(given, 'kernel')
    const bias = biasOf(given)
    ignoreSizes(given)
    const layer = make(kinds[axes - 1] as string, [...kernel.shape.slice(0, axes), kernel.shape.at(-1)], {
      name,
      stride: perAxis(strides),
      dilation: perAxis(dilation),
      padding,
      groups: options.read('groups', 1),
      ...noBias(bias),
    })
    const part = parts(
      { layers: [layer], values: valuesOf(name, { weight: kernel }, bias) },
      after(options.read('activation', null), side),
    )
    return channelsLast(part, shape.length, isFirst)
  }

/** Puts an axis of length 1 before the only one: [batch, time, channels] as one row. */
const asRow = (part: Part, [, time, channels]: readonly number[], out: readonly [number, number]): Part =>
  parts(plain(make('Reshape', [1, time, channels])), part, plain(make('Reshape', out)))

const withRow = (kernel: Arr): Arr => reshaped(kernel, [1, ...kernel.shape])
const outLength = (n: number, size: number, stride: number, dilation: number, padding: string): number =>
  padding === 'valid' ? Math.ceil((n - (size - 1) * dilation) / stride) : Math.ceil(n / stride)

/** Convolutions with a filter for each channel; `make` makes the layer, given the filter of two axes. */
const depthwise =
  (
    axes: 1 | 2,
    mapped: (
      given: Given,
      kernel: Arr,
    ) => {
      readonly channels: number
      readonly layer: (options: object) => Part
      readonly bias: Arr | null
    },
  ): Mapping =>
  given => {
    const { options, shape, side, name } = given
    const isFirst = isChannelsFirst(given)
    const window = windowOf(given, axes)
    const written = given.weights.named('depthwise_kernel') ?? weight(given, 'kernel')
    const kernel = axes === 1 ? withRow(written) : written
    const { channels, layer, bias } = mapped(given, kernel)
    ignoreSizes(given)
    options.only('groups', 1)
    const inner = shapeLast(given, isFirst)
    const [stride, dilation] =
      axes === 1
        ? [
            [1, ...window.strides],
            [1, ...window.dilation],
          ]
        : [window.strides, window.dilation]
    const span = ((written.shape[0] as number) - 1) * (window.dilation[0] as number)
    const isCausal = window.padding === 'causal'
    const before = isCausal ? plain(make('ZeroPadding', [[span, 0]])) : plain()
    const made = layer({
      name,
      multiplier: kernel.shape[3],
      stride,
      dilation,
      padding: isCausal ? 'valid' : window.padding,
      ...noBias(bias),
    })
    if (axes === 2)
      return channelsLast(parts(made, after(options.read('activation', null), side)), shape.length, isFirst)
    const time = (inner[1] as number) + (isCausal ? span : 0)
    const length = outLength(
      time,
      written.shape[0] as number,
      window.strides[0] as number,
      window.dilation[0] as number,
      isCausal ? 'valid' : window.padding,
    )
    const row = asRow(made, [inner[0] as number, time, inner[2] as number], [length, channels])
    return channelsLast(parts(before, row, after(options.read('activation', null), side)), shape.length, isFirst)
  }

const depthwiseConvolution = (axes: 1 | 2): Mapping =>
  depthwise(axes, (given, kernel) => {
    const bias = biasOf(given)
    const [rows, cols, inputs, multiplier] = kernel.shape as [number, number, number, number]
    return {
      channels: inputs * multiplier,
      bias,
      layer: options => ({
        layers: [make('DepthwiseConvolution', [rows, cols], options)],
        values: valuesOf(given.name, { weight: kernel }, bias),
      }),
    }
  })

const separableConvolution = (axes: 1 | 2): Mapping =>
  depthwise(axes, (given, kernel) => {
    const bias = biasOf(given)
    const written = weight(given, 'pointwise_kernel')
    const pointwise = axes === 1 ? withRow(written) : written
    const channels = pointwise.shape.at(-1) as number
    return {
      channels,
      bias,
      layer: options => ({
        layers: [make('SeparableConvolution', [kernel.shape[0], kernel.shape[1], channels], options)],
        values: valuesOf(given.name, { depthwiseWeight: kernel, pointwiseWeight: pointwise }, bias),
      }),
    }
  })

const transposed =
  (axes: 1 | 2): Mapping =>
  given => {
    const { name, options, shape, side, kind } = given
    const isFirst = isChannelsFirst(given)
    const { strides, dilation, padding } = windowOf(given, axes)
    if (dilation.some(d => d !== 1)) cannot(`${kind} with dilation`)
    options.only('groups', 1)
    const written = weight(given, 'kernel')
    const bias = biasOf(given)
    ignoreSizes(given)
    const given2 = options.read<number | null | (number | null)[]>('outputPadding', null)
    const outputPadding = Array.isArray(given2) ? given2 : new Array<number | null>(axes).fill(given2)
    const cuts = range(axes).map(axis =>
      cutsOf(
        written.shape[axis] as number,
        strides[axis] as number,
        padding,
        (outputPadding.length === 1 ? outputPadding[0] : outputPadding[axis]) ?? null,
      ),
    )
    const then = after(options.read('activation', null), side)
    if (axes === 2)
      return channelsLast(
        parts(deconvolution({ kernel: written, bias, name }, strides, cuts), then),
        shape.length,
        isFirst,
      )
    const inner = shapeLast(given, isFirst)
    const [begin, end] = cuts[0] as readonly [number, number]
    const length = ((inner[1] as number) - 1) * (strides[0] as number) + (written.shape[0] as number) - begin - end
    const part = deconvolution({ kernel: withRow(written), bias, name }, [1, ...strides], [[0, 0], ...cuts])
    return channelsLast(parts(asRow(part, inner, [length, written.shape[1] as number]), then), shape.length, isFirst)
  }

/** By class. */
export const convolutions: Readonly<Record<string, Mapping>> = {
  Conv1D: convolution(1),
  Convolution1D: convolution(1),
  Conv2D: convolution(2),
  Convolution2D: convolution(2),
  Conv3D: convolution(3),
  Convolution3D: convolution(3),
  DepthwiseConv1D: depthwiseConvolution(1),
  DepthwiseConv2D: depthwiseConvolution(2),
  SeparableConv1D: separableConvolution(1),
  SeparableConvolution1D: separableConvolution(1),
  SeparableConv2D: separableConvolution(2),
  SeparableConvolution2D: separableConvolution(2),
  Conv1DTranspose: transposed(1),
  Convolution1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Convolution2DTranspose: transposed(2),
}
