import { expect } from 'chai'
import type { Backend } from '../../src/backends/backend.ts'
import { type GraphNode, trace } from '../../src/graph.ts'
import { BackendError, chooseBackend } from '../../src/index.ts'

const sum = trace((ops, x, y) => [ops.add(x as GraphNode, y as GraphNode)], [[2, 3], [3]])

for (const name of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`A program of ${name}`, () => {
    const upload = (backend: Backend, ...shape: readonly number[]) =>
      backend.upload(new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(1), shape)
    const failing = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => undefined,
        (error: unknown) => error,
      )

    it('reads past the end of an input of another shape', async () => {
      const backend = await chooseBackend(name)
      const program = await backend.compile(sum)
      const [x, y, short] = [upload(backend, 2, 3), upload(backend, 3), upload(backend, 1)]
      for (const [given, message] of [
        [[x, short], 'expected input 1 of shape (3,), got (1,). Compile the graph for these inputs.'],
        [[y, y], 'expected input 0 of shape (2, 3), got (3,)'],
        [[x], 'expected 2 inputs, got 1 input'],
      ] as const)
        expect(await failing(program.run(given)))
          .to.be.instanceOf(BackendError)
          .and.to.have.property('message')
          .that.includes(message)
      const [z] = await program.run([x, y])
      expect(Array.from(await backend.download(z))).to.deep.equal([2, 2, 2, 2, 2, 2])
      for (const handle of [x, y, short, z]) backend.release(handle)
      program.dispose()
    })

    it('runs after it was disposed of, on memory that others have', async () => {
      const backend = await chooseBackend(name)
      const program = await backend.compile(sum)
      const [x, y] = [upload(backend, 2, 3), upload(backend, 3)]
      program.dispose()
      program.dispose()
      expect(await failing(program.run([x, y]))).to.be.instanceOf(BackendError)
      for (const handle of [x, y]) backend.release(handle)
    })

    it('gives what lies in memory for inputs without elements', async () => {
      const backend = await chooseBackend(name)
      const empty = trace(
        (ops, x, w) => [
          ops.matmul(ops.transpose(x as GraphNode, [1, 0]), x as GraphNode),
          ops.sum(ops.relu(ops.add(x as GraphNode, w as GraphNode)), [0]),
        ],
        [
          [0, 3],
          [1, 3],
        ],
      )
      const program = await backend.compile(empty)
      const given = [upload(backend, 0, 3), upload(backend, 1, 3)]
      const results = await program.run(given)
      for (const [i, count] of [9, 3].entries())
        expect(Array.from(await backend.download(results[i]))).to.deep.equal(Array(count).fill(0))
      for (const handle of [...given, ...results]) backend.release(handle)
      program.dispose()
    })
  })
