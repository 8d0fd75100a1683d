import { inspect } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  DataError,
  type Dataset,
  dataset,
  type FlatData,
  isDataset,
  key,
  type Stacked,
  tensor,
} from '../../src/index.ts'
import { thrown } from './thrown.ts'

/** What the compiler must find to be the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const typed = <_ extends true>(): void => undefined

const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, part) => (ArrayBuffer.isView(part) ? Array.from(part as Float32Array) : part)))

/** A source that tells when it is closed, and how many examples it made. */
const watched = (n: number) => {
  const seen = { made: 0, closed: 0 }
  const items = dataset(function* () {
    try {
      for (let i = 0; i < n; i++) {
        seen.made++
        yield i
      }
    } finally {
      seen.closed++
    }
  })
  return { seen, items }
}

describe('dataset', () => {
  it('reads columns in every form', async () => {
    const x = tf.tensor2d([
      [1, 2],
      [3, 4],
    ])
    const items = dataset({
      nested: [
        [1, 2],
        [3, 4],
      ],
      numbers: [5, 6],
      typed: new Uint8Array([7, 8]),
      flat: { data: new Float64Array([1, 2, 3, 4]), shape: [2, 2, 1] },
      list: { data: [1, 2], shape: [2] },
      tensor: x,
      texts: ['a', 'b'],
      truths: [true, false],
      several: [x, { data: [1, 2], shape: [2] }],
      ragged: [[1], [2, 3]],
      records: [{ a: 1 }, { a: 2 }],
    })
    x.dispose()
    const [, second] = await items.toArray()
    expect(plain(second)).to.deep.equal({
      nested: [3, 4],
      numbers: 6,
      typed: 8,
      flat: { data: [3, 4], shape: [2, 1] },
      list: 2,
      tensor: { data: [3, 4], shape: [2] },
      texts: 'b',
      truths: false,
      several: [{ data: [3, 4], shape: [2] }, 2],
      ragged: [2, 3],
      records: { a: 2 },
    })
    const [batch] = await items
      .map(({ ragged: _, ...rest }) => rest)
      .batch(2)
      .toArray()
    const here = await dataset({ x: [[1, 2]], y: ['a'], z: [{ a: 1 }] })
      .batch(2)
      .toArray()
    expect(plain(here)).to.deep.equal([
      { x: { data: [1, 2], shape: [1, 2] }, y: ['a'], z: { a: { data: [1], shape: [1] } } },
    ])
    expect(plain(batch)).to.deep.equal({
      nested: { data: [1, 2, 3, 4], shape: [2, 2] },
      numbers: { data: [5, 6], shape: [2] },
      typed: { data: [7, 8], shape: [2] },
      flat: { data: [1, 2, 3, 4], shape: [2, 2, 1] },
      list: { data: [1, 2], shape: [2] },
      tensor: { data: [1, 2, 3, 4], shape: [2, 2] },
      texts: ['a', 'b'],
      truths: { data: [1, 0], shape: [2] },
      several: [
        { data: [1, 2, 3, 4], shape: [2, 2] },
        { data: [1, 2], shape: [2] },
      ],
      records: { a: { data: [1, 2], shape: [2] } },
    })
  })

  it('leaves no tensors, and batches of tensors are numbers', async () => {
    const before = tf.memory().numTensors
    const x = tf.tensor1d([1, 2, 3])
    const batches = await dataset(() => [{ x }, { x }])
      .batch(2)
      .toArray()
    expect(plain(batches)).to.deep.equal([{ x: { data: [1, 2, 3, 1, 2, 3], shape: [2, 3] } }])
    x.dispose()
    expect(tf.memory().numTensors).to.equal(before)
  })

  it('reads one column alone, examples of any kind, generators and datasets', async () => {
    expect(await dataset(new Float32Array([1, 2])).toArray()).to.deep.equal([1, 2])
    expect(plain(await dataset({ data: [1, 2, 3, 4], shape: [2, 2] }).toArray())).to.deep.equal([
      { data: [1, 2], shape: [2] },
      { data: [3, 4], shape: [2] },
    ])
    expect(await dataset(['a', 'b']).toArray()).to.deep.equal(['a', 'b'])
    expect(await dataset(() => new Set([1, 2])).toArray()).to.deep.equal([1, 2])
    const numbers = dataset(async function* () {
      yield 1
      yield 2
    })
    expect(await numbers.toArray()).to.deep.equal([1, 2])
    expect(await numbers.toArray()).to.deep.equal([1, 2])
    const set = dataset(new Set([1, 2]))
    expect([await set.toArray(), await set.toArray()]).to.deep.equal([
      [1, 2],
      [1, 2],
    ])
    for (const once of [[1, 2].values(), new Blob(['x']).stream()])
      expect(await thrown(() => dataset(once as never))).to.match(
        /^InvalidOption: dataset, source: expected examples that can be read again/,
      )
    expect(dataset(numbers)).to.equal(numbers)
    expect(isDataset(numbers)).to.equal(true)
    expect(isDataset({ kind: 'Dataset' })).to.equal(false)
  })

  it('is frozen, and shows what it does', () => {
    const items = dataset({ x: [1, 2, 3] })
      .shuffle(key(1))
      .batch(2)
      .prefetch(1)
    expect(Object.isFrozen(items)).to.equal(true)
    expect(String(items)).to.equal('3 rows > shuffle > batch(2) > prefetch(1)')
    expect(inspect(items)).to.equal('Dataset 3 rows > shuffle > batch(2) > prefetch(1), 2 items')
    expect([items.size, items.batchSize]).to.deep.equal([2, 2])
    expect(dataset(() => []).size).to.equal(undefined)
  })

  it('gives batches that are their own: what is written into one changes nothing', async () => {
    const x = new Float32Array([1, 2, 3, 4])
    const items = dataset({ x: { data: x, shape: [2, 2] } }).batch(2)
    const [batch] = await items.toArray()
    batch?.x.data.fill(9)
    expect([...x]).to.deep.equal([1, 2, 3, 4])
  })

  it('types examples through its operations', () => {
    const items = dataset({ x: [[1, 2]], y: [1], name: ['a'] })
    const batches = items.shuffle(key(1)).batch(2)
    type Of<D> = D extends Dataset<infer E> ? E : never
    typed<Same<Of<typeof items>, { readonly x: number[]; readonly y: number; readonly name: string }>>()
    type Batch = {
      readonly x: Stacked<[batch: number, number]>
      readonly y: Stacked<[batch: number]>
      readonly name: readonly string[]
    }
    typed<Same<Of<typeof batches>, Batch>>()
    const examples = batches.unbatch()
    type Example = { readonly x: Stacked<[number]>; readonly y: number; readonly name: string }
    typed<Same<Of<typeof examples>, Example>>()
    const images = dataset({
      x: { data: new Float32Array(8), shape: [2, 2, 2] as const },
      y: tensor([[1], [2]], [2, 1]),
    })
    typed<Same<Of<typeof images>, { readonly x: FlatData<[2, 2]>; readonly y: FlatData<[1]> }>>()
    const mapped = items.map(async ({ y, name }, i) => ({ z: y + i, name }))
    typed<Same<Of<typeof mapped>, { z: number; name: string }>>()
    const kept = dataset([1, null, 2]).filter((n): n is number => n !== null)
    typed<Same<Of<typeof kept>, number>>()
    const pairs = dataset([1]).zip(dataset(['a']))
    typed<Same<Of<typeof pairs>, readonly [number, string]>>()
    const windows = dataset([1]).window(2)
    typed<Same<Of<typeof windows>, readonly number[]>>()
    const padded = dataset({ x: [[1], [1, 2]], y: [0, 1] }).padBatch(2)
    const x = async (): Promise<Stacked<[batch: number, steps: number]> | undefined> => (await padded.toArray())[0]?.x
    expect(x).to.be.a('function')
  })
})

describe('Iterating a dataset', () => {
  const operations: Readonly<Record<string, (items: Dataset<number>) => Dataset<unknown>>> = {
    map: items => items.map(n => n),
    'parallel map': items => items.map(async n => n, { parallel: 3 }),
    filter: items => items.filter(() => true),
    shuffle: items => items.shuffle(key(1), { buffer: 3 }),
    batch: items => items.batch(2),
    unbatch: items => items.batch(2).unbatch(),
    repeat: items => items.repeat(),
    take: items => items.take(5),
    skip: items => items.skip(2),
    zip: items => items.zip(items),
    interleave: items => items.interleave(items),
    prefetch: items => items.prefetch(3),
    split: items => items.split(0.5)[0],
    window: items => items.window(3, { shift: 1 }),
    padBatch: items => items.map(n => [n]).padBatch(2),
  }
  for (const [name, operation] of Object.entries(operations)) {
    it(`closes the source when a loop over ${name} is left, or throws`, async () => {
      const { seen, items } = watched(100)
      for await (const _ of operation(items)) break
      expect(seen.closed).to.be.greaterThan(0)
      expect(seen.made).to.be.below(20)
      const before = seen.closed
      const failing = async () => {
        for await (const _ of operation(items)) throw new RangeError('enough')
      }
      await failing().catch(() => undefined)
      expect(seen.closed).to.be.greaterThan(before)
    })

    it(`passes on what the source of ${name} throws`, async () => {
      const items = dataset(async function* () {
        for (let i = 0; i < 8; i++) yield i
        throw new RangeError('torn')
      })
      const read = async () => {
        for await (const _ of operation(items.repeat(1)));
      }
      const error = await read().then(
        () => undefined,
        error => error,
      )
      if (name === 'take') expect(error).to.equal(undefined)
      else expect(error).to.be.instanceOf(RangeError)
    })
  }

  it('reads no further than it is asked to', async () => {
    const { seen, items } = watched(100)
    await items.take(3).toArray()
    expect(seen).to.deep.equal({ made: 3, closed: 1 })
    const iterator = items.prefetch(4).iterate()
    await iterator.next()
    await new Promise(resolve => setTimeout(resolve, 10))
    expect(seen.made).to.be.within(7, 9)
    await iterator.return()
    expect(seen.closed).to.equal(2)
  })

  it('gives what was read ahead before the error that came after it', async () => {
    const items = dataset(function* () {
      yield 1
      yield 2
      throw new RangeError('torn')
    })
    const read: number[] = []
    const reading = async () => {
      for await (const n of items.prefetch(5)) read.push(n)
    }
    expect(String(await reading().catch(error => error))).to.equal('RangeError: torn')
    expect(read).to.deep.equal([1, 2])
  })

  it('maps in order, no more than so many at a time', async () => {
    let [running, most] = [0, 0]
    const items = dataset([5, 4, 3, 2, 1]).map(
      async n => {
        running++
        most = Math.max(most, running)
        await new Promise(resolve => setTimeout(resolve, n))
        running--
        return n
      },
      { parallel: 3 },
    )
    expect(await items.toArray()).to.deep.equal([5, 4, 3, 2, 1])
    expect(most).to.equal(3)
  })

  it('reads what is cached once, and again after an error', async () => {
    let [made, broken] = [0, true]
    const items = dataset(function* () {
      made++
      yield 1
      if (broken) throw new RangeError('torn')
      yield 2
    }).cache()
    expect(String(await items.toArray().catch(error => error))).to.equal('RangeError: torn')
    broken = false
    expect(await Promise.all([items.toArray(), items.toArray()])).to.deep.equal([
      [1, 2],
      [1, 2],
    ])
    await items.toArray()
    expect(made).to.equal(2)
    expect(
      await dataset(() => [] as number[])
        .cache()
        .batch(2)
        .toArray(),
    ).to.deep.equal([])
  })

  it('overlaps reading and using what is prefetched', async () => {
    const wait = () => new Promise(resolve => setTimeout(resolve, 20))
    const items = dataset(async function* () {
      for (let i = 0; i < 6; i++) {
        await wait()
        yield i
      }
    })
    const timed = async (of: Dataset<number>) => {
      const start = performance.now()
      for await (const _ of of) await wait()
      return performance.now() - start
    }
    expect(await timed(items.prefetch(2))).to.be.below(0.85 * (await timed(items)))
  })

  it('splits what has no end', async () => {
    const [one, other] = dataset([1, 2, 3, 4]).repeat().split(0.5)
    expect(await one.take(4).toArray()).to.deep.equal([2, 4, 2, 4])
    expect(await other.take(4).toArray()).to.deep.equal([1, 3, 1, 3])
  })

  it('of repetitions of nothing ends', async () => {
    expect(
      await dataset(() => [])
        .repeat()
        .toArray(),
    ).to.deep.equal([])
  })
})

describe('padBatch', () => {
  it('pads to the longest, with a mask', async () => {
    const items = dataset({ x: [[1], [2, 3], [4, 5, 6]], y: [0, 1, 0] })
    expect(plain(await items.padBatch(2).toArray())).to.deep.equal([
      {
        x: { data: [1, 0, 2, 3], shape: [2, 2] },
        y: { data: [0, 1], shape: [2] },
        mask: { data: [1, 0, 1, 1], shape: [2, 2] },
      },
      {
        x: { data: [4, 5, 6], shape: [1, 3] },
        y: { data: [0], shape: [1] },
        mask: { data: [1, 1, 1], shape: [1, 3] },
      },
    ])
  })

  it('pads steps of any shape, sequences alone and empty ones', async () => {
    const steps = [
      { data: new Float32Array([1, 2]), shape: [1, 2] },
      { data: new Float32Array(0), shape: [0, 2] },
    ]
    expect(
      plain(
        await dataset(() => steps)
          .padBatch(2, { values: -1 })
          .toArray(),
      ),
    ).to.deep.equal([{ x: { data: [1, 2, -1, -1], shape: [2, 1, 2] }, mask: { data: [1, 0], shape: [2, 1] } }])
  })

  it('pads to a length: the sequences that the mask is of, and those beside them', async () => {
    const items = dataset(() => [
      { x: [1, 2], y: [0, 1], kind: [0, 0, 1] },
      { x: [3], y: [1], kind: [1, 0, 0] },
    ])
    const [batch] = await items.padBatch(2, { lengthTo: 4, values: { y: 9 } }).toArray()
    expect(plain(batch)).to.deep.equal({
      x: { data: [1, 2, 0, 0, 3, 0, 0, 0], shape: [2, 4] },
      y: { data: [0, 1, 9, 9, 1, 9, 9, 9], shape: [2, 4] },
      kind: { data: [0, 0, 1, 1, 0, 0], shape: [2, 3] },
      mask: { data: [1, 1, 0, 0, 1, 0, 0, 0], shape: [2, 4] },
    })
    const [other] = await items.padBatch(2, { lengthTo: { x: 3 }, mask: 'y' }).toArray()
    expect(other?.x.shape).to.deep.equal([2, 3])
    expect(other?.mask?.shape).to.deep.equal([2, 2])
    const [bare] = await items.padBatch(2, { mask: false }).toArray()
    expect(Object.keys(bare ?? {})).to.deep.equal(['x', 'y', 'kind'])
  })

  it('refuses what it cannot pad', async () => {
    const items = dataset({ x: [[1], [2, 3]], y: [0, 1] })
    const errors = await Promise.all([
      thrown(() => items.padBatch(2, { lengthTo: 1 }).toArray()),
      thrown(() => items.padBatch(2, { mask: 'y' }).toArray()),
      thrown(() => dataset([1, 2]).padBatch(2).toArray()),
      thrown(() =>
        dataset(() => [[[1, 2]], [[1]]])
          .padBatch(2)
          .toArray(),
      ),
      thrown(() =>
        dataset(() => [[1], [Number.NaN]])
          .padBatch(2)
          .toArray(),
      ),
      thrown(() =>
        dataset(() => [{ x: [1] }, { z: [1] }] as { x: number[] }[])
          .padBatch(2)
          .toArray(),
      ),
    ])
    expect(errors.map(error => error.split(': expected')[0])).to.deep.equal([
      'DataError: padBatch, row 1, column x',
      'InvalidOption: padBatch, mask',
      'DataError: padBatch, row 0',
      'DataError: padBatch, row 1, column x',
      'DataError: padBatch, row 1, column x[0]',
      'DataError: padBatch, row 1',
    ])
  })
})

describe('Bad data', () => {
  const all = (items: Dataset<unknown>) => thrown(() => items.batch(8).toArray())
  const rows: readonly (readonly [error: string, call: () => Promise<string>])[] = [
    ['InvalidOption: dataset, source: expected at least one row, got none', () => thrown(() => dataset([]))],
    ['InvalidOption: dataset, x: expected at least one row, got none', () => thrown(() => dataset({ x: [] }))],
    ['InvalidOption: dataset, source: expected at least one column, got {}', () => thrown(() => dataset({}))],
    [
      'InvalidOption: dataset, y: expected 2 rows, as x has, got 3',
      () => thrown(() => dataset({ x: [1, 2], y: [1, 2, 3] })),
    ],
    [
      'InvalidOption: dataset, x: expected 4 numbers for the shape [2, 2], got 3',
      () => thrown(() => dataset({ x: { data: [1, 2, 3], shape: [2, 2] } })),
    ],
    [
      'DataError: dataset, row 1, column x[1]: expected a number, got NaN',
      () =>
        all(
          dataset({
            x: [
              [1, 2],
              [3, Number.NaN],
            ],
          }),
        ),
    ],
    [
      'DataError: dataset, row 2, column y: expected a number, got NaN',
      () => all(dataset({ x: [1, 2, 3], y: new Float32Array([1, 2, Number.NaN]) }).shuffle(key(1))),
    ],
    [
      'DataError: batch, row 1, column x[0]: expected a number, got NaN',
      () => all(dataset(() => [{ x: [1] }, { x: [Number.NaN] }])),
    ],
    [
      'DataError: dataset, row 1, column x: expected numbers of shape [2], as in row 0, got an array of length 1',
      () => all(dataset({ x: [[1, 2], [3]] })),
    ],
    [
      'DataError: batch, row 1, column x[1]: expected numbers of shape [2], as in row 0, got null',
      () => all(dataset(() => [{ x: [1, 2] }, { x: [3, null] }])),
    ],
    [
      'DataError: batch, row 1: expected the fields of row 0: x, y, got x',
      () => all(dataset(() => [{ x: 1, y: 2 }, { x: 1 }])),
    ],
    [
      'DataError: batch, row 0, column x: expected numbers, a text, or a record of them, got null',
      () => all(dataset(() => [{ x: null }])),
    ],
    [
      'DataError: batch, row 1, column x: expected a text, as in row 0, got 2',
      () => all(dataset(() => [{ x: 'a' }, { x: 2 }])),
    ],
    ['DataError: unbatch, row 0: expected a batch', () => thrown(() => dataset([1]).unbatch().toArray())],
    [
      'DataError: dataset: expected a function that returns an iterable or async iterable of examples, got 3',
      () => thrown(() => dataset((() => 3) as never).toArray()),
    ],
    [
      'InvalidOption: split, part: expected two parts with at least one example each',
      () => thrown(() => dataset([1]).split(0.5)),
    ],
    ['InvalidOption: split, part: expected a share', () => thrown(() => dataset(() => [1, 2]).split(1, key(1)))],
  ]
  for (const [error, call] of rows)
    it(error, async () => {
      expect(await call()).to.satisfy((text: string) => text.startsWith(error))
    })

  it('NaN is allowed where it is meant', async () => {
    const [batch] = await dataset({ x: [1, Number.NaN] })
      .batch(2, { allowNaN: true })
      .toArray()
    expect(batch?.x.data[1]).to.be.NaN
  })

  it('says row and column as fields', async () => {
    const error = await dataset({ x: [[1, Number.NaN]] })
      .batch(1)
      .toArray()
      .catch(error => error)
    expect(error).to.be.instanceOf(DataError)
    expect([error.row, error.column, error.file]).to.deep.equal([0, 'x[1]', undefined])
  })
})

describe('Arguments of datasets', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do is the point.
  const items = dataset([1, 2, 3]) as any
  const calls: Readonly<Record<string, () => unknown>> = {
    'batch, size': () => items.batch(0),
    'batch, dropLast': () => items.batch(2, { dropLast: 1 }),
    'batch, drop': () => items.batch(2, { drop: true }),
    'map, f': () => items.map(3),
    'map, parallel': () => items.map((n: number) => n, { parallel: -1 }),
    'filter, test': () => items.filter(),
    'shuffle, key': () => items.shuffle(42),
    'shuffle, buffer': () => items.shuffle(key(1), { buffer: 0 }),
    'repeat, n': () => items.repeat(0),
    'take, n': () => items.take(-1),
    'skip, n': () => items.skip(1.5),
    'zip, other': () => items.zip([1]),
    'interleave, others': () => items.interleave([1]),
    'interleave, block': () => items.interleave(items, { block: 0 }),
    'prefetch, n': () => items.prefetch(0),
    'split, part': () => items.split(-1),
    'split, key': () => items.split(0.5, 3),
    'window, size': () => items.window(0),
    'window, stride': () => items.window(2, { stride: 0 }),
    'padBatch, size': () => items.padBatch('2'),
    'padBatch, values': () => items.padBatch(2, { values: 'x' }),
    'padBatch, lengthTo': () => items.padBatch(2, { lengthTo: 0 }),
    'padBatch, mask': () => items.padBatch(2, { mask: 3 }),
    'iterate, epoch': () => items.iterate({ epoch: -1 }),
    'iterate, from': () => items.iterate({ from: 0.5 }),
  }
  const endless = items.repeat()
  Object.assign(calls, {
    'shuffle, buffer ': () => endless.shuffle(key(1)),
    'cache, dataset': () => endless.cache(),
    'toArray, dataset': () => endless.toArray(),
  })
  for (const [subject, call] of Object.entries(calls))
    it(`that are wrong are refused at once: ${subject}`, async () => {
      expect((await thrown(call)).split(': expected')[0]).to.equal(`InvalidOption: ${subject.trim()}`)
    })
})
