import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as joinery from '../src/index.ts'
import { textOf } from './faults.ts'

// Calls from JavaScript that no compiler has seen: a typed error that says what was expected, what came and what to do.

// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do is the point.
const j = joinery as any
const network = j.join(j.Input([6, 6, 1]), j.Convolution([3, 3, 2]))
const variables = j.init(network, j.key(0))
const x = { data: new Float32Array(36), shape: [1, 6, 6, 1] }
const y = { data: new Float32Array(32), shape: [1, 4, 4, 2] }
const step = j.trainStep(network)
const begun = step.init(variables, j.key(0))
const dropout = j.join(j.Input(3), j.Dropout(0.5))

type Row = readonly [error: string, subject: string, call: () => unknown]
const rows: readonly Row[] = [
  ['InvalidOption', 'Convolution, size', () => j.Convolution()],
  ['InvalidOption', 'Convolution, size', () => j.Convolution('3x3')],
  ['InvalidOption', 'Convolution, size', () => j.Convolution([3, 3])],
  ['InvalidOption', 'Convolution, size', () => j.Convolution([3, 3, 0])],
  ['InvalidOption', 'Convolution, size', () => j.Convolution([3, 3, 1.5])],
  ['InvalidOption', 'Convolution, size', () => j.Convolution([3, -3, 1])],
  ['InvalidOption', 'Convolution, stride', () => j.Convolution([3, 3, 4], { stride: 0 })],
  ['InvalidOption', 'Convolution, stride', () => j.Convolution([3, 3, 4], { stride: 1.5 })],
  ['InvalidOption', 'Convolution, stride', () => j.Convolution([3, 3, 4], { stride: [1, 2, 3] })],
  ['InvalidOption', 'Convolution, dilation', () => j.Convolution([3, 3, 4], { dilation: -1 })],
  ['InvalidOption', 'Convolution, padding', () => j.Convolution([3, 3, 4], { padding: -1 })],
  ['InvalidOption', 'Convolution, padding', () => j.Convolution([3, 3, 4], { padding: 0.5 })],
  ['InvalidOption', 'Convolution, padding', () => j.Convolution([3, 3, 4], { padding: 'full' })],
  ['InvalidOption', 'Convolution, weight', () => j.Convolution([3, 3, 4], { weight: Number.NaN })],
  ['InvalidOption', 'Convolution, weight', () => j.Convolution([3, 3, 4], { weight: [[[[Number.NaN]]]] })],
  ['InvalidOption', 'Convolution, weight', () => j.Convolution([3, 3, 4], { weight: new Float32Array([1 / 0]) })],
  ['InvalidOption', 'Convolution, weight', () => j.Convolution([3, 3, 4], { weight: null })],
  ['InvalidOption', 'Convolution, bias', () => j.Convolution([3, 3, 4], { bias: 'zeros' })],
  ['InvalidOption', 'Convolution, strides', () => j.Convolution([3, 3, 4], { strides: 2 })],
  ['InvalidOption', 'Convolution, arguments', () => j.Convolution([3, 3, 4], 3)],
  ['InvalidOption', 'Convolution, name', () => j.Convolution([3, 3, 4], { name: 'a{}{}' })],
  ['InvalidOption', 'Convolution, name', () => j.Convolution([3, 3, 4], { name: 3 })],
  ['InvalidOption', 'MaxPooling, size', () => j.MaxPooling([0, 2])],
  ['InvalidOption', 'AveragePooling, padding', () => j.AveragePooling([2, 2], { padding: 1 })],
  ['InvalidOption', 'GlobalPooling, function', () => j.GlobalPooling('median')],
  ['InvalidOption', 'Dropout, proba', () => j.Dropout(1.5)],
  ['InvalidOption', 'BatchNorm, epsilon', () => j.BatchNorm({ epsilon: -1 })],
  ['InvalidOption', 'Relu, units', () => j.Relu(-1)],
  ['InvalidOption', 'Relu, alpha', () => j.Relu(4, { alpha: -1 })],
  ['InvalidOption', 'Input, shape', () => j.Input([-1])],
  ['InvalidOption', 'Input, shape', () => j.Input('28x28')],
  ['InvalidOption', 'Reshape, shape', () => j.Reshape([-1, -1])],
  ['InvalidOption', 'Elementwise, mergeFunction', () => j.Elementwise('maximise')],
  ['InvalidOption', 'Concatenate, axis', () => j.Concatenate(1.5)],
  ['InvalidOption', 'Convolution, groups', () => j.Convolution([3, 3, 4], { groups: 3 })],
  ['InvalidOption', 'Convolution1D, size', () => j.Convolution1D(3)],
  ['InvalidOption', 'Convolution1D, padding', () => j.Convolution1D([3, 4], { padding: [1, 1] })],
  ['InvalidOption', 'Convolution3D, stride', () => j.Convolution3D([3, 3, 3, 4], { stride: [1, 1] })],
  ['InvalidOption', 'DepthwiseConvolution, multiplier', () => j.DepthwiseConvolution([3, 3], { multiplier: 0 })],
  ['InvalidOption', 'SeparableConvolution, size', () => j.SeparableConvolution([3, 3])],
  ['InvalidOption', 'MaxPooling1D, size', () => j.MaxPooling1D([2])],
  ['InvalidOption', 'AveragePooling1D, stride', () => j.AveragePooling1D(2, { stride: '1' })],
  ['InvalidOption', 'MaxPooling3D, size', () => j.MaxPooling3D(2)],
  ['InvalidOption', 'AveragePooling3D, padding', () => j.AveragePooling3D([2, 2, 2], { padding: 'causal' })],
  ['InvalidOption', 'ZeroPadding, margins', () => j.ZeroPadding([1, [2]])],
  ['InvalidOption', 'Cropping, margins', () => j.Cropping(-1)],
  ['InvalidOption', 'LayerNorm, axes', () => j.LayerNorm({ axes: [0, 1] })],
  ['InvalidOption', 'RMSNorm, epsilon', () => j.RMSNorm({ epsilon: Number.NaN })],
  ['InvalidOption', 'InstanceNorm, gamma', () => j.InstanceNorm({ gamma: 'ones' })],
  ['InvalidOption', 'WeightNorm, layer', () => j.WeightNorm(j.Relu)],
  ['InvalidOption', 'WeightNorm, weights', () => j.WeightNorm(j.Relu(3), { weights: 'weight' })],
  ['InvalidOption', 'SpectralNorm, iterations', () => j.SpectralNorm(j.Relu(3), { iterations: 0 })],
  ['InvalidOption', 'LowRank, rank', () => j.LowRank(j.Relu(3), 0)],
  ['InvalidOption', 'LowRank, alpha', () => j.LowRank(j.Relu(3), 2, { alpha: '16' })],
  ['InvalidOption', 'toLowRank, rank', () => j.toLowRank(network, variables, { key: j.key(1) })],
  ['InvalidOption', 'mergeLowRank, variables', () => j.mergeLowRank(network)],
  ['InvalidOption', 'defineWrapper, definition', () => j.defineWrapper({ kind: 'A', example: 'A()', options: {} })],
  ['InvalidOption', 'defineLayer, definition', () => j.defineLayer({ kind: 'A', example: 'A()', options: {} })],
  ['InvalidOption', 'innerRules, layer', () => j.innerRules(j.Relu)],
  ['InvalidOption', 'Bidirectional, layer', () => j.Bidirectional('LSTM')],
  ['InvalidOption', 'Bidirectional, merge', () => j.Bidirectional(j.LSTM(3), { merge: 'max' })],
  ['InvalidOption', 'Bidirectional, arguments', () => j.Bidirectional(j.LSTM(3), 'sum')],
  ['InvalidOption', 'TimeDistributed, layer', () => j.TimeDistributed()],
  ['InvalidOption', 'TimeDistributed, mask', () => j.TimeDistributed(j.Relu(3), { mask: 1 })],
  ['InvalidOption', 'LSTM, mask', () => j.LSTM(3, { mask: 'yes' })],
  ['InvalidOption', 'MultiHeadAttention, heads', () => j.MultiHeadAttention(0)],
  ['InvalidOption', 'MultiHeadAttention, keySize', () => j.MultiHeadAttention(2, { keySize: 1.5 })],
  ['InvalidOption', 'MultiHeadAttention, causal', () => j.MultiHeadAttention(2, { causal: null })],
  ['InvalidOption', 'PositionalEncoding, form', () => j.PositionalEncoding('rotary')],
  ['InvalidOption', 'TransformerEncoder, features', () => j.TransformerEncoder()],
  ['InvalidOption', 'TransformerEncoder, heads', () => j.TransformerEncoder(6, 4)],
  ['InvalidOption', 'TransformerEncoder, norm', () => j.TransformerEncoder(6, 2, { norm: 'first' })],
  ['InvalidOption', 'TransformerDecoder, activation', () => j.TransformerDecoder(6, 2, { activation: 'tanh' })],
  ['InvalidOption', 'TransformerDecoder, depth', () => j.TransformerDecoder(6, 2, { depth: 2 })],
  ['InvalidOption', 'SpatialDropout, proba', () => j.SpatialDropout(1)],
  ['InvalidOption', 'AlphaDropout, proba', () => j.AlphaDropout()],
  ['InvalidOption', 'RandomFlip, direction', () => j.RandomFlip('left')],
  ['InvalidOption', 'RandomCrop, size', () => j.RandomCrop([28, 28, 3])],
  ['InvalidOption', 'RandomRotation, factor', () => j.RandomRotation(45)],
  ['InvalidOption', 'RandomBrightness, valueRange', () => j.RandomBrightness(0.1, { valueRange: 255 })],
  ['InvalidOption', 'RandomErasing, area', () => j.RandomErasing({ area: [0.1, 2] })],
  ['InvalidOption', 'MixUp, alpha', () => j.MixUp({ alpha: 0 })],
  ['InvalidOption', 'CutMix, alpha', () => j.CutMix({ alpha: '1' })],
  ['InvalidOption', 'RepeatVector, n', () => j.RepeatVector('3')],
  ['InvalidOption', 'Masking, value', () => j.Masking(Number.POSITIVE_INFINITY)],
  ['InvalidOption', 'Select, index', () => j.Select()],
  ['InvalidOption', 'Dot, axes', () => j.Dot([1])],
  ['InvalidOption', 'Lambda, function', () => j.Lambda('square')],

  ['InvalidOption', 'join, layers', () => j.join()],
  ['InvalidOption', 'join, layer', () => j.join(1)],
  ['InvalidOption', 'join, layer', () => j.join(j.Input(4), j.Relu)],
  ['InvalidOption', 'to, layer', () => j.Input(4).to('Relu')],
  ['InvalidOption', 'parallel, branches', () => j.parallel()],
  ['InvalidOption', 'parallel, layer', () => j.parallel([j.Relu(), 3])],
  ['InvalidOption', 'repeat, n', () => j.repeat(j.Relu(), 0)],
  ['InvalidOption', 'repeat, n', () => j.repeat(j.Relu(), 2.5)],
  ['InvalidOption', 'shared, name', () => j.shared('tower-{}', j.Relu())],
  ['InvalidOption', 'layerOf, name', () => j.layerOf(network, 'convolution-2')],
  ['InvalidOption', 'start, name', () => j.start(network, 'conv')],
  ['InvalidOption', 'end, names', () => j.end(network)],
  ['InvalidOption', 'fc, name', () => j.join(j.Relu(2, { name: 'fc' }), j.Relu(2, { name: 'fc' }))],

  ['LayerConnectionError', 'convolution-1', () => j.join(j.Input(10), j.Convolution([3, 3, 16]))],
  ['LayerConnectionError', 'convolution-1', () => j.join(j.Input([2, 2, 1]), j.Convolution([3, 3, 16]))],
  ['LayerConnectionError', 'softmax-1', () => j.join(j.Input([4, 4, 1]), j.Softmax(3))],
  [
    'LayerConnectionError',
    'elementwise-1',
    () => j.join(j.Input(4), j.parallel(j.Relu(3), j.Relu(2)), j.Elementwise()),
  ],
  ['LayerConnectionError', 'concatenate-1', () => j.join(j.Input(4), j.Concatenate())],
  ['LayerConnectionError', 'convolution1d-1', () => j.join(j.Input(4), j.Convolution1D([3, 4]))],
  ['LayerConnectionError', 'cropping-1', () => j.join(j.Input([4, 1]), j.Cropping(2))],
  ['LayerConnectionError', 'lstm-1', () => j.join(j.Input([4, 1]), j.LSTM(3, { mask: true }))],
  ['LayerConnectionError', 'bidirectional-1', () => j.join(j.Input(4), j.Bidirectional(j.LSTM(3)))],
  ['LayerConnectionError', 'time-distributed-1', () => j.join(j.Input([4, 2, 2]), j.TimeDistributed(j.Relu(3)))],
  ['LayerConnectionError', 'multi-head-attention-1', () => j.join(j.Input([4, 6]), j.MultiHeadAttention(4))],
  ['LayerConnectionError', 'transformer-encoder-1', () => j.join(j.Input([4, 6]), j.TransformerEncoder(8, 2))],
  ['LayerConnectionError', 'dot-1', () => j.join(j.Input(4), j.parallel(j.Relu(3), j.Relu(2)), j.Dot())],
  ['LayerConnectionError', 'relu-3', () => j.join(j.Input(4), j.parallel(j.Relu(3), j.Relu(2)), j.Relu())],
  ['LayerConnectionError', 'input-1', () => j.apply(network, variables, [[1, 2]])],

  ['WeightInitializationError', 'relu-1', () => j.init(j.join(j.Relu(4)), j.key(0))],
  [
    'WeightInitializationError',
    'convolution-1',
    () => j.init(j.join(j.Input([6, 6, 1]), j.Convolution([3, 3, 2], { weight: [[1]] })), j.key(0)),
  ],
  ['WeightInitializationError', 'convolution-1', () => j.apply(network, { params: {}, state: {} }, x)],

  ['InvalidOption', 'key, seed', () => j.key('a')],
  ['InvalidOption', 'key, seed', () => j.key(Number.NaN)],
  ['InvalidOption', 'split, n', () => j.split(j.key(1), 0)],
  ['InvalidOption', 'split, key', () => j.split(1)],
  ['InvalidOption', 'foldIn, data', () => j.foldIn(j.key(1), 0.5)],
  ['InvalidOption', 'foldIn, key', () => j.foldIn(undefined, 1)],
  ['InvalidOption', 'init, key', () => j.init(network)],
  ['InvalidOption', 'init, key', () => j.init(network, 42)],
  ['InvalidOption', 'init, layer', () => j.init()],
  ['InvalidOption', 'apply, variables', () => j.apply(network, undefined, x)],
  ['InvalidOption', 'apply, variables', () => j.apply(network, variables.params, x)],
  ['InvalidOption', 'gradients, variables', () => j.gradients(network, null, x, y)],
  ['InvalidOption', 'tensor, data', () => j.apply(network, variables, 'image')],
  ['InvalidOption', 'tensor, data', () => j.apply(network, variables)],
  ['InvalidOption', 'tensor, data', () => j.tensor([[1], [2, 3]])],
  ['InvalidOption', 'tensor, data', () => j.tensor(['a'])],
  ['InvalidOption', 'tensor, data', () => j.tensor([1, 2, 3], [2])],
  ['InvalidOption', 'Dropout, key', () => j.apply(dropout, { params: {}, state: {} }, [[1, 2, 3]], { training: true })],
  ['InvalidOption', 'outputShape, shape', () => j.outputShape(j.Relu(), [-1])],

  ['InvalidOption', 'dataset, source', () => j.dataset()],
  ['InvalidOption', 'dataset, y', () => j.dataset({ x: [[1], [2]], y: [1] })],
  ['InvalidOption', 'batch, size', () => j.dataset([1]).batch('32')],
  ['InvalidOption', 'shuffle, key', () => j.dataset([1]).shuffle(42)],
  ['InvalidOption', 'split, part', () => j.dataset([1, 2]).split(2)],
  ['InvalidOption', 'fromCsv, source', () => j.fromCsv({ path: 'data.csv' })],
  ['InvalidOption', 'fromCsv, separator', () => j.fromCsv('data.csv', { separator: ';' })],
  ['InvalidOption', 'fromImages, channels', () => j.fromImages('flowers', { channels: 'rgb' })],
  ['InvalidOption', 'standardize.of, dataset', () => j.standardize.of([[1]], 'x')],
  ['InvalidOption', 'oneHot, classes', () => j.oneHot(['a', 'a'])],
  ['InvalidOption', 'bucketize, boundaries', () => j.bucketize([2, 1])],

  ['InvalidOption', 'fit, variables', () => j.fit(network, undefined, { x, y })],
  ['InvalidOption', 'fit, examples', () => j.fit(network, variables)],
  ['InvalidOption', 'fit, y', () => j.fit(network, variables, { x, y: [[1], [2]] })],
  ['InvalidOption', 'fit, loss', () => j.fit(network, variables, { x, y }, { loss: 'absolute' })],
  ['InvalidOption', 'fit, optimizer', () => j.fit(network, variables, { x, y }, { optimizer: 'sgd' })],
  ['InvalidOption', 'fit, metrics', () => j.fit(network, variables, { x, y }, { metrics: ['precise'] })],
  ['InvalidOption', 'fit, epochs', () => j.fit(network, variables, { x, y }, { epochs: 0 })],
  ['InvalidOption', 'fit, batchSize', () => j.fit(network, variables, { x, y }, { batchSize: 1.5 })],
  ['InvalidOption', 'fit, key', () => j.fit(network, variables, { x, y }, { key: 7 })],
  ['InvalidOption', 'fit, epoch', () => j.fit(network, variables, { x, y }, { epoch: 3 })],
  ['InvalidOption', 'mse, y', () => j.fit(network, variables, { x, y: [[1]] }, { loss: 'mse' })],
  ['LayerConnectionError', 'input-1', () => j.fit(network, variables, { x: [[1]], y: [[1]] })],
  ['WeightInitializationError', 'convolution-1', () => j.fit(network, { params: {}, state: {} }, { x, y })],
  ['InvalidOption', 'evaluate, examples', () => j.evaluate(network, variables)],
  ['InvalidOption', 'evaluate, variables', () => j.evaluate(network, {}, { x, y })],
  ['InvalidOption', 'predict, variables', () => j.predict(network, undefined, x)],
  ['InvalidOption', 'predict, batchSize', () => j.predict(network, variables, x, { batchSize: 0 })],
  ['InvalidOption', 'trainStep, loss', () => j.trainStep(network, { loss: 3 })],
  ['InvalidOption', 'trainStep, variables', () => j.trainStep(network).init(undefined, j.key(0))],
  ['InvalidOption', 'trainStep, key', () => j.trainStep(network).init(variables)],
  ['InvalidOption', 'trainStep, examples', () => step(begun)],
  ['InvalidOption', 'adam, beta1', () => j.adam({ beta1: 1 })],
  ['InvalidOption', 'gradientDescent, step', () => j.gradientDescent({ step: -1 })],
  ['InvalidOption', 'fit, checkpoint', () => j.fit(network, variables, { x, y }, { checkpoint: 'runs' })],
  [
    'InvalidOption',
    'checkpoint, keep',
    () => j.fit(network, variables, { x, y }, { checkpoint: { folder: 'a', keep: 0 } }),
  ],
  ['InvalidOption', 'fit, resume', () => j.fit(network, variables, { x, y }, { resume: 'runs' })],
  ['InvalidOption', 'resume, folder', () => j.resume()],
  ['InvalidOption', 'csvLog, separator', () => j.csvLog('log.csv', { separator: ', ' })],
  ['InvalidOption', 'tensorBoard, every', () => j.tensorBoard('runs', { every: 'epoch' })],
  ['InvalidOption', 'momentum, momentum', () => j.momentum({ momentum: 2 })],
]

const thrown = async (call: () => unknown): Promise<unknown> => {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('no error came')
}

describe('A call that is wrong', () => {
  for (const [error, subject, call] of rows)
    it(`${call.toString().slice(6).replaceAll('j.', '').replace(/\s+/g, ' ')}: ${error} of ${subject}`, async () => {
      const before = tf.memory().numTensors
      expect(textOf(await thrown(call)).split(': expected')[0]).to.equal(`${error} of ${subject}`)
      expect(tf.memory().numTensors, 'tensors left behind').to.be.at.most(before)
    })

  it('leaves the arguments of fit as they were', async () => {
    const held = variables.params['convolution-1'].weight.dataSync().slice()
    await thrown(() =>
      j.fit(
        network,
        variables,
        { x, y },
        {
          onProgress: () => {
            throw new Error('stop')
          },
        },
      ),
    )
    expect(variables.params['convolution-1'].weight.dataSync()).to.deep.equal(held)
    expect(j.apply(network, variables, x).output.shape).to.deep.equal([1, 4, 4, 2])
  })
})
