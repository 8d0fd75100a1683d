import { sizeOf, stridesOf } from '../base/shape.ts'
import type { Attributes, Operation } from '../ops/operations.ts'
import type { Constant } from './graph.ts'

// What is known before a graph runs: operations on constants.

type Known = Pick<Constant, 'values' | 'shape'>
type Dimensions = readonly number[]

const dimensions = ({ shape }: Known): Dimensions => shape as Dimensions
const numbersOf = ({ values, shape }: Known): Float32Array =>
  typeof values === 'number' ? new Float32Array(sizeOf(shape as Dimensions)).fill(values) : values

/** Where the elements of a strided view stand, in its row-major order. */
const places = (shape: Dimensions, strides: Dimensions, offset = 0): Int32Array => {
  let all = Int32Array.of(offset)
  shape.forEach((d, axis) => {
    const wider = new Int32Array(all.length * d)
    all.forEach((from, i) => {
      for (let k = 0; k < d; k++) wider[i * d + k] = from + k * (strides[axis] as number)
    })
    all = wider
  })
  return all
}
const viewed = (x: Known, shape: Dimensions, strides: Dimensions, offset = 0): Float32Array => {
  const numbers = numbersOf(x)
  return Float32Array.from(places(shape, strides, offset), at => numbers[at] as number)
}
/** The strides that repeat what has one element along an axis. */
const repeating = (own: Dimensions, shape: Dimensions): number[] => {
  const strides = stridesOf(own)
  const added = shape.length - own.length
  return shape.map((_, i) => (i < added || own[i - added] === 1 ? 0 : (strides[i - added] as number)))
}
const spreadOut = (x: Known, shape: Dimensions): Float32Array =>
  dimensions(x).join() === shape.join() ? numbersOf(x) : viewed(x, shape, repeating(dimensions(x), shape))

const unary: Partial<Record<Operation, (x: number) => number>> = {
  negative: x => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  rsqrt: x => 1 / Math.sqrt(x),
  square: x => x * x,
  abs: Math.abs,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  relu: x => Math.max(x, 0),
}
const binary: Partial<Record<Operation, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  greater: (a, b) => Number(a > b),
  equal: (a, b) => Number(a === b),
}

/** Operations that move elements, as strided views. */
const moved: {
  readonly [O in Operation]?: (x: Known, shape: Dimensions, attributes: Attributes[O]) => Float32Array
} = {
  reshape: numbersOf,
  broadcast: spreadOut,
  transpose: (x, shape, [permutation]) => {
    const strides = stridesOf(dimensions(x))
    return viewed(
      x,
      shape,
      permutation.map(axis => strides[axis] as number),
    )
  },
  slice: (x, shape, [begin]) => {
    const strides = stridesOf(dimensions(x))
    return viewed(
      x,
      shape,
      strides,
      begin.reduce((at, from, i) => at + from * (strides[i] as number), 0),
    )
  },
  reverse: (x, shape, [axes]) => {
    const strides = stridesOf(shape)
    return viewed(
      x,
      shape,
      strides.map((stride, i) => (axes.includes(i) ? -stride : stride)),
      axes.reduce((at, axis) => at + (strides[axis] as number) * ((shape[axis] as number) - 1), 0),
    )
  },
}

const summed = (x: Known, axes: readonly number[]): Float32Array => {
  const shape = dimensions(x)
  const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d))
  const numbers = numbersOf(x)
  const sums = new Float64Array(sizeOf(kept))
  places(shape, repeating(kept, shape)).forEach((to, from) => {
    sums[to] = (sums[to] as number) + (numbers[from] as number)
  })
  return Float32Array.from(sums)
}

/**
 * The result of an operation on constants, in row-major order.
 *
 * @returns `null` for operations that are left to run time
 */
export const evaluated = (
  operation: Operation,
  inputs: readonly Known[],
  attributes: Attributes[Operation],
  shape: Dimensions,
): Float32Array | null => {
  const [a, b] = inputs as readonly [Known, Known]
  const one = unary[operation]
  if (one) return numbersOf(a).map(x => one(x))
  const two = binary[operation]
  if (two) {
    const right = spreadOut(b, shape)
    return spreadOut(a, shape).map((x, i) => two(x, right[i] as number))
  }
  const move = moved[operation] as ((x: Known, shape: Dimensions, attributes: unknown) => Float32Array) | undefined
  if (move) return move(a, shape, attributes)
  if (operation === 'sum') return summed(a, attributes[0] as readonly number[])
  return null
}
