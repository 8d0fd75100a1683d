import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import type { BackendOption } from '../../src/backends/choose.ts'
import {
  apply,
  branch,
  compile,
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
import { fromDocument, toDocument, toModule, toOnnx, toPyTorch } from '../../src/storage.ts'
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
      const single = 'expected a layer of one output within'
      refused(
        () => untyped.join(Input([3, 2, 5]), untyped.TimeDistributed(make(4, { returnState: true }))),
        LayerConnectionError,
        single,
      )
      refused(
        () => untyped.join(Input([3, 5]), untyped.Bidirectional(make(4, { returnState: true }))),
        LayerConnectionError,
        single,
      )
      refused(
        () => untyped.Bidirectional(make(4, { initial: true })),
        InvalidOption,
        'Bidirectional, layer: expected a layer whose initial state does not come in',
      )
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

  it('are refused by PyTorch, by name', () => {
    const network = join(Input([4, 2]), LSTM(4, { returnState: true }), Select(1))
    expect(() => toPyTorch(network, init(network, key(1)))).to.throw(
      /lstm-1.*expected recurrent layers whose state neither comes in nor goes out, got returnState: true/,
    )
  })
})
