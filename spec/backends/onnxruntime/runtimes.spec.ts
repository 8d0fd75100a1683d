import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { graph } from '../../../src/graph/build.ts'
import type { GraphNode } from '../../../src/graph/graph.ts'
import { graphOps, placeholder } from '../../../src/graph.ts'
import {
  Convolution,
  compileTraining,
  Input,
  init,
  join,
  key,
  MaxPooling,
  Relu,
  Reshape,
  Softmax,
} from '../../../src/index.ts'
import { onnxruntime, type Runtime } from '../../../src/onnxruntime.ts'
import { build } from '../../ops/reference.ts'

import { backend, close, draws } from './running.ts'

describe('ONNX Runtime runs on', () => {
  it('the package for browsers as well', async () => {
    const web = onnxruntime({ runtime: await import('onnxruntime-web') })
    const network = join(Input([6, 6, 1]), Convolution([3, 3, 4]), Relu(), MaxPooling([2, 2]), Reshape(), Softmax(3))
    const batch = {
      x: draws(11, [5, 6, 6, 1]),
      y: build([5, 3], ([row, column]) => ((row as number) % 3 === column ? 1 : 0)),
    }
    const losses = async (chosen: typeof backend): Promise<readonly number[]> => {
      const step = compileTraining(network, { loss: 'categoricalCrossentropy', backend: chosen })
      let state = await step.init(init(network, key(1)), key(2))
      const found: number[] = []
      for (let i = 0; i < 3; i++) {
        const [next, { loss }] = await step(state, batch as never)
        found.push(loss)
        state = next
      }
      await step.dispose()
      return found
    }
    close(await losses(web), await losses(backend), 1e-4)
  })

  it('Deno as on Node, with the permissions that it needs and no more', async () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url))
    const program = 'spec/backends/onnxruntime/program.ts'
    const deno = path.join(root, 'node_modules/.bin/deno')
    const permissions = ['--allow-read', '--allow-env', '--allow-sys', '--allow-ffi']
    const lossesOf = async (command: string, ...args: readonly string[]): Promise<readonly number[]> =>
      JSON.parse((await promisify(execFile)(command, args, { cwd: root })).stdout)
    const [inDeno, inNode] = await Promise.all([
      lossesOf(deno, 'run', '--quiet', ...permissions, program),
      lossesOf(process.execPath, '--import', 'tsx', program),
    ])
    expect(inNode[4]).to.be.below(inNode[0] as number)
    close(inDeno, inNode, 1e-5)
  })

  it('as many threads as it is told, and the providers that it is told', async () => {
    let given: { intraOpNumThreads?: number; executionProviders?: readonly string[] } = {}
    const runtime = (await import('onnxruntime-node')) as unknown as Runtime
    const watched: Runtime = {
      ...{ Tensor: runtime.Tensor, env: runtime.env },
      InferenceSession: {
        create: (model, options) => {
          given = options as typeof given
          return runtime.InferenceSession.create(model, options)
        },
      },
    }
    const compileOn = async (
      options: object,
      shape: readonly number[],
      result: (x: GraphNode) => GraphNode = graphOps.exp,
    ): Promise<void> => {
      const x = placeholder('x', shape)
      ;(await onnxruntime({ runtime: watched, ...options }).compile(graph([x], [result(x)]))).dispose()
    }
    await compileOn({ threads: 3, providers: ['cpu'] }, [1])
    expect(given.intraOpNumThreads).to.equal(3)
    expect(given.executionProviders).to.deep.equal(['cpu'])
    await compileOn({}, [2 ** 16])
    expect(given).not.to.have.any.keys('intraOpNumThreads', 'executionProviders')
    // What is small takes one thread, if it is not told.
    const squared = (x: GraphNode): GraphNode => graphOps.matmul(x, x)
    for (const [shape, result, threads] of [
      [[2 ** 15], graphOps.exp, 1],
      [[40, 40], squared, 1],
      [[41, 41], squared, undefined],
    ] as const) {
      await compileOn({}, shape, result)
      expect(given.intraOpNumThreads).to.equal(threads)
    }
  })

  it('without passes of its own for models of many operators on large tensors', async () => {
    const levels: string[] = []
    const runtime = (await import('onnxruntime-node')) as unknown as Runtime
    const watched: Runtime = {
      ...{ Tensor: runtime.Tensor, env: runtime.env },
      InferenceSession: {
        create: (model, options) => {
          levels.push((options as { graphOptimizationLevel: string }).graphOptimizationLevel)
          return runtime.InferenceSession.create(model, options)
        },
      },
    }
    const own = onnxruntime({ runtime: watched, threads: 1 })
    const sines = (size: number, count: number) => {
      const x = placeholder('x', [size])
      const one = graphOps.constant(1)
      let y: GraphNode = x
      for (let i = 0; i < count; i++) y = graphOps.tanh(graphOps.add(y, one))
      return graph([x], [y])
    }
    for (const [size, count] of [
      [20_000, 1600],
      [20_000, 10],
      [10, 1600],
    ] as const)
      (await own.compile(sines(size, count))).dispose()
    expect(levels).to.deep.equal(['disabled', 'all', 'all'])
  })
})
