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

/** Memory to reuse. */
export interface Pool {
  /**
   * Has the pool keep memory for as many tensors of these shapes, at most: those who use it take turns.
   *
   * @returns what ends that
   */
  readonly keep: (shapes: readonly (readonly number[])[]) => () => void
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

/** Numbers by shape. */
type Counts = Map<string, number>
const add = (counts: Counts, shape: readonly number[]): void => {
  const key = keyOf(shape)
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/**
 * Memory for results. A training step returns as many tensors as it makes, so two sets take turns and nothing is allocated.
 *
 * @param allocated new memory for so many numbers, zeros
 */
export const pool = (allocated: (numbers: number) => Float32Array = n => new Float32Array(n)): Pool => {
  const grown: Counts = new Map()
  const keepers = new Set<Counts>([grown])
  const free = new Map<string, Held[]>()
  /** How many tensors of a shape are kept, by the one who keeps the most. */
  const limits = new Map<string, number>()
  const limit = (key: string): void => {
    const most = Math.max(...Array.from(keepers, counts => counts.get(key) ?? 0))
    limits.set(key, most)
    const list = free.get(key) ?? []
    list.length = Math.min(list.length, most)
    free.set(key, list)
    if (most > 0) return
    limits.delete(key)
    free.delete(key)
  }
  const own: Pool = {
    keep: shapes => {
      const counts: Counts = new Map()
      for (const shape of shapes) add(counts, shape)
      keepers.add(counts)
      for (const key of counts.keys()) limit(key)
      return () => {
        keepers.delete(counts)
        for (const key of counts.keys()) limit(key)
      }
    },
    take: shape => {
      const old = free.get(keyOf(shape))?.pop()
      // A new handle, as the old one must stay invalid. The runtime's view of the memory is reused.
      if (old === undefined) return { data: allocated(sizeOf(shape)), shape, home: own }
      return old.tensor === undefined
        ? { data: old.data, shape, home: own }
        : { data: old.data, shape, tensor: old.tensor, home: own }
    },
    write: (shape, fill) => {
      if (!free.get(keyOf(shape))?.length) {
        add(grown, shape)
        limit(keyOf(shape))
      }
      const held = own.take(shape)
      fill(held.data)
      return held
    },
    give: handle => {
      const key = keyOf(handle.shape)
      const list = free.get(key)
      if (list !== undefined && list.length < (limits.get(key) as number)) list.push(handle)
    },
  }
  return own
}
