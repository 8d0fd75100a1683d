import { expect } from 'chai'
import { graph } from '../../../src/graph/build.ts'
import { graphOps, placeholder } from '../../../src/graph.ts'
import {
  adam,
  BatchNorm,
  Convolution,
  compile,
  compileTraining,
  Dropout,
  Input,
  init,
  join,
  key,
  Relu,
  Reshape,
  Softmax,
} from '../../../src/index.ts'
import { type Held, onnxruntime, type Runtime } from '../../../src/onnxruntime.ts'

import { backend, draws, failure, numbersOf, upload } from './running.ts'

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

  /** ONNX Runtime with a count of the sessions that were opened, and of those that were closed. */
  const counted = async () => {
    const runtime = (await import('onnxruntime-node')) as unknown as Runtime
    const sessions = { opened: 0, closed: 0 }
    const counting: Runtime = {
      Tensor: runtime.Tensor,
      env: runtime.env,
      InferenceSession: {
        create: async (model, options) => {
          sessions.opened++
          const session = await runtime.InferenceSession.create(model, options)
          return {
            run: (feeds, fetches) => session.run(feeds, fetches),
            release: () => {
              sessions.closed++
              return session.release()
            },
          }
        },
      },
    }
    return { own: onnxruntime({ runtime: counting, threads: 2 }), sessions }
  }

  it('and one session for all programs of a graph, until the last is disposed', async () => {
    const { own, sessions } = await counted()
    const shared = sum()
    const programs = await Promise.all([own.compile(shared), own.compile(shared), own.compile(shared)])
    expect(sessions.opened).to.equal(1)
    for (const program of programs) {
      expect(sessions.closed).to.equal(0)
      program.dispose()
      program.dispose()
    }
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(sessions.closed).to.equal(1)
    ;(await own.compile(shared)).dispose()
    expect(sessions.opened).to.equal(2)
  })

  const network = join(
    Input([6, 6, 4]),
    Convolution([3, 3, 8]),
    BatchNorm(),
    Relu(),
    Reshape(),
    Dropout(0.2),
    Softmax(3),
  )
  const sizes = [2, 3, 4, 5, 9, 40, 3, 7, 2]
  const input = (rows: number) => draws(rows, [rows, 6, 6, 4])

  it('and few sessions for inputs of all sizes, which give what each size would alone', async () => {
    const variables = init(network, key(1))
    const { own, sessions } = await counted()
    const model = compile(network, variables, { backend: own })
    for (const rows of sizes) {
      const alone = compile(network, variables, { backend: onnxruntime({ threads: 2 }) })
      expect(Array.from((await model(input(rows))).dataSync()), `${rows} rows`).to.deep.equal(
        Array.from((await alone(input(rows))).dataSync()),
      )
      await alone.dispose()
    }
    expect(sessions.opened).to.equal(2)
    await model.dispose()
    await model(input(3))
    expect(sessions.opened).to.equal(3)
    await model.dispose()
  })

  it('and weights once, whatever sizes are compiled for, also at once', async () => {
    const wide = join(Input(256), Relu(300), Softmax(3))
    const variables = init(wide, key(1))
    const { own, sessions } = await counted()
    const model = compile(wide, variables, { backend: own })
    const rows = [2, 5, 3, 2, 7]
    const outputs = await Promise.all(rows.map(async n => model(draws(n, [n, 256]))))
    for (const [i, n] of rows.entries()) {
      const again = await model(draws(n, [n, 256]))
      expect(Array.from(again.dataSync())).to.deep.equal(Array.from(outputs[i]?.dataSync() ?? []))
    }
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(sessions.opened - sessions.closed).to.equal(1)
    await model.dispose()
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(sessions.opened - sessions.closed).to.equal(0)
  })

  it('and few sessions for training with batches of all sizes, with the same bits', async () => {
    const variables = init(network, key(1))
    const rule = { loss: 'categoricalCrossentropy', optimizer: adam() } as const
    const batch = (rows: number) => ({
      x: input(rows),
      y: { data: Float32Array.from({ length: 3 * rows }, (_, i) => (i % 3 === rows % 3 ? 1 : 0)), shape: [rows, 3] },
    })
    const { own, sessions } = await counted()
    const step = compileTraining(network, { ...rule, backend: own })
    const learnt = async (learn: typeof step, rows: number): Promise<readonly number[]> => {
      const [next, { loss }] = await learn(await learn.init(variables, key(2)), batch(rows))
      const { params } = (await learn.read(next)).variables
      return [loss, ...params['convolution-1'].weight.dataSync(), ...params['softmax-1'].bias.dataSync()]
    }
    for (const rows of sizes) {
      const alone = compileTraining(network, { ...rule, backend: onnxruntime({ threads: 2 }) })
      expect(await learnt(step, rows), `${rows} rows`).to.deep.equal(await learnt(alone, rows))
      await alone.dispose()
    }
    expect(sessions.opened).to.be.at.most(4)
    await step.dispose()
  })

  it('and one session for a loop over what is as large as the batch', async () => {
    const { own, sessions } = await counted()
    const halved = compile(
      (ops, x) =>
        ops.loop(
          ([y]) => ops.greater(ops.max(y as typeof x), ops.constant(1)),
          ([y]) => [ops.multiply(y as typeof x, ops.constant(0.5))],
          [x],
          20,
        )[0] as typeof x,
      { backend: own },
    )
    for (const rows of [2, 3, 4, 5, 6]) {
      const x = Array.from({ length: rows }, (_, i) => [2 ** i, 3])
      const times = Math.max(2, rows - 1)
      const results = Array.from((await halved(x)).dataSync())
      expect(results).to.deep.equal(x.flat().map(value => value / 2 ** times))
    }
    expect(sessions.opened).to.equal(2)
    await halved.dispose()
  })

  it('of a program until its runs have ended, and refuses to run after', async () => {
    const program = await backend.compile(sum())
    const running = program.run([upload(a), upload(b)])
    program.dispose()
    expect(await numbersOf((await running)[0])).to.deep.equal([11, 22, 33, 44])
    expect((await failure(() => program.run([upload(a), upload(b)]))).got).to.equal('one that has been disposed of')
  })
})
