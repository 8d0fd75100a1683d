import { setTimeout as later } from 'node:timers/promises'
import {
  type BackendOption,
  compile,
  compileTraining,
  dataset,
  type FitOptions,
  fit,
  generate,
  gpt,
  init,
  key,
  recorded,
  trainStep,
} from '../../src/index.ts'
import { batches, classes, draws, type Numbers, tokens } from '../contenders/inputs.ts'
import { networkOf, rule } from '../contenders/networks.ts'
import { serveTimes } from '../contenders/protocol.ts'
import { type Contender, startProgram } from '../contenders/start.ts'
import { stepByHand } from './by-hand.ts'
import { type FileWork, filed } from './files.ts'
import { predictions } from './modules.ts'

// Measures one comparison: both contenders take turns, and the medians of their milliseconds for a step are printed.

/** Milliseconds for a step, a mean over some of them. */
type Round = () => Promise<number>

const metrics = ['accuracy', 'f1'] as const
/** How many steps a round has: about as long for each work. */
const steps: Readonly<Record<string, number>> = {
  'train-mlp': 24,
  'train-cnn': 4,
  'train-lstm': 24,
  'train-tiny': 400,
  'train-gpt': 2,
}

/** As many batches as a round has steps, as numbers. */
const lesson = (work: string) => {
  const { x, y } = (batches[work] as () => { x: Numbers; y: Numbers })()
  const count = steps[work] as number
  const [size = 0, ...features] = x.shape
  const places = y.shape.slice(1, -1)
  const rows = count * size
  const drawn = work === 'train-gpt' ? tokens : draws
  const { data } = classes(
    6,
    places.reduce((n, d) => n * d, rows),
    y.shape.at(-1) as number,
  )
  return { count, size, x: drawn(5, [rows, ...features]), y: { data, shape: [rows, ...y.shape.slice(1)] } }
}

const slice = ({ data, shape: [, ...rest] }: Numbers, from: number, rows: number): Numbers => {
  const width = rest.reduce((n, d) => n * d, 1)
  return { data: data.slice(from * width, (from + rows) * width), shape: [rows, ...rest] }
}

const timed = async (count: number, step: (i: number) => unknown): Promise<number> => {
  const start = performance.now()
  for (let i = 0; i < count; i++) await step(i)
  return (performance.now() - start) / count
}

const compiled = async (
  work: string,
  backend: BackendOption,
  measures: readonly string[],
  network = networkOf(work),
): Promise<Round> => {
  const { count, size, x, y } = lesson(work)
  const step = compileTraining(network, { ...rule(backend), metrics: measures })
  let state = await step.init(init(network, key(0)), key(1))
  const own = Array.from({ length: count }, (_, i) => ({ x: slice(x, i * size, size), y: slice(y, i * size, size) }))
  return () =>
    timed(count, async i => {
      const [next] = await step(state, own[i] as (typeof own)[number])
      state = next
    })
}

/** What trains: `fit`, or what takes its arguments. */
type Training = (network: object, variables: object, examples: object, options: object) => Promise<unknown>
/** As many frames as there would be in a longer run; a round has at least one. */
const recording: Training = (network, variables, examples, options) =>
  recorded(network as never, variables as never, examples as never, { ...options, every: 100, keep: 64 } as never)

/** The epochs of one call of `fit`, some of them begun when they are asked for. */
const fitted = (
  work: string,
  backend: BackendOption,
  prefetches: boolean,
  { train = fit as unknown as Training, epochs = 1 } = {},
): Round => {
  const { count, size, x, y } = lesson(work)
  const network = networkOf(work)
  let begin: () => void = () => {}
  let asked = new Promise<void>(resolve => {
    begin = resolve
  })
  let end: (time: number) => void = () => {}
  let [start, epoch] = [0, 0]
  const options: FitOptions = {
    ...rule(backend),
    ...{ metrics, epochs: 100_000, batchSize: size },
    callbacks: {
      epochStart: async () => {
        if (epoch++ % epochs > 0) return
        await asked
        start = performance.now()
      },
      update: () => {},
      epoch: () => {
        if (epoch % epochs > 0) return
        const time = (performance.now() - start) / (count * epochs)
        asked = new Promise(resolve => {
          begin = resolve
        })
        end(time)
      },
    },
  }
  const examples = prefetches ? dataset({ x, y }).shuffle(key(2)).batch(size).prefetch(2) : { x, y }
  const failed = train(network, init(network, key(0)), examples, options).then(() => {
    throw new Error('fit has ended')
  })
  failed.catch(() => {})
  return () => {
    const time = new Promise<number>(resolve => {
      end = resolve
    })
    begin()
    return Promise.race([time, failed])
  }
}

const trained = (): readonly [Round, Round] => {
  const network = networkOf('train-tiny')
  const batch = (batches['train-tiny'] as () => { x: Numbers; y: Numbers })()
  const step = trainStep(network, rule('tfjs'))
  let state = step.init(init(network, key(0)), key(1))
  const byHand = stepByHand(batch)
  return [
    () =>
      timed(400, async () => {
        const [next] = await step(state, batch)
        state = next
      }),
    () => timed(400, byHand),
  ]
}

/** A token of 256, by all that `generate` does, and by a reading of the whole window. */
const written = (backend: BackendOption): readonly [Round, Round] => {
  const length = 256
  const network = gpt({ vocabulary: 65, length, dropout: 0 })
  const variables = init(network, key(0))
  const whole = compile(network, variables, { backend })
  const window = [Array.from({ length }, (_, i) => i % 65)]
  return [
    async () => {
      const start = performance.now()
      const tokens = await generate(network, variables, [[1]], { length, key: key(1), backend })
      tokens.dispose()
      return (performance.now() - start) / length
    },
    () =>
      timed(3, async () => {
        const output = await whole(window)
        await output.data()
        output.dispose()
      }),
  ]
}

/** Works with files, each in a process of its own: this program, which serves one. */
const apart = async (...works: readonly [own: FileWork, peer: FileWork]): Promise<readonly [Round, Round]> => {
  const [own, peer] = await Promise.all(
    works.map(work => startProgram([process.execPath, process.argv[1] as string, work])),
  )
  return [(own as Contender).time, (peer as Contender).time]
}

const contenders: Readonly<
  Record<string, (work: string, backend: BackendOption) => Promise<readonly [own: Round, peer: Round]>>
> = {
  'step-by-hand': async () => trained(),
  'fit-step': async (work, backend) => [fitted(work, backend, true), await compiled(work, backend, metrics)],
  metrics: async (work, backend) => [await compiled(work, backend, metrics), await compiled(work, backend, [])],
  dropout: async (work, backend) => [
    await compiled(work, backend, [], networkOf(`${work}-dropout`)),
    await compiled(work, backend, []),
  ],
  generate: async (_, backend) => written(backend),
  save: () => apart('save', 'write'),
  load: () => apart('load', 'read'),
  module: async (work, backend) => {
    const [own, peer] = await predictions(work, backend)
    const count = Number(work.split('-b')[1]) > 1 ? 20 : 200
    return [() => timed(count, own), () => timed(count, peer)]
  },
  recorded: async (work, backend) => {
    const epochs = Math.ceil(120 / (steps[work] as number))
    return [fitted(work, backend, false, { train: recording, epochs }), fitted(work, backend, false, { epochs })]
  },
  prefetch: async (work, backend) => [fitted(work, backend, true), fitted(work, backend, false)],
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const [name = '', work, backend = 'tfjs', rounds = '25'] = process.argv.slice(2)
if (work === undefined) await serveTimes(await filed(name as FileWork))
const pair = await (contenders[name] as (typeof contenders)[string])(work as string, backend as BackendOption)
const times: (readonly [own: number, peer: number])[] = []
// The first rounds compile and fill caches.
for (let round = -4; round < Number(rounds); round++) {
  const found: [own: number, peer: number] = [0, 0]
  for (const i of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
    // Threads wait for more work, busily, for some time after the last one.
    if (backend === 'onnxruntime') await later(200)
    found[i] = await pair[i]()
  }
  if (round >= 0) times.push(found)
}
const [own, peer] = ([0, 1] as const).map(i => median(times.map(found => found[i])))
// Of neighbours: whatever else the machine does meets both.
const ratio = median(times.map(([own, peer]) => own / peer))
console.log(JSON.stringify({ own, peer, ratio }))
process.exit()
