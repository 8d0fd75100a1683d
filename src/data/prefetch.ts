import type { Source } from './source.ts'

type Ahead<E> = { readonly item: E } | { readonly error: unknown } | 'end'

/** A signal that one side waits for and the other gives. */
const signal = (): { readonly wait: () => Promise<void>; readonly give: () => void } => {
  let give: () => void = () => undefined
  let given = false
  return {
    wait: async () => {
      if (!given)
        await new Promise<void>(resolve => {
          give = resolve
        })
      given = false
      give = () => undefined
    },
    give: () => {
      given = true
      give()
    },
  }
}

/** Reads up to so many items before they are asked for. */
export const prefetched = <E>(source: Source<E>, n: number): Source<E> => ({
  text: `${source.text} > prefetch(${n})`,
  size: source.size,
  batchSize: source.batchSize,
  async *read(pass) {
    const items = source.read(pass)
    const queue: Ahead<E>[] = []
    const [filled, emptied] = [signal(), signal()]
    let stopped = false
    const fill = async (): Promise<void> => {
      try {
        for await (const item of items) {
          // Leaving the loop closes the source.
          if (stopped) return
          queue.push({ item })
          filled.give()
          while (queue.length >= n && !stopped) await emptied.wait()
          if (stopped) return
        }
        queue.push('end')
      } catch (error) {
        queue.push({ error })
      }
      filled.give()
    }
    const filling = fill()
    try {
      while (true) {
        while (queue.length === 0) await filled.wait()
        const next = queue.shift() as Ahead<E>
        emptied.give()
        if (next === 'end') return
        if ('error' in next) throw next.error
        yield next.item
      }
    } finally {
      stopped = true
      emptied.give()
      await filling
    }
  },
})
