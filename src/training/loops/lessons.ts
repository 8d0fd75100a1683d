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

/**
 * What training goes through: read, or copied, before the call returns, but for datasets.
 *
 * @param check is shown the shapes
 */
export const lessonsOf = async (readBatch: Read, lesson: Lesson, examples: unknown, check: Check): Promise<Lessons> => {
  const { validation, shuffle } = lesson
  const checkOnce = onceForShapes(check)
  const read = async (owner: string, given: unknown) => {
    const numbers = await readBatch(owner, given, shapes => {
      if (shapes.tree !== undefined) checkRows(owner, shapes)
      check(shapes)
    })
    if (!lesson.allowNaN) checkNumbers(owner, numbers)
    return numbers
  }
  const share = reading('fit', 'validation', () =>
    validation !== null && isPart(validation) ? { part: validation.part } : null,
  )
  if (isBatches(examples) && share !== null)
    throw new InvalidOption({
      layer: 'fit',
      option: 'validation',
      expected: 'examples or a dataset, because the size of the dataset is unknown',
      got: `{ part: ${show(share.part)} }`,
      remedy: 'Divide it before: const [training, validation] = data.split(0.8).',
    })
  const given = Promise.all([
    isBatches(examples) ? null : read('fit', examples),
    validation === null || share !== null || isBatches(validation) ? null : read('fit, validation', validation),
  ])
  const [all, held] = await given
  const scoring: Batching = { ...lesson, dropLast: false }
  const validating = (numbers: NumberBatch | null): Lessons['validation'] => {
    if (numbers !== null) return () => inMemory(numbers, scoring).from(0)
    if (validation === null || !isBatches(validation)) return null
    return () => asItComes('fit, validation', readBatch, validation, scoring, [0, 0], checkOnce)
  }
  if (all === null) {
    const data = examples as Batches
    return {
      batches: batchCount('fit', data, lesson),
      examples: data.batchSize === undefined ? data.size : undefined,
      epoch: (epoch, from) => asItComes('fit', readBatch, data, lesson, [epoch, from], checkOnce),
      validation: validating(held),
    }
  }
  const [own_, rest] = share !== null ? divided(all, share.part) : [all, held]
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
