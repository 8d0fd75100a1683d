import type { TensorInfo } from '@tensorflow/tfjs-core'
import { known } from '../base/shape.ts'
import { around } from '../ops/cropping.ts'
import { shares, toLargest } from '../ops/numbers/loops.ts'
import type { Ops, Window } from '../ops/ops.ts'
import type { Calls } from './calls.ts'

type Pooling<H> = Pick<Ops<H>, 'maxPool' | 'averagePool' | 'maxPoolGradient' | 'averagePoolGradient'>

const sliding = ({ size, stride }: Window, pad: unknown) => ({ filterSize: [...size], strides: [...stride], pad })

/** Pooling and its gradients by kernels of tfjs. */
export const poolingOf = <H extends TensorInfo>(calls: Calls<H>, ops: Ops<H>): Pooling<H> => {
  const { call, make, view, has } = calls
  return {
    maxPool: (x, window) =>
      call('MaxPool', { x }, { ...sliding(window, around(window.padding)), dimRoundingMode: undefined }),
    // The kernel's gradient counts padding as elements, so the input is padded first and windows lie within it.
    averagePool: (x, window) => {
      const means = call('AvgPool', { x: ops.pad(x, around(window.padding)) }, sliding(window, 'valid'))
      const factors = shares(x.shape, window, means.shape)
      return factors === null ? means : call('Multiply', { a: means, b: make(factors) })
    },
    // Numbers on a graphics card are not downloaded for a loop.
    maxPoolGradient: (dy, x, y, window) =>
      calls.isNear || !has('MaxPoolGrad')
        ? make(toLargest(view(dy), view(x), view(y), window))
        : call('MaxPoolGrad', { dy, input: x, output: y }, sliding(window, around(window.padding))),
    averagePoolGradient: (dy, shape, window) => {
      const [batch, rows, cols, channels] = known(shape) as readonly [number, number, number, number]
      const [[top, bottom], [left, right]] = window.padding
      const factors = shares(known(shape), window, dy.shape)
      const given = factors === null ? dy : call('Multiply', { a: dy, b: make(factors) })
      // The kernel reads only the shape of the input.
      const input = {
        ...{ dataId: dy.dataId, dtype: dy.dtype },
        shape: [batch, rows + top + bottom, cols + left + right, channels],
      }
      const dx = call('AvgPoolGrad', { dy: given, input }, sliding(window, 'valid'))
      return factors === null ? dx : ops.slice(dx, [0, top, left, 0], [batch, rows, cols, channels])
    },
  }
}
