import type { Case } from '../data.ts'
import { isTensor } from './array.ts'

// Cases made wrong on purpose: one expected number, or one dimension, is another. A check that can fail, fails.

/** A case with one change, and where it is. */
export interface Mutation {
  readonly what: string
  readonly one: Case
}

type Change = (value: unknown) => unknown

/** Farther away than any tolerance of the case's own reaches. */
const otherNumber =
  ({ atol = 0, rtol = 0 }: { readonly atol?: number; readonly rtol?: number }): Change =>
  value => {
    if (typeof value !== 'number') return 0
    return value + 1 + Math.abs(value) + 10 * (atol + rtol * Math.abs(value))
  }

/** Every number, tensor or list within a value, changed one at a time. */
const changes = (value: unknown, change: Change, path: string): readonly (readonly [string, unknown])[] => {
  if (isTensor(value)) {
    // One number in the middle stands for all; a tensor without numbers gets one.
    const { data, shape } = value
    if (data.length === 0)
      return [
        [
          path,
          { ...value, shape: shape.map(d => d || 1), data: new Array(shape.reduce((n, d) => n * (d || 1), 1)).fill(0) },
        ],
      ]
    const place = Math.floor(data.length / 2)
    return [[path, { ...value, data: data.map((x, i) => (i === place ? change(x) : x)) }]]
  }
  if (Array.isArray(value)) {
    const isFlat =
      value.length > 0 && value.every(one => typeof one === 'number' || typeof one === 'string' || one === null)
    const place = isFlat ? value.length - 1 : -1
    return value.flatMap((one, i) =>
      isFlat && i !== place
        ? []
        : changes(one, change, `${path}[${i}]`).map(
            ([where, changed]) => [where, value.map((other, j) => (j === i ? changed : other))] as const,
          ),
    )
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, own]) =>
      changes(own, change, `${path}.${name}`).map(
        ([where, changed]) => [where, { ...value, [name]: changed }] as const,
      ),
    )
  return value === null || value === undefined || typeof value === 'boolean' ? [] : [[path, change(value)]]
}

/** What a case expects, by field. */
const expectations = ['expected', 'gradients', 'input_gradients', 'parameter_gradients', 'state_after'] as const

/** A case with each of its expectations wrong in turn. */
export const mutations = (one: Case): readonly Mutation[] => {
  const change = otherNumber(one as never)
  const fields = expectations.flatMap(field =>
    changes(one[field], change, field).map(([what, changed]) => ({ what, one: { ...one, [field]: changed } })),
  )
  const shape = one.expected_shape as readonly (number | null)[] | undefined
  const last = (shape ?? []).length - 1
  // The batch is none of a layer's concern: a shape of it alone gets an axis.
  const other = last < 1 ? [...(shape ?? []), 7] : shape?.map((d, i) => (i === last ? (d ?? 6) + 1 : d))
  const shapes = shape ? [{ what: 'expected_shape', one: { ...one, expected_shape: other } }] : []
  const checkpoints = (one.checkpoints ?? []) as readonly { readonly atol?: number; readonly expected: unknown }[]
  const trained = checkpoints.flatMap((checkpoint, i) =>
    changes(checkpoint.expected, otherNumber(checkpoint), `checkpoints[${i}]`).map(([what, expected]) => ({
      what,
      one: { ...one, checkpoints: checkpoints.map((other, j) => (j === i ? { ...other, expected } : other)) },
    })),
  )
  return [...fields, ...shapes, ...trained].filter(({ what }) => !unheard.some(name => what.endsWith(name)))
}

/** What nothing is said of: counters of batches. */
const unheard = ['num_batches_tracked']
