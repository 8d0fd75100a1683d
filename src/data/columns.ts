import { isRight } from 'fp-ts/lib/Either.js'
import { InvalidOption, show } from '../base/errors.ts'
import { isTensorLike, isTyped, readNested, readTensor } from '../base/nested.ts'
import { sizeOf } from '../base/shape.ts'
import { isRecord } from '../base/trees.ts'
import type { TypedNumbers } from '../state/data.ts'
import { type Gathering, runsOf, type View } from './source.ts'
import { isFlat, refuseNaN, type Stacked, stack } from './stack.ts'

// Data in memory by columns. Batches of numbers are copied from one array into another, row by row or many rows at once.

/** One column: its rows, alone and as a batch. */
type Column = View<unknown>

const fault = (owner: string, option: string, expected: string, got: string): InvalidOption =>
  new InvalidOption({
    layer: owner,
    option,
    expected,
    got,
    remedy: 'For example: dataset({ x: [[1, 2], [3, 4]], y: [0, 1] }).',
  })

/** Copies rows of a flat array. Neighbors are copied at once; of short rows each number alone, as a copy is a call. */
const copyRows = (data: TypedNumbers, width: number, rows: Int32Array): Float32Array => {
  const into = new Float32Array(rows.length * width)
  if (width <= 8) {
    for (let i = 0; i < rows.length; i++) {
      const from = (rows[i] as number) * width
      for (let j = 0; j < width; j++) into[i * width + j] = data[from + j] as number
    }
    return into
  }
  for (const { at, from, count } of runsOf(rows))
    into.set(data.subarray(from * width, (from + count) * width), at * width)
  return into
}

/** The rows of a flat array as batches. NaN is looked for once, in all of it. */
const gatherer = (name: string, data: TypedNumbers, shape: readonly number[]): ((gathering: Gathering) => Stacked) => {
  const rest = shape.slice(1)
  const width = sizeOf(rest)
  let looked = !(data instanceof Float32Array || data instanceof Float64Array)
  return ({ rows, allowNaN }) => {
    if (!looked && !allowNaN) {
      refuseNaN(data, shape, name, { owner: 'dataset', rowOf: row => row })
      looked = true
    }
    return Object.freeze({ data: copyRows(data, width, rows), shape: Object.freeze([rows.length, ...rest]) })
  }
}

/** A column of numbers in one array: the first axis counts the rows. */
export const flatColumn = (name: string, data: TypedNumbers, shape: readonly number[]): Column => {
  const [count = 0, ...rest] = shape
  const width = sizeOf(rest)
  const own = Object.freeze(rest)
  return {
    count,
    at:
      rest.length === 0
        ? row => data[row]
        : row => Object.freeze({ data: data.subarray(row * width, (row + 1) * width), shape: own }),
    gather: gatherer(name, data, shape),
  }
}

/** A column of rows of any kind. Where they are numbers of one shape, batches are copied from a flat copy of them. */
const listColumn = (name: string, rows: readonly unknown[]): Column => {
  let flat: ((gathering: Gathering) => Stacked) | null | undefined
  const inOne = () => {
    const [first] = rows
    const numeric = typeof first === 'number' || Array.isArray(first) || isTyped(first)
    const read = numeric ? readNested(rows) : undefined
    return read !== undefined && isRight(read) ? gatherer(name, read.right.data, read.right.shape) : null
  }
  return {
    count: rows.length,
    at: row => rows[row],
    gather: gathering => {
      // Made when the first batch is: who reads single examples needs no copy.
      flat ??= inOne()
      if (flat !== null) return flat(gathering)
      const { rows: chosen, allowNaN } = gathering
      const place = { owner: 'dataset', rowOf: (i: number) => chosen[i] as number, allowNaN }
      const named = name === '' ? undefined : name
      const examples = Array.from(chosen, row => (named === undefined ? rows[row] : { [named]: rows[row] }))
      const stacked = stack(examples, place) as unknown
      return named === undefined ? stacked : (stacked as Readonly<Record<string, unknown>>)[named]
    },
  }
}

/** Columns side by side, by name or by position. */
const together = (columns: readonly (readonly [name: string, column: Column])[], isTuple: boolean): Column => {
  const each = (f: (column: Column) => unknown): unknown =>
    Object.freeze(
      isTuple
        ? columns.map(([, column]) => f(column))
        : Object.fromEntries(columns.map(([n, column]) => [n, f(column)])),
    )
  return {
    count: columns[0]?.[1].count ?? 0,
    at: row => each(({ at }) => at(row)),
    gather: gathering => each(({ gather }) => gather(gathering)),
  }
}

/** Several columns, which must have as many rows. */
const checkedTogether = (
  owner: string,
  columns: readonly (readonly [name: string, column: Column])[],
  isTuple = false,
): Column => {
  const [[first, { count }]] = columns as readonly [readonly [string, Column]]
  for (const [name, { count: own }] of columns)
    if (own !== count) throw fault(owner, name, `${count} rows, as ${first} has`, `${own}`)
  return together(columns, isTuple)
}

const columnOf = (owner: string, name: string, value: unknown): Column => {
  const option = name === '' ? 'source' : name
  const checked = (column: Column): Column => {
    if (column.count === 0) throw fault(owner, option, 'at least one row', 'none')
    return column
  }
  if (isTensorLike(value)) {
    const read = readTensor(value)
    if (!isRight(read)) throw fault(owner, option, read.left.expected, read.left.got)
    const { data, shape } = read.right
    if (shape.length === 0) throw fault(owner, option, 'one row for each example', 'a single number')
    return checked(flatColumn(name, data, shape))
  }
  if (isTyped(value)) return checked(flatColumn(name, value as TypedNumbers, [value.length]))
  if (isFlat(value)) {
    const { shape } = value
    if (shape.length === 0 || shape.length > 32 || !shape.every(size => Number.isSafeInteger(size) && size >= 0))
      throw fault(owner, option, 'a shape that is an array of integers >= 0', show(shape))
    if (sizeOf(shape) !== value.data.length)
      throw fault(owner, option, `${sizeOf(shape)} numbers for the shape ${show(shape)}`, `${value.data.length}`)
    const read = isTyped(value.data) ? undefined : readNested(value.data)
    if (read !== undefined && !isRight(read)) throw fault(owner, option, read.left.expected, read.left.got)
    return checked(flatColumn(name, read === undefined ? (value.data as TypedNumbers) : read.right.data, shape))
  }
  if (Array.isArray(value)) {
    const several = value.length > 0 && value.length < 4096 && value.every(part => isTensorLike(part) || isFlat(part))
    if (!several || name === '') return checked(listColumn(name, value))
    return checkedTogether(
      owner,
      value.map((part, i) => [`${name}[${i}]`, columnOf(owner, `${name}[${i}]`, part)] as const),
      true,
    )
  }
  throw fault(owner, option, 'rows: an array, a typed array, { data, shape } or a tensor', show(value))
}

/**
 * Data in memory: a record of columns, or one column, whose rows are the examples.
 *
 * @throws InvalidOption if there are no rows, columns differ in their number, or a column holds no rows
 */
export const columns = (owner: string, value: unknown): View<unknown> => {
  if (!isRecord(value) || isTensorLike(value) || isTyped(value) || isFlat(value)) return columnOf(owner, '', value)
  const names = Object.keys(value)
  if (names.length === 0) throw fault(owner, 'source', 'at least one column', show(value))
  return checkedTogether(
    owner,
    names.map(name => [name, columnOf(owner, name, value[name])] as const),
  )
}
