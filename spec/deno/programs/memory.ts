import { adam, fit, Input, init, join, key, predict, recorded, Softmax, Tanh } from 'joinery'

// Composing, training, predicting, and recording a run, all in memory.

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const y = [
  [1, 0],
  [0, 1],
  [0, 1],
  [1, 0],
]
const network = join(Input(2), Tanh(8), Softmax(2))
const options = { loss: 'categoricalCrossentropy', optimizer: adam({ step: 0.1 }), epochs: 20 } as const
const { variables, history } = await fit(network, init(network, key(42)), { x, y }, options)
const { shape } = await predict(network, variables, x)
const run = await recorded(network, init(network, key(42)), { x, y }, { ...options, every: 5 })
const { loss } = await run.at(7)
console.log(history.loss.length, shape, loss === run.losses[6])
