import { columns } from './columns.ts'
import { byRow, type Source, type View } from './source.ts'

/** What one promise gives, made when it is first asked for; after an error it is made anew. */
export const once = <R>(make: () => Promise<R>): (() => Promise<R>) => {
  let made: Promise<R> | undefined
  return () => {
    made ??= make().catch(error => {
      made = undefined
      throw error
    })
    return made
  }
}

/** Items that are read once, at the first iteration, and stay in memory: those of the first epoch. */
export const cached = <E>(source: Source<E>): Source<E> => {
  const { size, batchSize } = source
  const load = once(async (): Promise<View<E>> => {
    const items: E[] = []
    for await (const item of source.read({ epoch: 0, from: 0 })) items.push(item)
    return listView(items)
  })
  return byRow({ text: `${source.text} > cache`, size, batchSize }, async () => {
    const view = await load()
    return () => view
  })
}

/** Items of an array; there may be none. */
const listView = <E>(items: readonly E[]): View<E> =>
  items.length > 0
    ? (columns('cache', items) as View<E>)
    : {
        count: 0,
        at: row => items[row] as E,
        gather: () => {
          throw new RangeError('no items')
        },
      }
