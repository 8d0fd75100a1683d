import { expect } from 'chai'
import {
  Elu,
  HardSigmoid,
  Input,
  init,
  join,
  key,
  type Layer,
  LeakyRelu,
  Linear,
  outputShape,
  Relu,
  Softmax,
  Tanh,
  xavierNormal,
} from '../../src/index.ts'
import { faultOf, refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

const activations: readonly (readonly [kind: keyof typeof untyped, f: (x: number) => number])[] = [
  ['Linear', x => x],
  ['Sigmoid', x => 1 / (1 + Math.exp(-x))],
  ['HardSigmoid', x => Math.min(1, Math.max(0, 0.2 * x + 0.5))],
  ['Tanh', Math.tanh],
  ['Relu', x => Math.max(0, x)],
  ['LeakyRelu', x => (x > 0 ? x : 0.01 * x)],
  ['Elu', x => (x > 0 ? x : Math.exp(x) - 1)],
  ['Softplus', x => Math.log(1 + Math.exp(x))],
]

/** x W + b in loops. */
const product = (x: Numbers, weight: Numbers, bias: Numbers | undefined): Numbers =>
  build([x.shape[0] as number, weight.shape[1] as number], index => {
    const [b, u] = index as [number, number]
    let sum = bias === undefined ? 0 : at(bias, u)
    for (let i = 0; i < (weight.shape[0] as number); i++) sum += at(x, b, i) * at(weight, i, u)
    return sum
  })
const mapped = ({ shape, data }: Numbers, f: (x: number) => number): Numbers => ({ shape, data: data.map(f) })

describe('Dense layers', () => {
  for (const [kind, f] of activations) {
    it(`${kind} with units is its function of x W + b`, () => {
      const x = draw(1, [3, 4])
      const { output, params } = run(untyped[kind](5, { bias: [0.5, -1, 0, 2, -0.25] }), x)
      expect(params.weight?.shape).to.deep.equal([4, 5])
      close(output, mapped(product(x, params.weight as Numbers, params.bias), f))
    })

    it(`${kind} without units is its function of inputs of any shape, and has no variables`, () => {
      for (const shape of [[7], [3, 4], [2, 3, 2, 2]]) {
        const x = mapped(draw(2, [2, ...shape]), value => 4 * value)
        const { output, params } = run(untyped[kind](), x)
        close(output, mapped(x, f))
        expect(params).to.deep.equal({})
      }
      expect(outputShape(untyped[kind](), [null, null, 3])).to.deep.equal([null, null, 3])
      expect(outputShape(untyped[kind](), null)).to.equal(null)
    })
  }

  it('Softmax gives probabilities over the last axis, however large what comes in', () => {
    const { output } = run(Softmax(), { shape: [1, 2, 2], data: [0, Math.log(3), 1000, 1000] })
    close(output, { shape: [1, 2, 2], data: [0.25, 0.75, 0.5, 0.5] })
    const x = draw(4, [2, 3])
    const dense = run(Softmax(4), x)
    const logits = product(x, dense.params.weight as Numbers, dense.params.bias)
    const sums = [0, 1].map(b => [0, 1, 2, 3].reduce((sum, u) => sum + Math.exp(at(logits, b, u)), 0))
    close(
      dense.output,
      build([2, 4], ([b, u]) => Math.exp(at(logits, b as number, u as number)) / (sums[b as number] as number)),
    )
  })

  it('Relu has a slope on its negative side where it is given', () => {
    const x = { shape: [1, 4], data: [-2, -1, 0, 3] }
    close(run(Relu({ alpha: 0.1 }), x).output, { shape: [1, 4], data: [-0.2, -0.1, 0, 3] })
    close(run(Relu({ alpha: 2 }), x).output, { shape: [1, 4], data: [-4, -2, 0, 3] })
    close(run(Relu(1, { alpha: 0.5, weight: -1, bias: null }), { shape: [1, 1], data: [3] }).output, {
      shape: [1, 1],
      data: [-1.5],
    })
  })

  it('draw weights of variance 1 / features, and of 2 / features for Relu', () => {
    const varianceOf = (layer: Layer): number => {
      const { data } = run(layer, draw(1, [1, 400])).params.weight as Numbers
      return data.reduce((sum, value) => sum + value * value, 0) / data.length
    }
    for (const [kind] of activations.filter(([kind]) => kind !== 'Relu'))
      expect(400 * varianceOf(untyped[kind](50)), kind).to.be.closeTo(1, 0.05)
    expect(400 * varianceOf(Relu(50))).to.be.closeTo(2, 0.1)
  })

  it('read their options back and print them', () => {
    const plain = Linear(3)
    expect(plain).to.include({ kind: 'Linear', units: 3, bias: 0, name: 'linear-{}' })
    expect(String(plain.weight)).to.equal('heNormal({ gain: 1 })')
    expect(Tanh().units).to.equal(null)
    expect(HardSigmoid(null).units).to.equal(null)
    expect(Softmax(undefined, { name: 's' })).to.include({ units: null, name: 's' })
    expect(untyped.Relu(4, { alpha: 0.2 })).to.include({ alpha: 0.2 })
    const layers = [
      Linear(3),
      Tanh(),
      Relu({ alpha: 0.1 }),
      Softmax(3, { bias: null }),
      Elu(2, { weight: xavierNormal(), bias: 1 }),
      LeakyRelu({ name: 'leak-{}' }),
    ]
    expect(layers.map(String)).to.deep.equal([
      'Linear(3)',
      'Tanh()',
      'Relu({ alpha: 0.1 })',
      'Softmax(3, { bias: null })',
      'Elu(2, { weight: xavierNormal({ gain: 1 }), bias: 1 })',
      "LeakyRelu({ name: 'leak-{}' })",
    ])
  })

  it('leave out the bias where it is null', () => {
    expect(Object.keys(run(Linear(2, { bias: null }), draw(1, [1, 3])).params)).to.deep.equal(['weight'])
  })

  it('leave the batch open', () => {
    expect(outputShape(Linear(3), [null, 7])).to.deep.equal([null, 3])
    expect(outputShape(Linear(3), [5, null])).to.deep.equal([5, 3])
    expect(outputShape(Linear(3), null)).to.deep.equal([null, 3])
  })

  for (const units of [0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, '3', true, [3]])
    it(`refuse ${JSON.stringify(units)} units`, () => {
      const expected = 'a positive integer, or nothing for the activation alone'
      expect(faultOf(() => untyped.Softplus(units))).to.match(
        new RegExp(
          `^InvalidOption of Softplus, units: expected ${expected}, got .*\\. For example: Softplus\\(10\\)\\.$`,
        ),
      )
    })

  refuses([
    [
      () => untyped.Linear(3, { weight: Number.NaN }),
      'InvalidOption of Linear, weight: expected an initializer, a finite number, or an array or tensor of finite numbers, got NaN. For example: Linear(10).',
    ],
    [
      () => untyped.Linear(3, { weight: [[1, Number.NaN, 2]] }),
      'InvalidOption of Linear, weight: expected an initializer, a finite number, or an array or tensor of finite numbers, got [[1, NaN, 2]].',
    ],
    [
      () => untyped.Linear(3, { weight: [[1, 2], [3]] }),
      'InvalidOption of Linear, weight: expected an initializer, a finite number, or an array or tensor of finite numbers, got [[1, 2], [3]].',
    ],
    [
      () => untyped.Tanh(3, { bias: 'zero' }),
      "InvalidOption of Tanh, bias: expected an initializer, a finite number, or an array or tensor of finite numbers, or null for none, got 'zero'.",
    ],
    [
      () => untyped.Sigmoid(3, { wieght: 0 }),
      "InvalidOption of Sigmoid, wieght: expected an option of units, weight, bias, got 'wieght'. Did you mean weight?",
    ],
    [
      () => untyped.Relu(3, { alpha: -0.1 }),
      'InvalidOption of Relu, alpha: expected a number >= 0, got -0.1. For example: Relu(10).',
    ],
    [() => untyped.Tanh(3, { alpha: 1 }), 'InvalidOption of Tanh, alpha: expected an option of units, weight, bias'],
    [() => untyped.Tanh(3, 4), 'InvalidOption of Tanh, arguments: expected units and one options object, got 4.'],
    [() => untyped.Tanh(3, {}, {}), 'InvalidOption of Tanh, arguments: expected units and one options object, got {}.'],
    [
      () => untyped.join(Input([4, 4]), Relu(3)),
      'LayerConnectionError of relu-1: expected a 2-dimensional input [batch, features], got (?, 4, 4). Put Reshape() before it',
    ],
    [
      () => init(join(Input(null), Relu(3)), key(0)),
      'WeightInitializationError of relu-1: expected a known number of input features, got (?, ?). Start the network with an Input whose features are given',
    ],
    [
      () => init(join(Input(4), Relu(3, { weight: [[1, 2, 3]] })), key(0)),
      'WeightInitializationError of relu-1: expected weight of shape (4, 3), finite numbers, got (1, 3).',
    ],
    [
      () => init(join(Input(4), Relu(3, { bias: new Float32Array(2) })), key(0)),
      'WeightInitializationError of relu-1: expected bias of shape (3,), finite numbers, got 2 values.',
    ],
  ])
})
