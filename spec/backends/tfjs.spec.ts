import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Backend, give, take } from '../../src/backends/backend.ts'
import { chooseBackend } from '../../src/backends/choose.ts'
import { prepare } from '../../src/backends/prepare.ts'
import { tfjs } from '../../src/backends/tfjs/index.ts'
import { type GraphNode, graph, graphOps, placeholder, trace } from '../../src/graph.ts'
import { key } from '../../src/index.ts'
import { perform } from '../../src/ops/operations.ts'
import { calls, meant } from '../ops/calls.ts'
import { evaluate, expression, start } from '../ops/expressions.ts'
import { type Numbers, reference } from '../ops/reference.ts'

const close = (actual: Float32Array, expected: Numbers): void => {
  expect(actual.length).to.equal(expected.data.length)
  for (const [i, value] of expected.data.entries())
    expect(actual[i], `element ${i}`).to.be.closeTo(value, 2e-5 * (1 + Math.abs(value)))
}

const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  tfjs: () => chooseBackend('tfjs'),
  wasm: () => chooseBackend('wasm'),
  onnxruntime: () => chooseBackend('onnxruntime'),
  'wasm with the kernels of tfjs alone': async () => {
    await chooseBackend('wasm')
    return tfjs('wasm')
  },
}

for (const [name, choose] of Object.entries(backends)) {
  describe(`Backend ${name}`, () => {
    let backend: Backend
    before(async () => {
      backend = await choose()
    })
    const upload = ({ data, shape }: Numbers): unknown => backend.upload(Float32Array.from(data), shape)
    const numbersOf = async (handle: unknown): Promise<Float32Array> => {
      const numbers = await backend.download(handle)
      backend.release(handle)
      return numbers
    }

    for (const [operation, arbitrary] of Object.entries(calls))
      it(`computes ${operation} as its definition says`, () =>
        fc.assert(
          fc.asyncProperty(arbitrary, async drawn => {
            const call = meant(drawn)
            const inputs = call.inputs.map(({ shape }, i) => placeholder(`x${i}`, shape))
            const output = perform(graphOps)(call.operation, inputs, call.attributes as never)
            const program = await backend.compile(graph(inputs, [output]))
            const [result] = await program.run(call.inputs.map(upload))
            close(await numbersOf(result), perform(reference)(call.operation, call.inputs, call.attributes as never))
            program.dispose()
          }),
          { numRuns: 15 },
        ))

    it('takes every number but 0 for true', async () => {
      const own = trace((ops, ...x) => [ops.where(...(x as [GraphNode, GraphNode, GraphNode]))], [[4], [4], [1]])
      const program = await backend.compile(prepare(own).graph)
      const handles = [
        { data: [0, 0.5, -0.25, 1], shape: [4] },
        { data: [1, 2, 3, 4], shape: [4] },
        { data: [9], shape: [1] },
      ].map(upload)
      const [result] = await program.run(handles)
      expect(Array.from(await numbersOf(result))).to.deep.equal([9, 2, 3, 4])
      handles.forEach(handle => void backend.release(handle))
      program.dispose()
    })

    it('computes whole expressions with everything that prepare makes of them, and leaves nothing behind', () =>
      fc.assert(
        fc.asyncProperty(expression, async ({ seed, shape, chosen }) => {
          const x = start(seed, shape)
          const { graph: own, draws } = prepare(
            trace((ops, input) => [evaluate(ops, input as GraphNode, chosen)], [shape]),
          )
          const before = tf.memory().numDataBuffers
          const program = await backend.compile(own)
          const fed = draws.map(({ distribution, key: k, shape: wide }) =>
            reference[distribution](k, wide as readonly number[]),
          )
          const handles = [x, ...fed].map(upload)
          const [result] = await program.run(handles, [...handles.keys()])
          close(await numbersOf(result), evaluate(reference, x, chosen))
          program.dispose()
          expect(tf.memory().numDataBuffers).to.equal(before)
        }),
        { numRuns: 60 },
      ))

    it('hands out inputs, constants and equal outputs as handles of their own', async () => {
      const own = trace(
        (ops, x) => {
          const double = ops.multiply(x as GraphNode, ops.constant(2))
          return [x as GraphNode, double, double, ops.constant(Float32Array.of(5, 6))]
        },
        [[2]],
      )
      const program = await backend.compile(own)
      const input = backend.upload(Float32Array.of(1, 2), [2])
      const results = await program.run([input], [0])
      const numbers: number[][] = []
      for (const result of results) numbers.push([...(await numbersOf(result))])
      expect(numbers).to.deep.equal([
        [1, 2],
        [2, 4],
        [2, 4],
        [5, 6],
      ])
      program.dispose()
    })

    it('keeps inputs that are not given away, and runs again', async () => {
      const program = await backend.compile(trace((ops, x) => [ops.exp(x as GraphNode)], [[2]]))
      const input = backend.upload(Float32Array.of(0, 1), [2])
      for (let i = 0; i < 3; i++) {
        const [result] = await program.run([input], i === 2 ? [0] : [])
        expect((await numbersOf(result))[1]).to.be.closeTo(Math.E, 1e-5)
      }
      program.dispose()
    })

    it('copies what is uploaded, and shares tensors of tfjs only where it can', async () => {
      const data = Float32Array.of(1, 2)
      const handle = backend.upload(data, [2])
      data[0] = 9
      expect(Array.from(await backend.download(handle))).to.deep.equal([1, 2])
      backend.release(handle)
      const tensor = tf.tensor1d([3, 4])
      const given = await give(backend, tensor)
      const taken = await take(backend, given, [2])
      tensor.dispose()
      expect(Array.from(await taken.data())).to.deep.equal([3, 4])
      taken.dispose()
    })

    it('says of what is not prepared how to prepare it', async () => {
      const drawing = trace(ops => [ops.uniform(key(1), [2])], [])
      const error = await backend.compile(drawing).then(
        () => null,
        (fault: unknown) => fault,
      )
      expect(error).to.have.property('name', 'BackendError')
      expect((error as Error).message)
        .to.contain('a draw')
        .and.to.contain('prepare(graph)')
    })
  })
}
