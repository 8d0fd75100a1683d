import { sizeOf } from '../base/shape.ts'
// Lengths and directions of initial weights, as numbers.

/** The number of elements for each output along an axis. */
export const elementsPerOutput = (shape: readonly number[], axis: number): number => sizeOf(shape.toSpliced(axis, 1))

/** The output that an element belongs to, and its index there. */
const placeOf = (
  offset: number,
  shape: readonly number[],
  axis: number,
): readonly [output: number, element: number] => {
  const inner = sizeOf(shape.slice(axis + 1))
  const outputs = shape[axis] as number
  const [block, within] = [Math.floor(offset / inner), offset % inner]
  return [block % outputs, Math.floor(block / outputs) * inner + within]
}

/** The length of the vector of each output. */
export const lengths = (values: Float32Array, shape: readonly number[], axis: number): Float32Array => {
  const squares = new Float64Array(shape[axis] as number)
  values.forEach((value, offset) => {
    const [output] = placeOf(offset, shape, axis)
    squares[output] = (squares[output] as number) + value * value
  })
  return Float32Array.from(squares, Math.sqrt)
}

const unit = (vector: Float64Array): Float64Array => {
  // Not Math.hypot(...vector): a long vector exceeds the maximum number of arguments.
  const length = Math.max(1e-12, Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)))
  return vector.map(value => value / length)
}

/** The directions of the largest singular value, by power iteration from a start. */
export const dominant = (
  values: Float32Array,
  shape: readonly number[],
  axis: number,
  start: Float32Array,
  iterations: number,
): { readonly left: Float32Array; readonly right: Float32Array } => {
  const places = Array.from(values, (_, offset) => placeOf(offset, shape, axis))
  const product = (vector: Float64Array, size: number, to: 0 | 1): Float64Array => {
    const result = new Float64Array(size)
    places.forEach((place, offset) => {
      const at = place[to]
      result[at] = (result[at] as number) + (values[offset] as number) * (vector[place[1 - to] as number] as number)
    })
    return unit(result)
  }
  let left = unit(Float64Array.from(start))
  let right = product(left, elementsPerOutput(shape, axis), 1)
  for (let i = 0; i < iterations; i++) {
    left = product(right, shape[axis] as number, 0)
    right = product(left, elementsPerOutput(shape, axis), 1)
  }
  return { left: Float32Array.from(left), right: Float32Array.from(right) }
}
