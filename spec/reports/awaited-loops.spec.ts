import { expect } from 'chai'
import { printed } from '../process.ts'

describe('A loop that awaits outputs of 1 MB', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`keeps timers from firing and memory from being given back on ${backend}`, async () => {
      const said = await printed(`const { join, Input, Relu, init, key, compile, tensor } = joinery
const network = join(Input(256), Relu())
const model = compile(network, init(network, key(0)), { backend: '${backend}' })
const x = tensor({ data: new Float32Array(2 ** 18).fill(1), shape: [1024, 256] })
await model(x)
let fired = 0
const timer = setInterval(() => fired++, 1)
const before = mega()
let peak = before
for (let i = 0; i < 500; i++) {
  const { shape } = await model(x)
  if (shape[0] === 1024 && i % 10 === 0) peak = Math.max(peak, mega())
}
clearInterval(timer)
console.log(fired > 3, peak - before)`)
      const [turned, grown] = said.split(' ')
      expect(turned, 'timers fired').to.equal('true')
      expect(Number(grown), 'megabytes more than before').to.be.below(300)
    })
})

describe('A loop that awaits training steps', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`keeps timers from firing on ${backend}`, async () => {
      const said = await printed(`const { join, Input, Tanh, init, key, compileTraining } = joinery
const network = join(Input(4), Tanh(4))
const step = compileTraining(network, { backend: '${backend}' })
let state = await step.init(init(network, key(0)), key(1))
let fired = 0
const timer = setInterval(() => fired++, 1)
const end = performance.now() + 300
const batch = { x: [[1, 2, 3, 4]], y: [[0, 0, 0, 0]] }
while (performance.now() < end) [state] = await step(state, batch)
clearInterval(timer)
console.log(fired > 3)`)
      expect(said).to.equal('true')
    })
})
