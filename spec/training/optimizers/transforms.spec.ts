import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../../src/index.ts'
import {
  applyUpdates,
  type Objective,
  type Optimizer,
  type OptimizerState,
  tensor,
  type VariableTree,
} from '../../../src/index.ts'
import { slotTensors } from '../../../src/training/slots.ts'
import { descend, examples, gradientOf, loss, network, start } from './training.ts'

type Tree = VariableTree<tf.Tensor>
const tree = (weight: readonly number[], bias?: readonly number[]): Tree => ({
  a: { weight: tensor([...weight]), ...(bias && { bias: tensor([...bias]) }) },
})
const numbers = (of: Tree): number[] =>
  Object.values(of).flatMap(own => Object.values(own).flatMap(t => [...t.dataSync()]))
const close = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found.length).equal(wanted.length)
  for (const [i, value] of wanted.entries())
    expect(found[i], `element ${i}`).closeTo(value, 1e-5 * Math.max(1, Math.abs(value)))
}
/** What an optimizer makes of parameters with gradients in order. */
const descended = (optimizer: Optimizer, params: Tree, grads: readonly Tree[]): readonly [Tree, OptimizerState] =>
  grads.reduce<readonly [Tree, OptimizerState]>(
    ([now, state], own) => {
      const [updates, next] = optimizer.update(own, state, now)
      return [applyUpdates(now, updates), next]
    },
    [params, optimizer.init(params)],
  )
const one = (optimizer: Optimizer, params: Tree, grads: Tree): number[] =>
  numbers(optimizer.update(grads, optimizer.init(params), params)[0])
const descent = j.gradientDescent({ step: 1 })

describe('transforms of gradients', () => {
  it('clip by the norm of all, of each, and by value', () => {
    const grads = tree([3, 0], [4])
    const params = tree([0, 0], [0])
    close(one(j.clipByNorm(1), params, grads), [0.6, 0, 0.8])
    close(one(j.clipByNorm(10), params, grads), [3, 0, 4])
    close(one(j.clipByNorm({ max: 1, each: true }), params, grads), [1, 0, 1])
    close(one(j.clipByNorm(1), params, tree([0, 0], [0])), [0, 0, 0])
    close(one(j.clipByValue(2), params, tree([3, -5], [1])), [2, -2, 1])
  })

  it('clip by the norms of weights, unit by unit', () => {
    const params = {
      a: {
        weight: tensor([
          [3, 0],
          [4, 0],
        ]),
        bias: tensor([0, 2]),
      },
    }
    const grads = {
      a: {
        weight: tensor([
          [30, 3],
          [40, 4],
        ]),
        bias: tensor([3, 4]),
      },
    }
    // Norms of columns: 5 and the least, 0.1, for gradients of 50 and 5; of the bias: 2 for 5.
    const clipped = [3, 0.06, 4, 0.08, 1.2 * 0.5 * 2, 1.6]
    close(one(j.adaptiveClip({ max: 1, epsilon: 0.1 }), params, grads), [3, 0.06, 4, 0.08, 1.2, 1.6])
    close(one(j.adaptiveClip({ max: 1, epsilon: 0.1, mask: 'weights' }), params, grads), [...clipped.slice(0, 4), 3, 4])
    close(
      one(j.adaptiveClip({ max: 100 }), { a: { weight: params.a.weight } }, { a: { weight: grads.a.weight } }),
      [30, 0.06, 40, 0.08],
    )
  })

  it('decay weights through the gradient, by role or by name', () => {
    const [params, grads] = [tree([2], [4]), tree([1], [1])]
    close(one(j.addDecayedWeights(0.5), params, grads), [2, 3])
    close(one(j.addDecayedWeights({ rate: 0.5, mask: 'weights' }), params, grads), [2, 1])
    close(one(j.addDecayedWeights({ rate: 0.5, mask: '*.bias' }), params, grads), [1, 3])
  })

  it('stand in a chain in order', () => {
    const grads = tree([8])
    close(one(j.chain(j.clipByValue(4), j.addDecayedWeights(1)), tree([1]), grads), [5])
    close(one(j.chain(j.addDecayedWeights(1), j.clipByValue(4)), tree([1]), grads), [4])
    const parts = j.chain(j.momentum({ step: 1 }), j.clipByValue(1))
    close(numbers(descended(parts, tree([0]), [tree([5]), tree([0])])[0]), [-2])
    close(one(j.chain(j.chain(j.clipByNorm(1)), descent), tree([0]), grads), [-1])
  })
})

describe('optimizers by name', () => {
  const params = { 'conv-1': { weight: tensor([1]), bias: tensor([1]) }, dense: { weight: tensor([1]) } }
  const grads = { 'conv-1': { weight: tensor([4]), bias: tensor([4]) }, dense: { weight: tensor([4]) } }

  it('are those of the first pattern that names a parameter', () => {
    const optimizer = j.byName({ '*.bias': j.freeze(), 'conv*': descent, '*': j.gradientDescent({ step: 0.5 }) })
    close(one(optimizer, params, grads), [-4, 0, -2])
  })

  it('freeze some parameters, whatever came before', () => {
    close(one(j.chain(descent, j.freeze('conv*')), params, grads), [0, 0, -4])
    close(one(j.chain(descent, j.freeze(['*.bias', 'dense'])), params, grads), [-4, 0, 0])
  })

  const refused = (make: () => unknown, subject: string, text: string): void => {
    expect(make).throws(j.InvalidOption, subject).with.property('message').that.includes(text)
  }

  it('refuse patterns that name nothing, and parameters that none names', () => {
    refused(() => j.byName({ cnv: descent, '*': descent }).init(params), 'byName, optimizers', "got 'cnv'")
    refused(() => j.byName({ 'conv*': descent }).init(params), 'byName, optimizers', 'dense.weight')
    refused(() => j.freeze('dens').init(params), 'freeze, names', "Did you mean 'dense'?")
    refused(() => j.adamw({ mask: ['head*'] }).init(params), 'adamw, mask', "'head*'")
    refused(() => j.muon({ matrices: ['head*'] }).init(params), 'muon, matrices', "'head*'")
    refused(() => j.lamb({ adapts: ['head*'] }).init(params), 'lamb, adapts', "'head*'")
    refused(() => j.scheduleFree({ mask: 'x' }).init(params), 'scheduleFree, mask', "'x'")
    refused(() => j.addDecayedWeights({ mask: 'x' }).init(params), 'addDecayedWeights, mask', "'x'")
    refused(() => j.adaptiveClip({ mask: 'x' }).init(params), 'adaptiveClip, mask', "'x'")
  })

  it('see the whole loss, whatever part they have', () => {
    const pair: Objective = (ops, { a }) => ops.multiply(a?.weight as never, a?.bias as never)
    const both = { a: { weight: tensor([2], []), bias: tensor([5], []) } }
    const optimizer = j.byName({ '*.weight': j.sharpnessAware(descent, { rho: 1 }), '*': descent })
    const [updates] = optimizer.update(gradientOf(pair, both), optimizer.init(both), both, { loss: pair })
    // The gradient of the weight is the bias, wherever the weight is.
    close(numbers(updates), [-5, -2])
  })
})

describe('optimizers around optimizers', () => {
  it('accumulate gradients, and count whole batches', () => {
    const seen: number[] = []
    const rate = (update: number): number => {
      seen.push(update)
      return 1
    }
    const grads = [tree([2]), tree([4]), tree([6]), tree([8]), tree([1])]
    const [params, state] = descended(j.accumulate(j.momentum({ step: rate, momentum: 0.5 }), 2), tree([0]), grads)
    // Velocities 3 and 0.5 · 3 + 7.
    close(numbers(params), [-3 - 8.5])
    expect([...new Set(seen)]).deep.equal([0, 1, 2])
    expect(state.update).equal(5)
    const { mean } = state.slots as { mean: Tree }
    close(numbers(mean), [0.5])
  })

  it('average parameters, from the first update on', () => {
    const grads = [tree([1]), tree([1]), tree([1])]
    const [params, state] = descended(j.average(descent, { decay: 0.9 }), tree([3]), grads)
    close(numbers(params), [0])
    close(numbers(j.averaged(state)), [0.9 * (0.9 * 2 + 0.1 * 1)])
    const [, mean] = descended(j.average(descent, { decay: t => t / (t + 1) }), tree([3]), grads)
    close(numbers(j.averaged(mean)), [1])
    const [overwritten] = descended(j.average(descent, { decay: 0.9, overwriteEvery: 3 }), tree([3]), grads)
    close(numbers(overwritten), [1.71])
  })

  it('give the averages of a state of training as variables, and of parts of it', async () => {
    const optimizer = j.byName({ 'linear*': j.average(descent), '*': j.chain(j.average(descent)) })
    const { trainState } = await j.fit(network, start, examples, { optimizer, loss: 'mse', epochs: 2, batchSize: 3 })
    const averaged = j.averaged(trainState as never) as { readonly params: Tree; readonly state: Tree }
    expect(Object.keys(averaged.params)).deep.equal(Object.keys(start.params))
    const output = j.apply(network, averaged as never, examples.x).output as tf.Tensor
    expect(output.shape).deep.equal([3, 2])
    const partly = j.byName({ 'linear*': j.average(descent), '*': j.freeze() })
    const other = await j.fit(network, start, examples, { optimizer: partly, loss: 'mse', epochs: 1, batchSize: 3 })
    const { params } = j.averaged(other.trainState as never) as { readonly params: Tree }
    const first = Object.keys(start.params)[0] as string
    close(
      [...(params[first]?.weight?.dataSync() ?? [])],
      [...((start.params as Tree)[first]?.weight?.dataSync() ?? [])],
    )
  })

  it('say what has no averages', () => {
    expect(() => j.averaged(j.adam().init(tree([1])))).throws(
      j.InvalidOption,
      'averaged, state: expected the state of an',
    )
    expect(() => j.averaged(3 as never)).throws(j.InvalidOption, 'averaged, state')
    expect(() => j.average(descent, { decay: () => 2 })).throws(j.InvalidOption, 'average, decay')
    // The first update takes all, whatever stays later.
    const optimizer = j.average(descent, { decay: t => [Number.NaN, 0.5, 2][t] as number })
    expect(() => descended(optimizer, tree([1]), [tree([1]), tree([1])])).not.throw()
    const three = [tree([1]), tree([1]), tree([1])]
    expect(() => descended(optimizer, tree([1]), three)).throws(j.InvalidOption, 'average, decay')
  })

  it('look ahead, and follow a part of the way', () => {
    const grads = [tree([1]), tree([1]), tree([1]), tree([1]), tree([1])]
    const optimizer = j.lookahead(descent, { every: 2, rate: 0.5 })
    const path = grads.map((_, i) => numbers(descended(optimizer, tree([0]), grads.slice(0, i + 1))[0])[0])
    expect(path).deep.equal([-1, -1, -2, -2, -3])
  })

  it('skip what is not finite, and leave all as it was', () => {
    const nan = tree([Number.NaN, 1])
    const optimizer = j.skipNonFinite(j.momentum({ step: 1, momentum: 0.5 }))
    const [params, state] = descended(optimizer, tree([0, 0]), [
      tree([2, 2]),
      nan,
      tree([Number.NEGATIVE_INFINITY, 0]),
      tree([2, 2]),
    ])
    close(numbers(params), [-2 - 3, -2 - 3])
    expect((state.slots as { skipped: tf.Tensor }).skipped.dataSync()[0]).equal(0)
    const limited = j.skipNonFinite(descent, { most: 1 })
    expect(numbers(descended(limited, tree([0, 0]), [nan])[0])).deep.equal([0, 0])
    expect(numbers(descended(limited, tree([0, 0]), [nan, nan])[0])).deep.equal([Number.NaN, -1])
  })

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`skip on ${backend} too`, async () => {
      const step = j.trainStep(network, { loss: 'mse', optimizer: j.skipNonFinite(j.adam({ step: 0.1 })), backend })
      const before = step.init(start, j.key(0))
      const broken = { ...examples, y: { data: new Float32Array(6).fill(Number.POSITIVE_INFINITY), shape: [3, 2] } }
      const [skipped] = await step(before, broken)
      const numbersIn = (variables: object) => numbers((variables as { readonly params: Tree }).params)
      expect(numbersIn(skipped.variables)).deep.equal(numbersIn(start))
      const [moved] = await step(skipped, examples)
      expect(numbersIn(moved.variables).every(Number.isFinite)).equal(true)
      expect(numbersIn(moved.variables)).not.deep.equal(numbersIn(start))
    })

  it('take the gradient where the loss is largest nearby', () => {
    const square: Objective = (ops, { a }) => ops.sum(ops.square(a?.weight as never), [0])
    const params = tree([3, 4])
    const [updates] = j
      .sharpnessAware(descent, { rho: 0.5 })
      .update(gradientOf(square, params), descent.init(params), params, { loss: square })
    // Moved along the gradient by 0.5: (3.3, 4.4).
    close(numbers(updates), [-6.6, -8.8])
    const adaptive = j.sharpnessAware(descent, { rho: 0.5, adaptive: true })
    const [own] = adaptive.update(gradientOf(square, params), adaptive.init(params), params, { loss: square })
    // w · g = (18, 32), of norm 36.715; moved by 0.5 · w · (w · g) / norm.
    const norm = Math.hypot(18, 32)
    close(numbers(own), [-2 * (3 + (0.5 * 3 * 18) / norm), -2 * (4 + (0.5 * 4 * 32) / norm)])
  })

  it('take back what was wrong, where the loss has grown', () => {
    const valley: Objective = (ops, { a }) => ops.sum(ops.square(a?.weight as never), [0])
    const path = (optimizer: Optimizer) =>
      descend(optimizer, valley, tree([1]), 5).map(({ params }) => numbers(params)[0] as number)
    // Steps 1.5, then 0.75 when the sign turns: the loss has shrunk, so it stays; then 0.75 and back to where it was.
    close(path(j.irpropPlus({ step: 1.5 })), [1, -0.5, -0.5, 0.25, 0.25, -0.125])
    close(path(j.rprop({ step: 1.5 })), [1, -0.5, 1, 0.25, -0.65, 0.25])
    // From 0.5 over the valley to a higher place.
    const far = descend(j.irpropPlus({ step: 2 }), valley, tree([0.5]), 3).map(
      ({ params }) => numbers(params)[0] as number,
    )
    close(far, [0.5, -1.5, 0.5, -0.5])
  })

  it('say when they need a loss that was not given', () => {
    for (const optimizer of [
      j.sharpnessAware(descent),
      j.irpropPlus(),
      j.chain(j.sharpnessAware(descent)),
      j.accumulate(j.irpropPlus()),
    ])
      expect(() => one(optimizer, tree([1]), tree([1])), String(optimizer)).throws(j.InvalidOption, ', loss')
  })

  it('train a network as well as the optimizers within', async () => {
    const optimizer = j.chain(
      j.clipByNorm(1),
      j.average(j.lookahead(j.skipNonFinite(j.accumulate(j.adamw({ step: 0.05 }), 1)), { every: 3 }), { decay: 0.5 }),
    )
    const fitted = await j.fit(network, start, examples, { optimizer, loss: 'mse', epochs: 60, batchSize: 3 })
    expect(fitted.history.loss.at(-1)).lessThan(0.1 * (fitted.history.loss[0] as number))
  })

  it('leave no tensors but results behind', () => {
    const params = tree([1, 2], [3])
    const grads = tree([1, -1], [2])
    for (const optimizer of [
      j.chain(j.clipByNorm(1), j.adam()),
      j.average(j.scheduleFree()),
      j.byName({ '*.bias': j.freeze(), '*': j.muon() }),
      j.accumulate(j.lookahead(j.skipNonFinite(j.adafactor()))),
      j.sharpnessAware(j.lamb()),
    ]) {
      const square: Objective = (ops, { a }) => ops.sum(ops.square(a?.weight as never), [0])
      const before = tf.memory().numTensors
      const state = optimizer.init(params)
      const kept = slotTensors(state).length
      expect(tf.memory().numTensors - before, `${optimizer}, init`).equal(kept)
      const [, next] = optimizer.update(grads, state, params, { loss: square })
      const fresh = slotTensors(next).filter(slot => !slotTensors(state).includes(slot)).length
      expect(tf.memory().numTensors - before, `${optimizer}, update`).equal(kept + fresh + 2)
    }
  })

  it('give the same bits for the same arguments, which stay as they are', () => {
    const optimizer = j.chain(j.clipByNorm(1), j.average(j.adamw({ weightDecay: 0.1 })))
    const [params, grads] = [tree([1, 2], [3]), tree([1, -1], [2])]
    const state = optimizer.init(params)
    const slots = slotTensors(state).map(slot => [...slot.dataSync()])
    const results = [0, 1].map(() => numbers(optimizer.update(grads, state, params)[0]))
    expect(results[0]).deep.equal(results[1])
    expect(slotTensors(state).map(slot => [...slot.dataSync()])).deep.equal(slots)
    expect(numbers(params)).deep.equal([1, 2, 3])
    expect(optimizer).frozen
  })

  it('compute the loss of the same batch again', async () => {
    const wanted = descend(j.sharpnessAware(descent), loss, start.params as never, 1)
    const step = j.trainStep(network, { loss: 'mse', optimizer: j.sharpnessAware(descent) })
    const [state] = await step(step.init(start, j.key(0)), examples)
    close(numbers(state.variables.params as never), numbers(wanted.at(-1)?.params as Tree))
  })

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`draw the same a second time on ${backend}`, async () => {
      const dropping = j.join(j.Input(6), j.Linear(8), j.Dropout(0.5), j.Linear(1))
      const variables = j.init(dropping, j.key(1))
      const batch = { x: { data: j.uniforms(j.key(2), 24, -1, 1), shape: [4, 6] }, y: [[1], [0], [1], [2]] }
      const trained = async (optimizer: Optimizer) => {
        const step = j.trainStep(dropping, { loss: 'mse', optimizer, backend })
        const [state] = await step(step.init(variables, j.key(3)), batch)
        return numbers(state.variables.params as never)
      }
      // So near to the parameters the gradient is the same, if the same elements are dropped.
      close(await trained(j.sharpnessAware(descent, { rho: 1e-6 })), await trained(descent))
    })

  it('go on from a checkpoint to the same bits', async () => {
    const optimizer = j.byName({
      '*.bias': j.chain(j.clipByNorm(1), j.scheduleFree()),
      'linear*': j.accumulate(j.average(j.adafactor()), 2),
      '*': j.lookahead(j.muon()),
    })
    const folder = mkdtempSync(join(tmpdir(), 'optimizers-'))
    const train = (epochs: number, more: object = {}) =>
      j.fit(network, start, examples, { loss: 'mse', optimizer, epochs, batchSize: 2, key: j.key(5), ...more })
    try {
      const whole = await train(5)
      await train(3, { checkpoint: { folder } })
      const parted = await train(5, { resume: await j.resume(folder, { network }) })
      expect(numbers(parted.variables.params as never)).deep.equal(numbers(whole.variables.params as never))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
