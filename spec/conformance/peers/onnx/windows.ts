import { permuted, range, toLast } from '../array.ts'
import { perAxis } from '../options.ts'
import { make } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { kinds, lastAndBack, pooling, transposedConvolution, type Window } from '../windows.ts'
import { input, type Mapping, type Node, ofFloats } from './node.ts'

// Convolutions and poolings of ONNX: channels first, padding in numbers.

const ends = (pads: readonly number[]): readonly (readonly [number, number])[] =>
  range(pads.length / 2).map(axis => [pads[axis] as number, pads[axis + pads.length / 2] as number])

/** How windows move; automatic padding in the numbers that it comes to. */
const windowOf = ({ options, op }: Node, shape: readonly number[], otherwise?: readonly number[]): Window => {
  const axes = shape.length - 2
  if (axes < 1 || axes > 3) cannot(`${op} over ${axes} axes`)
  const ones = range(axes).map(() => 1)
  const size = options.read('kernelShape', otherwise ?? ones)
  const strides = options.read<readonly number[]>('strides', ones)
  const dilations = options.read<readonly number[]>('dilations', ones)
  const given = ends(
    options.read<readonly number[]>(
      'pads',
      range(2 * axes).map(() => 0),
    ),
  )
  const auto = options.read('autoPad', 'NOTSET')
  const pads = auto.startsWith('SAME')
    ? shape.slice(2).map((n, axis): readonly [number, number] => {
        const [k, s, d] = [size[axis] as number, strides[axis] as number, dilations[axis] as number]
        const all = Math.max(0, (Math.ceil(n / s) - 1) * s + (k - 1) * d + 1 - n)
        const [less, more] = [Math.floor(all / 2), Math.ceil(all / 2)]
        return auto === 'SAME_UPPER' ? [less, more] : [more, less]
      })
    : auto === 'VALID'
      ? ones.map(() => [0, 0] as const)
      : given
  return { size, strides, dilations, pads }
}

const conv: Mapping = node => {
  const x = input(node)
  const filter = input(node, 1)
  const bias = node.inputs[2]
  ofFloats(x, filter, bias)
  const { size, strides, dilations, pads } = windowOf(node, x.shape, filter.shape.slice(2))
  const axes = size.length
  const isEven = pads.every(([before, after]) => before === after)
  const layer = make(kinds('Convolution')[axes - 1] as string, [...size, filter.shape[0]], {
    name: 'layer',
    stride: perAxis(strides),
    dilation: perAxis(dilations),
    groups: node.options.read('group', 1),
    padding: isEven ? perAxis(pads.map(([before]) => before)) : 'valid',
    ...(bias ? {} : { bias: null }),
  })
  const weight = permuted(filter, [...range(axes).map(axis => axis + 2), 1, 0])
  return {
    inputs: [x],
    layers: lastAndBack([...(isEven ? [] : [make('ZeroPadding', pads)]), layer], x.shape.length),
    values: { layer: { weight, ...(bias ? { bias } : {}) } },
  }
}

const convTranspose: Mapping = node => {
  const { options, op } = node
  const x = input(node)
  const filter = input(node, 1)
  const bias = node.inputs[2] ?? null
  ofFloats(x, filter, bias ?? undefined)
  const axes = x.shape.length - 2
  const ones = range(axes).map(() => 1)
  const size = options.read<readonly number[]>('kernelShape', filter.shape.slice(2))
  const strides = options.read<readonly number[]>('strides', ones)
  const extra = options.read<readonly number[]>(
    'outputPadding',
    ones.map(() => 0),
  )
  if (options.read<readonly number[]>('dilations', ones).some(d => d !== 1)) cannot(`${op} with dilations`)
  if (options.read('group', 1) !== 1) cannot(`${op} with groups`)
  const pads = ends(
    options.read<readonly number[]>(
      'pads',
      range(2 * axes).map(() => 0),
    ),
  )
  const auto = options.read('autoPad', 'NOTSET')
  const spatial = x.shape.slice(2)
  const wanted = options.has('outputShape')
    ? options.read<readonly number[]>('outputShape', []).slice(-axes)
    : auto.startsWith('SAME')
      ? spatial.map((n, axis) => n * (strides[axis] as number))
      : null
  const cuts = spatial.map((n, axis): readonly [number, number] => {
    const [before, after] = pads[axis] as readonly [number, number]
    const added = extra[axis] as number
    if (wanted === null) return [before, after - added]
    const all = (strides[axis] as number) * (n - 1) + added + (size[axis] as number) - (wanted[axis] as number)
    const less = Math.floor(all / 2)
    return auto === 'SAME_UPPER' ? [less, all - less - added] : [all - less, less - added]
  })
  return { inputs: [x], ...transposedConvolution(x, filter, bias, strides, cuts) }
}

const pool =
  (isAverage: boolean): Mapping =>
  node => {
    const { options, op } = node
    const x = input(node)
    ofFloats(x)
    options.only('ceilMode', 0)
    options.ignore('storageOrder')
    const window = windowOf(node, x.shape)
    if (window.dilations.some(d => d !== 1)) cannot(`${op} with dilations`)
    const countsPadding = options.read('countIncludePad', 0) !== 0
    const last = toLast(x.shape.length).map(axis => x.shape[axis] as number)
    const part = pooling(isAverage, last, window, countsPadding)
    return { inputs: [x], layers: lastAndBack(part.layers, x.shape.length) }
  }

const globalPool =
  (reduction: 'max' | 'avg'): Mapping =>
  node => {
    const x = input(node)
    ofFloats(x)
    const [, channels, ...spatial] = x.shape
    return {
      inputs: [x],
      layers: [
        make('Transpose', toLast(x.shape.length)),
        make('GlobalPooling', reduction),
        make('Reshape', [channels, ...spatial.map(() => 1)]),
      ],
    }
  }

/** Whole factors of the nearest element: each stands where several stood. */
const upsample: Mapping = node => {
  const { options, op, opset, inputs } = node
  const x = input(node)
  ofFloats(x)
  options.only('mode', 'nearest')
  options.ignore('cubicCoeffA', 'extrapolationValue', 'excludeOutside')
  const coordinates = options.read('coordinateTransformationMode', 'half_pixel')
  const rounding = options.read('nearestMode', op === 'Upsample' ? 'floor' : 'round_prefer_floor')
  // Before opset 11, elements are found from the first one on, as by Upsample.
  const isOld = op === 'Upsample' || opset < 11
  // Centres lie between two pixels only where the factor is no whole one: which of both is nearer does not matter.
  const isCentred = ['half_pixel', 'pytorch_half_pixel'].includes(coordinates) && rounding.startsWith('round')
  const isPlain = isOld || isCentred || (coordinates === 'asymmetric' && rounding === 'floor')
  if (!isPlain) cannot(`${op} with coordinates ${coordinates} and ${rounding}`)
  const [scales, sizes] = isOld
    ? [options.has('scales') ? options.read<number[]>('scales', []) : inputs[1]?.data]
    : [inputs[2]?.data, inputs[3]?.data]
  const factors = scales?.length ? scales : (sizes ?? []).map((n, axis) => n / (x.shape[axis] as number))
  const isWhole =
    factors.length === 4 && factors[0] === 1 && factors[1] === 1 && factors.every(f => Number.isInteger(f) && f >= 1)
  if (!isWhole) cannot(`${op} by other than whole factors of rows and columns`)
  return { inputs: [x], layers: lastAndBack([make('Upscale', factors.slice(2))], 4) }
}

/** By operator. */
export const windows: Readonly<Record<string, Mapping>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool(false),
  AveragePool: pool(true),
  GlobalAveragePool: globalPool('avg'),
  GlobalMaxPool: globalPool('max'),
  Upsample: upsample,
  Resize: upsample,
}
