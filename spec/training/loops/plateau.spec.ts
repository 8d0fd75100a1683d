import type { Tensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  adam,
  adamw,
  addDecayedWeights,
  chain,
  fit,
  gradientDescent,
  Input,
  init,
  join,
  key,
  Linear,
  momentum,
  type Optimizer,
  Tanh,
} from '../../../src/index.ts'
import { directed } from '../../../src/training/loops/monitor.ts'
import { plateauOption, plateauStart, plateauStep } from '../../../src/training/loops/plateau.ts'
import { namedMetrics } from '../../../src/training/metrics/names.ts'
import type { RawReport } from '../../../src/training/report.ts'
import '../../../src/onnxruntime.ts'
import '../../../src/wasm.ts'

/** The factor of the learning rate after each epoch. */
const rates = (options: object, values: readonly number[], name = 'loss'): readonly number[] => {
  const read = plateauOption.decode(options)
  if (read._tag === 'Left' || read.right === null) throw new Error('not read')
  const plateau = directed('reduceOnPlateau', read.right, namedMetrics)
  let memory = plateauStart
  return values.map(value => {
    memory = plateauStep(plateau, memory, { loss: 0, [name]: value } as RawReport)
    return memory.rate
  })
}

const network = join(Input(2), Tanh(3), Linear(1))
const variables = init(network, key(1))
const x = Array.from({ length: 6 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a = 0]) => [a])
const numbers = (tree: { readonly params: Readonly<Record<string, Readonly<Record<string, Tensor>>>> }) =>
  Object.values(tree.params).flatMap(own => Object.values(own).flatMap(tensor => [...tensor.dataSync()]))

describe('reduceOnPlateau', () => {
  it('multiplies the rate after patience epochs without anything better', () => {
    expect(rates({ patience: 2, factor: 0.5 }, [3, 3, 3, 3, 3, 2, 2])).to.deep.equal([1, 1, 0.5, 0.5, 0.25, 0.25, 0.25])
    expect(rates({ patience: 0, factor: 0.5 }, [3, 3, 3])).to.deep.equal([1, 0.5, 0.25])
  })

  it('counts nothing while it cools down, and stays above the least', () => {
    expect(rates({ patience: 1, factor: 0.5, cooldown: 2 }, [3, 3, 3, 3, 3])).to.deep.equal([1, 0.5, 0.5, 0.5, 0.25])
    expect(rates({ patience: 1, factor: 0.1, least: 0.05 }, [3, 3, 3, 3])).to.deep.equal([1, 0.1, 0.05, 0.05])
  })

  it('takes minDelta, mode and monitor, and NaN for nothing better', () => {
    expect(rates({ patience: 1, factor: 0.5, minDelta: 0.5 }, [3, 2.6, 2.4])).to.deep.equal([1, 0.5, 0.5])
    expect(rates({ patience: 1, factor: 0.5, monitor: 'accuracy' }, [0.1, 0.2, 0.1], 'accuracy')).to.deep.equal([
      1, 1, 0.5,
    ])
    expect(rates({ patience: 1, factor: 0.5, mode: 'max' }, [2, 1])).to.deep.equal([1, 0.5])
    expect(rates({ patience: 1, factor: 0.5 }, [Number.NaN, 2, Number.NaN])).to.deep.equal([0.5, 0.5, 0.25])
  })

  // Nothing is better by so much after the first epoch: a quarter of the rate after the second, a sixteenth after the third.
  const plateau = { factor: 1 / 4, patience: 1, minDelta: 1e6 }
  const scheduled = (update: number): number => 0.2 * (1 / 4) ** Math.max(0, Math.floor(update / 2) - 1)
  const optimizers: Readonly<Record<string, (step: number | ((update: number) => number)) => Optimizer>> = {
    gradientDescent: step => gradientDescent({ step }),
    momentum: step => momentum({ step, nesterov: true }),
    adam: step => adam({ step }),
    chain: step => chain(addDecayedWeights({ rate: 0.1 }), adam({ step })),
    // Its decay is in proportion to the rate.
    adamw: step => adamw({ step, weightDecay: 0.1 }),
  }
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    for (const [name, optimizer] of Object.entries(optimizers))
      it(`scales the learning rate of ${name} (${backend})`, async () => {
        const rule = { backend, batchSize: 3, epochs: 4, key: key(2) }
        const seen: number[] = []
        const reduced = await fit(
          network,
          variables,
          { x, y },
          {
            ...rule,
            optimizer: optimizer(0.2),
            reduceOnPlateau: plateau,
            callbacks: ({ rate }) => void seen.push(rate),
          },
        )
        expect(seen).to.deep.equal([1, 1 / 4, 1 / 16, 1 / 64])
        const byHand = await fit(network, variables, { x, y }, { ...rule, optimizer: optimizer(scheduled) })
        const [found, wanted] = [numbers(reduced.variables), numbers(byHand.variables)]
        // Momentum's velocity holds the rate that it had.
        if (name !== 'momentum') for (const [i, value] of wanted.entries()) expect(found[i]).to.be.closeTo(value, 1e-6)
        const plain = await fit(network, variables, { x, y }, { ...rule, optimizer: optimizer(0.2) })
        expect(found).not.to.deep.equal(numbers(plain.variables))
      })

  it('changes nothing while training gets better', async () => {
    const rule = { optimizer: gradientDescent({ step: 0.01 }), batchSize: null, epochs: 3 }
    const plain = await fit(network, variables, { x, y }, rule)
    const watched = await fit(network, variables, { x, y }, { ...rule, reduceOnPlateau: { patience: 1, minDelta: 0 } })
    expect(numbers(watched.variables)).to.deep.equal(numbers(plain.variables))
  })
})
