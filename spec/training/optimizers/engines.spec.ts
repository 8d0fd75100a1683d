import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { leavesOf } from '../../../src/base/trees.ts'
import * as j from '../../../src/index.ts'
import { key, type Optimizer, trainStep } from '../../../src/index.ts'
import { slotTensors } from '../../../src/training/slots.ts'
import { descend, examples, loss, network, start } from './training.ts'

// Every optimizer does on every engine what it does eagerly, with parameters of all ranks, and remembers the same.

const cosine = j.cosineDecay({ initialValue: 0.05, decayIter: 4, restarts: true })
const optimizers: readonly Optimizer[] = [
  j.gradientDescent({ step: 0.1, weightDecay: 0.1, mask: 'weights' }),
  j.momentum({ step: cosine, nesterov: true }),
  j.momentum({ dampening: 0.5 }),
  j.adagrad({ weightDecay: 0.1 }),
  j.adadelta(),
  j.rmsprop({ step: 0.01 }),
  j.rmsprop({ step: 0.01, centered: true, momentum: 0.5, initialSquare: 0, epsilon: 0.01 }),
  j.adam({ step: 0.01 }),
  j.adam({ step: 0.01, amsgrad: true }),
  j.adamw({ step: cosine, weightDecay: 0.1, mask: ['*.weight'] }),
  j.adamax({ step: 0.01 }),
  j.nadam({ step: 0.01 }),
  j.radam({ step: 0.01, beta2: 0.6 }),
  j.adabelief({ step: 0.01 }),
  j.lion({ step: 0.01 }),
  j.lamb({ step: 0.01, weightDecay: 0.1, mask: 'weights', adapts: 'weights' }),
  j.lars({ step: 5, weightDecay: 0.1, nesterov: true }),
  j.adafactor({ step: 0.05 }),
  j.adafactor({ step: 0.05, beta1: 0.9, factoredFrom: 3, relativeStep: false, scaleParameter: false }),
  j.muon({ step: 0.05, weightDecay: 0.1 }),
  j.muon({ step: 0.05, nesterov: false, adjust: 'adam', matrices: ['linear*'], others: j.momentum() }),
  j.scheduleFree({ step: 0.05, weightDecay: 0.1, warmupIter: 3 }),
  j.scheduleFree({ step: cosine, power: 1, stepPower: 1.5 }),
  j.rprop({ step: 0.05 }),
  j.rprop({ step: 0.05, backtrack: false }),
  j.irpropPlus({ step: 0.5 }),
  j.chain(j.clipByNorm(0.1), j.momentum()),
  j.chain(j.clipByNorm({ max: 0.1, each: true }), j.addDecayedWeights(0.1), j.gradientDescent(), j.freeze('scale*')),
  j.chain(j.clipByValue(0.05), j.adaptiveClip(0.05), j.gradientDescent()),
  j.byName({ '*.bias': j.freeze(), 'linear*': j.adam(), '*': j.lookahead(j.gradientDescent(), { every: 2 }) }),
  j.accumulate(j.adamw({ step: cosine }), 2),
  j.average(j.gradientDescent(), { decay: 0.5, overwriteEvery: 2 }),
  j.average(j.lion(), { decay: t => t / (t + 1) }),
  j.skipNonFinite(j.adam()),
  j.skipNonFinite(j.momentum(), { most: 1 }),
  j.sharpnessAware(j.momentum(), { rho: 0.5 }),
  j.sharpnessAware(j.byName({ 'linear*': j.sharpnessAware(j.adam()), '*': j.gradientDescent() }), { adaptive: true }),
]

const near = (what: string, found: readonly TfTensor[], wanted: readonly TfTensor[]): void => {
  expect(
    found.map(({ shape }) => shape),
    what,
  ).deep.equal(wanted.map(({ shape }) => shape))
  for (const [i, tensor] of wanted.entries()) {
    const [own, other] = [(found[i] as TfTensor).dataSync(), tensor.dataSync()]
    const scale = Math.max(1, ...Array.from(other, Math.abs))
    for (const [at, value] of other.entries()) expect(own[at], `${what} ${i}`).closeTo(value, 5e-5 * scale)
  }
}
const tensorsIn = (tree: object): readonly TfTensor[] => leavesOf(tree as never).map(([, , leaf]) => leaf as TfTensor)

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`optimizers on ${backend}`, () => {
    for (const optimizer of optimizers)
      it(`${optimizer}`.slice(0, 120), async () => {
        const wanted = descend(optimizer, loss, start.params as never, 5)
        const step = trainStep(network, { loss: 'mse', optimizer, backend })
        let state = step.init(start, key(0))
        for (const [i, { params, state: memory }] of wanted.entries()) {
          if (i > 0) [state] = await step(state, examples)
          near(`parameter after ${i} updates`, tensorsIn(state.variables.params), tensorsIn(params))
          near(`slot after ${i} updates`, slotTensors(state.optimizer), slotTensors(memory))
        }
      })

    it('that count updates go on from where they were', async () => {
      const optimizer = j.accumulate(j.adamw({ step: cosine }), 2)
      const step = trainStep(network, { loss: 'mse', optimizer, backend })
      let whole = step.init(start, key(0))
      for (let i = 0; i < 5; i++) [whole] = await step(whole, examples)
      let parted = step.init(start, key(0))
      for (let i = 0; i < 3; i++) [parted] = await step(parted, examples)
      const again = trainStep(network, { loss: 'mse', optimizer, backend })
      for (let i = 0; i < 2; i++) [parted] = await again(parted, examples)
      const bits = (state: typeof whole) => tensorsIn(state.variables.params).map(tensor => [...tensor.dataSync()])
      expect(bits(parted)).deep.equal(bits(whole))
    })
  })
