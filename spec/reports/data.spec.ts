import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../src/index.ts'
import { textOf } from '../faults.ts'
import { untyped } from '../running.ts'

// What is given for a tensor, or for a weight, holds numbers: everything else is refused in one place.

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const network = j.join(j.Input(2), j.Linear(1, { weight: [[1], [10]], bias: 0 }))
const variables = j.init(network, j.key(0))

const cyclic: unknown[] = []
cyclic.push(cyclic)
const throwing = new Proxy([1, 2], {
  get: () => {
    throw new TypeError('no entry')
  },
})
const revoked = Proxy.revocable([], {})
revoked.revoke()
const disposed = tf.tensor([[1, 2]])
disposed.dispose()

/** What holds no numbers, and what its error says of it. */
const wrong: readonly (readonly [name: string, value: unknown, got: string])[] = [
  ['texts in flat data', { data: ['a', 'b'], shape: [1, 2] }, "'a' at [0]"],
  ['undefined in flat data', { data: [1, undefined], shape: [1, 2] }, 'undefined at [1]'],
  ['null in flat data', { data: [1, null], shape: [1, 2] }, 'null at [1]'],
  ['arrays in flat data', { data: [[1], [2]], shape: [1, 2] }, '[1] at [0]'],
  // biome-ignore lint/suspicious/noSparseArray: what happens to one
  ['a hole in flat data', { data: [1, , 3], shape: [1, 3] }, 'undefined at [1]'],
  ['no data', { data: null, shape: [1, 2] }, 'null'],
  ['a text as data', { data: 'ab', shape: [1, 2] }, "'ab'"],
  ['BigInts in flat data', { data: new BigInt64Array(2), shape: [1, 2] }, 'BigInt64Array of 2'],
  ['a DataView', { data: new DataView(new ArrayBuffer(8)), shape: [1, 2] }, 'DataView of 8 bytes'],
  ['a shape that is none', { data: [1, 2], shape: 2 }, 'the shape 2'],
  ['a shape of a text', { data: [1, 2], shape: '12' }, "the shape '12'"],
  // biome-ignore lint/suspicious/noSparseArray: what happens to one
  ['a shape with a hole', { data: [], shape: [, 2] }, 'the shape [, 2]'],
  ['a negative shape', { data: [1, 2], shape: [-1, -2] }, 'the shape [-1, -2]'],
  ['a shape for other data', { data: [1, 2], shape: [1, 3] }, '2 numbers'],
  ['a shape beyond counting', { data: [1], shape: [2 ** 40, 2 ** 40] }, '1 numbers'],
  // biome-ignore lint/suspicious/noSparseArray: what happens to one
  ['a hole', [[1, , 3]], 'undefined at [0][1]'],
  ['BigInts', [[1n, 2n]], '1n at [0][0]'],
  ['an array of BigInts', [new BigInt64Array(2)], 'BigInt64Array of 2 at [0]'],
  ['a text', [['1', '2']], "'1' at [0][0]"],
  ['truth values', [[true, false]], 'true at [0][0]'],
  ['an array within itself', cyclic, 'more levels, or an array that holds itself'],
  ['rows of several lengths', [[1, 2], [3]], 'an array of length 1 at [1], after one of 2'],
  ['an array beside a number', [[1, 2], 3], '3 at [1]'],
  ['an array in place of a number', [[1, [2]]], '[2] at [0][1]'],
  ['an empty array', [], 'an empty array'],
  ['an empty row', [[]], 'an empty array at [0]'],
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a promise', Promise.resolve([[1, 2]]), 'a promise'],
  ['a function', () => [[1, 2]], 'a function'],
  ['a symbol', Symbol('x'), 'Symbol(x)'],
  ['an object', { x: 1 }, '{ x: 1 }'],
  ['a proxy that throws', throwing, 'an object that throws'],
  ['a revoked proxy', revoked.proxy, 'an object that throws'],
  ['a disposed tensor', disposed, 'a disposed one'],
  ['a tensor of texts', tf.tensor([['a', 'b']]), 'one of type string'],
  ['a tensor of complex numbers', tf.complex([[1, 2]], [[1, 2]]), 'one of type complex64'],
]

const refusal = async (call: () => unknown): Promise<string> => {
  try {
    await call()
  } catch (error) {
    return textOf(error)
  }
  throw new Error('no error came')
}

describe('Flat data of texts is NaN, holes are 0: data that holds no numbers', () => {
  for (const [name, value, got] of wrong)
    it(`${name}: InvalidOption from every function that takes data`, async () => {
      const calls: readonly (() => unknown)[] = [
        () => untyped.tensor(value),
        () => untyped.apply(network, variables, value),
        () => untyped.gradients(network, variables, value, [[1]]),
        () => untyped.gradients(network, variables, [[1, 2]], value),
        () => untyped.predict(network, variables, value),
        () => untyped.fit(network, variables, { x: value, y: [[1]] }),
        () => untyped.fit(network, variables, { x: [[1, 2]], y: value }),
        () => untyped.evaluate(network, variables, { x: value, y: [[1]] }),
        () => untyped.mse(value, [[1]]),
      ]
      const before = tf.memory().numTensors
      for (const call of calls) {
        const text = await refusal(call)
        expect(text).to.match(/^InvalidOption of tensor, data: expected /)
        expect(text).to.include(`got ${got}`)
      }
      for (const backend of engines) {
        const model = j.compile(network, variables, { backend })
        expect(await refusal(() => model(value as never)), backend).to.include(`InvalidOption of tensor, data`)
        await model.dispose()
      }
      expect(tf.memory().numTensors).to.be.at.most(before)
    })

  it('a shape that is none: InvalidOption', async () => {
    for (const shape of [5, 'ab', [1.5], [-8], [8, 2], [Number.NaN], () => [8], Symbol('s'), null])
      expect(await refusal(() => untyped.tensor([1, 2, 3, 4, 5, 6, 7, 8], shape)), String(shape)).to.match(
        /^InvalidOption of tensor, data: expected (a shape|16 numbers)/,
      )
  })
})

describe('ImageData and other typed arrays', () => {
  const arrays = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ]
  for (const Numbers of arrays)
    it(`${Numbers.name} is read in every place`, async () => {
      const data = Numbers.of(3, 4)
      const buffer = new Numbers(new SharedArrayBuffer(2 * Numbers.BYTES_PER_ELEMENT) as never)
      buffer.set(data)
      expect([...j.tensor(data).dataSync()]).to.deep.equal([3, 4])
      for (const x of [{ data, shape: [1, 2] }, [data], [buffer], { data: buffer, shape: [1, 2] }]) {
        expect([...j.apply(network, variables, x).output.dataSync()]).to.deep.equal([43])
        for (const backend of engines) {
          const model = j.compile(network, variables, { backend })
          expect([...(await model(x)).dataSync()], backend).to.deep.equal([43])
          await model.dispose()
        }
      }
      expect(String(j.Relu(2, { bias: data }))).to.equal("Relu(2, { bias: '<2>' })")
    })

  it('tensors of integers and truth values are computed with as 32-bit floats', async () => {
    const pooled = j.join(j.Input([2, 2, 1]), j.AveragePooling([2, 2]), j.Reshape(), j.Softmax())
    const own = j.init(pooled, j.key(0))
    for (const x of [tf.tensor([1, 2, 3, 4], [1, 2, 2, 1], 'int32'), tf.tensor([1, 0, 1, 1], [1, 2, 2, 1], 'bool')]) {
      expect([...(j.apply(pooled, own, x).output as unknown as tf.Tensor).dataSync()]).to.deep.equal([1])
      expect(j.tensor(x).dtype).to.equal(x.dtype === 'int32' ? 'int32' : 'float32')
      expect(x.isDisposed).to.equal(false)
      for (const backend of engines) {
        const model = j.compile(pooled, own, { backend })
        expect([...((await model(x)) as unknown as tf.Tensor).dataSync()], backend).to.deep.equal([1])
        await model.dispose()
      }
    }
  })

  it('a tensor of another copy of tfjs is read as one of ours', () => {
    const foreign = { shape: [1, 2], dtype: 'float32', dataSync: () => Float32Array.of(3, 4) }
    expect([...j.apply(network, variables, foreign as never).output.dataSync()]).to.deep.equal([43])
  })
})

describe('Nested arrays of any depth and size take linear time', () => {
  it('29 levels took 10 seconds, and twice as long with each more', () => {
    const nested = JSON.parse(`${'['.repeat(29)}1${']'.repeat(29)}`)
    const begun = performance.now()
    expect(j.tensor(nested).size).to.equal(1)
    expect(performance.now() - begun).to.be.below(200)
  })

  it('more levels than 32 are refused, however many', async () => {
    for (const levels of [33, 5000]) {
      const nested = JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`)
      expect(await refusal(() => j.tensor(nested))).to.include('expected at most 32 levels of arrays')
      expect(await refusal(() => untyped.Relu(3, { weight: nested }))).to.include('InvalidOption of Relu, weight')
    }
  })

  it('one array in many places, more numbers than memory holds: refused before it is read', async () => {
    const laughs = [1, 2, 3, 4].reduce<unknown>(inner => Array(1000).fill(inner), 1)
    expect(await refusal(() => j.tensor(laughs as never))).to.include('expected at most 268435456 numbers in arrays')
    const sparse: number[] = []
    sparse.length = 4294967295
    sparse[0] = 1
    expect(await refusal(() => j.tensor(sparse))).to.include('expected at most 268435456 numbers in arrays')
    expect(await refusal(() => j.tensor({ data: sparse, shape: [4294967295] }))).to.include('268435456')
  })
})

describe('Values of weights are read by the same rules', () => {
  for (const [name, value] of wrong)
    if (typeof value === 'object' && value !== null)
      it(`${name}: InvalidOption`, async () => {
        expect(await refusal(() => untyped.Relu(1, { weight: value }))).to.match(/^InvalidOption of Relu, weight/)
        expect(await refusal(() => untyped.Relu(1, { bias: value }))).to.match(/^InvalidOption of Relu, bias/)
      })

  it('objects that only say that they are values are refused', async () => {
    for (const value of [
      { kind: 'Values', shape: [1], data: 'a' },
      { kind: 'Values', shape: [3], data: new Float32Array(1) },
      { kind: 'Initializer', name: 'normal' },
      JSON.parse('{ "kind": "Initializer", "sample": true }'),
    ])
      expect(await refusal(() => untyped.Relu(1, { weight: value }))).to.match(/^InvalidOption of Relu, weight/)
  })
})
