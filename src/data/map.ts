import { dropped, type Source } from './source.ts'

/** A result of each item, `parallel` of them on their way at a time; they come in the order of the items. */
export const mapped = <E, R>(
  source: Source<E>,
  f: (example: E, index: number) => R | Promise<R>,
  parallel: number,
): Source<Awaited<R>> => ({
  text: `${source.text} > map`,
  size: source.size,
  batchSize: source.batchSize,
  async *read(pass) {
    let index = pass.from
    if (parallel === 1) {
      for await (const item of source.read(pass)) yield await f(item, index++)
      return
    }
    const started: Promise<Awaited<R>>[] = []
    const start = async (item: E, at: number): Promise<Awaited<R>> => await f(item, at)
    for await (const item of source.read(pass)) {
      const result = start(item, index++)
      // Its error comes when its turn does, and must not end the process before.
      result.catch(() => undefined)
      started.push(result)
      if (started.length >= parallel) yield await (started.shift() as Promise<Awaited<R>>)
    }
    for (const result of started) yield await result
  },
})

/** The items that a test keeps. */
export const filtered = <E>(
  source: Source<E>,
  test: (example: E, index: number) => boolean | Promise<boolean>,
): Source<E> => ({
  text: `${source.text} > filter`,
  size: undefined,
  batchSize: source.batchSize,
  read: ({ epoch, from }) => dropped(kept(source, test, epoch), from),
})

async function* kept<E>(
  { read }: Source<E>,
  test: (example: E, index: number) => boolean | Promise<boolean>,
  epoch: number,
): AsyncGenerator<E, void, undefined> {
  let index = 0
  for await (const item of read({ epoch, from: 0 })) if (await test(item, index++)) yield item
}
