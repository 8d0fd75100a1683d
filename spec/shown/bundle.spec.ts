import { inspect } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { bundleOf, tensorTable } from '../../src/display.ts'
import {
  adam,
  block,
  Convolution,
  dataset,
  fit,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Linear,
  learningRateSweep,
  Relu,
  resnet50,
  Softmax,
  summary,
  tensor,
} from '../../src/index.ts'
import { untyped } from '../running.ts'

const network = join(Input(4), Relu(2, { weight: 0.5, bias: 0 }), Softmax(3))
const variables = init(network, key(1))
const thrown = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return error
  }
}
/** The cells of the tables of a bundle, row by row, behind the lines above it. */
const cellsOf = async (value: unknown): Promise<readonly (readonly string[])[]> => {
  const html = String((await bundleOf(value))['text/html'])
  const unescaped = (text: string) => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
  return [...html.matchAll(/<div>(.*?)<\/div>|<tr>(.*?)<\/tr>/g)].map(([, line, row]) =>
    line !== undefined
      ? [unescaped(line)]
      : [...(row as string).matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/g)].map(([, cell = '']) => unescaped(cell)),
  )
}
const typesOf = async (value: unknown): Promise<readonly string[]> => Object.keys(await bundleOf(value)).sort()

describe('A notebook shows', () => {
  it('a network as its diagram', async () => {
    const shown = await bundleOf(network)
    expect(shown['image/svg+xml']).to.match(/^<svg [\s\S]*Softmax[\s\S]*<\/svg>/)
    expect(shown['text/plain']).to.equal(inspect(network))
    expect(await typesOf(resnet50())).to.deep.equal(['image/svg+xml', 'text/plain'])
  })

  it('layers, keys and optimizers as their texts', async () => {
    for (const value of [Relu(3), key(1), adam()])
      expect(await bundleOf(value)).to.deep.equal({ 'text/plain': inspect(value) })
  })

  it('a tensor as its statistics and first numbers', async () => {
    expect(
      await cellsOf(
        tensor([
          [1, 2],
          [3, Number.NaN],
        ]),
      ),
    ).to.deep.equal([
      ['Tensor [2, 2], float32, mean 2, std 0.8165, min 1, max 3, not finite 1'],
      ['', '0', '1'],
      ['0', '1', '2'],
      ['1', '3', 'NaN'],
    ])
    const large = await cellsOf(tf.reshape(tf.range(0, 400), [2, 20, 10]))
    expect(large.slice(0, 4)).to.deep.equal([
      ['Tensor [2, 20, 10], float32, mean 199.5, std 115.5, min 0, max 399'],
      ['[0, :, :]'],
      ['', '0', '1', '2', '3', '4', '5', '6', '7', '…'],
      ['0', '0', '1', '2', '3', '4', '5', '6', '7', '…'],
    ])
    expect(large.at(-1)).to.deep.equal(['… 12 rows more'])
    expect(await cellsOf(tf.scalar(7))).to.deep.equal([['Tensor [], float32'], ['', '0'], ['0', '7']])
    expect(await cellsOf(tf.zeros([0, 3]))).to.deep.equal([['Tensor [0, 3], float32, empty']])
    const gone = tf.tensor([1])
    gone.dispose()
    expect(await cellsOf(gone)).to.deep.equal([['Tensor [1], float32, disposed']])
  })

  it('variables as a table by name', async () => {
    expect(await cellsOf(variables)).to.deep.include.members([
      ['name', 'shape', 'mean', 'std', 'min', 'max', 'not finite'],
      ['params/relu-1/weight', '[4, 2]', '0.5', '0', '0.5', '0.5', ''],
      ['params/relu-1/bias', '[2]', '0', '0', '0', '0', ''],
    ])
  })

  it('a history as its curves', async () => {
    const line = join(Input(1), Linear(1))
    const { history } = await fit(line, init(line, key(1)), { x: [[1]], y: [[2]] }, { epochs: 2 })
    expect(await typesOf(history)).to.deep.equal(['application/vnd.vegalite.v5+json', 'image/svg+xml', 'text/plain'])
    expect((await bundleOf(history))['text/plain']).to.equal(inspect(history))
  })

  it('a sweep over learning rates as its curve', async () => {
    const line = join(Input(1), Linear(1))
    const sweep = await learningRateSweep(line, init(line, key(1)), { x: [[1]], y: [[2]] }, { updates: 20 })
    expect(await typesOf(sweep)).to.deep.equal(['application/vnd.vegalite.v5+json', 'image/svg+xml', 'text/plain'])
    expect((await bundleOf(sweep))['text/plain']).to.equal(inspect(sweep))
  })

  it('a summary as a table', async () => {
    expect((await cellsOf(summary(network)))[2]?.slice(0, 5)).to.deep.equal([
      'relu-1',
      'Relu(2, { weight: 0.5 })',
      '(?, 2)',
      '10',
      '20',
    ])
  })

  it('a dataset as its first items', async () => {
    const items = dataset({
      x: [
        [1, 2],
        [3, 4],
      ],
      y: [0, 1],
    })
    expect(await cellsOf(items)).to.deep.equal([
      ['Dataset 2 rows, 2 items'],
      ['', 'x', 'y'],
      ['0', '[1, 2]', '0'],
      ['1', '[3, 4]', '1'],
    ])
    expect((await cellsOf(items.batch(2)))[2]).to.deep.equal(['0', '[2, 2]: 1, 2, 3, 4', '[2]: 0, 1'])
    expect((await cellsOf(items.map(({ y }) => y)))[3]).to.deep.equal(['1', '1'])
    const endless = await cellsOf(items.repeat())
    expect(endless).to.have.length(8)
    expect(endless.at(-1)).to.deep.equal(['…'])
    expect(await cellsOf(items.take(0))).to.have.length(2)
  })

  it('no items that fail, or take long', async function () {
    this.timeout(20_000)
    const items = dataset({ x: [1, 2] })
    const failing = items.map(() => {
      throw new RangeError('no')
    })
    const slow = items.map(() => new Promise<number>(resolve => setTimeout(resolve, 3500, 1)))
    for (const one of [failing, slow]) expect(await typesOf(one)).to.deep.equal(['text/plain'])
  })

  it('an error as its message, place and remedy', async () => {
    const error = thrown(() => untyped.join(Input(4), block('stem', Convolution([3, 3, 1])))) as InvalidOption
    const [first, ...rest] = await cellsOf(error)
    expect(first).to.deep.equal([`LayerConnectionError: ${error.message}`])
    expect(rest).to.deep.include.members([
      ['in', 'stem > convolution-1'],
      ['got', '(?, 4)'],
      ['remedy', error.remedy],
    ])
    expect((await bundleOf(error))['text/plain']).to.equal(`LayerConnectionError: ${error.message}`)
  })

  it('texts from anywhere as texts', async () => {
    const html = (await bundleOf(dataset([{ '<b>': '<script>' }])))['text/html']
    expect(html).to.contain('&#60;b&#62;').and.not.to.contain('<script>')
  })
})

describe('A table of tensors', () => {
  it('has a row for each tensor in records and arrays, for consoles and notebooks', async () => {
    const shown = tensorTable({ a: { b: [tensor([1, 3])] }, c: variables.params })
    const cells = inspect(shown)
      .split('\n')
      .map(line => line.split(/ {2,}/))
    expect(cells.slice(0, 3)).to.deep.equal([
      ['name', 'shape', 'mean', 'std', 'min', 'max', 'not finite'],
      ['a/b/0', '[2]', '2', '1', '1', '3'],
      ['c/relu-1/weight', '[4, 2]', '0.5', '0', '0.5', '0.5'],
    ])
    expect(String(shown)).to.equal(inspect(shown))
    const bundle = await (shown as unknown as { [_: symbol]: () => Promise<Record<string, string>> })[
      Symbol.for('Jupyter.display')
    ]?.()
    expect(bundle?.['text/html']).to.contain('a/b/0').and.to.contain('c/relu-1/weight')
    expect(bundle?.['text/plain']).to.equal(String(shown))
  })

  it('fits a screen', () => {
    const many = init(resnet50({ inputShape: [32, 32, 3] }), key(1))
    const lines = String(tensorTable(many)).split('\n')
    expect(lines.length).to.be.at.most(40)
    for (const line of lines) expect(line.length).to.be.at.most(100)
  })

  it('refuses what has no tensors', () => {
    for (const value of [3, 'text', null, {}, [1, 2], { a: { b: 1 } }, network]) {
      const error = thrown(() => tensorTable(value))
      expect(error).to.be.instanceOf(InvalidOption)
      expect(error).to.include({ option: 'value', remedy: 'For example: tensorTable(variables.params).' })
    }
    const own: { self?: unknown } = {}
    own.self = own
    expect(thrown(() => tensorTable(own))).to.be.instanceOf(InvalidOption)
  })
})
