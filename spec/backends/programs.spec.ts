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
        if (kernel !== 'Max') return (device.call as (...args: readonly unknown[]) => never)(kernel, ...rest)
        throw new joinery.BackendError({
          backend: 'cpu',
          expected: 'the kernel Max',
          got: 'none',
          remedy: 'Choose.',
        })
      },
    }
    const own = trace((ops, x) => [(ops.within?.('select-7') ?? ops).max(x as never, [0])], [[1]])
    const program = compileFor(without, own)
    const x = device.make(Float32Array.of(1), [1])
    expect(() => program.runNow([x])).to.throw(joinery.BackendError, 'cpu, select-7: expected the kernel Max, got none')
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

/** What some work tells on the console. */
const warnings = async (work: () => Promise<void>): Promise<readonly unknown[]> => {
  const told: unknown[] = []
  const { warn } = console
  console.warn = text => told.push(text)
  try {
    await work()
  } finally {
    console.warn = warn
  }
  return told
}

describe('The programs of a network', () => {
  /** A backend that counts its programs, whose runs begin when they are let. */
  const counting = (ready: () => Promise<void> = async () => {}) => {
    const own = tfjs()
    const made: string[] = []
    const gone: string[] = []
    const families = new Set<object | undefined>()
    const backend = {
      ...own,
      compile: async (graph: never, family?: object) => {
        const program = await own.compile(graph)
        const name = `${(graph as { inputs: { shape: number[] }[] }).inputs[0]?.shape[0]}`
        made.push(name)
        families.add(family)
        return {
          ...program,
          run: async (inputs: never[], donated?: readonly number[]) => {
            await ready()
            return program.run(inputs, donated)
          },
          dispose: () => {
            gone.push(name)
            program.dispose()
          },
        }
      },
    } as unknown as Backend
    return { backend, made, gone, families }
  }
  const rows = (count: number) => ({ data: new Float32Array(2 * count), shape: [count, 2] })

  it('are those that were used last, all of one family, which is told once', async () => {
    const { backend, made, gone, families } = counting()
    const model = compile(network, init(network, key(1)), { backend })
    const told = await warnings(async () => {
      for (let i = 1; i <= 40; i++) {
        await model(rows(i))
        await model(rows(1))
      }
    })
    expect(told).to.deep.equal([
      'joinery: programs for more than 32 shapes; those used longest ago are freed, and compiled again when they are needed. Use batches of few sizes to avoid this.',
    ])
    expect(made.length).to.equal(40)
    await later(1)
    expect(gone).to.deep.equal(['2', '3', '4', '5', '6', '7', '8', '9'])
    expect(families.size).to.equal(1)
    expect([...families][0]).to.be.an('object')
    await model.dispose()
    expect(gone.length).to.equal(40)
  })

  it('stay until runs that are on their way have ended', async () => {
    let start = (): void => {}
    const started = new Promise<void>(resolve => {
      start = resolve
    })
    const { backend, gone } = counting(() => started)
    const model = compile(network, init(network, key(1)), { backend })
    const [first, second] = [model(rows(1)), model(rows(2))]
    await later(5)
    const disposed = model.dispose()
    await later(5)
    expect(gone).to.deep.equal([])
    start()
    expect((await first).shape).to.deep.equal([1, 3])
    expect((await second).shape).to.deep.equal([2, 3])
    await disposed
    expect(gone.toSorted()).to.deep.equal(['1', '2'])
    expect((await model(rows(3))).shape).to.deep.equal([3, 3])
    await model.dispose()
  })
})

describe('A program', () => {
  for (const name of ['wasm', 'onnxruntime'] as const)
    it(`of ${name} keeps nothing of the graph it was made from, whose weights would be there twice`, async () => {
      const backend = await chooseBackend(name)
      const family = {}
      const made = async () => {
        const weights = Float32Array.from({ length: 400 }, (_, i) => i)
        const own = trace((ops, x) => [ops.relu(ops.matmul(x, ops.constant(weights, [20, 20])))], [[1, 20]])
        // Of a family, which outlives the program.
        return { program: await backend.compile(prepare(own).graph, family), weights: new WeakRef(weights) }
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
