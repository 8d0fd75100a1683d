import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../src/index.ts'

// Every public function, with what nobody means in the place of each argument: a value, or an error of joinery.

type Given = readonly unknown[]
type Call = (...given: Given) => unknown
const all = j as unknown as Readonly<Record<string, Call>>

const network = j.join(j.Input(4), j.Relu(3), j.Softmax(2))
const variables = j.init(network, j.key(0))
const x = [[1, 2, 3, 4]]
const y = [[0, 1]]
const image = j.join(j.Input([4, 4, 1]), j.Convolution([1, 1, 1]))
const add = (ops: j.Ops<unknown>, value: unknown) => ops.add(value, value)

/** A right call of each function. */
const calls: Readonly<Record<string, Given>> = {
  ...Object.fromEntries(
    [
      'Relu',
      'Linear',
      'Sigmoid',
      'Tanh',
      'Softmax',
      'Elu',
      'PRelu',
      'Gelu',
      'LeakyRelu',
      'Softplus',
      'HardSigmoid',
    ].map(name => [name, [3, { weight: 1, bias: null, name: 'fc' }]]),
  ),
  ...Object.fromEntries(['LSTM', 'GRU', 'SimpleRNN'].map(name => [name, [3, { onlyReturnFinal: true, name: 'lstm' }]])),
  ...Object.fromEntries(
    ['BatchNorm', 'LayerNorm', 'RMSNorm', 'InstanceNorm', 'GatedAverage', 'Identity', 'Concatenate', 'LogSoftmax'].map(
      name => [name, [{ name: 'a' }]],
    ),
  ),
  Input: [[4, 4, 1], { name: 'image' }],
  Convolution: [[3, 3, 2], { padding: 'same', stride: 1, dilation: 1, weight: 1, bias: 0, name: 'c' }],
  Convolution1D: [[3, 2], { padding: 'same' }],
  Convolution3D: [[3, 3, 3, 2], { padding: 'same' }],
  Deconvolution: [[3, 3, 2], { padding: 'same' }],
  DepthwiseConvolution: [[3, 3], { padding: 'same' }],
  SeparableConvolution: [[3, 3, 2], { padding: 'same' }],
  MaxPooling: [[2, 2], { stride: 1, padding: 'same' }],
  AveragePooling: [[2, 2], { stride: 1, padding: 'same' }],
  MaxPooling1D: [2, { stride: 1 }],
  AveragePooling3D: [[2, 2, 2], { stride: 1 }],
  GlobalPooling: ['max', { name: 'a' }],
  Upscale: [[2, 2], { name: 'a' }],
  Dropout: [0.5, { name: 'a' }],
  GaussianNoise: [1, { name: 'a' }],
  DropBlock: [0.5, { blockSize: 2 }],
  SpatialDropout: [0.5, { name: 'a' }],
  AlphaDropout: [0.5, { name: 'a' }],
  RandomFlip: ['vertical', { name: 'a' }],
  RandomCrop: [[2, 2], { padding: 1 }],
  RandomRotation: [0.1, { fill: 0 }],
  RandomBrightness: [0.1, { valueRange: [0, 255] }],
  RandomErasing: [{ probability: 0.5, area: [0.1, 0.2], ratio: [1, 2], value: 0 }],
  MixUp: [{ alpha: 1 }],
  CutMix: [{ alpha: 1 }],
  GroupNorm: [2, { name: 'a' }],
  LocalResponseNorm: [{ name: 'a' }],
  Elementwise: ['add', { name: 'a' }],
  Reshape: [[2, -1], { name: 'a' }],
  Transpose: [[2, 1], { name: 'a' }],
  Embedding: [10, 3, { weight: 1, name: 'a' }],
  MultiHeadAttention: [2, { name: 'a' }],
  PositionalEncoding: [{ name: 'a' }],
  TransformerEncoder: [4, 2, { name: 'a' }],
  TransformerDecoder: [4, 2, { name: 'a' }],
  TimeDistributed: [j.Relu(3), { name: 'a' }],
  Bidirectional: [j.LSTM(3), { merge: 'sum' }],
  WeightNorm: [j.Linear(3), { weights: ['weight'] }],
  SpectralNorm: [j.Linear(3), { iterations: 2 }],
  LowRank: [j.Linear(3), 2, { alpha: 4 }],
  toLowRank: [network, variables, { rank: 2, key: j.key(1) }],
  mergeLowRank: [network, variables],
  RepeatVector: [3, { name: 'a' }],
  Masking: [0, { name: 'a' }],
  Lambda: [add, { name: 'a' }],
  Dot: [{ name: 'a' }],
  Select: [0, { name: 'a' }],
  ZeroPadding: [1, { name: 'a' }],
  Cropping: [1, { name: 'a' }],
  constant: [1],
  normal: [{ mean: 0, std: 1 }],
  uniform: [{ minval: 0, maxval: 1 }],
  orthogonal: [{ scale: 1 }],
  heNormal: [{ gain: 1 }],
  xavierUniform: [{ gain: 1 }],
  join: [j.Input(4), j.Relu(3)],
  parallel: [j.Relu(3), [j.Relu(3), j.Tanh(3)]],
  branch: [j.Relu(3), j.Relu(2)],
  repeat: [j.Relu(3), 2],
  shared: ['encoder', j.Relu(3)],
  block: ['encoder', j.Relu(3)],
  residual: [j.Relu(4), { shortcut: j.Identity(), merge: 'add', name: 'res{}' }],
  when: [true, j.Relu(3)],
  to: [j.Relu(3)],
  start: [network, 'relu-1'],
  end: [network, 'relu-1'],
  names: [network],
  layerOf: [network, 'relu-1'],
  net: ['Input(4) >> block', { block: j.Relu(3) }],
  notation: [network, { block: j.Relu(3) }],
  key: [1],
  split: [j.key(1), 2],
  foldIn: [j.key(1), 'a'],
  uniforms: [j.key(1), 2, 0, 1],
  normals: [j.key(1), 2, 0, 1],
  permutation: [j.key(1), 2],
  init: [network, j.key(0)],
  apply: [network, variables, x, { training: false, key: j.key(1) }],
  gradients: [network, variables, x, y, { training: false, key: j.key(1) }],
  compile: [network, variables, { backend: 'tfjs' }],
  outputShape: [network, [null, 4]],
  checkShape: [network, [null, 4]],
  countParameters: [network],
  summary: [network],
  tensor: [x, [1, 4]],
  showShape: [[1, 2]],
  predict: [network, variables, x, { batchSize: 2 }],
  evaluate: [network, variables, { x, y }, { loss: 'mse', metrics: ['accuracy'], batchSize: 2 }],
  fit: [
    network,
    variables,
    { x, y, weights: [1], mask: [1] },
    {
      ...{ loss: 'mse', epochs: 1, batchSize: 2, key: j.key(1), dropLast: false, gradientNorms: true, trains: '*' },
      ...{ earlyStopping: { patience: 2 }, reduceOnPlateau: { factor: 0.5 }, terminateOnNaN: true },
      ...{ validation: { x, y }, signal: new AbortController().signal },
    },
  ],
  learningRateSweep: [network, variables, { x, y }, { from: 0.1, to: 1, updates: 2, smoothing: 0, divergence: 2 }],
  gradientCheck: [network, variables, { x, y }, { loss: 'mse', epsilon: 0.1, tolerance: 0.1, elements: 1 }],
  lossGradients: [network, variables, { x, y }, { loss: 'mse', lossWeights: 1, perExample: true, key: j.key(1) }],
  gradientNorms: [variables.params, { perExample: false }],
  activations: [network, variables, x, [j.names(network)[0]], { training: true, key: j.key(1) }],
  report: [{ loss: [1], validationLoss: [1] }],
  // What a function of the user's throws is an error of its own.
  sweep: [
    Object.assign(Object.create(null), { a: [1, 2], b: j.between(0, 1) }),
    () => 1,
    { trials: 2, strategy: 'halving', budget: 2, key: j.key(1) },
  ],
  between: [1, 2, { log: true, integer: true }],
  mse: [y, y, { weights: [1], mask: [1], reduction: 'sum' }],
  categoricalCrossentropy: [y, y, { reduction: 'none' }],
  rmse: [{ name: 'error' }],
  mae: [{ reduction: 'sum' }],
  mape: [{ name: 'error' }],
  msle: [{ name: 'error' }],
  rmsle: [{ name: 'error' }],
  logCosh: [{ name: 'error' }],
  huber: [{ delta: 2 }],
  quantile: [{ quantile: [0.1, 0.9] }],
  poisson: [{ logInput: true, full: true, epsilon: 0 }],
  cosineSimilarity: [{ axis: 1 }],
  binaryCrossentropy: [{ fromLogits: true, labelSmoothing: 0.1, axis: 1, classWeights: [1, 2] }],
  sparseCategoricalCrossentropy: [{ logInput: true, ignoreClass: 0, classWeights: { 1: 2 } }],
  focal: [{ form: 'categorical', gamma: 1, alpha: [1, 2] }],
  kullbackLeibler: [{ logTarget: true }],
  binaryHinge: [{ delta: 2 }],
  squaredHinge: [{ delta: 2 }],
  categoricalHinge: [{ delta: 2 }],
  dice: [{ axis: [1], smooth: 1 }],
  tversky: [{ alpha: 0.3, beta: 0.7, axis: null }],
  ctc: [{ blank: -1, inputLengths: [1], zeroInfinity: true }],
  triplet: [{ mining: 'all', margin: 2, distance: 'cosine', swap: true }],
  contrastive: [{ margin: 2, distance: 'manhattan' }],
  addLosses: [[j.mse, 0.5], 'mae'],
  defineLoss: ['own', { forward: j.mse.forward, reduction: 'sum', expects: true, root: false, counts: j.mse.forward }],
  accuracy: [y, y],
  binaryAccuracy: [{ threshold: 0.5, name: 'a' }],
  topK: [{ k: 2, ignoreClass: -1 }],
  sparseTopK: [{ k: 2, ignoreClass: -1 }],
  precision: [{ average: 'micro', threshold: 0.5, only: [1], k: 2 }],
  recall: [y, y],
  specificity: [{ classes: 3, ignoreClass: -1 }],
  f1: [y, y, { weights: [1] }],
  fBeta: [{ beta: 2 }],
  auc: [{ curve: 'pr', method: 'majoring', thresholds: [0.5], labelWeights: [1] }],
  averagePrecision: [y, y],
  sensitivityAtSpecificity: [{ specificity: 0.9, fromLogits: true }],
  specificityAtSensitivity: [{ sensitivity: 0.9 }],
  precisionAtRecall: [{ recall: 0.9 }],
  recallAtPrecision: [{ precision: 0.9 }],
  confusionMatrix: [{ normalize: 'all', classes: 3 }],
  meanIoU: [{ average: null, only: [1] }],
  matthews: [y, y],
  cohenKappa: [{ weights: 'linear' }],
  meanAbsoluteError: [y, y],
  meanSquaredError: [y, y],
  rootMeanSquaredError: [y, y],
  meanAbsolutePercentageError: [y, y],
  r2: [{ average: null, regressors: 1 }],
  explainedVariance: [y, y],
  pearson: [{ over: 'features', average: null }],
  concordanceCorrelation: [y, y],
  perplexity: [y, y],
  bitsPerByte: [{ bytes: [1, 2], fromLogits: false }],
  calibrationError: [{ bins: 3, norm: 'max' }],
  metricOf: [j.mse, 'a'],
  adam: [{ step: 0.1 }],
  csvLog: ['log.csv', { append: true, separator: ';', every: 2 }],
  resume: ['nowhere', { network, which: 'best', optional: true }],
  tensorBoard: [
    'runs',
    { every: { updates: 2 }, histograms: true, images: () => ({}), hyperparameters: { a: 1 }, texts: { a: 'b' } },
  ],
  momentum: [{ step: 0.1 }],
  gradientDescent: [{ step: 0.1 }],
  adagrad: [{ step: 0.1 }],
  adadelta: [{ step: 0.1 }],
  rmsprop: [{ step: 0.1, centered: true }],
  adamw: [{ step: 0.1, mask: 'weights' }],
  adamax: [{ step: 0.1 }],
  nadam: [{ step: 0.1 }],
  radam: [{ step: 0.1 }],
  adabelief: [{ step: 0.1 }],
  lion: [{ step: 0.1 }],
  lamb: [{ step: 0.1, adapts: '*' }],
  lars: [{ step: 0.1 }],
  adafactor: [{ step: 0.1 }],
  muon: [{ step: 0.1, coefficients: [1, 2, 3] }],
  scheduleFree: [{ step: 0.1 }],
  rprop: [{ step: 0.1 }],
  irpropPlus: [{ step: 0.1 }],
  conjugateGradient: [{ wolfeMaxiter: 10 }],
  quasiNewton: [{ history: 5, wolfeC2: 0.5 }],
  levenbergMarquardt: [{ mu: 0.1, muUpdateFactor: 2 }],
  hessian: [{ penaltyConst: 0.1 }],
  hessianDiagonal: [{ step: 0.1, minEigval: 0.1 }],
  clipByNorm: [{ max: 1 }],
  clipByValue: [{ max: 1 }],
  adaptiveClip: [{ max: 1, mask: ['*'] }],
  addDecayedWeights: [{ rate: 0.1, mask: ['*'] }],
  chain: [j.adam()],
  byName: [{ '*': j.adam() }],
  freeze: ['*'],
  accumulate: [j.adam(), { every: 2 }],
  average: [j.adam(), { decay: 0.9 }],
  averaged: [j.scheduleFree().init({ linear: { weight: j.tensor([1]) } })],
  lookahead: [j.adam(), { every: 2 }],
  skipNonFinite: [j.adam(), { most: 2 }],
  sharpnessAware: [j.adam(), { rho: 0.1 }],
  l1: [{ rate: 0.1 }],
  l2: [{ rate: 0.1 }],
  elastic: [{ l1: 0.1 }],
  maxNorm: [{ rate: 0.1 }],
  orthogonalPenalty: [{ rate: 0.1, mode: 'rows' }],
  defineRegularizer: ['none', {}, () => null],
  nonNegative: [{ exclude: [] }],
  unitNorm: [{ axis: 0 }],
  limitNorm: [{ max: 1, axis: [0] }],
  defineConstraint: ['same', {}, (_: unknown, w: unknown) => w],
  stepDecay: [{ initialValue: 0.1, reductionFreq: 10 }],
  exponentialDecay: [{ initialValue: 0.1, reductionFreq: 10, reductionRate: 0.5 }],
  polynomialDecay: [{ initialValue: 0.1, decayIter: 10 }],
  cosineDecay: [{ initialValue: 0.1, decayIter: 10 }],
  inverseTime: [{ initialValue: 0.1, reductionFreq: 10, reductionRate: 0.5 }],
  piecewise: [{ boundaries: [1], values: [0.1, 0.2] }],
  warmup: [{ to: 0.1, warmupIter: 10 }],
  oneCycle: [{ peakValue: 0.1, totalIter: 10 }],
  sequence: [{ schedules: [0.1, 0.2], boundaries: [1] }],
  scheduleFromJson: [{ schedule: 'stepDecay', initialValue: 0.1, reductionFreq: 10 }],
  optimizerFromJson: [{ optimizer: 'adam', options: { step: 0.1 } }, { registry: {} }],
  lossFromJson: [{ loss: 'huber', options: { delta: 2 } }, { registry: {} }],
  metricFromJson: [{ metric: 'topK', options: { k: 2 } }],
  regularizerFromJson: [{ regularizer: 'l2', options: { rate: 0.1 } }],
  constraintFromJson: [{ constraint: 'limitNorm', options: { max: 1 } }],
  preprocessorFromJson: [{ kind: 'minMax', field: null, least: [0], most: [1], to: [0, 1] }],
  toJson: [[0.1, 'a', { record: null }], { registry: {} }],
  dataset: [{ x: [[1], [2]], y: new Float32Array(2) }],
  isDataset: [1],
  fromCsv: [new Uint8Array(4), { header: false, columns: ['a'], types: { a: 'text' }, missing: 'skip' }],
  fromIdx: [{ x: new Uint8Array(4) }],
  fromImages: [[new Uint8Array(4)], { size: [2, 2], channels: 1 }],
  fromJsonLines: [new Uint8Array(4)],
  fromNpy: [new Uint8Array(4), { columns: ['x'] }],
  fromParquet: [new Uint8Array(4), { columns: ['x'], missing: 0 }],
  standardize: [x, { by: 'all', field: 'x' }],
  minMax: [x, { to: [0, 1], by: 'all' }],
  oneHot: [3, { unknown: 'zeros', field: 'y' }],
  bucketize: [[0, 1], { field: 'x' }],
  tokenize: [{ model: { type: 'WordLevel', vocab: { a: 0 } } }, { length: 3 }],
  codec: ['a number', (value: unknown) => value],
  oneOf: [['a', 'b']],
  chooseBackend: ['tfjs'],
}

const disposed = tf.tensor([1])
disposed.dispose()
const revoked = Proxy.revocable({}, {})
revoked.revoke()
const throwing = (of: object | (() => void)) =>
  new Proxy(of, {
    get: () => {
      throw new TypeError('no entry')
    },
    ownKeys: () => {
      throw new TypeError('no entry')
    },
    getPrototypeOf: () => {
      throw new TypeError('no entry')
    },
    has: () => {
      throw new TypeError('no entry')
    },
  })
const wrong: Readonly<Record<string, unknown>> = {
  null: null,
  'a number': -1.5,
  'a large number': 1e300,
  'a huge integer': 2 ** 53,
  NaN: Number.NaN,
  'a BigInt': 1n,
  'a text': 'no such thing',
  'an empty text': '',
  true: true,
  'a symbol': Symbol('s'),
  'a function': () => 1,
  'a class': class Model {},
  'a constructor of layers': j.Relu,
  'an empty array': [],
  'an array of undefined': [undefined],
  'nested arrays': [[[[[1]]]]],
  'an array with a hole': Array(3),
  'an array whose entries throw': throwing([]),
  'an empty object': {},
  'unknown options': { nothing: 1 },
  'an object without a prototype': Object.create(null),
  'JSON with __proto__': JSON.parse('{ "__proto__": { "units": 3 }, "kind": "Layer" }'),
  'JSON that looks like a layer': JSON.parse('{ "kind": "Relu", "name": "a", "rules": {}, "arrangement": {} }'),
  'JSON that looks like a key': JSON.parse('{ "kind": "Key", "words": [1, 2, "3"] }'),
  'JSON that looks like an initializer': JSON.parse('{ "kind": "Initializer", "name": "normal", "options": {} }'),
  'JSON that looks like a loss': JSON.parse('{ "kind": "Loss", "name": "mse" }'),
  'JSON that looks like variables': JSON.parse(
    '{ "params": { "relu-1": { "weight": 1, "bias": null } }, "state": [] }',
  ),
  'variables without tensors': { params: { 'relu-1': null, 'softmax-1': 3 }, state: { a: undefined } },
  'a promise': Promise.resolve(network),
  'a date': new Date(0),
  'a map': new Map(),
  'a regular expression': /x/,
  'an error': new Error('x'),
  'a typed array': new Float32Array(3),
  BigInts: new BigInt64Array(2),
  'a buffer': new ArrayBuffer(8),
  'a layer': j.Relu(3),
  'another network': image,
  'a network': network,
  variables,
  'a key': j.key(3),
  'a loss': j.mse,
  'a disposed tensor': disposed,
  'a tensor of texts': tf.tensor(['a']),
  'a scalar': tf.scalar(1),
  'a revoked proxy': revoked.proxy,
  'a proxy that throws': throwing({}),
  'a function that throws when it is read': throwing(() => undefined),
  'an object that throws when it is read': Object.defineProperty({}, 'name', {
    enumerable: true,
    get: () => {
      throw new TypeError('no entry')
    },
  }),
  'a function that throws': () => {
    throw new j.InvalidOption({ layer: 'x', option: 'y', expected: 'a', got: 'b', remedy: 'C.' })
  },
}

const faultOf = async (call: () => unknown): Promise<string | undefined> => {
  try {
    const made = await call()
    // Layers print themselves.
    if (typeof made === 'object' && made !== null && 'rules' in made) String(made)
    return undefined
  } catch (error) {
    return error instanceof j.JoineryError ? undefined : String((error as Error)?.stack ?? error)
  }
}

describe('Wrong calls throw what nobody understands', () => {
  for (const [name, given] of Object.entries(calls))
    it(`${name}: an error of joinery, or none, whatever stands in the place of an argument`, async () => {
      const make = all[name] as Call
      expect(await faultOf(() => make(...given)), `${name} as it should be called`).to.equal(undefined)
      const found: string[] = []
      for (const [what, value] of Object.entries(wrong)) {
        for (let at = 0; at < given.length; at++) {
          const fault = await faultOf(() => make(...given.slice(0, at), value, ...given.slice(at + 1)))
          if (fault !== undefined) found.push(`${what} at ${at}: ${fault}`)
          const options = given[at]
          if (typeof options === 'object' && options !== null && Object.getPrototypeOf(options) === Object.prototype)
            for (const option of Object.keys(options)) {
              const changed = Object.defineProperty({ ...options }, option, { value, enumerable: true })
              const inside = await faultOf(() => make(...given.slice(0, at), changed, ...given.slice(at + 1)))
              if (inside !== undefined) found.push(`${what} as ${option}: ${inside}`)
            }
        }
        const alone = await faultOf(() => make(value))
        if (alone !== undefined) found.push(`${what} alone: ${alone}`)
      }
      const none = await faultOf(() => make())
      if (none !== undefined) found.push(`nothing: ${none}`)
      expect(found.map(text => text.split('\n').slice(0, 4).join('\n'))).to.deep.equal([])
    })

  it('of chains: to and >>', async () => {
    const chain = j.Relu(3) as unknown as Readonly<Record<string, Call>>
    for (const value of Object.values(wrong))
      for (const name of ['to', '>>']) expect(await faultOf(() => chain[name]?.(value))).to.equal(undefined)
  })
})
