import { expect } from 'chai'
import fc from 'fast-check'
import { plotConfusion } from '../../src/display.ts'
import { confusionMatrix, InvalidOption } from '../../src/index.ts'
import { needsBrowser } from '../pictures/drawn.ts'
import { expectWhole, textsIn } from './whole.ts'

const truth = [0, 0, 1, 1, 2]
const predicted = [
  [0.9, 0.1, 0],
  [0.2, 0.8, 0],
  [0, 1, 0],
  [0, 0.6, 0.4],
  [1, 0, 0],
]
const cells = (picture: ReturnType<typeof plotConfusion>) =>
  picture.spec.data.values.map(({ expected, predicted, count, share }) => [expected, predicted, count, share])

describe('plotConfusion', () => {
  it('counts true classes in rows and predicted ones in columns, as parts of rows', () => {
    expect(cells(plotConfusion(truth, predicted))).to.deep.equal([
      ['0', '0', 1, 0.5],
      ['0', '1', 1, 0.5],
      ['0', '2', 0, 0],
      ['1', '0', 0, 0],
      ['1', '1', 2, 1],
      ['1', '2', 0, 0],
      ['2', '0', 1, 1],
      ['2', '1', 0, 0],
      ['2', '2', 0, 0],
    ])
    expect(String(plotConfusion(truth, predicted).spec.description)).to.equal('Confusion matrix of 3 classes.')
  })

  it('takes one-hot targets, class numbers, probabilities of one class, and the matrix itself', () => {
    const oneHot = truth.map(of => [0, 1, 2].map(c => (c === of ? 1 : 0)))
    expect(cells(plotConfusion(oneHot, predicted))).to.deep.equal(cells(plotConfusion(truth, predicted)))
    expect(cells(plotConfusion(truth, [0, 1, 1, 1, 0], { classes: 3 }))).to.deep.equal(
      cells(plotConfusion(truth, predicted)),
    )
    expect(cells(plotConfusion(confusionMatrix(truth, predicted)))).to.deep.equal(
      cells(plotConfusion(truth, predicted)),
    )
    const single = plotConfusion([0, 1, 1], [0.1, 0.3, 0.9], { threshold: 0.2, labels: ['no', 'yes'] })
    expect(cells(single)).to.deep.equal([
      ['no', 'no', 1, 1],
      ['no', 'yes', 0, 0],
      ['yes', 'no', 0, 0],
      ['yes', 'yes', 2, 1],
    ])
  })

  it('normalizes columns where it is asked to', () => {
    const rows = plotConfusion(
      [
        [3, 1],
        [1, 0],
      ],
      { normalize: 'predicted' },
    ).spec.data.values
    expect(rows.map(({ share }) => share)).to.deep.equal([0.75, 1, 0.25, 0])
  })

  it('has rows that add up to 1, or to nothing', () => {
    const matrices = fc
      .integer({ min: 1, max: 6 })
      .chain(n => fc.array(fc.array(fc.nat(9), { minLength: n, maxLength: n }), { minLength: n, maxLength: n }))
    fc.assert(
      fc.property(matrices, matrix => {
        const rows = plotConfusion(matrix).spec.data.values
        for (const label of new Set(rows.map(({ expected }) => expected))) {
          const own = rows.filter(({ expected }) => expected === label)
          const sum = own.reduce((all, { share }) => all + share, 0)
          expect(sum).to.be.closeTo(own.some(({ count }) => count > 0) ? 1 : 0, 1e-12)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('takes the rarest of very many classes together, and says so', async () => {
    const many = Array.from({ length: 200 }, (_, i) => i)
    const picture = plotConfusion(
      many.flatMap(of => Array(of + 1).fill(of)),
      many.flatMap(of => Array(of + 1).fill(of)),
      { classes: 200, most: 20 },
    )
    const rows = picture.spec.data.values
    expect(rows).to.have.length(400)
    expect(rows.at(-1)).to.deep.include({ expected: '181 others', predicted: '181 others', share: 1 })
    expect(rows.reduce((sum, { count }) => sum + count, 0)).to.equal((200 * 201) / 2)
    expect(await picture.svg()).to.include('The 181 rarest classes are taken together.')
  })

  it('shows counts, shares and the accuracy', async () => {
    const texts = textsIn(await plotConfusion(truth, predicted, { labels: ['cat', 'dog', 'bird'] }).svg())
    expect(texts).to.include.members(['true class', 'predicted class', 'cat', 'dog', 'bird', '1', '50%', '2', '100%'])
    expect(texts).to.include('5 examples, accuracy 0.600.')
  })

  it('tells what it does not take, and the remedy', () => {
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [
        () => plotConfusion([[1, 2, 3]]),
        /^plotConfusion, matrix: expected a square matrix of counts, .* got \[\[1, 2, 3\]\]\./,
      ],
      [
        () =>
          plotConfusion([
            [1, -2],
            [3, 4],
          ]),
        /^plotConfusion, matrix: /,
      ],
      [() => plotConfusion('x' as never), /^plotConfusion, matrix: /],
      [() => plotConfusion([0], 7 as never), /^plotConfusion, predicted: /],
      [() => plotConfusion([0, 1, 2], [[1, 0]]), /^plotConfusion, /],
      [
        () => plotConfusion(truth, predicted, { labels: ['a', 'b'] }),
        /^plotConfusion, labels: expected 3 names, one for each class, got 2\./,
      ],
      [
        () => plotConfusion(truth, predicted, { labels: ['a', 'a', 'b'] }),
        /^plotConfusion, labels: expected different names/,
      ],
      [() => plotConfusion(truth, predicted, { label: [] } as object), /Did you mean labels\?$/],
      [() => plotConfusion(truth, predicted, { most: 1 }), /^plotConfusion, most: expected an integer >= 2/],
    ]
    for (const [call, text] of cases) expect(call).to.throw(InvalidOption, text)
  })
})

describe('Drawn, plotConfusion', () => {
  before(needsBrowser)
  const diagonal = (n: number, labels?: readonly string[]) => () =>
    plotConfusion(
      Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 100 : (i * 7 + j) % 3))),
      labels === undefined ? {} : { labels },
    )
  const cases: Readonly<Record<string, () => ReturnType<typeof plotConfusion>>> = {
    'of two classes': diagonal(2),
    'of classes with long names': diagonal(
      6,
      Array.from({ length: 6 }, (_, i) => `number ${i} with a rather long name for a class`),
    ),
    'of ten classes': diagonal(10),
    'of forty classes': diagonal(40),
    'of hundreds': diagonal(300),
    'of large counts': () =>
      plotConfusion([
        [1234567, 89],
        [3, 7654321],
      ]),
    'of weights': () =>
      plotConfusion([
        [0.123456, 0.5],
        [1.5, 3.25],
      ]),
    'of nothing': () =>
      plotConfusion([
        [0, 0],
        [0, 0],
      ]),
    'in a small frame': () =>
      plotConfusion(
        [
          [1, 2],
          [3, 4],
        ],
        { width: 60, height: 60 },
      ),
  }
  for (const [name, make] of Object.entries(cases)) it(`${name} has no faults`, () => expectWhole(make))
})
