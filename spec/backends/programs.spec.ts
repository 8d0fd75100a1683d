import { setTimeout as later } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import type { Backend } from '../../src/backends/backend.ts'
import { chooseBackend } from '../../src/backends/choose.ts'
import { prepare } from '../../src/backends/prepare.ts'
import { deviceOf } from '../../src/backends/tfjs/device.ts'
import { compileFor } from '../../src/backends/tfjs/program.ts'
import { trace } from '../../src/graph.ts'
import * as joinery from '../../src/index.ts'

const { compile, compileTraining, fastestBackend, Input, init, join, key, Softmax, tfjs } = joinery
const network = join(Input(2), Softmax(3))
const batch = { x: [[1, 2]], y: [[0, 1, 0]] }
const faultOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('none'),
    (error: Error) => error,
  )

describe('A backend that fails', () => {
  /** A backend whose runs fail with a message, as often as told. */
  const failing = (message: string, times: number): Backend => {
    const own = tfjs()
    let left = times
    return {
      ...own,
      compile: async graph => {
        const program = await own.compile(graph)
        return {
          ...program,
          run: (inputs, donated) => {
            if (left-- > 0) throw new RangeError(message)
            return program.run(inputs as never, donated) as Promise<never>
          },
        }
      },
    } as Backend
  }

  it('for want of memory says so, and what was given to it is as it was', async () => {
    const backend = failing('Array buffer allocation failed', 1)
    const step = compileTraining(network, { loss: 'categoricalCrossentropy', backend })
    const state = await step.init(init(network, key(1)), key(2))
    const before = tf.memory().numDataBuffers
    const error = await faultOf(step(state, batch))
    expect(error).to.be.instanceOf(joinery.BackendError)
    expect(error.message).to.equal(
      'tfjs: expected memory for a run of the compiled graph, got Array buffer allocation failed. Use smaller batches, or another backend; what was given to the run is as it was.',
    )
    expect(tf.memory().numDataBuffers).to.equal(before)
    const [next] = await step(state, batch)
    expect(next.update).to.equal(1)
    await step.dispose()
  })

  it('otherwise fails with what it said', async () => {
    const model = compile(network, init(network, key(1)), { backend: failing('something else', 1) })
    expect(await faultOf(model([[1, 2]]))).to.include({ name: 'RangeError', message: 'something else' })
    expect((await model([[1, 2]])).shape).to.deep.equal([1, 3])
    await model.dispose()
  })

  it('for want of a kernel names it, and the layer that needs it', () => {
    const device = deviceOf('cpu')
    const without = {
      ...device,
      call: (kernel: string, ...rest: readonly unknown[]) => {
        if (kernel !== 'Tanh') return (device.call as (...args: readonly unknown[]) => never)(kernel, ...rest)
        throw new joinery.BackendError({ backend: 'cpu', expected: 'the kernel Tanh', got: 'none', remedy: 'Choose.' })
      },
    }
    const own = trace((ops, x) => [(ops.within?.('tanh-7') ?? ops).tanh(x as never)], [[1]])
    const program = compileFor(without, own)
    const x = device.make(Float32Array.of(1), [1])
    expect(() => program.runNow([x])).to.throw(joinery.BackendError, 'cpu, tanh-7: expected the kernel Tanh, got none')
    device.dispose(x)
  })

  it('can be tried again once it is there', async () => {
    let installed = false
    const own = tfjs()
    const backend = {
      ...own,
      compile: async (graph: never) => {
        if (!installed)
          throw new joinery.BackendError({ backend: 'x', expected: 'x', got: 'none', remedy: 'Install x.' })
        return own.compile(graph)
      },
    }
    const model = compile(network, init(network, key(1)), { backend })
    expect((await faultOf(model([[1, 2]]))).name).to.equal('BackendError')
    installed = true
    expect((await model([[1, 2]])).shape).to.deep.equal([1, 3])
    await model.dispose()
  })

  it('is no name of a backend of tfjs that is not registered', () => {
    expect(() => tfjs('webgpu')).to.throw(joinery.BackendError, "got none of the name 'webgpu'")
  })
})

describe('fastestBackend', () => {
  it('is ONNX Runtime where that is installed', async () => {
    expect((await fastestBackend()).name).to.equal('onnxruntime')
  })
})

describe('A program', () => {
  for (const name of ['wasm', 'onnxruntime'] as const)
    it(`of ${name} keeps nothing of the graph it was made from, whose weights would be there twice`, async () => {
      const backend = await chooseBackend(name)
      const made = async () => {
        const weights = Float32Array.from({ length: 400 }, (_, i) => i)
        const own = trace((ops, x) => [ops.relu(ops.matmul(x, ops.constant(weights, [20, 20])))], [[1, 20]])
        return { program: await backend.compile(prepare(own).graph), weights: new WeakRef(weights) }
      }
      const { program, weights } = await made()
      for (let i = 0; i < 20 && weights.deref() !== undefined; i++) {
        await later(5)
        globalThis.gc?.()
      }
      expect(weights.deref()).to.equal(undefined)
      const x = backend.upload(new Float32Array(20).fill(1), [1, 20])
      const [output] = await program.run([x])
      expect((await backend.download(output))[0]).to.equal(3800)
      for (const handle of [x, output]) backend.release(handle)
      program.dispose()
    })
})
