import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import type { BackendOption } from '../../src/backends/choose.ts'
import type { AnyLayer } from '../../src/core/layer.ts'
import {
  Bidirectional,
  Convolution1D,
  decode,
  Elementwise,
  Embedding,
  GlobalPooling,
  GRU,
  gpt,
  Identity,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Lambda,
  LayerNorm,
  Linear,
  LSTM,
  MultiHeadAttention,
  type Ops,
  PositionalEncoding,
  parallel,
  predict,
  Relu,
  Reshape,
  Softmax,
  TimeDistributed,
  TransformerEncoder,
  tensor,
} from '../../src/index.ts'
import { settled } from '../settled.ts'
import { continued, encoded, masked, networks, translating } from './networks.ts'

const backends: readonly (BackendOption & string)[] = ['tfjs', 'wasm', 'onnxruntime']

const rowsOf = (length: number, seed: number): number[][] =>
  [0, 1].map(row => Array.from({ length }, (_, i) => (seed + 3 * row + i * i + 5 * i) % 11))
const near = (found: tf.Tensor, expected: tf.Tensor): void => {
  expect(found.shape).to.deep.equal(expected.shape)
  const wanted = expected.dataSync()
  for (const [i, value] of found.dataSync().entries()) expect(value).to.be.closeTo(wanted[i] as number, 2e-5)
}
const part = (rows: readonly (readonly number[])[], from: number, to: number) => rows.map(row => row.slice(from, to))

/** The outputs of a decoder that reads rows in parts of some sizes, the last of which is the rest. */
const inParts = async (
  network: AnyLayer,
  variables: never,
  rows: readonly (readonly number[])[],
  sizes: readonly number[],
  backend: BackendOption,
  others: readonly tf.Tensor[] = [],
): Promise<tf.Tensor> => {
  const decoder = decode(network, variables, { backend })
  const length = (rows[0] as readonly number[]).length
  const [first = 1, ...rest] = sizes
  const start = part(rows, 0, first)
  const read = await decoder.start((others.length > 0 ? [start, ...others] : start) as never)
  const outputs = [read.output as tf.Tensor]
  let state = read.state
  for (const size of [...rest, length]) {
    const tokens = part(rows, state.position, Math.min(state.position + size, length))
    if (tokens[0]?.length === 0) continue
    const next = await decoder.next(state, tokens)
    outputs.push(next.output)
    state = next.state
  }
  expect([state.position, state.batch]).to.deep.equal([length, 2])
  await decoder.dispose()
  return tf.concat(outputs, 1)
}

describe('decode', () => {
  for (const backend of backends)
    describe(`on ${backend}`, () => {
      for (const [name, network] of Object.entries(networks))
        it(`reads ${name} in parts as it reads the whole`, async () => {
          const variables = init(network as never, key(3)) as never
          const rows = rowsOf(27, 1)
          const whole = (await predict(network, variables, rows as never)) as tf.Tensor
          near(await inParts(network, variables, rows, [2, 1, 14, 1], backend), whole)
        })

      it('attends to a memory, with and without a mask, and begins with a state', async () => {
        const rows = rowsOf(9, 2)
        for (const [network, others] of [
          [translating, [tf.randomNormal([2, 4, 6], 0, 1, 'float32', 1)]],
          [encoded, [tf.randomNormal([2, 5, 3], 0, 1, 'float32', 1)]],
          [continued, [tf.randomNormal([2, 6], 0, 1, 'float32', 1), tf.randomNormal([2, 6], 0, 1, 'float32', 2)]],
          [
            masked,
            [
              tf.randomNormal([2, 4, 8], 0, 1, 'float32', 2),
              tf.tensor2d([
                [1, 1, 0, 0],
                [1, 0, 1, 1],
              ]),
            ],
          ],
        ] as const) {
          const variables = init(network as never, key(4)) as never
          const whole = (await predict(network as AnyLayer, variables, [rows, ...others] as never)) as tf.Tensor
          near(await inParts(network as AnyLayer, variables, rows, [2, 1, 1], backend, others), whole)
        }
      })
    })

  it('does not depend on where the parts end', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
        fc.nat(10),
        async (sizes, seed) => {
          const network = networks['recurrent layers beside each other'] as AnyLayer
          const variables = init(network as never, key(3)) as never
          const rows = rowsOf(20, seed)
          near(
            await inParts(network, variables, rows, sizes, 'tfjs'),
            (await predict(network, variables, rows as never)) as tf.Tensor,
          )
        },
      ),
      { numRuns: 3 },
    ))

  it('has no state but its values: reading on from one twice gives the same twice', async () => {
    const network = networks.gpt as AnyLayer
    const decoder = decode(network, init(network as never, key(3)) as never)
    const { state } = await decoder.start([[1, 2, 3]])
    const bits = async (tokens: number[][]) => Array.from((await decoder.next(state, tokens)).output.dataSync())
    const first = await bits([[4]])
    expect(await bits([[5]])).not.to.deep.equal(first)
    // More than there is room for, which grows.
    await bits([Array.from({ length: 20 }, () => 6)])
    expect(await bits([[4]])).to.deep.equal(first)
    await decoder.dispose()
  })

  it('holds no tensors but its results, and what nobody holds is freed', async () => {
    const network = networks.gpt as AnyLayer
    const variables = init(network as never, key(3)) as never
    const before = await settled()
    await (async () => {
      const decoder = decode(network, variables)
      let { state, output } = await decoder.start([[1, 2, 3]])
      for (let i = 0; i < 20; i++) ({ state, output } = await decoder.next(state, [[i % 11]]))
      expect(output.shape).to.deep.equal([1, 1, 11])
      await decoder.dispose()
    })()
    expect(await settled()).to.equal(before)
  })

  it('goes on beyond the window of the network, if no layer has learned positions', async () => {
    const network = join(
      Input(4),
      Embedding(5, 6),
      PositionalEncoding(),
      TransformerEncoder(6, 2, { causal: true }),
      TimeDistributed(Softmax(5)),
    )
    const decoder = decode(network, init(network, key(1)))
    const { state } = await decoder.start([[1, 2, 3]])
    const { output } = await decoder.next(state, [[1, 2, 3, 4]])
    expect(output.shape).to.deep.equal([1, 4, 5])
  })

  describe('refuses', () => {
    const tokens = join(Input([null]), Embedding(5, 6))
    const next = TimeDistributed(Softmax(5))
    const refused = (network: AnyLayer, message: string): void => {
      expect(() => decode(network, { params: {}, state: {} } as never)).to.throw(InvalidOption, message)
    }

    it('layers that look at later steps, by name', () => {
      refused(
        join(tokens, MultiHeadAttention(2), next),
        'multi-head-attention-1, decode: expected causal attention of a sequence to itself, or attention to inputs without its steps, got MultiHeadAttention of (?, ?, 6). Make it causal: MultiHeadAttention(4, { causal: true }).',
      )
      refused(join(tokens, TransformerEncoder(6, 2), next), 'transformer-encoder-1 > multi-head-attention-1, decode')
      refused(
        join(tokens, Convolution1D([3, 6], { padding: 'same' }), next),
        "convolution1d-1, decode: expected a convolution over earlier steps only, one for each step, got Convolution1D of (?, ?, 6). Use Convolution1D with padding: 'causal' and no stride.",
      )
      refused(join(tokens, Convolution1D([3, 6], { padding: 'causal', stride: 2 }), next), 'convolution1d-1, decode')
      refused(
        join(tokens, Bidirectional(LSTM(4, { onlyReturnFinal: false })), next),
        'bidirectional-1, decode: expected a layer that acts on each step alone, or looks back only, got Bidirectional',
      )
      refused(
        join(tokens, GRU(4, { onlyReturnFinal: false, backwards: true }), next),
        'gru-1, decode: expected a recurrent layer',
      )
      refused(join(Input(3), Embedding(5, 6), LayerNorm({ axes: [1, 2] }), next), 'layer-norm-1, decode')
      refused(join(Input(3), Embedding(5, 6), Reshape([3, 6]), next), 'reshape-1, decode')
      refused(
        join(
          tokens,
          Lambda((ops, x) => ops.reverse(x, [1])),
          next,
        ),
        'lambda-1, decode',
      )
      refused(
        join(
          tokens,
          parallel(Identity(), Identity()),
          Elementwise(<T>(ops: Ops<T>, a: T, b: T) => ops.add(a, ops.reverse(b, [1]))),
          next,
        ),
        'elementwise-1, decode',
      )
    })

    it('networks that give no score to each token at each step', () => {
      refused(
        join(Input(4), Relu(3)),
        'decode, network: expected a first input of ids [batch, time], which an Embedding takes, got (?, 4)',
      )
      refused(join(Input([4, 3]), next), 'decode, network: expected a first input of ids')
      refused(
        join(tokens, GRU(4), Softmax(5)),
        'decode, network: expected one output [batch, time, vocabulary], got (?, 5)',
      )
      refused(join(tokens, parallel(next, next)), 'decode, network: expected one output')
      refused(join(tokens, GlobalPooling('avg'), Linear(5)), 'decode, network: expected one output')
      refused(
        join(parallel([Input(3), Embedding(5, 6)], [Input([3, 6])]), Elementwise(), next),
        'elementwise-1, decode: expected inputs that all have the steps of the sequence',
      )
    })

    const network = gpt({ vocabulary: 5, length: 4, width: 4, heads: 2, layers: 1 })
    const variables = init(network, key(1))
    const rejected = async (what: () => Promise<unknown>, message: string): Promise<void> => {
      const error = await what().then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).to.be.instanceOf(InvalidOption)
      expect((error as Error).message).to.include(message)
    }

    it('tokens that are none', async () => {
      const { start } = decode(network, variables)
      await rejected(() => start([[0.5, 1]]), 'tokens, input: expected whole numbers from 0 to 4, got 0.5')
      await rejected(() => start([[1, 5]]), 'expected whole numbers from 0 to 4, got 5')
      await rejected(() => start(tensor([[1, 2]]) as never), 'decode, input: expected')
      await rejected(() => start([1, 2]), 'decode, input: expected tokens [batch, steps], at least one step, got (2,)')
      await rejected(
        () => start({ data: [], shape: [1, 0] }),
        'decode, input: expected tokens [batch, steps], at least one step',
      )
    })

    it('more steps than positions, and states of others', async () => {
      const decoder = decode(network, variables)
      await rejected(
        () => decoder.start([[1, 1, 1, 1, 1]]),
        'decode, input: expected at most 4 steps, as positions are learned for, got 5',
      )
      const { state } = await decoder.start([[1, 2, 3]])
      await rejected(() => decoder.next(state, [[1, 2]]), 'decode, tokens: expected at most 4 steps')
      await rejected(
        () => decoder.next(state, [[1], [2]]),
        'decode, tokens: expected tokens of 1 sequences, got (2, 1)',
      )
      await rejected(() => decoder.next({ ...state }, [[1]]), 'decode, state: expected a state of this decoder')
      await rejected(
        () => decode(network, variables).next(state, [[1]]),
        'decode, state: expected a state of this decoder',
      )
      await rejected(() => decoder.next(state, tensor([[1]]) as never), 'decode, tokens: expected')
      expect(() => decode(network, variables, { backend: 'cuda' } as never)).to.throw(InvalidOption, 'decode, backend')
    })
  })
})
