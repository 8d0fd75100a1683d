import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  graphOps,
  Input,
  init,
  join,
  key,
  MixUp,
  placeholder,
  RandomCrop,
  RandomRotation,
} from '../../../src/index.ts'
import { refuses } from '../../faults.ts'
import { untyped } from '../../running.ts'

// Pixels of batches so large that 32-bit floats do not tell all of them apart.

describe('Pixels of each image', () => {
  it('are found in batches of more than 2 ** 24 pixels', () => {
    const rows = 2 ** 23
    const network = join(Input([rows, 1, 1]), RandomCrop([2, 1]))
    const data = new Float32Array(3 * rows)
    // What a pixel holds says of which image it is, and whether its row is even.
    for (let i = 0; i < data.length; i++) data[i] = 10 * Math.floor(i / rows) + (i % 2)
    for (const seed of [1, 2, 3]) {
      const { output } = apply(
        network,
        init(network, key(1)),
        { data, shape: [3, rows, 1, 1] },
        {
          training: true,
          key: key(seed),
        },
      )
      const found = Array.from((output as unknown as tf.Tensor).dataSync())
      for (const n of [0, 1, 2])
        expect(found.slice(2 * n, 2 * n + 2).sort((a, b) => a - b)).to.deep.equal([10 * n, 10 * n + 1])
    }
  })

  const traced = (layer: unknown, shape: readonly (number | null)[]) => {
    const network = untyped.join(Input(shape.slice(1) as number[]), layer)
    return apply(
      network,
      { params: {}, state: {} } as never,
      placeholder('x', shape) as never,
      {
        ops: graphOps,
        training: true,
        key: key(1),
      } as never,
    )
  }
  refuses([
    [
      () => traced(RandomRotation(0.1), [1, 5000, 5000, 1]),
      'LayerConnectionError of RandomRotation: expected a known batch of images of at most 16777216 pixels, got (1, 5000, 5000, 1).',
    ],
    [
      () => traced(RandomCrop(4), [null, 8, 8, 1]),
      'LayerConnectionError of RandomCrop: expected a known batch of images of at most 16777216 pixels, got (?, 8, 8, 1).',
    ],
    [
      () => traced(MixUp(), [null, 8]),
      'LayerConnectionError of MixUp: expected a known batch, whose examples are mixed with each other, got (?, 8).',
    ],
  ])
})
