import * as tf from '@tensorflow/tfjs-core'
import { BackendError } from '../../base/errors.ts'
import type { Block } from '../../ops/numbers/loops.ts'
import type { Inputs } from '../../tfjs/calls.ts'
import { guarded } from '../../tfjs/guard.ts'
import { insideOf, mostAxes, storedShape } from '../../tfjs/inside.ts'
import type { Native } from './native.ts'

// Kernels are called without the engine of tfjs, whose bookkeeping (tapes, scopes, profiles) costs more than a small
// kernel. The callers keep the reference counts, which the engine would do.

/** A tensor as kernels know it. */
export type Info = tf.TensorInfo

/** A tfjs backend, ready to run kernels. */
export interface Device {
  readonly name: string
  readonly backend: tf.KernelBackend
  /** Whether the backend has a kernel. */
  readonly has: (kernel: string) => boolean
  /** Runs a kernel of one result. */
  readonly call: (kernel: string, inputs: Inputs, attrs?: object) => Info
  readonly make: (values: Float32Array, shape: readonly number[]) => Info
  /** Whether the backend keeps numbers in the memory of the process. */
  readonly isNear: boolean
  /** Whether the backend copies numbers on the way in and out. */
  readonly copies: boolean
  /** A view of a tensor's numbers if they are in the memory of the process, else a copy. Valid until the next kernel. */
  readonly view: (info: Info) => Block
  /** Frees a tensor, unless the backend was removed and its tensors with it. */
  readonly dispose: (info: Info) => void
  /** Whether the backend is still registered. */
  readonly isThere: () => boolean
  readonly storedShape: (info: Info) => readonly number[]
  readonly mostAxes: number
  /** Kernels beside those of tfjs. */
  readonly native: Native | undefined
}

/**
 * Lets tfjs choose its default backend now. Later it would create that backend a second time, though it was found by name
 * and is in use.
 */
const chosen = (): void => {
  try {
    tf.backend()
  } catch {
    // The default backend is asynchronous: tfjs is initializing it and will not create it again.
  }
}

/**
 * A registered backend of tfjs by its name.
 *
 * @param native kernels beside those of tfjs
 * @throws BackendError if it is not registered or not ready
 */
export const deviceOf = (name: string, native?: Native): Device => {
  chosen()
  const backend = tf.findBackend(name)
  if (!backend)
    throw new BackendError({
      backend: name,
      expected: 'a backend of tfjs that is registered and ready',
      got: `none of the name '${name}'`,
      remedy: `Import @tensorflow/tfjs-backend-${name} and await tf.setBackend('${name}') first.`,
    })
  // Kernels are looked up once: tfjs concatenates a key for each look-up.
  const kernels = new Map<string, tf.KernelFunc>()
  const kernel = (kind: string): tf.KernelFunc => {
    const known = kernels.get(kind) ?? tf.getKernel(kind, name)?.kernelFunc
    if (known === undefined)
      throw new BackendError({
        backend: name,
        expected: `the kernel ${kind}`,
        got: 'none',
        remedy: 'Choose another backend of tfjs, or register the kernel.',
      })
    kernels.set(kind, known)
    return known
  }
  const engine = tf.engine()
  // `findBackend` would start to load a backend that was removed.
  const isThere = (): boolean => engine.registry[name] === backend
  const safe = guarded(backend)
  const heap = insideOf(backend).typedArrayFromHeap?.bind(backend)
  return Object.freeze<Device>({
    name,
    backend,
    has: kind => tf.getKernel(kind, name) !== undefined,
    call: (kind, inputs, attrs = {}) =>
      kernel(kind)({ inputs: inputs as tf.NamedTensorInfoMap, backend: safe, attrs: attrs as tf.NamedAttrMap }) as Info,
    make: (values, shape) => ({
      dataId: safe.write(values, [...shape], 'float32'),
      shape: [...shape],
      dtype: 'float32',
    }),
    isNear: name === 'cpu' || heap !== undefined,
    copies: heap !== undefined,
    view: info => ({
      values: heap ? heap(info) : (backend.readSync(info.dataId) as Float32Array),
      shape: info.shape,
    }),
    // The engine has entries of its own for the tensors that it made.
    dispose: info => {
      if (isThere() && backend.disposeData(info.dataId)) engine.removeDataId(info.dataId, backend)
    },
    isThere,
    storedShape: info => storedShape(backend, info),
    mostAxes: mostAxes(backend),
    native,
  })
}

/** @throws BackendError if the backend was removed */
export const present = ({ name, isThere }: Device): void => {
  if (isThere()) return
  throw new BackendError({
    backend: name,
    expected: 'the backend of tfjs that it was made for',
    got: 'one that was removed',
    remedy: 'Register the backend again, and compile again on it.',
  })
}
