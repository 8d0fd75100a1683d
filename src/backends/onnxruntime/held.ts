import { sizeOf } from '../../base/shape.ts'
import type { Runtime, RuntimeTensor } from './runtime.ts'

/** A tensor in memory that ONNX Runtime reads and writes in place. */
export interface Held {
  readonly data: Float32Array
  readonly shape: readonly number[]
  /** The runtime's view of the same memory, from its first use on. */
  tensor?: RuntimeTensor
  /** Where its memory goes when it is given back. */
  home?: Pool
}

/** Memory that may be written to: what was given back, as much as one run needs. */
export interface Pool {
  readonly take: (shape: readonly number[]) => Held
  /** Holds a copy of some numbers; what it finds no memory for it expects to be needed again. */
  readonly copy: (data: Float32Array, shape: readonly number[]) => Held
  readonly give: (held: Held) => void
}

export const held = (data: Float32Array, shape: readonly number[]): Held => ({ data, shape })

export const tensorOf = (runtime: Runtime, handle: Held): RuntimeTensor => {
  handle.tensor ??= new runtime.Tensor('float32', handle.data, handle.shape)
  return handle.tensor
}

const keyOf = (shape: readonly number[]): string => shape.join('x')

/**
 * Spare memory for results of these shapes. Training steps give as many tensors back as they make, so two sets of them
 * serve in turn, and nothing is allocated.
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
      // A handle of its own for each result: one that was given back stays dead. The runtime's view goes with the memory.
      if (old === undefined) return { data: new Float32Array(sizeOf(shape)), shape, home: own }
      return old.tensor === undefined
        ? { data: old.data, shape, home: own }
        : { data: old.data, shape, tensor: old.tensor, home: own }
    },
    copy: (data, shape) => {
      if (!free.get(keyOf(shape))?.length) expect(shape)
      const held = own.take(shape)
      held.data.set(data)
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
