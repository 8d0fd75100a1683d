import { byRow, dropped, type Source, sliced, taken, throughViews, type View, whenAll } from './source.ts'
import { type Batched, isTuple, stack } from './stack.ts'

/** The first items. */
export const first = <E>(source: Source<E>, n: number): Source<E> => {
  const text = `${source.text} > take(${n})`
  const size = source.size === undefined ? undefined : Math.min(n, source.size)
  if (source.view !== undefined)
    return throughViews<E, E>(source, source.view, { text, size }, open => epoch => {
      const items = open(epoch)
      return sliced(items, 0, Math.min(n, items.count))
    })
  return {
    text,
    size,
    batchSize: source.batchSize,
    read: ({ epoch, from }) => taken(source.read({ epoch, from }), n - from),
  }
}

/** The items after the first ones. */
export const rest = <E>(source: Source<E>, n: number): Source<E> => {
  const text = `${source.text} > skip(${n})`
  const size = source.size === undefined ? undefined : Math.max(0, source.size - n)
  if (source.view !== undefined)
    return throughViews<E, E>(source, source.view, { text, size }, open => epoch => {
      const items = open(epoch)
      const from = Math.min(n, items.count)
      return sliced(items, from, items.count - from)
    })
  return { text, size, batchSize: source.batchSize, read: ({ epoch, from }) => source.read({ epoch, from: from + n }) }
}

/** Epochs of the epochs: no two repetitions of an endless one are the same for 2^26 of them. */
const endless = 2 ** 26

/** All items, several times: each time as in an epoch of its own. */
export const repeated = <E>(source: Source<E>, n: number): Source<E> => ({
  text: `${source.text} > repeat(${Number.isFinite(n) ? n : ''})`,
  size: source.size === undefined ? undefined : source.size === 0 ? 0 : source.size * n,
  batchSize: source.batchSize,
  async *read({ epoch, from }) {
    const start = epoch * (Number.isFinite(n) ? n : endless)
    const whole = source.size === undefined || source.size === 0 ? 0 : Math.floor(from / source.size)
    let left = from - whole * (source.size ?? 0)
    for (let i = whole; i < n; i++) {
      let any = false
      // Where the size is unknown, what is left out may be more than one repetition.
      const own = source.size === undefined ? 0 : left
      for await (const item of source.read({ epoch: start + i, from: own })) {
        any = true
        if (source.size === undefined && left > 0) left--
        else yield item
      }
      if (source.size !== undefined) left = 0
      // An endless repetition of nothing would never end.
      if (!any) return
    }
  },
})

/** Items of two datasets in pairs, as many as both have. */
export const zipped = <E, F>(a: Source<E>, b: Source<F>): Source<readonly [E, F]> => {
  const about = {
    text: `(${a.text}, ${b.text}) > zip`,
    size: a.size === undefined || b.size === undefined ? undefined : Math.min(a.size, b.size),
    batchSize: a.batchSize === b.batchSize ? a.batchSize : undefined,
  }
  const [viewA, viewB] = [a.view, b.view]
  if (viewA !== undefined && viewB !== undefined)
    return byRow(about, async () => {
      const [openA, openB] = [await viewA(), await viewB()]
      return epoch => pairs(openA(epoch), openB(epoch))
    })
  return {
    ...about,
    async *read(pass) {
      const others = b.read(pass)
      try {
        for await (const item of a.read(pass)) {
          const other = await others.next()
          if (other.done) return
          yield Object.freeze([item, other.value] as const)
        }
      } finally {
        await others.return()
      }
    },
  }
}

const pairs = <E, F>(a: View<E>, b: View<F>): View<readonly [E, F]> => {
  type Pair = readonly [E, F]
  const pair = (values: readonly (E | F)[]): Pair => Object.freeze(values as unknown as Pair)
  const at = (row: number) => whenAll<E | F, Pair>([a.at(row), b.at(row)], pair)
  return {
    count: Math.min(a.count, b.count),
    at,
    gather: gathering => {
      const { rows, allowNaN } = gathering
      return whenAll<Pair, Batched<Pair>>([at(rows[0] as number)], ([first]) =>
        // Numbers beside numbers are one array of two, not two columns.
        isTuple(first as Pair)
          ? whenAll<unknown, Batched<Pair>>(
              [a.gather(gathering), b.gather(gathering)],
              batches => Object.freeze(batches) as Batched<Pair>,
            )
          : whenAll<Pair, Batched<Pair>>(Array.from(rows, at), list =>
              stack(list, { owner: 'batch', rowOf: i => rows[i] as number, allowNaN }),
            ),
      )
    },
  }
}

/** Some items of each dataset in turn, until all are at their end. */
export const interleaved = <E>(sources: readonly Source<E>[], block: number): Source<E> => {
  const sizes = sources.map(({ size }) => size)
  const [{ batchSize } = { batchSize: undefined }] = sources
  return {
    text: `(${sources.map(({ text }) => text).join(', ')}) > interleave`,
    size: sizes.reduce<number | undefined>(
      (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
      0,
    ),
    batchSize: sources.every(source => source.batchSize === batchSize) ? batchSize : undefined,
    read({ epoch, from }) {
      const items = inTurn(
        sources.map(({ read }) => read({ epoch, from: 0 })),
        block,
      )
      return dropped(items, from)
    },
  }
}

async function* inTurn<E>(
  readers: readonly AsyncGenerator<E, void, undefined>[],
  block: number,
): AsyncGenerator<E, void, undefined> {
  let open = [...readers]
  try {
    while (open.length > 0) {
      const ended = new Set<AsyncGenerator<E, void, undefined>>()
      for (const reader of open)
        for (let i = 0; i < block; i++) {
          const next = await reader.next()
          if (next.done) {
            ended.add(reader)
            break
          }
          yield next.value
        }
      open = open.filter(reader => !ended.has(reader))
    }
  } finally {
    await Promise.all(readers.map(reader => reader.return()))
  }
}
