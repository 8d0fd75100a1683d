import { expect } from 'chai'
import fc from 'fast-check'
import { type Dataset, dataset, key } from '../../src/index.ts'

// Laws of datasets, of examples in memory and of examples that come one after the other.

const lists = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 })
const counts = fc.integer({ min: 1, max: 12 })

/** The two ways in which examples are there. */
const ways: Readonly<Record<string, <E>(list: readonly E[]) => Dataset<E>>> = {
  'in memory': list => dataset(list as never) as unknown as Dataset<never>,
  'of a generator': list => dataset(() => list),
}

const epochOf = async <E>(items: Dataset<E>, epoch: number, from = 0): Promise<readonly E[]> => {
  const read: E[] = []
  for await (const item of items.iterate({ epoch, from })) read.push(item)
  return read
}
const sorted = (list: readonly number[]): readonly number[] => [...list].sort((a, b) => a - b)

/** Every operation, applied to a dataset. */
const operations: Readonly<Record<string, (items: Dataset<number>, n: number) => Dataset<unknown>>> = {
  map: items => items.map((n, i) => n * 2 + i),
  'parallel map': (items, n) => items.map(async (x, i) => x * 2 + i, { parallel: n }),
  filter: items => items.filter(n => n % 2 === 0),
  shuffle: items => items.shuffle(key(1)),
  'shuffle by a buffer': (items, n) => items.shuffle(key(1), { buffer: n }),
  batch: (items, n) => items.batch(n),
  'whole batches': (items, n) => items.batch(n, { dropLast: true }),
  'batches of batches': (items, n) => items.batch(n, { dropLast: true }).batch(2),
  unbatch: (items, n) => items.batch(n).unbatch(),
  repeat: items => items.repeat(3),
  take: (items, n) => items.take(n),
  skip: (items, n) => items.skip(n),
  zip: (items, n) => items.zip(items.skip(n)),
  interleave: (items, n) => items.interleave(items.take(n), { block: 2 }),
  prefetch: (items, n) => items.prefetch(n),
  cache: items => items.shuffle(key(2)).cache(),
  'a random part': items => items.split(0.5, key(3))[0],
  'the other part': items => items.split(0.5, key(3))[1],
  window: (items, n) => items.window(n),
  'overlapping windows': (items, n) => items.window(n, { shift: 1, stride: 2, dropLast: false }),
  'windows with gaps': (items, n) => items.window(2, { shift: n + 2 }),
  padBatch: (items, n) => items.map(i => [i, i].slice(0, 1 + (Math.abs(i) % 2))).padBatch(n),
}

describe('Datasets', () => {
  for (const [way, make] of Object.entries(ways)) {
    describe(way, () => {
      for (const [name, operation] of Object.entries(operations))
        it(`${name}: the same at each iteration; \`from\` leaves out the first; the size is how many there are`, () =>
          fc.assert(
            fc.asyncProperty(lists, counts, fc.nat(50), fc.nat(3), async (list, n, from, epoch) => {
              // A part of one example is refused.
              const items = operation(make(list.length > 1 ? list : [...list, 1]), n)
              const all = await epochOf(items, epoch)
              expect(await epochOf(items, epoch)).to.deep.equal(all)
              expect(await epochOf(items, epoch, from)).to.deep.equal(all.slice(from))
              if (items.size !== undefined) expect(items.size).to.equal(all.length)
              if (epoch === 0) expect(await items.toArray()).to.deep.equal(all)
            }),
            { numRuns: 40 },
          ))

      it('are functors: map(f).map(g) is map(g ∘ f)', () =>
        fc.assert(
          fc.asyncProperty(lists, async list => {
            const [f, g] = [(n: number) => n + 1, (n: number) => n * 3]
            const items = make(list)
            expect(await items.map(f).map(g).toArray()).to.deep.equal(await items.map(n => g(f(n))).toArray())
          }),
        ))

      it('take and skip part a dataset', () =>
        fc.assert(
          fc.asyncProperty(lists, fc.nat(50), async (list, n) => {
            const items = make(list)
            const parts = [...(await items.take(n).toArray()), ...(await items.skip(n).toArray())]
            expect(parts).to.deep.equal(list)
          }),
        ))

      it('shuffle permutes, another way in each epoch', () =>
        fc.assert(
          fc.asyncProperty(lists, fc.integer(), fc.nat(5), fc.option(counts), async (list, seed, epoch, buffer) => {
            const items = make(list).shuffle(key(seed), buffer === null ? {} : { buffer })
            expect(sorted(await epochOf(items, epoch))).to.deep.equal(sorted(list))
          }),
        ))

      it('a buffer of one shuffles nothing, and no example comes earlier than by the buffer', () =>
        fc.assert(
          fc.asyncProperty(counts, fc.integer(), async (buffer, seed) => {
            const list = Array.from({ length: 60 }, (_, i) => i)
            const order = await make(list).shuffle(key(seed), { buffer }).toArray()
            if (buffer === 1) expect(order).to.deep.equal(list)
            for (const [at, n] of order.entries()) expect(n).to.be.below(at + buffer)
          }),
        ))

      it('split parts a dataset, in each epoch in the same way', () =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.nat(1000), { minLength: 4, maxLength: 50 }),
            fc.constantFrom(0.3, 0.5, 0.75),
            fc.option(fc.integer()),
            async (list, part, seed) => {
              const items = make(list).shuffle(key(9))
              const [one, other] = items.split(part, seed === null ? undefined : key(seed))
              const both = [...(await epochOf(one, 2)), ...(await epochOf(other, 5))]
              expect(sorted(both)).to.deep.equal(sorted(list))
              expect(await epochOf(one, 0)).to.deep.equal(await epochOf(one, 2))
            },
          ),
        ))

      it('unbatch undoes batch', () =>
        fc.assert(
          fc.asyncProperty(lists, counts, async (list, n) => {
            expect(await make(list).batch(n).unbatch().toArray()).to.deep.equal(list)
            const records = make(list.map(i => ({ x: [i, -i], y: i, name: `${i}` })))
            const rows = await records.batch(n).unbatch().toArray()
            expect(rows.map(({ y, name }) => [y, name])).to.deep.equal(list.map(i => [i, `${i}`]))
            const batches = records.batch(n)
            expect(await batches.unbatch().batch(n).toArray()).to.deep.equal(await batches.toArray())
          }),
        ))

      it('prefetch, cache and a repetition of one change nothing', () =>
        fc.assert(
          fc.asyncProperty(lists, counts, async (list, n) => {
            const items = make(list).map(async i => i + 1)
            const all = await items.toArray()
            expect(await items.prefetch(n).toArray()).to.deep.equal(all)
            expect(await items.cache().toArray()).to.deep.equal(all)
            expect(await items.repeat(1).toArray()).to.deep.equal(all)
          }),
        ))

      it('a repetition shuffles anew', async () => {
        const list = Array.from({ length: 50 }, (_, i) => i)
        const items = make(list).shuffle(key(1))
        const all = await items.repeat(2).toArray()
        expect(all.slice(0, 50)).to.deep.equal(await epochOf(items, 0))
        expect(all.slice(50)).to.deep.equal(await epochOf(items, 1))
        expect(all.slice(50)).to.not.deep.equal(all.slice(0, 50))
        expect(await epochOf(items.repeat().take(50), 1)).to.not.deep.equal(await epochOf(items.repeat().take(50), 0))
      })
    })
  }

  it('come in the same order, whether they are in memory or come one after the other', () =>
    fc.assert(
      fc.asyncProperty(lists, fc.integer(), fc.nat(3), fc.option(counts), async (list, seed, epoch, buffer) => {
        const [here, there] = Object.values(ways).map(make =>
          make(list)
            .shuffle(key(seed), buffer === null ? {} : { buffer })
            .batch(3),
        ) as [Dataset<unknown>, Dataset<unknown>]
        expect(await epochOf(here, epoch)).to.deep.equal(await epochOf(there, epoch))
      }),
    ))
})
