import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import type { BackendOption } from '../../src/backends/choose.ts'
import {
  apply,
  Bidirectional,
  branch,
  compile,
  decode,
  Elementwise,
  end,
  GRU,
  gradients,
  Input,
  InvalidOption,
  init,
  join,
  key,
  type Layer,
  LayerConnectionError,
  Linear,
  LSTM,
  net,
  normals,
  notation,
  type OutputOf,
  outputShape,
  parallel,
  Select,
  start,
  summary,
  TimeDistributed,
  type Variables,
} from '../../src/index.ts'
import { fromDocument, toDocument, toModule, toOnnx } from '../../src/storage.ts'
import { untyped } from '../running.ts'

const draws = (seed: number, shape: readonly number[]) => ({
  data: normals(
    key(seed),
    shape.reduce((n, d) => n * d, 1),
  ),
  shape,
})
type Tensors = readonly tf.Tensor[]
const all = (output: unknown): Tensors => [output].flat() as tf.Tensor[]
const near = (found: unknown, expected: unknown): void => {
  const wanted = all(expected)
  expect(all(found).map(({ shape }) => shape)).to.deep.equal(wanted.map(({ shape }) => shape))
  for (const [i, tensor] of all(found).entries()) {
    const numbers = (wanted[i] as tf.Tensor).dataSync()
    for (const [k, value] of tensor.dataSync().entries()) expect(value).to.be.closeTo(numbers[k] as number, 1e-5)
  }
}
const run = (network: Layer, variables: unknown, input: unknown): Tensors =>
  all(apply(network, variables as Variables, input as never).output)

const kinds = { LSTM: 2, GRU: 1, SimpleRNN: 1 } as const

for (const [kind, count] of Object.entries(kinds))
  describe(`The state of ${kind}`, () => {
    const make = untyped[kind as 'LSTM']
    const states = Array.from({ length: count }, () => Input(4))
    const [x, y] = [draws(1, [2, 3, 5]), draws(2, [2, 2, 5])]
    const joined = { data: new Float32Array(50), shape: [2, 5, 5] }
    for (let row = 0; row < 2; row++) {
      joined.data.set(x.data.subarray(row * 15, row * 15 + 15), row * 25)
      joined.data.set(y.data.subarray(row * 10, row * 10 + 10), row * 25 + 15)
    }
    for (const onlyReturnFinal of [true, false])
      it(`goes on where it came out, ${onlyReturnFinal ? 'of the final output' : 'of all outputs'}`, () => {
        const options = { onlyReturnFinal, returnState: true, name: 'own' }
        const whole = untyped.join(Input([5, 5]), make(4, options))
        const variables = init(whole as never, key(3)) as unknown as Variables
        const [output, ...last] = run(whole, variables, joined) as [tf.Tensor, ...tf.Tensor[]]
        expect(last.length).to.equal(count)
        const first = untyped.join(Input([3, 5]), make(4, options))
        const [before, ...between] = run(first, variables, x) as [tf.Tensor, ...tf.Tensor[]]
        const second = untyped.join(untyped.parallel(Input([2, 5]), ...states), make(4, { ...options, initial: true }))
        const [after, ...end] = run(second, variables, [y, ...between]) as [tf.Tensor, ...tf.Tensor[]]
        near(end, last)
        near(after, onlyReturnFinal ? output : tf.slice(output, [0, 3, 0], [2, 2, 4]))
        if (!onlyReturnFinal) near(before, tf.slice(output, [0, 0, 0], [2, 3, 4]))
        else near(end[0], after)
      })

    it('has no variables if it comes in', () => {
      const network = untyped.join(untyped.parallel(Input([2, 5]), ...states), make(4, { initial: true }))
      const { params, state } = init(network as never, key(3)) as unknown as Variables
      expect(Object.keys(Object.values(params)[0] ?? {})).to.deep.equal(['inputWeights', 'hiddenWeights', 'biases'])
      expect(state).to.deep.equal({})
    })

    it('is kept where a mask is 0', () => {
      const network = untyped.join(
        untyped.parallel(Input([2, 5]), Input(2), ...states),
        make(4, { initial: true, returnState: true, mask: true }),
      )
      const given = Array.from({ length: count }, (_, i) => draws(5 + i, [2, 4]))
      const found = run(network, init(network as never, key(3)), [
        y,
        [
          [0, 0],
          [0, 0],
        ],
        ...given,
      ])
      for (const [i, { data }] of given.entries())
        expect(Array.from(found[i + 1]?.dataSync() ?? [])).to.deep.equal([...data])
    })

    it('is that after the first step, backwards', () => {
      const network = untyped.join(
        Input([3, 5]),
        make(4, { backwards: true, onlyReturnFinal: false, returnState: true }),
      )
      const [output, hidden] = run(network, init(network as never, key(3)), x) as [tf.Tensor, tf.Tensor]
      near(hidden, tf.reshape(tf.slice(output, [0, 0, 0], [2, 1, 4]), [2, 4]))
    })

    it('is printed and read, as a text and as a document', () => {
      const network = untyped.join(
        untyped.parallel(Input([2, 5]), ...states),
        make(4, { initial: true, returnState: true }),
      )
      const text = notation(network as never)
      expect(text).to.include(`${kind}(4, initial=true, returnState=true)`)
      expect(notation(net(text as never))).to.equal(text)
      const read = fromDocument(toDocument(network as never)) as unknown as { readonly right: Layer }
      expect(String(read.right)).to.equal(String(network))
    })

    it('is not in documents of layers without it, as readers of before do not know it', () => {
      const document = toDocument(untyped.join(Input([5, 5]), make(4)) as never)
      expect(JSON.stringify(document)).not.to.match(/"(initial|returnState)":(true|false)/)
    })

    it('is refused where it does not fit', () => {
      const refused = (
        make: () => unknown,
        error: typeof InvalidOption | typeof LayerConnectionError,
        message: string,
      ) => expect(make).to.throw(error as never, message)
      const wanted = count === 2 ? 'a hidden state and a cell, each [batch, 4]' : 'a hidden state [batch, 4]'
      for (const inputs of [
        [Input([2, 5]), Input(3), Input(4)],
        [Input([2, 5]), Input(4), Input(4), Input(4)],
        [Input([2, 5]), Input([4, 4]), Input(4)],
      ])
        refused(
          () => untyped.join(untyped.parallel(...inputs), make(4, { initial: true })),
          LayerConnectionError,
          `expected a sequence and ${wanted}`,
        )
      refused(
        () => untyped.join(Input([2, 5]), make(4, { initial: true })),
        LayerConnectionError,
        'expected several inputs',
      )
      refused(
        () => make(4, { initial: true, learnInit: true }),
        InvalidOption,
        `${kind}, learnInit: expected an initial state that comes in, or one that the layer has, got both`,
      )
      refused(() => make(4, { initial: true, hiddenInit: 0.5 }), InvalidOption, `${kind}, hiddenInit: expected`)
      refused(() => make(4, { initial: 1 }), InvalidOption, `${kind}, initial: expected true or false`)
    })
  })

/** An encoder whose state a decoder begins with. */
const translating = join(
  parallel(Input([3, 5]), [Input([4, 2]), LSTM(4, { returnState: true }), branch(Select(1), Select(2))]),
  LSTM(4, { initial: true, onlyReturnFinal: false, returnState: true }),
  branch(Select(0), [branch(Select(1), Select(2)), Elementwise('add')]),
  parallel(TimeDistributed(Linear(2)), Linear(3)),
)
const input = [draws(1, [2, 3, 5]), draws(2, [2, 4, 2])] as never

describe('Layers of several outputs', () => {
  it('have types', () => {
    const encoder = join(Input([7, 2]), LSTM(4, { returnState: true }))
    const shapes: OutputOf<typeof encoder> = [
      [1, 4],
      [1, 4],
      [1, 4],
    ]
    expect(outputShape(encoder)).to.deep.equal(shapes.map(([, units]) => [null, units]))
    const all: OutputOf<typeof translating> = [
      [1, 3, 2],
      [1, 3],
    ]
    expect(all.length).to.equal(2)
    const text = net('(Input(3, 5) | Input(4)) >> GRU(4, initial=true, returnState=true)')
    const ofText: OutputOf<typeof text> = [
      [1, 4],
      [1, 4],
    ]
    expect(ofText.length).to.equal(2)
    // @ts-expect-error a state of other units
    expect(() => join(parallel(Input([3, 5]), Input(3)), GRU(4, { initial: true }))).to.throw(LayerConnectionError)
    // @ts-expect-error no cell
    expect(() => join(parallel(Input([3, 5]), Input(4)), LSTM(4, { initial: true }))).to.throw(LayerConnectionError)
    // @ts-expect-error three outputs into a layer of one input
    expect(() => join(encoder, Linear(3))).to.throw(LayerConnectionError)
    // @ts-expect-error no initial state among the variables
    expect(init(join(parallel(Input([3, 5]), Input(4)), GRU(4, { initial: true })), key(1)).state['gru-1']).to.equal(
      undefined,
    )
  })

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] satisfies BackendOption[])
    it(`compute on ${backend} what they compute at once, with the same gradients`, async () => {
      const variables = init(translating, key(3))
      const compiled = compile(translating, variables, { backend })
      near(await compiled(input), apply(translating, variables, input).output)
      const cotangent = [draws(7, [2, 3, 2]), draws(8, [2, 3])] as never
      const [found, expected] = [
        await compiled.gradients(input, cotangent),
        gradients(translating, variables, input, cotangent),
      ]
      near(found.input, expected.input)
      near(found.params['lstm-1'].hiddenWeights, expected.params['lstm-1'].hiddenWeights)
      await compiled.dispose()
    })

  it('keep their outputs apart in slices, blocks and chains', () => {
    const variables = init(translating, key(3))
    const whole = all(apply(translating, variables, input).output)
    const upTo = end(translating, 'elementwise-1') as Layer
    const [sum] = run(upTo, variables, input)
    const rest = start(translating, 'linear-1') as Layer
    near(run(rest, variables, [sum])[0], whole[1])
    const parts = untyped.join(untyped.join(Input([4, 2])), LSTM(4, { returnState: true }), Select(2)) as Layer
    const cell = run(
      parts,
      { params: { 'lstm-1': variables.params['lstm-1'] }, state: { 'lstm-1': variables.state['lstm-1'] } },
      draws(2, [2, 4, 2]),
    )
    const encoder = untyped.join(Input([4, 2]), LSTM(4, { returnState: true })) as Layer
    near(cell, run(encoder, variables, draws(2, [2, 4, 2]))[2])
  })

  it('are one layer, in tables and counts', () => {
    expect(String(translating)).to.equal('[(?, 3, 5), (?, 4, 2)] -> [... 12 layers ...] -> [(?, 3, 2), (?, 3)]')
    expect(String(summary(translating))).to.include('lstm-2')
  })

  it('are outputs of modules and ONNX files', async () => {
    const network = join(Input([4, 2]), LSTM(4, { returnState: true }))
    const { source } = await toModule(network, init(network, key(1)))
    const outputs = source.slice(source.indexOf('export const outputs'))
    for (const name of ['output-1', 'output-2', 'output-3']) expect(outputs).to.include(name)
    expect(Buffer.from(toOnnx(network, init(network, key(1)))).includes('output-3')).to.equal(true)
  })
})

/** A batch with its steps in reverse. */
const reversed = (x: { readonly data: Float32Array; readonly shape: readonly number[] }) => {
  const [batch = 0, time = 0, features = 1] = x.shape
  const data = x.data.slice()
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < time; t++) {
      const row = x.data.subarray((b * time + t) * features, (b * time + t + 1) * features)
      data.set(row, (b * time + time - 1 - t) * features)
    }
  return { data, shape: x.shape }
}

for (const [kind, count] of Object.entries(kinds))
  describe(`Bidirectional ${kind} with its state`, () => {
    const make = untyped[kind as 'LSTM']
    const x = draws(1, [2, 3, 5])
    const mask = { data: Float32Array.of(1, 1, 0, 1, 0, 0), shape: [2, 3] }
    const given = Array.from({ length: 2 * count }, (_, i) => draws(20 + i, [2, 4]))
    for (const [masks, onlyReturnFinal] of [
      [false, true],
      [false, false],
      [true, false],
    ] as const)
      it(`is each direction with its own, ${masks ? 'masked' : onlyReturnFinal ? 'the last' : 'all'}`, () => {
        const options = { initial: true, returnState: true, onlyReturnFinal, mask: masks, name: 'own' }
        const starts = [Input([3, 5]), ...(masks ? [Input(3)] : [])]
        const states = (times: number) => Array.from({ length: times * count }, () => Input(4))
        const both = untyped.join(
          untyped.parallel(...starts, ...states(2)),
          untyped.Bidirectional(make(4, options), { name: 'both' }),
        )
        const variables = init(both as never, key(3)) as unknown as Variables
        const [output, ...last] = run(both, variables, [x, ...(masks ? [mask] : []), ...given])
        expect(last.length).to.equal(2 * count)
        const alone = untyped.join(untyped.parallel(...starts, ...states(1)), make(4, options))
        const own = (way: string) => ({
          params: {
            own: Object.fromEntries(
              ['inputWeights', 'hiddenWeights', 'biases'].map(name => [
                name,
                variables.params.both?.[`${way}/${name}`],
              ]),
            ),
          },
          state: {},
        })
        const [there, ...ahead] = run(alone, own('forward'), [x, ...(masks ? [mask] : []), ...given.slice(0, count)])
        const [back, ...against] = run(alone, own('backward'), [
          reversed(x),
          ...(masks ? [reversed(mask)] : []),
          ...given.slice(count),
        ])
        near(last, [...ahead, ...against])
        const ordered = onlyReturnFinal ? (back as tf.Tensor) : tf.reverse(back as tf.Tensor, 1)
        near(output, tf.concat([there as tf.Tensor, ordered], -1))
      })

    it('goes on in the direction of time where both came out', () => {
      const first = untyped.join(Input([3, 5]), untyped.Bidirectional(make(4, { returnState: true })))
      const [y, ...states] = run(first, init(first as never, key(3)), x)
      expect([y?.shape, ...states.map(({ shape }) => shape)]).to.deep.equal([
        [2, 8],
        ...Array.from({ length: 2 * count }, () => [2, 4]),
      ])
      // Without all outputs, the last hidden states are the output.
      near(tf.concat([states[0] as tf.Tensor, states[count] as tf.Tensor], -1), y)
    })

    it('is printed and read, as a text and as a document', () => {
      const states = Array.from({ length: 2 * count }, () => Input(4))
      const network = untyped.join(
        untyped.parallel(Input([3, 5]), ...states),
        untyped.Bidirectional(make(4, { initial: true, returnState: true })),
      )
      const text = notation(network as never)
      expect(text).to.include(`Bidirectional(${kind}(4, initial=true, returnState=true))`)
      expect(notation(net(text as never))).to.equal(text)
      const read = fromDocument(toDocument(network as never)) as unknown as { readonly right: Layer }
      expect(String(read.right)).to.equal(String(network))
    })

    it('is refused where states are missing, or are in a composition', () => {
      const both = untyped.Bidirectional(make(4, { initial: true }))
      const states = (times: number) => Array.from({ length: times }, () => Input(4))
      expect(() => untyped.join(untyped.parallel(Input([3, 5]), ...states(2 * count - 1)), both)).to.throw(
        LayerConnectionError,
        `${2 * count} states, the forward ones first, got`,
      )
      expect(() => untyped.join(untyped.parallel(Input([3, 5]), ...states(2 * count - 1), Input(3)), both)).to.throw(
        LayerConnectionError,
        'bidirectional-1: expected a sequence and a hidden state',
      )
      expect(() => untyped.join(Input([3, 5]), both)).to.throw(LayerConnectionError, 'expected several inputs')
      expect(() => untyped.Bidirectional(untyped.join(make(4, { initial: true }), untyped.Relu(3)))).to.throw(
        InvalidOption,
        'Bidirectional, layer: expected a layer whose initial state comes in, without others around it',
      )
      expect(() =>
        untyped.join(Input([3, 5]), untyped.Bidirectional(untyped.join(make(4, { returnState: true })))),
      ).to.throw(LayerConnectionError, 'expected a layer of one output within')
    })
  })

/** Layers around one of several outputs. */
const around = {
  TimeDistributed: untyped.join(
    Input([4, 3, 5]),
    untyped.TimeDistributed(untyped.LSTM(2, { returnState: true, onlyReturnFinal: false })),
  ),
  'TimeDistributed of branches': untyped.join(
    Input([4, 5]),
    untyped.TimeDistributed(untyped.join(untyped.Relu(3), untyped.parallel(untyped.Identity(), untyped.Softmax(2)))),
  ),
  Bidirectional: untyped.join(Input([3, 5]), untyped.Bidirectional(untyped.GRU(2, { returnState: true }))),
  LowRank: untyped.join(
    Input([3, 5]),
    untyped.LowRank(untyped.GRU(2, { returnState: true }), 2, { weights: ['inputWeights'] }),
  ),
  WeightNorm: untyped.join(
    Input([3, 5]),
    untyped.WeightNorm(untyped.GRU(2, { returnState: true }), { weights: ['inputWeights'] }),
  ),
} as Readonly<Record<string, Layer>>

describe('Layers around a layer of several outputs', () => {
  for (const [name, network] of Object.entries(around))
    it(`${name}: outputs have the shapes that it says, and compile`, async () => {
      const variables = init(network as never, key(3)) as unknown as Variables
      const [shape = []] = (network as unknown as { readonly inputs: readonly (readonly number[])[] }).inputs
      const given = draws(1, [2, ...shape.slice(1)])
      const found = run(network, variables, given)
      expect(found.map(one => [null, ...one.shape.slice(1)])).to.deep.equal(outputShape(network))
      const compiled = compile(network, variables as never, { backend: 'onnxruntime' })
      near(await compiled(given as never), found)
      await compiled.dispose()
      const read = fromDocument(toDocument(network as never)) as unknown as { readonly right: Layer }
      expect(String(read.right)).to.equal(String(network))
      expect(toOnnx(network, variables as never).length).to.be.greaterThan(0)
      expect(String(summary(network))).to.include(name.split(' ')[0])
    })

  it('gives 0 in every output where a mask is 0', () => {
    const inner = untyped.parallel(untyped.Linear(2, { bias: 1 }), untyped.Linear(1, { bias: 1 }))
    const network = untyped.join(
      untyped.parallel(Input([3, 5]), Input(3)),
      untyped.TimeDistributed(inner, { mask: true }),
    )
    const mask = { data: Float32Array.of(1, 0, 1), shape: [1, 3] }
    for (const output of run(network, init(network as never, key(1)), [draws(1, [1, 3, 5]), mask])) {
      const width = output.shape[2] as number
      const masked = Array.from(output.dataSync()).slice(width, 2 * width)
      expect(masked).to.deep.equal(Array(width).fill(0))
      expect(output.dataSync()[0]).not.to.equal(0)
    }
  })

  it('have types', () => {
    const steps = join(Input([4, 3, 5]), TimeDistributed(LSTM(2, { returnState: true })))
    const shapes: OutputOf<typeof steps> = [
      [1, 4, 2],
      [1, 4, 2],
      [1, 4, 2],
    ]
    expect(outputShape(steps)).to.deep.equal(shapes.map(([, ...own]) => [null, ...own]))
    const both = join(
      parallel(Input([3, 5]), Input(4), Input(4)),
      Bidirectional(GRU(4, { initial: true, returnState: true })),
    )
    const directions: OutputOf<typeof both> = [
      [1, 8],
      [1, 4],
      [1, 4],
    ]
    expect(outputShape(both)).to.deep.equal(directions.map(([, units]) => [null, units]))
    const weights: readonly [5, 12] = init(both, key(1)).params['bidirectional-1']['backward/inputWeights'].shape
    expect(weights).to.deep.equal([5, 12])
    const masked = join(
      parallel(Input([3, 5]), Input(3), Input(4), Input(4), Input(4), Input(4)),
      Bidirectional(LSTM(4, { initial: true, mask: true, onlyReturnFinal: false }), { merge: 'sum' }),
    )
    const sums: OutputOf<typeof masked> = [1, 3, 4]
    expect(outputShape(masked)).to.deep.equal([null, ...sums.slice(1)])
    // @ts-expect-error a state of one direction alone
    expect(() => join(parallel(Input([3, 5]), Input(4)), Bidirectional(GRU(4, { initial: true })))).to.throw(
      LayerConnectionError,
    )
  })

  it('are not decoded in both directions, and are at each step', () => {
    const [tokens, steps] = [Input(6), { onlyReturnFinal: false, returnState: true }]
    const both = untyped.join(tokens, untyped.Embedding(9, 4), untyped.Bidirectional(untyped.GRU(9, steps)), Select(0))
    expect(() => decode(both as never, init(both as never, key(1)))).to.throw(
      InvalidOption,
      'bidirectional-1, decode: expected a layer that acts on each step alone, or looks back only, got Bidirectional',
    )
  })

  it('decode what acts on each step alone', async () => {
    const inner = untyped.join(untyped.Relu(5), untyped.parallel(untyped.Softmax(9), untyped.Identity()))
    const network = untyped.join(Input(6), untyped.Embedding(9, 4), untyped.TimeDistributed(inner), Select(0))
    const variables = init(network as never, key(1))
    const decoder = decode(network as never, variables)
    const { output } = await decoder.start([[1, 2, 3]])
    const whole = run(network, variables, [[1, 2, 3, 0, 0, 0]])[0] as tf.Tensor
    near(output, tf.slice(whole, [0, 0, 0], [1, 3, 9]))
    await decoder.dispose()
  })
})
