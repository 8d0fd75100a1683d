import { known } from '../../base/shape.ts'
import { resultShape } from '../../ops/shapes.ts'
import { byLoops } from '../../tfjs/by-loops.ts'
import type { Calls, Own } from '../../tfjs/calls.ts'
import type { Device, Info } from './device.ts'
import type { Native, Task } from './native.ts'

const byNative =
  ({ prepare }: Native, keep: (info: Info) => Info): Own<Info> =>
  (operation, inputs, attributes) => {
    const shapes = inputs.map(({ shape }) => shape)
    const result = known(resultShape(operation, shapes, attributes))
    const compute = prepare(operation, { shapes: shapes as unknown as Task['shapes'], attributes, result })
    return compute && keep(compute(inputs, []))
  }

/**
 * Kernel calls without the engine of tfjs.
 *
 * @param made collects every tensor that is made; the caller disposes of those that are not results
 */
export const callsOf = (device: Device, made: Info[]): Calls<Info> => {
  const { backend, native, view } = device
  const keep = (info: Info): Info => {
    made.push(info)
    return info
  }
  const as = ({ dataId, dtype }: Info, shape: readonly number[]): Info => ({ dataId, dtype, shape: [...shape] })
  const make: Calls<Info>['make'] = ({ values, shape }) => keep(device.make(values, shape))
  return {
    ...device,
    ...{ as, make },
    call: (kernel, inputs, attributes) => keep(device.call(kernel, inputs, attributes)),
    alias: (x, shape) => {
      backend.incRef(x.dataId)
      return keep(as(x, shape))
    },
    own: device.name === 'cpu' ? byLoops({ view, make }) : native ? byNative(native, keep) : () => undefined,
  }
}
