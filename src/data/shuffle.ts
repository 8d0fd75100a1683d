import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { foldIn, generator, type Key } from '../base/random.ts'
import { dropped, type Pass, range, reordered, type Source, throughViews, type View } from './source.ts'

// Shuffling through a buffer: each item that comes takes the place of a random one, which goes on. The whole order is
// uniform when the buffer holds everything; else an item comes at most the length of the buffer too early.

/** The random places of one epoch. */
const places = (key: Key, epoch: number): ((length: number) => number) => {
  const source = generator(foldIn(key, epoch))
  return length => Math.floor(uniformFloat64(source) * length)
}

/** The order in which a buffer gives so many items. */
const shuffledOrder = (key: Key, epoch: number, count: number, buffer: number): Int32Array => {
  const draw = places(key, epoch)
  const held = range(0, Math.min(buffer, count))
  const order = new Int32Array(count)
  let at = 0
  for (let next = held.length; next < count; next++) {
    const place = draw(held.length)
    order[at++] = held[place] as number
    held[place] = next
  }
  for (let left = held.length; left > 0; left--) {
    const place = draw(left)
    order[at++] = held[place] as number
    held[place] = held[left - 1] as number
  }
  return order
}

async function* shuffledItems<E>(
  { read }: Source<E>,
  key: Key,
  buffer: number,
  epoch: number,
): AsyncGenerator<E, void, undefined> {
  const draw = places(key, epoch)
  const held: E[] = []
  for await (const item of read({ epoch, from: 0 })) {
    if (held.length < buffer) {
      held.push(item)
      continue
    }
    const place = draw(held.length)
    const chosen = held[place] as E
    held[place] = item
    yield chosen
  }
  while (held.length > 0) {
    const place = draw(held.length)
    const chosen = held[place] as E
    held[place] = held.at(-1) as E
    held.pop()
    yield chosen
  }
}

/** Items in another order in each epoch. Items in memory and others come in the same order. */
export const shuffled = <E>(source: Source<E>, key: Key, buffer: number): Source<E> => {
  const { size, batchSize, view } = source
  const text = `${source.text} > shuffle${Number.isFinite(buffer) ? `(${buffer})` : ''}`
  if (view !== undefined)
    return throughViews<E, E>(source, view, { text, size }, open => {
      // The last order is kept: a pass may be asked for in parts.
      let last: readonly [epoch: number, view: View<E>] | undefined
      return epoch => {
        if (last?.[0] !== epoch) {
          const items = open(epoch)
          last = [epoch, reordered(items, shuffledOrder(key, epoch, items.count, buffer))]
        }
        return last[1]
      }
    })
  const read = ({ epoch, from }: Pass) => dropped(shuffledItems(source, key, buffer, epoch), from)
  return { text, size, batchSize, read }
}
