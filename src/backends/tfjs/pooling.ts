import type { Shape } from '../../base/shape.ts'
import { around } from '../../ops/cropping.ts'
import type { Ops, Window } from '../../ops/ops.ts'
import * as loops from '../../tfjs/loops.ts'
import type { Calls } from './calls.ts'
import type { Device, Info } from './device.ts'

const known = (shape: Shape): number[] => shape as number[]

const pooling = ({ size, stride }: Window, pad: unknown) => ({ filterSize: [...size], strides: [...stride], pad })

/** Pooling and its gradients. */
export type Pooling = Pick<Ops<Info>, 'maxPool' | 'averagePool' | 'maxPoolGradient' | 'averagePoolGradient'>

export const poolingOf = (device: Device, { keep, call, make, as, padded, slice, native, isCpu }: Calls): Pooling => {
  const { view } = device
  const maxPool = (x: Info, window: Window): Info => {
    if (native) return keep(native.pool(false, x, window))
    // The kernel of the cpu backend lets numbers win over NaN.
    if (isCpu) return make(loops.largest(view(x), window))
    return call('MaxPool', { x }, { ...pooling(window, around(window.padding)), dimRoundingMode: undefined })
  }
  const averagePool = (x: Info, window: Window): Info => {
    if (native) return keep(native.pool(true, x, window))
    const means = call('AvgPool', { x: padded(x, around(window.padding)) }, pooling(window, 'valid'))
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
    return call('MaxPoolGrad', { dy, input: x, output: y }, pooling(window, around(window.padding)))
  }

  return { maxPool, averagePool, maxPoolGradient, averagePoolGradient }
}
