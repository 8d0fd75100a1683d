import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as joinery from '../../src/index.ts'

// Calls that overlap: each gives what it gives alone, or one error that says what to do.

const { adam, BatchNorm, compile, compileTraining, evaluate, fit, Input, init, join, key, predict, Tanh, trainStep } =
  joinery

const network = join(Input(3), Tanh(4), BatchNorm(), Tanh(2))
const start = init(network, key(1))
const flat = (seed: number, rows: number, width: number) => ({
  data: joinery.normals(key(seed), rows * width),
  shape: [rows, width],
})
const batch = { x: flat(3, 6, 3), y: flat(4, 6, 2) }
const numbers = (tensor: tf.Tensor): readonly number[] => [...tensor.dataSync()]
const weights = (variables: { readonly params: object; readonly state: object }): readonly number[] =>
  [variables.params, variables.state].flatMap(tree =>
    Object.values(tree as Record<string, Record<string, tf.Tensor>>).flatMap(own =>
      Object.values(own).flatMap(numbers),
    ),
  )
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: Error) => error.name,
  )
const collected = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) {
    ;(globalThis as unknown as { gc: () => void }).gc()
    await new Promise(resolve => setTimeout(resolve, 0))
  }
}

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const) {
  const rule = { optimizer: adam({ step: 0.1 }), backend }
  const options = { ...rule, epochs: 3, batchSize: 4 }
  const fitted = async (seed: number): Promise<readonly number[]> => {
    const { variables, history } = await fit(network, start, batch, { ...options, key: key(seed) })
    return [...weights(variables), ...history.loss]
  }

  describe(`One compiled state in two steps at once (${backend})`, () => {
    it('one is done and the other refused, and the variables stay the user’s', async () => {
      const variables = init(network, key(1))
      const before = weights(variables)
      const step = compileTraining(network, rule)
      // The first time it has to be compiled, the second time it is there.
      for (const round of [1, 2]) {
        const state = await step.init(variables, key(round))
        const steps = [step(state, batch), step(state, batch), step(state, batch)]
        expect(await Promise.all(steps.map(outcome))).to.deep.equal(['done', 'InvalidOption', 'InvalidOption'])
        await collected()
        expect(weights(variables)).to.deep.equal(before)
      }
      await step.dispose()
    })

    it('a step that fails leaves its state as it was, whatever it failed at', async () => {
      const thrown = new Error('own')
      const failing = { times: 0 }
      const step = compileTraining(network, {
        ...rule,
        onRecompile: () => {
          throw thrown
        },
        optimizer: joinery.defineOptimizer(
          'own',
          {},
          {
            slots: {},
            coefficients: update => {
              if (update === 1 && failing.times++ === 0) throw thrown
              return { step: -0.1 }
            },
            change: (ops, gradient, _, { step }) => [ops.multiply(gradient, step as typeof gradient), {}],
          },
        ),
      })
      let state = await step.init(start, key(2))
      expect(await outcome(step(state, { x: flat(1, 6, 2), y: batch.y }))).to.equal('LayerConnectionError')
      expect(await outcome(step(state, { x: batch.x, y: flat(1, 5, 2) }))).to.equal('InvalidOption')
      state = (await step(state, batch))[0]
      const own = await step(state, batch).catch((error: unknown) => error)
      expect(own).to.equal(thrown)
      const smaller = { x: flat(3, 2, 3), y: flat(4, 2, 2) }
      expect(await step(state, smaller).catch((error: unknown) => error)).to.equal(thrown)
      const [next] = await step(state, smaller)
      expect(next.update).to.equal(2)
      await step.dispose()
    })

    it('a backend that loses what it computed is heard of, and nothing is used twice', async () => {
      const lost = new Error('context lost')
      const whole = await joinery.chooseBackend(backend)
      const failing = { now: false }
      const lossy: joinery.Backend = {
        ...whole,
        download: handle => (failing.now ? Promise.reject(lost) : whole.download(handle)),
      }
      const variables = init(network, key(1))
      const before = weights(variables)
      const step = compileTraining(network, { ...rule, backend: lossy })
      const state = await step.init(variables, key(2))
      failing.now = true
      expect(await step(state, batch).catch((error: unknown) => error)).to.equal(lost)
      const pure = trainStep(network, { ...rule, backend: lossy })
      expect(await pure(pure.init(variables, key(2)), batch).catch((error: unknown) => error)).to.equal(lost)
      const fitting = fit(network, variables, batch, { ...options, backend: lossy })
      expect(await fitting.catch((error: unknown) => error)).to.equal(lost)
      failing.now = false
      expect(await outcome(step(state, batch))).to.equal('InvalidOption')
      await collected()
      expect(weights(variables)).to.deep.equal(before)
      const [next] = await step(await step.init(variables, key(2)), batch)
      expect(next.update).to.equal(1)
      await step.dispose()
    })

    it('a state that is being read is not used up before it has been', async () => {
      const step = compileTraining(network, rule)
      const state = await step.init(start, key(2))
      const [read, [next]] = await Promise.all([step.read(state), step(state, batch)])
      expect(weights(read.variables)).to.deep.equal(weights(start))
      expect(next.update).to.equal(1)
      expect(await outcome(step.read(state))).to.equal('InvalidOption')
      await step.dispose()
    })

    it('pure steps from one state are as alone', async () => {
      const step = trainStep(network, rule)
      const state = step.init(start, key(2))
      const all = await Promise.all([step(state, batch), step(state, batch), step(state, batch)])
      const [[first]] = all
      for (const [next] of all) expect(weights(next.variables)).to.deep.equal(weights(first.variables))
      expect(weights(state.variables)).to.deep.equal(weights(start))
    })
  })

  describe(`Other work while a network is trained (${backend})`, () => {
    it('two trainings at once end as one after the other', async () => {
      const expected = [await fitted(1), await fitted(2)]
      expect(await Promise.all([fitted(1), fitted(2)])).to.deep.equal(expected)
    })

    it('predictions, evaluations and trainings within onProgress, and beside it, are as alone', async () => {
      const model = compile(network, start, { backend })
      const work = async (): Promise<readonly number[]> => [
        ...numbers(await predict(network, start, batch.x, { backend })),
        (await evaluate(network, start, batch, { backend })).loss,
        ...numbers(await model(batch.x)),
        ...numbers(joinery.apply(network, start, batch.x).output),
        ...(await fitted(5)),
      ]
      const [alone, expected] = [await work(), await fitted(1)]
      const within: (readonly number[])[] = []
      const onProgress = async (): Promise<void> => {
        within.push(await work())
      }
      const running = fit(network, start, batch, { ...options, key: key(1), onProgress })
      const beside = work()
      const { variables, history } = await running
      expect([...weights(variables), ...history.loss]).to.deep.equal(expected)
      expect(await beside).to.deep.equal(alone)
      expect(within).to.have.length(9)
      for (const one of within) expect(one).to.deep.equal(alone)
      const during: (readonly number[])[] = []
      await predict(network, start, batch.x, {
        backend,
        batchSize: 4,
        onProgress: async () => {
          during.push(await fitted(1))
        },
      })
      expect(during).to.deep.equal([expected, expected])
      await model.dispose()
    })

    it('timers fire while it goes on, however short its steps are', async () => {
      const fires = async (work: () => Promise<unknown>): Promise<number> => {
        let fired = 0
        const timer = setInterval(() => fired++, 5)
        try {
          for (const from = performance.now(); performance.now() - from < 300; ) await work()
          return fired
        } finally {
          clearInterval(timer)
        }
      }
      const step = compileTraining(network, rule)
      let state = await step.init(start, key(2))
      const next = async (): Promise<void> => {
        state = (await step(state, batch))[0]
      }
      await next()
      // None, where the queue of microtasks is never left.
      expect(await fires(next)).to.be.at.least(1)
      const fitting = () => fit(network, start, batch, { ...options, epochs: 10, batchSize: 1 })
      expect(await fires(fitting)).to.be.at.least(1)
      await step.dispose()
    })

    it('programs that are given back while they run end their work, and serve again', async () => {
      const step = compileTraining(network, rule)
      const model = compile(network, start, { backend })
      const expected = numbers(await model(batch.x))
      const state = await step.init(start, key(2))
      const [, [next], output] = await Promise.all([
        Promise.resolve(),
        step(state, batch),
        model(batch.x),
        step.dispose(),
        model.dispose(),
      ])
      expect(numbers(output as tf.Tensor)).to.deep.equal(expected)
      const [last] = await step(next, batch)
      expect(last.update).to.equal(2)
      expect(numbers(await model(batch.x))).to.deep.equal(expected)
      await Promise.all([step.dispose(), step.dispose(), model.dispose(), model.dispose()])
    })

    it('calls within a tf.tidy of the user’s own go on when it has ended', async () => {
      const expected = await fitted(1)
      const step = compileTraining(network, rule)
      const model = compile(network, start, { backend })
      const calls: readonly (() => Promise<readonly number[]>)[] = [
        () => fitted(1),
        async () => numbers(await predict(network, start, batch.x, { backend, batchSize: 4 })),
        async () => numbers(await predict(network, start, batch.x, { batchSize: 4 })),
        async () => [(await evaluate(network, start, batch, { backend, batchSize: 4 })).loss],
        async () => [(await evaluate(network, start, batch, { batchSize: 4 })).loss],
        async () => numbers(await model(batch.x)),
        async () => weights({ params: (await model.gradients(batch.x, batch.y)).params, state: {} }),
        async () => {
          const state = await step.init(start, key(2))
          const [next, { loss }] = await step(state, batch)
          return [loss, ...weights((await step.read(next)).variables)]
        },
      ]
      for (const call of calls) {
        const alone = await call()
        const before = tf.memory().numTensors
        let running: Promise<readonly number[]> | undefined
        tf.tidy(() => {
          running = call()
        })
        expect(await running).to.deep.equal(alone)
        await collected()
        expect(tf.memory().numTensors).to.be.at.most(before)
      }
      // A state that is made within is gone when the tidy ends, and says so.
      const pure = trainStep(network, rule)
      let state: joinery.TrainState<typeof network> | undefined
      tf.tidy(() => {
        state = pure.init(start, key(2))
      })
      const gone = await pure(state as joinery.TrainState<typeof network>, batch).catch((error: Error) => error)
      expect(gone).to.be.instanceOf(joinery.InvalidOption)
      expect((gone as Error).message).to.match(/^trainStep, state: .*, got a tensor that has been disposed/)
      await Promise.all([step.dispose(), model.dispose()])
      expect(await fitted(1)).to.deep.equal(expected)
    })

    it('another backend of tfjs may be chosen meanwhile', async () => {
      await joinery.chooseBackend('wasm')
      const near = (actual: readonly number[], expected: readonly number[]): void => {
        expect(actual).to.have.length(expected.length)
        for (const [i, value] of expected.entries()) expect(actual[i]).to.be.closeTo(value, 1e-4)
      }
      const step = compileTraining(network, rule)
      const pure = trainStep(network, rule)
      const train = async (change: (name: string) => Promise<unknown>): Promise<readonly number[]> => {
        let [state, own] = [await step.init(start, key(2)), pure.init(start, key(2))]
        const losses: number[] = []
        for (const name of ['wasm', 'cpu', 'wasm', 'cpu']) {
          const steps = [step(state, batch), pure(own, batch)] as const
          await change(name)
          const [[next, { loss }], [after]] = await Promise.all(steps)
          state = next
          own = after
          losses.push(loss)
        }
        const { variables, history } = await fit(network, start, batch, {
          ...options,
          onProgress: ({ batch: n }) => change(n % 2 ? 'wasm' : 'cpu'),
        })
        const output = predict(network, start, batch.x, { batchSize: 2, onProgress: () => change('wasm') })
        const results = [
          ...losses,
          ...weights(variables),
          ...history.loss,
          ...weights((await step.read(state)).variables),
          ...weights(own.variables),
          ...numbers(await output),
        ]
        await change('cpu')
        return results
      }
      try {
        near(await train(async name => tf.setBackend(name)), await train(async () => undefined))
      } finally {
        await tf.setBackend('cpu')
      }
      await step.dispose()
    })
  })
}
