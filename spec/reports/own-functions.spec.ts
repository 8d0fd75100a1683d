import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { showShape } from '../../src/base/shape.ts'
import * as joinery from '../../src/index.ts'
import { textOf } from '../faults.ts'

// Losses, metrics, optimizers and callbacks of the user's own: what they give is checked, what they throw comes out as it
// is, and a promise of theirs never ends the process.

// biome-ignore lint/suspicious/noExplicitAny: functions of plain JavaScript may give anything.
const j = joinery as any
const network = j.join(j.Input(2), j.Linear(2, { weight: 1, bias: 0 }))
const start = j.init(network, j.key(1))
const examples = {
  x: [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
  y: [
    [0, 0],
    [1, 1],
    [2, 2],
  ],
}
const engines = ['tfjs', 'wasm', 'onnxruntime']
const numbers = (tensor: tf.Tensor): readonly number[] => [...tensor.dataSync()]
const failure = async (call: () => unknown): Promise<unknown> => {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('no error came')
}
/** The unhandled rejections during some work, which would end a program. */
const unhandled = async (work: () => Promise<unknown>): Promise<readonly unknown[]> => {
  const found: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  const note = (reason: unknown): void => {
    found.push(reason)
  }
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
  try {
    await work()
    await new Promise(resolve => setTimeout(resolve, 20))
  } finally {
    process.removeListener('unhandledRejection', note)
    for (const listener of listeners) process.on('unhandledRejection', listener)
  }
  return found
}

type Forward = (ops: joinery.Ops<unknown>, expected: unknown, predicted: unknown) => unknown
const scalar: Forward = (ops, expected, predicted) => ops.mean(ops.square(ops.subtract(predicted, expected)), [0, 1])

/** What functions give that is neither a scalar nor has a value for each example, and what the error says of it. */
const wrong: Readonly<Record<string, readonly [forward: Forward, got: string]>> = {
  'a value for each feature': [
    (ops, expected, predicted) => ops.mean(ops.square(ops.subtract(predicted, expected)), [0]),
    `a tensor of shape ${showShape([2])}`,
  ],
  'a tensor of one element': [
    (ops, expected, predicted) => ops.reshape(scalar(ops, expected, predicted), [1]),
    `a tensor of shape ${showShape([1])}`,
  ],
  nothing: [() => undefined, 'undefined'],
  null: [() => null, 'null'],
  'a number': [() => 5, '5'],
  'a text': [() => 'low', "'low'"],
  'an object': [() => ({ loss: 5 }), 'an object with loss'],
  'a promise': [async () => 5, 'a promise'],
  'a promise that fails': [
    async () => {
      throw new Error('late')
    },
    'a promise',
  ],
}

for (const [what, [forward, got]] of Object.entries(wrong))
  describe(`A loss or metric of one's own gives ${what}`, () => {
    const says = (error: unknown, name: string): void => {
      expect(textOf(error)).to.include(`InvalidOption of ${name}, result: expected a value for each example`)
      expect((error as Error).message).to.include(`got ${got}. `)
    }
    const loss = j.defineLoss('ownLoss', forward)
    const metric = j.defineMetric('ownMetric', forward)

    it('the error names it where it is called by itself', async () => {
      const found = await unhandled(async () => {
        says(await failure(() => loss(examples.y, examples.x)), 'ownLoss')
        says(await failure(() => metric(examples.y, examples.x)), 'ownMetric')
      })
      expect(found).to.deep.equal([])
    })

    it('the error names it from every function of training, on every engine', async () => {
      const before = tf.memory().numTensors
      const found = await unhandled(async () => {
        says(await failure(() => j.evaluate(network, start, examples, { loss })), 'ownLoss')
        says(await failure(() => j.evaluate(network, start, examples, { metrics: [metric] })), 'ownMetric')
        for (const backend of engines)
          for (const rule of [
            { loss, backend },
            { metrics: [metric], backend },
          ]) {
            const name = rule.loss === undefined ? 'ownMetric' : 'ownLoss'
            says(await failure(() => j.fit(network, start, examples, rule)), name)
            const pure = j.trainStep(network, rule)
            const state = pure.init(start, j.key(1))
            says(await failure(() => pure(state, examples)), name)
            const step = j.compileTraining(network, rule)
            const begun = await step.init(start, j.key(1))
            says(await failure(() => step(begun, examples)), name)
            await step.dispose()
            if (backend !== 'wasm') says(await failure(() => j.evaluate(network, start, examples, rule)), name)
          }
      })
      expect(found).to.deep.equal([])
      // Those of the optimizer's memory in the states of trainStep are dropped with them.
      expect(tf.memory().numTensors).to.be.at.most(before + 6 * 4)
    })
  })

describe('Losses of 9 and 100', () => {
  it('are not reported as 9', async () => {
    const squares = j.defineLoss('squares', (ops: joinery.Ops<unknown>, y: unknown, x: unknown) =>
      ops.square(ops.subtract(y, x)),
    )
    const wide = j.defineLoss('wide', (ops: joinery.Ops<unknown>, y: unknown, x: unknown) =>
      ops.transpose(ops.square(ops.subtract(y, x)), [1, 0]),
    )
    const identity = j.join(j.Input(1), j.Identity())
    const given = { x: [[0], [0]], y: [[3], [10]] }
    const error = await failure(() => j.evaluate(identity, { params: {}, state: {} }, given, { loss: wide }))
    expect(textOf(error)).to.include(`got a tensor of shape ${showShape([1, 2])}. Keep the batch`)
    expect((await j.evaluate(identity, { params: {}, state: {} }, given, { loss: squares })).loss).to.equal(54.5)
    const mean = j.defineLoss('mean', (ops: joinery.Ops<unknown>, y: unknown, x: unknown) =>
      ops.mean(ops.square(ops.subtract(y, x)), [0, 1]),
    )
    expect((await j.evaluate(identity, { params: {}, state: {} }, given, { loss: mean })).loss).to.equal(54.5)
  })
})

describe('A metric takes the name of the loss', () => {
  const metricOf = (name: string) => ({ ...j.accuracy, kind: 'Metric', name, forward: j.accuracy.forward })
  for (const names of [
    ['loss'],
    ['a', 'a'],
    ['a', 'A'],
    ['validationLoss'],
    ['a', 'validationA'],
    ['accuracy', 'accuracy'],
  ])
    it(`${names.join(' and ')}: refused, as reports could not tell`, async () => {
      const metrics = names.map(metricOf)
      for (const [owner, call] of Object.entries({
        fit: () => j.fit(network, start, examples, { metrics }),
        evaluate: () => j.evaluate(network, start, examples, { metrics }),
        trainStep: () => j.trainStep(network, { metrics }),
        compileTraining: () => j.compileTraining(network, { metrics }),
      }))
        expect(textOf(await failure(call))).to.match(
          new RegExp(`^InvalidOption of ${owner}, metrics: expected a different name`),
        )
    })
})

type Slots = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, tf.Tensor>>>>>>
type Change = (ops: joinery.Ops<unknown>, gradient: unknown, slots: Readonly<Record<string, unknown>>) => unknown
const optimizer = (change: Change, slots: object = { kept: 3, other: 5 }) =>
  j.defineOptimizer('own', {}, { slots, coefficients: () => ({ step: -0.1 }), change })
const slotsOf = ({ trainState }: { readonly trainState: joinery.TrainState }): readonly (readonly number[])[] =>
  ['kept', 'other'].map(slot => numbers((trainState.optimizer.slots as Slots)[slot]?.['linear-1']?.weight as tf.Tensor))

for (const backend of engines)
  describe(`An optimizer of one's own (${backend})`, () => {
    const train = (own: unknown) => j.fit(network, start, examples, { backend, optimizer: own, epochs: 2 })

    it('gives only some of its slots: the others stay as they are', async () => {
      const counts: Change = (ops, gradient, { other }) => [
        ops.multiply(gradient, ops.constant(-0.01)),
        { other: ops.add(other, ops.constant(1)) },
      ]
      expect(slotsOf(await train(optimizer(counts)))).to.deep.equal([
        [3, 3, 3, 3],
        [7, 7, 7, 7],
      ])
      const none: Change = (ops, gradient) => [ops.multiply(gradient, ops.constant(-0.01))]
      expect(slotsOf(await train(optimizer(none)))).to.deep.equal([
        [3, 3, 3, 3],
        [5, 5, 5, 5],
      ])
    })

    const rules: Readonly<Record<string, readonly [change: Change, says: string]>> = {
      'a slot that it does not have': [
        (_, gradient) => [gradient, { velocity: gradient }],
        `own, change: expected slots of kept, other, got one named 'velocity'`,
      ],
      'a slot of another shape': [
        (ops, gradient) => [gradient, { kept: ops.constant(1) }],
        `own, change: expected the kept of linear-1, weight, a tensor of shape ${showShape([2, 2])}, got ${showShape([])}`,
      ],
      'no slot, where it says that it does': [
        (_, gradient) => [gradient, { kept: undefined }],
        `own, change: expected the kept of linear-1, weight, a tensor of shape ${showShape([2, 2])}, got undefined`,
      ],
      'a change of another shape': [
        (ops, gradient) => [ops.sum(gradient, [0]), {}],
        `own, change: expected a change of linear-1, weight, a tensor of shape ${showShape([2, 2])}, got ${showShape([2])}`,
      ],
      nothing: [() => undefined, `own, change: expected [change, slots], got undefined`],
      'a number': [
        () => [0.5, {}],
        `own, change: expected a change of linear-1, weight, a tensor of shape ${showShape([2, 2])}, got 0.5`,
      ],
      'a promise': [async () => [1, {}], `own, change: expected [change, slots], got a promise`],
    }
    for (const [what, [change, says]] of Object.entries(rules))
      it(`gives ${what}: refused by name`, async () => {
        expect(textOf(await failure(() => train(optimizer(change))))).to.include(says)
        if (backend !== 'tfjs') return
        const own = optimizer(change)
        const params = start.params
        expect(textOf(await failure(() => own.update(params, own.init(params), params)))).to.include(says)
      })

    it('or a schedule gives no number: refused for the update', async () => {
      const says = /adam, step: expected a finite number for update 1, got/
      for (const value of [
        () => Number.NaN,
        () => undefined,
        () => '0.1',
        async () => 1,
        wrong['a promise that fails']?.[0],
      ]) {
        const step = (update: number) => (update === 1 ? (value as () => unknown)() : 0.1)
        const found = await unhandled(async () => {
          expect(textOf(await failure(() => train(j.adam({ step }))))).to.match(says)
        })
        expect(found).to.deep.equal([])
      }
    })
  })

describe('An optimizer by itself', () => {
  it('hands over tensors of their own, whichever it was given', () => {
    const same = optimizer((_, gradient, { other }) => [gradient, { kept: gradient, other }])
    const { params } = start
    const state = same.init(params)
    const [updates, next] = same.update(params, state, params)
    const leaf = (tree: joinery.VariableTree<tf.Tensor>): tf.Tensor => tree['linear-1']?.weight as tf.Tensor
    leaf(updates).dispose()
    leaf(next.slots.kept).dispose()
    expect(numbers(leaf(params))).to.deep.equal([1, 1, 1, 1])
    expect(leaf(next.slots.other)).to.equal(leaf(state.slots.other))
    expect(numbers(leaf(next.slots.other))).to.deep.equal([5, 5, 5, 5])
  })
})

for (const backend of engines)
  describe(`An onProgress of one's own (${backend})`, () => {
    const thrown = new Error('enough')
    const fails = {
      throws: () => {
        throw thrown
      },
      'is asynchronous and fails': async () => {
        await new Promise(resolve => setTimeout(resolve, 1))
        throw thrown
      },
    }
    for (const [how, onProgress] of Object.entries(fails))
      it(`${how}: its failure is the call's, and nothing is left behind`, async () => {
        // What is loaded once, is.
        await j.fit(network, start, examples, { backend })
        await j.predict(network, start, examples.x, { backend })
        const before = tf.memory()
        const found = await unhandled(async () => {
          expect(await failure(() => j.fit(network, start, examples, { backend, onProgress, epochs: 3 }))).to.equal(
            thrown,
          )
          expect(await failure(() => j.predict(network, start, examples.x, { backend, onProgress }))).to.equal(thrown)
          expect(await failure(() => j.predict(network, start, examples.x, { onProgress }))).to.equal(thrown)
        })
        expect(found).to.deep.equal([])
        const after = tf.memory()
        expect(after.numTensors).to.be.at.most(before.numTensors)
        expect(after.numDataBuffers).to.be.at.most(before.numDataBuffers)
      })

    it('is awaited before the work goes on', async () => {
      const order: string[] = []
      await j.fit(network, start, examples, {
        backend,
        batchSize: 2,
        onProgress: async ({ batch, ended }: joinery.Progress) => {
          order.push(`begin ${batch} ${ended}`)
          await new Promise(resolve => setTimeout(resolve, 2))
          order.push(`end ${batch} ${ended}`)
        },
      })
      await j.predict(network, start, examples.x, {
        backend,
        batchSize: 2,
        onProgress: async ({ done }: joinery.Predicted) => {
          order.push(`begin ${done}`)
          await new Promise(resolve => setTimeout(resolve, 2))
          order.push(`end ${done}`)
        },
      })
      expect(order).to.deep.equal(
        ['1 false', '2 false', '2 true', '2', '3'].flatMap(text => [`begin ${text}`, `end ${text}`]),
      )
    })

    it('of compileTraining, onRecompile: awaited, and its failure is the step’s', async () => {
      const step = j.compileTraining(network, { backend, onRecompile: fails['is asynchronous and fails'] })
      const found = await unhandled(async () => {
        const [next] = await step(await step.init(start, j.key(1)), examples)
        const one = { x: [[1, 2]], y: [[1, 2]] }
        expect(await failure(() => step(next, one))).to.equal(thrown)
        expect((await step(next, one))[0].update).to.equal(2)
      })
      expect(found).to.deep.equal([])
      await step.dispose()
    })
  })

describe('A class in place of a function', () => {
  class Model {
    epoch(): void {}
  }
  const given = (option: string, value: unknown) => () => j.fit(network, start, examples, { [option]: value })
  const calls: Readonly<Record<string, readonly [subject: string, call: () => unknown]>> = {
    'a callback': ['fit, callbacks', given('callbacks', Model)],
    'one of some callbacks': ['fit, callbacks', given('callbacks', [new Model(), Model])],
    'a function of a callback': ['fit, callbacks', given('callbacks', { epoch: Model })],
    onProgress: ['fit, onProgress', given('onProgress', Model)],
    'a loss': ['fit, loss', given('loss', Model)],
    'a metric': ['fit, metrics', given('metrics', [Model])],
    'an optimizer': ['fit, optimizer', given('optimizer', Model)],
    'a rate': ['adam, step', () => j.adam({ step: Model })],
    'a part of an average': ['average, decay', () => j.average(j.adam(), { decay: Model })],
    'what defineLoss takes': ['defineLoss, forward', () => j.defineLoss('own', Model)],
    'what defineMetric takes': ['defineMetric, rule', () => j.defineMetric('own', Model)],
    'what defineRegularizer takes': ['defineRegularizer, each', () => j.defineRegularizer('own', {}, Model)],
    'what defineConstraint takes': ['defineConstraint, each', () => j.defineConstraint('own', {}, Model)],
    'what defineOptimizer takes': [
      'defineOptimizer, change',
      () => j.defineOptimizer('own', {}, { slots: {}, change: Model }),
    ],
    'what a sweep trains with': ['sweep, train', () => j.sweep({ units: [1] }, Model)],
    'who is told of trials': ['sweep, onTrial', () => j.sweep({ units: [1] }, () => 1, { onTrial: Model })],
    'an optimizer by its rate': [
      'learningRateSweep, optimizer',
      () => j.learningRateSweep(network, start, examples, { optimizer: Model }),
    ],
    'the function of a Lambda': ['Lambda, function', () => j.Lambda(Model)],
    'a reduction': ['GlobalPooling, function', () => j.GlobalPooling(Model)],
    'what maps examples': ['map, f', () => j.dataset([1]).map(Model)],
  }
  for (const [what, [subject, call]] of Object.entries(calls))
    it(`as ${what}: refused by name, and not called`, async () => {
      const error = await failure(call)
      expect(error, String(error)).to.be.instanceOf(j.InvalidOption)
      expect(`${(error as joinery.InvalidOption).layer}, ${(error as joinery.InvalidOption).option}`).to.equal(subject)
      expect(String(error)).to.match(/a class Model/)
    })

  it('says what to give', async () => {
    expect(String(await failure(given('callbacks', [Model])))).to.match(
      /give a function, or an instance made with new\.$/,
    )
  })
})
