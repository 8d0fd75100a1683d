import { UnreadableCases } from '../data.ts'

// Numbers with a shape, as the cases give them, moved about before they become tensors.

/** Numbers in row-major order with their shape. */
export interface Arr {
  readonly shape: readonly number[]
  readonly data: readonly number[]
  readonly dtype?: string
}

/** How many elements a shape has. */
export const size = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)
/** 0, 1, … n - 1. */
export const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)

/** JSON has no signs for what is not finite: texts stand for it, and truths are numbers. */
const numberFrom = (x: unknown): number => {
  if (typeof x === 'number') return x
  if (typeof x === 'boolean') return Number(x)
  if (x === 'NaN') return Number.NaN
  if (x === 'Infinity') return Number.POSITIVE_INFINITY
  if (x === '-Infinity') return Number.NEGATIVE_INFINITY
  throw new UnreadableCases(`a number of an unknown form, ${JSON.stringify(x)}`)
}

/** Whether something is written as a tensor. */
export const isTensor = (x: unknown): x is { shape: number[]; data: unknown[]; dtype?: string } =>
  typeof x === 'object' && x !== null && Array.isArray((x as Arr).shape) && Array.isArray((x as Arr).data)

/** A tensor, a number, or nested lists of numbers. */
export const arr = (x: unknown): Arr => {
  if (isTensor(x)) {
    const data = x.data.map(numberFrom)
    if (data.length !== size(x.shape))
      throw new UnreadableCases(`${data.length} numbers for the shape [${x.shape.join(', ')}]`)
    return { shape: x.shape, data, ...(x.dtype === undefined ? {} : { dtype: x.dtype }) }
  }
  const shape: number[] = []
  for (let inner = x; Array.isArray(inner); inner = inner[0]) shape.push(inner.length)
  const data = (Array.isArray(x) ? x.flat(Number.POSITIVE_INFINITY) : [x]).map(numberFrom)
  if (data.length !== size(shape)) throw new UnreadableCases('nested lists of unequal lengths')
  return { shape, data }
}

/** As many equal numbers as a shape has. */
export const filled = (shape: readonly number[], value = 0): Arr => ({
  shape,
  data: new Array<number>(size(shape)).fill(value),
})

/** The same numbers in another shape. */
export const reshaped = ({ data, shape: from }: Arr, shape: readonly number[]): Arr => {
  if (size(shape) !== data.length)
    throw new UnreadableCases(`numbers of the shape [${from.join(', ')}] for [${shape.join(', ')}]`)
  return { shape, data }
}

/** Each number through a function. */
export const mapped = ({ shape, data }: Arr, f: (x: number, i: number) => number): Arr => ({
  shape,
  data: data.map(f),
})

const strides = (shape: readonly number[]): readonly number[] => shape.map((_, axis) => size(shape.slice(axis + 1)))

/** Axis i of the result is axis `permutation[i]` of the numbers. */
export const permuted = ({ shape, data }: Arr, permutation: readonly number[]): Arr => {
  const steps = strides(shape)
  const to = permutation.map(axis => shape[axis] as number)
  const result = strides(to)
  return {
    shape: to,
    data: data.map((_, i) => {
      const from = permutation.reduce(
        (sum, axis, k) => sum + (Math.floor(i / (result[k] as number)) % (to[k] as number)) * (steps[axis] as number),
        0,
      )
      return data[from] as number
    }),
  }
}

/** What stands at these places along the first axes. */
export const at = ({ shape, data }: Arr, ...places: readonly number[]): Arr => {
  const inner = shape.slice(places.length)
  const begin = places.reduce((sum, place, axis) => sum + place * size(shape.slice(axis + 1)), 0)
  return { shape: inner, data: data.slice(begin, begin + size(inner)) }
}

/** Repeats what has one element along an axis, so that the numbers have a shape. */
export const broadcast = (from: Arr, shape: readonly number[]): Arr => {
  const padded = [...new Array<number>(shape.length - from.shape.length).fill(1), ...from.shape]
  const steps = strides(padded).map((step, axis) => (padded[axis] === 1 ? 0 : step))
  const result = strides(shape)
  return {
    shape,
    data: range(size(shape)).map(i => {
      const place = shape.reduce(
        (sum, d, k) => sum + (Math.floor(i / (result[k] as number)) % d) * (steps[k] as number),
        0,
      )
      return from.data[place] as number
    }),
  }
}

/** An axis counted from the start. */
export const axisFrom = (axis: number, rank: number): number => (axis < 0 ? rank + axis : axis)

/** The order of axes that puts channels, which are axis 1, last. */
export const toLast = (rank: number): readonly number[] => [0, ...range(rank - 2).map(i => i + 2), 1]
/** The order of axes that puts channels, which are last, at axis 1. */
export const toFirst = (rank: number): readonly number[] => [0, rank - 1, ...range(rank - 2).map(i => i + 1)]
/** The order of axes that undoes another. */
export const inverse = (permutation: readonly number[]): readonly number[] =>
  permutation.map((_, axis) => permutation.indexOf(axis))
