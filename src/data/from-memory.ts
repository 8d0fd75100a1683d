import type { Tensor } from '@tensorflow/tfjs-core'
import { DataError, InvalidOption } from '../base/errors.ts'
import { isFunction } from '../base/options.ts'
import type { ShapeOf } from '../network-types/data.ts'
import type { FlatData, TypedNumbers } from '../state/data.ts'
import { described, reading } from '../state/given.ts'
import { columns } from './columns.ts'
import { type Dataset, isDataset } from './dataset.ts'
import { fromSource } from './operations.ts'
import { byRow } from './source.ts'

/** Rows of a column: numbers, or what the rows of nested arrays are. */
export type RowOf<C> = C extends TypedNumbers
  ? number
  : C extends readonly (infer Row)[]
    ? Row extends FlatData | Tensor
      ? { readonly [K in keyof C]: RowOf<C[K]> }
      : Row
    : C extends FlatData | Tensor
      ? RowOfShape<ShapeOf<C>>
      : never
/** A row of numbers with a first axis of rows. */
export type RowOfShape<S> = S extends readonly [number, ...infer Own extends readonly number[]]
  ? Own extends readonly []
    ? number
    : FlatData<Own>
  : number | FlatData

/** What columns hold: rows of arrays, or numbers with a first axis of rows. */
export type ColumnData = readonly unknown[] | TypedNumbers | FlatData | Tensor

/** Examples as they are made one after the other. */
export type Examples<E> = Iterable<E> | AsyncIterable<E>

async function* generated<E>(make: () => unknown, from: number): AsyncGenerator<E, void, undefined> {
  const items = make()
  const [sync, async] = [Symbol.iterator, Symbol.asyncIterator].map(
    symbol => typeof (items as Readonly<Record<symbol, unknown>> | null | undefined)?.[symbol] === 'function',
  )
  if (typeof items === 'string' || (!sync && !async))
    throw new DataError({
      owner: 'dataset',
      expected: 'a function that returns an iterable or async iterable of examples',
      got: described(items),
      remedy: 'Give a generator function: dataset(function* () { yield { x: 1, y: 2 } }).',
    })
  let left = from
  for await (const item of items as AsyncIterable<E>) {
    if (left > 0) left--
    else yield item
  }
}

/**
 * What can be iterated again and again, such as a set; `undefined` of arrays, which are known by row, and of anything else.
 *
 * @throws InvalidOption if it can be iterated only once, such as a generator object
 */
const iterableOf = (source: unknown): Iterable<unknown> | undefined => {
  if (typeof source !== 'object' || source === null || Array.isArray(source) || ArrayBuffer.isView(source))
    return undefined
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: async } = source as Partial<
    Iterable<unknown> & AsyncIterable<unknown>
  >
  if (!isFunction(sync) && !isFunction(async)) return undefined
  if (isFunction(sync) && (source as Iterable<unknown>)[Symbol.iterator]() !== source)
    return source as Iterable<unknown>
  throw new InvalidOption({
    layer: 'dataset',
    option: 'source',
    expected: 'examples that can be read again',
    got: 'an object that can be iterated only once',
    remedy: 'Give a function that makes it: dataset(() => read()).',
  })
}

/**
 * A dataset of examples:
 * - a record of columns, whose rows are the examples: arrays, typed arrays, `{ data, shape }` or tensors, all with as many
 *   rows; an array of tensors or `{ data, shape }` is a column of several inputs;
 * - one such column alone, or an array, a set or another iterable of examples of any kind;
 * - a function that gives an iterable or async iterable of examples, called for each iteration: a generator function;
 * - a dataset.
 *
 * Arrays are not copied: do not write to them as long as the dataset is used. Tensors are copied, and may be disposed.
 *
 * @throws InvalidOption if there are no rows, or columns differ in their number
 * @example
 * ```ts
 * const numbers = dataset({ x: [[1, 2], [3, 4], [5, 6]], y: [0, 1, 0] })
 * const batches = await numbers.shuffle(key(1)).batch(2).toArray()
 * batches.map(({ x }) => x.shape) // [[2, 2], [1, 2]]
 *
 * const squares = dataset(function* () {
 *   for (let i = 0; ; i++) yield i * i
 * })
 * await squares.filter(n => n % 2 === 1).take(3).toArray() // [1, 9, 25]
 * ```
 */
export function dataset<E>(source: Dataset<E>): Dataset<E>
export function dataset<E>(source: () => Examples<E>): Dataset<E>
export function dataset(source: TypedNumbers): Dataset<number>
export function dataset<C extends FlatData | Tensor>(source: C): Dataset<RowOfShape<ShapeOf<C>>>
export function dataset<E>(source: readonly E[] | ReadonlySet<E>): Dataset<E>
export function dataset<C extends Readonly<Record<string, ColumnData>>>(
  source: C,
): Dataset<{ readonly [K in keyof C]: RowOf<C[K]> }>
export function dataset(source: unknown): Dataset<unknown> {
  if (isDataset(source)) return source
  if (isFunction(source))
    return fromSource({
      text: 'examples',
      size: undefined,
      batchSize: undefined,
      read: ({ from }) => generated(source as () => unknown, from),
    })
  const iterable = reading('dataset', 'source', () => iterableOf(source))
  if (iterable !== undefined) return dataset(() => iterable)
  const view = reading('dataset', 'source', () => columns('dataset', source))
  return fromSource(
    byRow({ text: `${view.count} rows`, size: view.count, batchSize: undefined }, async () => () => view),
  )
}
