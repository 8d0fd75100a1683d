import { expect } from 'chai'
import fc from 'fast-check'
import { plotCalibration, plotRoc } from '../../src/display.ts'
import { calibrationError, InvalidOption } from '../../src/index.ts'
import { needsBrowser } from '../pictures/drawn.ts'
import { expectWhole, textsIn } from './whole.ts'

/** Examples of some classes: each a class and scores. */
const examples = (classes: number) =>
  fc.array(
    fc.tuple(fc.nat(classes - 1), fc.array(fc.integer({ min: 0, max: 8 }), { minLength: classes, maxLength: classes })),
    {
      minLength: 2,
      maxLength: 40,
    },
  )
const probabilities = (scores: readonly number[]): readonly number[] => {
  const powers = scores.map(score => Math.exp(score / 4))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map(power => power / sum)
}

describe('plotRoc', () => {
  it('draws the curve of class 1 of one output', () => {
    const rows = plotRoc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).spec.data.values
    expect(rows.map(({ falsePositiveRate, truePositiveRate }) => [falsePositiveRate, truePositiveRate])).to.deep.equal([
      [0, 0],
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [1, 1],
    ])
    expect(new Set(rows.map(({ auc }) => auc))).to.deep.equal(new Set([0.75]))
  })

  it('has as area the chance that an example of the class scores higher than another', () => {
    fc.assert(
      fc.property(examples(3), list => {
        const truth = list.map(([of]) => of)
        const predicted = list.map(([, scores]) => scores)
        const rows = plotRoc(truth, predicted).spec.data.values
        for (const of of [0, 1, 2]) {
          const [own, others] = [list.filter(([c]) => c === of), list.filter(([c]) => c !== of)]
          const curve = rows.filter(({ label }) => label === String(of))
          if (own.length === 0 || others.length === 0) {
            expect(curve).to.have.length(0)
            continue
          }
          let wins = 0
          for (const [, a] of own)
            for (const [, b] of others) wins += (a[of] as number) > (b[of] as number) ? 1 : a[of] === b[of] ? 0.5 : 0
          expect(curve[0]?.auc).to.be.closeTo(wins / (own.length * others.length), 1e-9)
          for (const [i, row] of curve.slice(1).entries()) {
            expect(row.falsePositiveRate).to.be.at.least(curve[i]?.falsePositiveRate as number)
            expect(row.truePositiveRate).to.be.at.least(curve[i]?.truePositiveRate as number)
          }
          expect(curve.at(-1)).to.deep.include({ falsePositiveRate: 1, truePositiveRate: 1 })
        }
      }),
      { numRuns: 100 },
    )
  })

  it('names classes and areas in the legend, and classes without a curve in the caption', async () => {
    const predicted = [
      [0.9, 0.1, 0],
      [0.2, 0.8, 0],
      [0.3, 0.6, 0.1],
    ]
    const svg = await plotRoc([0, 1, 1], predicted, { labels: ['cat', 'dog', 'owl'] }).svg()
    expect(textsIn(svg)).to.include.members([
      'cat (AUC 1.000)',
      'dog (AUC 1.000)',
      'false positive rate',
      'true positive rate',
    ])
    expect(svg.replace(/<[^>]*>/g, ' ')).to.match(/No curve for owl: all examples are of the class, or\s+none\./)
    expect(
      plotRoc([0, 1, 1], predicted, { classes: [1] }).spec.data.values.every(({ label }) => label === '1'),
    ).to.equal(true)
  })

  it('leaves out what is not finite, and counts it', async () => {
    const svg = await plotRoc([0, 1, 1], [0.1, Number.NaN, 0.9]).svg()
    expect(svg.replace(/<[^>]*>/g, ' ')).to.include('1 example is left out, as not all numbers')
  })

  it('tells what it does not take, and the remedy', () => {
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [
        () => plotRoc([0, 1], [0.1]),
        /^plotRoc, expected: expected 1 class numbers, one for each prediction, got the shape \(2,\)\./,
      ],
      [
        () =>
          plotRoc(
            [0, 1, 1],
            [
              [1, 0],
              [0, 1],
            ],
          ),
        /^plotRoc, expected: expected 2 class numbers, or one-hot targets of the shape \(2, 2\)/,
      ],
      [
        () => plotRoc([0, 2], [0.1, 0.2]),
        /^plotRoc, expected: expected class numbers from 0 to 1, got 2 for example 1\./,
      ],
      [
        () => plotRoc([0, 0.5], [0.1, 0.2]),
        /^plotRoc, expected: expected class numbers from 0 to 1, got 0\.5 for example 1\./,
      ],
      [() => plotRoc('x' as never, [0.1]), /^plotRoc, expected: expected /],
      [
        () => plotRoc([0, 1], [0.1, 0.2], { classes: [3] }),
        /^plotRoc, classes: expected class numbers from 0 to 1, got 3\./,
      ],
    ]
    for (const [call, text] of cases) expect(call).to.throw(InvalidOption, text)
  })
})

describe('plotCalibration', () => {
  it('has bins whose gaps are the calibration error', () => {
    fc.assert(
      fc.property(examples(3), fc.integer({ min: 1, max: 20 }), (list, bins) => {
        const truth = list.map(([of]) => of)
        const predicted = list.map(([, scores]) => probabilities(scores))
        const rows = plotCalibration(truth, predicted, { bins }).spec.data.values
        const error = rows.reduce(
          (sum, row) => sum + (row.count / list.length) * Math.abs(row.confidence - row.accuracy),
          0,
        )
        expect(error).to.be.closeTo(calibrationError({ bins })(truth, predicted), 1e-5)
        expect(rows.reduce((sum, { count }) => sum + count, 0)).to.equal(list.length)
        for (const { from, to, confidence } of rows) expect(confidence).to.be.within(from - 1e-6, to + 1e-6)
      }),
      { numRuns: 60 },
    )
  })

  it('shows the part of class 1 of one output', async () => {
    const picture = plotCalibration([0, 0, 1, 1], [0.1, 0.3, 0.7, 0.9], { bins: 2 })
    const rows = picture.spec.data.values
    expect(rows.map(({ from, to, count, accuracy }) => [from, to, count, accuracy])).to.deep.equal([
      [0, 0.5, 2, 0],
      [0.5, 1, 2, 1],
    ])
    const svg = await picture.svg()
    expect(textsIn(svg)).to.include.members(['probability of class 1', 'part of class 1', 'predictions'])
    expect(svg).to.include('Expected calibration error 0.2000, of 4 predictions in 2 bins.')
    expect(calibrationError([0, 0, 1, 1], [0.1, 0.3, 0.7, 0.9])).to.be.closeTo(0.2, 1e-6)
  })

  it('tells what it does not take', () => {
    expect(() => plotCalibration([0], [0.5], { bins: 0 })).to.throw(
      InvalidOption,
      /^plotCalibration, bins: expected a whole number >= 1|^plotCalibration, bins: /,
    )
    expect(() => plotCalibration([0, 1, 0], [0.5])).to.throw(InvalidOption, /^plotCalibration, expected: /)
  })
})

describe('Drawn, curves of scores', () => {
  before(needsBrowser)
  const count = 200
  const truth = Array.from({ length: count }, (_, i) => i % 12)
  const predicted = truth.map((of, i) =>
    probabilities(Array.from({ length: 12 }, (_, c) => ((i * 31 + c * 17) % 13) + (c === of ? 4 : 0))),
  )
  const cases: Readonly<
    Record<string, () => { readonly spec: object } & ReturnType<typeof plotRoc | typeof plotCalibration>>
  > = {
    'plotRoc of one output': () => plotRoc([0, 1, 0, 1], [0.1, 0.9, 0.6, 0.5]),
    'plotRoc of more classes than colours': () => plotRoc(truth, predicted),
    'plotRoc with long names': () =>
      plotRoc(truth, predicted, {
        labels: truth.slice(0, 12).map(i => `class ${i}, which has a name that is too long`),
      }),
    'plotRoc of one class alone': () => plotRoc([1, 1], [0.1, 0.2]),
    'plotCalibration of classes': () => plotCalibration(truth, predicted),
    'plotCalibration of one output': () => plotCalibration([0, 1, 0, 1], [0.1, 0.9, 0.6, 0.5], { bins: 4 }),
    'plotCalibration of nothing that is finite': () => plotCalibration([0], [Number.NaN]),
  }
  for (const [name, make] of Object.entries(cases)) it(`${name} has no faults`, () => expectWhole(make))
})
