import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  compile,
  compileTraining,
  Embedding,
  evaluate,
  fit,
  gradients,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Lambda,
  type Layer,
  predict,
  Reshape,
  trainStep,
} from '../../src/index.ts'

const network = join(
  Input(2),
  Reshape([2, 1]),
  Embedding(3, 2, {
    weight: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    name: 'words',
  }),
)
const variables = init(network, key(0))
const engines = ['tfjs', 'wasm', 'onnxruntime'] as const

const thrownBy = async (run: () => unknown): Promise<unknown> => {
  try {
    await run()
    return undefined
  } catch (error) {
    return error
  }
}

describe('An id that names no row trains another one, or ends in words of tfjs', () => {
  for (const id of [-1, 3, 1e9, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    const x = { data: Float32Array.of(1, id), shape: [1, 2] }
    const y = { data: new Float32Array(4), shape: [1, 2, 1, 2] }
    const refuses = async (run: () => unknown) => {
      const error = await thrownBy(run)
      expect(error).to.be.instanceOf(InvalidOption)
      expect(error).to.include({ layer: 'words', got: String(Math.fround(id)), expected: 'whole numbers from 0 to 2' })
    }
    it(`${id} is refused by apply, gradients, predict and evaluate`, async () => {
      await refuses(() => apply(network, variables, x))
      await refuses(() => apply(network, variables, x, { training: true }))
      await refuses(() => gradients(network, variables, x, y))
      await refuses(() => predict(network, variables, x))
      await refuses(() => evaluate(network, variables, { x, y }))
    })
    for (const backend of engines)
      it(`${id} is refused by compiled networks and training on ${backend}`, async () => {
        const model = compile(network, variables, { backend })
        await refuses(() => model(x))
        await refuses(() => model.apply(x, { training: true }))
        await refuses(() => model.gradients(x, y))
        await model.dispose()
        await refuses(() => fit(network, variables, { x, y }, { backend, key: key(0) }))
        const step = trainStep(network, { backend })
        await refuses(() => step(step.init(variables, key(0)), { x, y }))
        const compiled = compileTraining(network, { backend })
        const state = await compiled.init(variables, key(0))
        await refuses(() => compiled(state, { x, y }))
        await compiled.dispose()
      })
  }

  it('takes ids as tensors of whole numbers', () => {
    const ids = tf.tensor([[2, 0]], [1, 2], 'int32')
    expect([...apply(network, variables, ids).output.dataSync()]).to.deep.equal([5, 6, 1, 2])
    ids.dispose()
  })
})

describe('An id that is computed and names no row', () => {
  const computed = join(
    Input(4),
    Lambda((ops, x) => ops.multiply(x, ops.constant(1))),
    Embedding(3, 1, { weight: [[1], [2], [3]] }),
  ) as unknown as Layer
  const own = init(computed, key(0)) as never
  const x = [[2, -1, 0.5, 7]]
  const cotangent = [[[1], [1], [1], [1]]] as never
  const numbers = (value: unknown): readonly number[] => [...(value as tf.Tensor).dataSync()]
  const weightOf = (found: unknown) =>
    numbers((found as { params: Record<string, { weight: tf.Tensor }> }).params['embedding-1']?.weight)
  const wanted = [3, Number.NaN, Number.NaN, Number.NaN]

  it('gives NaN, and trains no row', () => {
    expect(numbers(apply(computed, own, x).output)).to.deep.equal(wanted)
    expect(numbers(apply(computed, own, x, { training: true }).output)).to.deep.equal(wanted)
    expect(weightOf(gradients(computed, own, x, cotangent))).to.deep.equal([0, 0, 1])
  })
  for (const backend of engines)
    it(`gives NaN, and trains no row, on ${backend}`, async () => {
      const model = compile(computed, own, { backend })
      expect(numbers(await model(x))).to.deep.equal(wanted)
      expect(weightOf(await model.gradients(x, cotangent))).to.deep.equal([0, 0, 1])
      await model.dispose()
    })
})
