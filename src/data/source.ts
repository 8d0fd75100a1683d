import type { Batched } from './stack.ts'

// How datasets read: what every operation of a dataset takes and gives.

/** One reading of a dataset. */
export interface Pass {
  /** The number of the epoch, from 0: a shuffled dataset has another order in each. */
  readonly epoch: number
  /** How many items at the start are left out. */
  readonly from: number
}

/** Which rows are batched, and whether a NaN among them is an error. */
export interface Gathering {
  readonly rows: Int32Array
  readonly allowNaN: boolean
}

/** Items that can be read in any order, for one epoch: in memory at once, from files later. */
export interface View<E> {
  readonly count: number
  readonly at: (row: number) => E | Promise<E>
  /** Some rows as one batch: columns are copied at the speed of memory. */
  readonly gather: (gathering: Gathering) => Batched<E> | Promise<Batched<E>>
}

/** What becomes of values, at once where all of them are there. */
export const whenAll = <V, R>(
  values: readonly (V | Promise<V>)[],
  then: (values: readonly V[]) => R | Promise<R>,
): R | Promise<R> =>
  values.some(value => value instanceof Promise)
    ? Promise.all(values).then(then)
    : // None of them is a promise.
      then(values as readonly V[])

/** What a dataset is for its operations. */
export interface Source<E> {
  /** How it prints. */
  readonly text: string
  /** How many items it has in an epoch, where that is known. */
  readonly size: number | undefined
  /** How many examples an item holds, where it is a batch. */
  readonly batchSize: number | undefined
  readonly read: (pass: Pass) => AsyncGenerator<E, void, undefined>
  /** The items of each epoch by row, where they can be read in any order; the promise is of what must be read first. */
  readonly view?: () => Promise<(epoch: number) => View<E>>
}

/** A generator without its first items. */
export const dropped = <E>(items: AsyncGenerator<E, void, undefined>, n: number): AsyncGenerator<E, void, undefined> =>
  n === 0 ? items : after(items, n)

async function* after<E>(items: AsyncGenerator<E, void, undefined>, n: number): AsyncGenerator<E, void, undefined> {
  let left = n
  for await (const item of items) {
    if (left > 0) left--
    else yield item
  }
}

/** Up to so many items of a generator. The one after the last is not asked for. */
export async function* taken<E>(
  items: AsyncGenerator<E, void, undefined>,
  n: number,
): AsyncGenerator<E, void, undefined> {
  let left = n
  if (left <= 0) return
  for await (const item of items) {
    yield item
    left--
    if (left <= 0) return
  }
}

/** A source whose items can be read in any order. */
export const byRow = <E>(
  about: Pick<Source<E>, 'text' | 'size' | 'batchSize'>,
  view: NonNullable<Source<E>['view']>,
): Source<E> => ({
  ...about,
  view,
  async *read({ epoch, from }) {
    const { count, at } = (await view())(epoch)
    for (let row = from; row < count; row++) yield at(row)
  },
})

/** A source of other views: of each epoch's items, those that `change` makes of them. */
export const throughViews = <E, R>(
  { batchSize }: Source<E>,
  view: NonNullable<Source<E>['view']>,
  about: Pick<Source<R>, 'text' | 'size'>,
  change: (open: (epoch: number) => View<E>) => (epoch: number) => View<R>,
): Source<R> => byRow({ batchSize, ...about }, async () => change(await view()))

/** The items of a view in another order, or some of them. */
export const reordered = <E>({ at, gather }: View<E>, order: Int32Array): View<E> => ({
  count: order.length,
  at: row => at(order[row] as number),
  gather: ({ rows, allowNaN }) => gather({ rows: rows.map(row => order[row] as number), allowNaN }),
})

/** Consecutive items of a view. */
export const sliced = <E>({ at, gather }: View<E>, from: number, count: number): View<E> => ({
  count,
  at: row => at(from + row),
  gather: ({ rows, allowNaN }) => gather({ rows: rows.map(row => from + row), allowNaN }),
})

/** The numbers from .. to - 1. */
export const range = (from: number, to: number): Int32Array => {
  const rows = new Int32Array(to - from)
  for (let i = 0; i < rows.length; i++) rows[i] = from + i
  return rows
}

/** Rows as runs of neighbors, which are read at once: where each begins among the rows, its first row, and how many it has. */
export const runsOf = (
  rows: Int32Array,
): readonly { readonly at: number; readonly from: number; readonly count: number }[] => {
  const runs: { readonly at: number; readonly from: number; readonly count: number }[] = []
  for (let at = 0; at < rows.length; ) {
    const from = rows[at] as number
    let next = at + 1
    while (next < rows.length && rows[next] === from + next - at) next++
    runs.push({ at, from, count: next - at })
    at = next
  }
  return runs
}
