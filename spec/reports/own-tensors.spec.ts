import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  compile,
  evaluate,
  gradients,
  graphOps,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Lambda,
  LayerConnectionError,
  placeholder,
  predict,
  Relu,
  tape,
  tensor,
  tfjsOps,
  WeightInitializationError,
} from '../../src/index.ts'

const network = join(Input(2), Relu(3))
const x = [[1, 2]]
const numbers = (output: unknown): readonly number[] => Array.from((output as tf.Tensor).dataSync())

/** The error that a call gives, at once or later. */
const faultOf = async (call: () => unknown): Promise<unknown> => {
  try {
    await call()
  } catch (error) {
    return error
  }
  return undefined
}

describe('A tensor that was disposed fails in words of tfjs', () => {
  const disposed = () => {
    const variables = init(network, key(0))
    variables.params['relu-1'].weight.dispose()
    return variables
  }
  const gone = () => {
    const input = tensor(x)
    input.dispose()
    return input
  }
  const variables = () => init(network, key(0))
  const byVariables: Readonly<Record<string, () => unknown>> = {
    apply: () => apply(network, disposed(), x),
    'apply in training': () => apply(network, disposed(), x, { training: true }),
    gradients: () => gradients(network, disposed(), x, [[1, 1, 1]]),
    predict: () => predict(network, disposed(), x),
    evaluate: () => evaluate(network, disposed(), { x, y: [[1, 1, 1]] }),
    compile: () => compile(network, disposed())(x),
    'compile without variables': () => compile(network)(disposed(), x),
    'compiled apply': () => compile(network, disposed()).apply(x),
    'compiled gradients': () => compile(network, disposed()).gradients(x, [[1, 1, 1]]),
  }
  for (const [name, call] of Object.entries(byVariables))
    it(`${name} names the variable`, async () => {
      const error = await faultOf(call)
      expect(error).to.be.instanceOf(WeightInitializationError)
      expect(error).to.have.property('layer', 'relu-1')
      expect((error as Error).message).to.include('a tensor that has been disposed')
    })
  const byInput: Readonly<Record<string, () => unknown>> = {
    apply: () => apply(network, variables(), gone()),
    gradients: () => gradients(network, variables(), gone(), [[1, 1, 1]]),
    'gradients of a cotangent': () => gradients(network, variables(), x, gone()),
    predict: () => predict(network, variables(), gone()),
    compile: () => compile(network, variables())(gone()),
    tensor: () => tensor(gone()),
  }
  for (const [name, call] of Object.entries(byInput))
    it(`${name} says so of an input`, async () => expect(await faultOf(call)).to.be.instanceOf(InvalidOption))

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`what is disposed after a call of ${backend} changes nothing of it`, async () => {
      const expected = numbers(apply(network, variables(), x).output)
      const [bound, given, input] = [variables(), variables(), tensor(x)]
      const runs = [
        compile(network, bound, { backend })(input),
        compile(network, { backend })(given, input),
        compile(network, given, { backend }).apply(input),
      ] as const
      for (const tree of [bound, given]) for (const own of Object.values(tree.params['relu-1'])) own.dispose()
      input.dispose()
      const [a, b, c] = await Promise.all(runs)
      for (const output of [a, b, c.output])
        for (const [i, value] of numbers(output).entries()) expect(value).to.be.closeTo(expected[i] as number, 1e-6)
    })
})

describe('Within a tf.tidy of the user', () => {
  it('results are the same, those that are returned live, and the others are named when they are used', () => {
    const variables = init(network, key(0))
    const expected = numbers(apply(network, variables, x).output)
    let other: unknown
    const output = tf.tidy(() => {
      other = apply(network, variables, x).output
      gradients(network, variables, x, [[1, 1, 1]])
      return apply(network, variables, x).output
    })
    expect(numbers(output)).to.deep.equal(expected)
    expect((other as tf.Tensor).isDisposed).to.equal(true)
    expect(() => apply(join(Input(3), Relu(1)), variables as never, other as tf.Tensor)).to.throw(InvalidOption)
    expect(numbers(apply(network, variables, x).output)).to.deep.equal(expected)
  })

  it('variables that are made there are disposed with it, unless they are returned', () => {
    let lost: unknown
    const kept = tf.tidy(() => {
      lost = init(network, key(0))
      return init(network, key(0)) as never
    }) as ReturnType<typeof init<typeof network>>
    expect(apply(network, kept, x).output.shape).to.deep.equal([1, 3])
    expect(() => apply(network, lost as never, x)).to.throw(WeightInitializationError, 'has been disposed')
  })

  it('counts are as before when all has been disposed', () => {
    const before = tf.memory()
    tf.tidy(() => {
      const variables = init(network, key(0))
      for (let call = 0; call < 5; call++) apply(network, variables, x)
    })
    const { numTensors, numBytes, numDataBuffers } = tf.memory()
    expect({ numTensors, numBytes, numDataBuffers }).to.deep.equal({
      numTensors: before.numTensors,
      numBytes: before.numBytes,
      numDataBuffers: before.numDataBuffers,
    })
  })
})

describe('Variables that went through JSON', () => {
  const json = JSON.parse(JSON.stringify(init(network, key(0))))
  const calls: Readonly<Record<string, () => unknown>> = {
    apply: () => apply(network, json, x),
    'apply in training': () => apply(network, json, x, { training: true }),
    gradients: () => gradients(network, json, x, [[1, 1, 1]]),
    predict: () => predict(network, json, x),
    compile: () => compile(network, json)(x),
    'compile without variables': () => compile(network)(json, x),
  }
  for (const [name, call] of Object.entries(calls))
    it(`are refused by ${name}`, async () => expect(await faultOf(call)).to.be.instanceOf(WeightInitializationError))
})

describe('A forgotten batch', () => {
  const said =
    'expected a batch, (?, 2), got (2,), as one example has. The batch comes first: for one example [1, 2], give [[1, 2]].'
  const calls: Readonly<Record<string, () => unknown>> = {
    apply: () => apply(network, init(network, key(0)), [1, 2] as never),
    gradients: () => gradients(network, init(network, key(0)), [1, 2] as never, [[1, 1, 1]]),
    predict: () => predict(network, init(network, key(0)), [1, 2] as never),
    compile: () => compile(network, init(network, key(0)))([1, 2] as never),
  }
  for (const [name, call] of Object.entries(calls))
    it(`is named by ${name}`, async () => {
      const error = await faultOf(call)
      expect(error).to.be.instanceOf(LayerConnectionError)
      expect((error as Error).message).to.include(said)
    })
})

describe('Other operations get what is not theirs', () => {
  const variables = init(network, key(0))
  const node = placeholder('x', [null, 2])
  const faults: Readonly<Record<string, readonly [() => unknown, string]>> = {
    'a missing variable': [
      () => apply(network, { params: {}, state: {} }, node, { ops: graphOps }),
      'relu-1: expected variables of this layer, got none',
    ],
    'a tensor of tfjs as a variable of a graph': [
      () => apply(network, variables as never, node, { ops: graphOps }),
      'got a value of another kind',
    ],
    'a nested array as the input of a graph': [
      () => apply(network, variables as never, x as never, { ops: graphOps }),
      'apply, input: expected tensors of the operations that are given',
    ],
    'a tensor that no tape knows': [
      () => {
        const { ops } = tape(tfjsOps)
        // One of the operations beneath a tape would be taken as it is.
        return apply(network, variables as never, tape(tfjsOps).variable(tensor(x)) as never, { ops })
      },
      'apply, input: expected tensors of the operations that are given',
    ],
  }
  for (const [name, [call, message]] of Object.entries(faults))
    it(`${name} is named`, () => expect(call).to.throw(message))
})

describe('compile(network, { backend }) is refused', () => {
  it('options stand in the place of variables, which are given with each call', async () => {
    const variables = init(network, key(0))
    const expected = numbers(apply(network, variables, x).output)
    for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const) {
      const model = compile(network, { backend })
      for (const [i, value] of numbers(await model(variables, x)).entries())
        expect(value).to.be.closeTo(expected[i] as number, 1e-6)
    }
    expect(() => compile(network, { backnd: 'tfjs' } as never)).to.throw(InvalidOption, 'backend')
  })
})

describe('predict puts rows into wrong places', () => {
  it('where the first axis of an output is not the batch, though it is as long', async () => {
    const turned = join(
      Input(4),
      Lambda(
        (ops, input) => ops.transpose(input, [1, 0]),
        ([batch, features]) => [features ?? null, batch ?? null],
      ),
    )
    const square = Array.from({ length: 4 }, (_, i) => [i, 1, 2, 3])
    const error = await faultOf(() => predict(turned, init(turned, key(0)), square))
    expect(error).to.be.instanceOf(InvalidOption)
    expect((error as Error).message).to.include('expected outputs whose first axis is the batch')
    expect(apply(turned, init(turned, key(0)), square).output.shape).to.deep.equal([4, 4])
  })
})
