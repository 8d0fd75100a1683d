import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  Bidirectional,
  compile,
  compileTraining,
  defineWrapper,
  Embedding,
  evaluate,
  fit,
  GRU,
  gradients,
  Identity,
  Input,
  InvalidOption,
  init,
  innerLayer,
  innerRules,
  join,
  key,
  Lambda,
  type Layer,
  LowRank,
  parallel,
  predict,
  Reshape,
  SpectralNorm,
  TimeDistributed,
  trainStep,
  WeightNorm,
} from '../../src/index.ts'
import type { Part } from '../../src/network/parts.ts'
import { checkIds } from '../../src/state/ids.ts'

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

describe('An id that 32-bit floats do not tell from the next one', () => {
  const large = join(Input(1), Embedding(2 ** 24 + 10, 1)) as unknown as Part

  it('is refused, in a table of so many rows', () => {
    expect(() => checkIds(large, [{ data: Int32Array.of(3, 2 ** 24) }])).to.throw(
      InvalidOption,
      'expected whole numbers from 0 to 16777215, got 16777216. From 16777216 on, 32-bit floats do not tell ids apart',
    )
    expect(() => checkIds(large, [{ data: Int32Array.of(2 ** 24 + 10) }])).to.throw(InvalidOption, 'Count ids from 0')
    checkIds(large, [{ data: Int32Array.of(0, 2 ** 24 - 1) }])
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

describe('An id without a row, given to a layer within another one', () => {
  const Halved: (layer: Layer) => Layer = defineWrapper({
    kind: 'Halved',
    example: 'Halved(Relu(8))',
    positional: ['layer'],
    options: { layer: { codec: innerLayer } },
    rules: ({ layer }) => {
      const inner = innerRules(layer)
      return {
        ...inner,
        forward: (ops, own, given, mode) => {
          const [y, state] = inner.forward(ops, own, given, mode)
          return [ops.multiply(y, ops.constant(0.5)), state]
        },
      }
    },
  })
  const words = Embedding(3, 2)
  const sentences = join(Embedding(3, 2), Reshape([2, 4]), GRU(2)) as unknown as Layer
  const around: Readonly<Record<string, Layer>> = {
    TimeDistributed: TimeDistributed(words),
    'TimeDistributed of a composition': TimeDistributed(join(Reshape([1, 2]), words)),
    'TimeDistributed of TimeDistributed': TimeDistributed(Halved(words)),
    Bidirectional: Bidirectional(sentences) as unknown as Layer,
    WeightNorm: WeightNorm(words),
    SpectralNorm: SpectralNorm(words),
    LowRank: LowRank(words, 1),
    "a wrapper of one's own": Halved(words),
    "a wrapper of one's own, of a composition": Halved(join(Reshape([4]), words) as unknown as Layer),
  }
  for (const [name, layer] of Object.entries(around))
    it(`is refused: ${name}`, async () => {
      const outer = join(Input([2, 2]), layer) as unknown as Layer
      const own = init(outer, key(0)) as never
      const { output } = apply(outer, own, [
        [
          [0, 1],
          [2, 1],
        ],
      ])
      expect([...(output as unknown as tf.Tensor).dataSync()].every(Number.isFinite)).to.equal(true)
      const x = [
        [
          [0, 1],
          [3, 1],
        ],
      ]
      expect(() => apply(outer, own, x)).to.throw(InvalidOption, 'expected whole numbers from 0 to 2, got 3')
      const model = compile(outer, own, { backend: 'tfjs' })
      expect(await thrownBy(() => model(x))).to.be.instanceOf(InvalidOption)
      await model.dispose()
    })

  it('is taken where it is not an id', () => {
    const outer = join(parallel(Input([2, 1]), Input(2)), TimeDistributed(words, { mask: true }))
    const own = init(outer, key(0))
    const { output } = apply(outer, own, [[[[1], [-1]]], [[1, 0]]])
    expect([...output.dataSync()].slice(2)).to.deep.equal([0, 0])
  })

  it('is not looked for after a layer within that changes it', () => {
    const outer = join(
      Input(2),
      Halved(
        join(
          Lambda((ops, x) => ops.maximum(x, ops.constant(0))),
          words,
        ) as unknown as Layer,
      ),
    ) as unknown as Layer
    const { output } = apply(outer, init(outer, key(0)) as never, [[-1, 2]])
    expect([...(output as unknown as tf.Tensor).dataSync()].every(Number.isFinite)).to.equal(true)
  })

  it('is not looked for after a layer around one that passes its input on', () => {
    const outer = join(Input(2), Halved(Identity()), words) as unknown as Layer
    const { output } = apply(outer, init(outer, key(0)) as never, [[4, 2]])
    expect([...(output as unknown as tf.Tensor).dataSync()].every(Number.isFinite)).to.equal(true)
  })
})
