import * as tf from '@tensorflow/tfjs-core'
import { BackendError, show } from '../../base/errors.ts'
import { isOn } from '../../tfjs/index.ts'
import { asMemoryFault, type Backend } from '../backend.ts'
import { deviceOf, type Info, present } from './device.ts'
import type { Native } from './native.ts'
import { compileFor } from './program.ts'

/** The backend that tfjs uses. The first call lets tfjs choose the best one. */
const inUse = (): string => {
  tf.backend()
  return tf.getBackend()
}

/**
 * The backend that runs graphs by the kernels of tfjs.
 *
 * @param name the name of a backend of tfjs. Default: the one in use
 * @param native kernels beside those of tfjs
 * @throws BackendError if it is not registered or not ready
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
    // Moving a tensor from another backend would lose count of its references, so its numbers are copied.
    fromTensor: tensor => {
      if (tensor.dtype !== 'float32' || tf.getBackend() !== device.name || !isOn(tensor, device.backend))
        return undefined
      const { dataId, shape, dtype } = tensor
      device.backend.incRef(dataId)
      return { dataId, shape, dtype }
    },
    // Eager operations expect tensors on the backend in use, so numbers of other backends are copied there.
    toTensor: info =>
      tf.getBackend() === device.name ? tf.engine().makeTensorFromTensorInfo(info, device.backend) : undefined,
    compile: async (graph, family) => {
      present(device)
      return compileFor(device, graph, family)
    },
  })
}
