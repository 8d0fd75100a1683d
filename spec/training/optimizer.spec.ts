import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  applyUpdates,
  defineOptimizer,
  fit,
  Input,
  init,
  join,
  key,
  Linear,
  l2,
  mse,
  type Ops,
  type OptimizerRule,
  Tanh,
  tape,
  tensor,
  trainStep,
  type UpdateContext,
} from '../../src/index.ts'
import '../../src/onnxruntime.ts'
import '../../src/wasm.ts'

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const network = join(Input(2), Tanh(3), Linear(1))
const variables = init(network, key(2))
const batch = {
  x: [
    [1, 0],
    [0, 1],
    [1, 1],
  ],
  y: [[1], [0], [-1]],
}
const failed = async (call: () => unknown): Promise<string> => {
  try {
    await call()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  return 'none'
}
type Params<T> = Readonly<Record<string, Readonly<Record<string, T>>>>
const mapped = <A, B>(tree: Params<A>, f: (value: A, layer: string, name: string) => B): Params<B> =>
  Object.fromEntries(
    Object.entries(tree).map(([layer, own]) => [
      layer,
      Object.fromEntries(Object.entries(own).map(([name, value]) => [name, f(value, layer, name)])),
    ]),
  )
const total = <T>(ops: Ops<T>, x: T): T =>
  ops.sum(
    x,
    ops.shape(x).map((_, i) => i),
  )

/** A rule with an update that is a multiple of the gradients, and a state of its own. */
const descent = (
  state: OptimizerRule['init'],
  next: <T>(ops: Ops<T>, state: never, context: UpdateContext<T>, grads: Params<T>, params: Params<T>) => unknown,
) =>
  defineOptimizer(
    'own',
    {},
    {
      init: state,
      update: (ops, grads, state, params, context) => [
        mapped(grads, g => ops.multiply(g, ops.constant(-0.1))),
        next(ops, state as never, context, grads, params) as never,
      ],
    },
  )

for (const backend of engines)
  describe(`An optimizer of all parameters at once (${backend})`, () => {
    const train = (optimizer: ReturnType<typeof descent>, epochs = 2) =>
      fit(network, variables, batch, { optimizer, backend, epochs, batchSize: null, shuffle: false })
    const leaves = (tree: unknown): readonly (readonly number[])[] => {
      if (tree instanceof tf.Tensor) return [[...tree.dataSync()]]
      return Object.values(tree as object).flatMap(leaves)
    }

    it('remembers tensors of any shapes in records and arrays', async () => {
      const optimizer = descent(
        (ops, params) => [
          ops.constant(0),
          { rows: [ops.constant(new Float32Array(4), [2, 2])] },
          Object.values(params)[0] ?? {},
        ],
        (
          ops,
          [
            count,
            {
              rows: [rows],
            },
            rest,
          ]: never[] & [never, { rows: never[] }, never],
        ) => [ops.add(count, ops.constant(1)), { rows: [ops.add(rows as never, ops.constant(2))] }, rest],
      )
      const { trainState } = await train(optimizer, 3)
      const [count, rows, ...first] = leaves(trainState.optimizer.slots)
      expect([count, rows]).to.deep.equal([[3], [6, 6, 6, 6]])
      expect(first).to.deep.equal(leaves(variables.params['tanh-1']))
      const again = await fit(network, trainState.variables, batch, { optimizer, backend, trainState })
      expect(leaves(again.trainState.optimizer.slots)[0]).to.deep.equal([4])
    })

    it('knows the number of the update, and what is computed from it', async () => {
      const optimizer = descent(
        ops => ({ update: ops.constant(-1), power: ops.constant(0), same: ops.constant(0) }),
        (_, __, { update, at }) => ({ update, power: at(u => 2 ** (u + 1)), same: at(u => 2 ** (u + 1)) }),
      )
      const { trainState } = await train(optimizer, 3)
      expect(leaves(trainState.optimizer.slots)).to.deep.equal([[2], [8], [8]])
    })

    it('knows the loss, its value and its gradient at other parameters, regularizers included', async () => {
      const optimizer = descent(
        ops => ({
          value: ops.constant(0),
          again: ops.constant(0),
          slope: ops.constant(0),
          known: ops.constant(0),
          residuals: ops.constant(0),
        }),
        (ops, _, { loss, value, residuals }, grads, params) => {
          const { ops: own, variable, gradients } = tape(ops)
          const at = mapped(params, variable)
          const all = Object.values(at).flatMap(one => Object.values(one))
          const found = gradients([[loss(own, at), ops.constant(1)]], all)
          const known = Object.values(grads).flatMap(one => Object.values(one))
          const norm = (tensors: readonly (typeof value)[]) =>
            tensors.map(x => total(ops, ops.square(x))).reduce((a, b) => ops.add(a, b))
          const errors = residuals?.(ops, params) as typeof value
          return {
            value,
            again: loss(ops, params),
            slope: norm(found),
            known: norm(known),
            residuals: ops.mean(ops.square(errors), [0]),
          }
        },
      )
      const rule = { optimizer, backend, regularizer: l2(0.1) }
      const step = trainStep(network, rule)
      const [after, { loss }] = await step(step.init(variables, key(1)), batch)
      const [value, again, slope, known, residuals] = leaves(after.optimizer.slots).map(([x]) => x as number)
      expect(value).to.be.closeTo(loss, 1e-6)
      expect(again).to.be.closeTo(loss, 1e-6)
      expect(slope).to.be.closeTo(known as number, 1e-5)
      const penalty = l2(0.1)(variables.params).dataSync()[0] as number
      expect(residuals).to.be.closeTo(loss - penalty, 1e-5)
    })

    it('is refused by name for a state of another form or shape, or updates of other shapes', async () => {
      const slots = (next: <T>(ops: Ops<T>) => unknown) =>
        failed(() => train(descent(ops => ({ mean: ops.constant(0), kept: [ops.constant(0)] }), next)))
      expect(await slots(ops => ({ mean: ops.constant(0) }))).to.equal(
        'InvalidOption: own, update: expected the slot kept.0 in the state, got mean. Return [updates, state]: an update of the shape of each parameter, and a state of the form of the one before.',
      )
      expect(await slots(ops => ({ mean: ops.constant(new Float32Array(2)), kept: [ops.constant(0)] }))).to.include(
        'own, update: expected the slot mean of shape (), got (2,)',
      )
      expect(
        await slots(ops => ({ mean: ops.constant(0), kept: [ops.constant(0)], other: ops.constant(1) })),
      ).to.include('expected no slots but mean, kept.0, got one named other')
      expect(await slots(() => ({ mean: 5, kept: [] }))).to.include(
        'own, state: expected tensors in records and arrays, at mean too, got 5',
      )
      const updates = (change: <T>(ops: Ops<T>, g: T) => unknown) =>
        failed(() =>
          train(
            defineOptimizer(
              'own',
              {},
              {
                init: () => ({}),
                update: (ops, grads) => [mapped(grads, g => change(ops, g)) as never, {}],
              },
            ),
          ),
        )
      expect(await updates((ops, g) => total(ops, g))).to.include(
        'own, update: expected an update of tanh-1, weight, a tensor of shape (2, 3), got ()',
      )
      expect(await updates(() => undefined)).to.include('tanh-1, weight, a tensor of shape (2, 3), got undefined')
    })
  })

describe('An optimizer by hand', () => {
  it('is given the loss where it asks for it', async () => {
    const params = { linear: { weight: tensor([3, -1]) } }
    const grads = { linear: { weight: tensor([6, -2]) } }
    const newton = defineOptimizer(
      'halving',
      {},
      {
        init: () => ({}),
        update: (ops, grads, state, params, { loss }) => {
          const scale = ops.divide(loss(ops, params), ops.constant(10))
          return [mapped(grads, g => ops.negative(ops.multiply(g, scale))), state]
        },
      },
    )
    const loss = <T>(ops: Ops<T>, at: Params<T>): T => total(ops, ops.square(at.linear?.weight as T))
    const [updates, after] = newton.update(grads, newton.init(params), params, { loss })
    expect([...updates.linear.weight.dataSync()]).to.deep.equal([-6, 2])
    expect(after.update).to.equal(1)
    const moved = applyUpdates(params, updates)
    expect([...moved.linear.weight.dataSync()]).to.deep.equal([-3, 1])
    expect([...params.linear.weight.dataSync()]).to.deep.equal([3, -1])
    expect(await failed(() => newton.update(grads, newton.init(params), params))).to.include(
      'halving, loss: expected the loss as a function of the parameters',
    )
    const wrong = { linear: { weight: tensor([1, 2, 3]) } }
    expect(await failed(() => applyUpdates(params, wrong))).to.include(
      'applyUpdates, updates: expected an update of linear, weight, of shape (2,), got (3,)',
    )
  })
  it('trains the parameters that patterns name, and remembers nothing of others', async () => {
    const { trainState, variables: after } = await fit(network, variables, batch, {
      loss: mse,
      trains: 'linear-1',
      epochs: 2,
    })
    expect(Object.keys((trainState.optimizer.slots as { mean: object }).mean)).to.deep.equal(['linear-1'])
    expect([...after.params['tanh-1'].weight.dataSync()]).to.deep.equal([
      ...variables.params['tanh-1'].weight.dataSync(),
    ])
    expect(await failed(() => fit(network, variables, batch, { trains: 'linear-2' as string }))).to.include(
      "Did you mean 'linear-1'?",
    )
  })
})
