import { inspect } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { bucketize, dataset, minMax, oneHot, standardize, tokenize } from '../../src/index.ts'
import { thrown } from './thrown.ts'

const rows = fc.integer({ min: 1, max: 4 }).chain(features =>
  fc.array(
    fc.array(
      fc.integer({ min: -1e6, max: 1e6 }).map(n => n / 64),
      { minLength: features, maxLength: features },
    ),
    {
      minLength: 1,
      maxLength: 30,
    },
  ),
)
const close = (a: readonly number[], b: readonly number[], within = 1e-9): void => {
  expect(a).to.have.length(b.length)
  for (const [i, value] of a.entries())
    expect(value).to.be.closeTo(b[i] as number, within * Math.max(1, Math.abs(value)))
}
const through = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('standardize', () => {
  it('gives means of 0 and deviations of 1, and is undone', () =>
    fc.assert(
      fc.property(rows, data => {
        const scale = standardize(data)
        const scaled = scale.apply(data)
        const again = standardize(scaled)
        for (const mean of again.mean) expect(mean).to.be.closeTo(0, 1e-6)
        for (const deviation of again.deviation) if (deviation > 1e-3) expect(deviation).to.be.closeTo(1, 1e-6)
        for (const [i, row] of scale.invert(scaled).entries()) close(row, data[i] as number[], 1e-6)
      }),
    ))

  it('takes the same statistics from a dataset, by examples and by batches', () =>
    fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 5 }), async (data, n) => {
        const { mean, deviation } = standardize(data)
        const items = dataset(() => data.map(x => ({ x, y: 1 })))
        const of = await standardize.of(items, 'x')
        close(of.mean, mean)
        close(of.deviation, deviation)
        const ofBatches = await standardize.of(items.batch(n), 'x')
        close(ofBatches.mean, standardize(data.map(row => Float32Array.from(row))).mean, 1e-6)
      }),
      { numRuns: 30 },
    ))

  it('loses nothing to a large mean', () => {
    const { mean, deviation } = standardize(Float64Array.of(1e9 + 1, 1e9 + 2, 1e9 + 3))
    expect(mean).to.deep.equal([1e9 + 2])
    expect(deviation[0]).to.be.closeTo(Math.sqrt(2 / 3), 1e-12)
  })

  it('applies to numbers in every form', () => {
    const scale = standardize([
      [0, 10],
      [2, 10],
    ])
    expect([...scale.mean, ...scale.deviation]).to.deep.equal([1, 10, 1, 0])
    expect(scale.apply([2, 10])).to.deep.equal([1, 0])
    expect(
      scale.apply([
        [2, 10],
        [0, 11],
      ]),
    ).to.deep.equal([
      [1, 0],
      [-1, 1],
    ])
    expect(scale.apply(Float64Array.of(2, 10))).to.deep.equal(Float32Array.of(1, 0))
    const flat = scale.apply({ data: new Float32Array([2, 10, 0, 10]), shape: [2, 1, 2] })
    expect([flat.shape, [...flat.data]]).to.deep.equal([
      [2, 1, 2],
      [1, 0, -1, 0],
    ])
    const before = tf.memory().numTensors
    const tensor = tf.tensor2d([[2, 10]])
    expect([...scale.apply(tensor).data]).to.deep.equal([1, 0])
    tensor.dispose()
    expect(tf.memory().numTensors).to.equal(before)
    expect(standardize([1, 2, 3]).apply(2)).to.equal(0)
  })

  it('applies to a field of examples, and leaves the others', async () => {
    const items = dataset({ x: [[0], [2]], y: [3, 4] })
    const scale = await standardize.of(items, 'x')
    expect(await items.map(scale.apply).toArray()).to.deep.equal([
      { x: [-1], y: 3 },
      { x: [1], y: 4 },
    ])
    const [batch] = await items.batch(2).map(scale.apply).toArray()
    expect([...(batch?.x.data ?? [])]).to.deep.equal([-1, 1])
    expect(standardize([0, 2], { field: 'y' }).apply({ y: 2 })).to.deep.equal({ y: 1 })
  })

  it('may be of all numbers', () => {
    const { mean } = standardize(
      [
        [0, 10],
        [2, 8],
      ],
      { by: 'all' },
    )
    expect(mean).to.deep.equal([5])
  })

  it('is data that JSON keeps, and prints itself', async () => {
    const scale = await standardize.of(
      dataset({
        x: [
          [0, 5],
          [2, 5],
        ],
      }),
      'x',
    )
    expect(standardize.fromJSON(through(scale)).apply({ x: [2, 5] })).to.deep.equal({ x: [1, 0] })
    expect(through(standardize.fromJSON(through(scale)))).to.deep.equal(through(scale))
    expect(inspect(scale)).to.equal('standardize x: mean 1 5, deviation 1 0')
    expect(String(scale)).to.equal(inspect(scale))
    expect(Object.isFrozen(scale) && Object.isFrozen(scale.mean)).to.equal(true)
  })

  it('says what is wrong', async () => {
    const nan = dataset({
      x: [
        [1, 2],
        [3, Number.NaN],
      ],
    })
    const scale = standardize([[1, 2]])
    const sentences = [
      [() => standardize.of(nan, 'x'), 'DataError: standardize, row 1, column x[1]: expected a number, got NaN'],
      [
        () =>
          standardize([
            [1, 2],
            [Number.NaN, 3],
          ]),
        'DataError: standardize, row 1, column [0]: expected a number, got NaN',
      ],
      [
        () => standardize.of(nan.repeat(3).batch(2, { allowNaN: true }).skip(1), 'x'),
        'DataError: standardize, row 1, column x[1]: expected a number, got NaN',
      ],
      [() => standardize.of(nan, 'z'), 'DataError: standardize, row 0: expected an example with the field z, got x'],
      [() => standardize.of(dataset(() => [])), 'DataError: standardize: expected at least one example, got none'],
      [
        () => standardize.of(dataset(() => [[1], [1, 2]])),
        'DataError: standardize, row 1: expected 1 features, as in row 0, got shape [2]',
      ],
      [() => standardize.of(dataset(['a'])), 'DataError: standardize, row 0: expected numbers, got '],
      [() => standardize([]), 'DataError: standardize, row 0: expected numbers, got []'],
      [
        () => scale.apply([1, 2, 3]),
        'InvalidOption: standardize.apply, value: expected numbers whose last axis has 2 features, got shape [3]',
      ],
      [
        () => scale.apply({ x: [1, 2] }),
        'InvalidOption: standardize.apply, value: expected a value without fields, got an example with x',
      ],
      [() => standardize.of([1] as never), 'InvalidOption: standardize.of, dataset: expected a dataset'],
      [() => standardize([1], { by: 'row' as never }), 'InvalidOption: standardize, by'],
      [
        () => standardize.fromJSON({ kind: 'minMax' }),
        "InvalidOption: standardize.fromJSON, json: expected what JSON.stringify gave of standardize, got the kind 'minMax'",
      ],
      [
        () => standardize.fromJSON({ kind: 'standardize', field: null, mean: ['1'], deviation: [1] }),
        'InvalidOption: standardize.fromJSON, mean',
      ],
    ] as const
    for (const [call, sentence] of sentences) expect((await thrown(call)).slice(0, sentence.length)).to.equal(sentence)
  })
})

describe('minMax', () => {
  it('scales to the bounds, and is undone', () =>
    fc.assert(
      fc.property(rows, data => {
        const scale = minMax(data, { to: [-1, 1] })
        const scaled = scale.apply(data)
        for (const value of scaled.flat()) expect(value).to.be.within(-1 - 1e-9, 1 + 1e-9)
        for (const [i, row] of scale.invert(scaled).entries()) close(row, data[i] as number[], 1e-6)
      }),
    ))

  it('is data of a dataset or of numbers, which JSON keeps', async () => {
    const items = dataset({
      x: [
        [0, 5],
        [10, 5],
      ],
    })
    const scale = await minMax.of(items, 'x')
    expect(scale.apply({ x: [5, 5] })).to.deep.equal({ x: [0.5, 0] })
    expect(through(minMax.fromJSON(through(scale)))).to.deep.equal({
      ...{ kind: 'minMax', field: 'x', to: [0, 1] },
      ...{ least: [0, 5], most: [10, 5] },
    })
    expect(String(scale)).to.equal('minMax x: least 0 5, most 10 5')
    expect(await thrown(() => minMax([1, Infinity]))).to.match(/^InvalidOption: minMax, data: expected finite numbers/)
    expect(await thrown(() => standardize([1, -Infinity]))).to.match(
      /^InvalidOption: standardize, data: expected finite/,
    )
    const infinite = dataset({ x: [1, Infinity, Infinity] })
    expect(await thrown(() => bucketize.of(infinite, 'x', { buckets: 3 }))).to.match(
      /^InvalidOption: bucketize, data: expec/,
    )
    const short = { kind: 'standardize', field: null, mean: [1, 2], deviation: [1] }
    expect(await thrown(() => standardize.fromJSON(short))).to.match(
      /^InvalidOption: standardize.fromJSON, deviation: expected 2 numbers, as many as mean has, got 1/,
    )
    expect(await thrown(() => minMax([1], { to: [1, 1] }))).to.match(/^InvalidOption: minMax, to/)
  })
})

describe('oneHot', () => {
  it('encodes labels, and gives them back', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(fc.string(), fc.integer()), { minLength: 1, maxLength: 20 }), labels => {
        const classes = oneHot(labels)
        for (const label of labels) expect(classes.invert(classes.apply(label))).to.equal(label)
        expect(classes.invert(classes.apply(labels) as never)).to.deep.equal(labels)
      }),
    ))

  it('encodes numbers in arrays with one more axis', async () => {
    const ids = { data: Int32Array.of(1, 0, 2, 1), shape: [2, 2] }
    const { data, shape } = oneHot(3).apply(ids)
    expect([shape, [...data]]).to.deep.equal([
      [2, 2, 3],
      [0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0],
    ])
    expect(oneHot(2).apply(true as never)).to.deep.equal(Float32Array.of(0, 1))
    const items = dataset({ x: [1, 2], y: ['b', 'a'] })
    const classes = await oneHot.of(items, 'y')
    expect(classes.classes).to.deep.equal(['a', 'b'])
    const [batch] = await items.map(classes.apply).batch(2).toArray()
    expect(batch).to.deep.equal({
      x: { data: Float32Array.of(1, 2), shape: [2] },
      y: { data: Float32Array.of(0, 1, 1, 0), shape: [2, 2] },
    })
    expect((await oneHot.of(items.batch(2), 'y')).classes).to.deep.equal(['a', 'b'])
    expect((await oneHot.of(dataset([10, 9, 100]))).classes).to.deep.equal([9, 10, 100])
  })

  it('is data that JSON keeps', () => {
    const classes = oneHot(['a', 'b'], { field: 'y', unknown: 'zeros' })
    expect(oneHot.fromJSON(through(classes)).apply({ y: 'c' })).to.deep.equal({ y: Float32Array.of(0, 0) })
    expect(String(classes)).to.equal("oneHot y: 2 classes, 'a', 'b'")
  })

  it('says what is wrong', async () => {
    const sentences = [
      [() => oneHot(0), 'InvalidOption: oneHot, classes'],
      [() => oneHot(['a', 'a']), 'InvalidOption: oneHot, classes'],
      [() => oneHot(3).apply(3), 'DataError: oneHot: expected one of 3 classes: 0, 1, 2, got 3'],
      [
        () => oneHot(['a'], { field: 'y' }).apply({ y: 'b' }),
        "DataError: oneHot, column y: expected one of 1 classes: 'a', got 'b'",
      ],
      [() => oneHot(3).apply(null as never), 'DataError: oneHot: expected one of 3 classes'],
      [
        () => oneHot(3).invert([1, 2]),
        'InvalidOption: oneHot.invert, value: expected numbers whose last axis has 3 classes, got shape [2]',
      ],
      [
        () =>
          oneHot.of(
            dataset(() => [{ y: null }]),
            'y',
          ),
        'DataError: oneHot, row 0, column y: expected a label: a text or a number, got null',
      ],
    ] as const
    for (const [call, sentence] of sentences) expect((await thrown(call)).slice(0, sentence.length)).to.equal(sentence)
  })
})

describe('bucketize', () => {
  it('counts the boundaries below, as NumPy does', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { minLength: 1 }),
        fc.array(fc.integer({ min: -25, max: 25 }), { minLength: 1 }),
        (unsorted, values) => {
          const boundaries = unsorted.sort((a, b) => a - b)
          const expected = values.map(value => boundaries.filter(boundary => boundary <= value).length)
          expect(bucketize(boundaries).apply(values)).to.deep.equal(expected)
        },
      ),
    ))

  it('takes quantiles of a dataset', async () => {
    const items = dataset({ age: [1, 2, 3, 4, 5, 6, 7, 8, 9] })
    const buckets = await bucketize.of(items, 'age', { buckets: 4 })
    // numpy.quantile([1 .. 9], [0.25, 0.5, 0.75])
    expect(buckets.boundaries).to.deep.equal([3, 5, 7])
    expect(buckets.apply({ age: 6 })).to.deep.equal({ age: 2 })
    expect(bucketize.fromJSON(through(buckets)).apply({ age: 9 })).to.deep.equal({ age: 3 })
    expect(String(buckets)).to.equal('bucketize age: boundaries 3 5 7')
  })

  it('says what is wrong', async () => {
    expect(await thrown(() => bucketize([1, 1]))).to.match(
      /^InvalidOption: bucketize, boundaries: expected numbers that ascend/,
    )
    expect(await thrown(() => bucketize([]))).to.match(/^InvalidOption: bucketize, boundaries/)
    expect(await thrown(() => bucketize([1]).apply('a' as never))).to.match(/^InvalidOption: bucketize.apply, value/)
    expect(await thrown(() => bucketize.of(dataset([1]), undefined, { buckets: 1 }))).to.match(
      /^InvalidOption: bucketize.of, buckets/,
    )
  })
})

describe('tokenize', () => {
  const json = {
    pre_tokenizer: { type: 'Whitespace' },
    normalizer: { type: 'Lowercase' },
    model: { type: 'WordLevel', vocab: { '[UNK]': 0, red: 1, rose: 2 }, unk_token: '[UNK]' },
  }

  it('turns texts into ids, and ids into texts', async () => {
    const tokens = await tokenize(json)
    expect(tokens.size).to.equal(3)
    expect(tokens.apply('Red blue rose')).to.deep.equal([1, 0, 2])
    expect(tokens.apply(['red', 'rose red'])).to.deep.equal([[1], [2, 1]])
    expect(tokens.invert([2, 1])).to.equal('rose red')
    expect(String(tokens)).to.equal('tokenize: 3 tokens')
  })

  it('reads a file, maps a field of examples, and cuts', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(json))
    const tokens = await tokenize(bytes, { field: 'x', length: 2 })
    const items = dataset({ x: ['red rose red', 'rose'], y: [0, 1] })
    const [batch] = await items
      .map(tokens.apply)
      .map(({ x, y }) => ({ x: x as readonly number[], y }))
      .padBatch(2)
      .toArray()
    expect([...(batch?.x.data ?? [])]).to.deep.equal([1, 2, 2, 0])
    const again = await tokenize.fromJSON(through(tokens))
    expect(again.apply({ x: 'red rose red' })).to.deep.equal({ x: [1, 2] })
  })

  it('says what is wrong', async () => {
    const sentences = [
      [
        () => tokenize({}),
        'InvalidOption: tokenize, source: expected the content of a tokenizer.json of Hugging Face, got a tokenizer',
      ],
      [
        () => tokenize(new TextEncoder().encode('[')),
        'DataError: bytes: expected tokenizer.json of Hugging Face, got ',
      ],
      [() => tokenize('none.json'), 'FileError: none.json'],
      [() => tokenize(json, { length: 0 }), 'InvalidOption: tokenize, length'],
      [
        async () => (await tokenize(json)).apply(3),
        'InvalidOption: tokenize.apply, value: expected a text, or an array of texts, got 3',
      ],
      [
        async () => (await tokenize({ ...json, model: { type: 'WordLevel', vocab: { red: 1 } } })).apply('blue'),
        "DataError: tokenize: expected tokens of the vocabulary, got 'blue'",
      ],
    ] as const
    for (const [call, sentence] of sentences) expect((await thrown(call)).slice(0, sentence.length)).to.equal(sentence)
  })
})
