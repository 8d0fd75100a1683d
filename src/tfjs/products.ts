import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../base/shape.ts'
import { around, cropped } from '../ops/cropping.ts'
import { finish } from '../ops/numbers/loops.ts'
import type { Attributes } from '../ops/operations.ts'
import type { Ops, Pair, Sliding } from '../ops/ops.ts'
import { every } from '../ops/spread.ts'
import type { Calls } from './calls.ts'

type Activation = 'relu' | 'sigmoid' | 'tanh' | 'elu' | null

/** A product or convolution, then optionally a bias and an activation. */
export type Fuse<H> = (
  operation: 'matmul' | 'convolve',
  inputs: readonly H[],
  attributes: Attributes['matmul'] | Attributes['convolve'],
  activation: Activation,
) => H

interface Products<H> extends Pick<Ops<H>, 'matmul' | 'convolve'> {
  readonly fused: Fuse<H>
}

/** The activations that fused kernels have on every backend. */
const inKernels: ReadonlySet<Activation> = new Set(['relu', 'sigmoid', 'elu', null])

/**
 * Kernels take a stride or a dilation, not both. With both, the stride is 1 and results are dropped. A filter with zeros
 * between its elements would spread NaN and infinities.
 */
const isBoth = ({ stride, dilation }: Sliding): boolean => Math.max(...stride) > 1 && Math.max(...dilation) > 1

const sliding = ({ stride, dilation }: Sliding, pad: unknown) => ({
  strides: [...stride],
  pad,
  dataFormat: 'NHWC',
  dilations: [...dilation],
  dimRoundingMode: undefined,
})

/** Products and convolutions by kernels of tfjs. */
export const productsOf = <H extends TensorInfo>(calls: Calls<H>, ops: Ops<H>): Products<H> => {
  const { call, alias, as, view, own } = calls
  const stacked = (x: H): H => as(x, [sizeOf(x.shape.slice(0, -2)), ...x.shape.slice(-2)])

  const parts = (x: H, axis: number, count: number): readonly H[] => {
    const each = (x.shape[axis] as number) / count
    return Array.from({ length: count }, (_, i) =>
      ops.slice(
        x,
        x.shape.map((_, k) => (k === axis ? i * each : 0)),
        x.shape.map((d, k) => (k === axis ? each : d)),
      ),
    )
  }
  /**
   * The second factor of a product, or the filter of a convolution. Kernels of WebAssembly cache what they have prepared for
   * it by its storage, whose shape they read. So a view in another shape is copied.
   */
  const factor = (b: H, axes: number): H =>
    calls.storedShape(b).slice(-axes).join() === b.shape.slice(-axes).join()
      ? b
      : ops.slice(
          b,
          b.shape.map(() => 0),
          b.shape,
        )

  const multiplied = (kernel: string, a: H, b: H, more?: Readonly<Record<string, H>>, ending?: object): H => {
    const given = { a: stacked(a), b: stacked(factor(b, 2)), ...more }
    const product = call(kernel, given, { transposeA: false, transposeB: false, ...ending })
    return alias(product, [...a.shape.slice(0, -1), b.shape.at(-1) as number])
  }
  const matmul = (a: H, b: H): H => multiplied('BatchMatMul', a, b)
  /** Every n-th row and column of images. */
  const strided = (x: H, [down, right]: Pair): H => every(ops, every(ops, x, 1, down), 2, right)
  const convolve = (x: H, filter: H, given: Sliding): H => {
    const { groups, stride } = given
    if (isBoth(given)) return strided(ops.convolve(x, filter, { ...given, stride: [1, 1] }), stride)
    const [input, padding] = cropped(ops, x, given.padding)
    const attributes = sliding(given, around(padding))
    if (groups === 1) return call('Conv2D', { x: input, filter: factor(filter, 4) }, attributes)
    const [high, wide, each, outputs] = filter.shape as [number, number, number, number]
    if (each > 1) {
      const filters = parts(filter, 3, groups)
      const results = parts(input, 3, groups).map((part, i) =>
        call('Conv2D', { x: part, filter: filters[i] as H }, attributes),
      )
      return ops.concatenate(results, 3)
    }
    const whole = ops.pad(input, around(padding))
    if (high * wide > 1) {
      const own = as(filter, [high, wide, groups, outputs / groups])
      return call('DepthwiseConv2dNative', { x: whole, filter: own }, sliding(given, 'valid'))
    }
    // The depthwise kernel of WebAssembly loses NaN here.
    const taken = strided(whole, stride)
    const images = taken.shape.slice(0, 3)
    const b = as(filter, [groups, outputs / groups])
    return alias(call('Multiply', { a: as(taken, [...images, groups, 1]), b }), [...images, outputs])
  }

  const finished = (product: H, bias: H | undefined, activation: Activation): H => {
    const biased = bias === undefined ? product : call('Add', { a: product, b: bias })
    return activation === null ? biased : ops[activation](biased)
  }
  const fused: Fuse<H> = (operation, inputs, attributes, activation) => {
    const [a, b, bias] = inputs as readonly [H, H, H | undefined]
    // The compiler does not relate the attributes to the operation here.
    const looped = own(operation, [a, b], attributes as never)
    if (looped !== undefined) {
      // In-place: nothing else has the result of a loop.
      finish(view(looped), bias && view(bias), activation)
      return looped
    }
    // Kernels read the stored shape of a bias.
    if (bias !== undefined && calls.storedShape(bias).length !== 1)
      return finished(fused(operation, [a, b], attributes, null), bias, activation)
    // The kernel of WebAssembly makes 0 of a product that is NaN.
    const losesNaN = operation === 'matmul' && activation === 'relu' && calls.name === 'wasm'
    const inKernel = inKernels.has(activation) && !losesNaN
    const after = inKernel ? null : activation
    const ending = { activation: (inKernel && activation) || 'linear', leakyreluAlpha: 0 }
    const optional: Readonly<Record<string, H>> = bias === undefined ? {} : { bias }
    if (operation === 'matmul') return finished(multiplied('_FusedMatMul', a, b, optional, ending), undefined, after)
    const given = attributes[0] as Sliding
    if (given.groups > 1 || isBoth(given)) return finished(ops.convolve(a, b, given), bias, activation)
    const [x, padding] = cropped(ops, a, given.padding)
    const convolution = { x, filter: factor(b, 4), ...optional }
    const made = call('FusedConv2D', convolution, { ...sliding(given, around(padding)), ...ending })
    return finished(made, undefined, after)
  }
  return { matmul, convolve, fused }
}
