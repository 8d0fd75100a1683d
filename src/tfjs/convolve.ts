import * as tf from '@tensorflow/tfjs-core'
import { around, cropping } from '../ops/cropping.ts'
import type { Margin, Sliding, Window } from '../ops/ops.ts'
import { convolution, largest, onCpu, toLargest } from './cpu.ts'
import { shares } from './loops.ts'

// What tfjs's spatial kernels do not do as the operations are defined.

type Tensor = tf.Tensor
/** A negative margin cuts rows or columns off, which kernels refuse to do. */
const crop = (x: Tensor, padding: Sliding['padding']): readonly [Tensor, Sliding['padding']] => {
  const steps = cropping(padding, [x.shape[1] as number, x.shape[2] as number])
  if (steps === null) return [x, padding]
  const whole = pad4(x, steps.before)
  const off = around(steps.cut)
  const size = whole.shape.map((d, axis) => d - (off[axis]?.[0] ?? 0) - (off[axis]?.[1] ?? 0))
  return [
    tf.slice(
      whole,
      off.map(([before]) => before),
      size,
    ),
    steps.after,
  ]
}

/** The kernel for all channels together. */
const together = (x: Tensor, filter: Tensor, { stride, dilation, padding }: Sliding): Tensor =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [...stride], around(padding), 'NHWC', [...dilation])

/** The kernel for channels one by one; unlike the other, it takes explicit margins only as zeros that are there. */
const oneByOne = (x: Tensor, filter: Tensor, { stride, dilation, padding, groups }: Sliding): Tensor => {
  const [high, wide, , outputs] = filter.shape as [number, number, number, number]
  const own = tf.reshape(filter, [high, wide, groups, outputs / groups]) as tf.Tensor4D
  return tf.depthwiseConv2d(pad4(x, padding) as tf.Tensor4D, own, [...stride], 'valid', 'NHWC', [...dilation])
}

/** With a stride or a dilation, not both: kernels refuse. */
export const convolve = (x: Tensor, filter: Tensor, sliding: Sliding): Tensor => {
  if (onCpu()) return convolution(x, filter, sliding)
  const [input, padding] = crop(x, sliding.padding)
  const { groups } = sliding
  const cropped = { ...sliding, padding }
  if (groups === 1) return together(input, filter, cropped)
  if (filter.shape[2] === 1) return oneByOne(input, filter, cropped)
  const [inputs, filters] = [tf.split(input, groups, 3), tf.split(filter, groups, 3)]
  return tf.concat(
    inputs.map((part, i) => together(part, filters[i] as Tensor, cropped)),
    3,
  )
}

export const maxPool = (x: Tensor, window: Window): Tensor => {
  if (onCpu()) return largest(x, window)
  const { size, stride, padding } = window
  return tf.maxPool(x as tf.Tensor4D, [...size], [...stride], around(padding))
}

export const maxPoolGradient = (dy: Tensor, x: Tensor, y: Tensor, window: Window): Tensor =>
  onCpu() ? toLargest(dy, x, y, window) : maxPoolGradientKernel(dy, x, y, window)

const maxPoolGradientKernel = (dy: Tensor, x: Tensor, y: Tensor, { size, stride, padding }: Window): Tensor =>
  tf
    .engine()
    .runKernel(
      tf.MaxPoolGrad,
      { dy, input: x, output: y },
      { filterSize: [...size], strides: [...stride], pad: around(padding) as unknown as number },
    ) as Tensor

const pad4 = (x: Tensor, padding: readonly [Margin, Margin]): Tensor => tf.pad(x, around(padding))

/** The kernel's gradient counts padding as elements, so windows always lie inside a padded input here. */
export const averagePool = (x: Tensor, window: Window): Tensor => {
  const { size, stride, padding } = window
  const means = tf.avgPool(pad4(x, padding) as tf.Tensor4D, [...size], [...stride], 'valid')
  const factors = shares(x.shape, window, means.shape)
  return factors === null ? means : tf.mul(means, tf.tensor(factors.values, [...factors.shape]))
}

export const averagePoolGradient = (dy: Tensor, shape: readonly number[], window: Window): Tensor => {
  const { size, stride, padding } = window
  const factors = shares(shape, window, dy.shape)
  const given = factors === null ? dy : tf.mul(dy, tf.tensor(factors.values, [...factors.shape]))
  const [batch, rows, cols, channels] = shape as [number, number, number, number]
  const padded = [batch, rows + padding[0][0] + padding[0][1], cols + padding[1][0] + padding[1][1], channels]
  const dx = tf
    .engine()
    .runKernel(
      tf.AvgPoolGrad,
      { dy: given, input: tf.zeros(padded) },
      { filterSize: [...size], strides: [...stride], pad: 'valid' },
    ) as Tensor
  return tf.slice(dx, [0, padding[0][0], padding[1][0], 0], [batch, rows, cols, channels])
}
