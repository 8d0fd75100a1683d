import { expect } from 'chai'
import fc from 'fast-check'
import { drawnOf, smoothed } from '../../src/charts/series.ts'
import { plotHistory } from '../../src/display.ts'
import { adam, fit, Input, InvalidOption, init, join, key, Sigmoid, Tanh } from '../../src/index.ts'
import { needsBrowser } from '../pictures/drawn.ts'
import { expectWhole, textsIn } from './whole.ts'

const falling = (epochs: number, rate = 0.2): readonly number[] =>
  Array.from({ length: epochs }, (_, i) => 0.1 + Math.exp(-i * rate))
const history = {
  loss: falling(30),
  accuracy: falling(30).map(value => 1 - value / 2),
  validationLoss: falling(30, 0.1),
  validationAccuracy: falling(30, 0.1).map(value => 1 - value / 2),
}

describe('plotHistory', () => {
  it('draws what fit returned, in panels by unit, training and validation', async () => {
    const network = join(Input(2), Tanh(4), Sigmoid(1))
    const xor = { x: [0, 1, 2, 3].map(i => [i >> 1, i & 1]), y: [[0], [1], [1], [0]] }
    const fitted = await fit(network, init(network, key(1)), xor, {
      optimizer: adam({ step: 0.1 }),
      epochs: 4,
      metrics: ['binaryAccuracy'],
      validation: xor,
    })
    const { spec } = plotHistory(fitted)
    const rows = spec.data.values
    expect(rows).to.have.length(16)
    expect(
      rows.filter(({ metric, phase }) => metric === 'loss' && phase === 'training').map(row => row.value),
    ).to.deep.equal(fitted.history.loss)
    expect(
      rows.filter(({ metric, phase }) => metric === 'binaryAccuracy' && phase === 'validation').map(row => row.value),
    ).to.deep.equal(fitted.history.validationBinaryAccuracy)
    expect(rows.slice(0, 4).map(({ at }) => at)).to.deep.equal([1, 2, 3, 4])
    expect((spec.concat as unknown[]).length).to.equal(2)
    expect(plotHistory(fitted.history).spec).to.deep.equal(spec)
    expect(plotHistory(JSON.parse(JSON.stringify(fitted.history))).spec).to.deep.equal(spec)
    const texts = textsIn(await plotHistory(fitted).svg())
    expect(texts).to.include.members(['loss', 'binaryAccuracy (0 to 1)', 'epoch', 'training', 'validation'])
  })

  it('leaves out what is not asked for', () => {
    const shown = (options: object) =>
      new Set(plotHistory(history, options).spec.data.values.map(({ metric, phase }) => `${phase} ${metric}`))
    expect([...shown({ metrics: 'loss' })]).to.deep.equal(['training loss', 'validation loss'])
    expect([...shown({ metrics: ['accuracy'], validation: false })]).to.deep.equal(['training accuracy'])
    expect([...shown({ training: false })]).to.deep.equal(['validation loss', 'validation accuracy'])
    // What no chart of lines has: matrices, and values by class.
    expect(
      plotHistory({ loss: [1, 2], confusionMatrix: [[[1]], [[2]]], f1: [[1, 2]] }).spec.data.values,
    ).to.have.length(2)
  })

  it('has a panel for each metric of several runs, whose colours a legend names', async () => {
    const runs = { small: history, large: { loss: falling(10, 0.4), accuracy: falling(10) } }
    const { spec } = plotHistory(runs)
    expect((spec.concat as unknown[]).length).to.equal(2)
    expect([...new Set(spec.data.values.map(({ series }) => series))]).to.deep.equal(['small', 'large'])
    const texts = textsIn(await plotHistory(runs).svg())
    expect(texts.filter(text => text === 'small')).to.have.length(1)
    expect(texts).to.include.members(['large', 'training', 'validation'])
  })

  it('smooths without a bias at the start, and says so', async () => {
    const picture = plotHistory({ loss: [1, 3, Number.NaN, 5] }, { smoothing: 0.5 })
    const rows = picture.spec.data.values
    expect(rows.map(({ raw }) => raw)).to.deep.equal([1, 3, null, 5])
    // (0.5 · 1 + 1 · 3) / 1.5, and ((0.5 · 1 + 3) · 0.5 + 5) / 1.75.
    const expected = [1, 7 / 3, null, 3.75 + 1 / 9 - 1 / 9]
    expect(rows[0]?.value).to.equal(1)
    expect(rows[1]?.value).to.be.closeTo(expected[1] as number, 1e-12)
    expect(rows[2]?.value).to.equal(null)
    expect(rows[3]?.value).to.be.closeTo((0.25 * 1 + 0.5 * 3 + 5) / 1.75, 1e-12)
    expect((await picture.svg()).replace(/<[^>]*>/g, ' ')).to.include('exponential moving average, smoothing 0.5')
  })

  it('smooths within the bounds of what it smooths, and keeps what is constant', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (values, smoothing) => {
          const [low, high] = [Math.min(...values), Math.max(...values)]
          const room = 1e-9 * (1 + Math.max(Math.abs(low), Math.abs(high)))
          for (const value of smoothed(values, smoothing)) expect(value).to.be.within(low - room, high + room)
          for (const value of smoothed(
            values.map(() => 7),
            smoothing,
          ))
            expect(value).to.be.closeTo(7, 1e-9)
        },
      ),
    )
  })

  it('shows what is not finite as a gap, and counts it', async () => {
    const picture = plotHistory({ loss: [1, Number.NaN, 0.5, Number.POSITIVE_INFINITY, -1] }, { log: true })
    expect(picture.spec.data.values.map(({ value }) => value)).to.deep.equal([1, null, 0.5, null, null])
    const texts = (await picture.svg()).replace(/<[^>]*>/g, ' ')
    expect(texts).to.include('2 values are not finite: gaps.')
    expect(texts).to.include('1 value is not above 0, where the scale is logarithmic: gaps.')
    // JSON has null for what is not finite.
    expect(plotHistory({ loss: [1, null, 2] }).spec.data.values.map(({ value }) => value)).to.deep.equal([1, null, 2])
  })

  it('draws no more points of a long run than are seen, its extremes among them', () => {
    const values = Array.from({ length: 50_000 }, (_, i) => Math.sin(i / 900) + (i === 31_415 ? 5 : 0))
    const rows = plotHistory({ loss: values }, { per: 'update' }).spec.data.values
    expect(rows.length).to.be.within(200, 700)
    expect(rows.find(({ at }) => at === 31_416)?.value).to.equal(values[31_415])
    expect([rows[0]?.at, rows.at(-1)?.at]).to.deep.equal([1, 50_000])
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ noNaN: true })), { minLength: 601, maxLength: 3000 }), list => {
        const kept = drawnOf(list)
        const of = (some: readonly (number | null)[]) => some.filter(value => value !== null)
        expect(Math.max(...of(kept.map(i => list[i] ?? null)))).to.equal(Math.max(...of(list)))
        expect(Math.min(...of(kept.map(i => list[i] ?? null)))).to.equal(Math.min(...of(list)))
      }),
      { numRuns: 30 },
    )
  })

  it('says that there is no data where there is none', async () => {
    for (const none of [{}, { loss: [] }, { a: { loss: [] } }]) {
      expect(textsIn(await plotHistory(none).svg())).to.have.members(['Training history', 'no data'])
      expect(String(plotHistory(none).spec.description)).to.equal('A training history without data.')
    }
  })

  it('tells what it does not take, and the remedy', () => {
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [
        () => plotHistory(7 as never),
        /^plotHistory, runs: expected what fit returned, .*, got 7\. For example: plotHistory\(/,
      ],
      [() => plotHistory({ a: { loss: 3 } } as never), /^plotHistory, runs: .* got \{ a: \{ loss: 3 \} \}\./],
      [
        () => plotHistory(history, { metrics: 'acuracy' }),
        /^plotHistory, metrics: expected names of the history: loss, accuracy, got 'acuracy'\. Did you mean accuracy\?$/,
      ],
      [
        () => plotHistory(history, { smoothing: 1 }),
        /^plotHistory, smoothing: expected a number >= 0 and < 1, got 1\./,
      ],
      [() => plotHistory(history, { smooth: 0.5 } as object), /^plotHistory, smooth: .* Did you mean smoothing\?$/],
      [() => plotHistory(history, { width: 3 }), /^plotHistory, width: expected a number from 60 to 4000, got 3\./],
    ]
    for (const [call, text] of cases) expect(call).to.throw(InvalidOption, text)
  })

  it('gives notebooks its specification', async () => {
    const picture = plotHistory(history)
    const shown = (await (picture as unknown as Record<symbol, () => Promise<object>>)[
      Symbol.for('Jupyter.display')
    ]?.()) as Record<string, unknown>
    expect(Object.keys(shown)).to.deep.equal(['application/vnd.vegalite.v5+json', 'image/svg+xml', 'text/plain'])
    expect(shown['application/vnd.vegalite.v5+json']).to.equal(picture.spec)
    expect(shown['image/svg+xml']).to.equal(await picture.svg())
    expect(shown['text/plain']).to.equal('Training history\nLine chart of loss and accuracy over 30 epochs.')
  })

  it('names clips of its own, which no other chart on a page has', async () => {
    const [one, other] = await Promise.all([plotHistory(history).svg(), plotHistory({ loss: [1, 2] }).svg()])
    const ids = (svg: string) => [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids(one).filter(id => ids(other).includes(id))).to.deep.equal([])
  })
})

describe('Drawn, plotHistory', () => {
  before(needsBrowser)

  const named = Object.fromEntries(
    Array.from({ length: 11 }, (_, i) => [
      `a run whose name is far too long for any legend, number ${i}`,
      { loss: falling(9, i / 10) },
    ]),
  )
  const cases: Readonly<Record<string, () => ReturnType<typeof plotHistory>>> = {
    'of one run': () => plotHistory(history),
    'of several runs': () => plotHistory({ a: history, b: { loss: falling(80) } }, { log: true, smoothing: 0.9 }),
    'of many runs with long names': () => plotHistory(named),
    'of metrics in one panel': () => plotHistory({ ...history, f1: falling(30), r2: falling(30) }),
    'of one epoch': () => plotHistory({ loss: [3], validationLoss: [3] }, { log: true }),
    'of gaps alone': () => plotHistory({ loss: [Number.NaN, Number.NaN] }, { log: true }),
    'of a constant': () => plotHistory({ loss: [2, 2, 2] }),
    'of nothing': () => plotHistory({ loss: [] }),
    'of small numbers': () => plotHistory({ loss: falling(300).map(value => value * 1e-12) }, { log: true }),
    'of odd names': () =>
      plotHistory({ '<b>&"x"': { 'a.loss': [1, 2], constructor: [3, 4] }, '': { 'a.loss': [3, 1] } }),
    'in a narrow frame': () =>
      plotHistory(history, { width: 60, height: 60, title: 'A title that is longer than the frame is wide' }),
  }
  for (const [name, make] of Object.entries(cases)) it(`${name} has no faults`, () => expectWhole(make))

  it('has the whole of names that are cut', async () => {
    const svg = await plotHistory(named).svg()
    expect(svg).to.match(
      /<title>a run whose name is far too long for any legend, number 7<\/title>a run whose name is[^<]*…/,
    )
  })
})
