import { expect } from 'chai'
import { compareRuns } from '../../src/display.ts'
import { InvalidOption } from '../../src/index.ts'
import { needsBrowser } from '../pictures/drawn.ts'
import { expectWhole, textsIn } from './whole.ts'

const runs = {
  a: { loss: [3, 1, 2], accuracy: [0.2, 0.9, 0.5] },
  b: { loss: [3, 2, 0.5], accuracy: [0.1, 0.3, 0.4] },
  c: { loss: [Number.NaN, 4], accuracy: [0.1, 0.2] },
}
const ranked = (...given: Parameters<typeof compareRuns>) =>
  compareRuns(...given).spec.data.values.map(({ run, value, epoch }) => [run, value, epoch])

describe('compareRuns', () => {
  it('ranks runs by their best or their final value, as the metric says which is better', () => {
    expect(ranked(runs)).to.deep.equal([
      ['b', 0.5, 3],
      ['a', 1, 2],
      ['c', 4, 2],
    ])
    expect(ranked(runs, { value: 'final' })).to.deep.equal([
      ['b', 0.5, 3],
      ['a', 2, 3],
      ['c', 4, 2],
    ])
    expect(ranked(runs, { metric: 'accuracy' })).to.deep.equal([
      ['a', 0.9, 2],
      ['b', 0.4, 3],
      ['c', 0.2, 2],
    ])
    expect(ranked(runs, { metric: 'accuracy', better: 'lower' })[0]).to.deep.equal(['b', 0.1, 1])
  })

  it('compares by the loss on validation examples where all runs have it', () => {
    const validated = { a: { loss: [1], validationLoss: [5] }, b: { loss: [2], validationLoss: [4] } }
    expect(ranked(validated)).to.deep.equal([
      ['b', 4, 1],
      ['a', 5, 1],
    ])
    expect(ranked({ ...validated, c: { loss: [3] } }).map(([run]) => run)).to.deep.equal(['a', 'b', 'c'])
  })

  it('puts runs without a finite value last', async () => {
    const picture = compareRuns({ a: { loss: [Number.NaN] }, b: { loss: [2] } })
    expect(picture.spec.data.values.map(({ run, value }) => [run, value])).to.deep.equal([
      ['b', 2],
      ['a', null],
    ])
    expect(textsIn(await picture.svg())).to.include.members([
      'not finite',
      '2 (epoch 1)',
      'Best values; lower ones are better.  1 value is not finite: gaps.',
    ])
  })

  it('tells what it does not take, and the remedy', () => {
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [() => compareRuns(7 as never), /^compareRuns, runs: /],
      [
        () => compareRuns(runs, { metric: 'acuracy' }),
        /^compareRuns, metric: expected a name of all histories; a has loss, accuracy, got 'acuracy'\. Did you mean accuracy\?$/,
      ],
      [
        () => compareRuns({ a: { churn: [1] } }, { metric: 'churn' }),
        /^compareRuns, better: expected 'higher' or 'lower', as nothing says which values of churn are better/,
      ],
      [() => compareRuns(runs, { value: 'worst' as never }), /^compareRuns, value: expected 'best' or 'final'/],
    ]
    for (const [call, text] of cases) expect(call).to.throw(InvalidOption, text)
  })
})

describe('Drawn, compareRuns', () => {
  before(needsBrowser)
  const many = Object.fromEntries(
    Array.from({ length: 15 }, (_, i) => [
      `a run with a long name, of which there are many, ${i}`,
      { loss: [3, 2 + i / 7, 1 + i / 9] },
    ]),
  )
  const cases: Readonly<Record<string, () => ReturnType<typeof compareRuns>>> = {
    'of three runs': () => compareRuns(runs),
    'of many runs': () => compareRuns(many, { log: true }),
    'of one run': () => compareRuns({ loss: [1, 2, 3] }),
    'of runs without finite values': () => compareRuns({ a: { loss: [Number.NaN] }, b: { loss: [Number.NaN] } }),
    'of nothing': () => compareRuns({}),
    'of empty runs': () => compareRuns({ a: { loss: [] } }),
  }
  for (const [name, make] of Object.entries(cases)) it(`${name} has no faults`, () => expectWhole(make))
})
