import * as tf from '@tensorflow/tfjs-core'
import { chooseBackend } from '../../src/backends/index.ts'
import {
  BatchNorm,
  compileTraining,
  Dropout,
  fit,
  Input,
  init,
  join,
  key,
  Softmax,
  Tanh,
  trainStep,
} from '../../src/index.ts'
import { settled } from '../settled.ts'

// A process of its own that trains one small network for many steps, and prints what it holds at the end of each of twenty
// windows of them, when what was dropped is reclaimed: as JSON, in bytes.

const [what = '', engine = '', count = ''] = process.argv.slice(2)
const steps = Number(count)
const inWindow = steps / 20

const network = join(Input(3), Tanh(4), BatchNorm(), Dropout(0.2), Softmax(2))
const loss = 'categoricalCrossentropy'
const backend = engine as 'tfjs'
const batchSize = 2
const rowsOf = (count: number) => ({
  x: { data: Float32Array.from({ length: 3 * count }, (_, i) => Math.sin(i)), shape: [count, 3] },
  y: {
    data: Float32Array.from({ length: 2 * count }, (_, i) => (i % 4 === 0 || i % 4 === 3 ? 1 : 0)),
    shape: [count, 2],
  },
})

const windows: object[] = []
const note = async (): Promise<void> => {
  const tensors = await settled()
  const { rss, heapUsed, external } = process.memoryUsage()
  windows.push({ tensors, rss, held: heapUsed + external })
}

const works: Readonly<Record<string, () => Promise<unknown>>> = {
  trainStep: async () => {
    await chooseBackend(backend)
    await tf.setBackend(engine === 'tfjs' ? 'cpu' : engine)
    const step = trainStep(network, { loss })
    const batch = rowsOf(batchSize)
    let state = step.init(init(network, key(1)), key(2))
    for (let i = 1; i <= steps; i++) {
      ;[state] = await step(state, batch)
      if (i % inWindow === 0) await note()
    }
  },
  compileTraining: async () => {
    const step = compileTraining(network, { loss, backend })
    const batch = rowsOf(batchSize)
    let state = await step.init(init(network, key(1)), key(2))
    for (let i = 1; i <= steps; i++) {
      ;[state] = await step(state, batch)
      if (i % inWindow === 0) await note()
    }
    await step.dispose()
  },
  // Each window is an epoch.
  fit: () =>
    fit(network, init(network, key(1)), rowsOf(batchSize * inWindow), {
      loss,
      backend,
      batchSize,
      epochs: steps / inWindow,
      onProgress: ({ ended }) => (ended ? note() : undefined),
    }),
}

await works[what]?.()
console.log(JSON.stringify(windows))
process.exit()
