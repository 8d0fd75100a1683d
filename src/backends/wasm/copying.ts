import { layout } from './contraction.ts'
import type { Module } from './module.ts'

// Parts of tensors are copied run by run, as long as the runs are in both.

/** A part of a tensor on its way to a part of another of as many axes. */
export interface Part {
  /** How many elements along each axis. */
  readonly size: readonly number[]
  /** The shapes of the tensors, and where in them the part begins. An axis of one element is read as often as it takes. */
  readonly from: readonly number[]
  readonly begin: readonly number[]
  readonly to: readonly number[]
  readonly at: readonly number[]
  /** The axes that are read from their ends. */
  readonly reversed?: readonly number[]
}

/** An axis of a part: how many elements, and how far apart they lie where they come from and go. */
interface Walk {
  readonly size: number
  readonly from: number
  readonly to: number
}

/** Axes that are walked as one are made one, those of one element left out. */
const merged = (walks: readonly Walk[]): readonly Walk[] => {
  const found: Walk[] = []
  for (const { size, from, to } of walks.toReversed()) {
    const inner = found.at(-1)
    if (size === 1) continue
    if (inner !== undefined && from === inner.size * inner.from && to === inner.size * inner.to)
      found[found.length - 1] = { ...inner, size: size * inner.size }
    else found.push({ size, from, to })
  }
  return found.toReversed()
}

const start = (strides: readonly number[], begin: readonly number[]): number =>
  strides.reduce((sum, stride, axis) => sum + stride * (begin[axis] as number), 0)

const one: Walk = { size: 1, from: 0, to: 0 }

/** Makes a copying ready; it is given the addresses of both tensors. */
export const copying = (
  { kernels }: Module,
  { size, from, begin, to, at, reversed = [] }: Part,
): ((to: number, from: number) => void) => {
  const forward = layout(from).strides
  const source = forward.map((stride, axis) => {
    if (from[axis] === 1) return 0
    return reversed.includes(axis) ? -stride : stride
  })
  const target = layout(to).strides
  const first = begin.map((i, axis) => (reversed.includes(axis) ? i + (size[axis] as number) - 1 : i))
  const walks = merged(size.map((n, axis) => ({ size: n, from: source[axis] as number, to: target[axis] as number })))
  const last = walks.at(-1)
  const run = last !== undefined && last.from === 1 && last.to === 1 ? last.size : 1
  const outer = run === 1 ? walks : walks.slice(0, -1)
  const [a = one, b = one, c = one] = outer.slice(-3).toReversed()
  const rest = outer.slice(0, -3)
  const copy = (into: number, of: number, [next, ...others]: readonly Walk[]): void => {
    if (next === undefined)
      kernels.copyRuns(into, of, c.size, b.size, a.size, run, c.to, b.to, a.to, c.from, b.from, a.from)
    else for (let i = 0; i < next.size; i++) copy(into + 4 * i * next.to, of + 4 * i * next.from, others)
  }
  const [toStart, fromStart] = [4 * start(target, at), 4 * start(forward, first)]
  return (into, of) => copy(into + toStart, of + fromStart, rest)
}
