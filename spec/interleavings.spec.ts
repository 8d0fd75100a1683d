import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as joinery from '../src/index.ts'
import { settled } from './settled.ts'

// Calls that run at once, in any order and with anything between them: each gives what it gives alone, or one typed error;
// and when all have ended, only live results hold tensors.

const { BatchNorm, Dropout, Input, Softmax, Tanh, compile, compileTraining, init, join, key } = joinery
const seed = 20_26
const network = join(Input(4), Tanh(6), BatchNorm(), Dropout(0.3), Softmax(3))
const variables = init(network, key(1))
const mode = { training: true, key: key(2) }
const batch = (rows: number, from: number) => {
  const x = Array.from({ length: rows }, (_, i) => [i + from, 1, -i, 0.5])
  return { x, y: x.map((_, i) => [0, 1, 2].map(k => (k === i % 3 ? 1 : 0))) }
}
const batches = [batch(2, 1), batch(3, 2), batch(2, -1)] as const
type At = 0 | 1 | 2

const numbers = (value: unknown): unknown => {
  if (value instanceof tf.Tensor) return [value.shape, Array.from(value.dataSync())]
  if (Array.isArray(value)) return value.map(numbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([name, own]) => [name, numbers(own)])
}
type Outcome = { readonly gave: unknown } | { readonly refused: string }
const outcomeOf = async (work: () => unknown): Promise<Outcome> => {
  try {
    return { gave: numbers(await work()) }
  } catch (error) {
    if (!(error instanceof Error && 'remedy' in error)) throw error
    return { refused: error.name }
  }
}

type Model = joinery.Compiled<typeof network>
type Step = ReturnType<typeof compileTraining<typeof network>>
type State = Awaited<ReturnType<Step['init']>>
interface World {
  readonly model: Model
  readonly step: Step
  readonly state: State
}
const pause = () => new Promise(done => setTimeout(done, 0))
/** What is done at once: with one model, one state, and beside them. */
const works: Readonly<Record<string, (world: World, at: At) => unknown>> = {
  run: ({ model }, at) => model(batches[at].x),
  gradients: ({ model }, at) => model.gradients(batches[at].x, batches[at].y, mode),
  apply: ({ model }, at) => model.apply(batches[at].x, mode),
  step: async ({ step, state }, at) => (await step(state, batches[at]))[1],
  predict: (_, at) => joinery.predict(network, variables, batches[at].x),
  evaluate: (_, at) => joinery.evaluate(network, variables, batches[at], { loss: 'categoricalCrossentropy' }),
  eager: (_, at) => joinery.apply(network, variables, batches[at].x).output,
  fit: async (_, at) =>
    (await joinery.fit(network, variables, batches[at], { loss: 'categoricalCrossentropy', epochs: 1, key: key(3) }))
      .history.loss,
  'a wrong call': ({ model }) => model([[1, 2]] as never),
  'within a tidy': ({ model }, at) => {
    let running: unknown
    tf.tidy(() => {
      running = model(batches[at].x)
    })
    return running
  },
}
/** What happens between. */
const between: Readonly<Record<string, (world: World) => unknown>> = {
  nothing: () => undefined,
  'a turn': pause,
  collection: () => (globalThis as unknown as { gc: () => void }).gc(),
  disposal: ({ model }) => model.dispose(),
  'disposal of the programs of steps': ({ step }) => step.dispose(),
}

type Doing = readonly [work: string, at: At, then: string]
const doings: fc.Arbitrary<readonly Doing[]> = fc.array(
  fc.tuple(
    fc.constantFrom(...Object.keys(works)),
    fc.constantFrom<At[]>(0, 1, 2),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant('nothing') },
      { weight: 1, arbitrary: fc.constantFrom(...Object.keys(between)) },
    ),
  ),
  { minLength: 2, maxLength: 8 },
)

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Calls at once on ${backend} (seed ${seed})`, () => {
    const made = async (): Promise<World> => {
      const step = compileTraining(network, { loss: 'categoricalCrossentropy', backend })
      return { model: compile(network, variables, { backend }), step, state: await step.init(variables, key(5)) }
    }
    const alone = new Map<string, Outcome>()
    before(async () => {
      for (const [name, work] of Object.entries(works))
        for (const at of [0, 1, 2] as const) {
          const world = await made()
          alone.set(`${name} ${at}`, await outcomeOf(() => work(world, at)))
          await Promise.all([world.model.dispose(), world.step.dispose()])
        }
    })

    it('give what they give alone, or one typed error, and leave nothing behind', async () => {
      await fc.assert(
        fc.asyncProperty(doings, async given => {
          const before = await settled()
          await (async () => {
            const world = await made()
            const running: Promise<Outcome>[] = []
            for (const [name, at, then] of given) {
              running.push(outcomeOf(() => works[name]?.(world, at)))
              await between[then]?.(world)
            }
            let steps = 0
            for (const [i, outcome] of (await Promise.all(running)).entries()) {
              const [name, at] = given[i] as Doing
              if (name === 'step' && 'gave' in outcome) steps++
              if ('refused' in outcome && name !== 'a wrong call') continue
              expect(outcome, `${name} ${at}`).to.deep.equal(alone.get(`${name} ${at}`))
            }
            // A state is spent once.
            if (given.some(([name]) => name === 'step')) expect(steps, 'steps that were done').to.equal(1)
            // Nothing else is refused, but what runs on programs that were given back.
            if (given.every(([, , then]) => !then.startsWith('disposal')))
              for (const [i, outcome] of (await Promise.all(running)).entries())
                if (!['step', 'a wrong call'].includes(given[i]?.[0] as string))
                  expect('gave' in outcome, given[i]?.[0]).to.equal(true)
            await Promise.all([world.model.dispose(), world.step.dispose()])
          })()
          expect(await settled(), 'live tensors').to.equal(before)
        }),
        { seed, numRuns: 10, interruptAfterTimeLimit: 100_000 },
      )
    }).timeout(200_000)
  })
