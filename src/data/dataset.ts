import type { Key } from '../base/random.ts'
import { isRecord } from '../base/trees.ts'
import type { Padded, PaddedWithMask } from './pad.ts'
import type { Pass, Source } from './source.ts'
import type { Batched, Unbatched } from './stack.ts'

/** How a dataset is iterated. */
export interface IterateOptions {
  /** The number of the epoch, from 0: shuffled datasets have another order in each. */
  readonly epoch?: number
  /** The number of items to skip, to resume within an epoch. */
  readonly from?: number
}

/** How examples are batched. */
export interface BatchOptions {
  /** Whether to drop a last batch that is not full. Default: false. */
  readonly dropLast?: boolean
  /** NaN in an example is an error that names row and column, unless this is true. */
  readonly allowNaN?: boolean
}

/** How sequences are batched. */
export interface PadBatchOptions extends BatchOptions {
  /** The padding value: a number, or one for each field. Default: 0. */
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
 * Examples that are read lazily: an immutable description, whose methods return new descriptions. It can be iterated
 * repeatedly, also concurrently; the same description gives the same items.
 *
 * Iterating throws errors of its source and of functions passed to its methods. Leaving a loop early closes the source.
 *
 * @typeParam E an item: an example, or a batch
 */
export interface Dataset<E> extends AsyncIterable<E> {
  readonly kind: 'Dataset'
  /** The number of items, if it is known without reading them. */
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
   * Shuffles the items, differently in each epoch. Items in memory and in NPY and IDX files are shuffled by row; others
   * go through a buffer from which random items are taken. Without a size, the buffer holds all items.
   *
   * @throws InvalidOption if an argument is invalid
   */
  shuffle(key: Key, options?: { readonly buffer?: number }): Dataset<E>

  /**
   * Batches of consecutive examples. Each field becomes `{ data, shape }` with the batch as first axis; texts are listed.
   *
   * @throws InvalidOption if an argument is invalid; while iterating, DataError if examples differ in shape or fields,
   *   or hold values that are not numbers or texts, or NaN
   */
  batch(size: number, options?: BatchOptions): Dataset<Batched<E>>

  /** Splits batches into examples: numbers, or `{ data, shape }` for values with axes. */
  unbatch(): Dataset<Unbatched<E>>

  /** Repeats all items `n` times, or endlessly; each repetition is an epoch, so that shuffled items get a new order. */
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
   * Reads the items once, at the first iteration, and caches those of the first epoch, in memory or in a file. An
   * existing file is read instead of the source, also by later processes, so remove it when the items change.
   *
   * @throws InvalidOption if the file is not a path; while iterating, FileError if it cannot be read or written,
   *   DataError if it is another file, or an item holds anything but numbers, texts, booleans, null, and arrays and
   *   records of them
   */
  cache(file?: string | URL): Dataset<E>

  /**
   * Splits the examples into two disjoint datasets. `part` is the fraction of the first one, between 0 and 1, or its
   * number of examples. With a key the split is random; without, the first examples are the first part, or evenly
   * spaced ones if the size is unknown. The parts are the same in each epoch: shuffle them after the split.
   *
   * @throws InvalidOption if an argument is invalid, or a part would be empty
   */
  split(part: number, key?: Key): readonly [Dataset<E>, Dataset<E>]

  /** Windows of `size` consecutive items, as arrays. */
  window(size: number, options?: WindowOptions): Dataset<readonly E[]>

  /**
   * Batches of sequences of different lengths. The first axis of each field is padded to the longest of the batch, and
   * a field `mask`, `[batch, steps]`, is 1 for steps and 0 for padding. Plain sequences become the field `x`.
   *
   * @throws InvalidOption if an argument is invalid; while iterating, DataError as for `batch`, or if a sequence is
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

  /** The source and the methods called: `3 rows > shuffle > batch(2)`. */
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
