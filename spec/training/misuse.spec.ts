import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as joinery from '../../src/index.ts'
import { textOf } from '../faults.ts'

// Calls of training from JavaScript that no compiler has seen: a typed error that says what was expected, what came and what
// to do, at every engine the same, and nothing left behind.

// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do is the point.
const j = joinery as any
const network = j.join(j.Input(3), j.Tanh(4), j.Linear(2))
const other = j.join(j.Input(3), j.Tanh(5), j.Linear(2))
const two = j.join(j.Input(3), j.parallel(j.Linear(2), j.Linear(1)))
const bare = j.join(j.Relu(2))
const [v, w] = [j.init(network, j.key(0)), j.init(other, j.key(0))]
const x = { data: new Float32Array(12), shape: [4, 3] }
const y = { data: new Float32Array(8), shape: [4, 2] }
const some = { x, y }
const rule = { optimizer: j.adam(), loss: 'mse' }
const step = j.trainStep(network, rule)
const begun = step.init(v, j.key(0))
const compiled = j.compileTraining(network, rule)
const elsewhere = j.compileTraining(other, rule)
const state = await compiled.init(v, j.key(0))
const foreign = await elsewhere.init(w, j.key(0))
const trained = (await j.fit(network, v, some, { ...rule, key: j.key(1) })).trainState
const { trainState: descended } = await j.fit(network, v, some, { optimizer: j.gradientDescent() })
const through = (value: unknown) => JSON.parse(JSON.stringify(value))
const gone = () => {
  const variables = j.init(network, j.key(0))
  variables.params['tanh-1'].weight.dispose()
  return variables
}
const without = (layer: string) => {
  const { [layer]: _, ...params } = v.params
  return { params, state: {} }
}
const withWeight = (weight: unknown) => ({
  params: { ...v.params, 'tanh-1': { ...v.params['tanh-1'], weight } },
  state: {},
})
const slots = (mean: unknown) => ({
  ...trained,
  optimizer: { ...trained.optimizer, slots: { ...trained.optimizer.slots, mean } },
})
const lossOf = (forward: unknown) => ({ kind: 'Loss', name: 'own', forward })
const rows = (count: number, width: number) => Array.from({ length: count }, () => Array(width).fill(0.5))
const optimizer = j.adam()

const fails = () => {
  throw new Error('unreadable')
}
const hostile: unknown = new Proxy({}, { get: fails, has: fails, ownKeys: fails, getOwnPropertyDescriptor: fails })
const getter = (name: string, beside: object = {}): unknown =>
  Object.defineProperty({ ...beside }, name, { enumerable: true, get: fails })

type Row = readonly [error: string, subject: string, call: () => unknown]
const refusals: readonly Row[] = [
  // Optimizers
  ['InvalidOption', 'gradientDescent, options', () => j.gradientDescent(0.01)],
  ['InvalidOption', 'momentum, options', () => j.momentum(0.01, 0.9)],
  ['InvalidOption', 'adam, options', () => j.adam(0.5)],
  ['InvalidOption', 'adam, options', () => j.adam('0.5')],
  ['InvalidOption', 'adam, options', () => j.adam(null)],
  ['InvalidOption', 'adam, options', () => j.adam([0.5])],
  ['InvalidOption', 'adam, options', () => j.adam((n: number) => 0.1 / (n + 1))],
  ['InvalidOption', 'adam, learningRate', () => j.adam({ learningRate: 0.1 })],
  ['InvalidOption', 'adam, lr', () => j.adam({ lr: 0.1 })],
  ['InvalidOption', 'adam, step', () => j.adam({ step: '0.1' })],
  ['InvalidOption', 'adam, step', () => j.adam({ step: 0 })],
  ['InvalidOption', 'adam, step', () => j.adam({ step: null })],
  ['InvalidOption', 'adam, epsilon', () => j.adam({ epsilon: 0 })],
  ['InvalidOption', 'adam, beta2', () => j.adam({ beta2: Number.NaN })],
  ['InvalidOption', 'momentum, nesterov', () => j.momentum({ nesterov: 1 })],
  ['InvalidOption', 'adam.init, params', () => j.adam().init()],
  ['InvalidOption', 'adam.init, params', () => j.adam().init(v.params['tanh-1'])],
  ['InvalidOption', 'adam.init, params', () => j.adam().init(through(v.params))],
  ['InvalidOption', 'adam.update, grads', () => j.adam().update()],
  ['InvalidOption', 'adam.update, state', () => j.adam().update(v.params, undefined, v.params)],
  ['InvalidOption', 'adam.update, state', () => j.adam().update(v.params, j.momentum().init(v.params), v.params)],
  ['InvalidOption', 'adam.update, state', () => j.adam().update(v.params, j.adam().init(w.params), v.params)],
  ['InvalidOption', 'defineOptimizer, name', () => j.defineOptimizer()],
  ['InvalidOption', 'defineOptimizer, options', () => j.defineOptimizer('own', 0.1, {})],
  ['InvalidOption', 'defineOptimizer, rule', () => j.defineOptimizer('own', {})],
  ['InvalidOption', 'defineOptimizer, slots', () => j.defineOptimizer('own', {}, { change: () => [] })],
  ['InvalidOption', 'defineOptimizer, slots', () => j.defineOptimizer('own', {}, { slots: { mean: '0' } })],
  [
    'InvalidOption',
    'defineOptimizer, coefficients',
    () => j.defineOptimizer('own', {}, { slots: {}, coefficients: 1, change: () => [] }),
  ],
  [
    'InvalidOption',
    'defineOptimizer, change',
    () => j.defineOptimizer('own', {}, { slots: {}, coefficients: () => ({}) }),
  ],
  // Losses and metrics
  ['InvalidOption', 'defineLoss, name', () => j.defineLoss((ops: unknown) => ops)],
  ['InvalidOption', 'defineLoss, forward', () => j.defineLoss('own')],
  ['InvalidOption', 'defineMetric, name', () => j.defineMetric('', () => 1)],
  ['InvalidOption', 'defineMetric, name', () => j.defineMetric('loss', () => 1)],
  ['InvalidOption', 'defineLoss, counts', () => j.defineLoss('own', { forward: () => 1, counts: true })],
  ['InvalidOption', 'defineLoss, expects', () => j.defineLoss('own', { forward: () => 1, expects: 'y' })],
  ['InvalidOption', 'defineLoss, expect', () => j.defineLoss('own', { forward: () => 1, expect: true })],
  ['InvalidOption', 'mse, weights', () => j.mse(y, y, { weights: [1, 2, 3] })],
  ['InvalidOption', 'mse, weights', () => j.mse(y, y, { weights: 2 })],
  ['InvalidOption', 'mse, mask', () => j.mse(y, y, { mask: y })],
  ['InvalidOption', 'mse, reduction', () => j.mse(y, y, { reduction: 'median' })],
  ['InvalidOption', 'mse, weigths', () => j.mse(y, y, { weigths: [1] })],
  ['InvalidOption', 'huber, classWeights', () => j.huber({ classWeights: [-1] })],
  ['InvalidOption', 'huber, name', () => j.huber({ name: '' })],
  ['InvalidOption', 'defineMetric, rule', () => j.defineMetric('own', 'mean')],
  ['InvalidOption', 'mse, arguments', () => j.mse([[1]])],
  ['InvalidOption', 'tensor, data', () => j.mse([['a']], [[1]])],
  ['InvalidOption', 'mse, y', () => j.mse([[1, 2]], [[1]])],
  ['InvalidOption', 'categoricalCrossentropy, y', () => j.categoricalCrossentropy([1], [[0.5, 0.5]])],
  ['InvalidOption', 'accuracy, y', () => j.accuracy([[1, 0, 0]], [[1, 0]])],
  ['InvalidOption', 'mse, y', () => j.mse({ data: [], shape: [0, 2] }, { data: [], shape: [0, 2] })],
  ['InvalidOption', 'accuracy, y', () => j.accuracy({ data: [], shape: [0, 2] }, { data: [], shape: [0, 2] })],
  ['InvalidOption', 'accuracy, arguments', () => j.accuracy([[1, 0]])],
  // What is trained
  ['InvalidOption', 'fit, layer', () => j.fit()],
  ['InvalidOption', 'fit, layer', () => j.fit(j.Relu, v, some)],
  ['InvalidOption', 'trainStep, layer', () => j.trainStep(null)],
  ['InvalidOption', 'compileTraining, layer', () => j.compileTraining('Input(2) >> Relu(3)')],
  ['InvalidOption', 'evaluate, layer', () => j.evaluate(v, network, some)],
  ['InvalidOption', 'predict, layer', () => j.predict(undefined, v, x)],
  ['WeightInitializationError', 'tanh-1', () => j.fit(network, w, some)],
  ['WeightInitializationError', 'tanh-1', () => j.fit(network, gone(), some)],
  ['WeightInitializationError', 'tanh-1', () => j.fit(network, through(v), some)],
  ['WeightInitializationError', 'tanh-1', () => j.fit(network, without('tanh-1'), some)],
  ['WeightInitializationError', 'tanh-1', () => j.fit(network, withWeight([[1]]), some)],
  ['WeightInitializationError', 'tanh-1', () => j.fit(network, withWeight(undefined), some)],
  [
    'WeightInitializationError',
    'linear-1',
    () => j.fit(network, { params: { ...v.params, 'linear-1': null }, state: {} }, some),
  ],
  ['WeightInitializationError', 'tanh-1', () => j.evaluate(network, gone(), some)],
  ['WeightInitializationError', 'tanh-1', () => j.evaluate(network, through(v), some)],
  ['WeightInitializationError', 'tanh-1', () => j.predict(network, through(v), x)],
  ['WeightInitializationError', 'tanh-1', () => j.predict(network, gone(), x)],
  ['WeightInitializationError', 'tanh-1', () => step.init(w, j.key(0))],
  ['WeightInitializationError', 'tanh-1', () => step.init(through(v), j.key(0))],
  ['WeightInitializationError', 'tanh-1', () => compiled.init(w, j.key(0))],
  ['WeightInitializationError', 'tanh-1', () => compiled.init(gone(), j.key(0))],
  ['InvalidOption', 'compileTraining, variables', () => compiled.init()],
  ['InvalidOption', 'compileTraining, key', () => compiled.init(v)],
  ['InvalidOption', 'compileTraining, key', () => compiled.init(v, 7)],
  // States
  ['InvalidOption', 'trainStep, state', () => step()],
  ['InvalidOption', 'trainStep, state', () => step(v, some)],
  ['InvalidOption', 'trainStep, state', () => step(state, some)],
  ['WeightInitializationError', 'tanh-1', () => step(through(begun), some)],
  ['InvalidOption', 'trainStep, state', () => step({ ...trained, optimizer: through(trained.optimizer) }, some)],
  ['InvalidOption', 'trainStep, state', () => step(descended, some)],
  ['InvalidOption', 'trainStep, state', () => step({ ...begun, optimizer: { ...begun.optimizer, update: -1 } }, some)],
  ['InvalidOption', 'trainStep, key', () => step({ ...begun, key: 3 }, some)],
  ['InvalidOption', 'compileTraining, state', () => compiled()],
  ['InvalidOption', 'compileTraining, state', () => compiled(trained, some)],
  ['InvalidOption', 'compileTraining, state', () => compiled(foreign, some)],
  ['InvalidOption', 'compileTraining, state', () => compiled.read(undefined)],
  ['InvalidOption', 'compileTraining, state', () => compiled.read(foreign)],
  ['InvalidOption', 'compileTraining, state', () => compiled.resume()],
  ['InvalidOption', 'compileTraining, state', () => compiled.resume(state)],
  ['InvalidOption', 'compileTraining, state', () => compiled.resume(descended)],
  ['WeightInitializationError', 'tanh-1', () => compiled.resume(through(trained))],
  ['InvalidOption', 'fit, trainState', () => j.fit(network, v, some, { ...rule, trainState: state })],
  ['InvalidOption', 'fit, trainState', () => j.fit(network, v, some, { ...rule, trainState: through(trained) })],
  ['InvalidOption', 'fit, trainState', () => j.fit(network, v, some, { ...rule, trainState: descended })],
  ['InvalidOption', 'fit, trainState', () => j.fit(other, w, some, { ...rule, trainState: trained })],
  ['InvalidOption', 'fit, trainState', () => j.fit(network, v, some, { ...rule, trainState: {} })],
  ['InvalidOption', 'fit, trainState', () => j.fit(network, v, some, { ...rule, trainState: 'last' })],
  ['InvalidOption', 'fit, trainState', () => j.fit(network, v, some, { ...rule, trainState: slots(null) })],
  ['InvalidOption', 'fit, trainState', () => j.fit(network, v, some, { ...rule, trainState: slots({ 'tanh-1': 1 }) })],
  [
    'InvalidOption',
    'fit, trainState, key',
    () => j.fit(network, v, some, { ...rule, trainState: { ...trained, key: 1 } }),
  ],
  // Examples
  ['InvalidOption', 'fit, examples', () => j.fit(network, v, null)],
  ['InvalidOption', 'fit, examples', () => j.fit(network, v, [x, y])],
  ['InvalidOption', 'network, y', () => j.fit(network, v, { x })],
  ['InvalidOption', 'fit, examples', () => j.fit(network, v, Object.create(some))],
  ['InvalidOption', 'fit, weights', () => j.fit(network, v, { x, y, weights: [1, 1, 1] })],
  [
    'InvalidOption',
    'fit, validation, sampleWeights',
    () => j.fit(network, v, some, { validation: { ...some, sampleWeights: [] } }),
  ],
  ['InvalidOption', 'fit, validation, examples', () => j.fit(network, v, some, { validation: [x, y] })],
  ['InvalidOption', 'fit, validation', () => j.fit(network, v, some, { validation: 0.2 })],
  ['InvalidOption', 'evaluate, weights', () => j.evaluate(network, v, { x, y, weights: [1] })],
  ['InvalidOption', 'trainStep, weights', () => step(begun, { x, y, weights: [1] })],
  ['InvalidOption', 'compileTraining, weights', () => compiled(state, { x, y, weights: [1] })],
  ['InvalidOption', 'tensor, data', () => j.fit(network, v, { x: [], y: [] })],
  ['InvalidOption', 'tensor, data', () => j.fit(network, v, { x: undefined, y })],
  ['InvalidOption', 'tensor, data', () => j.fit(network, v, { x: Promise.resolve(x), y })],
  ['InvalidOption', 'tensor, data', () => j.fit(network, v, { x, y: ['a', 'b', 'a', 'b'] })],
  [
    'InvalidOption',
    'tensor, data',
    () =>
      j.fit(network, v, {
        x,
        y: [
          ['1', '0'],
          ['0', '1'],
          ['1', '0'],
          ['0', '1'],
        ],
      }),
  ],
  ['InvalidOption', 'tensor, data', () => j.fit(network, v, { x, y: { data: ['a'], shape: [1] } })],
  ['InvalidOption', 'tensor, data', () => j.fit(network, v, { x: [Array(3)], y: [[1, 2]] })],
  ['InvalidOption', 'tensor, data', () => j.fit(network, v, { x: { ...x, shape: [4, 2] }, y })],
  [
    'InvalidOption',
    'fit, x',
    () => j.fit(network, v, { x: { data: new Float32Array(0), shape: [0, 3] }, y: { data: [], shape: [0, 2] } }),
  ],
  ['InvalidOption', 'fit, x', () => j.fit(network, v, { x: 5, y: 5 })],
  ['InvalidOption', 'fit, y', () => j.fit(network, v, { x, y: rows(3, 2) })],
  ['InvalidOption', 'fit, validation, y', () => j.fit(network, v, some, { validation: { x, y: rows(3, 2) } })],
  [
    'InvalidOption',
    'evaluate, x',
    () => j.evaluate(network, v, { x: { data: [], shape: [0, 3] }, y: { data: [], shape: [0, 2] } }),
  ],
  ['InvalidOption', 'evaluate, y', () => j.evaluate(network, v, { x, y: rows(5, 2) })],
  ['InvalidOption', 'predict, x', () => j.predict(network, v, 5)],
  ['InvalidOption', 'tensor, data', () => j.predict(network, v)],
  ['InvalidOption', 'mse, y', () => j.fit(network, v, { x, y: rows(4, 1) }, { loss: 'mse' })],
  [
    'InvalidOption',
    'categoricalCrossentropy, y',
    () => j.fit(network, v, { x, y: [0, 1, 1, 0] }, { loss: 'categoricalCrossentropy' }),
  ],
  [
    'InvalidOption',
    'sparseCategoricalCrossentropy, y',
    () => j.fit(network, v, some, { loss: 'sparseCategoricalCrossentropy' }),
  ],
  [
    'InvalidOption',
    'tail, y',
    () => j.fit(network, v, { x, y: rows(4, 3) }, { loss: j.binaryHinge({ name: 'tail' }) }),
  ],
  ['InvalidOption', 'ctc, predicted', () => j.fit(network, v, some, { loss: 'ctc' })],
  ['InvalidOption', 'triplet, y', () => j.fit(network, v, some, { loss: 'triplet' })],
  ['InvalidOption', 'contrastive, predicted', () => j.fit(network, v, some, { loss: 'contrastive' })],
  [
    'InvalidOption',
    'categoricalCrossentropy, classWeights',
    () => j.fit(network, v, some, { loss: j.categoricalCrossentropy({ classWeights: [1, 2, 3] }) }),
  ],
  [
    'InvalidOption',
    'categoricalCrossentropy, classWeights',
    () => j.fit(network, v, some, { loss: j.categoricalCrossentropy({ classWeights: { 2: 3 } }) }),
  ],
  ['InvalidOption', 'mse, y', () => step(begun, { x, y: rows(4, 3) })],
  ['InvalidOption', 'mse, y', () => compiled(state, { x, y: rows(4, 3) })],
  ['LayerConnectionError', 'input-1', () => j.fit(network, v, { x: rows(4, 2), y })],
  ['LayerConnectionError', 'input-1', () => compiled(state, { x: rows(4, 2), y })],
  ['LayerConnectionError', 'input-1', () => j.predict(network, v, rows(4, 2))],
  ['InvalidOption', 'network, y', () => j.fit(two, j.init(two, j.key(0)), { x, y })],
  [
    'InvalidOption',
    'accuracy, y',
    () =>
      j.evaluate(
        network,
        v,
        { x, y: rows(4, 3) },
        {
          loss: lossOf((ops: joinery.Ops<unknown>, _: unknown, p: unknown) => ops.mean(p, [0, 1])),
          metrics: ['accuracy'],
        },
      ),
  ],
  // What cannot be read
  ['InvalidOption', 'fit, examples', () => j.fit(network, v, hostile)],
  ['InvalidOption', 'fit, examples', () => j.fit(network, v, getter('x', { y }))],
  ['InvalidOption', 'tensor, data', () => j.fit(network, v, { x: hostile, y })],
  ['InvalidOption', 'tensor, data', () => j.predict(network, v, hostile)],
  ['InvalidOption', 'fit, variables', () => j.fit(network, hostile, some)],
  ['InvalidOption', 'fit, variables', () => j.fit(network, { params: hostile, state: {} }, some)],
  ['InvalidOption', 'predict, variables', () => j.predict(network, getter('params'), x)],
  ['InvalidOption', 'evaluate, variables', () => j.evaluate(network, { params: getter('tanh-1'), state: {} }, some)],
  ['InvalidOption', 'trainStep, state', () => step(hostile, some)],
  ['InvalidOption', 'trainStep, state', () => step(getter('optimizer', trained), some)],
  ['InvalidOption', 'compileTraining, state', () => compiled.resume(hostile)],
  ['InvalidOption', 'compileTraining, state', () => compiled(hostile, some)],
  ['InvalidOption', 'compileTraining, variables', () => compiled.init(hostile, j.key(0))],
  ['InvalidOption', 'fit, trainState', () => j.fit(network, v, some, { trainState: hostile })],
  ['InvalidOption', 'adam.init, params', () => j.adam().init(hostile)],
  ['InvalidOption', 'adam.update, state', () => j.adam().update(v.params, hostile, v.params)],
  // Options
  ['InvalidOption', 'fit, options', () => j.fit(network, v, some, 10)],
  ['InvalidOption', 'fit, options', () => j.fit(network, v, some, null)],
  ['InvalidOption', 'fit, options', () => j.fit(network, v, some, 'mse')],
  ['InvalidOption', 'fit, callbacks', () => j.fit(network, v, some, { callbacks: [5] })],
  ['InvalidOption', 'fit, dropLast', () => j.fit(network, v, some, { dropLast: 1 })],
  ['InvalidOption', 'fit, validation', () => j.fit(network, v, some, { validation: 0.2 })],
  ['InvalidOption', 'fit, validation', () => j.fit(network, v, some, { validation: { part: 20 } })],
  ['InvalidOption', 'fit, validation, examples', () => j.fit(network, v, some, { validation: { y } })],
  ['InvalidOption', 'fit, validation, y', () => j.fit(network, v, some, { validation: { x, y: rows(3, 2) } })],
  ['InvalidOption', 'fit, earlyStopping', () => j.fit(network, v, some, { earlyStopping: 5 })],
  ['InvalidOption', 'earlyStopping, patience', () => j.fit(network, v, some, { earlyStopping: { patience: -1 } })],
  ['InvalidOption', 'earlyStopping, wait', () => j.fit(network, v, some, { earlyStopping: { wait: 3 } })],
  ['InvalidOption', 'earlyStopping, mode', () => j.fit(network, v, some, { earlyStopping: { mode: 'least' } })],
  ['InvalidOption', 'earlyStopping, minDelta', () => j.fit(network, v, some, { earlyStopping: { minDelta: -1 } })],
  ['InvalidOption', 'earlyStopping, startFrom', () => j.fit(network, v, some, { earlyStopping: { startFrom: 0 } })],
  ['InvalidOption', 'earlyStopping, monitor', () => j.fit(network, v, some, { earlyStopping: { monitor: 'acc' } })],
  ['InvalidOption', 'fit, reduceOnPlateau', () => j.fit(network, v, some, { reduceOnPlateau: 0.5 })],
  ['InvalidOption', 'reduceOnPlateau, factor', () => j.fit(network, v, some, { reduceOnPlateau: { factor: 2 } })],
  ['InvalidOption', 'reduceOnPlateau, cooldown', () => j.fit(network, v, some, { reduceOnPlateau: { cooldown: -1 } })],
  ['InvalidOption', 'reduceOnPlateau, least', () => j.fit(network, v, some, { reduceOnPlateau: { least: 2 } })],
  ['InvalidOption', 'reduceOnPlateau, monitor', () => j.fit(network, v, some, { reduceOnPlateau: { monitor: 'x' } })],
  ['InvalidOption', 'fit, terminateOnNaN', () => j.fit(network, v, some, { terminateOnNaN: 'yes' })],
  ['InvalidOption', 'fit, gradientNorms', () => j.fit(network, v, some, { gradientNorms: 2 })],
  ['InvalidOption', 'fit, signal', () => j.fit(network, v, some, { signal: new AbortController() })],
  ['InvalidOption', 'fit, trains', () => j.fit(network, v, some, { trains: 'nothing' })],
  ['InvalidOption', 'fit, lossWeights', () => j.fit(network, v, some, { lossWeights: 'much' })],
  ['InvalidOption', 'fit, weights', () => j.fit(network, v, { x, y, weights: [1, 2] })],
  ['InvalidOption', 'fit, mask', () => j.fit(network, v, { x, y, mask: [1, 0, 1] })],
  ['InvalidOption', 'fit, labels', () => j.fit(network, v, { x, labels: y })],
  ['InvalidOption', 'learningRateSweep, from', () => j.learningRateSweep(network, v, some, { from: -1 })],
  ['InvalidOption', 'learningRateSweep, epochs', () => j.learningRateSweep(network, v, some, { epochs: 2 })],
  ['InvalidOption', 'learningRateSweep, options', () => j.learningRateSweep(network, v, some, 0.1)],
  ['InvalidOption', 'gradientCheck, epsilon', () => j.gradientCheck(network, v, some, { epsilon: 0 })],
  ['InvalidOption', 'gradientCheck, layer', () => j.gradientCheck('network', v, some)],
  ['InvalidOption', 'gradientCheck, variables', () => j.gradientCheck(network, null, some)],
  ['InvalidOption', 'report, history', () => j.report({ loss: 3 })],
  ['InvalidOption', 'fit, learningRate', () => j.fit(network, v, some, { learningRate: 0.1 })],
  ['InvalidOption', 'fit, epochs', () => j.fit(network, v, some, { epochs: '10' })],
  ['InvalidOption', 'fit, epochs', () => j.fit(network, v, some, { epochs: Number.POSITIVE_INFINITY })],
  ['InvalidOption', 'fit, batchSize', () => j.fit(network, v, some, { batchSize: 0 })],
  ['InvalidOption', 'fit, shuffle', () => j.fit(network, v, some, { shuffle: 'yes' })],
  ['InvalidOption', 'fit, onProgress', () => j.fit(network, v, some, { onProgress: true })],
  ['InvalidOption', 'fit, loss', () => j.fit(network, v, some, { loss: 'nothing' })],
  ['InvalidOption', 'loss, result', () => j.fit(network, v, some, { loss: (a: number, b: number) => a - b })],
  ['InvalidOption', 'fit, loss', () => j.fit(network, v, some, { loss: { kind: 'Loss', name: 'own' } })],
  ['InvalidOption', 'own, result', () => j.fit(network, v, some, { loss: lossOf(() => 3) })],
  ['InvalidOption', 'fit, metrics', () => j.fit(network, v, some, { metrics: 'accuracy' })],
  ['InvalidOption', 'fit, metrics', () => j.fit(network, v, some, { metrics: [optimizer] })],
  ['InvalidOption', 'fit, metrics', () => j.fit(network, v, some, { metrics: ['accuracy', 'accuracy'] })],
  ['InvalidOption', 'fit, metrics', () => j.fit(network, v, some, { metrics: Array(1) })],
  ['InvalidOption', 'fit, optimizer', () => j.fit(network, v, some, { optimizer: j.adam })],
  ['InvalidOption', 'fit, optimizer', () => j.fit(network, v, some, { optimizer: 0.01 })],
  ['InvalidOption', 'fit, optimizer', () => j.fit(network, v, some, { optimizer: { kind: 'Optimizer', name: 'own' } })],
  ['InvalidOption', 'fit, backend', () => j.fit(network, v, some, { backend: 'gpu' })],
  ['InvalidOption', 'fit, backend', () => j.fit(network, v, some, { backend: null })],
  ['InvalidOption', 'fit, backend', () => j.fit(network, v, some, { backend: { kind: 'Backend', name: 'own' } })],
  ['InvalidOption', 'chooseBackend, backend', () => j.chooseBackend('webgpu')],
  ['InvalidOption', 'chooseBackend, backend', () => j.chooseBackend(hostile)],
  ['InvalidOption', 'own, result', () => j.fit(network, v, some, { loss: lossOf(() => v.params['tanh-1'].bias) })],
  ['InvalidOption', 'fit, key', () => j.fit(network, v, some, { key: { kind: 'key' } })],
  ['InvalidOption', 'trainStep, options', () => j.trainStep(network, 'mse')],
  ['InvalidOption', 'trainStep, epochs', () => j.trainStep(network, { epochs: 3 })],
  ['InvalidOption', 'trainStep, metrics', () => j.trainStep(network, { metrics: [j.accuracy, 3] })],
  ['InvalidOption', 'compileTraining, options', () => j.compileTraining(network, [rule])],
  ['InvalidOption', 'compileTraining, onRecompile', () => j.compileTraining(network, { onRecompile: 'warn' })],
  ['InvalidOption', 'compileTraining, optimiser', () => j.compileTraining(network, { optimiser: optimizer })],
  ['InvalidOption', 'evaluate, options', () => j.evaluate(network, v, some, 128)],
  ['InvalidOption', 'evaluate, optimizer', () => j.evaluate(network, v, some, { optimizer })],
  ['InvalidOption', 'evaluate, batchSize', () => j.evaluate(network, v, some, { batchSize: -1 })],
  ['InvalidOption', 'evaluate, backend', () => j.evaluate(network, v, some, { backend: 'webgl2' })],
  ['InvalidOption', 'predict, options', () => j.predict(network, v, x, 128)],
  ['InvalidOption', 'predict, loss', () => j.predict(network, v, x, { loss: 'mse' })],
  ['InvalidOption', 'predict, onProgress', () => j.predict(network, v, x, { onProgress: 'yes' })],
  ['InvalidOption', 'predict, batchSize', () => j.predict(network, v, x, { batchSize: Number.NaN })],
  ['InvalidOption', 'predict, backend', () => j.predict(network, v, x, { backend: {} })],
  ['WeightInitializationError', 'relu-1', () => j.fit(bare, { params: {}, state: {} }, { x: rows(4, 3), y })],
]

const thrown = async (call: () => unknown): Promise<unknown> => {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('no error came')
}

describe('A call of training that is wrong', () => {
  for (const [error, subject, call] of refusals)
    it(`${call.toString().slice(6).replaceAll('j.', '').replace(/\s+/g, ' ')}: ${error} of ${subject}`, async () => {
      const before = tf.memory().numTensors
      const found = await thrown(call)
      expect(found).to.be.instanceOf(joinery.JoineryError)
      expect(textOf(found).split(': expected')[0]).to.equal(`${error} of ${subject}`)
      // The variables of some calls are made within them, and dropped.
      expect(tf.memory().numTensors, 'tensors left behind').to.be.at.most(before + 8)
    })

  it('says where a learning rate belongs', async () => {
    for (const [name, step, wanted] of [
      ['gradientDescent', 0.01, 'gradientDescent({ step: 0.01 })'],
      ['momentum', 0.2, 'momentum({ step: 0.2 })'],
      ['adam', 0.5, 'adam({ step: 0.5 })'],
    ] as const)
      expect(textOf(await thrown(() => j[name](step)))).to.include(`For example: ${wanted}.`)
  })

  it('leaves the states that it was given as they were', async () => {
    const [next] = await compiled(state, some)
    expect(next.update).to.equal(1)
    expect((await step(begun, some))[0].optimizer.update).to.equal(1)
    expect((await step(trained, some))[0].optimizer.update).to.equal(2)
    await Promise.all([compiled.dispose(), elsewhere.dispose()])
  })
})
