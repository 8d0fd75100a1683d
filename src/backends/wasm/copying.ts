import { stridesOf } from '../../base/shape.ts'
import { merged, stepsOf, type Walk } from '../../ops/walks.ts'
import type { Module } from './module.ts'

// Copies parts of tensors in runs of elements that are contiguous in both.

/** A part of a tensor, and where it goes in another tensor of the same rank. */
export interface Region {
  /** The shape of the part. */
  readonly size: readonly number[]
  /** The shapes of the tensors, and where the part begins in them. Axes of one element are broadcast. */
  readonly from: readonly number[]
  readonly begin?: readonly number[]
  readonly to: readonly number[]
  readonly at?: readonly number[]
  /** The axes that are reversed. */
  readonly reversed?: readonly number[]
}

const start = (strides: readonly number[], begin: readonly number[]): number =>
  strides.reduce((sum, stride, axis) => sum + stride * (begin[axis] as number), 0)

const one: Walk = { size: 1, a: 0, b: 0 }

/** A copy of runs of `run` elements that adjoin: where it begins, and its axes, the innermost first. */
export interface Runs {
  readonly run: number
  readonly from: number
  readonly to: number
  /** Strides `a` where runs come from, `b` where they go. */
  readonly inner: readonly [Walk, Walk, Walk]
  readonly outer: readonly Walk[]
}

/** The runs of a copy. The kernel takes three axes. */
export const runsOf = ({
  size,
  from,
  begin = size.map(() => 0),
  to,
  at = size.map(() => 0),
  reversed = [],
}: Region): Runs => {
  const forward = stepsOf(from)
  const source = forward.map((step, axis) => (reversed.includes(axis) ? -step : step))
  const target = stridesOf(to)
  const first = begin.map((i, axis) => (reversed.includes(axis) ? i + (size[axis] as number) - 1 : i))
  const walks = merged(size.map((n, axis) => ({ size: n, a: source[axis] as number, b: target[axis] as number })))
  return runsAlong(walks, start(forward, first), start(target, at))
}

/** The runs of a copy along some axes, the innermost first. */
export const runsAlong = (walks: readonly Walk[], from = 0, to = 0): Runs => {
  const [inner] = walks
  const run = inner !== undefined && inner.a === 1 && inner.b === 1 ? inner.size : 1
  const [i = one, j = one, k = one, ...outer] = run === 1 ? walks : walks.slice(1)
  return { run, from, to, inner: [i, j, k], outer }
}

/** Prepares a copy; the function takes the addresses of both tensors. */
export const copying = ({ kernels }: Module, region: Region): ((to: number, from: number) => void) => {
  const { run, from, to, inner, outer } = runsOf(region)
  const [i, j, k] = inner
  const copy = (into: number, of: number, more: readonly Walk[]): void => {
    const next = more.at(-1)
    if (next === undefined) kernels.copyRuns(into, of, k.size, j.size, i.size, run, k.b, j.b, i.b, k.a, j.a, i.a)
    else for (let n = 0; n < next.size; n++) copy(into + 4 * n * next.b, of + 4 * n * next.a, more.slice(0, -1))
  }
  return (into, of) => copy(into + 4 * to, of + 4 * from, outer)
}
