import { expect } from 'chai'
import { InvalidOption, init, key } from '../../src/index.ts'
import { untyped } from '../running.ts'

// An array of four thousand million holes is made at once, and looked through for minutes.

const sparse = () => new Array(2 ** 32 - 1)
const {
  BatchNorm,
  Convolution,
  Input,
  LayerNorm,
  PRelu,
  Relu,
  Reshape,
  SpectralNorm,
  Transpose,
  apply,
  join,
  outputShape,
  tensor,
} = untyped
const network = join(Input(2), Relu(2))

describe('A sparse array of many elements hangs the process', () => {
  const calls: Readonly<Record<string, () => unknown>> = {
    'Input(…)': () => Input(sparse()),
    'Reshape(…)': () => Reshape(sparse()),
    'Transpose(…)': () => Transpose(sparse()),
    'PRelu({ alphaAxes })': () => PRelu({ alphaAxes: sparse() }),
    'BatchNorm({ axes })': () => BatchNorm({ axes: sparse() }),
    'LayerNorm({ axes })': () => LayerNorm({ axes: sparse() }),
    'SpectralNorm({ weights })': () => SpectralNorm(Relu(3), { weights: sparse() }),
    'outputShape(layer, …)': () => outputShape(Relu(), sparse()),
    'tensor(…)': () => tensor(sparse()),
    'tensor([1], …)': () => tensor([1], sparse()),
    'Convolution(an object that inherits from it)': () => Convolution(Object.create(sparse())),
    'Convolution(size, { stride })': () => Convolution([3, 3, 1], { stride: Object.create(sparse()) }),
    'apply(network, variables, …)': () => apply(network, init(network, key(0)), sparse()),
  }
  for (const [name, call] of Object.entries(calls))
    it(`${name} refuses it at once`, () => {
      expect(call).to.throw(InvalidOption)
    }).timeout(5000)
})
