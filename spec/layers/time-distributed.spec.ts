import { expect } from 'chai'
import {
  apply,
  BatchNorm,
  compile,
  Dropout,
  Embedding,
  fit,
  GlobalPooling,
  Identity,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Linear,
  Masking,
  outputShape,
  parallel,
  predict,
  Relu,
  TimeDistributed,
  trainStep,
} from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

describe('TimeDistributed', () => {
  const x = draw(1, [2, 3, 4])

  it('puts every step through a layer with the same variables', () => {
    const { output, params } = run(TimeDistributed(Relu(5)), x)
    const { weight, bias } = params as Record<'weight' | 'bias', Numbers>
    const expected = build([2, 3, 5], ([b = 0, t = 0, j = 0]) =>
      Math.max(
        0,
        [0, 1, 2, 3].reduce((sum, k) => sum + at(x, b, t, k) * at(weight, k, j), at(bias, j)),
      ),
    )
    close(output, expected)
  })

  it('computes what a composition does, whose variables it names by layer', () => {
    const inner = join(Relu(5), BatchNorm(), Linear(2, { name: 'out' }))
    const { output, params, state } = run(TimeDistributed(inner), x)
    expect(Object.keys(params)).to.deep.equal([
      'relu-1/weight',
      'relu-1/bias',
      'batch-norm-1/gamma',
      'batch-norm-1/beta',
      'out/weight',
      'out/bias',
    ])
    expect(Object.keys(state)).to.deep.equal(['batch-norm-1/runningMean', 'batch-norm-1/runningVariance'])
    const rows = join(Input(4), inner)
    const tree: Record<string, Record<string, unknown>> = {}
    for (const [name, value] of [...Object.entries(params), ...Object.entries(state)]) {
      const [layer = '', variable = ''] = name.split('/')
      tree[layer] = { ...tree[layer], [variable]: untyped.tensor(value) }
    }
    const alone = apply(rows, { params: tree, state: tree } as never, {
      shape: [6, 4],
      data: Float32Array.from(x.data),
    })
    close(output, { shape: [2, 3, 2], data: Array.from(alone.output.dataSync()) })
  })

  it('hands on the state that the layer within changes', () => {
    const { after } = run(TimeDistributed(BatchNorm({ alpha: 1 })), x, { training: true })
    const means = build([1, 4], ([, k = 0]) => {
      let sum = 0
      for (let b = 0; b < 2; b++) for (let t = 0; t < 3; t++) sum += at(x, b, t, k)
      return sum / 6
    })
    close(after.runningMean as Numbers, means)
    const composed = run(TimeDistributed(join(Linear(), BatchNorm({ alpha: 1 }))), x, { training: true })
    close(composed.after['batch-norm-1/runningMean'] as Numbers, means)
  })

  it('draws differently in every step', () => {
    const ones = build([4, 50, 20], () => 1)
    const { data } = run(TimeDistributed(Dropout(0.5)), ones, { training: true }).output
    const [first, second] = [data.slice(0, 20), data.slice(20, 40)]
    expect(first).not.to.deep.equal(second)
  })

  it('gives 0 where a mask is 0', () => {
    const mask = { shape: [2, 3], data: [1, 1, 0, 1, 0, 0] }
    const masked = run(TimeDistributed(Linear(2, { weight: 1, bias: 3 }), { mask: true }), [x, mask]).output
    const whole = run(TimeDistributed(Linear(2, { weight: 1, bias: 3 })), x).output
    close(
      masked,
      build([2, 3, 2], ([b = 0, t = 0, j = 0]) => at(whole, b, t, j) * at(mask, b, t)),
    )
  })

  it('takes images and volumes at every step', () => {
    const layer = untyped.TimeDistributed(untyped.join(untyped.Convolution([2, 2, 3]), untyped.MaxPooling([2, 2])))
    expect(outputShape(layer, [null, 5, 9, 7, 1])).to.deep.equal([null, 5, 4, 3, 3])
    expect(run(layer, draw(1, [2, 5, 9, 7, 1])).output.shape).to.deep.equal([2, 5, 4, 3, 3])
  })

  it('keeps what is unknown unknown, reads back and prints its layer', () => {
    expect(outputShape(TimeDistributed(Relu(3)), [null, null, 4])).to.deep.equal([null, null, 3])
    expect(outputShape(TimeDistributed(Relu(3)), null)).to.equal(null)
    const inner = Relu(3)
    const layer = TimeDistributed(inner)
    expect(layer.layer).to.equal(inner)
    expect(String(layer)).to.equal('TimeDistributed(Relu(3))')
    expect(String(TimeDistributed(Relu(3), { mask: true, name: 'each' }))).to.equal(
      "TimeDistributed(Relu(3), { mask: true, name: 'each' })",
    )
    expect(Object.isFrozen(layer)).to.equal(true)
  })

  const connect = (layer: unknown, shape: unknown) => () => untyped.join(untyped.Input(shape), layer)
  const named = 'LayerConnectionError of time-distributed-1: expected'
  refuses([
    [() => untyped.TimeDistributed(), 'InvalidOption of TimeDistributed, layer: expected a layer, got undefined.'],
    [() => untyped.TimeDistributed('relu'), "InvalidOption of TimeDistributed, layer: expected a layer, got 'relu'."],
    [
      connect(untyped.TimeDistributed(untyped.Relu(3)), 4),
      `${named} an input [batch, time, ..., features], got (?, 4).`,
    ],
    [
      connect(untyped.TimeDistributed(untyped.Relu(3)), [4, 4, 1]),
      `${named} a 2-dimensional input [batch, features], got (?, 4, 1). Put Reshape() before that layer, within TimeDistributed,`,
    ],
    [
      connect(untyped.TimeDistributed(untyped.join(untyped.Relu(), untyped.Softmax(3))), [4, 4, 1]),
      'LayerConnectionError of time-distributed-1 > softmax-1: expected a 2-dimensional input [batch, features], got (?, 4, 1).',
    ],
    [
      () =>
        untyped.join(
          untyped.parallel(Input([4, 3]), Input(5)),
          untyped.TimeDistributed(untyped.Relu(2), { mask: true }),
        ),
      `${named} a mask [batch, time] beside the sequence, got [(?, 4, 3), (?, 5)]. Masking() makes one of a sequence.`,
    ],
    [
      () => init(untyped.join(Input([4, null]), untyped.TimeDistributed(untyped.Relu(3))), key(1)),
      'WeightInitializationError of time-distributed-1: expected a known number of input features, got (?, ?).',
    ],
  ])

  describe('of a layer that takes ids', () => {
    const words = TimeDistributed(Embedding(4, 2), { mask: true, name: 'words' })
    const inner = join(parallel(Input([3, 2]), Input(3)), words)
    const network = join(inner, GlobalPooling('max'), Linear(1))
    const variables = init(network, key(1))
    const ids = (id: number) => [
      [
        [0, 1],
        [2, 3],
        [id, 1],
      ],
    ]
    type Given = [readonly number[][][], readonly number[][]]
    const readings: Readonly<Record<string, (...x: Given) => unknown>> = {
      apply: (...x) => apply(network, variables, x),
      predict: (...x) => predict(network, variables, x),
      fit: (...x) => fit(network, variables, { x, y: [[1]] }, { key: key(2) }),
      ...Object.fromEntries(
        (['tfjs', 'wasm', 'onnxruntime'] as const).flatMap(backend => [
          [`compile on ${backend}`, (...x: Given) => compile(network, variables, { backend })(x)],
          [
            `trainStep on ${backend}`,
            (...x: Given) => {
              const step = trainStep(network, { backend })
              return step(step.init(variables, key(2)), { x, y: [[1]] })
            },
          ],
        ]),
      ),
    }
    for (const [reading, read] of Object.entries(readings))
      it(`refuses those of no row where the mask lets them count, by ${reading}`, async () => {
        for (const id of [4, -1, 0.5, Number.NaN]) {
          const error = await Promise.resolve()
            .then(() => read(ids(id), [[0, 1, 1]]))
            .catch((fault: unknown) => fault)
          expect(error, String(id)).to.be.instanceOf(InvalidOption)
          expect(error).to.include({ layer: 'words', expected: 'whole numbers from 0 to 3', got: String(id) })
          await read(ids(id), [[1, 1, 0]])
        }
      })
    it('gives NaN for those of no row that a computed mask lets count', () => {
      const own = TimeDistributed(Embedding(4, 2), { mask: true })
      const masked = join(Input([3, 1]), parallel(Identity(), Masking(9)), own)
      const { output } = apply(masked, init(masked, key(1)), [[[1], [7], [9]]])
      expect([...output.dataSync()].map(Number.isNaN)).to.deep.equal([false, false, true, true, false, false])
    })
  })
})
