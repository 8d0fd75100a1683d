import { adam, compileTraining, Input, init, join, key, Relu, Softmax } from '../../../src/index.ts'
import { onnxruntime } from '../../../src/onnxruntime.ts'

// A program that trains a little, and prints its losses.

const network = join(Input(4), Relu(8), Softmax(3))
const step = compileTraining(network, {
  loss: 'categoricalCrossentropy',
  optimizer: adam({ step: 0.1 }),
  backend: onnxruntime({ threads: 1 }),
})
const batch = {
  x: [
    [1, 2, 3, 4],
    [4, 3, 2, 1],
  ],
  y: [
    [1, 0, 0],
    [0, 1, 0],
  ],
}
const losses: number[] = []
let state = await step.init(init(network, key(1)), key(2))
for (let i = 0; i < 5; i++) {
  const [next, { loss }] = await step(state, batch)
  losses.push(loss)
  state = next
}
console.log(JSON.stringify(losses))
