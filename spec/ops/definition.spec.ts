import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { prepare } from '../../src/backends/prepare.ts'
import { cost, type GraphNode, gradients, interpret, topological, trace } from '../../src/graph.ts'
import {
  defineOperation,
  graphOps,
  InvalidOption,
  LayerConnectionError,
  type Ops,
  placeholder,
  tape,
  tfjsOps,
} from '../../src/index.ts'
import { backends } from '../running-backends.ts'
import { checkGradients, checkSecondGradients, close, gradientsOf } from './derivatives.ts'
import { type Numbers, reference } from './reference.ts'

const none = (): never => {
  throw new Error('no tensor')
}

/** `factor x³`, with the derivative written by hand. */
const cube = defineOperation<readonly [factor: number]>('cube', {
  tensors: 1,
  shape: ([x]) => x ?? none(),
  compute: (ops, [x = none()], factor) => ops.multiply(ops.constant(factor), ops.multiply(x, ops.square(x))),
  derivative: (ops, gradient, { inputs: [x = none()] }, factor) => [
    ops.multiply(gradient, ops.multiply(ops.constant(3 * factor), ops.square(x))),
  ],
})
/** A step, through which gradients go on. */
const step = defineOperation('step', {
  tensors: 1,
  shape: ([x]) => x ?? none(),
  compute: (ops, [x = none()]) => ops.greater(x, ops.constant(0)),
  derivative: (_, gradient) => [gradient],
})
const hypotenuse = defineOperation('hypotenuse', {
  tensors: 2,
  shape: ([a = [], b = []]) => (a.join() === b.join() ? a : 'two tensors of one shape'),
  compute: (ops, [a = none(), b = none()]) => ops.sqrt(ops.add(ops.square(a), ops.square(b))),
})

const x: Numbers = { shape: [3], data: [-1.5, 0.5, 2] }
const y: Numbers = { shape: [3], data: [0.25, -1, 3] }

describe('defineOperation', () => {
  it('computes at once, and has the derivative that is given, also again', () => {
    expect(cube(reference, [x], 2).data).to.deep.equal(x.data.map(value => 2 * value ** 3))
    checkGradients((ops, [a]) => cube(ops, [a as never], 2), [true], [x])
    checkSecondGradients((ops, [a]) => cube(ops, [a as never], 2), [true], [x])
    const found = gradientsOf(reference, (ops, [a]) => step(ops, [a as never]), [true], [x], y)
    expect(found).to.deep.equal([y])
  })

  it('has the derivative of what it computes where none is given', () => {
    checkGradients((ops, given) => hypotenuse(ops, given), [true, true], [x, y])
    checkSecondGradients((ops, given) => hypotenuse(ops, given), [true, true], [x, y])
  })

  it('goes through tapes over tapes, and asks for no gradient that nothing needs', () => {
    const asked: (readonly boolean[])[] = []
    const product = defineOperation('product', {
      tensors: 2,
      shape: ([a]) => a ?? none(),
      compute: (ops, [a = none(), b = none()]) => ops.multiply(a, b),
      derivative: (ops, gradient, { inputs: [a = none(), b = none()], needed }) => {
        asked.push(needed)
        return [needed[0] ? ops.multiply(gradient, b) : null, needed[1] ? ops.multiply(gradient, a) : null]
      },
    })
    checkGradients((ops, given) => product(ops, given), [true, false], [x, y])
    checkSecondGradients((ops, given) => product(ops, given), [true, true], [x, y])
    expect(asked[0]).to.deep.equal([true, false])
  })

  it('has its own derivative in a graph that was traced before, without kernels too', () => {
    const own = trace((ops, at) => [step(ops, [cube(ops, [at as GraphNode], 2)])], [[3]])
    const slopes = gradients(own)
    const found = interpret(
      reference,
      slopes.outputs,
      new Map<GraphNode, Numbers>(slopes.inputs.map(input => [input, x])),
    )
    close(
      found[0]?.data ?? [],
      x.data.map(value => 6 * value ** 2),
      1e-12,
    )
    // Inlined for backends, and counted as what it computes.
    expect(topological(prepare(own).graph.outputs).some(({ kind }) => kind === 'own')).to.equal(false)
    const inlined = trace((ops, at) => [ops.greater(ops.exp(at as GraphNode), ops.constant(0))], [[3]])
    const called = trace((ops, at) => [step(ops, [ops.exp(at as GraphNode)])], [[3]])
    expect(cost(called.outputs)).to.deep.include({ flops: cost(inlined.outputs).flops })
  })

  it('is one node where it is called twice alike, and not where another operation is', () => {
    const other = defineOperation('other', {
      tensors: 1,
      shape: ([a]) => a ?? none(),
      compute: (ops, [a = none()]) => ops.exp(a),
      derivative: (_, gradient) => [gradient],
    })
    const own = trace((ops, at) => [step, step, other].map(f => f(ops, [at as GraphNode])), [[3]])
    expect(own.outputs[0]).to.equal(own.outputs[1]).and.not.to.equal(own.outputs[2])
  })

  for (const [name, choose] of Object.entries(backends))
    it(`is compiled by ${name}, with its derivative`, async () => {
      const slope = <T>(ops: Ops<T>, at: T): T => {
        const { ops: taped, variable, gradients } = tape(ops)
        const own = variable(at)
        return gradients([[step(taped, [cube(taped, [own], 2)]), ops.constant(1, [3])]], [own])[0] as T
      }
      const backend = await choose()
      const own = trace(
        (ops, at) => [hypotenuse(ops, [at as GraphNode, at as GraphNode]), slope(ops, at as GraphNode)],
        [[3]],
      )
      const program = await backend.compile(prepare(own).graph)
      const [first, second] = await program.run([backend.upload(Float32Array.from(x.data), [3])], [0])
      const found = [await backend.download(first), await backend.download(second)]
      for (const handle of [first, second]) backend.release(handle)
      program.dispose()
      for (const [i, value] of x.data.entries()) {
        expect(found[0]?.[i]).to.be.closeTo(Math.SQRT2 * Math.abs(value), 1e-5)
        expect(found[1]?.[i]).to.be.closeTo(6 * value ** 2, 1e-5)
      }
    })

  it('refuses what does not fit, by its name', () => {
    const at = placeholder('x', [3])
    expect(() => hypotenuse(graphOps, [at, placeholder('y', [4])])).to.throw(
      LayerConnectionError,
      'hypotenuse: expected two tensors of one shape, got [(3,), (4,)]',
    )
    expect(() => hypotenuse(graphOps, [at])).to.throw(
      InvalidOption,
      'hypotenuse, inputs: expected an array of 2 tensors',
    )
    expect(() => tf.tidy(() => step(tfjsOps, [1 as never]))).to.throw(
      InvalidOption,
      'step, inputs: expected an array of 1 tensors',
    )
    expect(() => step({} as never, [at])).to.throw(InvalidOption, 'step, ops: expected operations')
    const wrong = defineOperation('wrong', {
      tensors: 1,
      shape: () => [2],
      compute: (_, [a = none()]) => a,
    })
    expect(() => wrong(graphOps, [at])).to.throw(
      InvalidOption,
      'wrong, compute: expected a tensor of shape (2,), got (3,)',
    )
    const uneven = defineOperation('uneven', {
      tensors: 1,
      shape: ([a]) => a ?? none(),
      compute: (_, [a = none()]) => a,
      derivative: (ops, gradient) => [ops.sum(gradient)],
    })
    expect(() => gradientsOf(reference, (ops, [a]) => uneven(ops, [a as never]), [true], [x], y)).to.throw(
      InvalidOption,
      'uneven, derivative: expected a gradient or null for each of (3,), of its shape, got ()',
    )
    for (const [name, rules] of [
      ['', cube],
      ['x', null],
      ['x', { tensors: 1, shape: () => [], compute: 1 }],
      ['x', { tensors: 0, shape: () => [], compute: () => 1 }],
      ['x', { tensors: 1, shape: () => [], compute: () => 1, derivative: 1 }],
    ] as const)
      expect(() => defineOperation(name, rules as never)).to.throw(InvalidOption, 'defineOperation, ')
  })
})
