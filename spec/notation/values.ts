import { NotationError, net } from '../../src/index.ts'
import { words } from '../../src/notation/words.ts'

// Every argument of every layer with values of every kind, as texts: what the run time says of each, the compiler has to
// say as well.

const texts: readonly string[] = [
  ...['-1', '0', '1', '2', '3', '0.5', '-0.5', '1.5', '1e-7', '1.5e-7'],
  ...[
    '[1, 1]',
    '[0, 1]',
    '[-1, 1]',
    '[1, 2, 1]',
    '[0.5]',
    '[]',
    '[-1]',
    '[2, -1]',
    '[[1], [2, 3]]',
    '[[1, 2], [3, 4]]',
  ],
  ...['true', 'null', 'same', 'relu', 'a{}', 'a{}b{}', 'a{x}', 'a{:03d}', 'a{{x}}', "''", "['']", '[weight, bias]'],
  ...['heNormal(gain=2)', 'heNormal(gain=0)', 'normal(std=-1)', 'normal(mean=-1)', 'constant(-2)', 'flat(1, 2)'],
]
/** Arguments that stand first, where a list would be one argument. */
const given: readonly string[] = [
  ...['', '-1', '0', '1', '2', '0.5', '-0.5', '1.5', '1e-7', 'null', 'max', 'learned'],
  ...['[1, 1]', '[0, 1]', '[0]', '[-1, -1]', '[1.5, 2]', '[]', '[[0, 1], 1]', '[[0, -1], 1]'],
  ...['1, 2', '1, 0', '0, 1', '-1, 2', '-1, -1', '0.5, 2', '0.5, 0', '0.5, -0.5', '2, 0.5'],
  ...['3, 3, 4', '3, 0, 4', '3, 3, 0.5', '-3, 3, 4', '-1, 2, -1', '2, 2, 2, 4', '2, 0, 2, 4'],
]

/** A right call of each layer that needs arguments: what comes first, then options. */
const calls: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['Dropout', 'SpatialDropout', 'AlphaDropout'].map(word => [word, '0.5'])),
  ...Object.fromEntries(
    ['Convolution', 'Conv', 'SeparableConvolution', 'Deconvolution'].map(word => [word, '3, 3, 4']),
  ),
  ...Object.fromEntries(
    ['DepthwiseConvolution', 'MaxPooling', 'MaxPool', 'AveragePooling', 'AvgPool', 'Convolution1D', 'Embedding'].map(
      word => [word, '3, 4'],
    ),
  ),
  ...Object.fromEntries(
    ['GroupNorm', 'GN', 'LSTM', 'GRU', 'SimpleRNN', 'RepeatVector', 'Select', 'MultiHeadAttention', 'Upscale'].map(
      word => [word, '2'],
    ),
  ),
  ...Object.fromEntries(
    ['Input', 'MaxPooling1D', 'AveragePooling1D', 'ZeroPadding', 'Cropping'].map(word => [word, '2']),
  ),
  ...Object.fromEntries(['TimeDistributed', 'WeightNorm', 'SpectralNorm', 'residual'].map(word => [word, 'Relu(3)'])),
  Convolution3D: '2, 2, 2, 4',
  MaxPooling3D: '2, 2, 2',
  AveragePooling3D: '2, 2, 2',
  DropBlock: '0.5, 2',
  RandomCrop: '2, 2',
  RandomRotation: '0.1',
  RandomBrightness: '0.1',
  Transpose: '0, 1',
  LowRank: 'Relu(3), 2',
  Bidirectional: 'LSTM(3)',
}
/** Dense layers have more options with units. */
const withUnits = ['Linear', 'Relu', 'Gelu', 'PRelu', 'Softmax']

const called = (word: string, ...parts: readonly string[]): string => `${word}(${parts.filter(Boolean).join(', ')})`

const ofLayers = Object.entries(words).flatMap(([word, { networks, options, byName }]) => {
  if (networks !== undefined) return []
  const first = calls[word] ?? (withUnits.includes(word) ? '3' : '')
  const named = [...options, ...byName].flatMap(name => texts.map(text => called(word, first, `${name}=${text}`)))
  return [...given.map(text => called(word, text)), ...named]
})
const aroundLayers = Object.entries(words).flatMap(([word, { networks, options }]) =>
  options
    .filter(name => networks?.includes(name) === false)
    .flatMap(name => texts.map(text => called(word, calls[word] ?? '', `${name}=${text}`))),
)

/** All of them. */
export const valueTexts: readonly string[] = [
  ...ofLayers,
  ...aroundLayers,
  ...['-1', '0', '1', '2', '0.5', "'a'"].map(n => called('repeat', 'Relu(3)', n)),
  ...["''", "'a'", "'a{}'", "'a{}b{}'", "'a{x}'", '3'].flatMap(name => [
    called('shared', name, 'Relu(3)'),
    called('block', name, 'Relu(3)'),
  ]),
]

/** What the run time says of a text: the quotation of its mistake, or `null`. */
export const saidOf = (text: string): string | null => {
  try {
    net(text)
    return null
  } catch (error) {
    if (error instanceof NotationError) return error.text
    throw error
  }
}
