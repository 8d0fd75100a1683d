import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as joinery from '../../src/index.ts'

// Programs refill one buffer for every batch, and drop or dispose what they have handed over. A call works on what it was
// given when it was made.

const { adam, compile, compileTraining, evaluate, fit, Input, init, join, key, mse, predict, Tanh, trainStep } = joinery

const network = join(Input(3), Tanh(4), Tanh(2))
const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const numbers = (tensor: tf.Tensor): readonly number[] => [...tensor.dataSync()]
const weights = ({ params }: { readonly params: object }): readonly number[] =>
  Object.values(params as Record<string, Record<string, tf.Tensor>>).flatMap(own => Object.values(own).flatMap(numbers))
const draw = (seed: number, length: number): Float32Array => joinery.normals(key(seed), length)

/** Examples in a form, and what spoils the memory that they lie in. */
interface Given {
  readonly examples: joinery.Examples
  readonly spoil: () => void
}

const flat = (seed: number): Given => {
  const [x, y] = [draw(seed, 18), draw(seed + 1, 12)]
  return {
    examples: { x: { data: x, shape: [6, 3] }, y: { data: y, shape: [6, 2] } },
    spoil: () => [x, y].map(data => data.fill(100)),
  }
}
const forms: Readonly<Record<string, (seed: number) => Given>> = {
  'flat data': flat,
  'flat data of doubles': seed => {
    const [x, y] = [Float64Array.from(draw(seed, 18)), Float64Array.from(draw(seed + 1, 12))]
    return {
      examples: { x: { data: x, shape: [6, 3] }, y: { data: y, shape: [6, 2] } },
      spoil: () => [x, y].map(data => data.fill(100)),
    }
  },
  'nested arrays': seed => {
    const rows = (data: Float32Array, width: number) =>
      Array.from({ length: 6 }, (_, i) => [...data.subarray(i * width, (i + 1) * width)])
    const [x, y] = [rows(draw(seed, 18), 3), rows(draw(seed + 1, 12), 2)]
    return { examples: { x, y }, spoil: () => [...x, ...y].map(row => row.fill(100)) }
  },
  'tensors of tfjs': seed => {
    const [x, y] = [tf.tensor(draw(seed, 18), [6, 3]), tf.tensor(draw(seed + 1, 12), [6, 2])]
    return { examples: { x, y }, spoil: () => tf.dispose([x, y]) }
  },
}

type Call = (examples: joinery.Examples, backend: (typeof engines)[number]) => Promise<readonly number[]>
const rule = { optimizer: adam({ step: 0.1 }), loss: mse }
const start = init(network, key(1))
const calls: Readonly<Record<string, Call>> = {
  fit: async (examples, backend) => {
    const { variables, history } = await fit(network, start, examples, { ...rule, backend, epochs: 3, batchSize: 4 })
    return [...weights(variables), ...history.loss]
  },
  'the validation of fit': async (validation, backend) => {
    const options = { ...rule, backend, epochs: 2, batchSize: 4, validation }
    return (await fit(network, start, flat(8).examples, options)).history.validationLoss
  },
  trainStep: async (examples, backend) => {
    const step = trainStep(network, { ...rule, backend })
    const [{ variables }, { loss }] = await step(step.init(start, key(2)), examples)
    return [...weights(variables), loss]
  },
  evaluate: async (examples, backend) => [(await evaluate(network, start, examples, { backend, batchSize: 4 })).loss],
  'evaluate, eager': async examples => [(await evaluate(network, start, examples, { batchSize: 4 })).loss],
  predict: async ({ x }, backend) => numbers(await predict(network, start, x, { backend, batchSize: 4 })),
  'predict, eager': async ({ x }) => numbers(await predict(network, start, x, { batchSize: 4 })),
  'a compiled network': async ({ x }, backend) => numbers(await compile(network, start, { backend })(x)),
  'gradients of a compiled network': async ({ x, y }, backend) =>
    weights({ params: (await compile(network, start, { backend }).gradients(x, y as never)).params }),
}

for (const backend of engines)
  describe(`What a call is given is refilled while it runs (${backend})`, () => {
    for (const [form, make] of Object.entries(forms))
      for (const [name, call] of Object.entries(calls))
        it(`${name} works on what ${form} held`, async () => {
          const expected = await call(make(5).examples, backend)
          const { examples, spoil } = make(5)
          const running = call(examples, backend)
          spoil()
          expect(await running).to.deep.equal(expected)
        })

    it('every step of a compiled training learns what its buffer held', async () => {
      const train = async (spoils: boolean): Promise<readonly number[]> => {
        const step = compileTraining(network, { ...rule, backend })
        let state = await step.init(start, key(2))
        const losses: number[] = []
        const [x, y] = [new Float32Array(18), new Float32Array(12)]
        for (let i = 0; i < 4; i++) {
          x.set(draw(i, 18))
          y.set(draw(i + 10, 12))
          const running = step(state, { x: { data: x, shape: [6, 3] }, y: { data: y, shape: [6, 2] } })
          if (spoils) for (const data of [x, y]) data.fill(100)
          const [next, { loss }] = await running
          state = next
          losses.push(loss)
        }
        const { variables } = await step.read(state)
        await step.dispose()
        return [...losses, ...weights(variables)]
      }
      expect(await train(true)).to.deep.equal(await train(false))
    })

    it('variables and a trainState may be disposed as soon as the call is made', async () => {
      const options = { ...rule, backend, epochs: 2, batchSize: 4 }
      const { examples } = flat(5)
      const train = async (disposes: boolean): Promise<readonly number[]> => {
        const variables = init(network, key(1))
        const first = fit(network, variables, examples, options)
        if (disposes) disposeAll(variables)
        const { variables: learnt, trainState } = await first
        const second = fit(network, learnt, examples, { ...options, trainState })
        if (disposes) disposeAll({ learnt, trainState })
        const last = await second
        const step = trainStep(network, { ...rule, backend })
        const third = step(last.trainState, examples)
        if (disposes) disposeAll(last)
        const [state] = await third
        const compiled = compileTraining(network, { ...rule, backend })
        const resumed = compiled.resume(state)
        if (disposes) disposeAll(state)
        const held = await resumed
        const evaluated = await compiled.read(held)
        const [own, values] = [evaluated.variables, weights(evaluated.variables)]
        const [loss, output] = [
          evaluate(network, own, examples, { backend }),
          predict(network, own, examples.x, { backend }),
        ]
        if (disposes) disposeAll(own)
        const results = [...values, (await loss).loss, ...numbers(await output)]
        await compiled.dispose()
        return results
      }
      expect(await train(true)).to.deep.equal(await train(false))
    })
  })

describe('What a call is given is refilled while it runs on a graphics card', () => {
  // What tfjs does on one: numbers are read later.
  const name = 'later'
  before(async () => {
    class Later extends MathBackendCPU {
      override async read(dataId: object): Promise<tf.BackendValues> {
        const numbers = super.read(dataId)
        await new Promise(resolve => setTimeout(resolve, 2))
        return numbers
      }
    }
    tf.registerBackend(name, () => new Later())
    tf.copyRegisteredKernels('cpu', name)
    await tf.setBackend(name)
  })
  after(async () => {
    await tf.setBackend('cpu')
    tf.removeBackend(name)
  })

  for (const [form, make] of Object.entries(forms))
    it(`fit and trainStep work on what ${form} held`, async () => {
      for (const call of [calls.fit, calls.trainStep, calls['the validation of fit']] as readonly Call[]) {
        const expected = await call(make(5).examples, 'tfjs')
        const before = tf.memory().numTensors
        const { examples, spoil } = make(5)
        const running = call(examples, 'tfjs')
        spoil()
        expect(await running).to.deep.equal(expected)
        expect(tf.memory().numTensors).to.be.at.most(before + 30)
      }
    })
})

/** Disposes every tensor in a value. */
const disposeAll = (value: unknown): void => {
  if (value instanceof tf.Tensor) value.dispose()
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) disposeAll(part)
}
