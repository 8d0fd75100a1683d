import fc from 'fast-check'
import { anywhere, seed, shape, size, spread, tensor } from '../calls.ts'
import { build, get, type Numbers } from '../reference.ts'
import { type Case, single } from './case.ts'
import { written } from './reductions.ts'

/** What happens to each vector along an axis. */
const alongAxis = (x: Numbers, axis: number, f: (values: readonly number[]) => readonly number[]): Numbers => {
  const vector = (index: readonly number[]) =>
    Array.from({ length: x.shape[axis] as number }, (_, i) => get(x, index.with(axis, i)))
  const length = f(vector(x.shape.map(() => 0))).length
  return build(x.shape.with(axis, length), index => f(vector(index))[index[axis] as number] as number)
}

/** The order of positions, NaN last; equal ones as they stood, or NaN first and then downwards. */
export const orderOf = (values: readonly number[], descending = false): readonly number[] => {
  const key = (i: number) => (Number.isNaN(values[i]) ? Number.POSITIVE_INFINITY : (values[i] as number))
  const rank = (i: number) => Number(Number.isNaN(values[i]))
  const sign = descending ? -1 : 1
  const compared = (i: number, j: number) =>
    rank(i) !== rank(j) ? rank(i) - rank(j) : key(i) < key(j) ? -1 : Number(key(i) > key(j))
  return values.map((_, i) => i).toSorted((i, j) => sign * compared(i, j) || i - j)
}

const axisOf = <R>(least: number, make: (x: Numbers, axis: number, given: number, s: number) => R): fc.Arbitrary<R> =>
  tensor(least, 3).chain(x =>
    fc
      .tuple(fc.nat(x.shape.length - 1), seed)
      .map(([axis, s]) => make(x, axis, written(axis, x.shape.length, s), Math.floor(s / 2))),
  )
const accumulated = (name: 'cumsum' | 'cumprod', combine: (a: number, b: number) => number): fc.Arbitrary<Case> =>
  axisOf(1, (x, axis, given) => {
    const expected = alongAxis(x, axis, values => values.map((_, i) => values.slice(0, i + 1).reduce(combine)))
    return single([x], (ops, own) => ops[name](own, given), expected)
  })
/** Some of the elements equal. */
const rough = (x: Numbers): Numbers => ({ ...x, data: x.data.map(value => Math.round(2 * value) / 2 + 0) })

/** Calls of what finds by index, and what finds indices. */
export const indexed: Readonly<
  Record<'cumsum' | 'cumprod' | 'sort' | 'argSort' | 'topK' | 'takeAlong' | 'oneHot', fc.Arbitrary<Case>>
> = {
  cumsum: accumulated('cumsum', (a, b) => a + b),
  cumprod: accumulated('cumprod', (a, b) => a * b),
  sort: axisOf(1, (x, axis, given, s) => {
    const descending = s % 2 === 1
    const expected = alongAxis(x, axis, values => orderOf(values, descending).map(i => values[i] as number))
    return single([x], (ops, own) => ops.sort(own, given, descending), expected)
  }),
  argSort: axisOf(1, (x, axis, given, s) => {
    const descending = s % 2 === 1
    const own = rough(x)
    const expected = alongAxis(own, axis, values => orderOf(values, descending))
    return single([own], (ops, y) => ops.argSort(y, given, descending), expected, [false])
  }),
  topK: axisOf(1, (x, axis, given, s) => {
    const count = 1 + (s % (x.shape[axis] as number))
    const positions = alongAxis(x, axis, values => orderOf(values, true).slice(0, count))
    const values = alongAxis(x, axis, own =>
      orderOf(own, true)
        .slice(0, count)
        .map(i => own[i] as number),
    )
    return {
      inputs: [x],
      differentiable: [true],
      apply: (ops, [own]) => ops.topK(own as never, count, given),
      expected: [values, positions],
    }
  }),
  takeAlong: axisOf(1, (x, axis, given, s) => {
    const n = x.shape[axis] as number
    const own = x.shape.with(axis, 1 + (s % 4))
    const positions = { shape: own, data: spread(s, own, { low: 0, high: n }).data.map(value => value - 0.001) }
    const expected = build(own, index => get(x, index.with(axis, Math.max(0, Math.floor(get(positions, index))))))
    return single([x, positions], (ops, y, at) => ops.takeAlong(y, at, given), expected, [true, false])
  }),
  oneHot: fc.tuple(shape(0, 2), size, seed).map(([own, count, s]) => {
    const indices = { shape: own, data: spread(s, own, anywhere).data.map(value => Math.round(value) + 0) }
    const axis = s % (own.length + 1)
    const expected = build(own.toSpliced(axis, 0, count), index =>
      Number(get(indices, index.toSpliced(axis, 1)) === index[axis]),
    )
    return single([indices], (ops, x) => ops.oneHot(x, count, written(axis, own.length + 1, s)), expected, [false])
  }),
}
