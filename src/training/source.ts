import { InvalidOption } from '../base/errors.ts'
import type { Examples } from './batches.ts'

/**
 * The least a function needs to accept batches. Compilers compare every member in each call, and of a dataset also what its
 * methods give, which costs them more than all that is asked of its items.
 */
export interface AnyBatches {
  readonly kind: 'Dataset'
}

/**
 * Examples that are read batch by batch, such as a `Dataset`. It yields batches, or, without a `batchSize`, examples
 * that are then batched.
 */
export interface Batches extends AnyBatches {
  /** How many items there are, where that is known. */
  readonly size: number | undefined
  /** How many examples an item has; `undefined` where items are examples. */
  readonly batchSize: number | undefined
  readonly iterate: (options?: { readonly epoch?: number; readonly from?: number }) => AsyncIterable<unknown>
  readonly batch: (size: number, options?: { readonly dropLast?: boolean }) => Batches
}

/** Whether examples come batch by batch. */
export const isBatches = (value: unknown): value is Batches => {
  try {
    return typeof value === 'object' && value !== null && (value as Partial<Batches>).kind === 'Dataset'
  } catch {
    // A proxy of the user's, which is read where its fields are.
    return false
  }
}

/** How examples are batched where they are not yet. */
export interface Batching {
  /** `null`: all at once. */
  readonly batchSize: number | null
  readonly dropLast: boolean
}

/** A set of batches, of batches or examples. */
const batched = (owner: string, data: Batches, { batchSize, dropLast }: Batching): Batches => {
  if (data.batchSize !== undefined) return data
  const size = batchSize ?? data.size
  if (size === undefined)
    throw new InvalidOption({
      layer: owner,
      option: 'batchSize',
      expected: 'a number of examples, because the size of the dataset is unknown',
      got: 'null',
      remedy: 'Give batchSize, or batch the dataset: data.batch(32).',
    })
  return data.batch(size, { dropLast })
}

/** How many batches an epoch has, where that is known. */
export const batchCount = (owner: string, data: Batches, batching: Batching): number | undefined =>
  batched(owner, data, batching).size

/**
 * The batches of an epoch, from one of them on.
 *
 * @param epoch counted from 0
 */
export const batchesOf = (
  owner: string,
  data: Batches,
  batching: Batching,
  epoch: number,
  from: number,
): AsyncIterable<Examples> =>
  // What it gives is checked where it is read.
  batched(owner, data, batching).iterate({ epoch, from }) as AsyncIterable<Examples>

/** The error for data without anything in it. */
export const noBatches = (owner: string): InvalidOption =>
  new InvalidOption({
    layer: owner,
    option: 'data',
    expected: 'at least one batch',
    got: 'none',
    remedy: 'Give a dataset with examples; with dropLast, one smaller than a batch has none.',
  })
