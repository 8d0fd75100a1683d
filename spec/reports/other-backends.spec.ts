import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  branch,
  compile,
  gradients,
  Identity,
  Input,
  init,
  join,
  key,
  Linear,
  Relu,
  Softmax,
  tensor,
} from '../../src/index.ts'
import { printed } from '../process.ts'

const numbers = (output: unknown): readonly number[] => Array.from((output as tf.Tensor).dataSync())
const near = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).to.equal(expected.length)
  for (const [i, value] of expected.entries()) expect(actual[i]).to.be.closeTo(value, 1e-5)
}

describe('After tf.setBackend, tensors of before are gone, or calls fail', () => {
  const network = join(Input(2), Relu(3), Softmax(2))
  let before: string
  beforeEach(async () => {
    before = tf.getBackend() || 'cpu'
    await tf.setBackend('cpu')
    // Not before another backend is in use: it would be the one that tests without a backend wait for.
    await import('@tensorflow/tfjs-backend-wasm')
  })
  afterEach(() => tf.setBackend(before))

  it('inputs and variables serve on the other backend, and stay', async () => {
    const [variables, x] = [init(network, key(0)), tensor([[1, 2]])]
    const expected = numbers(apply(network, variables, x).output)
    await tf.setBackend('wasm')
    const model = compile(network, variables)
    for (let call = 1; call <= 6; call++) {
      near(numbers(await model(x)), expected)
      near(numbers(await compile(network)(variables, x)), expected)
      near(numbers(apply(network, variables, x).output), expected)
      gradients(network, variables, x, [[1, 1]])
      tensor(x).dispose()
      expect(numbers(x)).to.deep.equal([1, 2])
    }
    await tf.setBackend('cpu')
    expect(numbers(apply(network, variables, x).output)).to.deep.equal(expected)
    expect(numbers(x)).to.deep.equal([1, 2])
  })

  it('an output that is the input is a tensor of its own', async () => {
    const x = tensor([[1, 2]])
    await tf.setBackend('wasm')
    const same = join(Input(2), Identity())
    const { output } = apply(same, init(same, key(0)), x)
    output.dispose()
    expect(numbers(x)).to.deep.equal([1, 2])
  })

  it('int32 inputs serve at every call', async () => {
    const variables = init(network, key(0))
    const x = tf.tensor2d([[1, 2]], [1, 2], 'int32')
    const expected = numbers(apply(network, variables, x).output)
    await tf.setBackend('wasm')
    for (let call = 1; call <= 6; call++) near(numbers(apply(network, variables, x).output), expected)
    expect(x.dtype).to.equal('int32')
    x.dispose()
  })

  it('two outputs that are one tensor of more than 64 MB are tensors of their own', async () => {
    await tf.setBackend('wasm')
    const twice = join(Input(1), Linear(2 ** 12), branch(Identity(), Identity()))
    const x = tensor(new Float32Array(2 ** 13).fill(1), [2 ** 13, 1])
    const variables = init(twice, key(0))
    const [first, second] = apply(twice, variables, x, { training: true }).output
    first.dispose()
    expect(second.dataSync().subarray(0, 2 ** 12)).to.deep.equal(variables.params['linear-1'].weight.dataSync())
    second.dispose()
  })

  it('results beyond 64 MB that wait for the garbage collector lie in memory that it knows', async () => {
    await tf.setBackend('wasm')
    const same = join(Input(2), Relu())
    const variables = init(same, key(0))
    const frame = tensor(new Float32Array(2 ** 20).fill(3), [2 ** 19, 2])
    let last = frame
    for (let call = 0; call < 40; call++) last = apply(same, variables, last).output as never
    const memory = (tf.engine().backend as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
    expect(memory).to.be.below(400e6)
    expect(last.dataSync()[5]).to.equal(3)
  })
})

describe('Importing joinery changes other libraries', () => {
  it('the cpu backend of tfjs is as it was', () => {
    expect(Object.getOwnPropertyNames(MathBackendCPU.prototype)).not.to.include('firstUse')
  })

  it('tfjs has not chosen a backend yet: another may be registered', async () => {
    const program = "console.log(typeof joinery.apply, tf.engine().backendName ?? 'none')"
    expect(await printed(program)).to.equal('function none')
  })
})

describe('A backend of tfjs that is named before anything else', () => {
  it('is the one that tfjs goes on with', async () => {
    const program = `
      const backend = joinery.tfjs('cpu')
      const network = joinery.join(joinery.Input(2), joinery.Relu(3))
      const model = joinery.compile(network, joinery.init(network, joinery.key(1)), { backend })
      console.log((await model([[1, 2]])).shape.join())`
    expect(await printed(program)).to.equal('1,3')
  })
})
