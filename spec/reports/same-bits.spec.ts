import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  Elementwise,
  Gelu,
  gradients,
  Input,
  init,
  join,
  key,
  Linear,
  parallel,
  predict,
  Relu,
  Tanh,
  tensor,
} from '../../src/index.ts'

const bits = (output: unknown): readonly number[] => Array.from((output as tf.Tensor).dataSync())

describe('The same call gives other numbers the fourth time', () => {
  const network = join(Input(4), parallel(Linear(3), Tanh(3), Relu(3)), Elementwise('average'), Gelu())
  const x = [[1, 2, 3, 4]]

  it('apply gives the same bits from the first call on, and predict gives them too', async () => {
    const variables = init(network, key(1))
    const first = bits(apply(network, variables, x).output)
    for (let call = 2; call <= 10; call++) expect(bits(apply(network, variables, x).output)).to.deep.equal(first)
    expect(bits(await predict(network, variables, x))).to.deep.equal(first)
  })

  it('apply reads the variables anew at each call, as predict and gradients do', async () => {
    const own = join(Input(1), Linear(1, { weight: [[2]], bias: null }))
    const given = init(own, key(0))
    const variables = { params: { 'linear-1': { ...given.params['linear-1'] } }, state: given.state }
    for (let call = 1; call <= 6; call++) expect(bits(apply(own, variables, [[3]]).output)).to.deep.equal([6])
    variables.params['linear-1'].weight = tensor([[5]], [1, 1])
    expect(bits(apply(own, variables, [[3]]).output)).to.deep.equal([15])
    expect(bits(await predict(own, variables, [[3]]))).to.deep.equal([15])
    expect(bits(gradients(own, variables, [[3]], [[1]]).input)).to.deep.equal([5])
  })

  it('programs are kept for the last shapes only, and nobody can tell', () => {
    const own = join(Input([null]), Tanh())
    const variables = init(own, key(0))
    const call = (size: number) => bits(apply(own, variables, [Array(size).fill(0.5)]).output)
    for (let size = 1; size <= 40; size++) expect(call(size)).to.deep.equal(Array(size).fill(call(1)[0]))
    expect(call(2)).to.deep.equal(call(40).slice(0, 2))
  })
})

describe('NaN becomes 0 after some calls', () => {
  it('Relu of NaN is NaN', () => {
    const network = join(Input(2), Relu(1, { weight: [[1], [1]], bias: [0] }))
    const variables = init(network, key(0))
    for (let call = 1; call <= 8; call++)
      expect(bits(apply(network, variables, [[Number.NaN, 1]]).output)).to.deep.equal([Number.NaN])
  })
})
