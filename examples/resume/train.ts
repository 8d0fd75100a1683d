import { createHash } from 'node:crypto'
import process from 'node:process'
import {
  adam,
  Dropout,
  dataset,
  fit,
  Input,
  init,
  join,
  key,
  oneCycle,
  Relu,
  resume,
  Sigmoid,
  uniforms,
} from '../../src/index.ts'
import { encodeSafetensors, flattenTensors } from '../../src/storage.ts'

// Trains, saves after every second update, and goes on from what it finds in the folder. It prints each update, and at the
// end what identifies the weights and the history to the last bit.

const folder = process.argv[2] as string
const points = Array.from(uniforms(key(1), 400))
const x = Array.from({ length: 200 }, (_, i) => points.slice(2 * i, 2 * i + 2))
const examples = dataset({ x, y: x.map(([a = 0, b = 0]) => [a * a + b * b < 0.6 ? 1 : 0]) })
  .shuffle(key(2))
  .batch(20)

const network = join(Input(2), Relu(16), Dropout(0.1), Sigmoid(1))
const { variables, history } = await fit(network, init(network, key(3)), examples, {
  loss: 'binaryCrossentropy',
  metrics: ['binaryAccuracy'],
  optimizer: adam({ step: oneCycle({ peakValue: 0.05, totalIter: 60 }) }),
  epochs: 6,
  key: key(4),
  checkpoint: { folder, every: { updates: 2 } },
  resume: await resume(folder, { network, optional: true }),
  callbacks: { update: ({ update }) => console.log(`update ${update}`) },
})
const bytes = encodeSafetensors(flattenTensors(variables.params))
const sum = createHash('sha256').update(bytes).update(JSON.stringify(history)).digest('hex')
console.log(`loss ${history.loss.at(-1)?.toFixed(4)}, weights and history ${sum}`)
