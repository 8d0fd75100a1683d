import { attentionMap, embedding, filters, hinton, imageGrid, plotLandscape, saliency } from '../../src/display.ts'
import {
  adam,
  Convolution,
  digits,
  fit,
  Input,
  init,
  join,
  key,
  MultiHeadAttention,
  noisyDigits,
  normals,
  Relu,
  Reshape,
  Softmax,
} from '../../src/index.ts'
import type { GalleryRow } from './row.ts'

// Pictures of numbers and of a small network. What a network has learnt differs in its last bits between machines: such
// pictures are files of pixels.

const { x, y } = noisyDigits(300, { noise: 0.05, key: key(1) })
const images = { data: x.data, shape: [300, 6, 4, 1] as [300, 6, 4, 1] }
const ten = { data: digits().x.data, shape: [10, 6, 4, 1] as [10, 6, 4, 1] }
const network = join(Input([6, 4, 1]), Convolution([3, 3, 8]), Relu(), Reshape(), Softmax(10))
const loss = 'sparseCategoricalCrossentropy'
const learning = (async () =>
  (await fit(network, init(network, key(1)), { x: images, y }, { loss, optimizer: adam({ step: 0.01 }), epochs: 15 }))
    .variables)()
const attending = join(Input([8, 16]), MultiHeadAttention(4, { causal: true, name: 'attention' }))
const tokens = ['the', 'quick', 'brown', 'fox', 'jumps', 'over', 'lazy', 'dogs']
const sentence = { data: normals(key(1), 128), shape: [1, 8, 16] as [1, 8, 16] }

export const ofImages: readonly GalleryRow[] = [
  { name: 'image-grid', format: 'svg', make: () => imageGrid(ten, { labels: digits().y.data, columns: 10 }) },
  {
    name: 'hinton',
    format: 'svg',
    make: () => hinton({ data: normals(key(2), 120), shape: [8, 15] }, { title: 'Weights' }),
  },
  { name: 'filters', format: 'png', make: async () => filters(network, await learning, 'convolution-1') },
  {
    name: 'saliency',
    format: 'png',
    make: async () => saliency(network, await learning, ten, { method: 'integrated-gradients', mode: 'raw' }),
  },
  {
    name: 'attention',
    format: 'png',
    scale: 1.5,
    make: () => attentionMap(attending, init(attending, key(1)), sentence, 'attention', { tokens }),
  },
  {
    name: 'embedding',
    format: 'png',
    scale: 1.5,
    make: () => embedding(x, { labels: y.data, method: 't-sne', key: key(1) }),
  },
  {
    name: 'landscape',
    format: 'png',
    scale: 0.7,
    make: async () =>
      plotLandscape(network, await learning, { x: images, y }, loss, { key: key(1), points: 9, backend: 'wasm' }),
  },
]
