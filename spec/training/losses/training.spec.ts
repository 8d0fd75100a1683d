import type { Tensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../../src/index.ts'
import { namedLosses } from '../../../src/training/losses/names.ts'
import { faultOf } from '../../faults.ts'

// Losses in training: by name, from the logits of networks, with the inputs at hand, without anything expected.

const {
  Concatenate,
  ctc,
  evaluate,
  fit,
  focal,
  gradientDescent,
  Identity,
  Input,
  init,
  join,
  key,
  Linear,
  LogSoftmax,
  Masking,
  parallel,
  Relu,
  Reshape,
  Softmax,
  sparseCategoricalCrossentropy,
  TimeDistributed,
  triplet,
} = j

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const numbers = (tensor: Tensor): readonly number[] => Array.from(tensor.dataSync())
const near = (found: number | undefined, wanted: number): void => {
  expect(found).to.be.closeTo(wanted, 1e-5 * (1 + Math.abs(wanted)))
}

describe('Losses by name', () => {
  it('are all that are exported, each under its own', () => {
    const exported = Object.entries(j).filter(([, value]) => (value as { kind?: unknown }).kind === 'Loss')
    expect(namedLosses.map(({ name }) => name).toSorted()).to.deep.equal(exported.map(([name]) => name).toSorted())
    for (const loss of namedLosses) expect((j as unknown as Record<string, unknown>)[loss.name]).to.equal(loss)
  })

  it('train as they do by themselves', async () => {
    const network = join(Input(2), Linear(1))
    const some = {
      x: [
        [1, 2],
        [3, 4],
      ],
      y: [[1], [2]],
    }
    const train = async (loss: j.Loss | string) =>
      (await fit(network, init(network, key(1)), some, { loss, epochs: 2, key: key(2) })).history.loss
    expect(await train('huber')).to.deep.equal(await train(j.huber))
  })
})

for (const backend of engines)
  describe(`Losses of networks (${backend})`, () => {
    const learnt = async (network: j.Layer, examples: object, loss: j.Loss) => {
      const variables = init(network, key(1)) as never
      const rule = { loss, backend, optimizer: gradientDescent({ step: 1 }) }
      const { loss: value } = await evaluate(network, variables, examples as never, { loss, backend })
      const { loss: eager } = await evaluate(network, variables, examples as never, { loss })
      near(eager, value)
      const { history } = await fit(network, variables, examples as never, { ...rule, epochs: 1, key: key(1) })
      near(history.loss[0], value)
      const step = j.trainStep(network, rule)
      const [after] = await step(step.init(variables, key(1)), examples as never)
      const weight = (tree: unknown) =>
        numbers(Object.values(tree as Record<string, { weight: Tensor }>)[0]?.weight as Tensor)
      const [from, to] = [weight((variables as { params: unknown }).params), weight(after.variables.params)]
      return { value, gradient: from.map((w, i) => w - (to[i] as number)) }
    }
    const wrong = Softmax(2, { weight: [[30, -30]], bias: null })

    it('know the logits of class numbers through TimeDistributed and a mask', async () => {
      const network = join(Input([3, 1]), parallel(Identity(), Masking()), TimeDistributed(wrong, { mask: true }))
      const examples = { x: [[[1], [1], [0]]], y: [[1, 1, 0]], mask: [[1, 1, 0]] }
      const { value, gradient } = await learnt(network, examples, sparseCategoricalCrossentropy)
      near(value, 60)
      near(gradient[0], 1)
      near(gradient[1], -1)
    })

    it('know the logits of parts that are joined, for focal', async () => {
      const network = join(Input(1), parallel(wrong, Softmax(2, { weight: [[30, -30]], bias: null })), Concatenate())
      const split = join(network, Reshape([2, 2]))
      const y = [
        [
          [0, 1],
          [0, 1],
        ],
      ]
      const { value } = await learnt(split, { x: [[1]], y }, focal({ form: 'categorical' }))
      near(value, 60)
    })

    it('get the inputs: ctc counts the steps that are no padding', async () => {
      const network = join(
        Input([4, 2]),
        TimeDistributed(
          LogSoftmax(3, {
            weight: [
              [1, 2, 3],
              [3, 1, 2],
            ],
          }),
        ),
      )
      const counting = ctc({
        logInput: true,
        inputLengths: (ops, [x]) => ops.max(ops.abs(x), [2]),
      })
      const x = [
        [
          [1, 0],
          [0, 1],
          [0, 0],
          [0, 0],
        ],
      ]
      const whole = await learnt(network, { x, y: [[2, 1]] }, counting)
      const short = join(
        Input([2, 2]),
        TimeDistributed(
          LogSoftmax(3, {
            weight: [
              [1, 2, 3],
              [3, 1, 2],
            ],
          }),
        ),
      )
      const cut = await learnt(short, { x: [x[0]?.slice(0, 2)], y: [[2, 1]] }, ctc({ logInput: true }))
      near(whole.value, cut.value)
      for (const [i, slope] of cut.gradient.entries()) near(whole.gradient[i], slope)
    })

    it('may compare with nothing: triplets that a network makes itself', async () => {
      const side = (name: string) => join(j.shared('side', Linear(2)), Reshape([1, 2], { name }))
      const network = join(
        parallel(
          join(Input(3, { name: 'anchor' }), side('a')),
          join(Input(3, { name: 'positive' }), side('b')),
          join(Input(3, { name: 'negative' }), side('c')),
        ),
        Concatenate(1),
      )
      const x = [[[1, 0, 0]], [[0, 1, 0]], [[0, 0, 1]]]
      const { history } = await fit(network, init(network, key(3)), { x } as never, {
        loss: triplet({ mining: 'none' }),
        optimizer: gradientDescent({ step: 0.05 }),
        epochs: 60,
        backend,
      })
      expect(history.loss.at(-1)).to.be.below(history.loss[0] as number)
      near(history.loss.at(-1), 0)
    })

    it('are over batches what they are of all, with classes that do not count, weights and masks', async () => {
      const network = join(Input(2), Relu(4), Softmax(3))
      const variables = init(network, key(5))
      const x = Array.from({ length: 7 }, (_, i) => [Math.cos(i), Math.sin(3 * i)])
      const numbersOf = x.map((_, i) => (i % 3) - Number(i === 5))
      const vectors = x.map((_, i) => [0, 1, 2].map(c => Number(c === i % 3)))
      const beside = { weights: x.map((_, i) => 1 + i), mask: x.map((_, i) => Number(i !== 2)) }
      const predicted = await j.predict(network, variables, x)
      const cases: readonly (readonly [j.Loss, j.TensorInput])[] = [
        [sparseCategoricalCrossentropy({ ignoreClass: 1 }), numbersOf],
        [
          sparseCategoricalCrossentropy({ ignoreClass: 1, classWeights: { 2: 4 }, reduction: 'weightedMean' }),
          numbersOf,
        ],
        [j.categoricalCrossentropy({ classWeights: [1, 2, 3], labelSmoothing: 0.1 }), vectors],
        [j.rmse({ reduction: 'weightedMean' }), vectors],
        [j.huber({ reduction: 'sum' }), vectors],
        [j.addLosses('mse', [j.dice, 2]), vectors],
      ]
      for (const [loss, y] of cases) {
        const { loss: all } = await evaluate(network, variables, { x, y, ...beside } as never, {
          loss,
          batchSize: 2,
          backend,
        })
        near(all, numbers(loss(y, predicted, beside))[0] as number)
      }
    })

    it('find triplets in the batch', async () => {
      const network = join(Input(2), Relu(4), Linear(2))
      const x = Array.from({ length: 12 }, (_, i) => [Math.cos(i), Math.sin(i)])
      const y = x.map((_, i) => i % 3)
      for (const mining of ['hard', 'semiHard', 'all'] as const) {
        const { history } = await fit(
          network,
          init(network, key(4)),
          { x, y },
          {
            loss: triplet({ mining }),
            optimizer: j.adam({ step: 0.02 }),
            epochs: 30,
            batchSize: null,
            backend,
          },
        )
        expect(history.loss.at(-1), mining).to.be.below(history.loss[0] as number)
      }
    })
  })

describe('addLosses refuses what is no loss', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do is the point.
  const addLosses = j.addLosses as any
  for (const [subject, call] of [
    ['addLosses, terms', () => addLosses()],
    ['addLosses, terms', () => addLosses('mean')],
    ['addLosses, terms', () => addLosses([j.mse, 1, 2])],
    ['addLosses, terms', () => addLosses([])],
    ['addLosses, weight', () => addLosses([j.mse, '1'])],
    ['addLosses, weight', () => addLosses([j.mse, Number.NaN])],
  ] as const)
    it(`${subject}: ${String(call).slice(6)}`, () => {
      expect(faultOf(call)).to.match(new RegExp(`^InvalidOption of ${subject}: expected `))
    })

  it('names what was meant', () => {
    expect(faultOf(() => addLosses('mse', ['dize', 2]))).to.match(/got 'dize'\. Did you mean 'dice'\?$/)
  })

  it('and weights of what is a mean of the batch already', () => {
    expect(faultOf(() => j.addLosses(j.rmse, j.mse)([[1]], [[2]], { weights: [1] }))).to.equal(
      'InvalidOption of rmse + mse, weights: expected no weights or mask, as the loss is a mean already, got (1,). Define the loss by the loss of each example, [batch, ...].',
    )
  })
})
