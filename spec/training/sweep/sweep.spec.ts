import { expect } from 'chai'
import { between, key, type Sweep, sweep, type TrialContext } from '../../../src/index.ts'

const space = { x: between(-2, 2), power: [2, 4] } as const
const url = new URL('./trained.mjs', import.meta.url)
interface Made {
  readonly score: number
  readonly steps: number
}
type Settings = { readonly x: number; readonly power: number }
const { default: train } = (await import(url.href)) as {
  default: (config: Settings, context: TrialContext) => Made
}
const failed = async (call: () => unknown): Promise<string> => {
  try {
    await call()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  return 'none'
}
const plain = ({ best, trials }: Sweep<never, never>) => JSON.stringify([best, trials])

describe('sweep', () => {
  it('draws settings by the key, each by its own name, and finds the best', async () => {
    const found = await sweep(space, train, { trials: 12, key: key(3) })
    const power: 2 | 4 = found.trials[0]?.config.power ?? 2
    expect(power).to.be.oneOf([2, 4])
    expect(found.trials).to.have.length(12)
    expect(found.best?.score).to.equal(Math.min(...found.trials.map(({ score }) => score)))
    const more = await sweep({ ...space, other: [1, 2, 3] }, train, { trials: 12, key: key(3) })
    expect(more.trials.map(({ config: { x } }) => x)).to.deep.equal(found.trials.map(({ config: { x } }) => x))
    const other = await sweep(space, train, { trials: 12, key: key(4) })
    expect(other.trials.map(({ config: { x } }) => x)).not.to.deep.equal(found.trials.map(({ config: { x } }) => x))
    const most = await sweep(space, train, { trials: 12, key: key(3), mode: 'max' })
    expect(most.best?.score).to.equal(Math.max(...found.trials.map(({ score }) => score)))
    expect(String(found)).to.match(/^trial +x +power +budget +score\n/)
  })

  for (const strategy of ['random', 'halving'] as const)
    it(`is the same however many go on at a time, on threads too (${strategy})`, async () => {
      const options = { trials: 9, key: key(1), strategy, budget: 9 }
      const one = plain((await sweep(space, train, options)) as never)
      expect(plain((await sweep(space, train, { ...options, workers: 4 })) as never)).to.equal(one)
      for (const workers of [1, 3])
        expect(plain((await sweep(space, url, { ...options, workers })) as never)).to.equal(one)
    })

  it('gives the best part of the trials more and more to spend', async () => {
    const made: [trial: number, budget: number][] = []
    const found = await sweep(space, train, {
      trials: 9,
      strategy: 'halving',
      budget: 9,
      onTrial: async ({ trial, budget }) => made.push([trial, budget]),
    })
    expect(made.map(([, budget]) => budget)).to.deep.equal([...Array<number>(9).fill(1), 3, 3, 3, 9])
    expect(found.best?.result?.steps).to.equal(13)
    const ranked = [...found.trials].sort(
      (a, b) => Math.abs(a.config.x) ** a.config.power - Math.abs(b.config.x) ** b.config.power,
    )
    expect(found.best?.trial).to.equal(ranked[0]?.trial)
  })

  it('notes what fails, and goes on', async () => {
    for (const call of [train, url]) {
      const found = await sweep({ x: between(-2, 2), power: [2, 8] }, call as typeof train, { trials: 10, key: key(2) })
      const wrong = found.trials.filter(({ error }) => error !== undefined)
      expect(wrong.map(({ config: { power } }) => power)).to.deep.equal(wrong.map(() => 8))
      expect(wrong.length).to.be.within(1, 9)
      expect(String(wrong[0]?.error)).to.equal('RangeError: too steep')
      expect(found.best?.config.power).to.equal(2)
    }
    const none = await sweep({ power: [8] }, train as never, { trials: 2 })
    expect(none.best).to.equal(undefined)
    const empty = await sweep({ x: 1 }, (() => 'good') as never, { trials: 1 })
    expect(String(empty.trials[0]?.error)).to.include('sweep, train: expected a number, or an object with a score')
    const missing = await sweep({ x: 1 }, new URL('./nothing.ts', import.meta.url), { trials: 1 })
    expect(missing.trials[0]?.error).to.be.instanceOf(Error)
  })

  it('ends when a signal says so', async () => {
    const controller = new AbortController()
    const found = await sweep(space, train, {
      trials: 10,
      signal: controller.signal,
      onTrial: ({ trial }) => trial === 3 && controller.abort(),
    })
    expect(found.aborted).to.equal(true)
    expect(found.trials.filter(({ budget }) => budget > 0)).to.have.length(4)
  })

  it('tells the trials under way of the signal, on threads too, and gives what was reached', async () => {
    const waits = new URL('./waits.mjs', import.meta.url)
    const { default: waiting } = (await import(waits.href)) as {
      default: (config: object, context: TrialContext) => Made
    }
    for (const call of [waiting, waits]) {
      const controller = new AbortController()
      const found = await sweep({ first: [1] }, call as typeof waiting, {
        ...{ trials: 4, workers: 2, budget: 2, factor: 2, strategy: 'halving', signal: controller.signal },
        // The two trials of the second rung wait until they are told to end. Threads of a busy machine take a while to begin.
        onTrial: ({ trial }) => trial === 3 && setTimeout(() => controller.abort(), 1000),
      })
      expect(found.aborted).to.equal(true)
      // What failed then has what it had before; what gave something has that.
      expect(found.trials.map(({ budget, score, error }) => [budget, score, error])).to.deep.equal([
        [2, -1, undefined],
        ...[1, 2, 3].map(trial => [1, trial, undefined]),
      ])
      expect(found.best?.trial).to.equal(0)
    }
  })

  it('has a signal for every trial, whether it was given one or not', async () => {
    const found = await sweep({ x: 1 }, (_, { signal }) => Number(signal.aborted), { trials: 2 })
    expect(found.trials.map(({ score }) => score)).to.deep.equal([0, 0])
    expect(found.aborted).to.equal(false)
    const refused = await failed(() => sweep({ x: 1 }, () => 1, { signal: { aborted: false } as never }))
    expect(refused).to.include('sweep, signal: expected an AbortSignal')
  })

  it('refuses what is no space, and bounds that are none', async () => {
    expect(await failed(() => sweep({}, train as never))).to.include('InvalidOption: sweep, space')
    expect(await failed(() => sweep({ x: [] }, train as never))).to.include('something to choose from for x')
    expect(await failed(() => sweep({ x: { low: 1 } } as never, train))).to.include('sweep, space')
    expect(await failed(() => sweep(space, 'train' as never))).to.include('sweep, train')
    expect(await failed(() => sweep(space, train, { trials: 0 }))).to.include('sweep, trials')
    expect(await failed(() => between(2, 1))).to.include('InvalidOption: between, low, high')
    expect(await failed(() => between(0, 1, { log: true }))).to.include('both > 0')
    expect(await failed(() => between(0.5, 2, { integer: true }))).to.include('whole numbers')
    const { trials } = await sweep(
      { n: between(1, 3, { integer: true }), r: between(1e-4, 1, { log: true }) },
      () => 0,
      { trials: 200 },
    )
    expect([...new Set(trials.map(({ config: { n } }) => n))].sort()).to.deep.equal([1, 2, 3])
    const small = trials.filter(({ config: { r } }) => r < 1e-2).length
    expect(small).to.be.within(70, 130)
  })
})
