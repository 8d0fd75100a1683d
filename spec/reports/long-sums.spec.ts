import { expect } from 'chai'
import { prepare } from '../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../src/graph.ts'
import { BatchNorm, chooseBackend, compile, Input, init, join, key } from '../../src/index.ts'
import type { Ops } from '../../src/ops/ops.ts'

const count = 2e7

for (const name of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`A sum of 20,000,000 numbers on ${name}`, () => {
    const relative = async (
      compute: (ops: Ops<GraphNode>, x: GraphNode) => GraphNode,
      shape: readonly number[],
      data: Float32Array,
      expected: number,
    ): Promise<void> => {
      const backend = await chooseBackend(name)
      const program = await backend.compile(prepare(trace((ops, x) => [compute(ops, x as GraphNode)], [shape])).graph)
      const x = backend.upload(data, shape)
      const [y] = await program.run([x])
      const found = await backend.download(y)
      for (const handle of [x, y]) backend.release(handle)
      program.dispose()
      for (const value of found) expect(value / expected).to.be.closeTo(1, 1e-5)
    }
    const tenths = new Float32Array(count).fill(0.1)
    const tenth = tenths[0] as number

    it('is the largest number that a float can count to, and a mean 0.8', () =>
      relative((ops, x) => ops.mean(x, [0]), [count], new Float32Array(count).fill(1), 1))
    it('is off where its parts do not come out even', () =>
      relative((ops, x) => ops.sum(x, [0]), [1_000_003, 2], new Float32Array(2_000_006).fill(0.1), 1_000_003 * tenth))
    it('is off where it goes over leading axes, as in the gradient of a bias', () =>
      relative((ops, x) => ops.sum(x, [0, 1]), [count / 40, 10, 4], tenths, (count / 4) * tenth))
    it('is off where it goes over several axes, as in batch normalization', () =>
      relative((ops, x) => ops.sum(x, [0, 2]), [count / 200, 2, 100], tenths, (count / 2) * tenth))
    it('is off where it is that of a product, as in the gradient of a weight', () =>
      relative(
        (ops, x) => ops.matmul(ops.transpose(x, [1, 0]), ops.broadcast(ops.constant(1, [1, 1]), [count / 4, 2])),
        [count / 4, 4],
        tenths,
        (count / 4) * tenth,
      ))
  })

describe('A product of more steps than are summed at once', () => {
  const [rows, steps, columns] = [3, 140_001, 5]
  const wave = (count: number, shift: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + shift))
  it('comes without its bias, or with negative numbers after Relu, on wasm', async () => {
    const [a, b, bias] = [wave(rows * steps, 0), wave(steps * columns, 1), Float32Array.of(-0.5, 0.25, 1, -1, 0)]
    const own = trace(
      (ops, x, y, z) => [ops.relu(ops.add(ops.matmul(x as GraphNode, y as GraphNode), z as GraphNode))],
      [[rows, steps], [steps, columns], [columns]],
    )
    const backend = await chooseBackend('wasm')
    const program = await backend.compile(prepare(own).graph)
    const handles = [
      backend.upload(a, [rows, steps]),
      backend.upload(b, [steps, columns]),
      backend.upload(bias, [columns]),
    ]
    const [result] = await program.run(handles)
    const found = await backend.download(result)
    for (const handle of [...handles, result]) backend.release(handle)
    program.dispose()
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = bias[j] as number
        for (let k = 0; k < steps; k++) sum += (a[i * steps + k] as number) * (b[k * columns + j] as number)
        expect(found[i * columns + j]).to.be.closeTo(Math.max(0, sum), 1e-3)
      }
  })
})

describe('BatchNorm of 100 plus or minus 1 over images', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`has another mean and deviation on ${backend}`, async () => {
      const network = join(Input([224, 224, 1]), BatchNorm())
      const size = 16 * 224 * 224
      const data = Float32Array.from({ length: size }, (_, i) => 100 + (i % 2 === 0 ? 1 : -1))
      const model = compile(network, init(network, key(1)), { backend })
      const { output } = await model.apply({ data, shape: [16, 224, 224, 1] }, { training: true, key: key(1) })
      const numbers = output.dataSync()
      const off = numbers.reduce((most, value, i) => Math.max(most, Math.abs(value - (i % 2 === 0 ? 1 : -1))), 0)
      expect(off).to.be.below(2e-3)
      await model.dispose()
    })
})
