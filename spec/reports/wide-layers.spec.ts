import { expect } from 'chai'
import { Input, init, join, key, Linear, orthogonal, SpectralNorm } from '../../src/index.ts'

const lengthOf = (values: ArrayLike<number>): number => Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0))

describe('A layer of 200,000 features ends in "Maximum call stack size exceeded"', () => {
  it('SpectralNorm makes its directions, of length 1', () => {
    const { state } = init(join(Input(200000), SpectralNorm(Linear(1))), key(1))
    expect(lengthOf(state['spectral-norm-1'].weightRight.dataSync())).to.be.closeTo(1, 1e-5)
  })

  for (const [features, units] of [
    [200000, 1],
    [1, 200000],
  ] as const)
    it(`orthogonal() makes a weight of ${features} x ${units}, of length 1`, () => {
      const { params } = init(join(Input(features), Linear(units, { weight: orthogonal() })), key(1))
      expect(lengthOf(params['linear-1'].weight.dataSync())).to.be.closeTo(1, 1e-5)
    })
})
