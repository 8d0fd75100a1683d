import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { leavesOf } from '../../../src/base/trees.ts'
import type { Constraint, Objective, Regularizer, VariableTree } from '../../../src/index.ts'
import * as j from '../../../src/index.ts'
import { descend, examples, loss, network, start } from '../optimizers/training.ts'

// Regularizers and constraints as parts of training, on every engine.

const numbers = (tree: object): number[] =>
  leavesOf(tree as VariableTree<tf.Tensor>).flatMap(([, , leaf]) => [...leaf.dataSync()])
const close = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found.length).equal(wanted.length)
  for (const [i, value] of wanted.entries()) expect(found[i], `element ${i}`).closeTo(value, 2e-5)
}
const optimizer = j.gradientDescent({ step: 0.1 })
const first = start.params as unknown as VariableTree<tf.Tensor>

const regularizers: readonly Regularizer[] = [
  j.l1(0.05),
  j.l2({ rate: 0.05, exclude: ['linear*'] }),
  j.elastic({ l1: 0.05, l2: 0.1, exclude: [] }),
  j.maxNorm(0.1),
  j.orthogonalPenalty(0.5),
  j.orthogonalPenalty({ rate: 0.5, mode: 'columns' }),
]
const constraints: readonly Constraint[] = [
  j.nonNegative({ exclude: [] }),
  j.unitNorm(),
  j.limitNorm({ max: 0.5, min: 0.2, rate: 0.5 }),
]

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`penalties in training on ${backend}`, () => {
    for (const regularizer of regularizers)
      it(`${regularizer}`, async () => {
        const whole: Objective = (ops, params) => ops.add(loss(ops, params), regularizer.penalty(ops, params))
        const [, , wanted] = descend(optimizer, whole, first, 2)
        const step = j.trainStep(network, { loss: 'mse', optimizer, regularizer, backend })
        let state = step.init(start, j.key(0))
        for (let i = 0; i < 2; i++) [state] = await step(state, examples)
        close(numbers(state.variables.params), numbers(wanted?.params ?? {}))
      })

    for (const constraint of constraints)
      it(`${constraint}`, async () => {
        const [, moved] = descend(optimizer, loss, first, 1)
        const [, again] = descend(optimizer, loss, constraint(moved?.params ?? {}), 1)
        const step = j.trainStep(network, { loss: 'mse', optimizer, constraint, backend })
        let state = step.init(start, j.key(0))
        for (let i = 0; i < 2; i++) [state] = await step(state, examples)
        close(numbers(state.variables.params), numbers(constraint(again?.params ?? {})))
      })

    it('by patterns of names', async () => {
      const step = j.trainStep(network, {
        loss: 'mse',
        optimizer,
        regularizer: { 'linear*': j.l2(0.1), 'convolution*': j.l1(0.1) },
        constraint: { '*.bias': j.nonNegative({ exclude: [] }) },
        backend,
      })
      const penalized: Objective = (ops, { 'linear-1': linear, 'convolution-1': convolution, ...rest }) =>
        [
          loss(ops, { ...rest, 'linear-1': linear as never, 'convolution-1': convolution as never }),
          j.l2(0.1).penalty(ops, { a: linear as never }),
          j.l1(0.1).penalty(ops, { a: convolution as never }),
        ].reduce((a, b) => ops.add(a, b))
      const [, wanted] = descend(optimizer, penalized, first, 1)
      const [state] = await step(step.init(start, j.key(0)), examples)
      const params = leavesOf(wanted?.params ?? {})
      const expected = params.flatMap(([, name, leaf]) =>
        [...leaf.dataSync()].map(value => (name === 'bias' ? Math.max(value, 0) : value)),
      )
      close(numbers(state.variables.params), expected)
    })
  })

describe('penalties in training', () => {
  it('are refused where a pattern names nothing, before anything is computed', async () => {
    for (const rule of [
      { regularizer: { nothing: j.l1() } },
      { constraint: { nothing: j.unitNorm() } },
      { regularizer: j.l1({ exclude: ['nothing'] }) },
      { constraint: j.unitNorm({ exclude: ['nothing'] }) },
      { regularizer: { 'linear*': j.l1({ exclude: ['nothing'] }) } },
      { trains: 'linear-1', regularizer: { 'linear-1': j.l1(), nothing: j.l1() } },
    ] as readonly object[]) {
      const options = { loss: 'mse', ...rule } as const
      const calls: readonly (() => unknown)[] = [
        () => j.fit(network, start, examples, options),
        () => j.trainStep(network, options).init(start, j.key(0)),
        () => j.compileTraining(network, options).init(start, j.key(0)),
      ]
      for (const call of calls) {
        const failed = await (async () => call())().catch((error: unknown) => error)
        expect(failed).instanceOf(j.InvalidOption)
        expect((failed as Error).message).includes("got 'nothing'")
      }
    }
  })

  it('are refused where they are none', async () => {
    for (const rule of [{ regularizer: 0.01 }, { constraint: j.l1() }, { regularizer: { a: 'l2' } }])
      await j.fit(network, start, examples, { loss: 'mse', ...(rule as object) }).then(
        () => expect.fail('no error came'),
        error => expect(error).instanceOf(j.InvalidOption),
      )
  })
})
