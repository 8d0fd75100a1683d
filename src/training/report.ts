import { sizeOf } from '../base/shape.ts'
import { byName } from '../base/trees.ts'
import type { Ops } from '../ops/ops.ts'
import type { Sum } from './metric.ts'
import type { Group, Scoring } from './scoring.ts'
import { flat } from './total.ts'
import { meanOfSums } from './weighting.ts'

// Reports: what the sums over examples say, of one batch or of many.

/** A sum as it travels: how many numbers it has, or that it is known beforehand. */
type Slot = number | null | { readonly size: number; readonly isScalar: boolean }

/** How the sums of a batch stand one after the other. */
export type Layout = readonly (readonly Slot[])[]

/** The layout of sums, and the tensors that travel, in order. */
export const layoutOf = <T>(
  groups: readonly Group<T>[],
  shapeOf: (x: T) => readonly (number | null)[],
): readonly [layout: Layout, tensors: readonly T[]] => {
  const tensors: T[] = []
  const layout = groups.map(group =>
    group.map((sum): Slot => {
      if (sum === null || typeof sum === 'number') return sum as number | null
      tensors.push(sum as T)
      const shape = shapeOf(sum as T)
      return { size: sizeOf(shape.map(d => d ?? 1)), isScalar: shape.length === 0 }
    }),
  )
  return [layout, tensors]
}

/** Tensors as one vector, so that they travel at once. */
export const asVector = <T>(ops: Ops<T>, tensors: readonly T[]): T => {
  const parts = tensors.map(tensor => flat(ops, tensor))
  return parts.length === 1 ? (parts[0] as T) : ops.concatenate(parts, 0)
}

/** Sums that have been read: numbers all of them. */
export type Sums = readonly (readonly (Sum | null)[])[]

/** The sums of a batch, of the numbers that travelled. */
export const readSums = (layout: Layout, numbers: ArrayLike<number>): Sums => {
  const all = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers)
  let at = 0
  return layout.map(group =>
    group.map(slot => {
      if (slot === null || typeof slot === 'number') return slot
      const { size, isScalar } = slot
      const from = at
      at += size
      return isScalar ? (all[from] as number) : new Float64Array(all.subarray(from, at))
    }),
  )
}

const add = (a: Sum | null, b: Sum | null): Sum | null => {
  if (a === null || b === null) return null
  if (typeof a === 'number' && typeof b === 'number') return a + b
  return (a as Float64Array).map((value, i) => value + ((b as Float64Array)[i] as number))
}

/** The sums of two batches together. */
export const addSums = (a: Sums | undefined, b: Sums): Sums =>
  a === undefined ? b : a.map((group, g) => group.map((sum, i) => add(sum, b[g]?.[i] ?? null)))

/** What metrics say: a number, or numbers by class. */
export type MetricValue = number | readonly number[] | readonly (readonly number[])[]

/** A report that says which numbers are meant by names. */
export type RawReport = Readonly<Record<string, MetricValue>> & { readonly loss: number }

/**
 * What sums say, by name.
 *
 * @param extras names of what stands after losses and metrics, each a sum and a count; `penalty` is part of the loss
 */
const reportOf = ({ losses, metrics }: Scoring, extras: readonly string[], sums: Sums): RawReport => {
  const quotient = (group: Sums[number] | undefined): number =>
    meanOfSums(plain, group?.[0] as number, group?.[1] as number)
  const parts = losses.map(({ loss }, i) => {
    const [sum, count] = sums[i] as Sums[number]
    return meanOfSums(loss, sum as number, count as number | null)
  })
  const beside = extras.map((name, i) => [name, quotient(sums[losses.length + metrics.length + i])] as const)
  const penalty = beside.find(([name]) => name === penaltyName)?.[1] ?? 0
  const total = parts.reduce((all, part, i) => all + part * (losses[i]?.weight ?? 1), 0) + penalty
  const own = losses.flatMap(({ name }, i) => (name === null ? [] : [[name, parts[i] as number] as const]))
  const found = metrics.map(
    ({ metric, name }, i) => [name, metric.finish(sums[losses.length + i] as readonly Sum[]) as MetricValue] as const,
  )
  return byName<MetricValue>([
    ['loss', total],
    ...own,
    ...found,
    ...beside.filter(([name]) => name !== penaltyName && name !== flagName),
  ]) as RawReport
}
const plain = { root: false }

/** What regularizers add to the loss, among extras. */
export const penaltyName = 'penalty'

/** The norm of the gradients of each layer, whose name follows it, among extras. */
export const normName = 'gradientNorm'

/** Whether an update could be made, among extras. */
export const flagName = 'finite'

/** How what a step has measured is read. */
export interface Reader {
  /** The sums of a batch, of the numbers that travelled. */
  readonly sumsOf: (numbers: ArrayLike<number>, size: number) => Sums
  /** What sums say, of one batch or of many. */
  readonly reportOf: (sums: Sums) => RawReport
  /** Whether an update has been undone, because its loss or a gradient was not finite. */
  readonly isUndone: (sums: Sums) => boolean
}

/** How losses, metrics and what stands after them are read. */
export const readerOf = (scoring: Scoring, extras: readonly string[], layout: Layout): Reader => {
  const flag = extras.indexOf(flagName)
  return {
    sumsOf: numbers => readSums(layout, numbers),
    reportOf: sums => reportOf(scoring, extras, sums),
    isUndone: sums => flag >= 0 && sums[scoring.losses.length + scoring.metrics.length + flag]?.[0] === 0,
  }
}

/** What a batch has said, and how that is read. */
export interface Said {
  readonly reader: Reader
  readonly sums: Sums
}
