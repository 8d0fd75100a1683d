import * as tf from '@tensorflow/tfjs-core'
import type { Backend } from '../backend.ts'
import type { Module } from '../wasm/module.ts'
import { deviceOf, type Info } from './device.ts'
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
 * @param module kernels of our own beside its own
 * @throws BackendError when it is not registered, or not ready
 */
export const tfjs = (name: string = inUse(), module?: Module): Backend<Info> => {
  const device = deviceOf(name, module)
  return Object.freeze<Backend<Info>>({
    kind: 'Backend',
    name: name === 'wasm' ? name : 'tfjs',
    upload: (data, shape) => device.make(data.slice(), shape),
    download: async info => ((await device.backend.read(info.dataId)) as Float32Array).slice(),
    release: device.dispose,
    fromTensor: ({ dataId, shape, dtype }) => {
      if (dtype !== 'float32' || tf.getBackend() !== device.name) return undefined
      device.backend.incRef(dataId)
      return { dataId, shape, dtype }
    },
    toTensor: info => tf.engine().makeTensorFromTensorInfo(info, device.backend),
    compile: async graph => compileFor(device, graph),
  })
}
