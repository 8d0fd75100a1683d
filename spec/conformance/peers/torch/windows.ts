import { permuted, range, toLast } from '../array.ts'
import { forAxes, perAxis } from '../options.ts'
import { make } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { kinds, lastAndBack, pooling, transposedConvolution } from '../windows.ts'
import { type Given, type Mapping, same, variable, withBatch } from './given.ts'

// Convolutions, poolings and margins of PyTorch: channels first.

type Numbers = number | readonly number[]

const convolution: Mapping = given => {
  const { axes, options, state, input } = given
  options.only('paddingMode', 'zeros')
  options.only('transposed', false)
  options.ignore('inChannels', 'outChannels', 'outputPadding')
  const whole = withBatch(input, axes + 2)
  const filter = variable(given, 'weight')
  const { bias } = state
  const padding = options.read<string | Numbers>('padding', 0)
  options.ignore('kernelSize')
  const layer = make(kinds('Convolution')[axes - 1] as string, [...filter.shape.slice(2), filter.shape[0]], {
    name: 'layer',
    stride: perAxis(forAxes(options.read<Numbers>('stride', 1), axes)),
    dilation: perAxis(forAxes(options.read<Numbers>('dilation', 1), axes)),
    groups: options.read('groups', 1),
    padding: typeof padding === 'string' ? padding : perAxis(forAxes(padding, axes)),
    ...(bias ? {} : { bias: null }),
  })
  const order = [...range(axes).map(axis => axis + 2), 1, 0]
  return {
    ...whole,
    layers: lastAndBack([layer], axes + 2),
    values: { layer: { weight: permuted(filter, order), ...(bias ? { bias } : {}) } },
    gradients: { weight: ['weight', gradient => permuted(gradient, order)], ...(bias ? { bias: ['bias', same] } : {}) },
  }
}

const transposed: Mapping = given => {
  const { axes, kind, options, state, input } = given
  options.only('paddingMode', 'zeros')
  options.only('transposed', true)
  options.ignore('inChannels', 'outChannels', 'kernelSize')
  const numbers = (name: string, otherwise: number): readonly number[] =>
    forAxes(options.read<Numbers>(name, otherwise), axes)
  const [strides, padding, extra] = [numbers('stride', 1), numbers('padding', 0), numbers('outputPadding', 0)]
  if (options.read('groups', 1) !== 1) cannot(`${kind} with groups`)
  if (numbers('dilation', 1).some(d => d !== 1)) cannot(`${kind} with dilation`)
  const whole = withBatch(input, axes + 2)
  const { bias = null } = state
  const cuts = padding.map((p, axis) => [p, p - (extra[axis] as number)] as const)
  const order = [...range(axes).map(axis => axis + 2), 1, 0]
  return {
    ...whole,
    ...transposedConvolution(whole.input, variable(given, 'weight'), bias, strides, cuts),
    gradients: { weight: ['weight', gradient => permuted(gradient, order)], ...(bias ? { bias: ['bias', same] } : {}) },
  }
}

const pool =
  (isAverage: boolean): Mapping =>
  ({ axes, kind, options, input }) => {
    options.only('ceilMode', false)
    options.only('returnIndices', false)
    options.only('divisorOverride')
    if (forAxes(options.read<Numbers>('dilation', 1), axes).some(d => d !== 1)) cannot(`${kind} with dilation`)
    const size = forAxes(options.read<Numbers>('kernelSize', 1), axes)
    const strides = forAxes(options.read<Numbers>('stride', size), axes)
    const pads = forAxes(options.read<Numbers>('padding', 0), axes).map(p => [p, p] as const)
    const countsPadding = options.read('countIncludePad', true)
    const whole = withBatch(input, axes + 2)
    const shape = toLast(axes + 2).map(axis => whole.input.shape[axis] as number)
    const { layers } = pooling(isAverage, shape, { size, strides, pads }, countsPadding)
    return { ...whole, layers: lastAndBack(layers, axes + 2) }
  }

/** Windows that cover an axis a given number of times: even ones are a pooling. */
const adaptive =
  (isAverage: boolean): Mapping =>
  ({ axes, options, input }) => {
    options.only('returnIndices', false)
    const whole = withBatch(input, axes + 2)
    const sizes = whole.input.shape.slice(2)
    const wanted = options.read<number | readonly (number | null)[]>('outputSize', 1)
    const list = typeof wanted === 'number' ? sizes.map(() => wanted) : wanted
    const out = sizes.map((n, axis) => list[axis] ?? n)
    if (sizes.some((n, axis) => n % (out[axis] as number) !== 0)) cannot('adaptive pooling of uneven windows')
    if (out.every(n => n === 1)) {
      const global = make('GlobalPooling', isAverage ? 'avg' : 'max')
      const one = make('Reshape', [whole.input.shape[1], ...out])
      return { ...whole, layers: [make('Transpose', toLast(axes + 2)), global, one] }
    }
    const size = sizes.map((n, axis) => n / (out[axis] as number))
    const shape = toLast(axes + 2).map(axis => whole.input.shape[axis] as number)
    const { layers } = pooling(isAverage, shape, { size, strides: size, pads: size.map(() => [0, 0] as const) }, false)
    return { ...whole, layers: lastAndBack(layers, axes + 2) }
  }

/** Zeros around the axes, the last axis first; less than none cuts. */
const padding: Mapping = ({ axes, options, input }) => {
  if (options.read('value', 0) !== 0) cannot('padding with a value other than 0')
  const given = forAxes(options.read<Numbers>('padding', 0), 2 * axes)
  const ends = range(axes).map(axis => given.slice(2 * (axes - 1 - axis), 2 * (axes - axis)))
  const isCut = given.some(n => n < 0)
  const layers = [
    make(
      'ZeroPadding',
      ends.map(pair => pair.map(n => Math.max(n, 0))),
    ),
    ...(isCut
      ? [
          make(
            'Cropping',
            ends.map(pair => pair.map(n => Math.max(-n, 0))),
          ),
        ]
      : []),
  ]
  return { ...withBatch(input, axes + 2), layers: lastAndBack(layers, axes + 2) }
}

/** Whole factors of the nearest element. */
const upsample: Mapping = ({ options, input, kind }: Given) => {
  options.only('mode', 'nearest')
  options.only('alignCorners', false)
  options.only('recomputeScaleFactor', false)
  if (input.shape.length !== 4) cannot(`${kind} of other than images`)
  const size = options.read<Numbers | null>('size', null)
  const factor = options.read<Numbers | null>('scaleFactor', null)
  const factors = size
    ? forAxes(size, 2).map((n, axis) => n / (input.shape[axis + 2] as number))
    : forAxes(factor ?? cannot(`${kind} without a size`), 2)
  if (factors.some(f => !Number.isInteger(f) || f < 1)) cannot(`${kind} by other than whole factors`)
  return { input, layers: lastAndBack([make('Upscale', factors)], 4) }
}

/** By module, without the number of its axes. */
export const windows: Readonly<Record<string, Mapping>> = {
  Conv: convolution,
  ConvTranspose: transposed,
  MaxPool: pool(false),
  AvgPool: pool(true),
  AdaptiveMaxPool: adaptive(false),
  AdaptiveAvgPool: adaptive(true),
  ZeroPad: padding,
  ConstantPad: padding,
  Upsample: upsample,
  UpsamplingNearest: upsample,
}
