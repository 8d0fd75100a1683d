import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  branch,
  Concatenate,
  compile,
  compileTraining,
  Elementwise,
  evaluate,
  fit,
  gradients,
  Input,
  init,
  join,
  key,
  Linear,
  parallel,
  predict,
  Relu,
  tensor,
  trainStep,
} from '../../src/index.ts'
import type { TensorInput } from '../../src/state/data.ts'
import { faultOf } from '../faults.ts'
import { untyped } from '../running.ts'

// Inputs, outputs and cotangents in every form, mixed in every way.

type Nested = readonly (readonly number[])[]
const forms: Readonly<Record<string, (rows: Nested) => TensorInput>> = {
  tensor: rows => tensor(rows as number[][]),
  nested: rows => rows.map(row => [...row]),
  flat: rows => ({ data: Float32Array.from(rows.flat()), shape: [rows.length, rows[0]?.length ?? 0] }),
  'flat numbers': rows => ({ data: rows.flat(), shape: [rows.length, rows[0]?.length ?? 0] }),
}
/** Every way to give some values: each in each form. */
const ways = (values: readonly Nested[]): readonly (readonly [name: string, given: readonly TensorInput[]])[] =>
  values.reduce<readonly (readonly [string, readonly TensorInput[]])[]>(
    (before, rows) =>
      before.flatMap(([name, given]) =>
        Object.entries(forms).map(([form, make]) => [`${name} ${form}`, [...given, make(rows)]] as const),
      ),
    [['', []]],
  )

const first: Nested = [
  [1, 2],
  [3, 4],
]
const second: Nested = [
  [5, 6, 7],
  [8, 9, 10],
]
const double = { weight: 2, bias: 0 }
const numbers = (output: unknown): readonly number[] =>
  ([output].flat() as tf.Tensor[]).flatMap(part => [...part.dataSync()])

describe('Inputs', () => {
  const two = join(parallel(Input(2), Input(3)), parallel(Linear(1, double), Linear(1, { weight: 1, bias: 0 })))
  const variables = init(two, key(0))
  const outputs = [6, 14, 18, 27]
  const y: readonly Nested[] = [
    [[6], [14]],
    [[18], [26]],
  ]

  for (const [name, x] of ways([first, second]))
    it(`of several, given as${name}, are one each`, async () => {
      expect(numbers(apply(two, variables, x).output)).to.deep.equal(outputs)
      const bound = compile(two, variables)
      expect(numbers(await bound(x))).to.deep.equal(outputs)
      expect(numbers((await bound.apply(x)).output)).to.deep.equal(outputs)
      expect(numbers(await compile(two)(variables, x))).to.deep.equal(outputs)
      expect(numbers(await predict(two, variables, x))).to.deep.equal(outputs)
      await bound.dispose()
    })

  for (const [name, given] of ways([y[0] as Nested, y[1] as Nested]))
    it(`of several, and what is expected of several outputs, given as${name}, train`, async () => {
      const x = [first.map(row => [...row]), { data: second.flat(), shape: [2, 3] }]
      const { loss } = await evaluate(two, variables, { x, y: given }, { loss: 'mse' })
      expect(loss).to.be.closeTo(0.5, 1e-6)
      const options = { epochs: 1, loss: 'mse' } as const
      expect((await fit(two, variables, { x, y: given }, options)).history.loss?.[0]).to.be.closeTo(0.5, 1e-6)
      const step = trainStep(two, { loss: 'mse' })
      expect((await step(step.init(variables, key(1)), { x, y: given }))[1].loss).to.be.closeTo(0.5, 1e-6)
      const training = compileTraining(two, { loss: 'mse' })
      const [, report] = await training(await training.init(variables, key(1)), { x, y: given })
      expect(report.loss).to.be.closeTo(0.5, 1e-6)
      await training.dispose()
      const seeds = given
      const slopes = gradients(two, variables, x, seeds)
      expect(numbers(slopes.output)).to.deep.equal(outputs)
      expect(numbers(slopes.input)).to.deep.equal([12, 12, 28, 28, 18, 18, 18, 26, 26, 26])
      const model = compile(two, variables)
      expect(numbers((await model.gradients(x, seeds)).input)).to.deep.equal(numbers(slopes.input))
      await model.dispose()
    })

  for (const [name, [x]] of ways([first]) as readonly (readonly [string, readonly [TensorInput]])[])
    it(`of one, given as${name}, are that, alone and in an array`, async () => {
      const one = join(Input(2), Linear(1, double))
      const own = init(one, key(0))
      expect(numbers(apply(one, own, x).output)).to.deep.equal([6, 14])
      if (!Array.isArray(x)) expect(numbers(apply(one, own, [x]).output)).to.deep.equal([6, 14])
      expect(numbers(await compile(one, own)(x))).to.deep.equal([6, 14])
    })

  it('have cotangents of the shapes of the outputs, on every engine', async () => {
    const forked = join(Input(2), branch(Linear(1), Linear(3)))
    const own = init(forked, key(1))
    const remedy = 'Give a number for each element of the output; for several outputs a tuple.'
    const refused: readonly (readonly [given: unknown, said: string])[] = [
      [[[[1], [1]], [[1, 1, 1]]], '[1]: expected the shape of the output, (2, 3), got (1, 3)'],
      // As many elements, in another order.
      [
        [
          [[1, 1]],
          [
            [1, 1, 1],
            [1, 1, 1],
          ],
        ],
        '[0]: expected the shape of the output, (2, 1), got (1, 2)',
      ],
      [[tensor([[1], [1]])], ': expected a tensor for each output, [(2, 1), (2, 3)], got (2, 1)'],
    ]
    for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const) {
      const model = compile(forked, own, { backend })
      for (const [given, said] of refused) {
        const text = `InvalidOption of gradients, cotangent${said}. ${remedy}`
        expect(faultOf(() => gradients(forked, own, first, given as never))).to.equal(text)
        const fault = await model.gradients(first, given as never).catch((error: unknown) => error)
        expect(`${(fault as Error).name} of ${(fault as Error).message}`).to.equal(text)
      }
      await model.dispose()
    }
  })

  it('of layers that wait for them are as many as the layers take', () => {
    const both = [first.map(row => [...row]), tensor(first as number[][])]
    const nested = [first, first].map(rows => rows.map(row => [...row]))
    const none = { params: {}, state: {} } as never
    const summed = [2, 4, 6, 8]
    for (const given of [both, nested]) {
      expect(numbers(apply(Elementwise(), none, given).output)).to.deep.equal(summed)
      expect(numbers(apply(join(Elementwise(), Relu()), none, given).output)).to.deep.equal(summed)
      expect(numbers(apply(join(parallel(Relu(), Relu()), Concatenate()), none, given).output)).to.deep.equal([
        1, 2, 1, 2, 3, 4, 3, 4,
      ])
    }
    expect(numbers(apply(Relu(), none, nested as never).output)).to.have.length(8)
  })

  it('of another number are refused', () => {
    const three = [first, second, second].map(rows => rows.map(row => [...row]))
    expect(faultOf(() => apply(two, variables, three.slice(0, 1) as never))).to.contain('expected 2 inputs')
    expect(faultOf(() => untyped.apply(two, variables, [...three.map(rows => tensor(rows))]))).to.contain(
      'expected 2 inputs',
    )
    expect(faultOf(() => untyped.apply(two, variables, [[1, 2], 'a']))).to.contain('InvalidOption of tensor, data')
  })

  it('leave no tensors behind, and those of the user as they are', () => {
    const given = tensor(first as number[][])
    const before = tf.memory().numTensors
    const { output } = apply(two, variables, [given, second.map(row => [...row])])
    for (const part of output as unknown as tf.Tensor[]) part.dispose()
    expect(tf.memory().numTensors).to.equal(before)
    expect([...given.dataSync()]).to.deep.equal(first.flat())
  })
})
