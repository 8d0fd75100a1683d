import { expect } from 'chai'
import { BatchNorm, Convolution, Input, join, Relu, Reshape, Softmax, shared, summary } from '../../src/index.ts'

describe('summary', () => {
  it('lists layers, shapes, parameters and operations, and their sums', () => {
    const network = join(
      Input([6, 6, 1]),
      Convolution([3, 3, 2], { name: 'conv' }),
      BatchNorm(),
      Relu(),
      Reshape(),
      Softmax(3),
    )
    const lines = summary(network).split('\n')
    const cells = lines.map(line => line.split(/ {2,}/))
    expect(cells[0]).to.deep.equal(['name', 'layer', 'output shape', 'parameters', 'FLOPs'])
    // Each of 4 x 4 x 2 outputs takes 9 multiplications and additions, and one addition for the bias.
    expect(cells[3]).to.deep.equal([
      'conv',
      "Convolution([3, 3, 2], { name: 'conv' })",
      '(?, 4, 4, 2)',
      '20',
      String(32 * 18 + 32),
    ])
    expect(cells[6]).to.deep.equal(['reshape-1', 'Reshape()', '(?, 32)', '0', '0'])
    expect(cells.at(-3)?.[1]).to.equal('127')
    expect(lines.at(-2)).to.equal('trainable parameters: 123')
    // 508 of the parameters, 144 of the input, 128 of a result, whose place the next ones take, and 16 of small ones.
    expect(lines.at(-1)).to.equal('bytes at once, for one example: 796')
  })

  it('counts the parameters of a shared layer once', () => {
    const encoder = shared('encoder', Relu(4))
    expect(summary(join(Input(4), encoder, encoder))).to.match(/trainable parameters: 20\n/)
  })

  it('leaves open what a network without known inputs leaves open', () => {
    expect(summary(join(Relu(4), Relu(2)))).to.include('?')
  })
})
