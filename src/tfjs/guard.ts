import * as tf from '@tensorflow/tfjs-core'
import { insideOf } from './inside.ts'

// The WebAssembly backend of tfjs does not check whether memory was allocated. Without memory, a tensor gets address 0, where
// the module keeps its own data, and a kernel that writes there breaks the module.

/**
 * Allocates memory of the module and returns its address.
 *
 * @throws RangeError if memory runs out
 */
export const allocator =
  (malloc: (bytes: number) => number) =>
  (bytes: number): number => {
    // Addresses beyond 2 GiB are negative numbers, and sizes beyond 4 GiB would wrap around.
    const address = bytes < 2 ** 32 ? malloc(Math.max(4, bytes)) >>> 0 : 0
    if (address === 0) throw new RangeError(`out of memory: WebAssembly has no room for ${bytes} bytes`)
    return address
  }

/**
 * The backend to pass to kernels: allocations that fail throw a RangeError. The backend itself does not change. Backends
 * other than WebAssembly are returned as they are.
 */
export const guarded = (backend: tf.KernelBackend): tf.KernelBackend => {
  const inside = insideOf(backend)
  const malloc = inside.wasm?._malloc
  const { makeOutput } = inside
  if (malloc === undefined || makeOutput === undefined) return backend
  const allocate = allocator(malloc)
  const make = (
    shape: number[],
    dtype: tf.DataType,
    values: tf.backend_util.BackendValues | null | undefined,
  ): tf.TensorInfo => {
    const bytes = tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype)
    const address = allocate(bytes)
    if (values) {
      const { buffer, byteOffset } = values as Uint8Array
      inside.wasm?.HEAPU8?.set(new Uint8Array(buffer, byteOffset, bytes), address)
    }
    return makeOutput.call(backend, shape, dtype, address)
  }
  return Object.create(backend, {
    makeOutput: {
      value: (
        shape: number[],
        dtype: tf.DataType,
        address?: number,
        values?: tf.backend_util.BackendValues,
      ): tf.TensorInfo =>
        address === undefined || address === null
          ? make(shape, dtype, values)
          : makeOutput.call(backend, shape, dtype, address),
    },
    write: {
      value: (values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object =>
        dtype === 'string' ? backend.write(values, shape, dtype) : make(shape, dtype, values).dataId,
    },
  })
}
