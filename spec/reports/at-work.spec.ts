import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { apply, chooseBackend, compile, Input, init, join, key, Softmax, Tanh } from '../../src/index.ts'

// What happens to a compiled network while it runs.

const network = join(Input(3), Tanh(5), Softmax(4))
const variables = init(network, key(1))
const rows = (count: number) => ({
  data: Float32Array.from({ length: 3 * count }, (_, i) => Math.sin(i)),
  shape: [count, 3],
})
const expected = [1, 2, 3, 4].map(count => apply(network, variables, rows(count)).output.dataSync())
const near = (found: tf.Tensor, count: number): void => {
  expect(found.shape).to.deep.equal([count, 4])
  for (const [i, value] of found.dataSync().entries())
    expect(value).to.be.closeTo((expected[count - 1] as Float32Array)[i] as number, 1e-5)
}

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`A network that is at work on ${backend}`, () => {
    it('cannot be disposed of without errors that nobody understands', async () => {
      const model = compile(network, variables, { backend })
      await model(rows(1))
      const runs = [1, 2, 3, 4, 1, 2].map(async count => near(await model(rows(count)), count))
      const slopes = model.gradients(rows(2), [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
      ])
      const disposals = [model.dispose(), model.dispose()]
      await Promise.all([...runs, ...disposals])
      near((await slopes).output, 2)
      await model.dispose()
      near(await model(rows(3)), 3)
      await model.dispose()
    })

    it('mixes up runs that are on their way at once', async () => {
      const model = compile(network, variables, { backend })
      await Promise.all([4, 3, 2, 1, 4, 3, 2, 1].map(async count => near(await model(rows(count)), count)))
      await model.dispose()
    })

    it('is lost when another backend of tfjs comes into use meanwhile', async () => {
      const before = tf.getBackend()
      await chooseBackend('wasm')
      const model = compile(network, variables, { backend })
      try {
        near(await model(rows(2)), 2)
        const run = model(rows(2))
        await tf.setBackend('wasm')
        near(await run, 2)
        near(await model(rows(3)), 3)
        const there = await model(rows(1))
        await tf.setBackend(before)
        near(there, 1)
        near(await model(rows(2)), 2)
      } finally {
        await tf.setBackend(before)
        await model.dispose()
      }
    })

    it('refuses an input that was disposed of with one error', async () => {
      const model = compile(network, variables, { backend })
      const x = tf.tensor2d([[1, 2, 3]])
      x.dispose()
      const error = await model(x).then(
        () => undefined,
        (fault: unknown) => fault,
      )
      expect(error).to.be.instanceOf(Error)
      expect((error as Error).name).to.match(/InvalidOption|BackendError/)
      near(await model(rows(1)), 1)
      await model.dispose()
    })
  })
