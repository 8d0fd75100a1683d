import { expect } from 'chai'
import { plotLearningRateSweep, plotSchedule } from '../../src/display.ts'
import {
  cosineDecay,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Linear,
  learningRateSweep,
  stepDecay,
} from '../../src/index.ts'
import { needsBrowser } from '../pictures/drawn.ts'
import { expectWhole, textsIn } from './whole.ts'

describe('plotSchedule', () => {
  it('draws what a schedule gives for each update', () => {
    const schedule = cosineDecay({ initialValue: 0.1, decayIter: 50 })
    const rows = plotSchedule(schedule, { updates: 60 }).spec.data.values
    expect(rows.map(({ update }) => update)).to.deep.equal(Array.from({ length: 60 }, (_, i) => i))
    expect(rows.map(({ rate }) => rate)).to.deep.equal(rows.map(({ update }) => schedule(update)))
  })

  it('draws several by name, numbers among them', async () => {
    const picture = plotSchedule({ constant: 0.01, steps: stepDecay({ initialValue: 0.1, reductionFreq: 10 }) })
    expect([...new Set(picture.spec.data.values.map(({ label }) => label))]).to.deep.equal(['constant', 'steps'])
    expect(textsIn(await picture.svg())).to.include.members(['constant', 'steps', 'update', 'learning rate'])
  })

  it('asks for no more updates than can be seen', () => {
    let asked = 0
    const rows = plotSchedule(update => 1 / (1 + update + 0 * asked++), { updates: 1e9 }).spec.data.values
    expect(asked).to.be.at.most(20_001)
    expect(rows.length).to.be.at.most(700)
  })

  it('has gaps at rates of 0 on a logarithmic scale, and counts them', async () => {
    const picture = plotSchedule(update => (update === 1 ? 0 : 0.1), { updates: 3, log: true })
    expect(picture.spec.data.values.map(({ rate }) => rate)).to.deep.equal([0.1, null, 0.1])
    expect(await picture.svg()).to.include('1 value is not above 0')
  })

  it('tells what it does not take, and the remedy', () => {
    expect(() => plotSchedule('x' as never)).to.throw(
      InvalidOption,
      /^plotSchedule, schedules: expected a schedule, .* got 'x'\. For example: /,
    )
    expect(() => plotSchedule({ a: 'x' } as never)).to.throw(InvalidOption, /^plotSchedule, schedules: /)
    expect(() => plotSchedule(() => Number.NaN)).to.throw(
      InvalidOption,
      /^plotSchedule, step: expected a finite number for update 0, got NaN/,
    )
    expect(() => plotSchedule(0.1, { updates: 0 })).to.throw(InvalidOption, /^plotSchedule, updates: /)
  })
})

describe('plotLearningRateSweep', () => {
  const network = join(Input(1), Linear(1))
  const sweep = () =>
    learningRateSweep(network, init(network, key(1)), { x: [[1], [2], [3]], y: [[2], [4], [6]] }, { updates: 20 })

  it('draws what learningRateSweep gives, and says what it suggests', async () => {
    const found = await sweep()
    const picture = plotLearningRateSweep(found)
    expect(picture.spec.data.values).to.deep.equal(found.points)
    const texts = (await picture.svg()).replace(/<[^>]*>/g, ' ')
    expect(texts).to.match(found.suggestion === undefined ? /no suggestion/ : /Suggestion: \d/)
    expect(plotLearningRateSweep(JSON.parse(JSON.stringify(found))).spec).to.deep.equal(picture.spec)
  })

  it('says that it diverged, and that there is no suggestion', async () => {
    const points = [1e-3, 1e-2, 1e-1].map((rate, i) => ({
      rate,
      loss: i === 2 ? Number.POSITIVE_INFINITY : 1 + i,
      smoothed: 1 + i,
    }))
    const texts = textsIn(await plotLearningRateSweep({ points, suggestion: undefined, diverged: true }).svg()).join(
      ' ',
    )
    expect(texts).to.include('The loss never falls: no suggestion.')
    expect(texts).to.include('It ended early, as the loss grew without bound.')
    expect(texts).to.include('1 value is not finite: gaps.')
  })

  it('tells what it does not take, and the remedy', () => {
    expect(() => plotLearningRateSweep({ points: [1] } as never)).to.throw(
      InvalidOption,
      /^plotLearningRateSweep, sweep: expected what learningRateSweep gives, got \{ points: \[1\] \}\./,
    )
  })
})

describe('Drawn, learning rates', () => {
  before(needsBrowser)
  const points = Array.from({ length: 40 }, (_, i) => ({
    rate: 1e-7 * 1.6 ** i,
    loss: 3 - i / 20,
    smoothed: 3 - i / 25,
  }))
  const cases: Readonly<
    Record<string, () => ReturnType<typeof plotSchedule> | ReturnType<typeof plotLearningRateSweep>>
  > = {
    'a schedule': () => plotSchedule(cosineDecay({ initialValue: 0.1, decayIter: 1000 })),
    'a schedule over powers of ten': () => plotSchedule(update => 10 ** (-update / 100), { log: true }),
    'many schedules': () =>
      plotSchedule(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`rate ${i}`, i / 100]))),
    'no schedule': () => plotSchedule({}),
    'one update': () => plotSchedule(0.1, { updates: 1 }),
    'a sweep': () => plotLearningRateSweep({ points, suggestion: 1e-3, diverged: true }),
    'a sweep with a logarithmic loss': () =>
      plotLearningRateSweep({ points, suggestion: 1e-3, diverged: false }, { log: true }),
    'an empty sweep': () => plotLearningRateSweep({ points: [], suggestion: undefined, diverged: false }),
  }
  for (const [name, make] of Object.entries(cases)) it(`of ${name} has no faults`, () => expectWhole(make))
})
