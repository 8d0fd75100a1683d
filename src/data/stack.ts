import type { Tensor } from '@tensorflow/tfjs-core'
import { isRight } from 'fp-ts/lib/Either.js'
import { DataError, type Fault, show } from '../base/errors.ts'
import { firstNaN, isTensorLike, isTyped, placeIn, readTensor } from '../base/nested.ts'
import type { NestedNumbers } from '../base/parameters.ts'
import { sizeOf } from '../base/shape.ts'
import { isRecord } from '../base/trees.ts'
import type { ShapeOf } from '../network-types/data.ts'
import type { FlatData, TypedNumbers } from '../state/data.ts'

// Examples as one batch: each field of them becomes an array with the batch as its first axis.

/** Numbers of several examples in row-major order, with their shape `S`, the batch first. */
export interface Stacked<S extends readonly number[] = readonly number[]> {
  readonly data: Float32Array
  readonly shape: S
}

/** What is stacked as numbers. */
export type Numeric = number | boolean | TypedNumbers | FlatData | Tensor | NestedNumbers

/** A batch of examples: their fields, stacked, with the shapes that their types say. Texts are listed. */
export type Batched<E> = unknown extends E
  ? unknown
  : [E] extends [Numeric]
    ? Stacked<StackedShape<E>>
    : E extends string
      ? readonly string[]
      : E extends object
        ? { readonly [K in keyof E]: Batched<E[K]> }
        : never
/** The shape of examples of numbers that are stacked; that of any if one does not say its own. */
type StackedShape<E> = readonly number[] extends ShapeOfEach<E> ? readonly number[] : ShapeOfEach<E>
type ShapeOfEach<E> = E extends number | boolean
  ? [batch: number]
  : ShapeOf<E> extends infer S extends readonly number[]
    ? number extends S['length']
      ? readonly number[]
      : [batch: number, ...S]
    : never

/** An example of a batch. */
export type Unbatched<B> = unknown extends B
  ? unknown
  : B extends Stacked<infer S>
    ? S extends readonly [number, ...infer Own extends readonly number[]]
      ? Own extends readonly []
        ? number
        : Stacked<Own>
      : number | Stacked
    : B extends readonly (infer Text extends string)[]
      ? Text
      : B extends object
        ? { readonly [K in keyof B]: Unbatched<B[K]> }
        : never

/** Where examples are, for errors. */
export interface Place {
  readonly owner: string
  /** The number of an example. */
  readonly rowOf: (i: number) => number
  readonly allowNaN: boolean
}

/** The error of an example. */
export const faultOfRow = (
  { owner, rowOf }: Pick<Place, 'owner' | 'rowOf'>,
  row: number,
  column: string,
  fault: Fault,
): DataError => new DataError({ owner, row: rowOf(row), ...(column === '' ? {} : { column }), ...fault })

export const isFlat = (value: unknown): value is FlatData =>
  isRecord(value) && 'data' in value && Array.isArray(value.shape) && (isTyped(value.data) || Array.isArray(value.data))

/** Whether an array holds several inputs or outputs, rather than the numbers of one. */
export const isTuple = (value: readonly unknown[]): boolean =>
  value.some(part => isRecord(part) && !isTyped(part)) || value.some(part => typeof part === 'string')

/** The shape of one example of numbers: that of the first element on each level. */
export const shapeOfNumbers = (value: unknown): readonly number[] => {
  if (isTensorLike(value) || isFlat(value)) return value.shape
  const shape: number[] = []
  let at = value
  while (Array.isArray(at) && shape.length < 32) {
    shape.push(at.length)
    at = at[0]
  }
  return isTyped(at) ? [...shape, at.length] : shape
}

/** Copies the numbers of an example of a shape; what does not fit, or nothing. */
const write = (
  value: unknown,
  into: Float32Array,
  at: number,
  shape: readonly number[],
  depth: number,
): { readonly got: string; readonly path: readonly number[] } | undefined => {
  const misfit = (got: string) => ({ got, path: [] })
  if (typeof value === 'number' || typeof value === 'boolean') {
    if (depth < shape.length) return misfit(`${value}`)
    into[at] = Number(value)
    return undefined
  }
  if (isTyped(value)) {
    if (depth !== shape.length - 1 || value.length !== shape[depth])
      return misfit(`${value.length} numbers${depth > 0 ? ' in a row' : ''}`)
    into.set(value, at)
    return undefined
  }
  if (Array.isArray(value)) {
    if (depth >= shape.length || value.length !== shape[depth]) return misfit(`an array of length ${value.length}`)
    const width = sizeOf(shape.slice(depth + 1))
    for (let i = 0; i < value.length; i++) {
      const part = value[i]
      // What is almost every number of nested arrays, without a call.
      if (typeof part === 'number' && depth === shape.length - 1) into[at + i] = part
      else {
        const wrong = write(part, into, at + i * width, shape, depth + 1)
        if (wrong !== undefined) return { ...wrong, path: [i, ...wrong.path] }
      }
    }
    return undefined
  }
  const isTensor = isTensorLike(value)
  if (!isTensor && !isFlat(value)) return misfit(show(value))
  if (depth > 0 || value.shape.join() !== shape.join()) return misfit(`shape [${value.shape.join(', ')}]`)
  const read = isTensor ? readTensor(value) : undefined
  if (read !== undefined && !isRight(read)) return misfit(read.left.got)
  const data = read === undefined ? (value as FlatData).data : read.right.data
  if (data.length !== sizeOf(shape)) return misfit(`${data.length} numbers of shape [${shape.join(', ')}]`)
  into.set(data, at)
  return undefined
}

/** @throws DataError that names the first NaN of stacked numbers */
export const refuseNaN = (
  data: ArrayLike<number>,
  shape: readonly number[],
  column: string,
  place: Pick<Place, 'owner' | 'rowOf'>,
): void => {
  const found = firstNaN(data, shape)
  if (found === undefined) return
  const [row = 0, ...path] = found
  throw faultOfRow(place, row, placeIn(column, path), {
    expected: 'a number',
    got: 'NaN',
    remedy: 'Replace it with map, leave the example out with filter, or allow it with { allowNaN: true }.',
  })
}

const stackNumbers = (values: readonly unknown[], column: string, place: Place): Stacked => {
  const shape = shapeOfNumbers(values[0])
  const width = sizeOf(shape)
  const data = new Float32Array(values.length * width)
  for (let row = 0; row < values.length; row++) {
    const wrong = write(values[row], data, row * width, shape, 0)
    if (wrong !== undefined)
      throw faultOfRow(place, row, placeIn(column, wrong.path), {
        expected:
          row === 0
            ? `numbers of one shape, [${shape.join(', ')}]`
            : `numbers of shape [${shape.join(', ')}], as in row ${place.rowOf(0)}`,
        got: wrong.got,
        remedy: 'Give every example the same shape, or batch with padBatch.',
      })
  }
  const stacked = { data, shape: Object.freeze([values.length, ...shape]) }
  if (!place.allowNaN) refuseNaN(data, stacked.shape, column, place)
  return Object.freeze(stacked)
}

const stackFields = (values: readonly unknown[], column: string, place: Place): unknown => {
  const first = values[0] as object
  const names = Object.keys(first)
  const within = (name: string) =>
    Array.isArray(first) ? `${column}[${name}]` : column === '' ? name : `${column}.${name}`
  for (let row = 1; row < values.length; row++) {
    const value = values[row]
    const fields = typeof value === 'object' && value !== null ? Object.keys(value) : []
    if (fields.length !== names.length || names.some(name => !Object.hasOwn(value as object, name)))
      throw faultOfRow(place, row, column, {
        expected: `the fields of row ${place.rowOf(0)}: ${names.join(', ')}`,
        got: fields.join(', ') || show(value),
        remedy: 'Give every example the same fields.',
      })
  }
  const stackedOf = (name: string) =>
    stackValues(
      values.map(value => (value as Readonly<Record<string, unknown>>)[name]),
      within(name),
      place,
    )
  return Object.freeze(
    Array.isArray(first) ? names.map(stackedOf) : Object.fromEntries(names.map(name => [name, stackedOf(name)])),
  )
}

const stackValues = (values: readonly unknown[], column: string, place: Place): unknown => {
  const first = values[0]
  if (typeof first === 'string') {
    const other = values.findIndex(value => typeof value !== 'string')
    if (other < 0) return Object.freeze([...values])
    throw faultOfRow(place, other, column, {
      expected: `a text, as in row ${place.rowOf(0)}`,
      got: show(values[other]),
      remedy: 'Give every example the same kind of value.',
    })
  }
  const isNumeric = typeof first === 'number' || typeof first === 'boolean' || isTyped(first)
  if (isNumeric || isTensorLike(first) || isFlat(first)) return stackNumbers(values, column, place)
  if (Array.isArray(first))
    return isTuple(first) ? stackFields(values, column, place) : stackNumbers(values, column, place)
  if (isRecord(first) && Object.keys(first).length > 0 && !ArrayBuffer.isView(first) && !(first instanceof Date))
    return stackFields(values, column, place)
  throw faultOfRow(place, 0, column, {
    expected: 'numbers, a text, or a record of them',
    got: show(first),
    remedy: 'Make numbers of it with map.',
  })
}

/**
 * Stacks examples, of which there is at least one.
 *
 * @throws DataError that names the row and the column where an example has another shape or other fields than the first,
 *   holds what cannot be stacked, or holds NaN
 */
export const stack = <E>(examples: readonly E[], place: Place): Batched<E> =>
  // The type says of each kind of value what the code finds out by looking.
  stackValues(examples, '', place) as Batched<E>

/** How many examples a batch has; `undefined` of what is none. */
export const rowsOf = (batch: unknown): number | undefined => {
  if (isFlat(batch)) return batch.shape[0]
  if (Array.isArray(batch) && batch.every(value => typeof value === 'string')) return batch.length
  if (typeof batch !== 'object' || batch === null) return undefined
  const [first] = Object.values(batch)
  return rowsOf(first)
}

/** One example of a batch. */
export const rowOf = (batch: unknown, row: number): unknown => {
  if (isFlat(batch)) {
    const { data, shape }: { readonly data: ArrayLike<number>; readonly shape: readonly number[] } = batch
    if (shape.length === 1) return data[row]
    const width = data.length / (shape[0] as number)
    const from = row * width
    const own = isTyped(data)
      ? (data as Float32Array).subarray(from, from + width)
      : Array.from(data).slice(from, from + width)
    return Object.freeze({ data: own, shape: Object.freeze(shape.slice(1)) })
  }
  if (Array.isArray(batch))
    return batch.every(value => typeof value === 'string')
      ? batch[row]
      : Object.freeze(batch.map(part => rowOf(part, row)))
  return Object.freeze(
    Object.fromEntries(Object.entries(batch as object).map(([name, part]) => [name, rowOf(part, row)])),
  )
}
