import type { Initializer, ModelNode } from '../backends/onnxruntime/model.ts'

// Constants that depend on the batch: shapes grow linearly with it, and numbers such as the 1 / n of a mean are one of a few
// functions of it. What is found from two sizes has to hold for the third.

/** What a constant is in the file: nodes that compute it from the batch. */
export interface Computed {
  readonly nodes: readonly ModelNode[]
  readonly initializers: readonly Initializer[]
}

export const nodeOf = (
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: ModelNode['attributes'] = {},
): ModelNode => ({
  name: `batch, ${operator} ${output}`,
  operator,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
})

/** Whether a node computes a constant from the batch. */
export const isComputed = ({ name }: ModelNode): boolean => name.startsWith('batch, ')

/** The batch in the file: a list of one integer, that integer, and a number. */
export const batchSize = 'batch size'
export const batchSizeAlone = 'batch size alone'
export const batchNumber = 'batch number'

/** A number as `slope · x + offset`. */
export interface Linear {
  readonly slope: number
  readonly offset: number
}

/** A list of integers as a linear function of the batch, with integers for slopes. */
export const linear = (sizes: readonly number[], values: readonly number[]): Linear | undefined => {
  const found = through(sizes, values)
  const holds = Number.isInteger(found.slope) && values.every((value, i) => value === on(found, sizes[i] as number))
  return holds ? found : undefined
}
/** The line through the first and the last point. */
const through = (xs: readonly number[], ys: readonly number[]): Linear => {
  const [x0, x1, y0, y1] = [xs[0], xs.at(-1), ys[0], ys.at(-1)] as [number, number, number, number]
  const slope = (y1 - y0) / (x1 - x0)
  return { slope, offset: y0 - slope * x0 }
}
const on = ({ slope, offset }: Linear, x: number): number => slope * x + offset

/** A function of the batch n: a line over n or 1 / n, or the inverse of such a line. */
interface Form {
  readonly isOverInverse: boolean
  readonly isInverse: boolean
}
const forms: readonly Form[] = [
  { isOverInverse: true, isInverse: false },
  { isOverInverse: false, isInverse: false },
  { isOverInverse: true, isInverse: true },
  { isOverInverse: false, isInverse: true },
]

/** How far a 32-bit float may be off that is a product of a few others, relative to it. */
const rounding = 4e-7

/** How far a line is off from points, relative to them. */
const offBy = (line: Linear, xs: readonly number[], ys: readonly number[]): number =>
  ys.reduce((most, y, i) => Math.max(most, Math.abs(on(line, xs[i] as number) - y) / Math.abs(y)), 0)

/**
 * Lines through points that are known up to rounding, the simplest first: through 0, or with an offset, or slope, that is a
 * whole number or the inverse of one.
 */
const linesThrough = (xs: readonly number[], ys: readonly number[]): readonly Linear[] => {
  const [x, y] = [xs[0] as number, ys[0] as number]
  const found = through(xs, ys)
  const offset = simple(found.offset)
  return [
    { slope: simple(y / x), offset: 0 },
    { slope: y / x, offset: 0 },
    { slope: simple((y - offset) / x), offset },
    { slope: (y - offset) / x, offset },
    found,
  ]
}
/** The whole number, or the inverse of one, that a number may stand for. */
const simple = (value: number): number => {
  const isNear = (a: number, b: number) => Math.abs(a - b) <= 1e-3 * Math.min(1, Math.abs(b))
  const [whole, inverse] = [Math.round(value), Math.round(1 / value)]
  if (whole !== 0 && isNear(value, whole)) return whole
  return inverse !== 0 && Number.isFinite(inverse) && isNear(1 / value, inverse) ? 1 / inverse : value
}

/**
 * Numbers as functions of the batch, all of one form: the simplest that is as near as rounding allows, otherwise the nearest.
 *
 * @param values of each element, for each size
 */
const fitted = (
  sizes: readonly number[],
  values: readonly (readonly number[])[],
): readonly [Form, readonly Linear[]] | undefined => {
  const all = forms.flatMap(form => {
    const xs = form.isOverInverse ? sizes.map(size => 1 / size) : sizes
    const given = values.map(ys => (form.isInverse ? ys.map(y => 1 / y) : ys))
    const lines = given.map(ys => linesThrough(xs, ys))
    return (lines[0] ?? []).map((_, kind) => {
      const own = lines.map(each => each[kind] as Linear)
      const off = own.reduce((most, line, i) => Math.max(most, offBy(line, xs, given[i] as readonly number[])), 0)
      return { form, lines: own, off }
    })
  })
  const least = Math.min(...all.map(({ off }) => off))
  const best = all.find(({ off }) => off <= Math.max(exact, least))
  return best === undefined || !(best.off <= rounding) ? undefined : [best.form, best.lines]
}
/** How far a 32-bit float is off from a number that it was rounded from, relative to it. */
const exact = 2 ** -24

/**
 * Numbers that depend on the batch, computed from it under their own name.
 *
 * @param given the constant for each size
 * @returns `undefined` for a dependence that is none of those known
 */
export const computedNumbers = (sizes: readonly number[], given: readonly Initializer[]): Computed | undefined => {
  const [{ name, shape, values }] = given as readonly [Initializer]
  if (given.some(own => own.shape.join() !== shape.join())) return undefined
  const elements = Array.from({ length: values.length }, (_, i) => given.map(own => Number(own.values[i])))
  const found = fitted(sizes, elements)
  if (found === undefined) return undefined
  const [{ isOverInverse, isInverse }, lines] = found
  const [slopes, offsets, product, sum] = ['slopes', 'offsets', 'product', 'sum'].map(word => `${name} ${word}`) as [
    string,
    string,
    string,
    string,
  ]
  const hasOffset = lines.some(({ offset }) => offset !== 0)
  const line = isInverse ? sum : name
  const constant = (own: string, of: (line: Linear) => number): Initializer => ({
    name: own,
    shape,
    values: Float32Array.from(lines, of),
  })
  return {
    nodes: [
      nodeOf(isOverInverse ? 'Div' : 'Mul', [slopes, batchNumber], hasOffset ? product : line),
      ...(hasOffset ? [nodeOf('Add', [product, offsets], line)] : []),
      ...(isInverse ? [nodeOf('Reciprocal', [sum], name)] : []),
    ],
    initializers: [
      constant(slopes, ({ slope }) => slope),
      ...(hasOffset ? [constant(offsets, ({ offset }) => offset)] : []),
    ],
  }
}
