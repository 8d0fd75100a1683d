import type { Margin, Ops, Sliding, Window } from '../../core/ops.ts'
import type { Shape } from '../../core/shape.ts'
import { spread } from '../../core/spread.ts'
import { walk } from '../../core/walk.ts'
import type { Fused } from '../../graph/graph.ts'
import { resultShape } from '../../ops/shapes.ts'
import * as loops from '../../ops/tfjs/loops.ts'
import { ownIn } from '../wasm/own.ts'
import type { Device, Info } from './device.ts'

// The operations as kernels of a tfjs backend, called directly.

/** The operations, and the fused ones. */
export interface Kernels extends Ops<Info> {
  readonly fused: (node: Pick<Fused, 'operation' | 'attributes' | 'activation'>, inputs: readonly Info[]) => Info
  /** 1 where x is positive, 0 elsewhere: a comparison with 0 without the detour by booleans. */
  readonly positive: (x: Info) => Info
}

const known = (shape: Shape): number[] => shape as number[]
const size = (shape: Shape): number => shape.reduce<number>((n, d) => n * (d as number), 1)
const all = (pairs: readonly [Margin, Margin]): number[][] => [[0, 0], [...pairs[0]], [...pairs[1]], [0, 0]]

/** The activations that the fused kernels of every backend know. */
const inKernels: ReadonlySet<Fused['activation']> = new Set(['relu', 'sigmoid', 'elu', null])

/**
 * The operations on a device.
 *
 * @param made gets every tensor that an operation makes, its result last: what is not the result is left over
 */
export const kernelsOf = (device: Device, made: Info[]): Kernels => {
  const { backend } = device
  const keep = (info: Info): Info => {
    made.push(info)
    return info
  }
  const call = (kernel: string, inputs: Readonly<Record<string, Info>> | readonly Info[], attrs?: object): Info =>
    keep(device.call(kernel, inputs, attrs))
  const make = ({ values, shape }: loops.Block): Info => keep(device.make(values, shape))
  const { view } = device
  const native = device.module && ownIn(device.module)
  // Only the cpu backend is slower than loops over its numbers.
  const isCpu = device.name === 'cpu'

  /** The same numbers in another shape. */
  const alias = (x: Info, shape: readonly number[]): Info => {
    backend.incRef(x.dataId)
    return keep({ dataId: x.dataId, shape: [...shape], dtype: x.dtype })
  }
  /** For an argument only: another view of the same numbers that nobody has to give back. */
  const as = (x: Info, shape: readonly number[]): Info => ({ dataId: x.dataId, shape: [...shape], dtype: x.dtype })
  const stacked = (x: Info): Info => as(x, [size(x.shape.slice(0, -2)), ...x.shape.slice(-2)])

  const unary = (kernel: string) => (x: Info) => call(kernel, { x })
  const binary = (kernel: string) => (a: Info, b: Info) => call(kernel, { a, b })
  const cast = (x: Info, dtype: string): Info => call('Cast', { x }, { dtype })
  const truth = (kernel: string) => (a: Info, b: Info) => cast(call(kernel, { a, b }), 'float32')
  const broadcast = (x: Info, shape: Shape): Info => {
    const wide = known(shape)
    const own = [...Array<number>(wide.length - x.shape.length).fill(1), ...x.shape]
    return call('Tile', { x: as(x, own) }, { reps: wide.map((d, i) => (own[i] === d ? 1 : d)) })
  }
  /** The same, where there is anything to repeat. */
  const spreadOver = (x: Info, shape: Shape): Info =>
    x.shape.length === shape.length && x.shape.every((d, i) => d === shape[i]) ? x : broadcast(x, shape)
  const padded = (x: Info, paddings: readonly (readonly number[])[]): Info =>
    paddings.every(([before, after]) => before === 0 && after === 0)
      ? x
      : native
        ? keep(native.pad(x, paddings))
        : call('PadV2', { x }, { paddings, constantValue: 0 })
  const sum = (x: Info, axes: readonly number[], keepDims = false): Info => {
    const summed = native?.sum(x, axes, keepDims)
    return summed ? keep(summed) : call('Sum', { x }, { axis: [...axes], keepDims })
  }
  const slice = (x: Info, begin: readonly number[], length: readonly number[]): Info =>
    native ? keep(native.slice(x, begin, length)) : call('Slice', { x }, { begin: [...begin], size: [...length] })
  const concatenate = (xs: readonly Info[], axis: number): Info =>
    native ? keep(native.concatenate(xs, axis)) : call('Concat', xs, { axis })

  /** Negative margins cut off, which kernels refuse to do. */
  const cropped = (x: Info, padding: Sliding['padding']): readonly [Info, Sliding['padding']] => {
    if (padding.every(([before, after]) => before >= 0 && after >= 0)) return [x, padding]
    const begin = [0, Math.max(0, -padding[0][0]), Math.max(0, -padding[1][0]), 0]
    const cut = [0, ...padding.map(([before, after]) => Math.max(0, -before) + Math.max(0, -after)), 0]
    const rest = padding.map(([before, after]): Margin => [Math.max(0, before), Math.max(0, after)])
    return [
      slice(
        x,
        begin,
        x.shape.map((d, i) => d - (cut[i] as number)),
      ),
      [rest[0] as Margin, rest[1] as Margin],
    ]
  }
  const convolveAttributes = ({ stride, dilation }: Sliding, pad: unknown) => ({
    strides: [...stride],
    pad,
    dataFormat: 'NHWC',
    dilations: [...dilation],
    dimRoundingMode: undefined,
  })
  const pooling = ({ size, stride }: Window, pad: unknown) => ({ filterSize: [...size], strides: [...stride], pad })
  /** Kernels take a stride or a dilation, not both: with both, the filter is dilated beforehand. */
  const dilated = (filter: Info, sliding: Sliding): readonly [Info, Sliding] => {
    const [rows, cols] = sliding.dilation
    if (Math.max(...sliding.stride) === 1 || Math.max(rows, cols) === 1) return [filter, sliding]
    return [spread(ops, spread(ops, filter, 0, rows), 1, cols), { ...sliding, dilation: [1, 1] }]
  }
  const parts = (x: Info, axis: number, count: number): readonly Info[] => {
    const each = (x.shape[axis] as number) / count
    return Array.from({ length: count }, (_, i) =>
      slice(
        x,
        x.shape.map((_, k) => (k === axis ? i * each : 0)),
        x.shape.map((d, k) => (k === axis ? each : d)),
      ),
    )
  }

  /**
   * The second factor of a product, or the filter of a convolution. The kernels of WebAssembly keep what they have prepared for it by its storage, so that
   * one stored in two shapes, a row and a column, would be taken for the first of them: such a view becomes a copy.
   */
  const factor = (b: Info, axes = 2): Info => {
    const [stored, own] = [device.storedShape(b).slice(-axes), b.shape.slice(-axes)]
    return stored.join() === own.join()
      ? b
      : slice(
          b,
          b.shape.map(() => 0),
          b.shape,
        )
  }
  const convolve = (x: Info, filter: Info, sliding: Sliding): Info => {
    if (isCpu) return make(loops.convolution(view(x), view(filter), sliding))
    const [weights, plain] = dilated(filter, sliding)
    const [input, padding] = cropped(x, plain.padding)
    const { groups } = plain
    if (groups === 1)
      return call('Conv2D', { x: input, filter: factor(weights, 4) }, convolveAttributes(plain, all(padding)))
    const [high, wide, each, outputs] = weights.shape as [number, number, number, number]
    if (each === 1)
      return call(
        'DepthwiseConv2dNative',
        { x: padded(input, all(padding)), filter: as(weights, [high, wide, groups, outputs / groups]) },
        convolveAttributes(plain, 'valid'),
      )
    const filters = parts(weights, 3, groups)
    const results = parts(input, 3, groups).map((part, i) =>
      call('Conv2D', { x: part, filter: filters[i] as Info }, convolveAttributes(plain, all(padding))),
    )
    return concatenate(results, 3)
  }

  const averagePool = (x: Info, window: Window): Info => {
    const means = call('AvgPool', { x: padded(x, all(window.padding)) }, pooling(window, 'valid'))
    const factors = loops.shares(x.shape, window, means.shape)
    return factors === null ? means : call('Multiply', { a: means, b: make(factors) })
  }
  const averagePoolGradient = (dy: Info, shape: Shape, window: Window): Info => {
    const [batch, rows, cols, channels] = known(shape) as [number, number, number, number]
    const [[top, bottom], [left, right]] = window.padding
    const factors = loops.shares(known(shape), window, dy.shape)
    const given = factors === null ? dy : call('Multiply', { a: dy, b: make(factors) })
    // The kernel asks the input for its shape only.
    const like = as(dy, [batch, rows + top + bottom, cols + left + right, channels])
    const dx = call('AvgPoolGrad', { dy: given, input: like }, pooling(window, 'valid'))
    return factors === null ? dx : slice(dx, [0, top, left, 0], [batch, rows, cols, channels])
  }

  const maxPoolGradient = (dy: Info, x: Info, y: Info, window: Window): Info => {
    if (native) return keep(native.maxPoolGradient(dy, x, y, window))
    // Numbers that are out of reach, on a graphics card, are not fetched for loops.
    if (device.isNear || !device.has('MaxPoolGrad')) return make(loops.toLargest(view(dy), view(x), view(y), window))
    return call('MaxPoolGrad', { dy, input: x, output: y }, pooling(window, all(window.padding)))
  }

  const matmul = (a: Info, b: Info): Info => {
    if (isCpu) return make(loops.product(view(a), view(b)))
    const given = { a: stacked(a), b: stacked(factor(b)) }
    const product = call('BatchMatMul', given, { transposeA: false, transposeB: false })
    return a.shape.length === 3 ? product : alias(product, [...a.shape.slice(0, -1), b.shape.at(-1) as number])
  }

  const activations = { relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh', elu: 'Elu' } as const
  const finish = (product: Info, bias: Info | undefined, activation: Fused['activation']): Info => {
    const biased = bias === undefined ? product : call('Add', { a: product, b: bias })
    return activation === null ? biased : call(activations[activation], { x: biased })
  }
  const fused: Kernels['fused'] = ({ operation, attributes, activation }, inputs) => {
    const [a, b, bias] = inputs as readonly [Info, Info, Info | undefined]
    if (isCpu) {
      const product =
        operation === 'matmul'
          ? loops.product(view(a), view(b))
          : loops.convolution(view(a), view(b), attributes[0] as Sliding)
      return make(loops.finish(product, bias && view(bias), activation))
    }
    // Kernels take a bias only as they store it.
    if (bias !== undefined && device.storedShape(bias).length !== 1)
      return finish(fused({ operation, attributes, activation: null }, [a, b]), bias, activation)
    const inKernel = inKernels.has(activation)
    const after = inKernel ? null : activation
    const options = { activation: inKernel && activation !== null ? activation : 'linear', leakyreluAlpha: 0 }
    const optional: Readonly<Record<string, Info>> = bias === undefined ? {} : { bias }
    if (operation === 'matmul') {
      const transposes = { transposeA: false, transposeB: false }
      const given = { a: stacked(a), b: stacked(factor(b)), ...optional }
      const product = call('_FusedMatMul', given, { ...transposes, ...options })
      return finish(alias(product, [...a.shape.slice(0, -1), b.shape.at(-1) as number]), undefined, after)
    }
    const sliding = attributes[0] as Sliding
    if (sliding.groups > 1) return finish(convolve(a, b, sliding), bias, activation)
    const [filter, plain] = dilated(b, sliding)
    const [x, padding] = cropped(a, plain.padding)
    const attrs = { ...convolveAttributes(plain, all(padding)), ...options }
    return finish(call('FusedConv2D', { x, filter: factor(filter, 4), ...optional }, attrs), undefined, after)
  }

  const logSoftmax = (x: Info): Info => {
    const last = [x.shape.length - 1]
    const shifted = call('Sub', { a: x, b: call('Max', { x }, { reductionIndices: last, keepDims: true }) })
    return call('Sub', { a: shifted, b: call('Log', { x: sum(call('Exp', { x: shifted }), last, true) }) })
  }
  /** Not every backend sums by index; a product with one-hot rows does the same. */
  const scatter = (values: Info, indices: Info, rows: number): Info => {
    const count = size(indices.shape)
    const rest = values.shape.slice(indices.shape.length)
    const at = cast(as(indices, [count]), 'int32')
    const flat = as(values, [count, size(rest)])
    if (device.has('UnsortedSegmentSum'))
      return alias(call('UnsortedSegmentSum', { x: flat, segmentIds: at }, { numSegments: rows }), [rows, ...rest])
    // The kernel of WebAssembly writes whole numbers, whatever type it is asked for.
    const hot = call('OneHot', { indices: at }, { depth: rows, onValue: 1, offValue: 0, dtype: 'int32' })
    const columns = call('Transpose', { x: cast(hot, 'float32') }, { perm: [1, 0] })
    return alias(matmul(columns, flat), [rows, ...rest])
  }

  const ops: Kernels = Object.freeze<Kernels>({
    shape: x => x.shape,
    constant: (values, shape) => {
      const own = shape ?? (typeof values === 'number' ? [] : [values.length])
      return make({
        values: typeof values === 'number' ? new Float32Array(size(own)).fill(values) : values,
        shape: own,
      })
    },
    negative: unary('Neg'),
    exp: unary('Exp'),
    log: unary('Log'),
    sqrt: unary('Sqrt'),
    rsqrt: unary('Rsqrt'),
    square: unary('Square'),
    abs: unary('Abs'),
    sigmoid: unary('Sigmoid'),
    tanh: unary('Tanh'),
    relu: unary('Relu'),
    elu: unary('Elu'),
    softplus: unary('Softplus'),
    erf: unary('Erf'),
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Multiply'),
    divide: binary('RealDiv'),
    maximum: binary('Maximum'),
    minimum: binary('Minimum'),
    greater: truth('Greater'),
    equal: truth('Equal'),
    // The kernel does not broadcast.
    where: (condition, a, b) => {
      const wide = resultShape('where', [condition.shape, a.shape, b.shape], [])
      const [which, t, e] = [condition, a, b].map(x => spreadOver(x, wide)) as [Info, Info, Info]
      return call('Select', { condition: cast(which, 'bool'), t, e })
    },
    sum,
    mean: (x, axes, keepDims) => {
      const count = device.make(Float32Array.of(size(axes.map(axis => x.shape[axis] as number))), [])
      return call('RealDiv', { a: sum(x, axes, keepDims), b: keep(count) })
    },
    max: (x, axes, keepDims = false) => call('Max', { x }, { reductionIndices: [...axes], keepDims }),
    argMax: x => cast(call('ArgMax', { x }, { axis: x.shape.length - 1 }), 'float32'),
    softmax: x => call('Softmax', { logits: x }, { dim: x.shape.length - 1 }),
    logSoftmax,
    reshape: (x, shape) => {
      const rest = size(shape.map(d => d ?? 1))
      return alias(
        x,
        shape.map(d => d ?? size(x.shape) / rest),
      )
    },
    transpose: (x, permutation) =>
      isCpu ? make(loops.transposed(view(x), permutation)) : call('Transpose', { x }, { perm: [...permutation] }),
    concatenate,
    slice: (x, begin, length) =>
      slice(
        x,
        begin,
        x.shape.map((d, i) => length[i] ?? d - (begin[i] as number)),
      ),
    reverse: (x, axes) => (isCpu ? make(loops.reversed(view(x), axes)) : call('Reverse', { x }, { dims: [...axes] })),
    broadcast,
    gather: (table, indices) => {
      const flat = cast(as(indices, [size(indices.shape)]), 'int32')
      const rows = call('GatherV2', { x: table, indices: flat }, { axis: 0, batchDims: 0 })
      return alias(rows, [...indices.shape, ...table.shape.slice(1)])
    },
    scatter,
    stopGradient: x => alias(x, x.shape),
    clipGradient: x => alias(x, x.shape),
    pad: (x, margins) =>
      margins.every(([before, after]) => before === 0 && after === 0) ? alias(x, x.shape) : padded(x, margins),
    matmul,
    convolve,
    maxPool: (x, window) =>
      call('MaxPool', { x }, { ...pooling(window, all(window.padding)), dimRoundingMode: undefined }),
    averagePool,
    maxPoolGradient,
    averagePoolGradient,
    uniform: () => refuse('uniform'),
    normal: () => refuse('normal'),
    scan: (body, initial, sequence) => walk(ops, body, initial, sequence),
    fused,
    positive: x => call('Step', { x }, { alpha: 0 }),
  })
  return ops
}

/** Draws are fed: see `prepare`. */
const refuse = (draw: string): never => {
  throw new RangeError(`${draw}: a compiled graph gets its draws as inputs.`)
}
