import { expect } from 'chai'
import {
  apply,
  gradients,
  Input,
  InvalidOption,
  init,
  join,
  key,
  LayerConnectionError,
  LayerNorm,
  outputShape,
  type Tensor,
  WeightInitializationError,
} from '../../src/index.ts'
import { untyped } from '../running.ts'

const expectClose = (given: ArrayLike<number>, expected: readonly number[]): void => {
  expect(given.length).to.equal(expected.length)
  for (const [i, value] of expected.entries()) expect(given[i]).to.be.closeTo(value, 1e-5 + 1e-4 * Math.abs(value))
}

describe('LayerNorm', () => {
  it('has the values and gradients of PyTorch 1.13', () => {
    const network = join(Input([2, 3]), LayerNorm({ gamma: [1.5, -1, 2], beta: [0.1, 0.2, 0.3] }))
    const variables = init(network, key(0))
    const input = [
      [
        [1, -2, 4],
        [0.5, 0.3, -1],
      ],
    ]
    const found = gradients(network, variables, input, [
      [
        [1, 2, -1],
        [0.5, 3, 1],
      ],
    ])
    expectClose(found.output.dataSync(), [0.1, 1.424744, 2.749488, 1.378185, -0.3513739, -2.506995])
    expectClose((found.input as Tensor).dataSync(), [0.9525786, -0.4762893, -0.4762893, 2.885608, -3.329615, 0.4440062])
    expectClose(found.params['layer-norm-1'].gamma.dataSync(), [0.4260617, -0.7953659, -2.628241])
    expectClose(found.params['layer-norm-1'].beta.dataSync(), [1.5, 5, 0])
  })

  it('can do without a shift, and is printed as it is called', () => {
    const network = join(Input(2), LayerNorm({ beta: null, epsilon: 0 }))
    const variables = init(network, key(0))
    expect(Object.keys(variables.params['layer-norm-1'])).to.deep.equal(['gamma'])
    expectClose(apply(network, variables, [[1, 5]]).output.dataSync(), [-1, 1])
    expect(String(LayerNorm({ beta: null }))).to.equal('LayerNorm({ beta: null })')
  })

  it('refuses bad options and inputs', () => {
    expect(() => untyped.LayerNorm({ epsilon: -1 })).to.throw(
      InvalidOption,
      /LayerNorm, epsilon: expected a number >= 0/,
    )
    expect(() => outputShape(LayerNorm(), [null])).to.throw(LayerConnectionError, /\[batch, ..., features\]/)
    expect(() => init(join(Input(null), LayerNorm()), key(0))).to.throw(WeightInitializationError, /known dimensions/)
  })
})
