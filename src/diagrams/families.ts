import type { CategoryColour } from '../pictures/drawing.ts'

/** The kinds of layers that have a colour, by what they do. Each box has its kind in words, too. */
const kinds: readonly (readonly [colour: CategoryColour, kinds: readonly RegExp[]])[] = [
  ['category-5', [/^Input$/]],
  ['category-0', [/Convolution/, /^Deconvolution/, /^LowRank$/]],
  ['category-2', [/Pooling/, /^Upscale$/, /^Cropping$/, /^ZeroPadding$/]],
  ['category-3', [/Norm$/]],
  [
    'category-6',
    [/^(LSTM|GRU|SimpleRNN|Bidirectional|TimeDistributed|MultiHeadAttention|Embedding|PositionalEncoding)$/],
  ],
  ['category-7', [/^(Elementwise|Concatenate|GatedAverage|Dot)$/]],
]
/** Of layers with units, and of activations alone. */
const [dense, activation] = ['category-1', 'category-4'] as const

/** The colour of a layer; `undefined` for those that only change the form of data, draw at random, or are the user's own. */
export const colourOf = (layer: { readonly kind: string; readonly units?: unknown }): CategoryColour | undefined => {
  const found = kinds.find(([, patterns]) => patterns.some(pattern => pattern.test(layer.kind)))
  if (found !== undefined) return found[0]
  // Activations are dense layers without units.
  if (typeof layer.units === 'number') return dense
  return layer.units === null || layer.kind === 'PRelu' ? activation : undefined
}
