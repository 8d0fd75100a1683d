import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import fc from 'fast-check'
import * as j from '../../src/index.ts'
import { thinned } from '../../src/recording/frames.ts'
import { settled } from '../settled.ts'
import { folders } from '../storage/folders.ts'
import { data, faultOf, same } from './made.ts'

// Where frames are kept, how many, and what data a run can be made again with.

const network = j.join(j.Input(3), j.Tanh(4), j.Linear(2))
const start = () => j.init(network, j.key(1))
const rule = { optimizer: j.adam({ step: 0.05 }), batchSize: 5, epochs: 6, key: j.key(7) }

describe('Frames', () => {
  it('are thinned evenly: few enough, the first and the last among them, none far from the next', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 300 }),
        (every, most, last) => {
          const all = Array.from({ length: Math.floor(last / every) + 1 }, (_, i) => i * every)
          const updates = all.at(-1) === last ? all : [...all, last]
          const { kept, distance } = thinned(updates, every, most)
          expect(kept.length).to.be.at.most(most)
          expect([kept[0], kept.at(-1)]).to.deep.equal([0, last])
          for (const [i, update] of kept.entries()) expect((kept[i + 1] ?? last) - update).to.be.at.most(distance)
          // No thinner than it must be.
          if (distance > every) expect(thinned(updates, distance / 2, Infinity).kept.length).to.be.greaterThan(most)
        },
      ),
    )
  })

  it('are as many as were asked for', async () => {
    const frames = async (options: object) => (await j.recorded(network, start(), data, { ...rule, ...options })).frames
    expect(await frames({})).to.deep.equal([0, 24])
    expect(await frames({ every: 4 })).to.deep.equal([0, 4, 8, 12, 16, 20, 24])
    expect(await frames({ every: 4, keep: 6 })).to.deep.equal([0, 8, 16, 24])
    expect(await frames({ every: 1, keep: Number.POSITIVE_INFINITY })).to.have.length(25)
    expect(await frames({ every: 1, keep: 2 })).to.deep.equal([0, 24])
    expect(await frames({ every: 5 })).to.deep.equal([0, 5, 10, 15, 20, 24])
  })

  it('lie in a folder as checkpoints, which fit resumes', async () => {
    const newFolder = folders()
    const folder = newFolder()
    try {
      const run = await j.recorded(network, start(), data, { ...rule, every: 5, folder })
      expect(readdirSync(folder).sort()).to.deep.equal(
        [0, 5, 10, 15, 20, 24].map(update => `checkpoint-${String(update).padStart(6, '0')}`),
      )
      const plain = await j.recorded(network, start(), data, { ...rule, every: 5 })
      for (const update of [1, 13, 24]) same((await run.at(update)).after, (await plain.at(update)).after)
      same((await run.fork(7)).trainState, plain.trainState)
      const longer = { ...rule, epochs: 8 }
      const resumed = await j.fit(network, start(), data, { ...longer, resume: await j.resume(folder, { network }) })
      same(resumed.trainState, (await j.fit(network, start(), data, longer)).trainState)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  describe('in a folder', () => {
    const newFolder = folders()

    it('are gone on with, and have the updates of before', async () => {
      const folder = newFolder()
      await j.recorded(network, start(), data, { ...rule, epochs: 3, every: 4, folder })
      const resume = await j.resume(folder, { network })
      const run = await j.recorded(network, start(), data, { ...rule, every: 4, folder: pathToFileURL(folder), resume })
      const plain = await j.recorded(network, start(), data, { ...rule, every: 4 })
      expect([run.firstUpdate, run.lastUpdate, run.losses.length]).to.deep.equal([1, 24, 12])
      for (const update of [2, 12, 13, 23]) same((await run.at(update)).after, (await plain.at(update)).after)
      expect(run.history).to.deep.equal(plain.history)
      expect(await run.firstNotFinite()).to.equal(undefined)
    })

    it('are of one run alone', async () => {
      const folder = newFolder()
      const options = { ...rule, every: 10, folder }
      const run = await j.recorded(network, start(), data, options)
      expect(await faultOf(() => j.recorded(network, start(), data, options))).to.equal(
        'InvalidOption: recorded, folder: expected a folder without checkpoints of another run, got checkpoint-000024 in ' +
          `${folder}. Go on from it with recorded(…, { resume: await resume(folder) }), or choose another folder.`,
      )
      // A fork goes into memory, or into a folder of its own.
      expect((await run.fork(10)).frames).to.deep.equal([10, 20, 24])
      expect(await faultOf(() => run.fork(10, { folder }))).to.contain('recorded, folder: expected a folder without')
      const other = join(folder, 'other')
      await run.fork(10, { folder: other })
      expect(readdirSync(other)).to.have.length(3)
      expect(
        await faultOf(() => j.recorded(network, start(), data, { ...options, checkpoint: { folder } })),
      ).to.contain('recorded, folder: expected another folder than that of checkpoint, got ')
    })

    it('are there beside checkpoints of fit', async () => {
      const [folder, other] = [newFolder(), newFolder()]
      const checkpoint = { folder: other, every: { updates: 7 }, keep: 9 }
      const run = await j.recorded(network, start(), data, { ...rule, every: 10, folder, checkpoint })
      expect(run.frames).to.deep.equal([0, 10, 20, 24])
      expect(readdirSync(other).sort()).to.deep.equal(
        [7, 14, 21, 24].map(update => `checkpoint-0000${String(update).padStart(2, '0')}`),
      )
    })

    it('that is damaged says so', async () => {
      const folder = newFolder()
      const run = await j.recorded(network, start(), data, { ...rule, every: 10, folder })
      rmSync(join(folder, 'checkpoint-000010', 'state.safetensors'))
      expect(await faultOf(() => run.at(13))).to.contain('DocumentError: ')
      expect((await run.at(23)).update).to.equal(23)
    })
  })

  it('leave no tensors behind', async () => {
    const variables = start()
    const work = async () => {
      const run = await j.recorded(network, variables, data, { ...rule, every: 4, keep: 3 })
      await run.at(7)
      await run.firstNotFinite({ exhaustive: true })
      await run.fork(9, { optimizer: j.momentum(), data: { x: data.x, y: data.y } })
      await faultOf(() => run.at(99))
    }
    await work()
    const before = await settled()
    for (let i = 0; i < 3; i++) await work()
    expect(await settled()).to.be.at.most(before)
  })
})

describe('Data of a recorded run', () => {
  const columns = { x: data.x, y: data.y }
  const good = {
    'a dataset that is shuffled': j.dataset(columns).shuffle(j.key(3)).batch(4),
    'a dataset of a size that nobody knows, read ahead': j
      .dataset(columns)
      .filter(({ x }) => ((x as unknown as { readonly data: ArrayLike<number> }).data[0] as number) > -1)
      .shuffle(j.key(1), { buffer: 7 })
      .prefetch(2),
    'examples that a generator makes': j.dataset(function* () {
      for (let i = 0; i < 11; i++) yield { x: [i / 10, 1, 0], y: [0, i / 5] }
    }),
  }
  for (const [title, own] of Object.entries(good))
    it(`are read again: ${title}`, async () => {
      const run = await j.recorded(network, start(), own as never, { ...rule, epochs: 3, every: 4 })
      const reached = async (update: number) =>
        (
          await j.fit(network, start(), own as never, {
            ...{ ...rule, epochs: 3 },
            callbacks: { update: at => (at.update === update ? j.stop : undefined) },
          })
        ).trainState
      for (const update of [1, 6, run.lastUpdate]) same((await run.at(update)).trainState, await reached(update))
      same((await run.fork(5)).trainState, run.trainState)
    })

  const remedy = 'Give data that can be read again: a function that makes its iterator anew, and no draws but by keys.'
  it('that can be read once only are said to be so', async () => {
    const once = (function* () {
      for (let i = 0; i < 12; i++) yield { x: [i, 1, 0], y: [0, i] }
    })()
    const run = await j.recorded(network, start(), j.dataset(() => once) as never, { ...rule, epochs: 1, every: 10 })
    expect(await faultOf(() => run.at(2))).to.equal(
      `DataError: recorded, data: expected the batches that were trained on: a batch at update 2, got none. ${remedy}`,
    )
    expect(await faultOf(() => run.fork(2))).to.contain('recorded, data: expected the batches that were trained on')
  })

  it('that are others in each reading are said to be so', async () => {
    let readings = 0
    const changing = j.dataset(function* () {
      readings++
      for (let i = 0; i < 12; i++) yield { x: [i, readings, 0], y: [0, i] }
    })
    const run = await j.recorded(network, start(), changing as never, { ...rule, epochs: 1, every: 10 })
    expect(await faultOf(() => run.at(2))).to.match(
      /^DataError: recorded, data: expected the batches that were trained on: a loss of [\d.]+ at update 1, got [\d.]+\. Give/,
    )
    expect(await faultOf(() => run.firstNotFinite({ exhaustive: true }))).to.contain('at update 1')
  })
})

describe('Arguments of recorded runs', () => {
  it('are checked', async () => {
    const run = await j.recorded(network, start(), data, { ...rule, every: 10 })
    const range = (name: string, least: number, got: string) =>
      `InvalidOption: recorded, ${name}, update: expected the number of an update, an integer from ${least} to 24, got ${got}.`
    for (const [value, got] of [
      [0, '0'],
      [25, '25'],
      [1.5, '1.5'],
      ['3', "'3'"],
      [undefined, 'undefined'],
    ] as const)
      expect(await faultOf(() => run.at(value as never))).to.contain(range('at', 1, got))
    expect(await faultOf(() => run.fork(-1))).to.contain(range('fork', 0, '-1'))
    expect(await faultOf(() => run.fork(25))).to.contain(range('fork', 0, '25'))
    expect(await faultOf(() => run.fork(3, { epoch: 3 } as never))).to.contain(
      'InvalidOption: fit, epoch: expected an option of',
    )
    expect(await faultOf(() => run.fork(3, 4 as never))).to.contain('InvalidOption: recorded, fork, options: ')
    expect(await faultOf(() => run.firstNotFinite({ exhaustive: 1 } as never))).to.contain(
      'InvalidOption: recorded, firstNotFinite, exhaustive: expected true or false, got 1.',
    )
    const fault = (options: object) => faultOf(() => j.recorded(network, start(), data, options))
    expect(await fault({ every: 0 })).to.contain('InvalidOption: recorded, every: expected a positive integer, got 0.')
    expect(await fault({ keep: 1 })).to.contain(
      'InvalidOption: recorded, keep: expected an integer >= 2, or Infinity for all, got 1.',
    )
    expect(await fault({ folder: 3 })).to.contain('InvalidOption: recorded, folder: expected ')
    expect(await fault({ epochs: 0 })).to.contain('InvalidOption: fit, epochs: ')
    const untyped = j.recorded as unknown as (...given: unknown[]) => Promise<unknown>
    expect(await faultOf(() => untyped('net', start(), data))).to.contain('InvalidOption: recorded, ')
    expect(await faultOf(() => untyped(network, start(), data, 3))).to.contain('InvalidOption: recorded, options: ')
  })
})
