import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { type GraphNode, interpret, trace } from '../../src/graph.ts'
import { InvalidOption, type Ops, tape, tfjsOps } from '../../src/index.ts'
import { type Numbers, reference } from './reference.ts'

/** Gradients of a function's sum with respect to one value. */
const slope = <T>(ops: Ops<T>, f: (ops: Ops<T>, x: T) => T, x: T): T => {
  const own = tape(ops)
  const at = own.variable(x)
  // What the function closes over is of the interpreter beneath.
  const y = f(own.ops as unknown as Ops<T>, at as T)
  const [gradient] = own.gradients([[y as never, ops.constant(1)]], [at])
  return gradient as T
}
const cube = <T>(ops: Ops<T>, x: T): T => ops.multiply(x, ops.square(x))

/** A function of one scalar on every interpreter. */
const onEach = (f: <T>(ops: Ops<T>, x: T) => T, x: number): readonly number[] => {
  const graph = trace((ops, at) => [f(ops, at as GraphNode)], [[]])
  const given: Numbers = { shape: [], data: [x] }
  return [
    tf.tidy(() => f(tfjsOps, tf.scalar(x)).dataSync()[0] as number),
    f(reference, given).data[0] as number,
    interpret(reference, graph.outputs, new Map<GraphNode, Numbers>([[graph.inputs[0] as GraphNode, given]]))[0]
      ?.data[0] as number,
  ]
}

describe('A tape', () => {
  it('takes values of the operations beneath as fixed', () => {
    const found = onEach((ops, x) => {
      const factor = ops.square(x)
      return slope(ops, (taped, at) => taped.multiply(taped.add(factor, at), at), x)
    }, 3)
    // (9 + x) x
    expect(found).to.deep.equal([15, 15, 15])
  })

  it('over a tape gives second and third derivatives', () => {
    expect(onEach((ops, x) => slope(ops, (one, y) => slope(one, cube, y), x), 2)).to.deep.equal([12, 12, 12])
    const third = onEach((ops, x) => slope(ops, (one, y) => slope(one, (two, z) => slope(two, cube, z), y), x), 2)
    expect(third).to.deep.equal([6, 6, 6])
  })

  it('over a tape does not take the values of one for those of the other', () => {
    // d/dx of x times d/dy of (x + y), which is 1.
    const found = onEach(
      (ops, x) =>
        slope(
          ops,
          (one, at) =>
            one.multiply(
              at,
              slope(one, (two, y) => two.add(at, y), one.constant(1)),
            ),
          x,
        ),
      1,
    )
    expect(found).to.deep.equal([1, 1, 1])
  })

  it('takes values of operations two below', () => {
    const found = onEach((ops, x) => {
      const seven = ops.constant(7)
      return slope(ops, (one, y) => slope(one, (two, z) => two.multiply(two.multiply(z, z), seven), y), x)
    }, 2)
    expect(found).to.deep.equal([14, 14, 14])
  })

  it('gives fixed values back from a walk and from an operation that it did not see', () => {
    tf.tidy(() => {
      const { ops, variable, gradients } = tape(tfjsOps)
      const [initial, sequence] = [tf.ones([1, 2]), tf.ones([1, 3, 2])] as never[] as [never, never]
      const [[carried], outputs] = ops.scan(([h], step) => [[h as never], step], [initial], sequence)
      expect(carried).to.have.property('varies', false)
      expect(outputs.value.shape).to.deep.equal([1, 3, 2])
      const x = variable(tf.scalar(2))
      const [zero] = gradients([[tf.scalar(3) as never, tf.scalar(1)]], [x])
      expect(zero?.dataSync()[0]).to.equal(0)
      expect(ops.shape(initial)).to.deep.equal([1, 2])
      expect(ops.origin?.(initial)).to.equal(undefined)
    })
  })

  it('refuses values of another tape, and of tapes over it', () => {
    tf.tidy(() => {
      const [one, other] = [tape(tfjsOps), tape(tfjsOps)]
      const over = tape(one.ops)
      const foreign = other.variable(tf.scalar(1))
      const above = over.variable(one.variable(tf.scalar(1)))
      for (const value of [foreign, above, 1, null, 'x'])
        expect(() => one.ops.exp(value as never)).to.throw(InvalidOption, 'exp, operands')
      expect(() => over.ops.exp(foreign as never)).to.throw(InvalidOption, 'exp, operands')
      // The reference cannot tell its own values.
      expect(() => tape(reference).ops.exp(foreign as never)).to.throw(InvalidOption, 'exp, operands')
    })
  })

  it('over a tape gives second derivatives of a maximum that is infinite', () => {
    const window = {
      size: [1, 2],
      stride: [1, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    } as const
    const found = tf.tidy(() => {
      const x = tf.tensor([1, Number.POSITIVE_INFINITY, 3, 2], [1, 1, 4, 1])
      const outer = tape(tfjsOps)
      const dy = outer.variable(tf.tensor([1, 1], [1, 1, 2, 1]))
      const inner = tape(outer.ops)
      const at = inner.variable(outer.fixed(x))
      const [dx] = inner.gradients([[inner.ops.maxPool(at, window), dy]], [at])
      const [slopes] = outer.gradients([[dx as typeof dy, tf.tensor([1, 2, 3, 4], [1, 1, 4, 1])]], [dy])
      return [...(slopes as tf.Tensor).dataSync()]
    })
    expect(found).to.deep.equal([2, 3])
  })
})
