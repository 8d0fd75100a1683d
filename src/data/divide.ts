import { DataError, InvalidOption } from '../base/errors.ts'
import { foldIn, type Key, permutation, uniforms } from '../base/random.ts'
import { first, rest } from './combine.ts'
import { dropped, reordered, type Source, throughViews } from './source.ts'

// Two parts of a dataset. Both are of the order of epoch 0: were it another order in each epoch, examples would move from
// one part to the other, and what validates would have been trained on.

const pinned = <E>(source: Source<E>): Source<E> => ({
  ...source,
  read: ({ from }) => source.read({ epoch: 0, from }),
})

const sizes = (part: number, count: number): readonly [number, number] => {
  const one = part < 1 ? Math.round(part * count) : part
  return [one, count - one]
}

const emptyPart = (count: number, [one]: readonly [number, number]) => ({
  expected: 'two parts with at least one example each',
  got: `parts of ${Math.min(one, count)} and ${Math.max(0, count - one)} of ${count} examples`,
  remedy: 'Give the share of the first part, such as 0.8, or how many examples it has.',
})

/** By rows in memory: consecutive ones, or random ones. */
const byRows = <E>(source: Source<E>, view: NonNullable<Source<E>['view']>, part: number, key: Key | undefined) => {
  const half = (which: 0 | 1): Source<E> =>
    throughViews<E, E>(
      source,
      view,
      {
        text: `${source.text} > split(${part})[${which}]`,
        size: source.size === undefined ? undefined : sizes(part, source.size)[which],
      },
      open => () => {
        const items = open(0)
        const counts = sizes(part, items.count)
        if (Math.min(...counts) < 1) throw new DataError({ owner: 'split', ...emptyPart(items.count, counts) })
        const order =
          key === undefined ? Int32Array.from({ length: items.count }, (_, i) => i) : permutation(key, items.count)
        return reordered(items, which === 0 ? order.subarray(0, counts[0]) : order.subarray(counts[0]))
      },
    )
  return [half(0), half(1)] as const
}

/** Draws at a time, for examples that come one after the other. */
const chunk = 1024

/** By the number of each example: a draw of the key for it, or every so many. */
const belongs = (part: number, key: Key | undefined): ((index: number) => boolean) => {
  if (key === undefined) return index => Math.floor((index + 1) * part) > Math.floor(index * part)
  let drawn: readonly [number, Float32Array] | undefined
  return index => {
    const at = Math.floor(index / chunk)
    if (drawn?.[0] !== at) drawn = [at, uniforms(foldIn(key, at), chunk)]
    return (drawn[1][index % chunk] as number) < part
  }
}

async function* chosen<E>({ read }: Source<E>, part: number, key: Key | undefined, inFirst: boolean) {
  const test = belongs(part, key)
  let index = 0
  for await (const item of read({ epoch: 0, from: 0 })) if (test(index++) === inFirst) yield item
}

const inTurn = <E>(source: Source<E>, part: number, key: Key | undefined) => {
  const half = (which: 0 | 1): Source<E> => ({
    text: `${source.text} > split(${part})[${which}]`,
    size: undefined,
    batchSize: source.batchSize,
    read: ({ from }) => dropped(chosen(source, part, key, which === 0), from),
  })
  return [half(0), half(1)] as const
}

/**
 * Two parts of a dataset.
 *
 * @param part the share of the first one, below 1, or how many items it has
 */
export const divided = <E>(source: Source<E>, part: number, key: Key | undefined): readonly [Source<E>, Source<E>] => {
  const { view } = source
  // An endless dataset has no share that can be counted.
  const size = source.size === Infinity ? undefined : source.size
  if (size !== undefined) {
    const counts = sizes(part, size)
    if (Math.min(...counts) < 1) throw new InvalidOption({ layer: 'split', option: 'part', ...emptyPart(size, counts) })
  }
  if (view !== undefined) return byRows(source, view, part, key)
  const fixed = pinned(source)
  if (key === undefined && (part >= 1 || size !== undefined)) {
    const [one] = sizes(part, size ?? part)
    return [first(fixed, one), rest(fixed, one)]
  }
  if (part >= 1)
    throw new InvalidOption({
      layer: 'split',
      option: 'part',
      expected: 'a share between 0 and 1, as the examples are read one after the other',
      got: `${part}`,
      remedy: 'Give a share, leave the key out, or cache the examples first.',
    })
  return inTurn(fixed, part, key)
}
