import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  compile,
  eager,
  grad,
  graphOps,
  hessian,
  hvp,
  jacobian,
  jvp,
  type Ops,
  placeholder,
  vjp,
  vmap,
} from '../../src/index.ts'
import { close } from '../running.ts'
import {
  exact,
  expressions,
  functionOf,
  isSmall,
  lossOf,
  type Numbers,
  nested,
  numbers,
  scalar,
  start,
  waves,
} from './functions.ts'

/** A tensor [a, …, b, …] times one of the last axes. */
const times = (matrix: Numbers, x: Numbers, shape: readonly number[]): Numbers => {
  const n = x.data.length
  const rows = matrix.data.length / n
  return {
    shape,
    data: Array.from({ length: rows }, (_, i) =>
      x.data.reduce((sum, value, k) => sum + value * (matrix.data[i * n + k] as number), 0),
    ),
  }
}

describe('jacobian', () => {
  it('has closed forms, whether there are more results or more arguments', () => {
    const outer = <T>(ops: Ops<T>, x: T): T => ops.multiply(ops.reshape(x, [2, 1]), ops.reshape(x, [1, 2]))
    const wide = eager(jacobian(outer))([3, 5])
    expect(wide.shape).to.deep.equal([2, 2, 2])
    expect(numbers(wide)).to.deep.equal([6, 0, 5, 3, 5, 3, 0, 10])
    const sums = <T>(ops: Ops<T>, x: T): T => ops.sum(ops.square(x), [1])
    const narrow = eager(jacobian(sums))([
      [1, 2],
      [3, 4],
    ])
    expect(narrow.shape).to.deep.equal([2, 2, 2])
    expect(numbers(narrow)).to.deep.equal([2, 4, 0, 0, 0, 0, 6, 8])
    const slope = eager(jacobian((ops, x) => ops.square(x)))(3)
    expect(slope.shape).to.deep.equal([])
    expect(numbers(slope)).to.deep.equal([6])
  })

  it('gives a tree of trees, in both directions', () => {
    const f = <T>(ops: Ops<T>, { a, b }: { readonly a: T; readonly b: readonly [T] }) => ({
      product: ops.multiply(a, b[0]),
      sum: [ops.add(ops.sum(a), ops.square(b[0]))],
    })
    for (const copies of [1, 4]) {
      const repeated = <T>(ops: Ops<T>, x: { readonly a: T; readonly b: readonly [T] }) => {
        const { product, sum } = f(ops, x)
        return {
          product: ops.concatenate(
            Array.from({ length: copies }, () => product),
            0,
          ),
          sum,
        }
      }
      const found = eager(jacobian(repeated))({ a: [2, 3], b: [tf.scalar(5)] })
      expect(found.product.a.shape).to.deep.equal([2 * copies, 2])
      expect(numbers(found.product.a).slice(0, 4)).to.deep.equal([5, 0, 0, 5])
      expect(numbers(found.product.b[0]).slice(0, 2)).to.deep.equal([2, 3])
      expect(numbers(found.sum[0]?.a as tf.Tensor)).to.deep.equal([1, 1])
      expect(numbers(found.sum[0]?.b[0] as tf.Tensor)).to.deep.equal([10])
    }
  })

  it('times a vector is jvp, and a vector times it is vjp, of random functions', () =>
    fc.assert(
      fc.property(expressions, expression => {
        const f = functionOf(expression)
        const [x, scale] = [start(expression.seed, expression.shape), scalar(0.7)]
        const [v, y] = [waves(x.shape), f(exact, x, scale)]
        if (!isSmall(y)) return
        const matrix = jacobian(f<Numbers>)(exact, x, scale)
        expect(matrix.shape).to.deep.equal([...y.shape, ...x.shape])
        close(times(matrix, v, y.shape), jvp(f<Numbers>)(exact, [x, scale], [v])[1], 1e-9)
        const u = waves(y.shape, 5)
        const turned: Numbers = {
          shape: [],
          data: x.data.flatMap((_, k) => y.data.map((__, i) => matrix.data[i * x.data.length + k] as number)),
        }
        close(times(turned, u, x.shape), vjp(f<Numbers>)(exact, x, scale)[1](u), 1e-9)
      }),
      { numRuns: 40 },
    ))

  it('is that of each example under vmap, and has a gradient', () => {
    const f = <T>(ops: Ops<T>, x: T): T => ops.multiply(x, ops.sum(ops.square(x)))
    const each = [
      [1, 2],
      [3, 4],
    ].map(x => numbers(eager(jacobian(f))(x)))
    const all = eager(vmap(jacobian(f)))([
      [1, 2],
      [3, 4],
    ])
    expect(numbers(all)).to.deep.equal(each.flat())
    // The trace of the Jacobian is 4 |x|².
    const trace = <T>(ops: Ops<T>, x: T): T =>
      ops.sum(ops.multiply(jacobian(f<T>)(ops, x), ops.constant(Float32Array.of(1, 0, 0, 1), [2, 2])))
    expect(numbers(eager(grad(trace))([1, 2]))).to.deep.equal([8, 16])
  })

  it('refuses unknown dimensions', () => {
    expect(() =>
      jacobian((ops: typeof graphOps, x: ReturnType<typeof placeholder>) => ops.square(x) as typeof x)(
        graphOps,
        placeholder('x', [null]),
      ),
    ).to.throw('jacobian, argument 0: expected known dimensions, got (?,)')
    expect(() => jacobian(3 as never)).to.throw('jacobian, f: expected a function of the operations')
  })
})

describe('hessian', () => {
  it('has closed forms', () => {
    const rosenbrock = <T>(ops: Ops<T>, x: T, y: T): T =>
      ops.add(
        ops.square(ops.subtract(ops.constant(1), x)),
        ops.multiply(ops.constant(100), ops.square(ops.subtract(y, ops.square(x)))),
      )
    const both = <T>(ops: Ops<T>, { x, y }: { readonly x: T; readonly y: T }): T => rosenbrock(ops, x, y)
    expect(numbers(eager(hessian(rosenbrock))(1, 1))).to.deep.equal([802])
    const found = eager(hessian(both))({ x: 1, y: 1 })
    expect([found.x.x, found.x.y, found.y.x, found.y.y].map(numbers)).to.deep.equal([[802], [-400], [-400], [200]])
  })

  it('is symmetric, and times a direction it is hvp, of random functions', () =>
    fc.assert(
      fc.property(expressions, expression => {
        const loss = lossOf(functionOf(expression))
        const [x, scale] = [start(expression.seed, expression.shape), scalar(0.7)]
        const matrix = hessian(loss<Numbers>)(exact, x, scale)
        const n = x.data.length
        for (const [at, value] of matrix.data.entries()) {
          const other = matrix.data[(at % n) * n + Math.floor(at / n)] as number
          expect(value).to.be.closeTo(other, 1e-9 * (1 + Math.abs(value)))
        }
        const direction = waves(x.shape)
        close(times(matrix, direction, x.shape), hvp(loss<Numbers>)(exact, x, direction, scale), 1e-9)
      }),
      { numRuns: 30 },
    ))

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`is the same compiled on ${backend}, also under vmap`, () =>
      fc.assert(
        fc.asyncProperty(expressions, async expression => {
          const loss = lossOf(functionOf(expression))
          const all = <T>(ops: Ops<T>, x: T, scale: T) => [
            hessian(loss<T>)(ops, x, scale),
            vmap(hessian(loss<T>), [null, 0])(
              ops,
              x,
              ops.concatenate([ops.reshape(scale, [1]), ops.constant(0.5, [1])], 0),
            ),
          ]
          const given = [nested(start(expression.seed, expression.shape)), 0.7] as const
          const compiled = compile(all, { backend })
          const [found, expected] = [await compiled(...given), eager(all)(...given)]
          for (const [i, matrix] of found.entries()) {
            const other = expected[i] as tf.Tensor
            close({ shape: matrix.shape, data: numbers(matrix) }, { shape: other.shape, data: numbers(other) }, 2e-3)
          }
          await compiled.dispose()
        }),
        { numRuns: 5 },
      ))

  it('is an optimizer too', () => {
    expect(hessian({ penaltyConst: 2 }).name).to.equal('hessian')
    expect(hessian().options).to.deep.equal({ penaltyConst: 1 })
    expect(() => hessian(3 as never)).to.throw('hessian')
    expect(() => eager(hessian((ops, x) => ops.square(x)))([1, 2])).to.throw(
      'expected a function whose result is one scalar',
    )
  })
})
