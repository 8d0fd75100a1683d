import type { TensorInfo } from '@tensorflow/tfjs-core'
import { loopOf } from '../ops/numbers/operations.ts'
import type { Calls, Own } from './calls.ts'

/** Operations by loops over typed arrays, in which the cpu backend keeps its tensors. */
export const byLoops =
  <H extends TensorInfo>({ view, make }: Pick<Calls<H>, 'view' | 'make'>): Own<H> =>
  (operation, inputs, attributes) => {
    const loop = loopOf(operation)
    return loop && make(loop(inputs.map(view), attributes))
  }
