import { expect } from 'chai'
import { countParameters, init, key, names, predict, squeezenet } from '../../src/index.ts'
import { draw } from '../running.ts'

describe('squeezenet', () => {
  it('has the layers and parameters of the paper', () => {
    expect(String(squeezenet())).to.equal('(?, 227, 227, 3) -> [... 67 layers ...] -> (?, 1000)')
    expect(countParameters(squeezenet())).to.deep.equal({ total: 1_248_424, trainable: 1_248_424 })
  })

  it('names the layers that have parameters', () => {
    const network = squeezenet()
    const fires = [2, 3, 4, 5, 6, 7, 8, 9].flatMap(i =>
      ['squeeze1x1', 'expand1x1', 'expand3x3'].map(name => `fire${i}/${name}`),
    )
    expect(names(network).filter(name => /conv|1x1|3x3/.test(name))).to.deep.equal(['conv1', ...fires, 'conv10'])
    expect(names(network).slice(-5)).to.deep.equal(['dropout-1', 'conv10', 'relu-2', 'global-pooling-1', 'softmax-1'])
  })

  it('runs', async () => {
    const network = squeezenet()
    const variables = init(network, key(1))
    const output = await predict(network, variables, draw(1, [1, 227, 227, 3]) as never, { backend: 'wasm' })
    expect(output.shape).to.deep.equal([1, 1000])
    const numbers = [...output.dataSync()]
    expect(numbers.reduce((a, b) => a + b)).to.be.closeTo(1, 1e-4)
    expect(new Set(numbers).size).to.be.greaterThan(100)
  })
})
