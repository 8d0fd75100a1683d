import { expect } from 'chai'
import { printed } from '../process.ts'

describe('When the memory of WebAssembly is used up', () => {
  it('every later call of the process is "memory access out of bounds"', async () => {
    const said =
      await printed(`const { join, Input, Linear, Convolution, MaxPooling, Reshape, init, key, compile } = joinery
const network = join(
  Input([32, 32, 8]), Convolution([3, 3, 8], { padding: 'same' }), joinery.Gelu(), MaxPooling([2, 2]), Reshape(), Linear(64),
)
const variables = init(network, key(1))
const model = compile(network, variables, { backend: 'wasm' })
const x = rows => ({ data: new Float32Array(rows * 8192).fill(0.5), shape: [rows, 32, 32, 8] })
const small = async () => (await model(x(1))).dataSync()[0]
const before = await small()
await model(x(64))
const { wasm } = tf.findBackend('wasm')
// Blocks that nobody writes to take no memory of the machine.
const blocks = []
for (let size = 2 ** 30; size >= 2 ** 20; size /= 2)
  for (let at = wasm._malloc(size); at !== 0; at = wasm._malloc(size)) blocks.push(at)
const held = tf.engine().backend.numDataIds() + tf.findBackend('wasm').numDataIds()
for (let i = 0; i < 3; i++)
  await model(x(64)).catch(error => console.log(error instanceof joinery.BackendError, error.message.slice(0, 75)))
console.log(tf.engine().backend.numDataIds() + tf.findBackend('wasm').numDataIds() - held, (await small()) === before)
for (const at of blocks) wasm._free(at)
console.log((await model(x(64))).shape.join(), (await small()) === before)`)
    const fault = (line: string | undefined) =>
      expect(line).to.match(/^true wasm(, [\w-]+)?: expected memory for a run/)
    const lines = said.split('\n')
    for (const line of lines.slice(0, 3)) fault(line)
    expect(lines.slice(3)).to.deep.equal(['0 true', '64,64 true'])
  })

  it('by one call that is too large, the next ones die', async () => {
    const said = await printed(`const { join, Input, Upscale, init, key, compile } = joinery
const network = join(Input([1000, 1000, 1]), Upscale([40, 40]))
const model = compile(network, init(network, key(1)), { backend: 'wasm' })
await model({ data: new Float32Array(1e6), shape: [1, 1000, 1000, 1] })
  .catch(error => console.log(error instanceof joinery.BackendError))
const other = join(Input(2), joinery.Relu(1, { weight: [[1], [2]] }))
console.log((await compile(other, init(other, key(1)), { backend: 'wasm' })([[1, 2]])).dataSync()[0])`)
    expect(said.split('\n')).to.deep.equal(['true', '5'])
  })
})
