import { DataError, InvalidOption, show } from '../../base/errors.ts'
import { firstNaN, placeIn } from '../../base/nested.ts'
import { foldIn, type Key, permutation } from '../../base/random.ts'
import { isRecord } from '../../base/trees.ts'
import { reading } from '../../state/given.ts'
import { type Examples, type NumberBatch, onceForShapes, type ShapedBatch, slices, someExamples } from '../batches.ts'
import { checkRows, placeOf } from '../rules/batch.ts'
import { type AnyBatches, type Batches, type Batching, batchCount, batchesOf, isBatches } from '../source.ts'
import type { Subject } from '../subject.ts'

// What training goes through, batch by batch: examples in memory, or a dataset that is read as it goes.

/** Validation examples, or which part of the examples they are. */
export type Validation = Examples | AnyBatches | { readonly part: number }

/** Examples that come one batch after the other. */
export type Coming = Iterable<NumberBatch> | AsyncIterable<NumberBatch>

/** What training goes through. */
export interface Lessons {
  /** Batches of an epoch, and examples in it, where they are known. */
  readonly batches: number | undefined
  readonly examples: number | undefined
  /**
   * The batches of an epoch, from one of them on.
   *
   * @param epoch counted from 0
   * @param begun the number of updates when the epoch began
   */
  readonly epoch: (epoch: number, from: number, begun: number, key: Key) => Coming
  /** Validation examples, where there are any. */
  readonly validation: (() => Coming) | null
}

type Read = Subject['read']
type Check = (batch: ShapedBatch) => void

/** What lessons are made by. */
export interface Lesson extends Batching {
  readonly shuffle: boolean
  readonly validation: Validation | null
  readonly allowNaN: boolean
}

const isPart = (value: Validation): value is { readonly part: number } =>
  isRecord(value) &&
  !isBatches(value) &&
  Object.hasOwn(value, 'part') &&
  // Data of several networks may have such a name too.
  (typeof value.part === 'number' || Object.keys(value).length === 1)

/** Examples in memory, batch by batch. */
const inMemory = (all: NumberBatch, { batchSize, dropLast }: Batching) => {
  const size = batchSize ?? all.size
  const every = slices(all.size, size)
  const places = dropLast && every.length > 1 ? every.filter(([, count]) => count === size) : every
  return {
    batches: places.length,
    *from(first: number, order?: Int32Array): Generator<NumberBatch, void, undefined> {
      for (const [from, count] of places.slice(first)) yield someExamples(all, from, count, order)
    },
  }
}

/** A dataset, batch by batch. */
const asItComes = async function* (
  owner: string,
  readBatch: Read,
  data: Batches,
  batching: Batching,
  [epoch, from]: readonly [epoch: number, from: number],
  check: Check,
): AsyncGenerator<NumberBatch, void, undefined> {
  // Nothing is asked of a dataset before a batch has been learnt from.
  for await (const batch of batchesOf(owner, data, batching, epoch, from))
    yield await readBatch(owner, batch, check, true)
}

/** The examples to learn from, and those of a part at the end. */
const divided = (all: NumberBatch, part: unknown): readonly [NumberBatch, NumberBatch] => {
  const held = typeof part === 'number' && part > 0 && part < 1 ? Math.round(all.size * part) : 0
  if (held === 0 || held === all.size)
    throw new InvalidOption({
      layer: 'fit',
      option: 'validation',
      expected: `a part between 0 and 1 that leaves examples on both sides, of ${all.size}`,
      got: show(part),
      remedy: 'For example: { validation: { part: 0.2 } }.',
    })
  return [someExamples(all, 0, all.size - held), someExamples(all, all.size - held, held)]
}

/** What errors call a tensor of a batch. */
const nameOf = ({ tree, ...batch }: NumberBatch, field: 'x' | 'y', i: number): string => {
  const path = tree?.paths[i]
  return path !== undefined ? placeOf(path) : batch[field].length > 1 ? `${field}[${i}]` : field
}

/**
 * Checks that examples are numbers: one that is not would make all parameters NaN. Where there is a mask, what it leaves out
 * may be anything.
 *
 * @throws DataError that names the row and the column
 */
const checkNumbers = (owner: string, batch: NumberBatch): void => {
  if (batch.mask.length > 0) return
  for (const field of ['x', 'y'] as const)
    for (const [i, { data, shape }] of batch[field].entries()) {
      const found = firstNaN(data, shape)
      if (found === undefined) continue
      const [row = 0, ...path] = found
      const name = nameOf(batch, field, i)
      throw new DataError({
        owner,
        row,
        column: placeIn(name, path),
        expected: 'a number',
        got: 'NaN',
        remedy: 'Fill it in or drop the row; or use a mask, or { allowNaN: true } if layers handle NaN.',
      })
    }
}

/** What was given to learn from: in memory read, or copied; a dataset as it is. */
export interface Material {
  readonly training: NumberBatch | Batches
  /** `null` where there are no validation examples, or they are a part of the others. */
  readonly validation: NumberBatch | Batches | null
}

/** How material is read. */
export interface Reading {
  readonly read: Read
  /** Is shown the shapes. */
  readonly check: Check
  readonly allowNaN: boolean
}

/** Material of one kind: read, or copied, before the call returns, but for datasets. */
const materialOf = async (
  owner: string,
  { read, check, allowNaN }: Reading,
  given: unknown,
): Promise<NumberBatch | Batches> => {
  if (isBatches(given)) return given
  const numbers = await read(owner, given, shapes => {
    if (shapes.tree !== undefined) checkRows(owner, shapes)
    check(shapes)
  })
  if (!allowNaN) checkNumbers(owner, numbers)
  return numbers
}

/** Checks material that was read before, for what is now to learn from it. */
export const checkMaterial = ({ training, validation }: Material, { check, allowNaN }: Reading): void => {
  for (const [owner, own] of [['fit', training] as const, ['fit, validation', validation] as const]) {
    if (own === null || isBatches(own)) continue
    check(own)
    if (!allowNaN) checkNumbers(owner, own)
  }
}

/** Examples to learn from. */
export const trainingMaterial = (reading: Reading, examples: unknown): Promise<NumberBatch | Batches> =>
  materialOf('fit', reading, examples)

/** Examples to validate on; `null` where there are none, or they are a part of the others. */
export const validationMaterial = async (
  reading: Reading,
  validation: Validation | null,
): Promise<NumberBatch | Batches | null> =>
  validation === null || shareIn(validation) !== null ? null : materialOf('fit, validation', reading, validation)

/** The part of the examples that is held out. */
const shareIn = (validation: Validation | null): { readonly part: unknown } | null =>
  reading('fit', 'validation', () => (validation !== null && isPart(validation) ? { part: validation.part } : null))

/** What training goes through, of what was given. */
export const lessonsFrom = (
  { training, validation: held }: Material,
  { read, check }: Pick<Reading, 'read' | 'check'>,
  lesson: Lesson,
): Lessons => {
  const { validation, shuffle } = lesson
  const checkOnce = onceForShapes(check)
  const share = shareIn(validation)
  const scoring: Batching = { ...lesson, dropLast: false }
  const validating = (own: Material['validation']): Lessons['validation'] => {
    if (own === null) return null
    if (isBatches(own)) return () => asItComes('fit, validation', read, own, scoring, [0, 0], checkOnce)
    return () => inMemory(own, scoring).from(0)
  }
  if (isBatches(training)) {
    if (share !== null)
      throw new InvalidOption({
        layer: 'fit',
        option: 'validation',
        expected: 'examples or a dataset, because the size of the dataset is unknown',
        got: `{ part: ${show(share.part)} }`,
        remedy: 'Divide it before: const [training, validation] = data.split(0.8).',
      })
    return {
      batches: batchCount('fit', training, lesson),
      examples: training.batchSize === undefined ? training.size : undefined,
      epoch: (epoch, from) => asItComes('fit', read, training, lesson, [epoch, from], checkOnce),
      validation: validating(held),
    }
  }
  const [own_, rest] = share !== null ? divided(training, share.part) : [training, held]
  const memory = inMemory(own_, lesson)
  return {
    batches: memory.batches,
    examples: own_.size,
    // Numbered by updates, so that where an earlier fit ended, the order goes on instead of starting again.
    epoch: (_, from, begun, key) =>
      memory.from(from, shuffle ? permutation(foldIn(foldIn(key, 'shuffle'), begun), own_.size) : undefined),
    validation: validating(rest),
  }
}
