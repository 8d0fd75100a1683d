import { expect } from 'chai'
import fc from 'fast-check'
import { getOrElseW, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { dimsOf } from '../../src/base/dimensions.ts'
import {
  apply,
  BatchNorm,
  Bidirectional,
  Concatenate,
  Convolution,
  Convolution1D,
  compile,
  Dot,
  defineLayer,
  dim,
  Elementwise,
  GRU,
  Input,
  init,
  join,
  key,
  Lambda,
  type Layer,
  LayerConnectionError,
  LSTM,
  MaxPooling1D,
  MultiHeadAttention,
  net,
  notation,
  outputShape,
  PositionalEncoding,
  parallel,
  predict,
  Relu,
  Reshape,
  residual,
  type Shape,
  showShape,
  summary,
  TimeDistributed,
  Transpose,
} from '../../src/index.ts'
import { fromDocument, toDocument } from '../../src/storage.ts'
import { drawnWith, initial, layerOf } from '../drawn.ts'
import { refuses } from '../faults.ts'
import { untyped } from '../running.ts'

const fail = (error: unknown): never => {
  throw error
}
const sequence = Input([dim('time'), 32])
const out = (...layers: readonly Layer[]): string => showShape(outputShape(untyped.join(...layers)) as Shape)
const two = (a: readonly (number | string | null)[], b: readonly (number | string | null)[]): Layer =>
  untyped.parallel(Input([...a]), Input([...b]))

describe('Named dimensions', () => {
  it('are kept by layers that keep the axis', () => {
    const all = [
      BatchNorm(),
      PositionalEncoding(),
      MultiHeadAttention(4),
      residual(TimeDistributed(Relu(32))),
      Convolution1D([3, 32], { padding: 'same' }),
      Convolution1D([1, 32]),
      Bidirectional(GRU(16, { onlyReturnFinal: false })),
      LSTM(32, { onlyReturnFinal: false }),
      Lambda((ops, x) => ops.relu(x)),
    ]
    for (const layer of all) expect(out(sequence, layer), String(layer)).to.equal('(?, time, 32)')
    expect(out(sequence, ...all)).to.equal('(?, time, 32)')
    expect(out(sequence, Transpose([0, 2, 1]))).to.equal('(?, 32, time)')
    expect(out(sequence, Reshape([-1, 8, 4]))).to.equal('(?, time, 8, 4)')
    expect(out(sequence, parallel(Relu(), Relu()), Dot())).to.equal('(?, time, time)')
    expect(out(Input(['rows', 'cols', 3]), Convolution([3, 3, 8], { padding: 1 }))).to.equal('(?, rows, cols, 8)')
    const sides = join(Relu(2), parallel(Relu(), Relu(3)))
    const several = outputShape(untyped.join(sequence, TimeDistributed(sides))) as readonly Shape[]
    expect(several.map(showShape)).to.deep.equal(['(?, time, 2)', '(?, time, 3)'])
    // Smaller sizes are tried where a layer takes no large ones.
    expect(out(sequence, PositionalEncoding('learned', { length: 60 }))).to.equal('(?, time, 32)')
    expect(out(sequence, PositionalEncoding('learned', { length: 10 }))).to.equal('(?, time, 32)')
  })

  it('are unknown after arithmetic', () => {
    expect(out(sequence, Convolution1D([3, 8]))).to.equal('(?, ?, 8)')
    expect(out(sequence, Convolution1D([3, 8], { padding: 'same', stride: 2 }))).to.equal('(?, ?, 8)')
    expect(out(sequence, MaxPooling1D(2))).to.equal('(?, ?, 32)')
    expect(out(sequence, Reshape())).to.equal('(?, ?)')
    expect(out(two(['time', 8], ['frames', 8]), Concatenate(1))).to.equal('(?, ?, 8)')
    // Neither sizes that are tried, nor names of properties, are special.
    expect(out(Input(['constructor', '__proto__', 3]), Relu())).to.equal('(?, constructor, __proto__, 3)')
    expect(out(two(['constructor', 3], [null, 3]), Elementwise())).to.equal('(?, constructor, 3)')
    expect(out(Input(['time', 3]), GRU(1009, { onlyReturnFinal: false }))).to.equal('(?, time, 1009)')
  })

  it('win over unknown dimensions, and lose to sizes', () => {
    expect(out(two(['time', 8], ['time', 4]), Concatenate())).to.equal('(?, time, 12)')
    expect(out(two(['time', 8], [null, 8]), Elementwise())).to.equal('(?, time, 8)')
    expect(out(two([null, 8], ['time', 8]), Elementwise())).to.equal('(?, time, 8)')
    expect(out(two(['time', 'n'], [20, 'n']), Elementwise())).to.equal('(?, 20, n)')
    expect(out(sequence, Input([null, 32]))).to.equal('(?, time, 32)')
    expect(out(Input([null, 32]), sequence)).to.equal('(?, time, 32)')
    expect(out(sequence, Input([20, 32]))).to.equal('(?, 20, 32)')
  })

  const remedy = 'Bring the other dimensions of the branches to one size.'
  refuses([
    [
      () => out(two(['time', 8], ['frames', 8]), Concatenate()),
      `LayerConnectionError of concatenate-1: expected inputs that differ over axis -1 only, got [(?, time, 8), (?, frames, 8)]. ${remedy}`,
    ],
    [
      () => out(two(['time', 8], ['frames', 8]), Elementwise()),
      'LayerConnectionError of elementwise-1: expected inputs of one shape, got [(?, time, 8), (?, frames, 8)].',
    ],
    [
      () => out(two(['time', 8], ['frames', 8]), Dot(1)),
      'LayerConnectionError of dot-1: expected inputs of one size along their axes 1 and 1, got [(?, time, 8), (?, frames, 8)].',
    ],
    [
      () => out(two(['a', 'b', 8], ['b', 'a', 8]), Elementwise()),
      'LayerConnectionError of elementwise-1: expected inputs of one shape, got [(?, a, b, 8), (?, b, a, 8)].',
    ],
    [
      () => out(sequence, Input(['frames', 32])),
      'LayerConnectionError of input-2: expected (?, frames, 32), got (?, time, 32).',
    ],
    [
      () => out(sequence, Relu(3)),
      'LayerConnectionError of relu-1: expected a 2-dimensional input [batch, features], got (?, time, 32).',
    ],
  ])

  it('pass through layers of your own, and rules that fail for the sizes that are tried', () => {
    const own = (shape: (input: Shape) => Shape): Layer =>
      defineLayer<object, () => Layer>({
        kind: 'Own',
        example: 'Own()',
        options: {},
        shape: (_, input) => right(input && shape(input)),
        forward: (_, __, x) => [x, {}],
      })()
    expect(
      out(
        sequence,
        own(([batch = null, ...rest]) => [batch, ...rest.reverse()]),
      ),
    ).to.equal('(?, 32, time)')
    const failing = own(shape => {
      if (shape[1] !== null) throw new RangeError('a size')
      return [...shape]
    })
    expect(out(sequence, failing)).to.equal('(?, ?, 32)')
  })

  it('are printed, written and read back', async () => {
    const network = join(Input(['time', 32], { name: 'x' }), GRU(3, { onlyReturnFinal: false }))
    expect(String(network)).to.equal('(?, time, 32) -> [... 2 layers ...] -> (?, time, 3)')
    expect(String(sequence)).to.equal("Input(['time', 32])")
    expect(String(summary(network))).to.contain('(?, time, 3)')
    expect(notation(network)).to.equal('Input(time, 32, name=x) >> GRU(3, onlyReturnFinal=false)')
    expect(notation(net(notation(network)))).to.equal(notation(network))
    expect(notation(join(Input('n')))).to.equal('Input(n)')
    const document = JSON.parse(JSON.stringify(toDocument(network)))
    expect(JSON.stringify(document)).to.contain('["time",32]')
    expect(pipe(fromDocument(document), getOrElseW(fail), notation)).to.equal(notation(network))
    expect(outputShape(network)).to.deep.equal([null, null, 3])
    // A shape that a network gave has its names still.
    expect(showShape(outputShape(GRU(3, { onlyReturnFinal: false }), outputShape(sequence)) as Shape)).to.equal(
      '(?, time, 3)',
    )
  })

  const seed = 20_26
  it(`are sizes that come in, of every layer (seed ${seed})`, () => {
    const shapeOf = (layer: Layer, inputs: readonly (readonly (number | string)[])[]): Shape | undefined => {
      try {
        const starts = inputs.map(shape => Input([...shape]))
        const start = starts.length === 1 ? starts[0] : untyped.parallel(...starts)
        return outputShape(untyped.join(start, layer)) as Shape
      } catch (error) {
        if (error instanceof LayerConnectionError) return undefined
        throw error
      }
    }
    let named = 0
    for (const [name, arbitrary] of Object.entries(drawnWith(initial)))
      for (const drawn of fc.sample(arbitrary, { seed, numRuns: 10 })) {
        const layer = layerOf(drawn)
        for (const axis of drawn.inputs[0]?.keys() ?? []) {
          const size = drawn.inputs[0]?.[axis]
          const placed = (d: number | string) =>
            drawn.inputs.map(shape => shape.map((own, at) => (at === axis && own === size ? d : own)))
          const shape = shapeOf(layer, placed('n'))
          const axes = [...dimsOf(shape ?? null).entries()].filter(([, found]) => found === 'n').map(([at]) => at)
          named += axes.length
          for (const n of [1, 2, 3, 6, 13, 40]) {
            const sized = shapeOf(layer, placed(n))
            for (const at of axes)
              if (sized !== undefined) expect(sized[at], `${name} ${layer} ${placed(n)}`).to.equal(n)
          }
        }
      }
    expect(named).to.be.greaterThan(200)
  })
})

describe('Named dimensions of data', () => {
  const network = join(
    parallel(Input(['time', 2]), Input(['time', 3], { name: 'labels' })),
    parallel(GRU(2), GRU(2)),
    Concatenate(),
  )
  const variables = init(network, key(0))
  const data = (a: number, b: number) =>
    [
      { shape: [1, a, 2], data: new Float32Array(2 * a) },
      { shape: [1, b, 3], data: new Float32Array(3 * b) },
    ] as const
  const error =
    "network: expected one size of the dimension 'time', got 5 in 'input-1', (?, time, 2), and 6 in 'labels', (?, time, 3). Give inputs of one size there, or give the dimensions of the Input layers different names."

  it('have one size, whatever it is', () => {
    for (const n of [1, 5, 1009]) expect(apply(network, variables, data(n, n)).output.shape).to.deep.equal([1, 4])
  })

  it('are refused if they differ, by all that takes data', async () => {
    expect(() => apply(network, variables, data(5, 6))).to.throw(LayerConnectionError, error)
    const failed = async (run: () => Promise<unknown>): Promise<string> => {
      try {
        await run()
      } catch (thrown) {
        return thrown instanceof LayerConnectionError ? thrown.message : `${thrown}`
      }
      return 'nothing'
    }
    expect(await failed(() => predict(network, variables, data(5, 6)))).to.equal(error)
    for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const) {
      const compiled = compile(network, variables, { backend })
      expect((await compiled(data(5, 5))).shape, backend).to.deep.equal([1, 4])
      expect(await failed(() => compiled(data(5, 6))), backend).to.equal(error)
    }
  })

  it('are checked before the layers that get several inputs', () => {
    const direct = join(parallel(Input(['time', 2]), Input(['time', 3], { name: 'labels' })), Concatenate())
    expect(() => apply(direct, { params: {}, state: {} }, data(5, 6))).to.throw(LayerConnectionError, error)
    // Without the batch the axes are others.
    const one = data(5, 5).map(({ data, shape: [, ...shape] }) => ({ data, shape }))
    expect(() => apply(direct, { params: {}, state: {} }, one as never)).to.throw('The batch comes first')
  })

  it('are checked within one input, and in the middle of a network', () => {
    const square = join(
      Input(['n', 'n']),
      Reshape(),
      Lambda((ops, x) => ops.sum(x, [1], true), [1]),
    )
    const none = { params: {}, state: {} }
    expect(
      apply(square, none, [
        [
          [1, 2],
          [3, 4],
        ],
      ] as never).output.shape,
    ).to.deep.equal([1, 1])
    expect(() =>
      apply(square, none, [
        [
          [1, 2, 3],
          [3, 4, 5],
        ],
      ] as never),
    ).to.throw(
      LayerConnectionError,
      "expected one size of the dimension 'n', got 2 in 'input-1', (?, n, n), and 3 in 'input-1', (?, n, n)",
    )
    const middle = join(Input(['time', 1]), MaxPooling1D(2), Input(['time', 1]))
    expect(() => apply(middle, none, [[[1], [2]]] as never)).to.throw(
      LayerConnectionError,
      "got 2 in 'input-1', (?, time, 1), and 1 in 'input-2', (?, time, 1)",
    )
  })
})
