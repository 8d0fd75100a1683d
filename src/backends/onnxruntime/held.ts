import { sizeOf } from '../../base/shape.ts'
import type { Runtime, RuntimeTensor } from './runtime.ts'

/** A tensor that ONNX Runtime reads and writes in-place. */
export interface Held {
  readonly data: Float32Array
  readonly shape: readonly number[]
  /** The runtime's view of the same memory, made on first use. */
  tensor?: RuntimeTensor
  /** The pool that its memory returns to. */
  home?: Pool
}

/** Memory to reuse, at most as much as one run needs. */
export interface Pool {
  readonly take: (shape: readonly number[]) => Held
  /** A tensor that `fill` writes. If there is no memory for it yet, the pool grows by one tensor of this shape. */
  readonly write: (shape: readonly number[], fill: (numbers: Float32Array) => void) => Held
  readonly give: (held: Held) => void
}

export const held = (data: Float32Array, shape: readonly number[]): Held => ({ data, shape })

export const tensorOf = (runtime: Runtime, handle: Held): RuntimeTensor => {
  handle.tensor ??= new runtime.Tensor('float32', handle.data, handle.shape)
  return handle.tensor
}

const keyOf = (shape: readonly number[]): string => shape.join('x')

/**
 * Memory for results of these shapes. A training step returns as many tensors as it makes, so two sets take turns and
 * nothing is allocated.
 */
export const pool = (shapes: readonly (readonly number[])[]): Pool => {
  const counts = new Map<string, number>()
  const free = new Map<string, Held[]>()
  const expect = (shape: readonly number[]): void => {
    const key = keyOf(shape)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    if (!free.has(key)) free.set(key, [])
  }
  shapes.forEach(expect)
  const own: Pool = {
    take: shape => {
      const old = free.get(keyOf(shape))?.pop()
      // A new handle, as the old one must stay invalid. The runtime's view of the memory is reused.
      if (old === undefined) return { data: new Float32Array(sizeOf(shape)), shape, home: own }
      return old.tensor === undefined
        ? { data: old.data, shape, home: own }
        : { data: old.data, shape, tensor: old.tensor, home: own }
    },
    write: (shape, fill) => {
      if (!free.get(keyOf(shape))?.length) expect(shape)
      const held = own.take(shape)
      fill(held.data)
      return held
    },
    give: handle => {
      const key = keyOf(handle.shape)
      const list = free.get(key)
      if (list !== undefined && list.length < (counts.get(key) as number)) list.push(handle)
    },
  }
  return own
}
