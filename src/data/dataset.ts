import type { Key } from '../base/random.ts'
import { isRecord } from '../base/trees.ts'
import type { Padded, PaddedWithMask } from './pad.ts'
import type { Pass, Source } from './source.ts'
import type { Batched, Unbatched } from './stack.ts'

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

  /**
   * Reads all items when the first one is asked for, and keeps them: those of the first epoch. Without a file they are kept in
   * memory. In a file they are kept for later processes as well: where it is there, it is read instead of the source, so
   * remove it when the items change.
   *
   * @throws InvalidOption if the file is no path; while iterating, FileError if it cannot be read or written, DataError if it is
   *   another file, or an item holds anything but numbers, texts, booleans, null, and arrays and records of them
   */
  cache(file?: string | URL): Dataset<E>

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
  padBatch(size: number, options?: PadBatchOptions & { readonly mask?: string | true }): Dataset<PaddedWithMask<E>>
  padBatch(size: number, options?: PadBatchOptions): Dataset<Padded<E>>

  /**
   * All items of the first epoch.
   *
   * @throws InvalidOption if it is known to have no end
   */
  toArray(): Promise<readonly E[]>

  /** What it reads and what it does with it: `3 rows > shuffle > batch(2)`. */
  toString(): string
}

/** Under which a dataset holds what it reads, also for another copy of the library. */
export const hidden: unique symbol = Symbol.for('joinery.source')

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
