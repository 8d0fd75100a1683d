import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as joinery from '../src/index.ts'
import { type Drawing, descriptions, networkOf } from './differential/networks.ts'
import { cotangentsOf, inputsOf } from './differential/values.ts'

// Law 3: the same arguments give the same bits, at every call and after other work of every kind, and stay as they were.

const { key } = joinery
const seed = 20_26
const engines = ['tfjs', 'wasm', 'onnxruntime'] as const

/** All numbers in a result, with their shapes. */
const bits = (value: unknown): unknown => {
  if (value instanceof tf.Tensor) return [value.shape, Array.from(value.dataSync())]
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array)
  if (Array.isArray(value)) return value.map(bits)
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? 'a function' : value
  return Object.entries(value).map(([name, own]) => [name, bits(own)])
}

type Calls = Readonly<Record<string, () => unknown>>
/** Everything that can be done with a network. */
const callsOf = (drawing: Drawing): { readonly calls: Calls; readonly given: unknown } => {
  const { layer } = drawing
  const variables = joinery.init(layer, key(1)) as never
  const inputs = inputsOf(drawing, 2, 5, 'plain')
  const x = (inputs.length === 1 ? inputs[0] : inputs) as never
  const mode = { training: true, key: key(3) }
  const { output } = joinery.apply(layer, variables, x)
  const shapes = (Array.isArray(output) ? output : [output]).map(({ shape }: tf.Tensor) => shape)
  const seeds = cotangentsOf(shapes, 7)
  const dy = (seeds.length === 1 ? seeds[0] : seeds) as never
  const models = engines.map(backend => [backend, joinery.compile(layer, variables, { backend })] as const)
  // Losses compare one output with what is expected, example by example.
  const comparable = shapes.length === 1 && shapes[0]?.[0] === 2
  const options = { loss: 'mse' as const, epochs: 1, key: key(4) }
  return {
    given: [variables, x, dy],
    calls: {
      init: () => joinery.init(layer, key(1)),
      apply: () => joinery.apply(layer, variables, x),
      'apply in training': () => joinery.apply(layer, variables, x, mode),
      gradients: () => joinery.gradients(layer, variables, x, dy, mode),
      notation: () => joinery.notation(layer),
      summary: () => String(joinery.summary(layer)),
      countParameters: () => joinery.countParameters(layer),
      ...Object.fromEntries(
        models.flatMap(([backend, model]) => [
          [`run on ${backend}`, () => model(x)],
          [`gradients on ${backend}`, () => model.gradients(x, dy, mode)],
        ]),
      ),
      ...(comparable && {
        predict: () => joinery.predict(layer, variables, x),
        evaluate: () => joinery.evaluate(layer, variables, { x, y: dy } as never, { loss: 'mse' }),
        fit: async () => {
          const { variables: learnt, history } = await joinery.fit(layer, variables, { x, y: dy } as never, options)
          return [learnt, history.loss]
        },
      }),
    },
  }
}

/** Work that has nothing to do with a call. */
const other: readonly (() => unknown)[] = [
  () => {
    const network = joinery.join(
      joinery.Input(4),
      joinery.parallel(joinery.Linear(3), joinery.Tanh(3)),
      joinery.Elementwise(),
    )
    for (let i = 0; i < 6; i++) joinery.apply(network, joinery.init(network, key(i)), [[i, 2, 3, 4]])
  },
  () => tf.tidy(() => tf.sum(tf.randomUniform([3, 3])).dataSync()),
  () => joinery.net('Input(4) >> Relu(8, name=fc{}) * 3 >> Softmax(2)'),
  async () => {
    const network = joinery.join(joinery.Input(2), joinery.Dropout(0.5), joinery.Softmax(2))
    const y = [
      [1, 0],
      [0, 1],
    ]
    await joinery.fit(network, joinery.init(network, key(1)), { x: y, y }, { epochs: 2, backend: 'wasm' })
  },
  () => {
    try {
      joinery.apply(joinery.join(joinery.Input(2)), { params: {}, state: {} } as never, [[1]])
    } catch {}
  },
  () => joinery.normals(key(9), 100),
  () => new Promise(done => setTimeout(done, 1)),
  () => (globalThis as unknown as { gc: () => void }).gc(),
]

const drawings = descriptions.map(networkOf).filter(drawing => drawing !== null)

describe(`Law 3 for random networks (seed ${seed})`, () => {
  it('every call gives the same bits ten times, also after other work, and leaves its arguments as they were', async () => {
    await fc.assert(
      fc.asyncProperty(drawings, fc.infiniteStream(fc.constantFrom(...other)), async (drawing, work) => {
        const { calls, given } = callsOf(drawing)
        const before = bits(given)
        for (const [name, call] of Object.entries(calls)) {
          const first = bits(await call())
          for (let i = 2; i <= 10; i++) {
            if (i > 5) await work.next().value()
            expect(bits(await call()), `${name}, call ${i} of ${drawing.text}`).to.deep.equal(first)
          }
        }
        expect(bits(given), `arguments of ${drawing.text}`).to.deep.equal(before)
      }),
      { seed, numRuns: 12, interruptAfterTimeLimit: 200_000 },
    )
  }).timeout(300_000)
})
