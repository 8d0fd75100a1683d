import { expect } from 'chai'
import {
  apply,
  DropBlock,
  GaussianNoise,
  Input,
  InvalidOption,
  init,
  join,
  key,
  LayerConnectionError,
  outputShape,
} from '../../src/index.ts'
import { untyped } from '../running.ts'

const ones = (shape: readonly number[]) => ({
  data: new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(1),
  shape,
})

describe('DropBlock', () => {
  const network = join(Input([12, 12, 4]), DropBlock(0.8, [2, 3]))
  const variables = init(network, key(0))
  const run = (seed: number) =>
    apply(network, variables, ones([20, 12, 12, 4]), { training: true, key: key(seed) }).output

  it('drops whole blocks and keeps the mean', () => {
    const values = run(1).dataSync()
    const at = (n: number, r: number, c: number, k: number) => values[((n * 12 + r) * 12 + c) * 4 + k] as number
    const dropped = values.filter(value => value === 0).length / values.length
    expect(dropped).to.be.within(0.12, 0.25)
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).to.be.closeTo(1, 1e-4)
    // A pixel that was dropped alone would have neighbours in its column that were not.
    for (let n = 0; n < 20; n++)
      for (let r = 1; r < 11; r++)
        for (let c = 0; c < 12; c++)
          if (at(n, r, c, 0) === 0) expect(at(n, r - 1, c, 0) * at(n, r + 1, c, 0)).to.equal(0)
  })

  it('is a function of its key, and changes nothing outside of training', () => {
    expect(run(1).dataSync()).to.deep.equal(run(1).dataSync())
    expect(run(1).dataSync()).not.to.deep.equal(run(2).dataSync())
    expect(apply(network, variables, ones([1, 12, 12, 4])).output.dataSync()).to.deep.equal(ones([1, 12, 12, 4]).data)
  })

  it('leaves zeros, not NaN, where everything is dropped', () => {
    const all = join(Input([2, 2, 1]), DropBlock(0, 2))
    const { output } = apply(all, init(all, key(0)), ones([1, 2, 2, 1]), { training: true, key: key(1) })
    expect(Array.from(output.dataSync())).to.deep.equal([0, 0, 0, 0])
  })

  it('reads its options back and prints them', () => {
    expect(DropBlock(0.9, 3).blockSize).to.deep.equal([3, 3])
    expect(String(DropBlock(0.9, [2, 3]))).to.equal('DropBlock(0.9, [2, 3])')
  })

  it('refuses bad options and inputs', () => {
    expect(() => untyped.DropBlock(2, 3)).to.throw(
      InvalidOption,
      /DropBlock, keepProba: expected a number from 0 to 1, got 2/,
    )
    expect(() => untyped.DropBlock(0.5, 0)).to.throw(InvalidOption, /DropBlock, blockSize/)
    expect(() => outputShape(DropBlock(0.5, 3), [null, 4])).to.throw(LayerConnectionError, /4-dimensional/)
    expect(() => outputShape(DropBlock(0.5, 5), [null, 4, 9, 1])).to.throw(LayerConnectionError, /at least 5 rows/)
    expect(() => apply(network, variables, ones([1, 12, 12, 4]), { training: true })).to.throw(InvalidOption, /a key/)
  })
})

describe('GaussianNoise', () => {
  const network = join(Input(1000), GaussianNoise({ mean: 2, std: 0.5 }))
  const variables = init(network, key(0))

  it('adds noise of its mean and deviation in training only', () => {
    const values = apply(network, variables, ones([10, 1000]), { training: true, key: key(1) }).output.dataSync()
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    expect(mean).to.be.closeTo(3, 0.02)
    expect(Math.sqrt(variance)).to.be.closeTo(0.5, 0.02)
    expect(apply(network, variables, ones([1, 1000])).output.dataSync()).to.deep.equal(ones([1, 1000]).data)
  })

  it('takes mean and deviation first, as the original, or as options', () => {
    expect([GaussianNoise().mean, GaussianNoise().std]).to.deep.equal([0, 1])
    expect([GaussianNoise(3, 0.1).mean, GaussianNoise(3, 0.1).std]).to.deep.equal([3, 0.1])
    expect(String(GaussianNoise({ std: 0.1 }))).to.equal('GaussianNoise(0, 0.1)')
  })

  it('refuses a negative deviation', () => {
    expect(() => untyped.GaussianNoise({ std: -1 })).to.throw(
      InvalidOption,
      /GaussianNoise, std: expected a number >= 0/,
    )
  })
})
