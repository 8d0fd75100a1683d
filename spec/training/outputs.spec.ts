import { expect } from 'chai'
import {
  block,
  branch,
  categoricalCrossentropy,
  evaluate,
  fit,
  Input,
  init,
  join,
  key,
  Linear,
  mse,
  net,
  parallel,
  Relu,
  repeat,
  residual,
  Softmax,
  shared,
  Tanh,
} from '../../src/index.ts'
import { asPart } from '../../src/network/parts.ts'
import { wiringOf } from '../../src/network/wiring.ts'
import type { OutputNames } from '../../src/network-types/outputs.ts'
import { outputNames } from '../../src/training/scoring.ts'
import '../../src/onnxruntime.ts'
import '../../src/wasm.ts'

const network = join(Input(2), Tanh(3), parallel(Softmax(2, { name: 'kind' }), Linear(1, { name: 'size' })))
const variables = init(network, key(3))
const x = Array.from({ length: 10 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = [x.map(([a = 0]) => (a > 0 ? [1, 0] : [0, 1])), x.map(([a = 0, b = 0]) => [a * b])] as const
const failed = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

for (const backend of [undefined, 'tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Several outputs (${backend ?? 'eager'})`, () => {
    const own = backend === undefined ? {} : { backend }
    const alone = async (output: 0 | 1, loss: 'mse' | 'categoricalCrossentropy'): Promise<number> => {
      const weights = output === 0 ? [1, 0] : [0, 1]
      return (await evaluate(network, variables, { x, y }, { loss: [loss, loss], lossWeights: weights, ...own })).loss
    }

    it('have a loss each, by name or order, and weights', async () => {
      const [kind, size] = [await alone(0, 'categoricalCrossentropy'), await alone(1, 'mse')]
      const loss = { kind: 'categoricalCrossentropy', size: mse }
      const byName = await evaluate(network, variables, { x, y }, { loss, lossWeights: { size: 0.5 }, ...own })
      expect(byName.loss).to.be.closeTo(kind + 0.5 * size, 1e-6)
      expect(byName['kind.loss']).to.be.closeTo(kind, 1e-6)
      expect(byName['size.loss']).to.be.closeTo(size, 1e-6)
      const list = [categoricalCrossentropy, 'mse']
      const byOrder = await evaluate(network, variables, { x, y }, { loss: list, lossWeights: [1, 0.5], ...own })
      expect(byOrder.loss).to.equal(byName.loss)
      const all = await evaluate(network, variables, { x, y }, { loss: 'mse', ...own })
      expect(all.loss).to.be.closeTo((await alone(0, 'mse')) + size, 1e-6)
      expect(Object.keys(all)).to.deep.equal(['loss'])
    })

    it('have metrics each, and those that are left out have none', async () => {
      const report = await evaluate(
        network,
        variables,
        { x, y },
        { loss: 'mse', metrics: { kind: ['accuracy'] }, ...own },
      )
      expect(Object.keys(report)).to.deep.equal(['loss', 'kind.accuracy'])
      const accuracy: number = report['kind.accuracy']
      expect(accuracy).to.be.within(0, 1)
      const byOrder = await evaluate(network, variables, { x, y }, { metrics: [['accuracy'], []], ...own })
      expect(byOrder['kind.accuracy']).to.equal(accuracy)
    })

    it('of which one has no loss are trained by the others alone', async () => {
      if (backend === undefined) return
      const { variables: after, history } = await fit(
        network,
        variables,
        { x, y },
        { loss: { kind: 'categoricalCrossentropy' }, epochs: 2, ...own },
      )
      expect(Object.keys(history)).to.deep.equal(['loss', 'kind.loss'])
      expect([...after.params.size.weight.dataSync()]).to.deep.equal([...variables.params.size.weight.dataSync()])
      expect([...after.params.kind.weight.dataSync()]).not.to.deep.equal([...variables.params.kind.weight.dataSync()])
    })

    it('have weights each, or the same', async () => {
      const half = x.map((_, i) => i % 2)
      const report = await evaluate(
        network,
        variables,
        { x, y, weights: [half, x.map(() => 1)] },
        { loss: ['mse', 'mse'], ...own },
      )
      const same = await evaluate(network, variables, { x, y, weights: half }, { loss: ['mse', 'mse'], ...own })
      expect(report['kind.loss']).to.equal(same['kind.loss'])
      expect(report['size.loss']).to.be.closeTo(await alone(1, 'mse'), 1e-6)
    })

    it('are named where an option names others, or too few', async () => {
      const ask = (options: object) => failed(() => evaluate(network, variables, { x, y }, { ...options, ...own }))
      expect(await ask({ loss: { kinds: 'mse' } })).to.include(
        "loss: expected names of the outputs kind, size, got 'kinds'. Name the layers that give the outputs. Did you mean 'kind'?",
      )
      expect(await ask({ loss: ['mse'] })).to.include('loss: expected one for each of the outputs kind, size, got 1')
      expect(await ask({ metrics: { other: ['accuracy'] } })).to.include(
        'metrics: expected names of the outputs kind, size',
      )
      expect(await ask({ lossWeights: { kind: 'much' } })).to.include('lossWeights: expected a number for each output')
    })
  })

describe('The names of outputs', () => {
  it('are those that the compiler finds', () => {
    const nested = join(
      Input(4),
      shared('s', Relu(4)),
      branch(
        block('head', join(Relu(3), Relu(2))),
        branch(repeat(Relu(2), 2), residual(Relu(4))),
        shared('s', Relu(4)),
        shared('two', join(Tanh(2), Tanh(2))),
      ),
    )
    const two = parallel(join(Input(4), Relu(3)), join(Input(5), Relu(2), Relu()))
    const text = net('Input(4) >> Relu(3) >> (Relu(2) | Softmax(3, name=last))')
    const inNested: OutputNames<typeof nested> = ['head/relu-2', 'relu-2', 'elementwise-1', 's', 'two/tanh-2']
    const inTwo: OutputNames<typeof two> = ['relu-1', 'relu-3']
    const inText: OutputNames<typeof text> = ['relu-2', 'last']
    const inOne: OutputNames<typeof network> = ['kind', 'size']
    const atRunTime = (given: object) => outputNames(wiringOf(asPart('names', given)))
    expect([nested, two, text, network].map(atRunTime)).to.deep.equal([inNested, inTwo, inText, inOne])
  })
})
