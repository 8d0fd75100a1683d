import { expect } from 'chai'
import fc from 'fast-check'
import { costTable, gradientFlow, histogram } from '../../src/display.ts'
import {
  gradientNorms,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Linear,
  lossGradients,
  Relu,
  resnet50,
  Softmax,
  summary,
  Tanh,
} from '../../src/index.ts'
import { needsBrowser } from '../pictures/drawn.ts'
import { expectWhole, textsIn } from './whole.ts'

const network = join(Input(4), Relu(8), Softmax(3))

describe('histogram', () => {
  it('counts every value once, in bins from the smallest to the largest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }), {
          minLength: 1,
          maxLength: 200,
        }),
        fc.integer({ min: 1, max: 40 }),
        (values, bins) => {
          const rows = histogram(values, { bins }).spec.data.values
          expect(rows).to.have.length(bins)
          expect(rows.reduce((sum, { count }) => sum + count, 0)).to.equal(values.length)
          expect(rows[0]?.from).to.be.at.most(Math.min(...values))
          expect(rows.at(-1)?.to).to.be.at.least(Math.max(...values))
          expect(Math.max(...rows.map(({ part }) => part))).to.equal(1)
        },
      ),
    )
  })

  it('takes any tensor, and tensors by name on any number of levels', () => {
    const names = (value: object) => [...new Set(histogram(value).spec.data.values.map(({ name }) => name))]
    expect(
      names([
        [1, 2],
        [3, 4],
      ]),
    ).to.deep.equal([''])
    expect(names({ data: new Float32Array(6), shape: [2, 3] })).to.deep.equal([''])
    expect(names(init(network, key(1)).params['relu-1'].weight)).to.deep.equal([''])
    expect(names(init(network, key(1)))).to.deep.equal([
      'params.relu-1.weight',
      'params.relu-1.bias',
      'params.softmax-1.weight',
      'params.softmax-1.bias',
    ])
    expect(names({ a: { b: [1, 2] }, c: [3] })).to.deep.equal(['a.b', 'c'])
  })

  it('says what it knows of one tensor', async () => {
    const texts = (await histogram([1, 2, 3, 4, Number.NaN]).svg()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    expect(texts).to.include('4 values, mean 2.5, standard deviation 1.118, from 1 to 4.')
    expect(texts).to.include('1 value is not finite, and left out.')
    expect(texts).to.include('values in a bin')
  })

  it('puts several on one axis as ridges, or each in a panel of its own', () => {
    const values = { a: [0, 1], b: [10, 11] }
    const ends = (options: object) => {
      const { values: rows } = histogram(values, options).spec.data
      return ['a', 'b'].map(name => rows.filter(row => row.name === name)).map(own => [own[0]?.from, own.at(-1)?.to])
    }
    expect(ends({})).to.deep.equal([
      [0, 11],
      [0, 11],
    ])
    expect(ends({ layout: 'facets' })).to.deep.equal([
      [0, 1],
      [10, 11],
    ])
  })

  it('tells what it does not take, and the remedy', () => {
    expect(() => histogram('x' as never)).to.throw(
      InvalidOption,
      /^histogram, values: expected a tensor, or tensors by name such as variables, got 'x'\. For example: histogram\(variables\.params\)\.$/,
    )
    expect(() => histogram({ a: { b: 'x' } })).to.throw(InvalidOption, /^histogram, values\.a\.b: /)
    expect(() => histogram([[1], [2, 3]])).to.throw(
      InvalidOption,
      /^histogram, values: expected numbers in nested arrays/,
    )
    expect(() => histogram([1], { layout: 'x' as never })).to.throw(
      InvalidOption,
      /^histogram, layout: expected 'ridges' or 'facets'/,
    )
  })
})

describe('gradientFlow', () => {
  it('shows what gradientNorms gives, from the first layer to the last', async () => {
    const deep = join(Input(2), Tanh(8), Linear(1))
    const slopes = await lossGradients(deep, init(deep, key(0)), { x: [[1, 2]], y: [[3]] })
    const norms = await gradientNorms(slopes)
    const rows = gradientFlow(norms).spec.data.values
    expect(rows.map(({ layer }) => layer)).to.deep.equal(['tanh-1', 'linear-1'])
    expect(rows.map(({ norm }) => norm)).to.deep.equal([norms.layers['tanh-1'], norms.layers['linear-1']])
    expect(gradientFlow(norms.layers).spec.data.values).to.deep.equal(rows)
  })

  it('marks what vanishes, what explodes and what is not finite, and names it', async () => {
    const picture = gradientFlow({ a: 1e-9, b: 1, c: 1e6, d: Number.NaN, e: 0 })
    expect(picture.spec.data.values.map(({ state }) => state)).to.deep.equal([
      'vanishing',
      'as it should be',
      'exploding',
      'not finite',
      'vanishing',
    ])
    expect(picture.spec.data.values.map(({ norm }) => norm)).to.deep.equal([1e-9, 1, 1e6, null, null])
    const texts = textsIn(await picture.svg()).join(' ')
    expect(texts).to.include('Vanishing: a and e.')
    expect(texts).to.include('Exploding: c.')
    expect(texts).to.include('Not finite: d.')
    const strict = gradientFlow({ a: 1e-9, b: 1 }, { vanishing: 0, exploding: 0.5 }).spec.data.values
    expect(strict.map(({ state }) => state)).to.deep.equal(['as it should be', 'exploding'])
  })

  it('shows the median of norms of examples, from the smallest to the largest', () => {
    const [row] = gradientFlow({ a: Float64Array.of(4, 1, 2) }).spec.data.values
    expect(row).to.deep.include({ norm: 2, low: 1, high: 4 })
  })

  it('tells what it does not take, and the remedy', () => {
    expect(() => gradientFlow(7 as never)).to.throw(
      InvalidOption,
      /^gradientFlow, norms: expected what gradientNorms gives, or norms by layer, got 7\./,
    )
    expect(() => gradientFlow({ a: 'x' })).to.throw(InvalidOption, /^gradientFlow, norms: /)
    expect(() => gradientFlow({ a: 1 }, { exploding: -1 })).to.throw(InvalidOption, /^gradientFlow, exploding: /)
  })
})

describe('costTable', () => {
  it('has the numbers of summary, layer by layer', () => {
    const rows = costTable(network).spec.data.values
    expect(rows.map(({ at: _, ...row }) => row)).to.deep.equal(summary(network).rows)
    expect(rows.map(({ parameters }) => parameters)).to.deep.equal([0, 40, 27])
    // Four bytes for each number of an output.
    expect(rows.map(({ bytes }) => bytes)).to.deep.equal([16, 32, 12])
  })

  it('takes the layers of a large network that cost least together, and loses nothing', () => {
    const large = resnet50()
    const rows = costTable(large, { most: 12 }).spec.data.values
    expect(rows).to.have.length(12)
    expect(rows.at(-1)?.name).to.equal(`${summary(large).rows.length - 11} others`)
    const sum = (some: readonly { readonly flops: number | null }[]) =>
      some.reduce((all, { flops }) => all + (flops ?? 0), 0)
    expect(sum(rows)).to.equal(sum(summary(large).rows))
  })

  it('shows what is unknown as ?', async () => {
    const texts = textsIn(await costTable(Relu(8)).svg())
    expect(texts.filter(text => text === '?')).to.have.length.above(1)
    expect(texts.join(' ')).to.include('parameters ?')
  })

  it('tells what it does not take', () => {
    expect(() => costTable(7 as never)).to.throw(/^summary, /)
    expect(() => costTable(network, { most: 1 })).to.throw(InvalidOption, /^costTable, most: /)
  })
})

describe('Drawn, charts of layers', () => {
  before(needsBrowser)
  const long = 'a layer with a name that is longer than anybody would give to one'
  const cases: Readonly<
    Record<string, () => ReturnType<typeof histogram> | ReturnType<typeof gradientFlow> | ReturnType<typeof costTable>>
  > = {
    'histogram of one tensor': () => histogram(Array.from({ length: 500 }, (_, i) => Math.sin(i) ** 3)),
    'histogram on a logarithmic scale': () =>
      histogram(
        Array.from({ length: 500 }, (_, i) => Math.tan(i)),
        { log: true },
      ),
    'histogram of a constant': () => histogram([2, 2, 2]),
    'histogram of nothing': () => histogram([Number.NaN]),
    'histogram of variables': () => histogram(init(join(Input(4), Relu(8), Relu(8), Softmax(3)), key(1)).params),
    'histogram in facets': () =>
      histogram({ a: [1, 2, 3], [long]: [1e-9, 2e-9], constructor: [5, 6, 6] }, { layout: 'facets' }),
    'histogram of long names': () => histogram({ [long]: [1, 2], [`${long} too`]: [3, 4] }),
    'gradientFlow of all states': () => gradientFlow({ a: 1e-9, b: 1, c: 1e6, d: Number.NaN, e: 0 }),
    'gradientFlow of one layer': () => gradientFlow({ [long]: 0.1 }),
    'gradientFlow of many layers': () =>
      gradientFlow(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`layer-${i}`, 1.5 ** (i - 30)]))),
    'gradientFlow of examples': () => gradientFlow({ a: Float64Array.of(0, 1, 5), b: [2, 3], c: [0, 0] }),
    'gradientFlow of nothing': () => gradientFlow({}),
    'costTable of a network': () => costTable(network),
    'costTable of a large network': () => costTable(resnet50()),
    'costTable of one layer': () => costTable(Relu(8, { name: long })),
  }
  for (const [name, make] of Object.entries(cases)) it(`${name} has no faults`, () => expectWhole(make))
})
