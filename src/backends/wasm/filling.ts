import type { Compute, Task } from '../tfjs/native.ts'
import type { Module } from './module.ts'

/** Prepares an operation; `undefined` if tfjs does it. */
export type Prepare<A> = (module: Module, task: Task<A>) => Compute | undefined

/**
 * Prepares a kernel that writes a result.
 *
 * @param fill takes the address of the result, then those of the operands
 * @param place where the result goes. Default: new memory
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
