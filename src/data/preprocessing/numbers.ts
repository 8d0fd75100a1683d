import { isRight } from 'fp-ts/lib/Either.js'
import { InvalidOption, show } from '../../base/errors.ts'
import { isTensorLike, isTyped, readTensor } from '../../base/nested.ts'
import type { NestedNumbers } from '../../base/parameters.ts'
import { sizeOf } from '../../base/shape.ts'
import { isRecord } from '../../base/trees.ts'
import type { FlatData, TypedNumbers } from '../../state/data.ts'
import { isFlat, type Stacked, shapeOfNumbers } from '../stack.ts'

// Numbers in every form in which examples hold them, as 64-bit floats where they are 64-bit floats.

/** Numbers in row-major order. */
export interface Flat {
  readonly data: ArrayLike<number>
  readonly shape: readonly number[]
}

/** Collects the numbers of nested arrays; false where they are not of the shape. */
const collect = (value: unknown, shape: readonly number[], depth: number, into: number[]): boolean => {
  if (depth === shape.length)
    return typeof value === 'number' || typeof value === 'boolean' ? into.push(Number(value)) > 0 : false
  if (!(Array.isArray(value) || isTyped(value)) || value.length !== shape[depth]) return false
  return Array.from(value as ArrayLike<unknown>).every(part => collect(part, shape, depth + 1, into))
}

/** The numbers of a value; `undefined` where it has others, or none. */
export const flatOf = (value: unknown): Flat | undefined => {
  if (isTyped(value)) return { data: value, shape: [value.length] }
  if (isTensorLike(value)) {
    const read = readTensor(value)
    return isRight(read) ? read.right : undefined
  }
  if (isFlat(value)) return sizeOf(value.shape) === value.data.length ? value : undefined
  const [shape, data]: [readonly number[], number[]] = [shapeOfNumbers(value), []]
  return collect(value, shape, 0, data) ? { data, shape } : undefined
}

/** Whether a value is an example with fields. */
export const hasFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isRecord(value) && !isFlat(value) && !isTensorLike(value) && !ArrayBuffer.isView(value)

/** What numbers become that each number is changed in: the same form. */
export type Changed<V> = V extends number
  ? number
  : V extends TypedNumbers
    ? Float32Array
    : V extends FlatData
      ? Stacked
      : V extends NestedNumbers
        ? V
        : V extends { readonly dataSync: unknown }
          ? Stacked
          : V extends object
            ? { readonly [K in keyof V]: V[K] extends string ? V[K] : Changed<V[K]> }
            : never

const nestedAgain = (data: ArrayLike<number>, shape: readonly number[], from = 0): unknown => {
  const [length = 0, ...rest] = shape
  if (shape.length === 0) return data[from]
  const width = sizeOf(rest)
  return Object.freeze(Array.from({ length }, (_, i) => nestedAgain(data, rest, from + i * width)))
}

/**
 * Changes each number of a value.
 *
 * @param features how many numbers the last axis has; 1 where all numbers are changed alike
 * @throws InvalidOption if it has no numbers, or its last axis has the wrong length
 */
export const changeNumbers = (
  owner: string,
  value: unknown,
  features: number,
  change: (value: number, feature: number) => number,
): unknown => {
  const flat = flatOf(value)
  const last = flat?.shape.at(-1) ?? 1
  if (flat === undefined || (features > 1 && last !== features))
    throw new InvalidOption({
      layer: owner,
      option: 'value',
      expected: features > 1 ? `numbers whose last axis has ${features} features` : 'numbers',
      got: flat === undefined ? show(value) : `shape [${flat.shape.join(', ')}]`,
      remedy: 'Give numbers, arrays of numbers, { data, shape } or a tensor.',
    })
  const { data, shape } = flat
  if (typeof value === 'number' || typeof value === 'boolean') return change(Number(value), 0)
  // Nested arrays keep their precision.
  const into = Array.isArray(value) ? new Float64Array(data.length) : new Float32Array(data.length)
  for (let i = 0; i < data.length; i++) into[i] = change(data[i] as number, features > 1 ? i % features : 0)
  if (Array.isArray(value)) return nestedAgain(into, shape)
  return isTyped(value) ? into : Object.freeze({ data: into, shape: Object.freeze([...shape]) })
}

/**
 * Changes the field of an example, or a value that has no fields.
 *
 * @throws InvalidOption if there is no such field, or no field was named
 */
export const changeField = (
  owner: string,
  field: string | null,
  value: unknown,
  change: (value: unknown) => unknown,
): unknown => {
  if (!hasFields(value)) return change(value)
  if (field !== null && Object.hasOwn(value, field)) return Object.freeze({ ...value, [field]: change(value[field]) })
  throw new InvalidOption({
    layer: owner,
    option: 'value',
    expected: field === null ? 'a value without fields' : `an example with the field ${field}`,
    got: `an example with ${Object.keys(value).join(', ') || 'no fields'}`,
    remedy: field === null ? "Name the field of examples: { field: 'x' }." : 'Give examples as the statistics are of.',
  })
}
