import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  apply,
  branch,
  Concatenate,
  compile,
  compileTraining,
  dataset,
  Embedding,
  evaluate,
  fit,
  GRU,
  gradients,
  Input,
  InvalidOption,
  init,
  join,
  key,
  type Layer,
  Linear,
  LowRank,
  parallel,
  predict,
  Relu,
  Reshape,
  shared,
  type TensorInput,
  TimeDistributed,
  Transpose,
  tensor,
  trainStep,
  type Variables,
  WeightNorm,
} from '../../src/index.ts'
import type { IdsOf } from '../../src/network-types/kinds.ts'
import { untyped } from '../running.ts'

// Tensors of integers: they keep their kind and numbers, are computed with as floats, and are what layers that take ids expect.

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const numbers = (given: unknown): readonly number[] => [...(given as tf.Tensor).dataSync()]
const thrownBy = async (run: () => unknown): Promise<unknown> => {
  try {
    return void (await run())
  } catch (error) {
    return error
  }
}

describe('A tensor of integers', () => {
  const most = 2 ** 31 - 1
  const integers = fc.array(fc.integer({ min: -(2 ** 31), max: most }), { minLength: 1, maxLength: 20 })

  it('holds every integer of 32 bits, of whichever data', () => {
    fc.assert(
      fc.property(integers, list => {
        const typed = Int32Array.from(list)
        const { length } = list
        const all = [
          tensor(typed),
          tensor(typed, [1, length]),
          tensor({ data: typed, shape: [length] }),
          tensor(list, { dtype: 'int32' }),
          tensor([list], { dtype: 'int32' }),
          tensor(Float64Array.from(list), { dtype: 'int32', shape: [length, 1] }),
          tensor({ data: list, shape: [length] }, { dtype: 'int32' }),
          tensor(tensor(typed)),
          tensor(tensor(typed), { shape: [length, 1] }),
          tensor(tf.tensor(typed)),
        ]
        for (const made of all) {
          expect(made.dtype).to.equal('int32')
          expect(made.dataSync()).to.be.instanceOf(Int32Array)
          expect([...made.dataSync()]).to.deep.equal(list.map(n => n + 0))
        }
      }),
    )
  })

  it('has the shape that is asked for, or that of its data', () => {
    expect(tensor([[1, 2]], { dtype: 'int32' }).shape).to.deep.equal([1, 2])
    expect(tensor([[1, 2]], { dtype: 'int32', shape: [2, 1] }).shape).to.deep.equal([2, 1])
    expect(tensor(Int32Array.of(1, 2), [2, 1]).shape).to.deep.equal([2, 1])
    expect(tensor(5 as never, { dtype: 'int32' }).shape).to.deep.equal([])
    expect(tensor([1, 2], {}).dtype).to.equal('float32')
  })

  it('becomes one of floats, and the other way round, if it is asked for', () => {
    const floats = tensor(tensor(Int32Array.of(3, -4)), { dtype: 'float32' })
    expect([floats.dtype, ...numbers(floats)]).to.deep.equal(['float32', 3, -4])
    const integers = tensor(tensor([3, -4]), { dtype: 'int32' })
    expect([integers.dtype, ...numbers(integers)]).to.deep.equal(['int32', 3, -4])
    const truths = tensor(tf.tensor([true, false]), { dtype: 'int32' })
    expect([truths.dtype, ...numbers(truths)]).to.deep.equal(['int32', 1, 0])
    expect(tensor(tf.tensor([true, false])).dtype).to.equal('float32')
    expect(tensor(Int32Array.of(7), { dtype: 'float32' }).dtype).to.equal('float32')
  })

  it('is read later as it is read at once', async () => {
    const made = tensor(Int32Array.of(16_777_217))
    expect(await made.data()).to.deep.equal(Int32Array.of(16_777_217))
  })

  it('prints its numbers', () => {
    expect(String(tensor([[3, 7]], { dtype: 'int32' }))).to.include('3, 7')
  })

  it('refuses numbers that are none', () => {
    const whole = /tensor, data: expected whole numbers from -2147483648 to 2147483647, as int32 holds, got /
    const refused: readonly (readonly [TensorInput, RegExp])[] = [
      [[[1, 0.5]], /got 0.5 at \[0\]\[1\]/],
      [[2 ** 31], /got 2147483648 at \[0\]/],
      [[-(2 ** 31) - 1], /got -2147483649/],
      [[Number.NaN], /got NaN/],
      [Float32Array.of(1, 1.5), /got 1.5 at \[1\]/],
      [Uint32Array.of(2 ** 32 - 1), /got 4294967295/],
      [{ data: [1, 0.25], shape: [2] }, /got 0.25 at \[1\]/],
      [tensor([[1], [2.5]]), /got 2.5 at \[1\]\[0\]/],
      [0.5 as never, /got 0.5/],
    ]
    for (const [data, got] of refused) {
      expect(() => tensor(data, { dtype: 'int32' })).to.throw(InvalidOption, whole)
      expect(() => tensor(data, { dtype: 'int32' })).to.throw(got)
    }
    expect(() => untyped.tensor([1, 'a'], { dtype: 'int32' })).to.throw(InvalidOption, /expected numbers in nested/)
    expect(() => untyped.tensor([1], { dtype: 'int64' })).to.throw(
      InvalidOption,
      /tensor, dtype: expected 'float32' or/,
    )
    expect(() => untyped.tensor([1], { dtyp: 'int32' })).to.throw(InvalidOption, /Did you mean dtype/)
    expect(() => untyped.tensor([1], { shape: [2], dtype: 'int32' })).to.throw(InvalidOption, /2 numbers for the shape/)
    expect(() => untyped.tensor([1], { shape: 'ab' })).to.throw(InvalidOption, /expected a shape/)
  })

  it('leaks nothing when it is refused', () => {
    const given = tensor([0.5])
    const before = tf.memory().numTensors
    expect(() => tensor(given, { dtype: 'int32' })).to.throw(InvalidOption)
    expect(() => tensor([0.5], { dtype: 'int32' })).to.throw(InvalidOption)
    expect(tf.memory().numTensors).to.equal(before)
  })
})

describe('A network of floats', () => {
  const network = join(Input(4), Relu(3), Linear(2))
  const variables = init(network, key(1))
  const ids = tensor([[1, -2, 3, 16_777_217]], { shape: [1, 4], dtype: 'int32' })
  const floats = tensor(ids, { shape: [1, 4], dtype: 'float32' })
  const y = [[1, 2]]

  it('computes the same bits of integers, which stay as they are', async () => {
    const { output } = apply(network, variables, ids)
    expect(output.dtype).to.equal('float32')
    expect(numbers(output)).to.deep.equal(numbers(apply(network, variables, floats).output))
    expect(numbers(await predict(network, variables, ids))).to.deep.equal(
      numbers(await predict(network, variables, floats)),
    )
    const [a, b] = [gradients(network, variables, ids, y), gradients(network, variables, floats, y)]
    expect([a.input.dtype, ...numbers(a.input)]).to.deep.equal(['float32', ...numbers(b.input)])
    expect(numbers(a.params['relu-1'].weight)).to.deep.equal(numbers(b.params['relu-1'].weight))
    expect([ids.dtype, ids.isDisposed, ...numbers(ids)]).to.deep.equal(['int32', false, 1, -2, 3, 16_777_217])
  })

  for (const backend of engines)
    it(`computes the same bits of integers on ${backend}`, async () => {
      const model = compile(network, variables, { backend })
      const output = await model(ids)
      expect([output.dtype, ...numbers(output)]).to.deep.equal(['float32', ...numbers(await model(floats))])
      await model.dispose()
      const trained = async (x: typeof ids | typeof floats) =>
        (await fit(network, variables, { x, y }, { loss: 'mse', backend, epochs: 2, key: key(3) })).variables.params
      const [a, b] = [await trained(ids), await trained(floats)]
      expect(numbers(a['linear-1'].weight)).to.deep.equal(numbers(b['linear-1'].weight))
    })
})

describe('A layer that takes ids', () => {
  const network = join(Input(2), Embedding(3, 2), GRU(1))
  const variables = init(network, key(1))
  const x = [[2, 0]]
  const y = [[1]]
  const wanted = numbers(apply(network, variables, x).output)
  const sentence =
    "expected int32 ids for Embedding, got float32. Give tensor(ids, { dtype: 'int32' }), or ids in arrays."

  it('takes integers, and data without a kind', async () => {
    const given: readonly TensorInput[] = [
      tensor(x, { dtype: 'int32' }),
      tensor(Int32Array.of(2, 0), [1, 2]),
      tf.tensor(x, undefined, 'int32'),
      { data: Int32Array.of(2, 0), shape: [1, 2] },
      { data: Float32Array.of(2, 0), shape: [1, 2] },
      [Float32Array.of(2, 0)],
      [[2, 0]],
    ]
    for (const ids of given) {
      expect(numbers(apply(network, variables, ids).output)).to.deep.equal(wanted)
      expect(numbers(await predict(network, variables, ids))).to.deep.equal(wanted)
    }
  })

  it('takes the batches of data sets', async () => {
    const rows = dataset({ x: [Int32Array.of(2, 0), Int32Array.of(1, 1)], y: [[1], [2]] }).batch(2)
    const { variables: after } = await fit(network, variables, rows, { loss: 'mse', epochs: 1 })
    const lists = {
      x: [
        [2, 0],
        [1, 1],
      ],
      y: [[1], [2]],
    }
    const other = await fit(network, variables, lists, { loss: 'mse', epochs: 1, batchSize: 2, shuffle: false })
    expect(numbers(after.params['embedding-1'].weight)).to.deep.equal(
      numbers(other.variables.params['embedding-1'].weight),
    )
  })

  for (const [kind, floats] of [
    ['float32', tensor(x, [1, 2])],
    ['float32', tf.tensor(x)],
    ['bool', tf.tensor([[true, false]], undefined, 'bool')],
    ['float32', { shape: [1, 2], dtype: 'float32', dataSync: () => Float32Array.of(2, 0) }],
  ] as const) {
    // A tensor of another copy of tfjs is no list of one.
    const forms = floats instanceof tf.Tensor ? [floats, [floats]] : [floats]
    const refuses = async (owner: string, run: (given: never) => unknown) => {
      const before = tf.memory().numTensors
      for (const given of forms) {
        const error = await thrownBy(() => run(given as never))
        expect(error).to.be.instanceOf(InvalidOption)
        expect((error as Error).message).to.equal(`${owner}: ${sentence.replace('got float32', `got ${kind}`)}`)
      }
      expect(tf.memory().numTensors).to.equal(before)
    }
    it(`refuses ${kind}, of ${floats.constructor.name}`, async () => {
      await refuses('apply, input', given => apply(network, variables, given))
      await refuses('apply, input', given => apply(network, variables, given, { training: true }))
      await refuses('gradients, input', given => gradients(network, variables, given, y))
      await refuses('predict, x', given => predict(network, variables, given))
      await refuses('evaluate, x', given => evaluate(network, variables, { x: given, y }, { loss: 'mse' }))
    })
    for (const backend of engines)
      it(`refuses ${kind}, of ${floats.constructor.name}, on ${backend}`, async () => {
        const model = compile(network, variables, { backend })
        await refuses('compile, input', given => model(given))
        await refuses('apply, input', given => model.apply(given))
        await refuses('gradients, input', given => model.gradients(given, y))
        await refuses('predict, x', given => predict(network, variables, given, { backend }))
        await model.dispose()
        await refuses('fit, x', given => fit(network, variables, { x: given, y }, { loss: 'mse', backend }))
        const step = trainStep(network, { loss: 'mse', backend })
        const first = step.init(variables, key(0))
        await refuses('trainStep, x', given => step(first, { x: given, y }))
        const compiled = compileTraining(network, { loss: 'mse', backend })
        const state = await compiled.init(variables, key(0))
        await refuses('compileTraining, x', given => compiled(state, { x: given, y }))
        await compiled.dispose()
      })
  }

  it('names the one of several inputs', () => {
    const two = join(parallel(Input(2), Input(2)), parallel(Relu(3), join(Embedding(3, 2), Reshape())), Concatenate())
    const own = init(two, key(1))
    const [ids, floats] = [tensor(x, { shape: [1, 2], dtype: 'int32' }), tensor(x, [1, 2])]
    expect(numbers(apply(two, own, [floats, ids]).output)).to.deep.equal(numbers(apply(two, own, [x, x]).output))
    expect(() => apply(two, own, [ids, floats] as never)).to.throw(InvalidOption, `apply, input[1]: ${sentence}`)
  })

  // What the compiler knows of a network, beside what the run time knows.
  const cases = [
    [join(Input([2, 2]), Reshape([4]), Transpose([0, 1]), Embedding(3, 2)), 'Embedding'],
    [join(Input([2, 2]), branch(join(Reshape(), Relu(3)), join(Embedding(3, 2), Reshape()))), 'Embedding'],
    [join(Input([2, 2]), shared('table', Embedding(3, 2))), 'Embedding'],
    [join(Input([2, 2]), join(join(Reshape(), Embedding(3, 2)))), 'Embedding'],
    [join(Input([2, 2]), TimeDistributed(Embedding(3, 2))), 'TimeDistributed'],
    [join(Input([2, 2]), WeightNorm(Embedding(3, 2))), 'WeightNorm'],
    [join(Input([2, 2]), LowRank(join(Reshape([4]), Embedding(3, 2)), 1)), 'LowRank'],
    [join(Input([2, 2]), Reshape(), Relu(), Embedding(3, 2)), null],
    [join(Input([2, 2]), Reshape(), WeightNorm(Linear(2))), null],
  ] as const
  type Said<C> = {
    readonly [I in keyof C]: C[I] extends readonly [infer N, unknown]
      ? [IdsOf<N>] extends [never]
        ? null
        : IdsOf<N>
      : never
  }
  const said: Said<typeof cases> = [
    'Embedding',
    'Embedding',
    'Embedding',
    'Embedding',
    'TimeDistributed',
    'WeightNorm',
    'LowRank',
    null,
    null,
  ]
  for (const [i, [known, kind]] of cases.entries())
    it(`is found by the compiler and at run time alike: ${known}`, () => {
      const given = known as unknown as Layer
      const run = () => apply(given, init(given, key(1)) as unknown as Variables, tensor([1, 1, 1, 1], [1, 2, 2]))
      expect(said[i]).to.equal(kind)
      if (kind === null) expect(run).to.not.throw()
      else expect(run).to.throw(InvalidOption, `int32 ids for ${kind}, got float32`)
    })
})
