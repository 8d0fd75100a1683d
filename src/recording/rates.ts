import { isRecord } from '../base/trees.ts'
import type { Optimizer } from '../training/optimizer.ts'
import { type Step, stepAt } from '../training/rate.ts'

// Optimizers within optimizers, as their options hold them.

const isOptimizer = (value: unknown): value is Optimizer => isRecord(value) && value.kind === 'Optimizer'

/** The optimizers that an optimizer is made of. */
const within = ({ options }: Optimizer): readonly Optimizer[] => {
  const search = (value: unknown): readonly Optimizer[] => {
    if (isOptimizer(value)) return [value]
    if (Array.isArray(value)) return value.flatMap(search)
    return isRecord(value) ? Object.values(value).flatMap(search) : []
  }
  return Object.values(options).flatMap(search)
}

/** The names of an optimizer and of those that it is made of: what it remembers belongs to them. */
export const kindOf = (optimizer: Optimizer): string => [optimizer.name, ...within(optimizer).map(kindOf)].join(' ')

const isStep = (value: unknown): value is Step => typeof value === 'number' || typeof value === 'function'

/** All learning rates of an update, from 0 on. */
const ratesAt = (optimizer: Optimizer, update: number): readonly number[] => {
  const { name, options } = optimizer
  if (isStep(options.step)) return [stepAt(name, options.step, update)]
  // It counts whole updates, each of several batches.
  const every = name === 'accumulate' && typeof options.every === 'number' ? options.every : 1
  return within(optimizer).flatMap(inner => ratesAt(inner, Math.floor(update / every)))
}

/**
 * The learning rate of an update.
 *
 * @param update counted from 0
 * @returns `undefined` where the optimizer has none, or several that differ
 */
export const rateAt = (optimizer: Optimizer, update: number): number | undefined => {
  const [first, ...others] = new Set(ratesAt(optimizer, update))
  return others.length === 0 ? first : undefined
}
