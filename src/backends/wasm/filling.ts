import type { Compute, Task } from '../tfjs/native.ts'
import type { Module } from './module.ts'

/** Makes an operation ready; `undefined` leaves it to tfjs. */
export type Prepare<A> = (module: Module, task: Task<A>) => Compute | undefined

/**
 * Makes a kernel ready that fills a result.
 *
 * @param fill gets the address of the result, then those of the operands
 * @param place where the result goes. Default: memory of its own
 */
export const filling =
  (
    { addressOf, blank, release }: Module,
    shape: readonly number[],
    fill: (to: number, ...operands: readonly number[]) => void,
    place: Compute = () => blank(shape),
  ): Compute =>
  (operands, spent) => {
    const made = place(operands, spent)
    try {
      fill(addressOf(made), ...operands.map(addressOf))
      return made
    } catch (error) {
      release(made)
      throw error
    }
  }
