import { expect } from 'chai'
import { graph } from '../../../src/graph/build.ts'
import { graphOps, placeholder } from '../../../src/graph/ops.ts'
import { apply, BatchNorm, Convolution, compile, Input, init, join, key, Relu, Reshape } from '../../../src/index.ts'
import { type Held, onnxruntime, type Runtime } from '../../../src/onnxruntime.ts'

import { backend, close, draws, failure, numbersOf, toTensor, upload } from './running.ts'

describe('ONNX Runtime keeps tensors', () => {
  const sum = () => {
    const [a, b] = [placeholder('a', [2, 2]), placeholder('b', [2, 2])]
    return graph([a, b], [graphOps.add(a, b), graphOps.multiply(a, b)])
  }
  const [a, b] = [
    { shape: [2, 2], data: [1, 2, 3, 4] },
    { shape: [2, 2], data: [10, 20, 30, 40] },
  ]

  it('from upload to download, as copies', async () => {
    const data = Float32Array.of(1, 2, 3)
    const handle = backend.upload(data, [3])
    data[0] = 9
    const back = await backend.download(handle)
    back[1] = 9
    expect(await numbersOf(handle)).to.deep.equal([1, 2, 3])
  })

  it('that are not donated as they were, and writes results over donated ones', async () => {
    const program = await backend.compile(sum())
    const [x, y] = [upload(a), upload(b)]
    const [first, second] = (await program.run([x, y])) as [Held, Held]
    expect(await numbersOf(x)).to.deep.equal(a.data)
    const [third] = (await program.run([first, second], [0, 1])) as [Held, Held]
    expect(await numbersOf(third)).to.deep.equal([21, 62, 123, 204])
    const fourth = (await program.run([x, y])) as [Held, Held]
    expect(new Set(fourth.map(({ data }) => data))).to.deep.equal(new Set([first.data, second.data]))
    expect(await numbersOf(fourth[0])).to.deep.equal([11, 22, 33, 44])
    expect(await numbersOf(third)).to.deep.equal([21, 62, 123, 204])
    program.dispose()
  })

  it('that were released for what comes after', async () => {
    const program = await backend.compile(sum())
    const [x, y] = [upload(a), upload(b)]
    const [first] = (await program.run([x, y])) as [Held, Held]
    const { data } = first
    backend.release(first)
    const later = (await program.run([x, y])) as [Held, Held]
    expect(later.map(each => each.data)).to.include(data)
    program.dispose()
  })

  it('apart when an output is an input, a constant, or there twice', async () => {
    const x = placeholder('x', [2])
    const doubled = graphOps.add(x, x)
    const constant = graphOps.constant(7, [2])
    const program = await backend.compile(graph([x], [x, doubled, constant, doubled]))
    const results = await program.run([upload({ shape: [2], data: [1, 2] })])
    expect(await Promise.all(results.map(numbersOf))).to.deep.equal([
      [1, 2],
      [2, 4],
      [7, 7],
      [2, 4],
    ])
    expect(new Set(results.map(({ data }) => data)).size).to.equal(4)
    program.dispose()
  })

  it('where a graph has no outputs', async () => {
    const x = placeholder('x', [1])
    const program = await backend.compile(graph([x], []))
    expect(await program.run([upload({ shape: [1], data: [1] })], [0])).to.deep.equal([])
    program.dispose()
  })

  it('when a run fails: what was donated stays', async () => {
    const [table, at] = [placeholder('table', [3]), placeholder('at', [1])]
    const program = await backend.compile(graph([table, at], [graphOps.gather(table, at), graphOps.exp(table)]))
    const rows = upload({ shape: [3], data: [1, 2, 3] })
    await failure(() => program.run([rows, upload({ shape: [1], data: [5] })], [0]))
    const [row] = await program.run([rows, upload({ shape: [1], data: [2] })])
    expect(await numbersOf(row)).to.deep.equal([3])
    program.dispose()
  })

  it('and one session for all programs of a graph, until the last is disposed', async () => {
    let opened = 0
    let closed = 0
    const runtime = (await import('onnxruntime-node')) as unknown as Runtime
    const counting: Runtime = {
      Tensor: runtime.Tensor,
      env: runtime.env,
      InferenceSession: {
        create: async (model, options) => {
          opened++
          const session = await runtime.InferenceSession.create(model, options)
          return {
            run: (feeds, fetches) => session.run(feeds, fetches),
            release: () => {
              closed++
              return session.release()
            },
          }
        },
      },
    }
    const own = onnxruntime({ runtime: counting })
    const shared = sum()
    const programs = await Promise.all([own.compile(shared), own.compile(shared), own.compile(shared)])
    expect(opened).to.equal(1)
    for (const program of programs) {
      expect(closed).to.equal(0)
      program.dispose()
      program.dispose()
    }
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(closed).to.equal(1)
    ;(await own.compile(shared)).dispose()
    expect(opened).to.equal(2)
  })

  it('and one session for inputs of all sizes but the first, where weights are many', async () => {
    const network = join(Input([6, 6, 16]), Convolution([3, 3, 128]), BatchNorm(), Relu(), Reshape(), Relu(32))
    const variables = init(network, key(1))
    let opened = 0
    const runtime = (await import('onnxruntime-node')) as unknown as Runtime
    const counting: Runtime = {
      Tensor: runtime.Tensor,
      env: runtime.env,
      InferenceSession: {
        create: (model, options) => {
          opened++
          return runtime.InferenceSession.create(model, options)
        },
      },
    }
    const model = compile(network, variables, { backend: onnxruntime({ runtime: counting }) })
    for (const rows of [2, 3, 4, 5, 3, 7, 2]) {
      const x = toTensor(draws(rows, [rows, 6, 6, 16]))
      const output = await model(x as never)
      close(output.dataSync(), apply(network, variables, x as never).output.dataSync())
    }
    expect(opened).to.equal(2)
    await model.dispose()
    await model(toTensor(draws(1, [3, 6, 6, 16])) as never)
    expect(opened).to.equal(3)
    await model.dispose()
  })

  it('of a program until its runs have ended, and refuses to run after', async () => {
    const program = await backend.compile(sum())
    const running = program.run([upload(a), upload(b)])
    program.dispose()
    expect(await numbersOf((await running)[0])).to.deep.equal([11, 22, 33, 44])
    expect((await failure(() => program.run([upload(a), upload(b)]))).got).to.equal('one that has been disposed of')
  })
})
