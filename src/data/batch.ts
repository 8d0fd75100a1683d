import { DataError, show } from '../base/errors.ts'
import { byRow, type Pass, range, type Source, whenAll } from './source.ts'
import { type Batched, rowOf, rowsOf, stack, type Unbatched } from './stack.ts'

/** How examples are batched. */
export interface BatchRule {
  readonly size: number
  readonly dropLast: boolean
  readonly allowNaN: boolean
}

/** How many batches some examples make. */
export const batchCount = (
  examples: number | undefined,
  { size, dropLast }: Omit<BatchRule, 'allowNaN'>,
): number | undefined =>
  examples === undefined ? undefined : dropLast ? Math.floor(examples / size) : Math.ceil(examples / size)

/** Groups of consecutive items, with the number of the first one. */
export async function* grouped<E>(
  { read }: Source<E>,
  { size, dropLast }: Omit<BatchRule, 'allowNaN'>,
  { epoch, from }: Pass,
): AsyncGenerator<readonly [first: number, items: readonly E[]], void, undefined> {
  let first = from * size
  let items: E[] = []
  for await (const item of read({ epoch, from: first })) {
    items.push(item)
    if (items.length < size) continue
    yield [first, items]
    first += size
    items = []
  }
  if (items.length > 0 && !dropLast) yield [first, items]
}

/** Batches of consecutive examples. */
export const batched = <E>(source: Source<E>, rule: BatchRule): Source<Batched<E>> => {
  const { view } = source
  const { size, dropLast, allowNaN } = rule
  const about = {
    text: `${source.text} > batch(${size})`,
    size: batchCount(source.size, rule),
    batchSize: size,
  }
  if (view === undefined)
    return {
      ...about,
      async *read(pass) {
        for await (const [first, items] of grouped(source, rule, pass))
          yield stack(items, { owner: 'batch', rowOf: i => first + i, allowNaN })
      },
    }
  return byRow(about, async () => {
    const open = await view()
    return epoch => {
      const { count, gather } = open(epoch)
      const at = (batch: number) => gather({ rows: range(batch * size, Math.min(count, (batch + 1) * size)), allowNaN })
      return {
        count: batchCount(count, { size, dropLast }) as number,
        at,
        gather: ({ rows, allowNaN }) =>
          whenAll<Batched<E>, Batched<Batched<E>>>(Array.from(rows, at), batches =>
            stack(batches, { owner: 'batch', rowOf: i => rows[i] as number, allowNaN }),
          ),
      }
    }
  })
}

/** The examples of batches. */
export const unbatched = <B>({ text, read }: Source<B>): Source<Unbatched<B>> => ({
  text: `${text} > unbatch`,
  size: undefined,
  batchSize: undefined,
  async *read({ epoch, from }) {
    let left = from
    let number = 0
    for await (const batch of read({ epoch, from: 0 })) {
      const rows = rowsOf(batch)
      if (rows === undefined)
        throw new DataError({
          owner: 'unbatch',
          row: number,
          expected: 'a batch: { data, shape } with the batch as first axis, or a record of them',
          got: show(batch),
          remedy: 'Make batches with batch first.',
        })
      for (let row = Math.min(left, rows); row < rows; row++) yield rowOf(batch, row) as Unbatched<B>
      left = Math.max(0, left - rows)
      number++
    }
  },
})
