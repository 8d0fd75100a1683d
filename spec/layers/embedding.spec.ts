import { expect } from 'chai'
import {
  apply,
  Embedding,
  gradients,
  Input,
  InvalidOption,
  init,
  join,
  key,
  outputShape,
  WeightInitializationError,
} from '../../src/index.ts'
import { untyped } from '../running.ts'

const table = [
  [1, 2],
  [3, 4],
  [5, 6],
]

describe('Embedding', () => {
  it('gives every number its row of the weight', () => {
    const network = join(Input(3), Embedding(3, 2, { weight: table }))
    const { output } = apply(network, init(network, key(0)), [[2, 0, 2]])
    expect(output.shape).to.deep.equal([1, 3, 2])
    expect(Array.from(output.dataSync())).to.deep.equal([5, 6, 1, 2, 5, 6])
  })

  it('adds the gradients of equal numbers up', () => {
    const network = join(Input(3), Embedding(3, 2, { weight: table }))
    const cotangent = { data: [1, 10, 2, 20, 3, 30], shape: [1, 3, 2] }
    const { params } = gradients(network, init(network, key(0)), [[2, 0, 2]], cotangent)
    expect(Array.from(params['embedding-1'].weight.dataSync())).to.deep.equal([2, 20, 0, 0, 4, 40])
  })

  it('adds a dimension to any shape', () => {
    expect(outputShape(Embedding(20, 5), [null, 7])).to.deep.equal([null, 7, 5])
    expect(outputShape(Embedding(20, 5), [null, 7, 3])).to.deep.equal([null, 7, 3, 5])
    expect(outputShape(Embedding(20, 5), null)).to.equal(null)
  })

  it('reads its options back and prints them', () => {
    const layer = Embedding(20, 5, { name: 'words' })
    expect([layer.inputSize, layer.outputSize, layer.name]).to.deep.equal([20, 5, 'words'])
    expect(String(layer)).to.equal("Embedding(20, 5, { name: 'words' })")
  })

  it('refuses bad options', () => {
    expect(() => untyped.Embedding(0, 3)).to.throw(InvalidOption, /Embedding, inputSize/)
    expect(() => untyped.Embedding(3, -1)).to.throw(InvalidOption, /Embedding, outputSize/)
    expect(() => untyped.Embedding(3, 1.5)).to.throw(InvalidOption, /got 1.5/)
    expect(() => init(join(Input(3), Embedding(4, 2, { weight: table })), key(0))).to.throw(
      WeightInitializationError,
      /weight of shape \(4, 2\)/,
    )
  })
})
