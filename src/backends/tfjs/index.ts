import * as tf from '@tensorflow/tfjs-core'
import { BackendError, show } from '../../base/errors.ts'
import { isOn } from '../../tfjs/index.ts'
import { asMemoryFault, type Backend } from '../backend.ts'
import { deviceOf, type Info, present } from './device.ts'
import type { Native } from './native.ts'
import { compileFor } from './program.ts'

/** The backend of tfjs in use: before anything has been computed, that is the best one there is. */
const inUse = (): string => {
  tf.backend()
  return tf.getBackend()
}

/**
 * The backend that runs graphs as kernels of tfjs, in order.
 *
 * @param name which backend of tfjs: the one that is in use, unless named
 * @param native kernels of its own beside those of tfjs
 * @throws BackendError when it is not registered, or not ready
 */
export const tfjs = (name: string = inUse(), native?: Native): Backend<Info> => {
  if (typeof name !== 'string')
    throw new BackendError({
      backend: 'tfjs',
      expected: 'the name of a backend of tfjs',
      got: show(name),
      remedy: "For example: tfjs('cpu').",
    })
  const device = deviceOf(name, native)
  const { copies } = device
  return Object.freeze<Backend<Info>>({
    kind: 'Backend',
    name: name === 'wasm' ? name : 'tfjs',
    upload: (data, shape) => {
      present(device)
      try {
        return device.make(copies ? data : data.slice(), shape)
      } catch (error) {
        throw asMemoryFault(error, device.name)
      }
    },
    download: async info => {
      present(device)
      const numbers = (await device.backend.read(info.dataId)) as Float32Array
      return copies ? numbers : numbers.slice()
    },
    release: device.dispose,
    // One whose numbers lie elsewhere travels: moving it would count neither this use of it nor its other ones right.
    fromTensor: tensor => {
      if (tensor.dtype !== 'float32' || tf.getBackend() !== device.name || !isOn(tensor, device.backend))
        return undefined
      const { dataId, shape, dtype } = tensor
      device.backend.incRef(dataId)
      return { dataId, shape, dtype }
    },
    // Beside the backend in use, a tensor would lie where nobody looks for it: its numbers go to where eager ones are.
    toTensor: info =>
      tf.getBackend() === device.name ? tf.engine().makeTensorFromTensorInfo(info, device.backend) : undefined,
    compile: async (graph, family) => {
      present(device)
      return compileFor(device, graph, family)
    },
  })
}
