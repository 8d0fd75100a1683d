import type { TensorInfo } from '@tensorflow/tfjs-core'
import { loopOf } from '../ops/numbers/operations.ts'
import type { Calls, Own } from './calls.ts'

/** Operations by loops over the numbers: the cpu backend holds them as typed arrays, so that they are read where they lie. */
export const byLoops =
  <H extends TensorInfo>({ view, make }: Pick<Calls<H>, 'view' | 'make'>): Own<H> =>
  (operation, inputs, attributes) => {
    const loop = loopOf(operation)
    return loop && make(loop(inputs.map(view), attributes))
  }
