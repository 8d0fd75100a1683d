import * as tf from '@tensorflow/tfjs-core'
import { BackendError } from '../../base/errors.ts'
import type { Block } from '../../ops/numbers/loops.ts'
import type { Inputs } from '../../tfjs/calls.ts'
import { guarded } from '../../tfjs/guard.ts'
import { insideOf, mostAxes, storedShape } from '../../tfjs/inside.ts'
import type { Native } from './native.ts'

// Kernels are called here without the engine of tfjs, whose bookkeeping (tapes, scopes, profiles) costs more than a small
// kernel itself. What it would track, reference counts, is the work of the callers.

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
  /** Whether it copies numbers that it is given, and those that it gives out. */
  readonly copies: boolean
  /** A view of a tensor's numbers where the backend keeps them in reach, else a copy. Not for keeping. */
  readonly view: (info: Info) => Block
  /** Gives a tensor back; with a backend that was removed, its tensors have gone already. */
  readonly dispose: (info: Info) => void
  /** Whether tfjs still has the backend: it may be removed. */
  readonly isThere: () => boolean
  readonly storedShape: (info: Info) => readonly number[]
  readonly mostAxes: number
  /** Kernels of its own beside those of tfjs. */
  readonly native: Native | undefined
}

/**
 * Lets tfjs choose its backend, if it has not: when it does, it makes the best one anew, though that was found by name and is
 * in use.
 */
const chosen = (): void => {
  try {
    tf.backend()
  } catch {
    // One that takes time to get ready. tfjs waits for it with the user, and makes no other anew.
  }
}

/**
 * A registered backend of tfjs by its name.
 *
 * @param native kernels of its own
 * @throws BackendError when it is not registered, or not ready
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
  // Kernels are looked up once: their registry's keys are texts that would be put together anew for each call.
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
  // Not by looking it up, which would begin to load another one of the name.
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
    // tfjs keeps accounts of the tensors that it made itself, and would not hear of this.
    dispose: info => {
      if (isThere() && backend.disposeData(info.dataId)) engine.removeDataId(info.dataId, backend)
    },
    isThere,
    storedShape: info => storedShape(backend, info),
    mostAxes: mostAxes(backend),
    native,
  })
}

/** @throws BackendError when tfjs has the backend no longer */
export const present = ({ name, isThere }: Device): void => {
  if (isThere()) return
  throw new BackendError({
    backend: name,
    expected: 'the backend of tfjs that it was made for',
    got: 'one that was removed',
    remedy: 'Register the backend again, and compile again on it.',
  })
}
