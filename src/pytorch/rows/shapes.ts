import { fromStart } from '../../base/shape.ts'
import { call, knownInput, type Row, truth, tuple } from '../row.ts'

// Shapes, several inputs, and what happens in training only.

const operators: Readonly<Record<string, string>> = { add: ' + ', multiply: ' * ', subtract: ' - ' }
const elementwise: Row = ({ options, refuse }) => {
  const { mergeFunction: how } = options
  if (typeof how !== 'string')
    throw refuse("'add' and other names", 'a function of your own', 'Use one of these, or write it in Python.')
  const operator = operators[how]
  return {
    channels: 'any',
    call: inputs => {
      if (operator !== undefined) return inputs.join(operator)
      if (how === 'average') return `(${inputs.join(' + ')}) / ${inputs.length}`
      return inputs.reduce((a, b) => call(`torch.${how}`, a, b))
    },
  }
}

/** A layer that is one module of PyTorch or a helper, with these arguments. */
const simply =
  (name: string, given: (options: Readonly<Record<string, unknown>>) => readonly unknown[], more: object = {}): Row =>
  site => ({
    make: call(name, ...given(site.options).map(String)),
    call: inputs => call(site.self, ...inputs),
    ...more,
  })

const pair = (values: unknown): string => tuple(values as readonly number[])
const flips: Readonly<Record<string, readonly number[]>> = {
  horizontal: [2],
  vertical: [1],
  horizontalAndVertical: [2, 1],
}
const inferenceOnly = (kind: string): Row =>
  simply('InferenceOnly', () => [`'${kind}'`], { channels: 'any', helpers: ['InferenceOnly'] })

export const shapeRows: Readonly<Record<string, Row>> = {
  Reshape: ({ options }) => {
    const shape = options.shape as readonly number[]
    const isFlat = shape.length === 1 && shape[0] === -1
    return { call: ([x = '']) => (isFlat ? `${x}.flatten(1)` : `${x}.reshape(${x}.shape[0], ${shape.join(', ')})`) }
  },
  Transpose: ({ options }) => ({
    call: ([x = '']) => `${x}.permute(${(options.perm as readonly number[]).join(', ')})`,
  }),
  Elementwise: elementwise,
  Concatenate: site => {
    const rank = knownInput(site).length
    const at = fromStart(site.options.axis as number, rank)
    return { channels: 'any', call: (inputs, axis) => `torch.cat([${inputs.join(', ')}], dim=${axis(at)})` }
  },
  GatedAverage: ({ options, inputs: { length } }) => {
    const at = fromStart(options.gateIndex as number, length)
    return {
      helpers: ['gated_average'],
      call: inputs => call('gated_average', inputs[at] as string, ...inputs.filter((_, i) => i !== at)),
    }
  },
  Dot: ({ options }) => {
    const [a, b] = options.axes as readonly number[]
    return {
      helpers: ['dot'],
      call: ([x = '', y = '']) => call('dot', x, y, `${a}`, `${b}`, truth(options.normalize)),
    }
  },

  Dropout: simply('nn.Dropout', ({ proba }) => [proba], { channels: 'any' }),
  AlphaDropout: simply('nn.AlphaDropout', ({ proba }) => [proba], { channels: 'any' }),
  SpatialDropout: site => {
    const rank = knownInput(site).length
    if (rank > 5) throw site.refuse('at most 5 dimensions', `${rank}`, 'Reshape the input.')
    return {
      make: `nn.Dropout${rank - 2}d(${String(site.options.proba)})`,
      channels: 'first',
      call: ([x = '']) => `${site.self}(${x})`,
    }
  },
  GaussianNoise: simply('GaussianNoise', ({ mean, std }) => [mean, std], {
    channels: 'any',
    helpers: ['GaussianNoise'],
  }),
  DropBlock: simply('DropBlock', ({ keepProba, blockSize }) => [keepProba, pair(blockSize)], {
    channels: 'first',
    helpers: ['DropBlock'],
  }),
  RandomFlip: simply('RandomFlip', ({ direction }) => flips[direction as string] ?? [], { helpers: ['RandomFlip'] }),
  RandomCrop: simply('RandomCrop', ({ size, padding }) => [pair(size), pair(padding)], { helpers: ['RandomCrop'] }),
  RandomBrightness: simply(
    'RandomBrightness',
    ({ factor, valueRange }) => [...(factor as readonly number[]), ...(valueRange as readonly number[])],
    { channels: 'any', helpers: ['RandomBrightness'] },
  ),
  RandomRotation: inferenceOnly('RandomRotation'),
  RandomErasing: inferenceOnly('RandomErasing'),
  MixUp: inferenceOnly('MixUp'),
  CutMix: inferenceOnly('CutMix'),
}
