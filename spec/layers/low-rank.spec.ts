import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  countParameters,
  fit,
  Input,
  init,
  join,
  key,
  type Layer,
  LeakyRelu,
  Linear,
  LowRank,
  MultiHeadAttention,
  normal,
  tensor,
} from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

type Tree = Readonly<Record<string, Readonly<Record<string, tf.Tensor>>>>
interface Trees {
  readonly params: Tree
  readonly state: Tree
}
const made = (layer: Layer, shape: readonly number[]) => {
  const network = untyped.join(Input(shape.slice(1)), layer)
  const { params, state } = init(network, key(1)) as unknown as Trees
  const [own = {}] = Object.values(params)
  const [frozen = {}] = Object.values(state)
  return { network, own, frozen }
}
const output = (network: Layer, trees: Trees, x: Numbers): Numbers => {
  const found = apply(network, trees as never, x as never).output as unknown as tf.Tensor
  return { shape: found.shape, data: Array.from(found.dataSync()) }
}

describe('LowRank', () => {
  for (const [layer, shape] of [
    [untyped.Relu(4), [3, 5]],
    [untyped.Convolution([3, 2, 4]), [2, 5, 5, 3]],
    [untyped.Convolution1D([2, 4]), [2, 5, 3]],
    [untyped.Convolution3D([2, 2, 2, 4]), [2, 3, 3, 3, 2]],
    [untyped.MultiHeadAttention(2), [2, 3, 4]],
    [untyped.TimeDistributed(untyped.join(untyped.Relu(4), untyped.Linear(2))), [2, 3, 5]],
  ] as const)
    it(`freezes the variables of ${layer.kind}, and computes at first what it does without`, () => {
      const x = draw(1, shape)
      const { network, own, frozen } = made(untyped.LowRank(layer, 2, { name: 'a' }), shape)
      const plain = untyped.join(Input(shape.slice(1)), layer)
      const [name = ''] = Object.keys((init(plain, key(1)) as unknown as Trees).params)
      close(
        output(network, { params: { a: own }, state: { a: frozen } }, x),
        output(plain, { params: { [name]: frozen }, state: {} }, x),
        0,
      )
      const weights = Object.keys(own).flatMap(factor => (factor.endsWith('A') ? [factor.slice(0, -1)] : []))
      expect(weights).to.have.length(layer.kind === 'MultiHeadAttention' || layer.kind === 'TimeDistributed' ? 2 : 1)
      for (const weight of weights) {
        const dimensions = frozen[weight]?.shape ?? []
        expect(own[`${weight}A`]?.shape).to.deep.equal([...dimensions.slice(0, -1), 2])
        expect(own[`${weight}B`]?.shape).to.deep.equal([2, dimensions.at(-1)])
        expect(own[`${weight}B`]?.dataSync().every(value => value === 0)).to.equal(true)
      }
    })

  it('adds the product of the factors, alpha / rank times', () => {
    const x = draw(1, [4, 5])
    const [a, b] = [draw(2, [5, 3]), draw(3, [3, 4])]
    for (const [alpha, scale] of [
      [null, 1],
      [6, 2],
    ] as const) {
      const layer = untyped.LowRank(Linear(4, { weight: 0.5, bias: 1 }), 3, { alpha, name: 'a' })
      const { network, frozen } = made(layer, [4, 5])
      const factors = { weightA: tensor(a), weightB: tensor(b) } as unknown as Tree[string]
      close(
        output(network, { params: { a: factors }, state: { a: frozen } }, x),
        build([4, 4], ([n, j]) => {
          const weight = (i: number) =>
            0.5 + scale * [0, 1, 2].reduce((sum, k) => sum + at(a, i, k) * at(b, k, j as number), 0)
          return 1 + [0, 1, 2, 3, 4].reduce((sum, i) => sum + at(x, n as number, i) * weight(i), 0)
        }),
        1e-5,
      )
    }
  })

  it('trains the factors only, and keeps the rest', async () => {
    const network = join(Input(4), LowRank(LeakyRelu(8), 2), LowRank(Linear(1), 1))
    const before = init(network, key(1))
    const y = { shape: [32, 1], data: draw(1, [32, 4]).data.filter((_, i) => i % 4 === 0) }
    const data = { x: draw(1, [32, 4]), y } as never
    const { history, variables } = await fit(network, before, data, {
      loss: 'mse',
      epochs: 40,
      batchSize: 8,
      key: key(2),
    })
    expect(history.loss.at(-1)).to.be.below(0.7 * (history.loss[0] as number))
    for (const layer of ['low-rank-1', 'low-rank-2'] as const) {
      expect(variables.state[layer].weight.dataSync()).to.deep.equal(before.state[layer].weight.dataSync())
      expect(variables.state[layer].bias.dataSync()).to.deep.equal(before.state[layer].bias.dataSync())
      expect(variables.params[layer].weightB.dataSync()).not.to.deep.equal(before.params[layer].weightB.dataSync())
    }
  })

  it('gives factors to queries and values of attention, or to what is named', () => {
    const x = draw(1, [2, 3, 4])
    const named = (weights?: readonly string[]) =>
      Object.keys(run(untyped.LowRank(MultiHeadAttention(2), 2, { weights }), x).params)
    expect(named()).to.deep.equal(['queryWeightA', 'queryWeightB', 'valueWeightA', 'valueWeightB'])
    expect(named(['keyWeight', 'outputWeight'])).to.deep.equal([
      'keyWeightA',
      'keyWeightB',
      'outputWeightA',
      'outputWeightB',
    ])
  })

  it('freezes only the weights with factors where told', () => {
    const { network, own, frozen } = made(untyped.LowRank(Linear(4), 2, { frozen: 'weights' }), [3, 5])
    expect(Object.keys(own)).to.deep.equal(['bias', 'weightA', 'weightB'])
    expect(Object.keys(frozen)).to.deep.equal(['weight'])
    expect(countParameters(network)).to.deep.equal({ total: 20 + 4 + 10 + 8, trainable: 4 + 10 + 8 })
  })

  it('draws the first factor as told', () => {
    const x = draw(1, [2, 400])
    const spread = (layer: ReturnType<typeof untyped.LowRank>) => {
      const { data } = run(layer, x).params.weightA as Numbers
      return [
        Math.max(...data.map(Math.abs)),
        Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length),
      ] as const
    }
    const [most, deviation] = spread(untyped.LowRank(Linear(3), 50))
    expect(most).to.be.within(0.0499, 0.05)
    expect(deviation).to.be.closeTo(0.05 / Math.sqrt(3), 5e-4)
    expect(spread(untyped.LowRank(Linear(3), 50, { initializer: normal({ std: 2 }) }))[1]).to.be.closeTo(2, 0.05)
  })

  it('reads back and prints its options', () => {
    const layer = LowRank(Linear(3), 2, { alpha: 4 })
    expect(layer).to.deep.include({ rank: 2, alpha: 4, weights: null, frozen: 'all' })
    expect(String(layer)).to.equal('LowRank(Linear(3), 2, { alpha: 4 })')
  })

  refuses([
    [() => untyped.LowRank(null, 2), 'InvalidOption of LowRank, layer: expected a layer, got null.'],
    [() => untyped.LowRank(Linear(3)), 'InvalidOption of LowRank, rank: expected a positive integer, got undefined.'],
    [
      () => untyped.LowRank(Linear(3), 2, { alpha: 0 }),
      'InvalidOption of LowRank, alpha: expected a positive number, or null for the rank, got 0.',
    ],
    [
      () => untyped.LowRank(Linear(3), 2, { frozen: 'none' }),
      "InvalidOption of LowRank, frozen: expected 'all' or 'weights', got 'none'.",
    ],
    [
      () => untyped.LowRank(Linear(3), 2, { weights: [] }),
      'InvalidOption of LowRank, weights: expected an array of different names of variables, or null for the usual ones, got [].',
    ],
    [
      () => init(untyped.join(Input([4, 2]), untyped.LowRank(untyped.LSTM(3), 2)), key(1)),
      'WeightInitializationError of low-rank-1: expected a layer with a variable weight or queryWeight or valueWeight of two dimensions or more',
    ],
    [
      () => init(untyped.join(Input(4), untyped.LowRank(Linear(3), 2, { weights: ['bias'] })), key(1)),
      'WeightInitializationError of low-rank-1: expected a layer with a variable bias of two dimensions or more, got weight, bias.',
    ],
    [
      () => init(untyped.join(Input(4), untyped.LowRank(untyped.LowRank(Linear(3), 2), 2)), key(1)),
      'WeightInitializationError of low-rank-1: expected a layer without a variable weightA',
    ],
  ])
})
