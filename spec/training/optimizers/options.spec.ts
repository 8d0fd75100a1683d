import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../../src/index.ts'
import { defineOptimizer, type Optimizer, tensor } from '../../../src/index.ts'

// What optimizers refuse, and how they print themselves.

const refused = (make: () => unknown, subject: string, text: string): void => {
  expect(make).throws(j.InvalidOption, subject).with.property('message').that.includes(text)
}
// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do is the point.
const all = j as any

const params = { linear: { weight: tensor([[1, 2]]), bias: tensor([3]) } }
const grads = { linear: { weight: tensor([[1, 1]]), bias: tensor([1]) } }

const optimizers = [
  'gradientDescent',
  'momentum',
  'adagrad',
  'adadelta',
  'rmsprop',
  'adam',
  'adamw',
  'adamax',
  'nadam',
  'radam',
  'adabelief',
  'lion',
  'lamb',
  'lars',
  'adafactor',
  'muon',
  'scheduleFree',
] as const

describe('options of optimizers', () => {
  for (const name of [...optimizers, 'rprop', 'irpropPlus'])
    it(`${name}: a rate in their place, a rate that is none, what is unknown`, () => {
      refused(() => all[name](0.5), `${name}, options`, `${name}({ step: 0.5 })`)
      for (const step of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '0.1', null])
        refused(() => all[name]({ step }), `${name}, step`, 'a positive number')
      refused(() => all[name]({ steps: 0.1 }), `${name}, steps`, 'Did you mean step')
      expect(String(all[name]())).match(new RegExp(`^${name}\\(\\{ step: `))
      expect(all[name]({}).options.step).equal(all[name]().options.step)
    })

  for (const name of optimizers)
    it(`${name}: a function gives the rate of each update, and may not give anything else`, () => {
      const rates: number[] = []
      const step = (update: number): number => {
        rates.push(update)
        return 0.1
      }
      const optimizer: Optimizer = all[name]({ step })
      const [, state] = optimizer.update(grads, optimizer.init(params), params)
      optimizer.update(grads, state, params)
      expect([...new Set(rates)]).deep.equal([0, 1])
      for (const rate of [-1, Number.NaN, undefined, '1']) {
        refused(() => all[name]({ step: () => rate }), `${name}, step`, 'for update 0 that is ')
        const wrong: Optimizer = all[name]({ step: (update: number) => (update === 0 ? 0.1 : rate) })
        const [, then] = wrong.update(grads, wrong.init(params), params)
        refused(() => wrong.update(grads, then, params), `${name}, `, 'for update 1')
      }
      const promised = () => Promise.reject(new Error('late'))
      refused(() => all[name]({ step: promised }), `${name}, step`, 'that is a promise.')
      const failing = () => {
        throw new RangeError('no rate')
      }
      refused(() => all[name]({ step: failing }), `${name}, step`, 'it throws RangeError: no rate.')
      for (const make of ['warmup', 'cosineDecay', 'oneCycle', 'piecewise', 'sequence', 'stepDecay'])
        refused(
          () => all[name]({ step: all[make] }),
          `${name}, step`,
          `Give what ${make} gives. For example: ${make}({`,
        )
    })

  const still = { linear: { weight: tensor([[0, 0]]), bias: tensor([0]) } }
  for (const name of optimizers.filter(each => !['lamb', 'lars', 'scheduleFree'].includes(each)))
    it(`${name}: weights decay beside the gradient, and biases where the mask says so`, () => {
      const changes = (options: object): readonly number[] => {
        const optimizer: Optimizer = all[name]({ step: 0.5, weightDecay: 0.1, ...options })
        const [updates] = optimizer.update(still, optimizer.init(params), params)
        return [...updates.linear.weight.dataSync(), ...updates.linear.bias.dataSync()]
      }
      const near = (found: readonly number[], wanted: readonly number[]) => {
        for (const [i, value] of wanted.entries()) expect(found[i]).closeTo(value, 1e-6)
      }
      // Muon leaves the bias to another optimizer, with a step and a decay of its own.
      const bias = name === 'muon' ? -0.001 * 0.01 * 3 : -0.15
      near(changes({}), [-0.05, -0.1, bias])
      near(changes({ mask: 'weights' }), [-0.05, -0.1, name === 'muon' ? bias : 0])
      near(changes({ mask: ['*.bias'] }), [0, 0, bias])
    })

  const rows: readonly (readonly [subject: string, make: () => unknown])[] = [
    ['gradientDescent, weightDecay', () => all.gradientDescent({ weightDecay: -1 })],
    ['momentum, momentum', () => all.momentum({ momentum: 1 })],
    ['momentum, nesterov', () => all.momentum({ nesterov: 1 })],
    ['momentum, dampening', () => all.momentum({ dampening: 1 })],
    ['momentum, dampening', () => all.momentum({ dampening: 0.1, nesterov: true })],
    ['adagrad, initialAccumulator', () => all.adagrad({ initialAccumulator: -1 })],
    ['adagrad, epsilon', () => all.adagrad({ initialAccumulator: 0 })],
    ['adadelta, rho', () => all.adadelta({ rho: 1 })],
    ['adadelta, epsilon', () => all.adadelta({ epsilon: 0 })],
    ['rmsprop, decay', () => all.rmsprop({ decay: 1.5 })],
    ['rmsprop, initialSquare', () => all.rmsprop({ initialSquare: '0' })],
    ['adam, beta1', () => all.adam({ beta1: 1 })],
    ['adam, beta2', () => all.adam({ beta2: -0.1 })],
    ['adam, epsilon', () => all.adam({ epsilon: 0 })],
    ['adam, amsgrad', () => all.adam({ amsgrad: 'yes' })],
    ['adamw, weightDecay', () => all.adamw({ weightDecay: Number.NaN })],
    ['adamw, mask', () => all.adamw({ mask: true })],
    ['adamw, mask', () => all.adamw({ mask: [''] })],
    ['nadam, momentumDecay', () => all.nadam({ momentumDecay: -1 })],
    ['radam, threshold', () => all.radam({ threshold: 0 })],
    ['adabelief, epsilonRoot', () => all.adabelief({ epsilonRoot: -1 })],
    ['lamb, adapts', () => all.lamb({ adapts: 3 })],
    ['lars, trust', () => all.lars({ trust: 0 })],
    ['adafactor, beta2Decay', () => all.adafactor({ beta2Decay: 0.8 })],
    ['adafactor, clipThreshold', () => all.adafactor({ clipThreshold: 0 })],
    ['adafactor, factoredFrom', () => all.adafactor({ factoredFrom: 0 })],
    ['muon, coefficients', () => all.muon({ coefficients: [1, 2] })],
    ['muon, iterations', () => all.muon({ iterations: 0 })],
    ['muon, adjust', () => all.muon({ adjust: 'shape' })],
    ['muon, others', () => all.muon({ others: 'adam' })],
    ['scheduleFree, warmupIter', () => all.scheduleFree({ warmupIter: 1.5 })],
    ['rprop, minstep', () => all.rprop({ minstep: 20 })],
    ['rprop, increaseFactor', () => all.rprop({ increaseFactor: 1 })],
    ['rprop, decreaseFactor', () => all.rprop({ decreaseFactor: 1 })],
    ['rprop, step', () => all.rprop({ step: () => 1 })],
    ['irpropPlus, backtrack', () => all.irpropPlus({ backtrack: true })],
    ['chain, optimizers', () => all.chain()],
    ['chain, optimizer', () => all.chain(all.adam)],
    ['chain, optimizer', () => all.chain([all.adam()])],
    ['clipByNorm, max', () => all.clipByNorm(0)],
    ['clipByNorm, norm', () => all.clipByNorm({ norm: 1 })],
    ['clipByValue, max', () => all.clipByValue(-1)],
    ['adaptiveClip, epsilon', () => all.adaptiveClip({ epsilon: 0 })],
    ['addDecayedWeights, rate', () => all.addDecayedWeights(-0.1)],
    ['byName, optimizers', () => all.byName({})],
    ['byName, optimizers', () => all.byName([all.adam()])],
    ['byName, optimizer', () => all.byName({ '*': 0.1 })],
    ['freeze, names', () => all.freeze(3)],
    ['freeze, names', () => all.freeze({ 'conv*': true })],
    ['accumulate, every', () => all.accumulate(all.adam(), 0)],
    ['accumulate, optimizer', () => all.accumulate(4)],
    ['average, decay', () => all.average(all.adam(), { decay: 1 })],
    ['average, overwriteEvery', () => all.average(all.adam(), { overwriteEvery: 0 })],
    ['lookahead, every', () => all.lookahead(all.adam(), { every: 0 })],
    ['lookahead, rate', () => all.lookahead(all.adam(), { rate: 0 })],
    ['skipNonFinite, most', () => all.skipNonFinite(all.adam(), { most: 0 })],
    ['sharpnessAware, rho', () => all.sharpnessAware(all.adam(), { rho: 0 })],
    ['sharpnessAware, optimizer', () => all.sharpnessAware({ rho: 0.1 })],
  ]
  for (const [subject, make] of rows) it(`${subject}: refused`, () => refused(make, subject, 'expected'))

  const masks = ['mask', 'adapts', 'matrices']
  const masked = [...optimizers, 'adaptiveClip', 'addDecayedWeights'].flatMap(name =>
    masks.filter(option => option in all[name]().options).map(option => [name, option] as const),
  )
  for (const [name, option] of masked)
    it(`${name}, ${option}: a pattern that names nothing is refused before the first update`, () => {
      refused(() => all[name]({ [option]: 'conv*' }).init(params), `${name}, ${option}`, "got 'conv*'")
      refused(() => all[name]({ [option]: ['*', 'conv'] }).init(params), `${name}, ${option}`, "got 'conv'")
      expect(() => all[name]({ [option]: 'linear' }).init(params)).not.to.throw()
    })

  it('finds masks of most optimizers', () => {
    expect(masked.length).to.be.greaterThan(15)
  })

  it('prints what made it', () => {
    expect(String(j.chain(j.clipByNorm(1), j.lookahead(j.lion()), j.freeze('conv*')))).equal(
      "chain(clipByNorm(1), lookahead(lion({ step: 0.0001, beta1: 0.9, beta2: 0.99 }), { every: 5, rate: 0.5 }), freeze('conv*'))",
    )
    expect(String(j.gradientDescent({ step: j.stepDecay({ initialValue: 0.1, reductionFreq: 10 }) }))).equal(
      'gradientDescent({ step: stepDecay({ initialValue: 0.1, reductionFreq: 10 }) })',
    )
    expect(String(j.byName({ 'a*': j.accumulate(j.freeze(), 3), b: j.clipByValue(1) }))).equal(
      "byName({ 'a*': accumulate(freeze('*'), 3), b: clipByValue(1) })",
    )
    expect(String(j.adamw({ mask: ['*.weight'] }))).includes("weightDecay: 0.01, mask: ['*.weight'] })")
  })
})

describe("an optimizer of the user's own", () => {
  const updated = (rule: object): unknown => {
    const optimizer = defineOptimizer('own', {}, rule as never)
    return optimizer.update(grads, optimizer.init(params), params)
  }
  const slots = { velocity: 0 }
  const coefficients = () => ({})

  it('may remember what it wants, of any shape', () => {
    const counting = defineOptimizer(
      'counting',
      {},
      {
        init: (ops, own) => ({
          total: ops.constant(0),
          last: [own, { sizes: ops.constant(Float32Array.of(1, 2), [2]) }],
        }),
        update: (ops, own, state, now) => {
          const { total, last } = state as { total: never; last: readonly [object, object] }
          return [own, { total: ops.add(total, ops.constant(1)), last: [now, last[1]] as never }]
        },
      },
    )
    const [, first] = counting.update(grads, counting.init(params), params)
    const [, second] = counting.update(grads, first, params)
    expect((second.slots as { total: tf.Tensor }).total.dataSync()[0]).equal(2)
    expect(second.update).equal(2)
  })

  it('is told what is wrong with its rule: the slot, the parameter and the shapes', () => {
    const change = (result: unknown) => ({ slots, coefficients, change: () => result })
    refused(() => updated(change(undefined)), 'own, change', '[change, slots]')
    refused(
      () =>
        updated({
          slots,
          coefficients,
          change: (ops: j.Ops<tf.Tensor>, g: tf.Tensor) => [g, { speed: ops.constant(1) }],
        }),
      'own, change',
      "slots of velocity, got one named 'speed'",
    )
    refused(
      () =>
        updated({
          slots,
          coefficients,
          change: (ops: j.Ops<tf.Tensor>, g: tf.Tensor) => [g, { velocity: ops.constant(1) }],
        }),
      'own, change',
      'the velocity of linear, weight, a tensor of shape (1, 2), got ()',
    )
    refused(
      () => updated({ slots: {}, coefficients, change: (ops: j.Ops<tf.Tensor>) => [ops.constant(1), {}] }),
      'own, change',
      'a change of linear, weight, a tensor of shape (1, 2), got ()',
    )
    refused(
      () => updated({ slots: {}, coefficients, change: () => [3, {}] }),
      'own, change',
      'a change of linear, weight, a tensor of shape (1, 2), got 3',
    )
    refused(
      () =>
        updated({ slots: {}, coefficients: () => ({ rate: Number.NaN }), change: (_: never, g: tf.Tensor) => [g, {}] }),
      'own, rate',
      'a finite number for update 0',
    )
    refused(() => updated({ init: () => ({ a: 3 }), update: () => [] }), 'own, state', 'at a too, got 3')
    const whole = (update: unknown) => ({ init: (ops: j.Ops<tf.Tensor>) => ({ count: ops.constant(0) }), update })
    refused(() => updated(whole(() => [grads])), 'own, update', '[updates, state]')
    refused(() => updated(whole(() => [grads, {}])), 'own, update', 'the slot count in the state')
    refused(() => updated(whole(() => [{}, {}])), 'own, update', 'an update of linear, weight')
    refused(
      () => updated(whole((ops: j.Ops<tf.Tensor>) => [grads, { count: ops.constant(0), other: ops.constant(0) }])),
      'own, update',
      'one named other',
    )
  })

  it('is told of a state that is another one', () => {
    const optimizer = j.adam()
    const other = j.momentum().init(params)
    refused(() => optimizer.update(grads, other, params), 'adam.update, state', 'what adam remembers')
    refused(
      () => optimizer.update(grads, { update: -1, slots: {} } as never, params),
      'adam.update, state',
      '{ update, slots }',
    )
    const elsewhere = optimizer.init({ linear: { weight: tensor([1, 2]), bias: tensor([3]) } })
    refused(
      () => optimizer.update(grads, elsewhere, params),
      'adam.update, state',
      'mean.linear.weight, of shape (1, 2), got (2,)',
    )
  })

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`may remember the parameters themselves on ${backend}`, async () => {
      // The last parameters but one, as they were: a slot that is what another leaf was.
      const back = defineOptimizer(
        'back',
        {},
        {
          slots: { last: (_, { value }) => value },
          change: (ops, gradient, _, __, { value }) => [ops.multiply(gradient, ops.constant(-0.1)), { last: value }],
        },
      )
      const network = j.join(j.Input(2), j.Linear(1))
      const examples = { x: [[1, 2]], y: [[3]] }
      const start = j.init(network, j.key(1))
      const step = j.trainStep(network, { loss: 'mse', optimizer: back, backend })
      const numbers = (tree: unknown) =>
        Object.values(tree as object).flatMap(own => Object.values(own as object).flatMap(leaf => [...leaf.dataSync()]))
      let state = step.init(start, j.key(0))
      for (let i = 0; i < 3; i++) {
        const before = numbers(state.variables.params)
        ;[state] = await step(state, examples)
        expect(numbers((state.optimizer.slots as { last: object }).last)).deep.equal(before)
      }
      expect(numbers(start.params).every(Number.isFinite)).equal(true)
    })
})
