import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { eager, grad, hvp, jvp, type Ops, tfjsOps, valueAndGrad, vjp } from '../../src/index.ts'
import { close } from '../running.ts'
import {
  dot,
  exact,
  expressions,
  functionOf,
  lossOf,
  type Numbers,
  nested,
  numbers,
  scalar,
  slope,
  start,
  waves,
} from './functions.ts'

const runs = { numRuns: 60 }
const cube = <T>(ops: Ops<T>, x: T): T => ops.multiply(x, ops.square(x))
const sumOfCubes = <T>(ops: Ops<T>, x: T): T => ops.sum(cube(ops, x), [0])

describe('grad', () => {
  it('has the closed forms of powers, to the third derivative', () => {
    expect(numbers(eager(grad(cube))(2))).to.deep.equal([12])
    expect(numbers(eager(grad(grad(cube)))(2))).to.deep.equal([12])
    expect(numbers(eager(grad(grad(grad(cube))))(2))).to.deep.equal([6])
    expect(numbers(eager(grad(grad(grad(grad(cube)))))(2))).to.deep.equal([0])
  })

  it('gives a tree of the form of the argument, frozen', () => {
    const loss = <T>(ops: Ops<T>, params: { readonly w: T; readonly rest: readonly [T, { readonly b: T }] }): T =>
      ops.add(ops.multiply(params.w, ops.square(params.rest[0])), ops.exp(params.rest[1].b))
    const found = eager(grad(loss))({ w: 3, rest: [tf.scalar(2), { b: 0 }] })
    expect([found.w, found.rest[0], found.rest[1].b].map(numbers)).to.deep.equal([[4], [12], [1]])
    expect(Object.isFrozen(found) && Object.isFrozen(found.rest)).to.equal(true)
  })

  it('differentiates with respect to the arguments that are named, in their order', () => {
    const product = <T>(ops: Ops<T>, a: T, b: T, c: T): T => ops.multiply(ops.multiply(a, b), c)
    expect(numbers(eager(grad(product, { wrt: 1 }))(2, 3, 5))).to.deep.equal([10])
    const [byC, byA] = eager(grad(product, { wrt: [2, 0] }))(2, 3, 5)
    expect([byC, byA].map(numbers)).to.deep.equal([[6], [15]])
  })

  it('gives what is beside the loss back, whatever it is', () => {
    const loss = <T>(ops: Ops<T>, x: T) =>
      [cube(ops, x), { squared: [ops.square(x)], note: 'any', none: null }] as const
    tf.tidy(() => {
      const [slopes, beside] = grad(loss, { aux: true })(tfjsOps, tf.scalar(2))
      expect([slopes, beside.squared[0]].map(numbers)).to.deep.equal([[12], [4]])
      expect([beside.note, beside.none]).to.deep.equal(['any', null])
      const [[value, again], gradient] = valueAndGrad(loss, { aux: true, wrt: [0] })(tfjsOps, tf.scalar(2))
      expect([value, again.squared[0], gradient[0]].map(numbers)).to.deep.equal([[8], [4], [12]])
    })
  })

  it('is zero for what the function does not use, and takes trees without tensors', () => {
    const loss = <T>(ops: Ops<T>, { used }: { used: T; unused: T; none: readonly T[] }): T => ops.square(used)
    const found = eager(grad(loss))({ used: 3, unused: [1, Number.NaN], none: [] })
    expect(numbers(found.unused)).to.deep.equal([0, 0])
    expect(found.none).to.deep.equal([])
  })

  it('lets functions close over values of the operations around', () => {
    const outer = <T>(ops: Ops<T>, x: T): T => {
      const factor = ops.square(x)
      return grad((inner: Ops<T>, y: T) => inner.multiply(factor, inner.square(y)))(ops, x)
    }
    // x² · 2x, and its derivative.
    expect(numbers(eager(outer)(3))).to.deep.equal([54])
    expect(numbers(eager(grad(outer))(3))).to.deep.equal([54])
  })

  it('is the slope that finite differences show, of random functions', () => {
    fc.assert(
      fc.property(expressions, expression => {
        const loss = lossOf(functionOf(expression))
        const [x, scale] = [start(expression.seed, expression.shape), scalar(0.7)]
        const direction = waves(x.shape)
        const [byX, byScale] = grad(loss, { wrt: [0, 1] })(exact, x, scale) as readonly [Numbers, Numbers]
        const alongX = slope(moved => loss(exact, moved, scale).data[0] as number, x, direction)
        const alongScale = slope(moved => loss(exact, x, moved).data[0] as number, scale, scalar(1))
        // What loops take has no gradient, so the function that is differentiated is not always the one that is computed.
        if (expression.chosen.some(([name]) => name.startsWith('plus what it is repeatedly'))) return
        expect(dot(byX, direction)).to.be.closeTo(alongX, 1e-4 * (1 + Math.abs(alongX)))
        expect(byScale.data[0]).to.be.closeTo(alongScale, 1e-4 * (1 + Math.abs(alongScale)))
        const eagerly = eager(grad(loss))(nested(x), 0.7)
        close({ shape: eagerly.shape, data: numbers(eagerly) }, byX, 2e-3)
      }),
      runs,
    )
  })
})

describe('vjp, jvp and hvp', () => {
  it('have closed forms', () => {
    const along = <T>(ops: Ops<T>, x: T, v: T) => jvp(cube<T>)(ops, [x], [v])
    expect(eager(along)([1, 2], [1, 10]).map(numbers)).to.deep.equal([
      [1, 8],
      [3, 120],
    ])
    const back = <T>(ops: Ops<T>, x: T, u: T) => {
      const [y, pullback] = vjp(cube<T>)(ops, x)
      return [y, pullback(u), pullback(y)] as const
    }
    expect(eager(back)([1, 2], [1, 10]).map(numbers)).to.deep.equal([
      [1, 8],
      [3, 120],
      [3, 96],
    ])
    expect(numbers(eager(hvp(sumOfCubes))([1, 2], [1, 10]))).to.deep.equal([6, 120])
  })

  it('take and give trees', () => {
    const both = <T>(ops: Ops<T>, { a }: { readonly a: readonly T[] }, b: T) => ({
      product: ops.multiply(a[0] as T, b),
      sums: [ops.add(a[0] as T, a[1] as T)],
    })
    const along = <T>(ops: Ops<T>, a: T, c: T, b: T) => jvp(both<T>)(ops, [{ a: [a, c] }, b], [{ a: [b, c] }, null])[1]
    const moved = eager(along)(2, 3, 5)
    expect([moved.product, moved.sums[0] as tf.Tensor].map(numbers)).to.deep.equal([[25], [8]])
    const all = eager(<T>(ops: Ops<T>, a: T, b: T) => jvp(both<T>)(ops, [{ a: [a, a] }, b], [{ a: [b, b] }, a])[1])(
      2,
      5,
    )
    expect(numbers(all.product)).to.deep.equal([29])
    const back = <T>(ops: Ops<T>, a: T, c: T, b: T) => vjp(both<T>)(ops, { a: [a, c] }, b)[1]({ product: b, sums: [a] })
    expect(eager(back)(2, 3, 5).a.map(numbers)).to.deep.equal([[27], [2]])
  })

  it('agree with each other, of random functions: ⟨Jv, u⟩ = ⟨v, Jᵀu⟩, and hvp = jvp of grad', () => {
    fc.assert(
      fc.property(expressions, expression => {
        const f = functionOf(expression)
        const [x, scale] = [start(expression.seed, expression.shape), scalar(0.7)]
        const v = waves(x.shape)
        const [y, along] = jvp(f<Numbers>)(exact, [x, scale], [v])
        expect(y).to.deep.equal(f(exact, x, scale))
        const u = waves(y.shape, 5)
        const [, pullback] = vjp(f<Numbers>)(exact, x, scale)
        const expected = dot(along, u)
        expect(dot(pullback(u), v)).to.be.closeTo(expected, 1e-9 * (1 + Math.abs(expected)))
        const loss = lossOf(f)
        const [, second] = jvp(grad(loss)<Numbers>)(exact, [x, scale], [v])
        close(hvp(loss<Numbers>)(exact, x, v, scale), second as Numbers, 1e-9)
      }),
      runs,
    )
  })
})

describe('Transforms refuse', () => {
  const refused = (work: () => unknown, ...texts: readonly string[]): void => {
    expect(work).to.throw().with.property('name', 'InvalidOption')
    for (const text of texts) expect(work).to.throw(text)
  }
  // Calls of JavaScript, which no compiler looks at.
  const untyped = { eager, grad, valueAndGrad, jvp, vjp, hvp } as unknown as Readonly<
    Record<
      'eager' | 'grad' | 'valueAndGrad' | 'jvp' | 'vjp' | 'hvp',
      (...args: readonly unknown[]) => (...args: readonly unknown[]) => never
    >
  >
  const square = (ops: Ops<unknown>, x: unknown) => ops.square(x)

  it('what is no function, and calls without operations', () => {
    for (const name of ['eager', 'grad', 'valueAndGrad', 'jvp', 'vjp', 'hvp'] as const) {
      for (const value of [3, null, undefined, {}, [square]])
        refused(() => untyped[name](value), `${name}, f: expected a function of the operations`)
      if (name !== 'eager')
        refused(
          () => untyped[name](square)(3, [3], [3]),
          `${name}, ops: expected operations as the first argument, got 3`,
        )
    }
  })

  it('a loss that is no scalar, with its name, its shape and mean', () => {
    const distances = (ops: Ops<unknown>, x: unknown) => ops.square(x)
    refused(
      () => untyped.eager(untyped.grad(distances))([[1, 2]]),
      'grad, distances: expected a function whose result is one scalar, got a result of shape (1, 2). Reduce it, for example with ops.mean(loss, [0, 1]).',
    )
    refused(
      () => untyped.eager(untyped.valueAndGrad((ops: Ops<unknown>, x: unknown) => [ops.square(x), x]))(1),
      'aux: true',
    )
    refused(
      () => untyped.eager(untyped.grad(square, { aux: true }))(1),
      'grad, aux: expected a function that gives [scalar',
    )
    refused(() => untyped.eager(untyped.grad(async () => 1))(1), 'got a promise')
    refused(() => untyped.eager(untyped.grad(() => 1))(1), 'got 1', 'ops.constant')
  })

  it('options that it does not have', () => {
    for (const wrt of [-1, 0.5, '0', [], [0, 0], [1, -1], null])
      refused(() => untyped.grad(square, { wrt }), 'grad, wrt: expected the position of an argument')
    refused(() => untyped.grad(square, { aux: 1 }), 'grad, aux')
    refused(() => untyped.grad(square, { argnums: 1 }), 'grad, argnums')
    refused(() => untyped.eager(untyped.grad(square, { wrt: 2 }))(1), 'grad, argument 2', 'a call of 1 argument')
  })

  it('values that were not lifted, or come of another transform', () => {
    const leaking = (use: (ops: Ops<unknown>, leak: unknown, x: unknown) => unknown) =>
      untyped.eager((ops: Ops<unknown>, x: unknown) => {
        let leak: unknown
        const keep = (inner: Ops<unknown>, at: unknown) => {
          leak = at
          return inner.square(at)
        }
        untyped.grad(keep)(ops, x)
        return use(ops, leak, x)
      })
    const text = 'got a value of another transform, or of one that has ended'
    refused(() => leaking((ops, leak, x) => ops.add(leak, x))(1), 'add, operands', text)
    refused(() => leaking((_, leak) => ({ a: [leak] }))(1), 'eager, f, result.a.0', text)
    refused(() => leaking((ops, leak) => untyped.grad(square)(ops, leak))(1), 'grad, argument 0', text)
    refused(
      () => untyped.eager((ops: Ops<unknown>, x: unknown) => ops.add(x, 1))(1),
      'add, operands',
      'got 1',
      'ops.constant',
    )
    refused(
      () => untyped.eager((_: unknown, x: unknown) => ({ a: x, b: [1] }))(1),
      'eager, f, result.b.0: expected tensors',
    )
  })

  it('trees that do not fit, with the path to the leaf', () => {
    const pullback = (cotangent: unknown) =>
      untyped.eager((ops: Ops<unknown>, x: unknown) => {
        const [, back] = untyped.vjp((inner: Ops<unknown>, at: unknown) => ({ a: [inner.square(at)] }))(
          ops,
          x,
        ) as unknown as [unknown, (c: unknown) => unknown]
        return back(typeof cotangent === 'function' ? cotangent(ops) : cotangent)
      })([1, 2])
    refused(() => pullback({ a: [] }), 'vjp, cotangent.a.0: expected a tensor, as in the result, got none')
    refused(
      () => pullback((ops: Ops<unknown>) => ({ a: [ops.constant(1)] })),
      'vjp, cotangent.a.0: expected the shape (2,), got ()',
    )
    refused(
      () => pullback((ops: Ops<unknown>) => ({ a: [], b: ops.constant(1) })),
      'vjp, cotangent.b: expected the form of the result',
    )
    refused(() => pullback({ a: [3] }), 'vjp, cotangent.a.0: expected tensors of these operations', 'got 3')
    const along = (args: unknown, tangents: unknown) =>
      untyped.eager((ops: Ops<unknown>, x: unknown) =>
        untyped.jvp(square)(ops, args === 0 ? [x] : args, tangents === 0 ? [x] : tangents),
      )([1, 2])
    refused(() => along(3, 0), 'jvp, args: expected an array with one for each argument')
    refused(() => along(0, 3), 'jvp, tangents: expected an array')
    refused(() => along(0, [3]), 'jvp, tangent 0: expected tensors')
    refused(() => along(0, [null, 3]), 'jvp, argument 1')
    refused(
      () => untyped.eager((ops: Ops<unknown>, x: unknown) => untyped.hvp(square)(ops, x, ops.constant(0, [2])))(1),
      'vjp, cotangent: expected the shape (), got (2,)',
    )
  })

  it('arguments that hold anything but tensors, with the path', () => {
    refused(() => untyped.eager(square)({ a: [{ b: 'x' }] }), 'eager, argument 0.a.0.b: expected a tensor', "got 'x'")
    refused(() => untyped.eager(square)(tf.scalar(1), Promise.resolve()), 'eager, argument 1', 'got a promise')
    refused(() => untyped.eager(square)([[1, 2], [3]]), 'tensor, data')
    const own: { self?: unknown } = {}
    own.self = own
    refused(() => untyped.eager(square)(own), 'eager, argument 0.self')
    refused(
      () =>
        untyped.eager(square)({
          get x() {
            throw new Error('no')
          },
        }),
      'eager, arguments',
      'throws',
    )
  })
})

describe('eager', () => {
  it('takes tensors in every form, and gives tensors of its own', () => {
    const f = <T>(ops: Ops<T>, { x }: { x: T }, list: readonly T[]) => ({
      sum: list.reduce((a, b) => ops.add(a, b), x),
      x,
    })
    const given = tf.tensor([1, 2])
    const run = eager(f)
    const found = run({ x: given }, [{ data: [1, 1], shape: [2] }, tf.tensor([5, 6])])
    expect(numbers(found.sum)).to.deep.equal([7, 9])
    given.dispose()
    expect(numbers(found.x)).to.deep.equal([1, 2])
    expect(eager((_, x) => x)(new Float32Array([1, 2])).shape).to.deep.equal([2])
    expect(eager((_, x) => x)([[1, 2, 3]]).shape).to.deep.equal([1, 3])
    const none = { data: [], shape: [0] }
    expect(eager((_, x) => x)(none).shape).to.deep.equal([0])
    expect(numbers(eager((ops, x) => ops.sum(x, [0]))(none))).to.deep.equal([0])
  })
})
