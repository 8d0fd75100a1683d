import type { Tensor } from '@tensorflow/tfjs-core'
import { getOrElse } from 'fp-ts/lib/Either.js'
import { DataError, InvalidOption, show } from '../core/errors.ts'
import { boolean, codec, integer, isFunction, parseOptions } from '../core/options.ts'
import { asKey, type Key } from '../core/random.ts'
import { shownAs } from '../core/shown.ts'
import { isList, isRecord } from '../core/trees.ts'
import type { FlatData, TypedNumbers } from '../state/data.ts'
import { described, reading } from '../state/given.ts'
import { batched, unbatched } from './batch.ts'
import { cached } from './cache.ts'
import { columns } from './columns.ts'
import { first, interleaved, repeated, rest, zipped } from './combine.ts'
import { divided } from './divide.ts'
import { argument, callback, count } from './given.ts'
import { filtered, mapped } from './map.ts'
import { type Padded, padded } from './pad.ts'
import { prefetched } from './prefetch.ts'
import { shuffled } from './shuffle.ts'
import { byRow, type Pass, type Source } from './source.ts'
import type { Batched, Unbatched } from './stack.ts'
import { windowed } from './window.ts'

/** How a dataset is iterated. */
export interface IterateOptions {
  /** The number of the epoch, from 0: shuffled datasets have another order in each. */
  readonly epoch?: number
  /** How many items at the start are left out: where training goes on within an epoch. */
  readonly from?: number
}

/** How examples are batched. */
export interface BatchOptions {
  /** Leaves out a last batch that is not whole; it is kept by default. */
  readonly dropLast?: boolean
  /** NaN in an example is an error that names row and column, unless this is true. */
  readonly allowNaN?: boolean
}

/** How sequences are batched. */
export interface PadBatchOptions extends BatchOptions {
  /** What is put behind a sequence: a number, or one for each field; 0 by default. */
  readonly values?: number | Readonly<Record<string, number>>
  /**
   * How long all sequences become: as the longest in the batch (`'longest'`, the default), a length for the field that the
   * mask is of and for fields of the same lengths, or one for each field.
   */
  readonly lengthTo?: 'longest' | number | Readonly<Record<string, number>>
  /** The field whose lengths the mask says, `x` by default; `false` leaves the mask out. */
  readonly mask?: string | boolean
}

/** Where windows begin, and which items they hold. */
export interface WindowOptions {
  /** How many items further the next window begins; as many as it holds by default. */
  readonly shift?: number
  /** How far the items in a window are apart; 1 by default. */
  readonly stride?: number
  /** Leaves out windows at the end that are not whole, as by default. */
  readonly dropLast?: boolean
}

/**
 * Examples that are read when they are asked for, one after the other: an immutable description, whose methods give new
 * descriptions. It can be iterated again and again, and at the same time; the same description gives the same items.
 *
 * Iterating throws what its source throws, and what functions that it was given throw. Leaving a loop over it closes what it
 * reads from.
 *
 * @typeParam E an item: an example, or a batch
 */
export interface Dataset<E> extends AsyncIterable<E> {
  readonly kind: 'Dataset'
  /** How many items it has, where that is known without reading it. */
  readonly size: number | undefined
  /** How many examples each item holds, where items are batches. */
  readonly batchSize: number | undefined

  /**
   * The items of an epoch.
   *
   * @throws InvalidOption if an option is invalid
   */
  iterate(options?: IterateOptions): AsyncGenerator<E, void, undefined>

  /**
   * A result for each item, in order. The function may be asynchronous; up to `parallel` results are on their way at a
   * time, 1 by default.
   *
   * @param f gets the item and its number in the epoch
   * @throws InvalidOption if an argument is invalid
   */
  map<R>(f: (item: E, index: number) => R | Promise<R>, options?: { readonly parallel?: number }): Dataset<Awaited<R>>

  /** The items that a test, which may be asynchronous, is true of. */
  filter<F extends E>(test: (item: E, index: number) => item is F): Dataset<F>
  filter(test: (item: E, index: number) => boolean | Promise<boolean>): Dataset<E>

  /**
   * The items in a random order, another one in each epoch. Items that are in memory, and those of NPY and IDX files, are
   * shuffled by row; others go through a buffer of so many of them, from which a random one is taken at a time. Without a
   * size the buffer holds all of them.
   *
   * @throws InvalidOption if an argument is invalid
   */
  shuffle(key: Key, options?: { readonly buffer?: number }): Dataset<E>

  /**
   * Batches of consecutive examples. Each field becomes `{ data, shape }` with the batch as first axis; texts are listed.
   *
   * @throws InvalidOption if an argument is invalid; while iterating, DataError if examples differ in shape or fields, hold
   *   what is no number or text, or hold NaN
   */
  batch(size: number, options?: BatchOptions): Dataset<Batched<E>>

  /** The examples of batches: numbers, and `{ data, shape }` for what has axes. */
  unbatch(): Dataset<Unbatched<E>>

  /** All items `n` times, or without end; each time is an epoch of its own, so that shuffled items come in another order. */
  repeat(n?: number): Dataset<E>

  /** The first `n` items. */
  take(n: number): Dataset<E>

  /** The items after the first `n`. */
  skip(n: number): Dataset<E>

  /** Pairs of an item of each dataset, as many as both have. */
  zip<F>(other: Dataset<F>): Dataset<readonly [E, F]>

  /** `block` items of each dataset in turn, 1 by default; one that is at its end is left out. */
  interleave(others: Dataset<E> | readonly Dataset<E>[], options?: { readonly block?: number }): Dataset<E>

  /**
   * Reads up to `n` items before they are asked for, while the program waits for something else. Leaving the iteration waits
   * for the item that is being read.
   */
  prefetch(n: number): Dataset<E>

  /** Reads all items when the first one is asked for, and keeps them in memory: those of the first epoch. */
  cache(): Dataset<E>

  /**
   * Two datasets, each example in one of them. `part` is the share of the first one, between 0 and 1, or how many examples
   * it has. With a key the parts are random; else the first examples are the first part, or evenly spread ones where the
   * size is unknown. The parts are the same in each epoch: shuffle them, not what they are made from.
   *
   * @throws InvalidOption if an argument is invalid, or a part would be empty
   */
  split(part: number, key?: Key): readonly [Dataset<E>, Dataset<E>]

  /** Windows of `size` consecutive items, as arrays. */
  window(size: number, options?: WindowOptions): Dataset<readonly E[]>

  /**
   * Batches of sequences of different lengths. The first axis of each field is padded to the longest of the batch, and a
   * field `mask`, `[batch, steps]`, is 1 where a step is and 0 where padding is. Sequences that are alone become `x`.
   *
   * @throws InvalidOption if an argument is invalid; while iterating, DataError as `batch` does, or where a sequence is
   *   longer than `lengthTo`
   */
  padBatch(size: number, options?: PadBatchOptions): Dataset<Padded<E>>

  /** All items of the first epoch. */
  toArray(): Promise<readonly E[]>

  /** What it reads and what it does with it: `3 rows > shuffle > batch(2)`. */
  toString(): string
}

const hidden: unique symbol = Symbol.for('joinery.source')

/** Whether a value is a dataset. */
export const isDataset = (value: unknown): value is Dataset<unknown> => {
  try {
    return isRecord(value) && value.kind === 'Dataset' && hidden in value
  } catch {
    return false
  }
}

/** What a dataset reads. The type of a dataset does not say it: it is nobody's but the operations'. */
export const sourceOf = <E>(dataset: Dataset<E>): Source<E> => (dataset as unknown as { [hidden]: Source<E> })[hidden]

/** The items of a pass over a dataset; the first ones are left out without making them, where that is possible. */
export const iterate = <E>(dataset: Dataset<E>, pass: Pass): AsyncGenerator<E, void, undefined> =>
  sourceOf(dataset).read(pass)

/** A dataset as it was given. */
const asDataset = <E>(owner: string, option: string, value: Dataset<E>): Source<E> => {
  if (isDataset(value)) return sourceOf(value)
  throw new InvalidOption({
    layer: owner,
    option,
    expected: 'a dataset',
    got: show(value),
    remedy: 'Make one of it with dataset.',
  })
}

type Lengths = number | Readonly<Record<string, number>>

const byField = (expected: string, test: (value: number) => boolean) =>
  codec(`${expected}, or one for each field`, value => {
    if (typeof value === 'number') return test(value) ? value : undefined
    if (!isRecord(value) || !Object.values(value).every(part => typeof part === 'number' && test(part)))
      return undefined
    return Object.freeze({ ...value }) as Readonly<Record<string, number>>
  })

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
const lengths = byField('a positive integer', isCount)

/** A number of items, which may be as many as there are. */
const countOrAll = codec('a positive integer', value => (isCount(value) || value === Infinity ? value : undefined))
const countFromZero = integer(0)
const share = codec('a share between 0 and 1, or a positive integer', value =>
  isCount(value) || (typeof value === 'number' && value > 0 && value < 1) ? (value as number) : undefined,
)

const passing = { epoch: { codec: countFromZero, default: 0 }, from: { codec: countFromZero, default: 0 } }
const mapping = { parallel: { codec: count, default: 1 } }
const shuffling = { buffer: { codec: countOrAll, default: Infinity } }
const batching = { dropLast: { codec: boolean, default: false }, allowNaN: { codec: boolean, default: false } }
const interleaving = { block: { codec: count, default: 1 } }
const padding = {
  ...batching,
  values: { codec: byField('a number', () => true), default: 0 },
  lengthTo: {
    codec: codec("'longest', a positive integer, or one for each field", value =>
      value === 'longest' ? value : getOrElse<unknown, Lengths | undefined>(() => undefined)(lengths.decode(value)),
    ),
    default: 'longest',
  },
  mask: {
    codec: codec('the name of a field, or true or false', value =>
      typeof value === 'string' || typeof value === 'boolean' ? value : undefined,
    ),
    default: true,
  },
}

/** A dataset of what is read. */
export const fromSource = <E>(source: Source<E>): Dataset<E> => {
  const { text, size, batchSize } = source
  const iterateWith = (options?: IterateOptions) =>
    source.read(parseOptions('iterate', 'dataset.iterate({ epoch: 1 })', passing, options))
  const dataset: Dataset<E> = {
    kind: 'Dataset',
    size,
    batchSize,
    iterate: iterateWith,
    [Symbol.asyncIterator]: () => source.read({ epoch: 0, from: 0 }),
    map: (f, options) => {
      argument('map', 'f', callback, f, 'dataset.map(({ x, y }) => ({ x: x * 2, y }))')
      const { parallel } = parseOptions('map', 'dataset.map(f, { parallel: 4 })', mapping, options)
      return fromSource(mapped(source, f, parallel))
    },
    filter: (test: (item: E, index: number) => boolean | Promise<boolean>) => {
      argument('filter', 'test', callback, test, 'dataset.filter(({ y }) => y > 0)')
      return fromSource(filtered(source, test)) as Dataset<never>
    },
    shuffle: (key, options) => {
      const own = asKey('shuffle', key)
      const { buffer } = parseOptions('shuffle', 'dataset.shuffle(key(1), { buffer: 1000 })', shuffling, options)
      return fromSource(shuffled(source, own, buffer))
    },
    batch: (size, options) => {
      const own = argument('batch', 'size', count, size, 'dataset.batch(32)')
      const rule = parseOptions('batch', 'dataset.batch(32, { dropLast: true })', batching, options)
      return fromSource(batched(source, { size: own, ...rule }))
    },
    unbatch: () => fromSource(unbatched(source)),
    repeat: (n = Infinity) => fromSource(repeated(source, argument('repeat', 'n', countOrAll, n, 'dataset.repeat(3)'))),
    take: n => fromSource(first(source, argument('take', 'n', countFromZero, n, 'dataset.take(10)'))),
    skip: n => fromSource(rest(source, argument('skip', 'n', countFromZero, n, 'dataset.skip(10)'))),
    zip: other => fromSource(zipped(source, asDataset('zip', 'other', other))),
    interleave: (others, options) => {
      const list: readonly Dataset<E>[] = isList(others) ? others : [others as Dataset<E>]
      const sources = list.map(other => asDataset('interleave', 'others', other))
      const { block } = parseOptions('interleave', 'a.interleave(b, { block: 2 })', interleaving, options)
      return fromSource(interleaved([source, ...sources], block))
    },
    prefetch: n => fromSource(prefetched(source, argument('prefetch', 'n', count, n, 'dataset.prefetch(2)'))),
    cache: () => fromSource(cached(source)),
    split: (part, key) => {
      const own = argument('split', 'part', share, part, 'dataset.split(0.8, key(1))')
      const [one, other] = divided(source, own, key === undefined ? undefined : asKey('split', key))
      return Object.freeze([fromSource(one), fromSource(other)] as const)
    },
    window: (size, options) => {
      const own = argument('window', 'size', count, size, 'dataset.window(5, { shift: 1 })')
      const windowing = {
        shift: { codec: count, default: own },
        stride: { codec: count, default: 1 },
        dropLast: { codec: boolean, default: true },
      }
      const rule = parseOptions('window', 'dataset.window(5, { shift: 1 })', windowing, options)
      return fromSource(windowed(source, { size: own, ...rule }))
    },
    padBatch: (size, options) => {
      const own = argument('padBatch', 'size', count, size, 'dataset.padBatch(32)')
      const rule = parseOptions('padBatch', 'dataset.padBatch(32, { lengthTo: 100 })', padding, options)
      return fromSource(padded(source, { size: own, ...rule }))
    },
    toArray: async () => {
      const items: E[] = []
      for await (const item of source.read({ epoch: 0, from: 0 })) items.push(item)
      return Object.freeze(items)
    },
    toString: () => text,
  }
  Object.defineProperties(dataset, {
    ...shownAs(() => `Dataset ${text}${size === undefined ? '' : `, ${size} items`}`),
    [hidden]: { value: source },
  })
  return Object.freeze(dataset)
}

/** Rows of a column: numbers, or what the rows of nested arrays are. */
export type RowOf<C> = C extends TypedNumbers
  ? number
  : C extends readonly (infer Row)[]
    ? Row extends FlatData | Tensor
      ? { readonly [K in keyof C]: RowOf<C[K]> }
      : Row
    : C extends FlatData | Tensor
      ? number | FlatData
      : never

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
      expected: 'a function that gives an iterable or an async iterable of examples',
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
 * A dataset of examples:
 * - a record of columns, whose rows are the examples: arrays, typed arrays, `{ data, shape }` or tensors, all with as many
 *   rows; an array of tensors or `{ data, shape }` is a column of several inputs;
 * - one such column alone, or an array of examples of any kind;
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
export function dataset(source: FlatData | Tensor): Dataset<number | FlatData>
export function dataset<E>(source: readonly E[]): Dataset<E>
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
  const view = reading('dataset', 'source', () => columns('dataset', source))
  return fromSource(
    byRow({ text: `${view.count} rows`, size: view.count, batchSize: undefined }, async () => () => view),
  )
}
