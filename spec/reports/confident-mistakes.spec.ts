import { expect } from 'chai'
import * as joinery from '../../src/index.ts'
import {
  adam,
  binaryCrossentropy,
  categoricalCrossentropy,
  compileTraining,
  evaluate,
  fit,
  gradientDescent,
  Identity,
  Input,
  init,
  join,
  key,
  type Layer,
  type Loss,
  LSTM,
  Masking,
  parallel,
  Relu,
  Sigmoid,
  Softmax,
  TimeDistributed,
  trainStep,
  uniforms,
  type Variables,
} from '../../src/index.ts'

// The loss and its gradient, which is what one step of gradient descent by 1 subtracts from the weight.

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
type Engine = (typeof engines)[number]
type Data = joinery.TensorInput

const weightOf = (variables: unknown): readonly number[] => {
  const { params } = variables as { params: joinery.VariableTree<joinery.Tensor> }
  return [...(Object.values(params)[0]?.weight?.dataSync() ?? [])]
}

const learnt = async (network: Layer, x: Data, y: Data, loss: Loss, backend: Engine) => {
  const variables = init(network, key(0)) as unknown as Variables
  const before = weightOf(variables)
  const rule = { loss, optimizer: gradientDescent({ step: 1 }), backend }
  const gradientAfter = (after: unknown) => weightOf(after).map((value, i) => (before[i] as number) - value)

  const step = trainStep(network, rule)
  const [stepped, report] = await step(step.init(variables as never, key(1)), { x, y } as never)
  const compiled = compileTraining(network, rule)
  const [next, compiledReport] = await compiled(await compiled.init(variables as never, key(1)), { x, y } as never)
  const read = await compiled.read(next)
  await compiled.dispose()
  const evaluated = await evaluate(network, variables as never, { x, y } as never, { loss, backend })
  const eager = await evaluate(network, variables as never, { x, y } as never, { loss })
  return {
    losses: [report.loss, compiledReport.loss, evaluated.loss, eager.loss],
    gradients: [gradientAfter(stepped.variables), gradientAfter(read.variables)],
  }
}

const isAbout = (actual: readonly number[], wanted: readonly number[]): void => {
  expect(actual).to.have.length(wanted.length)
  for (const [i, value] of wanted.entries()) expect(actual[i]).to.be.closeTo(value, 1e-5 * (1 + Math.abs(value)))
}

const softmax = (...logits: readonly number[]) =>
  join(Input(1), Softmax(logits.length, { weight: [[...logits]], bias: null }) as never) as Layer
const sigmoid = (logit: number) => join(Input(1), Sigmoid(1, { weight: [[logit]], bias: null })) as Layer

for (const backend of engines)
  describe(`A confident mistake has no gradient, and the loss stops at 16 (${backend})`, () => {
    const cases: readonly (readonly [string, Layer, Data, Data, Loss, number, readonly number[]])[] = [
      ['Softmax, 40 apart', softmax(20, -20), [[1]], [[0, 1]], categoricalCrossentropy, 40, [1, -1]],
      ['Softmax, 60 apart', softmax(30, -30), [[1]], [[0, 1]], categoricalCrossentropy, 60, [1, -1]],
      ['Softmax, 1e5 apart', softmax(5e4, -5e4, 0), [[1]], [[0, 1, 0]], categoricalCrossentropy, 1e5, [1, -1, 0]],
      ['Softmax, right by 60', softmax(30, -30), [[1]], [[1, 0]], categoricalCrossentropy, 0, [0, 0]],
      ['Softmax of two, as yes and no', softmax(30, -30), [[1]], [[0, 1]], binaryCrossentropy, 60, [1, -1]],
      ['Sigmoid, 60 for no', sigmoid(60), [[1]], [[0]], binaryCrossentropy, 60, [1]],
      ['Sigmoid, -60 for yes', sigmoid(-60), [[1]], [[1]], binaryCrossentropy, 60, [-1]],
      ['Sigmoid, right by 60', sigmoid(60), [[1]], [[1]], binaryCrossentropy, 0, [0]],
      ['Sigmoid, -60 for its class', sigmoid(-60), [[1]], [[1]], categoricalCrossentropy, 60, [-1]],
    ]
    for (const [what, network, x, y, loss, value, gradient] of cases)
      it(`${loss.name} of ${what}: loss ${value}, gradient [${gradient}]`, async () => {
        const { losses, gradients } = await learnt(network, x, y, loss, backend)
        isAbout(losses, [value, value, value, value])
        for (const found of gradients) isAbout(found, gradient)
      })

    it('knows the logits through TimeDistributed and a mask, at whose zeros the loss stays what it was', async () => {
      const mistaken = TimeDistributed(Softmax(2, { weight: [[30, -30]], bias: null }), { mask: true })
      const network = join(Input([3, 1]), parallel(Identity(), Masking()), mistaken) as Layer
      const x = [[[1], [1], [0]]]
      const of = async (y: Data) => learnt(network, x, y, categoricalCrossentropy, backend)
      const wrong = [
        [0, 1],
        [0, 1],
      ]
      const masked = await of([[...wrong, [0, 0]]])
      isAbout(masked.losses, [40, 40, 40, 40])
      for (const found of masked.gradients) isAbout(found, [2 / 3, -2 / 3])
      const labelled = await of([[...wrong, [0, 1]]])
      isAbout(labelled.losses, Array(4).fill(40 - Math.log(1e-7) / 3))
      for (const found of labelled.gradients) isAbout(found, [2 / 3, -2 / 3])
    })

    it('knows the logits of parts that are joined, sliced and reshaped', async () => {
      const both = joinery.parallel(
        Softmax(2, { weight: [[30, -30]], bias: null }),
        Softmax(2, { weight: [[30, -30]], bias: null }),
      )
      const network = join(Input(1), both, joinery.Concatenate(), joinery.Reshape([2, 2])) as Layer
      const { losses } = await learnt(
        network,
        [[1]],
        [
          [
            [0, 1],
            [1, 0],
          ],
        ] as never,
        categoricalCrossentropy,
        backend,
      )
      isAbout(losses, [30, 30, 30, 30])
    })

    it('a logit of -Infinity for a class that is not expected costs nothing', async () => {
      const forbidden = joinery.Lambda((ops, x) => ops.add(x, ops.constant(Float32Array.of(0, 0, -Infinity))))
      const network = join(Input(3), forbidden, Softmax()) as Layer
      const y = [[1, 0, 0]]
      const { loss } = await evaluate(network, init(network, key(0)) as never, { x: [[1, 1, 1]], y } as never, {
        loss: categoricalCrossentropy,
        backend,
      })
      expect(loss).to.be.closeTo(Math.log(2), 1e-6)
    })

    for (const seed of [1, 2, 3])
      it(`pixels from 0 to 255 are learnt from seed ${seed}`, async () => {
        const [rows, pixels] = [40, 64]
        const data = uniforms(key(9), rows * pixels, 0, 255)
        const classOf = (i: number) => i % 4
        for (let i = 0; i < rows; i++)
          for (let k = 0; k < pixels; k++) if (k % 4 === classOf(i)) data[i * pixels + k] = 255
        const y = Array.from({ length: rows }, (_, i) => [0, 1, 2, 3].map(c => Number(c === classOf(i))))
        const network = join(Input(pixels), Relu(16), Softmax(4))
        const { history } = await fit(
          network,
          init(network, key(seed)),
          { x: { data, shape: [rows, pixels] }, y },
          { loss: categoricalCrossentropy, optimizer: adam({ step: 0.01 }), epochs: 60, key: key(seed), backend },
        )
        expect(history.loss.at(-1)).to.be.below(1)
      })
  })

describe('Probabilities that no Softmax has made', () => {
  it('are clipped', () => {
    const [found] = categoricalCrossentropy([[0, 1]], [[1, 0]]).dataSync()
    expect(found).to.be.closeTo(-Math.log(1e-7), 1e-4)
    const [both] = binaryCrossentropy([[0, 1]], [[1, 0]]).dataSync()
    expect(both).to.be.closeTo(16, 0.2)
  })

  it('are those of what was made by an LSTM too', async () => {
    const network = join(Input([2, 1]), LSTM(2), Softmax())
    const { loss } = await evaluate(
      network,
      init(network, key(0)),
      { x: [[[1], [2]]], y: [[0, 1]] },
      {
        loss: 'binaryCrossentropy',
      },
    )
    expect(loss).to.be.finite
  })
})
