import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as joinery from '../../src/index.ts'
import { stack } from '../arbitraries.ts'

const {
  apply,
  BatchNorm,
  Concatenate,
  Convolution,
  compile,
  Dropout,
  Input,
  init,
  join,
  key,
  parallel,
  Relu,
  Reshape,
} = joinery
const { Softmax, Tanh } = joinery

const numbers = (tensor: tf.Tensor): readonly number[] => [...tensor.dataSync()]
const near = (actual: tf.Tensor, expected: tf.Tensor): void => {
  expect(actual.shape).to.deep.equal(expected.shape)
  for (const [i, value] of numbers(expected).entries())
    expect(actual.dataSync()[i]).to.be.closeTo(value, 1e-5 * (1 + Math.abs(value)))
}
const draws = (seed: number, shape: readonly number[]) => ({
  data: joinery.normals(
    key(seed),
    shape.reduce((n, d) => n * d, 1),
  ),
  shape,
})
const network = join(Input([6, 6, 1]), Convolution([3, 3, 2]), BatchNorm(), Relu(), Reshape(), Dropout(0.5), Softmax(3))
const x = draws(1, [4, 6, 6, 1])
const cotangent = draws(2, [4, 3])
/** Variables that training has moved, so that nothing is as simple as at the start. */
const trained = async () => {
  const y = { data: Float32Array.from({ length: 12 }, (_, i) => Number(i % 3 === 0)), shape: [4, 3] }
  const examples = { x, y }
  const { variables } = await joinery.fit(network, init(network, key(3)), examples, {
    epochs: 5,
    loss: 'categoricalCrossentropy',
  })
  return variables
}

describe('compile', () => {
  it('wires the network once for inputs of some shapes', async () => {
    let wired = 0
    const counting = joinery.Lambda(
      (ops, x) => ops.relu(x),
      shape => {
        wired++
        return shape
      },
    )
    const own = join(Input(3), counting, Softmax(2))
    const variables = init(own, key(0))
    const model = compile(own)
    const input = draws(1, [2, 3])
    const seeds = draws(2, [2, 2])
    const runs = [
      () => model(variables, input),
      () => model.apply(variables, input),
      () => model.gradients(variables, input, seeds),
    ]
    for (const run of runs) {
      await run()
      const before = wired
      await run()
      expect(wired).to.equal(before)
    }
    await model.dispose()
  })
})

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`compile for ${backend}`, () => {
    it('gives what apply gives, for random networks and any number of rows', () =>
      fc.assert(
        fc.asyncProperty(stack, fc.integer({ min: 1, max: 3 }), async ({ shape, layers }, rows) => {
          const own = join(Input(shape as number[]) as never, ...(layers as never[])) as joinery.Layer
          const variables = init(own, key(7))
          const input = draws(rows, [rows, ...shape])
          const expected = apply(own, variables, input).output as tf.Tensor
          const bound = compile(own, variables, { backend })
          near((await bound(input)) as tf.Tensor, expected)
          const free = compile(own, undefined, { backend })
          near((await free(variables, input)) as tf.Tensor, expected)
          await Promise.all([bound.dispose(), free.dispose()])
        }),
        { numRuns: 15 },
      ))

    it('runs in training as apply does: same masks for the same key, same new state', async () => {
      const variables = await trained()
      const model = compile(network, variables, { backend })
      near((await model(x)) as tf.Tensor, apply(network, variables, x).output)
      const mode = { training: true, key: key(5) }
      const [found, expected] = [await model.apply(x, mode), apply(network, variables, x, mode)]
      near(found.output, expected.output)
      near(found.state['batch-norm-1'].runningMean, expected.state['batch-norm-1'].runningMean)
      near(found.state['batch-norm-1'].runningVariance, expected.state['batch-norm-1'].runningVariance)
      const other = await model.apply(x, { training: true, key: key(6) })
      expect(numbers(other.output)).to.not.deep.equal(numbers(found.output))
      await model.dispose()
    })

    it('has the gradients that the eager ones are', async () => {
      const variables = await trained()
      const model = compile(network, undefined, { backend })
      const mode = { training: true, key: key(5) }
      const found = await model.gradients(variables, x, cotangent, mode)
      const expected = joinery.gradients(network, variables, x, cotangent, mode)
      near(found.output, expected.output)
      near(found.input, expected.input)
      for (const layer of ['convolution-1', 'softmax-1'] as const) {
        near(found.params[layer].weight, expected.params[layer].weight)
        near(found.params[layer].bias, expected.params[layer].bias)
      }
      near(found.params['batch-norm-1'].gamma, expected.params['batch-norm-1'].gamma)
      await model.dispose()
    })

    it('takes several inputs and gives several outputs', async () => {
      const both = join(parallel(Input(2), Input(3)), parallel(Relu(2), Tanh(4)))
      const variables = init(both, key(1))
      const pair = [draws(1, [2, 2]), draws(2, [2, 3])]
      const outputs = await compile(both, variables, { backend })(pair)
      const expected = apply(both, variables, pair).output
      near(outputs[0], expected[0])
      near(outputs[1], expected[1])
      const merged = join(both, Concatenate())
      near(
        (await compile(merged, variables as never, { backend })(pair)) as tf.Tensor,
        apply(merged, variables as never, pair).output as tf.Tensor,
      )
    })

    it('leaves no tensor behind but its results', async () => {
      const variables = await trained()
      const before = tf.memory().numTensors
      const model = compile(network, variables, { backend })
      const results = [await model(x), (await model.apply(x, { training: true, key: key(1) })).output]
      const { input, output, params } = await model.gradients(x, cotangent)
      // The state's two new statistics belong to the second result.
      const held = results.length + 2 + 2 + Object.values(params).flatMap(own => Object.values(own)).length
      expect(tf.memory().numTensors - before).to.equal(held)
      for (const tensor of [...results, input, output]) tensor.dispose()
      await model.dispose()
    })

    it('refuses what apply refuses, and stays usable', async () => {
      const variables = await trained()
      const model = compile(network, undefined, { backend })
      const before = tf.memory().numTensors
      const fault = (work: Promise<unknown>): Promise<string> =>
        work.then(
          () => 'none',
          (error: Error) => error.name,
        )
      expect(await fault(model(variables, draws(1, [4, 5, 5, 1])))).to.equal('LayerConnectionError')
      expect(await fault(model({ params: {}, state: {} } as never, x))).to.equal('WeightInitializationError')
      expect(await fault(model.apply(variables, x, { training: true }))).to.equal('InvalidOption')
      expect(await fault(model(variables, [[1, 2], [3]] as never))).to.equal('InvalidOption')
      expect(tf.memory().numTensors).to.equal(before)
      near((await model(variables, x)) as tf.Tensor, apply(network, variables, x).output)
      await model.dispose()
    })
  })

describe('compile', () => {
  it('names an unknown backend before anything runs', () => {
    expect(() => compile(network, undefined, { backend: 'cuda' as never })).to.throw(
      joinery.InvalidOption,
      "compile, backend: expected a backend, or the name of one ('tfjs', 'wasm', 'onnxruntime')",
    )
  })

  it('makes one program for each shape of the input', async () => {
    let compiled = 0
    const tfjs = joinery.tfjs()
    const backend = {
      ...tfjs,
      compile: (graph: never) => {
        compiled++
        return tfjs.compile(graph)
      },
    }
    const own = join(Input(2), Relu(3))
    const model = compile(own, init(own, key(0)), { backend })
    for (const rows of [1, 2, 1, 2, 2]) await model(draws(1, [rows, 2]))
    expect(compiled).to.equal(2)
  })

  it('is what eager inference becomes that repeats, without anyone noticing', () => {
    const variables = init(network, key(3))
    const outputs = Array.from({ length: 6 }, () => numbers(apply(network, variables, x).output))
    for (const output of outputs)
      for (const [i, value] of output.entries()) expect(value).to.be.closeTo(outputs[0]?.[i] as number, 1e-6)
    const other = init(network, key(4))
    expect(numbers(apply(network, other, x).output)).to.not.deep.equal(outputs[0])
    const lost = apply(network, other, x).output
    other.params['softmax-1'].weight.dispose()
    expect(() => apply(network, other, x)).to.throw()
    lost.dispose()
  })
})
