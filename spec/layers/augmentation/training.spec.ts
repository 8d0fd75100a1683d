import { expect } from 'chai'
import {
  type Backend,
  Convolution,
  CutMix,
  compileTraining,
  fit,
  GlobalPooling,
  gradientDescent,
  Input,
  init,
  join,
  key,
  Linear,
  MixUp,
  RandomBrightness,
  RandomCrop,
  RandomErasing,
  RandomFlip,
  RandomRotation,
  Relu,
  Softmax,
  trainStep,
} from '../../../src/index.ts'
import { build } from '../../ops/reference.ts'
import { draw } from '../../running.ts'

// Layers that act in training only, in training.

const backends = ['tfjs', 'wasm', 'onnxruntime'] as const satisfies readonly (Backend | string)[]

describe('Training with layers that mix', () => {
  for (const backend of backends) {
    it(`compares mixed examples with targets that are mixed alike: MixUp on ${backend}`, async () => {
      // What is linear is so of mixtures as well: the right weights have no loss.
      const network = join(
        Input(3),
        MixUp({ alpha: 0.5 }),
        Linear(2, {
          weight: [
            [1, 2],
            [-1, 0.5],
            [0.25, -2],
          ],
          bias: 0,
        }),
      )
      const x = draw(1, [16, 3])
      const y = build([16, 2], ([n, j]) =>
        [0, 1, 2].reduce(
          (sum, i) =>
            sum +
            (x.data[3 * (n as number) + i] as number) *
              ([
                [1, 2],
                [-1, 0.5],
                [0.25, -2],
              ][i]?.[j as number] ?? 0),
          0,
        ),
      )
      const step = trainStep(network, { loss: 'mse', optimizer: gradientDescent({ step: 0.1 }), backend })
      const [, { loss }] = await step(step.init(init(network, key(1)), key(2)), { x, y } as never)
      expect(loss).to.be.below(1e-10)
    })

    it(`compares mixed images with targets that are mixed alike: CutMix on ${backend}`, async () => {
      // The mean of what is pasted of plain images is that of the targets.
      const network = join(Input([7, 9, 1]), CutMix(), GlobalPooling('avg'), Linear(1, { weight: 1, bias: 0 }))
      const x = build([10, 7, 9, 1], ([n]) => Math.sin((n as number) + 1))
      const y = build([10, 1], ([n]) => Math.sin((n as number) + 1))
      const step = trainStep(network, { loss: 'mse', optimizer: gradientDescent({ step: 0.1 }), backend })
      const [, { loss }] = await step(step.init(init(network, key(1)), key(2)), { x, y } as never)
      expect(loss).to.be.below(1e-10)
    })
  }
})

describe('Training with layers that augment', () => {
  const network = join(
    Input([8, 8, 1]),
    RandomCrop(7, { padding: 1 }),
    RandomFlip('horizontalAndVertical'),
    RandomRotation(0.1),
    RandomBrightness(0.1, { valueRange: [-4, 4] }),
    RandomErasing(),
    CutMix(),
    Convolution([3, 3, 4]),
    Relu(),
    GlobalPooling('avg'),
    Softmax(2),
  )
  const x = draw(1, [12, 8, 8, 1])
  const y = build([12, 2], ([n, k]) => ((n as number) % 2 === k ? 1 : 0))
  const data = { x, y } as never
  const options = { loss: 'categoricalCrossentropy', optimizer: gradientDescent({ step: 0.1 }) } as const

  it('comes to the same on every engine, step by step', async () => {
    const losses: number[][] = []
    for (const backend of backends) {
      const step = compileTraining(network, { ...options, backend })
      let state = await step.init(init(network, key(1)), key(2))
      const own: number[] = []
      for (let i = 0; i < 4; i++) {
        const [next, { loss }] = await step(state, data)
        own.push(loss)
        state = next
      }
      losses.push(own)
      await step.dispose()
    }
    const [first = [], ...others] = losses
    expect(new Set(first).size).to.equal(4)
    for (const other of others) for (const [i, loss] of first.entries()) expect(other[i]).to.be.closeTo(loss, 1e-4)
  })

  it('is a function of the key', async () => {
    const trained = async (seed: number) => {
      const { history } = await fit(network, init(network, key(1)), data, { ...options, epochs: 2, key: key(seed) })
      return history.loss
    }
    expect(await trained(1)).to.deep.equal(await trained(1))
    expect(await trained(1)).not.to.deep.equal(await trained(2))
  })
})
