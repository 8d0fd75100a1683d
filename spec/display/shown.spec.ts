import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect, promisify } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  adam,
  BatchNorm,
  Convolution,
  fit,
  heNormal,
  Input,
  init,
  join,
  key,
  Linear,
  MaxPooling,
  net,
  Relu,
  Reshape,
  resnet50,
  Softmax,
  summary,
  tensor,
  vgg16,
} from '../../src/index.ts'
import { toHistory } from '../../src/training/loops/history.ts'
import type { RawReport } from '../../src/training/report.ts'
import { untyped } from '../running.ts'

// What a console shows of a value fits a screen and says what the value is.

const network = join(Input([6, 6, 1]), Convolution([3, 3, 2]), BatchNorm(), Relu(), Reshape(), Softmax(3))
const variables = init(network, key(1))
const thrown = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return error
  }
}
const misfit = thrown(() => untyped.join(Input(4), Convolution([3, 3, 1])))
const fitted = async (epochs: number) => {
  const line = join(Input(1), Linear(1))
  const examples = { x: [[1], [2]], y: [[2], [4]] }
  return fit(line, init(line, key(1)), examples, { epochs, metrics: ['accuracy'] })
}
const lines = (value: unknown): readonly string[] => inspect(value).split('\n')

describe('A console shows', () => {
  it('a layer as the call that makes it', () => {
    expect(inspect(Convolution([3, 3, 16], { stride: 2 }))).to.equal('Convolution([3, 3, 16], { stride: 2 })')
    expect(inspect(MaxPooling([2, 2]))).to.equal('MaxPooling([2, 2])')
  })

  it('a network as its layers and their shapes', () => {
    expect(lines(network)).to.deep.equal([
      '(?, 6, 6, 1) -> [... 6 layers ...] -> (?, 3)',
      '  input-1        Input([6, 6, 1])        (?, 6, 6, 1)',
      '  convolution-1  Convolution([3, 3, 2])  (?, 4, 4, 2)',
      '  batch-norm-1   BatchNorm()             (?, 4, 4, 2)',
      '  relu-1         Relu()                  (?, 4, 4, 2)',
      '  reshape-1      Reshape()               (?, 32)',
      '  softmax-1      Softmax(3)              (?, 3)',
    ])
  })

  for (const large of [resnet50(), vgg16(), join(Input(4), Relu(4, { name: `r${'x'.repeat(500)}`, weight: 1 }))])
    it(`${large}, large or with long names, on a screen`, () => {
      expect(lines(large).length).to.be.within(3, 24)
      for (const line of lines(large)) expect(line.length).to.be.at.most(100)
    })

  it('a tensor by its shape, range and first numbers', () => {
    expect(
      inspect(
        tensor([
          [1, 2.5],
          [-3, 4],
        ]),
      ),
    ).to.equal('Tensor [2, 2] from -3 to 4: 1, 2.5, -3, 4')
    expect(inspect(tensor(Array.from({ length: 10 }, (_, i) => i / 3)))).to.equal(
      'Tensor [10] from 0 to 3: 0, 0.3333, 0.6667, 1, 1.333, 1.667, 2, 2.333, … 2 more',
    )
    expect(inspect(tensor([Number.NaN, 1]))).to.equal('Tensor [2] from 1 to 1, 1 NaN: NaN, 1')
    expect(inspect(tensor(0.5 as never, []))).to.equal('Tensor []: 0.5')
    expect(inspect(tensor(new Float32Array(0), [0, 3]))).to.equal('Tensor [0, 3], empty')
  })

  it('a tensor that has been disposed, and takes nothing itself', () => {
    const disposed = tensor([1])
    disposed.dispose()
    expect(inspect(disposed)).to.equal('Tensor [1], disposed')
    const before = tf.memory().numTensors
    inspect(variables.params)
    expect(tf.memory().numTensors).to.equal(before)
  })

  it('variables by layer, also those that training gives', async () => {
    expect(lines(variables)).to.deep.equal([
      'Variables of 3 layers: 123 numbers in params, 4 in state',
      '  convolution-1  weight [3, 3, 1, 2], bias [2]',
      '  batch-norm-1   gamma [1, 1, 1, 2], beta [1, 1, 1, 2]; state: runningMean [1, 1, 1, 2], runningVariance [1, 1, 1, 2]',
      '  softmax-1      weight [32, 3], bias [3]',
    ])
    expect(inspect((await fitted(1)).variables)).to.match(/^Variables of 1 layer: 2 numbers in params, 0 in state\n/)
  })

  it('a history as a table of its epochs', async () => {
    const { history } = await fitted(3)
    const cells = lines(history).map(line => line.trim().split(/ +/))
    expect(cells[0]).to.deep.equal(['epoch', 'loss', 'accuracy'])
    expect(cells.map(([epoch]) => epoch)).to.deep.equal(['epoch', '1', '2', '3'])
    expect(Number(cells[3]?.[1])).to.be.closeTo(history.loss[2] as number, 1e-3 * (history.loss[2] as number))
    expect(lines((await fitted(200)).history)).to.have.length(21)
  })

  it('a history of many epochs, whose columns are as wide as in one of few', async () => {
    const many = lines((await fitted(200)).history)
    expect(many[0]).to.match(/^epoch {2}loss/)
    expect(many[15]).to.equal('… 181 epochs more')
  })

  it('a history of many values in blocks of a hundred signs, and the names of what is left out', () => {
    const historyOf = (count: number) => {
      const names = ['loss', ...Array.from({ length: count }, (_, i) => `output${i}.meanAbsoluteError`)]
      const training = Object.fromEntries(names.map(name => [name, 0.25])) as RawReport
      return lines(toHistory(Array.from({ length: 3 }, () => ({ training, validation: null }))))
    }
    const twelve = historyOf(9)
    expect(twelve.filter(line => line.startsWith('epoch'))).to.deep.equal([
      'epoch  loss  output0.meanAbsoluteError  output1.meanAbsoluteError  output2.meanAbsoluteError',
      'epoch  output3.meanAbsoluteError  output4.meanAbsoluteError  output5.meanAbsoluteError',
      'epoch  output6.meanAbsoluteError  output7.meanAbsoluteError  output8.meanAbsoluteError',
    ])
    expect(twelve).to.have.length(14)
    const many = historyOf(40)
    for (const line of many) expect(line.length).to.be.at.most(100)
    expect(many.at(-1)).to.match(/^… 31 columns more: output9\.meanAbsoluteError, output10/)
  })

  it('a summary as it is', () => {
    const text = summary(network)
    expect(inspect({ text })).to.include('trainable parameters: 123\n')
    expect(text.rows[1]).to.deep.include({ name: 'convolution-1', parameters: 20 })
    expect(`${text}`.split('\n')).to.deep.equal(text.split('\n'))
  })

  it('keys, optimizers and initializers in a line', () => {
    expect(inspect(key(3))).to.match(/^Key [0-9a-f]{32}$/)
    expect(inspect(adam({ step: 0.1 }))).to.match(/^adam\(\{ step: 0.1/)
    expect(inspect(heNormal({ gain: 2 }))).to.equal('heNormal({ gain: 2 })')
  })

  it('an error by its sentence, its trace and its cause, and nothing twice', () => {
    const [first, ...rest] = lines(misfit)
    expect(first).to.equal(`LayerConnectionError: ${(misfit as Error).message}`)
    expect(rest.every(line => /^ {4}at /.test(line))).to.equal(true)
    const told = inspect(thrown(() => net('Input(4) >> Relu(-1)' as string)))
    expect(told).to.match(/^NotationError: /)
    expect(told.split('\n').at(-1)).to.match(/because of InvalidOption: /)
  })
})

describe('A notebook shows', () => {
  const shown = async (value: unknown) =>
    (value as { readonly [_: symbol]: () => Promise<Record<string, string>> })[Symbol.for('Jupyter.display')]?.()

  it('the same texts', async () => {
    const { history } = await fitted(2)
    for (const value of [Relu(3), network, variables, summary(network), history, key(1), tensor([1]), adam()])
      expect((await shown(value))?.['text/plain']).to.equal(inspect(value))
  })

  it('what Deno shows, whose console shows what that of Node does', async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url))
    const program = `
import { init, Input, join, key, Linear, tensor } from 'joinery'
const network = join(Input(2), Linear(1))
console.log(network)
console.log(init(network, key(1)))
console.log([tensor([1, 2])])`
    const { stdout } = await promisify(execFile)(path.join(root, 'node_modules/.bin/deno'), ['eval', program], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1' },
    })
    expect(stdout).to.equal(`(?, 2) -> [... 2 layers ...] -> (?, 1)
  input-1   Input(2)   (?, 2)
  linear-1  Linear(1)  (?, 1)
Variables of 1 layer: 3 numbers in params, 0 in state
  linear-1  weight [2, 1], bias [1]
[ Tensor [2] from 1 to 2: 1, 2 ]
`)
  })
})
