import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as joinery from '../src/index.ts'
import { type Drawing, descriptions, networkOf } from './differential/networks.ts'
import { compiled, eager, engines, type Reading, variablesOf } from './differential/readings.ts'
import { cotangentsOf, inputsOf } from './differential/values.ts'

// Law 3, purity: the same arguments give the same bits, from the first call to the last, whatever else has been computed.

const seed = 20_26

/** Networks of every layer, the same in every run. */
const drawings = (count: number, from = seed): readonly Drawing[] =>
  fc.sample(descriptions.map(networkOf).filter(drawing => drawing !== null) as fc.Arbitrary<Drawing>, {
    seed: from,
    numRuns: count,
  })

/** All that a result holds, to the last bit. */
const bits = (value: unknown): unknown => {
  if (value instanceof tf.Tensor) {
    const numbers = value.dataSync<'float32'>()
    return `${value.shape.join('x')}: ${[...new Uint32Array(Float32Array.from(numbers).buffer)].map(word => word.toString(16)).join(' ')}`
  }
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (typeof value === 'function') return 'function'
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return String(value)
  return Object.entries(value).map(([name, part]) => [name, bits(part)])
}
const textOf = async (call: () => unknown): Promise<string> => {
  try {
    return JSON.stringify(bits(await call()))
  } catch (error) {
    if (error instanceof joinery.JoineryError) return JSON.stringify(bits(error))
    throw error
  }
}

const readingOf = (reading: Reading): unknown => ('refused' in reading ? reading.refused : reading.results)

const one = <T>(values: readonly T[]): T | readonly T[] => (values.length === 1 ? (values[0] as T) : values)
const training = { training: true, key: joinery.key(3) }

/** What is asked of a network again and again. Options and inputs are made anew each time. */
const callsOf = (drawing: Drawing): Readonly<Record<string, () => unknown>> => {
  const { layer } = drawing
  const variables = () => joinery.init(layer, joinery.key(1)) as never
  const x = () => one(inputsOf(drawing, 3, 7, 'plain')) as never
  const examples = async () => {
    const output = joinery.apply(layer, variables(), x()).output as unknown as tf.Tensor | readonly tf.Tensor[]
    const shapes = [output].flat().map(({ shape }) => shape)
    return { x: x(), y: one(cotangentsOf(shapes, 5)) as never }
  }
  return {
    init: variables,
    apply: () => joinery.apply(layer, variables(), x()),
    'apply in training': () => joinery.apply(layer, variables(), x(), training),
    gradients: async () => joinery.gradients(layer, variables(), x(), (await examples()).y, training),
    predict: () => joinery.predict(layer, variables(), x(), { batchSize: 2 }),
    evaluate: async () => joinery.evaluate(layer, variables(), await examples()),
    outputShape: () => joinery.outputShape(layer),
    checkShape: () => joinery.checkShape(layer),
    countParameters: () => joinery.countParameters(layer),
    summary: () => joinery.summary(layer),
    notation: () => joinery.notation(layer),
    names: () => joinery.names(layer),
    text: () => String(layer),
  }
}

const fitted = async (drawing: Drawing): Promise<unknown> => {
  const { layer } = drawing
  const variables = joinery.init(layer, joinery.key(1)) as never
  const x = one(inputsOf(drawing, 3, 7, 'plain')) as never
  const output = joinery.apply(layer, variables, x).output as unknown as tf.Tensor | readonly tf.Tensor[]
  const y = one(
    cotangentsOf(
      [output].flat().map(({ shape }) => shape),
      5,
    ),
  ) as never
  const examples = { x, y }
  const { history, variables: after } = await joinery.fit(layer, variables, examples, {
    ...{ batchSize: 2, epochs: 2, key: joinery.key(5), validation: examples as never },
  })
  return { history, after }
}

describe('Law 3, the same call gives the same bits', () => {
  it('ten times, of every public function on random networks', async () => {
    for (const drawing of drawings(16))
      for (const [name, call] of Object.entries(callsOf(drawing))) {
        const first = await textOf(call)
        for (let time = 2; time <= 10; time++)
          expect(await textOf(call), `${name}, call ${time}, of ${drawing.text}`).to.equal(first)
      }
  })

  for (const backend of engines)
    it(`ten times, of networks compiled for ${backend}, and from one compilation to the next`, async () => {
      for (const drawing of drawings(5, seed + 1)) {
        const given = inputsOf(drawing, 2, 7, 'plain')
        let first: string | undefined
        for (let compilation = 1; compilation <= 2; compilation++) {
          const runner = compiled(backend, drawing, variablesOf(drawing))
          for (let time = 1; time <= 5; time++) {
            const text = await textOf(async () => readingOf(await runner.read(given, 5)))
            first ??= text
            expect(text, `call ${time} of compilation ${compilation}, ${drawing.text}`).to.equal(first)
          }
          await runner.dispose()
        }
      }
    })

  it('twice, of whole trainings with validation', async () => {
    for (const drawing of drawings(4, seed + 2)) {
      const first = await textOf(() => fitted(drawing))
      expect(await textOf(() => fitted(drawing)), drawing.text).to.equal(first)
    }
  })
})

describe('Law 3, one reading', () => {
  it('predict gives the rows that apply gives, and validation what evaluate says', async () => {
    for (const drawing of drawings(12, seed + 3)) {
      const { layer } = drawing
      const variables = joinery.init(layer, joinery.key(1)) as never
      const x = one(inputsOf(drawing, 4, 7, 'plain')) as never
      const { output } = joinery.apply(layer, variables, x) as unknown as { output: tf.Tensor | readonly tf.Tensor[] }
      const outputs = [output].flat() as readonly tf.Tensor[]
      // Rows of other axes than the batch are no examples.
      if (outputs.some(({ shape }) => shape[0] !== 4)) continue
      expect(bits(await joinery.predict(layer, variables, x)), drawing.text).to.deep.equal(bits(output))
      const y = one(
        cotangentsOf(
          outputs.map(({ shape }) => shape),
          5,
        ),
      ) as never
      const { history, variables: after } = await joinery.fit(
        layer,
        variables,
        { x, y },
        { validation: { x, y } as never },
      )
      const { loss } = await joinery.evaluate(layer, after as never, { x, y })
      expect((history as unknown as { validationLoss: readonly number[] }).validationLoss, drawing.text).to.deep.equal([
        loss,
      ])
    }
  })
})

/** Work of every kind that others may do meanwhile. */
const otherWork: Readonly<Record<string, () => unknown>> = {
  'other networks': async () => {
    for (const drawing of drawings(10, seed + 9)) {
      const runner = eager(drawing, variablesOf(drawing))
      await runner.read(inputsOf(drawing, 4, 1, 'plain'), 2)
      await runner.dispose()
    }
  },
  'networks of the same layers with other variables and other batches': async () => {
    for (const drawing of drawings(6))
      for (let rows = 1; rows <= 20; rows++)
        await textOf(() =>
          joinery.apply(
            drawing.layer,
            joinery.init(drawing.layer, joinery.key(rows)) as never,
            one(inputsOf(drawing, rows, rows, 'plain')) as never,
          ),
        )
  },
  'programs of every backend': async () => {
    for (const backend of engines)
      for (const drawing of drawings(2, seed + 8)) {
        const runner = compiled(backend, drawing, variablesOf(drawing))
        await runner.read(inputsOf(drawing, 2, 1, 'plain'), 2)
        await runner.dispose()
      }
  },
  'calls that fail': async () => {
    for (const drawing of drawings(6)) {
      await textOf(() => joinery.apply(drawing.layer, { params: {}, state: {} } as never, [[1]] as never))
      await textOf(() =>
        joinery.predict(drawing.layer, joinery.init(drawing.layer, joinery.key(1)) as never, [] as never),
      )
    }
    await textOf(() => joinery.tensor([[1], [1, 2]] as never))
  },
  training: () => fitted(drawings(1, seed + 2)[0] as Drawing),
  'a tf.tidy, and gradients of tfjs': () =>
    tf.tidy(() => {
      const network = joinery.join(joinery.Input(3), joinery.Relu(2))
      joinery.apply(network, joinery.init(network, joinery.key(1)), [[1, 2, 3]])
    }),
  'another backend of tfjs in use for a while': async () => {
    const before = tf.getBackend()
    await joinery.chooseBackend('wasm')
    await tf.setBackend('wasm')
    try {
      for (const drawing of drawings(6)) await textOf(callsOf(drawing).apply as () => unknown)
    } finally {
      await tf.setBackend(before)
    }
  },
  'garbage collection': async () => {
    ;(globalThis as { gc?: () => void }).gc?.()
    await new Promise(resolve => setTimeout(resolve, 5))
  },
}

describe('Law 3, the same call gives the same bits after other work', () => {
  const chosen = drawings(6)
  const asked = async (drawing: Drawing): Promise<string> => {
    const { apply, gradients, predict, evaluate, init } = callsOf(drawing)
    const texts: string[] = []
    for (const call of [init, apply, gradients, predict, evaluate] as (() => unknown)[]) texts.push(await textOf(call))
    return texts.join('\n')
  }
  const first = new Map<Drawing, string>()
  before(async () => {
    for (const drawing of chosen) first.set(drawing, await asked(drawing))
  })
  for (const [name, work] of Object.entries(otherWork))
    it(name, async () => {
      await work()
      for (const drawing of chosen) expect(await asked(drawing), drawing.text).to.equal(first.get(drawing))
    })
})
