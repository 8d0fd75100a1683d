import { expect } from 'chai'
import {
  adam,
  apply,
  branch,
  Embedding,
  fit,
  GlobalPooling,
  Identity,
  Input,
  init,
  join,
  key,
  Masking,
  names,
  outputShape,
  PositionalEncoding,
  parallel,
  repeat,
  Select,
  Softmax,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
} from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { close, draw, untyped } from '../running.ts'

// Values are compared with those of PyTorch in spec/peers.spec.ts; here is what is around them.

interface Read {
  readonly shape: number[]
  readonly dataSync: () => Float32Array
}
const numbersOf = (tensor: unknown) => {
  const { shape, dataSync } = tensor as Read
  return { shape, data: Array.from(dataSync.call(tensor)) }
}

describe('TransformerEncoder', () => {
  it('is a named block of the layers that everyone has', () => {
    const network = join(Input([5, 8]), TransformerEncoder(8, 2))
    expect(names(network)).to.deep.equal([
      'input-1',
      'transformer-encoder-1/identity-1',
      'transformer-encoder-1/multi-head-attention-1',
      'transformer-encoder-1/dropout-1',
      'transformer-encoder-1/elementwise-1',
      'transformer-encoder-1/layer-norm-1',
      'transformer-encoder-1/identity-2',
      'transformer-encoder-1/time-distributed-1',
      'transformer-encoder-1/dropout-2',
      'transformer-encoder-1/time-distributed-2',
      'transformer-encoder-1/dropout-3',
      'transformer-encoder-1/elementwise-2',
      'transformer-encoder-1/layer-norm-2',
    ])
    const { params } = init(network, key(1))
    expect(params['transformer-encoder-1/time-distributed-1'].weight.shape).to.deep.equal([8, 32])
    expect(names(join(Input([5, 8]), TransformerEncoder(8, 2, { name: 'encoder' })))[1]).to.match(/^encoder\//)
  })

  it('normalizes before each part with norm: pre', () => {
    const order = names(join(Input([5, 8]), TransformerEncoder(8, 2, { norm: 'pre' }))).map(name => name.split('/')[1])
    expect(order.indexOf('layer-norm-1')).to.be.below(order.indexOf('multi-head-attention-1'))
    expect(order.indexOf('layer-norm-2')).to.be.below(order.indexOf('time-distributed-1'))
  })

  it('drops in training only, and depends on its key', () => {
    const network = join(Input([5, 8]), TransformerEncoder(8, 2, { dropout: 0.5 }))
    const variables = init(network, key(1))
    const x = draw(1, [2, 5, 8]) as never
    const of = (options: object) => numbersOf(apply(network, variables, x, options).output)
    close(of({}), of({}), 0)
    close(of({ training: true, key: key(1) }), of({ training: true, key: key(1) }), 0)
    expect(of({ training: true, key: key(1) }).data).not.to.deep.equal(of({ training: true, key: key(2) }).data)
  })

  it('sees no later step where it is causal', () => {
    const network = join(Input([4, 6]), repeat(TransformerEncoder(6, 2, { causal: true }), 2))
    const variables = init(network, key(1))
    const x = draw(1, [1, 4, 6])
    const other = { shape: x.shape, data: [...x.data.slice(0, 12), ...draw(2, [12]).data] }
    const [a, b] = [x, other].map(input => numbersOf(apply(network, variables, input as never).output).data) as [
      number[],
      number[],
    ]
    for (let i = 0; i < 12; i++) expect(a[i]).to.be.closeTo(b[i] as number, 1e-5)
    expect(a.slice(12)).not.to.deep.equal(b.slice(12))
  })

  for (const norm of ['post', 'pre'] as const)
    it(`does not see masked steps, through several blocks (${norm})`, () => {
      const options = { mask: true, norm, dropout: 0 } as const
      const network = join(
        Input([4, 6]),
        parallel(Identity(), Masking()),
        branch(TransformerEncoder(6, 2, options), Select(1)),
        TransformerEncoder(6, 3, options),
      )
      const short = join(
        Input([3, 6]),
        TransformerEncoder(6, 2, { norm, dropout: 0 }),
        TransformerEncoder(6, 3, { norm, dropout: 0 }),
      )
      const variables = init(network, key(1))
      const x = draw(1, [1, 3, 6])
      const filled = { shape: [1, 4, 6], data: [...x.data, 0, 0, 0, 0, 0, 0] }
      const long = numbersOf(apply(network, variables, filled as never).output)
      const alone = numbersOf(apply(short, { params: variables.params, state: {} } as never, x as never).output)
      close({ shape: [1, 3, 6], data: long.data.slice(0, 18) }, alone, 1e-4)
    })

  it('learns which word comes first', async () => {
    const network = join(
      Input(4),
      Embedding(5, 8),
      PositionalEncoding(),
      TransformerEncoder(8, 2, { dropout: 0, hidden: 16, activation: 'gelu' }),
      GlobalPooling('avg'),
      Softmax(5),
    )
    const words = Array.from({ length: 64 }, (_, i) => [0, 1, 2, 3].map(t => (i * 7 + t * t * 3 + (i >> 2)) % 5))
    const y = words.map(([first]) => [0, 1, 2, 3, 4].map(word => (word === first ? 1 : 0)))
    const { history } = await fit(
      network,
      init(network, key(1)),
      { x: words, y },
      {
        loss: 'categoricalCrossentropy',
        optimizer: adam({ step: 0.02 }),
        epochs: 40,
        batchSize: 16,
        metrics: ['accuracy'],
        key: key(2),
      },
    )
    expect(history.accuracy?.at(-1)).to.be.above(0.95)
  })

  const example = 'For example: TransformerEncoder(512, 8).'
  refuses([
    [
      () => untyped.TransformerEncoder(),
      `InvalidOption of TransformerEncoder, features: expected a positive integer, got undefined. ${example}`,
    ],
    [
      () => untyped.TransformerEncoder(6, 4),
      'InvalidOption of TransformerEncoder, heads: expected a number that divides the 6 features, got 4.',
    ],
    [
      () => untyped.TransformerEncoder(6, 2, { hidden: 0 }),
      'InvalidOption of TransformerEncoder, hidden: expected a positive integer, or null for 4 times the features, got 0.',
    ],
    [
      () => untyped.TransformerEncoder(6, 2, { activation: 'tanh' }),
      "InvalidOption of TransformerEncoder, activation: expected 'relu' or 'gelu', got 'tanh'.",
    ],
    [
      () => untyped.TransformerEncoder(6, 2, { name: '' }),
      "InvalidOption of TransformerEncoder, name: expected a name or pattern, got ''.",
    ],
    [
      () => untyped.join(Input([4, 8]), untyped.TransformerEncoder(6, 2)),
      'LayerConnectionError of transformer-encoder-1: expected a sequence [batch, time, 6], got (?, 4, 8). Give the Input two dimensions',
    ],
    [
      () => untyped.join(Input([4, 6]), untyped.TransformerEncoder(6, 2, { mask: true })),
      'LayerConnectionError of transformer-encoder-1: expected two inputs, a sequence [batch, time,',
    ],
  ])
})

describe('TransformerDecoder', () => {
  const sides = parallel(Input([3, 6]), Input([5, 6]))

  it('sees no later step of its sequence, and all of the memory', () => {
    const network = join(sides, TransformerDecoder(6, 2))
    const variables = init(network, key(1))
    const [x, memory] = [draw(1, [1, 3, 6]), draw(2, [1, 5, 6])]
    const late = { shape: x.shape, data: [...x.data.slice(0, 12), ...draw(3, [6]).data] }
    const other = { shape: memory.shape, data: [...memory.data.slice(0, 24), ...draw(4, [6]).data] }
    const of = (a: unknown, b: unknown) => numbersOf(apply(network, variables, [a, b] as never).output).data
    const [own, later, changed] = [of(x, memory), of(late, memory), of(x, other)]
    for (let i = 0; i < 12; i++) expect(own[i]).to.be.closeTo(later[i] as number, 1e-5)
    for (let i = 0; i < 18; i += 6) expect(own.slice(i, i + 6)).not.to.deep.equal(changed.slice(i, i + 6))
  })

  it('does not see a later step even of several blocks, with the memory sent around each', () => {
    const network = join(
      sides,
      branch(TransformerDecoder(6, 2, { norm: 'pre' }), Select(1)),
      TransformerDecoder(6, 3, { norm: 'pre' }),
      TimeDistributed(Softmax(4)),
    )
    expect(outputShape(network)).to.deep.equal([null, 3, 4])
    expect(names(network).filter(name => name.includes('multi-head')).length).to.equal(4)
  })

  for (const norm of ['post', 'pre'] as const)
    it(`does not see masked steps of the memory (${norm})`, () => {
      const network = join(
        parallel(Input([3, 6]), Input([5, 6]), Input(5)),
        TransformerDecoder(6, 2, { mask: true, norm }),
      )
      const short = join(parallel(Input([3, 6]), Input([4, 6])), TransformerDecoder(6, 2, { norm }))
      const variables = init(network, key(1))
      const [x, memory] = [draw(1, [1, 3, 6]), draw(2, [1, 4, 6])]
      const long = { shape: [1, 5, 6], data: [...memory.data, 9, 9, 9, 9, 9, 9] }
      const found = apply(network, variables, [x, long, { shape: [1, 5], data: [1, 1, 1, 1, 0] }] as never).output
      const alone = apply(short, { params: variables.params, state: {} } as never, [x, memory] as never).output
      close(numbersOf(found), numbersOf(alone), 1e-4)
    })

  refuses([
    [
      () => untyped.TransformerDecoder(6, 2, { dropout: 1 }),
      'InvalidOption of TransformerDecoder, dropout: expected a number >= 0 and < 1, got 1.',
    ],
    [
      () => untyped.join(Input([4, 6]), untyped.TransformerDecoder(6, 2)),
      'LayerConnectionError of transformer-decoder-1: expected two inputs, a sequence [batch, time, 6] and a memory [batch, time, features], got (?, 4, 6). Put parallel(...) of them before it;',
    ],
    [
      () => untyped.join(untyped.parallel(Input([4, 6]), Input(6)), untyped.TransformerDecoder(6, 2)),
      'LayerConnectionError of transformer-decoder-1: expected two inputs, a sequence [batch, time, 6] and a memory [batch, time, features], got [(?, 4, 6), (?, 6)].',
    ],
  ])
})
