import { expect } from 'chai'
import fc from 'fast-check'
import { isLeft } from 'fp-ts/lib/Either.js'
import {
  type DocumentContent,
  fromDocumentOrThrow,
  readDocument,
  readDocumentOrThrow,
  type ToDocumentOptions,
  toDocument,
} from '../../src/documents/index.ts'
import {
  accuracy,
  adam,
  addLosses,
  bucketize,
  chain,
  clipByNorm,
  DocumentError,
  defineLoss,
  f1,
  fit,
  huber,
  Input,
  init,
  join,
  key,
  Linear,
  type LossForward,
  l2,
  limitNorm,
  minMax,
  mse,
  oneHot,
  preprocessorFromJson,
  type Standardization,
  standardize,
  toJson,
  tokenize,
  warmup,
} from '../../src/index.ts'
import { thrown } from '../data/thrown.ts'
import { faultOf } from '../faults.ts'
import { lossCases } from '../training/losses/cases.ts'
import { constraints, optimizer, regularizers } from '../training/made.ts'
import { cases as metricCases } from '../training/metrics/cases.ts'

const network = join(Input(2), Linear(1, { weight: 0.5 }))

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const comesBack = async (options: ToDocumentOptions): Promise<DocumentContent> => {
  const document = toDocument(network, options)
  const registry = options.registry ?? {}
  const content = await readDocumentOrThrow(plain(document), { registry })
  const { training, preprocessing } = content
  const again = toDocument(content.network, {
    registry,
    ...(training && { training }),
    ...(preprocessing && { preprocessing }),
  })
  expect(plain(again)).to.deep.equal(plain(document))
  return content
}
const errorsOf = async (parts: object, options = {}): Promise<readonly string[]> => {
  const read = await readDocument({ ...toDocument(network), ...parts }, options)
  if (!isLeft(read)) throw new Error('no error came')
  for (const error of read.left) expect(error).to.be.instanceOf(DocumentError)
  return read.left.map(error => error.message)
}

const tokenizer = {
  pre_tokenizer: { type: 'Whitespace' },
  model: { type: 'WordLevel', vocab: { '[UNK]': 0, red: 1, rose: 2 }, unk_token: '[UNK]' },
}

describe('documents with training', () => {
  it('give any losses, metrics, optimizers and penalties again', async () => {
    const losses = fc.constantFrom(...lossCases.map(({ loss }) => loss))
    const metrics = fc.array(fc.constantFrom(...metricCases.map(({ metric }) => metric)), { maxLength: 1 })
    const forOutputs = <V>(of: fc.Arbitrary<V>) =>
      fc.oneof(
        of,
        fc.array(of, { minLength: 1, maxLength: 3 }),
        fc.dictionary(fc.string(), of, { minKeys: 1, maxKeys: 3 }),
      )
    const one = <V>(of: Readonly<Record<string, fc.Arbitrary<V>>>) => fc.oneof(...Object.values(of))
    const byPattern = <V>(of: fc.Arbitrary<V>) => fc.oneof(fc.constant(null), of, fc.dictionary(fc.string(), of))
    const rule = fc.record(
      {
        ...{ loss: forOutputs(losses), lossWeights: forOutputs(fc.float({ noNaN: true, noDefaultInfinity: true })) },
        ...{ optimizer, metrics: forOutputs(metrics), regularizer: byPattern(one(regularizers)) },
        constraint: byPattern(one(constraints)),
        ...{ trains: fc.constantFrom(null, '*.bias', ['a', 'b']), gradientNorms: fc.boolean() },
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(rule, async training => {
        await comesBack({ training: training as never })
      }),
      { numRuns: 60, seed: 4 },
    )
  })

  it('read as the rule does, with every option of what is named', () => {
    const training = { loss: 'huber', metrics: ['accuracy', 'mae'], optimizer: clipByNorm(1), lossWeights: 2 }
    expect(plain(toDocument(network, { training }).training)).to.deep.equal({
      loss: { loss: 'huber', options: { name: 'huber', reduction: 'mean', classWeights: null, delta: 1 } },
      metrics: [
        { metric: 'accuracy', options: { name: 'accuracy', ignoreClass: null, classes: null, threshold: 0.5 } },
        { loss: 'mae', options: { name: 'mae', reduction: 'mean', classWeights: null } },
      ],
      optimizer: { optimizer: 'clipByNorm', options: { max: 1, each: false } },
      lossWeights: 2,
    })
  })

  it('go on training to the same bits', async () => {
    const rule = {
      loss: huber({ delta: 0.3 }),
      metrics: [accuracy, f1({ name: 'score' })],
      optimizer: chain(clipByNorm(1), adam({ step: warmup({ to: 0.1, warmupIter: 3 }) })),
      regularizer: { 'linear*': l2(0.1) },
      constraint: limitNorm(1),
    }
    const { training } = await comesBack({ training: rule })
    const data = {
      x: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      y: [[1], [0], [1]],
    }
    const run = async (given: object) => {
      const { history } = await fit(network, init(network, key(1)), data, {
        ...given,
        epochs: 3,
        key: key(2),
      } as object)
      return history
    }
    expect(training).not.to.equal(undefined)
    expect(await run(training ?? {})).to.deep.equal(await run(rule))
  })

  it('are read for their network alone as ever', async () => {
    const document = plain(
      toDocument(network, { training: { loss: mse }, preprocessing: standardize([1, 2]) }),
    ) as object
    expect(String(fromDocumentOrThrow(document))).to.equal(String(network))
    expect(String(fromDocumentOrThrow({ ...document, training: 3, mine: 4 }))).to.equal(String(network))
    const { training, preprocessing } = await readDocumentOrThrow(toDocument(network))
    expect([training, preprocessing]).to.deep.equal([undefined, undefined])
  })

  it('hold what is registered', async () => {
    const distance = defineLoss('distance', (ops, y, p) => ops.mean(ops.abs(ops.subtract(p, y)), [1]))
    const plainLoss: LossForward = (ops, y, p) => ops.mean(ops.square(ops.subtract(p, y)), [1])
    const rate = (update: number): number => 1 / (update + 1)
    const registry = { distance, plainLoss, rate }
    const training = {
      loss: { a: distance, b: plainLoss, c: addLosses(distance, 'mse') },
      optimizer: adam({ step: rate }),
    }
    const back = (await comesBack({ training, registry })).training as unknown as typeof training
    const { a, b } = back.loss
    expect([a, b]).to.deep.equal([distance, plainLoss])
    expect(faultOf(() => toDocument(network, { training }))).to.equal(
      'InvalidOption of toDocument, training.loss.a: expected a value of the library or the registry, or plain data, got a function distance. Register it under a name: toDocument(network, { registry: { name: it } }).',
    )
  })

  it('have every error listed, with its place', async () => {
    const training = {
      loss: { loss: 'hubert' },
      optimizer: {
        optimizer: 'chain',
        options: { optimizers: [{ optimizer: 'adam', options: { step: -1, beta1: 2 } }] },
      },
      metrics: [{ metric: 'f1', options: { average: 'all' } }, { metric: 'acuracy' }],
      regularizer: { regularizer: 'l2', options: { rate: { number: 'NaN' } } },
      lossWeights: 'x',
      epochs: 3,
    }
    const preprocessing = {
      record: { x: { kind: 'standardize', mean: [1, 2], deviation: [1] }, y: [{ kind: 'onehot' }, 3] },
    }
    expect(
      (await errorsOf({ training, preprocessing, trainings: 1 })).map(text =>
        text.replace(/: expected .* got/, ': … got'),
      ),
    ).to.deep.equal([
      "document, training.loss.loss: … got 'hubert'. Did you mean huber?",
      'document, training.optimizer.options.optimizers[0].options.step: … got -1. For example: adam({ step: 0.001 }).',
      'document, training.optimizer.options.optimizers[0].options.beta1: … got 2. For example: adam({ step: 0.001 }).',
      "document, training.metrics[0].options.average: … got 'all'. For example: f1({ average: 'macro' }).",
      "document, training.metrics[1].metric: … got 'acuracy'. Did you mean accuracy?",
      'document, training.regularizer.options.rate: … got NaN. For example: l2(0.01).',
      "document, training.epochs: … got 'epochs'. Leave it out.",
      "document, training.lossWeights: … got 'x'. For example: { training: { loss: mse, optimizer: adam() } }.",
      'document, preprocessing.record.x.deviation: … got 1. It has been changed: give what JSON.stringify gave.',
      "document, preprocessing.record.y[0].kind: … got 'onehot'. Did you mean oneHot?",
      'document, preprocessing.record.y[1]: … got 3. Preprocessors are { "kind": "standardize", … }, as JSON.stringify gives them.',
      "document, trainings: … got 'trainings'. Did you mean training?",
    ])
  })

  it('are refused where the rule is wrong', () => {
    const of = (training: unknown) => faultOf(() => toDocument(network, { training } as never))
    expect(of({ loss: 'msee' })).to.contain('InvalidOption of toDocument, training, loss: expected the name of a loss')
    expect(of({ epochs: 3 })).to.contain('toDocument, training, epochs')
    expect(of({ metrics: ['mae', 'mae'] })).to.contain('a different name for every metric')
    expect(of(3)).to.contain('InvalidOption of toDocument')
    expect(faultOf(() => toDocument(network, { trainings: {} } as never))).to.contain('Did you mean training?')
  })
})

describe('documents with preprocessing', () => {
  it('give preprocessors again, alone, in lists and by name', async () => {
    const numbers = fc.array(
      fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 2, maxLength: 2 }),
      { minLength: 1 },
    )
    const labels = fc.uniqueArray(fc.oneof(fc.string(), fc.integer()), { minLength: 1 })
    const boundaries = fc.uniqueArray(fc.integer(), { minLength: 1 }).map(all => all.toSorted((a, b) => a - b))
    const field = fc.record({ field: fc.string() }, { requiredKeys: [] }) as fc.Arbitrary<{ field?: string }>
    const one = fc.oneof(
      fc.tuple(numbers, field).map(given => standardize(...given)),
      fc.tuple(numbers, field).map(given => minMax(...given)),
      fc.tuple(labels, field).map(given => oneHot(...given)),
      fc.tuple(boundaries, field).map(given => bucketize(...given)),
    )
    const tree = fc.letrec(tie => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        one,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 3 }),
      ),
    })).tree
    await fc.assert(
      fc.asyncProperty(tree, async preprocessing => {
        const read = await comesBack({ preprocessing: preprocessing as never })
        expect(JSON.stringify(read.preprocessing)).to.equal(JSON.stringify(preprocessing))
      }),
      { numRuns: 150, seed: 2 },
    )
  })

  it('change data to the same bits', async () => {
    const x = [
      [1, 10, -0],
      [3, 11, 0],
      [7, 13, -0],
    ]
    const [scale, bounds] = [standardize(x), minMax(x, { to: [-0, 1] })]
    const { preprocessing } = await comesBack({ preprocessing: { scale, bounds } })
    const read = preprocessing as { readonly scale: Standardization; readonly bounds: typeof bounds }
    for (const name of ['apply', 'invert'] as const) {
      expect(read.scale[name](x)).to.deep.equal(scale[name](x))
      expect(read.bounds[name](x)).to.deep.equal(bounds[name](x))
    }
  })

  it('hold tokenizers', async () => {
    const { preprocessing } = await comesBack({ preprocessing: [await tokenize(tokenizer, { field: 'text' })] })
    const [tokens] = preprocessing as unknown as readonly Awaited<ReturnType<typeof tokenize>>[]
    expect(tokens?.apply({ text: 'red rose' })).to.deep.equal({ text: [1, 2] })
  })

  it('hold those of the user: registered values, functions, and what has fromJSON', async () => {
    const logarithm = Object.assign(
      (offset: number) => ({
        kind: 'logarithm',
        offset,
        apply: (x: number) => Math.log(x + offset),
        toJSON: () => ({ kind: 'logarithm', offset }),
      }),
      { fromJSON: ({ offset }: { readonly offset: number }) => logarithm(offset) },
    )
    const halve = (x: number): number => x / 2
    const fixed = { apply: (x: number) => x + 1 }
    const preprocessing = { a: logarithm(2), b: halve, c: [fixed] }
    const registry = { logarithm, halve, fixed }
    const read = (await comesBack({ preprocessing, registry })).preprocessing as unknown as typeof preprocessing
    expect(read.a.apply(5)).to.equal(Math.log(7))
    expect(read.b).to.equal(halve)
    expect(read.c[0]).to.equal(fixed)
    expect(faultOf(() => toDocument(network, { preprocessing }))).to.contain('toDocument, preprocessing.a')
    expect(faultOf(() => toDocument(network, { preprocessing: { a: 3 } } as never))).to.contain(
      'expected a fitted preprocessor',
    )
  })

  it('are read by themselves', async () => {
    const scale = standardize([1, 2, 3], { field: 'x' })
    expect(JSON.stringify(toJson(scale))).to.equal(JSON.stringify(scale))
    expect(await preprocessorFromJson(plain(scale))).to.deep.include({ kind: 'standardize', field: 'x', mean: [2] })
    expect(await thrown(() => preprocessorFromJson({ kind: 'standardise' }))).to.contain('Did you mean standardize?')
    expect(
      await thrown(() => preprocessorFromJson({ kind: 'minMax', least: [1], most: [2, 3], to: [0, 1] })),
    ).to.contain('preprocessorFromJson, most: expected 1 numbers, as many as least has, got 2.')
    const text = `${'{"record":{"a":'.repeat(20_000)}3${'}}'.repeat(20_000)}`
    expect(await thrown(() => preprocessorFromJson(JSON.parse(text)))).to.contain('not so deep')
  })
})
