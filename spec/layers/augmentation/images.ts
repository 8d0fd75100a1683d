import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { apply, compile, gradients, Input, init, key, type Layer } from '../../../src/index.ts'
import { build, type Numbers } from '../../ops/reference.ts'
import { close, draw, run, untyped } from '../../running.ts'

// What holds of every layer that changes examples in training.

const numbers = (tensor: unknown): Numbers => {
  const found = tensor as tf.Tensor<tf.Rank> & { dataSync: () => Float32Array }
  return { shape: found.shape, data: Array.from(found.dataSync()) }
}

/** One image for each number, all of whose pixels tell where they stand. */
export const numbered = (batch: number, rows: number, cols: number): Numbers =>
  build([batch, rows, cols, 1], ([, r, c]) => (r as number) * cols + (c as number) + 1)

/** The pixels of one image of a batch. */
export const imageOf = ({ shape, data }: Numbers, index: number): readonly number[] => {
  const size = data.length / (shape[0] as number)
  return data.slice(index * size, (index + 1) * size)
}

/** How often each text occurs. */
export const counted = (texts: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** That a layer draws by its key, is the same on every engine, and lets gradients through. */
export const behaves = (make: () => Layer, shape: readonly number[] = [5, 6, 7, 2]): void => {
  const x = draw(1, shape)
  const [network, mode] = [untyped.join(Input(shape.slice(1)), make()), { training: true, key: key(3) }]
  const variables = init(network, key(0)) as never

  it('gives the same bits for the same key, and others for another', () => {
    const first = run(make(), x, { training: true, seed: 1 }).output
    close(run(make(), x, { training: true, seed: 1 }).output, first, 0)
    expect(run(make(), x, { training: true, seed: 2 }).output.data).not.to.deep.equal(first.data)
  })

  it('asks for a key in training', () => {
    expect(() => apply(network, variables, x as never, { training: true })).to.throw('a key, as this layer draws')
  })

  it('takes empty batches', () => {
    const empty = { shape: [0, ...shape.slice(1)], data: new Float32Array() }
    const { output } = apply(network, variables, empty as never, mode)
    expect((output as unknown as tf.Tensor).shape[0]).to.equal(0)
  })

  it('has the slopes of what it computes', () => {
    const output = numbers(apply(network, variables, x as never, mode).output)
    const dy = draw(2, output.shape)
    const { input } = gradients(network, variables, x as never, dy as never, mode)
    const dx = draw(3, shape)
    const moved = (step: number) =>
      numbers(
        apply(
          network,
          variables,
          { shape, data: x.data.map((value, i) => value + step * (dx.data[i] as number)) } as never,
          mode,
        ).output,
      ).data
    const [up, down] = [moved(1e-2), moved(-1e-2)]
    const slope = dy.data.reduce((sum, d, i) => sum + (d * ((up[i] as number) - (down[i] as number))) / 2e-2, 0)
    const found = numbers(input).data.reduce((sum, d, i) => sum + d * (dx.data[i] as number), 0)
    expect(found).to.be.closeTo(slope, 2e-2 * (1 + Math.abs(slope)))
  })

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`computes on ${backend} what it computes eagerly, with the same gradients`, async () => {
      const eager = numbers(apply(network, variables, x as never, mode).output)
      const dy = draw(2, eager.shape)
      const model = compile(network, variables, { backend })
      close(numbers((await model.apply(x as never, mode)).output), eager, 1e-4)
      const found = await model.gradients(x as never, dy as never, mode)
      close(numbers(found.input), numbers(gradients(network, variables, x as never, dy as never, mode).input), 1e-4)
      await model.dispose()
    })
}
