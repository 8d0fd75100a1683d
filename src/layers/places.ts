import { countUp } from '../ops/counting.ts'
import type { Ops } from '../ops/ops.ts'

// Places in a sequence that is read part by part.

/** The places of `count` steps, the first of which is at `position`. */
export const placesFrom = <T>(ops: Ops<T>, position: T, count: number): T => ops.add(countUp(ops, count), position)

/**
 * Writes steps into what is kept of a sequence, along an axis, from `position` on.
 *
 * @param kept a tensor with room for `capacity` steps along the axis
 * @param steps the same with fewer
 */
export const written = <T>(ops: Ops<T>, kept: T, steps: T, axis: number, position: T): T => {
  const shape = ops.shape(kept)
  const [capacity, count] = [shape[axis] as number, ops.shape(steps)[axis] as number]
  const along = (x: T): T =>
    ops.reshape(
      x,
      shape.map((_, at) => (at === axis ? capacity : 1)),
    )
  // One step broadcasts; of several each place takes its own.
  if (count === 1) return ops.where(along(ops.equal(countUp(ops, capacity), position)), steps, kept)
  const from = ops.subtract(countUp(ops, capacity), position)
  const inside = ops.clip(from, 0, count - 1)
  return ops.where(along(ops.equal(inside, from)), ops.gather(steps, inside, axis), kept)
}
