import { sizeOf } from '../../base/shape.ts'
import type { Fused } from '../../graph/graph.ts'
import { around, cropping } from '../../ops/cropping.ts'
import type { Sliding } from '../../ops/ops.ts'
import * as loops from '../../tfjs/loops.ts'
import type { Calls } from './calls.ts'
import type { Device, Info } from './device.ts'

// Products and convolutions by the kernels of tfjs.

/** The activations that the fused kernels of every backend know. */
const inKernels: ReadonlySet<Fused['activation']> = new Set(['relu', 'sigmoid', 'elu', null])

/** Products, convolutions, and either with what follows. */
export interface Multiplying {
  readonly matmul: (a: Info, b: Info) => Info
  readonly convolve: (x: Info, filter: Info, sliding: Sliding) => Info
  readonly fused: (node: Pick<Fused, 'operation' | 'attributes' | 'activation'>, inputs: readonly Info[]) => Info
}

/** @param every takes every so many-th element along an axis */
export const multiplyingOf = (
  device: Device,
  { call, make, alias, as, padded, slice, concatenate, isCpu }: Calls,
  every: (x: Info, axis: number, step: number) => Info,
): Multiplying => {
  const { view } = device
  const stacked = (x: Info): Info => as(x, [sizeOf(x.shape.slice(0, -2)), ...x.shape.slice(-2)])

  /** Negative margins cut off, which kernels refuse to do. */
  const cropped = (x: Info, padding: Sliding['padding']): readonly [Info, Sliding['padding']] => {
    const steps = cropping(padding, [x.shape[1] as number, x.shape[2] as number])
    if (steps === null) return [x, padding]
    const whole = padded(x, around(steps.before))
    const off = around(steps.cut)
    return [
      slice(
        whole,
        off.map(([before]) => before),
        whole.shape.map((d, axis) => d - (off[axis]?.[0] ?? 0) - (off[axis]?.[1] ?? 0)),
      ),
      steps.after,
    ]
  }
  const convolveAttributes = ({ stride, dilation }: Sliding, pad: unknown) => ({
    strides: [...stride],
    pad,
    dataFormat: 'NHWC',
    dilations: [...dilation],
    dimRoundingMode: undefined,
  })
  /**
   * Kernels take a stride or a dilation, not both: with both, the filter slides by single steps, and some of them are taken.
   * A filter with zeros between its elements would make NaN of what it does not touch.
   */
  const isBoth = ({ stride, dilation }: Sliding): boolean => Math.max(...stride) > 1 && Math.max(...dilation) > 1
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
   * The second factor of a product, or the filter of a convolution. The kernels of WebAssembly keep what they have prepared
   * for it by its storage, so that one stored in two shapes, a row and a column, would be taken for the first of them: such a
   * view becomes a copy.
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
    const { groups, stride } = sliding
    if (isBoth(sliding)) {
      const [rows, cols] = stride
      return every(every(convolve(x, filter, { ...sliding, stride: [1, 1] }), 1, rows), 2, cols)
    }
    const [input, padding] = cropped(x, sliding.padding)
    if (groups === 1)
      return call('Conv2D', { x: input, filter: factor(filter, 4) }, convolveAttributes(sliding, around(padding)))
    const [high, wide, each, outputs] = filter.shape as [number, number, number, number]
    // Kernels of WebAssembly clip this product to what is finite or infinite, and NaN is neither.
    if (each === 1 && high * wide === 1) {
      const given = every(every(padded(input, around(padding)), 1, stride[0]), 2, stride[1])
      const [batch, rows, cols] = given.shape as readonly number[] as [number, number, number]
      const factors = { a: as(given, [batch, rows, cols, groups, 1]), b: as(filter, [groups, outputs / groups]) }
      return alias(call('Multiply', factors), [batch, rows, cols, outputs])
    }
    if (each === 1)
      return call(
        'DepthwiseConv2dNative',
        { x: padded(input, around(padding)), filter: as(filter, [high, wide, groups, outputs / groups]) },
        convolveAttributes(sliding, 'valid'),
      )
    const filters = parts(filter, 3, groups)
    const results = parts(input, 3, groups).map((part, i) =>
      call('Conv2D', { x: part, filter: filters[i] as Info }, convolveAttributes(sliding, around(padding))),
    )
    return concatenate(results, 3)
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
  const fused: Multiplying['fused'] = ({ operation, attributes, activation }, inputs) => {
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
    if (sliding.groups > 1 || isBoth(sliding)) return finish(convolve(a, b, sliding), bias, activation)
    const [x, padding] = cropped(a, sliding.padding)
    const attrs = { ...convolveAttributes(sliding, around(padding)), ...options }
    return finish(call('FusedConv2D', { x, filter: factor(b, 4), ...optional }, attrs), undefined, after)
  }

  return { matmul, convolve, fused }
}
