import { getOrElse } from 'fp-ts/lib/Either.js'
import { InvalidOption, show } from '../base/errors.ts'
import { boolean, codec, integer, parseOptions } from '../base/options.ts'
import { asKey } from '../base/random.ts'
import { shownAs } from '../base/shown.ts'
import { isList, isRecord } from '../base/trees.ts'
import { locationOption } from '../storage/disk.ts'
import { batched, unbatched } from './batch.ts'
import { cached } from './cache.ts'
import { first, interleaved, repeated, rest, zipped } from './combine.ts'
import { type Dataset, hidden, type IterateOptions, isDataset, sourceOf } from './dataset.ts'
import { cachedIn } from './disk-cache.ts'
import { divided } from './divide.ts'
import { argument, callback, count } from './given.ts'
import { filtered, mapped } from './map.ts'
import { type PaddedWithMask, padded } from './pad.ts'
import { prefetched } from './prefetch.ts'
import { shuffled } from './shuffle.ts'
import type { Source } from './source.ts'
import { windowed } from './window.ts'

// The methods of datasets: arguments are read at once, whatever is read of the examples later.

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

/** @throws InvalidOption where a dataset that does not end would have to be read to its end */
const ending = ({ size }: Pick<Source<unknown>, 'size'>, owner: string, option: string, remedy: string): void => {
  if (size !== Infinity) return
  throw new InvalidOption({ layer: owner, option, expected: 'a dataset that ends', got: 'one without an end', remedy })
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
      if (buffer === Infinity)
        ending(source, 'shuffle', 'buffer', 'Give a buffer: { buffer: 1000 }, or shuffle before repeat.')
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
    cache: file => {
      ending(source, 'cache', 'dataset', 'Take some items first: take(1000), or cache before repeat.')
      if (file === undefined) return fromSource(cached(source))
      const own = argument('cache', 'file', locationOption('file'), file, "dataset.cache('examples.cache')")
      return fromSource(cachedIn(source, own))
    },
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
      // The type says whether the mask is left out.
      return fromSource(padded(source, { size: own, ...rule })) as Dataset<PaddedWithMask<E>>
    },
    toArray: async () => {
      ending(source, 'toArray', 'dataset', 'Take some items first: take(1000).')
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
