// Graphs have known shapes. So a network is traced for three sizes of the batch, and each number that differs between them
// has to grow linearly with the batch.

/** A number: `slope` times the batch, plus `offset`. */
export interface Linear {
  readonly slope: number
  readonly offset: number
}

/** A value in which numbers may depend on the batch. */
export type Sized<V> = V extends number
  ? Linear
  : V extends string | boolean | null | undefined
    ? V
    : { readonly [K in keyof V]: Sized<V[K]> }

/** A number that does not depend on the batch. */
export const fixed = (offset: number): Linear => ({ slope: 0, offset })

/** Whether a number does not depend on the batch. */
export const isFixed = ({ slope }: Linear): boolean => slope === 0

export const sum = (a: Linear, b: Linear): Linear => ({ slope: a.slope + b.slope, offset: a.offset + b.offset })
export const scaled = ({ slope, offset }: Linear, factor: number): Linear => ({
  slope: slope * factor,
  offset: offset * factor,
})

/** Whether one number is at least another for every batch. */
export const covers = (a: Linear, b: Linear): boolean => a.slope >= b.slope && a.slope + a.offset >= b.slope + b.offset

const line = (sizes: readonly number[], values: readonly number[]): Linear | undefined => {
  const [first, second] = sizes as readonly [number, number]
  const [low, high] = values as readonly [number, number]
  if (values.every(value => Object.is(value, low))) return fixed(low)
  const slope = (high - low) / (second - first)
  const offset = low - slope * first
  const holds = Number.isInteger(slope) && values.every((value, i) => value === slope * (sizes[i] as number) + offset)
  return holds ? { slope, offset } : undefined
}

/**
 * One value of the same values for several sizes of the batch.
 *
 * @returns `undefined` if they are not of one form, or a number does not grow linearly
 */
export const joined = <V>(sizes: readonly number[], values: readonly V[]): Sized<V> | undefined => {
  const found = join(sizes, values)
  return found === unfit ? undefined : (found as Sized<V>)
}

const unfit = Symbol('unfit')
const join = (sizes: readonly number[], values: readonly unknown[]): unknown => {
  const [first] = values
  if (values.every(value => typeof value === 'number')) return line(sizes, values as readonly number[]) ?? unfit
  if (typeof first !== 'object' || first === null) return values.every(value => value === first) ? first : unfit
  const keys = Object.keys(first)
  if (values.some(value => typeof value !== 'object' || Object.keys(value ?? {}).join() !== keys.join())) return unfit
  const inner = keys.map(key =>
    join(
      sizes,
      values.map(value => (value as Readonly<Record<string, unknown>>)[key]),
    ),
  )
  if (inner.includes(unfit)) return unfit
  return Array.isArray(first) ? inner : Object.fromEntries(keys.map((key, i) => [key, inner[i]]))
}
