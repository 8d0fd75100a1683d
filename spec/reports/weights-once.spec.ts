import { expect } from 'chai'
import { printed } from '../process.ts'

// What a process takes is measured in one of its own, as other specs leave memory to be reused.

describe('A model that is run on batches of many sizes', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`copies its weights for each of them on ${backend}`, async () => {
      const grown = await printed(
        `const { join, Input, Relu, BatchNorm, init, key, compile } = joinery
const network = join(Input(2048), Relu(2048), BatchNorm(), Relu(1024))
const model = compile(network, init(network, key(0)), { backend: '${backend}' })
const settled = async () => {
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  return mega()
}
const run = async rows => void (await model({ data: new Float32Array(rows * 2048).fill(0.1), shape: [rows, 2048] }))
await run(1)
await run(2)
const before = await settled()
for (let rows = 3; rows <= 10; rows++) await run(rows)
console.log((await settled()) - before)`,
        '--expose-gc',
      )
      expect(Number(grown), 'megabytes, where the weights take 25').to.be.below(60)
    })
})
