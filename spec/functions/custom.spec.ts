import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { prepare } from '../../src/backends/prepare.ts'
import { bodyOf, type GraphNode, plan, topological, trace } from '../../src/graph.ts'
import {
  compile,
  customGradient,
  defineOperation,
  eager,
  grad,
  hessian,
  hvp,
  jvp,
  type Key,
  key,
  type Ops,
  recompute,
  vmap,
} from '../../src/index.ts'
import { close } from '../running.ts'
import {
  exact,
  expressions,
  functionOf,
  type Numbers,
  nested,
  numbers,
  type OfMatrix,
  scalar,
  start,
  waves,
} from './functions.ts'

const rounded = <T>(ops: Ops<T>, x: T): T =>
  customGradient(
    (inner: Ops<T>, at: T) => inner.round(at),
    (_, { cotangent }) => [cotangent],
  )(ops, x)
/** y = x², whose derivative is said to be x y. */
const odd = <T>(ops: Ops<T>, x: T): T =>
  customGradient(
    (inner: Ops<T>, at: T) => inner.square(at),
    (inner, { args: [at], result, cotangent }) => [inner.multiply(cotangent, inner.multiply(at, result))],
  )(ops, x)

describe('customGradient', () => {
  it('has the value of the function and the gradient that it is given, to any order', () => {
    expect(numbers(eager(rounded)([1.2, 1.7]))).to.deep.equal([1, 2])
    const sum = <T>(ops: Ops<T>, x: T): T => ops.sum(ops.square(rounded(ops, x)))
    expect(numbers(eager(grad(sum))([1.2, 1.7]))).to.deep.equal([2, 4])
    expect(numbers(eager(odd)(2))).to.deep.equal([4])
    expect(numbers(eager(grad(odd))(2))).to.deep.equal([8])
    // y' = x y, so y'' = y + x² y and y''' = 3 x y + x³ y, where y = 4.
    expect(numbers(eager(hessian(odd))(2))).to.deep.equal([20])
    expect(numbers(eager(grad(grad(grad(odd))))(2))).to.deep.equal([56])
    expect(numbers(eager(<T>(ops: Ops<T>, x: T) => jvp(odd<T>)(ops, [x], [x])[1])(2))).to.deep.equal([16])
    expect(numbers(eager(vmap(grad(odd)))([1, 2]))).to.deep.equal([1, 8])
    const all = <T>(ops: Ops<T>, x: T): T => ops.sum(vmap(odd<T>)(ops, x))
    expect(numbers(eager(grad(all))([1, 2]))).to.deep.equal([1, 8])
  })

  it('takes and gives trees, with null for what has no gradient, and keys', () => {
    const f = <T>(ops: Ops<T>, params: { readonly w: T; readonly b: readonly T[] }, x: T, from: Key): T => {
      const { y } = customGradient(
        (inner: Ops<T>, { w, b }: typeof params, at: T, own: Key) => ({
          y: inner.add(
            inner.multiply(w, at),
            inner.add(b[0] as T, inner.multiply(inner.uniform(own, []), inner.constant(0))),
          ),
          more: [at],
        }),
        (inner, { args: [{ b }], cotangent }) => [
          { w: inner.multiply(cotangent.y, inner.constant(7)), b: b.map(() => cotangent.y) },
          null,
        ],
      )(ops, params, x, from)
      return ops.square(y)
    }
    const [params, x] = eager(grad(f, { wrt: [0, 1] }))({ w: 2, b: [{ data: [1], shape: [] }] } as never, 3, key(1))
    expect(numbers(params.w)).to.deep.equal([98])
    expect(numbers(params.b[0] as tf.Tensor)).to.deep.equal([14])
    expect(numbers(x)).to.deep.equal([0])
  })

  it('sums gradients of what is the same for all examples', () => {
    const product = <T>(ops: Ops<T>, a: T, b: T): T =>
      customGradient(
        (inner: Ops<T>, x: T, y: T) => inner.multiply(x, y),
        (inner, { args: [x, y], cotangent }) => [inner.multiply(cotangent, y), inner.multiply(cotangent, x)],
      )(ops, a, b)
    const loss = <T>(ops: Ops<T>, a: T, b: T): T => ops.sum(vmap(product<T>, [0, null])(ops, a, b))
    const [a, b] = eager(grad(loss, { wrt: [0, 1] }))([1, 2, 3], 5)
    expect(numbers(a)).to.deep.equal([5, 5, 5])
    expect(numbers(b)).to.deep.equal([6])
  })

  it('keeps derivatives of operations of users in any order of transforms', () => {
    /** a b, whose derivatives are said to be 10 b and 20 a. */
    const product = defineOperation('product', {
      tensors: 2,
      shape: ([a]) => a ?? [],
      compute: (ops, [a, b]) => ops.multiply(a as NonNullable<typeof a>, b as NonNullable<typeof b>),
      derivative: (ops, gradient, { inputs: [a, b], needed }) => {
        const by = (factor: number, x: typeof a) =>
          ops.multiply(gradient, ops.multiply(ops.constant(factor), x as NonNullable<typeof x>))
        return [needed[0] === true ? by(10, b) : null, needed[1] === true ? by(20, a) : null]
      },
    })
    const both = <T>(ops: Ops<T>, a: T, b: T): T => product(ops, [a, b])
    const all = <T>(ops: Ops<T>, a: T, b: T): T => ops.sum(vmap(both<T>)(ops, a, b))
    for (const wrt of [[0], [1], [0, 1]] as const) {
      const expected = wrt.map(
        i =>
          [
            [30, 40],
            [20, 40],
          ][i],
      )
      expect(eager(grad(all, { wrt }))([1, 2], [3, 4]).map(numbers)).to.deep.equal(expected)
      expect(eager(vmap(grad(both, { wrt })))([1, 2], [3, 4]).map(numbers)).to.deep.equal(expected)
    }
    expect(numbers(eager(<T>(ops: Ops<T>, a: T) => jvp(both<T>)(ops, [a, a], [a, a])[1])(2))).to.deep.equal([120])
    const shared = <T>(ops: Ops<T>, a: T, b: T): T => ops.sum(vmap(both<T>, [0, null])(ops, a, b))
    expect(eager(grad(shared, { wrt: [1] }))([1, 2], 5).map(numbers)).to.deep.equal([[60]])
  })

  it('refuses gradients that do not fit, and values that it closes over', () => {
    const run = (backward: unknown) => () =>
      eager(
        grad(<T>(ops: Ops<T>, x: T) =>
          ops.sum(customGradient((inner: Ops<T>, at: T) => inner.square(at), backward as never)(ops, x)),
        ),
      )([1, 2])
    expect(run(3)).to.throw('customGradient, backward: expected a function')
    expect(run(() => 3)).to.throw(
      'customGradient, backward: expected an array with the gradient of each of 1 arguments',
    )
    expect(run(() => [null, null])).to.throw('customGradient, backward: expected an array')
    expect(run(() => [3])).to.throw('customGradient, backward, gradient 0: expected tensors')
    expect(run((ops: Ops<unknown>) => [ops.constant(1)])).to.throw(
      'backward, gradient 0: expected the shape (2,), got ()',
    )
    expect(() => customGradient(3 as never, () => [])).to.throw('customGradient, f: expected a function')
    expect(() => recompute(3 as never)).to.throw('recompute, f: expected a function')
    expect(() => recompute((ops, x) => ops.exp(x))(3 as never, 3 as never)).to.throw(
      'recompute, ops: expected operations',
    )
    const closing = <T>(ops: Ops<T>, x: T): T => recompute((inner: Ops<T>, at: T) => inner.multiply(at, x))(ops, x)
    expect(() => eager(grad(closing))(1)).to.throw(
      'multiply, operands: expected tensors of these operations, got a value of another',
    )
  })
})

describe('recompute', () => {
  const again =
    (f: OfMatrix): OfMatrix =>
    <T>(ops: Ops<T>, x: T, scale: T): T =>
      recompute(f<T>)(ops, x, scale)
  const lossOf =
    (f: OfMatrix) =>
    <T>(ops: Ops<T>, x: T, scale: T): T =>
      ops.sum(ops.square(f(ops, x, scale)))

  it('changes no value and no derivative of random functions', () =>
    fc.assert(
      fc.property(expressions, expression => {
        const f = functionOf(expression)
        const [x, scale] = [start(expression.seed, expression.shape), scalar(0.7)]
        close(again(f)(exact, x, scale), f(exact, x, scale), 1e-12)
        const [loss, other] = [lossOf(f), lossOf(again(f))]
        const slopes = grad(loss, { wrt: [0, 1] })(exact, x, scale) as readonly Numbers[]
        const found = grad(other, { wrt: [0, 1] })(exact, x, scale) as readonly Numbers[]
        for (const [i, slope] of found.entries()) close(slope, slopes[i] as Numbers, 1e-9)
        const direction = waves(x.shape)
        close(hvp(other<Numbers>)(exact, x, direction, scale), hvp(loss<Numbers>)(exact, x, direction, scale), 1e-9)
        const along = jvp(again(f)<Numbers>)(exact, [x, scale], [direction])[1]
        close(along, jvp(f<Numbers>)(exact, [x, scale], [direction])[1], 1e-9)
        const many: Numbers = { shape: [2, ...x.shape], data: [...x.data, ...direction.data] }
        const each = vmap(grad(loss<Numbers>), [0, null])(exact, many, scale) as Numbers
        close(vmap(grad(other<Numbers>), [0, null])(exact, many, scale) as Numbers, each, 1e-9)
        const total = <T>(ops: Ops<T>, xs: T, own: T): T => ops.sum(vmap(other<T>, [0, null])(ops, xs, own))
        close(grad(total<Numbers>)(exact, many, scale) as Numbers, each, 1e-9)
      }),
      { numRuns: 30 },
    ))

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`is the same compiled on ${backend}`, () =>
      fc.assert(
        fc.asyncProperty(expressions, async expression => {
          const loss = lossOf(again(functionOf(expression)))
          const given = [nested(start(expression.seed, expression.shape)), 0.7] as const
          const compiled = compile(grad(loss), { backend })
          const found = await compiled(...given)
          const plain = eager(grad(lossOf(functionOf(expression))))(...given)
          close({ shape: found.shape, data: numbers(found) }, { shape: plain.shape, data: numbers(plain) }, 2e-3)
          await compiled.dispose()
        }),
        { numRuns: 5 },
      ))

  it('keeps only what blocks begin with until the gradient is computed', () => {
    const block = <T>(ops: Ops<T>, x: T): T => ops.tanh(ops.exp(ops.negative(ops.tanh(ops.softplus(x)))))
    const loss =
      (own: typeof block) =>
      <T>(ops: Ops<T>, x: T): T =>
        ops.sum(own(ops, own(ops, x)))
    /** How many values of the forward pass the gradient uses. */
    const kept = (own: typeof block): number => {
      let forward: readonly GraphNode[] = []
      const { outputs } = trace(
        (ops, x) => {
          forward = [loss(own)(ops, x as GraphNode)]
          return [grad(loss(own)<GraphNode>)(ops, x as GraphNode), ...forward]
        },
        [[5]],
      )
      const { graph } = prepare({
        kind: 'Graph',
        inputs: topological(outputs).filter(({ kind }) => kind === 'placeholder') as never,
        outputs,
      })
      const before = new Set(topological([graph.outputs[1] as GraphNode]))
      const uses = topological([graph.outputs[0] as GraphNode]).filter(node => !before.has(node))
      const used = new Set(
        uses.flatMap(node => ('initial' in node ? node.initial : 'inputs' in node ? node.inputs : [])),
      )
      return [...used].filter(node => before.has(node) && node.kind === 'application').length
    }
    const plain = kept(block)
    expect(kept((ops, x) => recompute(block)(ops, x as never) as never)).to.be.below(plain / 2)
  })

  it('makes the memory of a gradient grow by one value for each block', () => {
    const block = <T>(ops: Ops<T>, x: T): T => ops.sin(ops.exp(ops.sin(ops.exp(ops.sin(x)))))
    const size = 1000
    /** The most values that the gradient through so many blocks holds at once, those of the largest body with them. */
    const peak = (own: typeof block, blocks: number): number => {
      const loss = <T>(ops: Ops<T>, x: T): T =>
        ops.sum(
          Array(blocks)
            .fill(own)
            .reduce((y, f) => f(ops, y), x),
        )
      const { graph } = prepare(trace((ops, x) => [grad(loss<GraphNode>)(ops, x as GraphNode)], [[size]]))
      const bodies = topological(graph.outputs).filter(node => node.kind === 'loop')
      const inner = Math.max(0, ...bodies.map(node => plan(bodyOf(node)).peakBytes))
      return (plan(graph).peakBytes + inner) / (4 * size)
    }
    const again: typeof block = (ops, x) => recompute(block)(ops, x as never) as never
    const growth = (own: typeof block) => (peak(own, 12) - peak(own, 4)) / 8
    // What comes into each sine; exponentials are their own derivatives.
    expect(growth(block)).to.equal(3)
    expect(growth(again)).to.be.closeTo(1, 0.1)
    expect(peak(again, 24)).to.be.below(peak(block, 24) / 2)
  })

  it('keeps random draws', () => {
    const noisy = <T>(ops: Ops<T>, x: T, from: Key): T => ops.exp(ops.multiply(x, ops.normal(from, [2])))
    const loss =
      (f: typeof noisy) =>
      <T>(ops: Ops<T>, x: T, from: Key): T =>
        ops.sum(f(ops, x, from))
    const own: typeof noisy = <T>(ops: Ops<T>, x: T, from: Key): T => recompute(noisy<T>)(ops, x, from)
    expect(numbers(eager(grad(loss(own)))([1, 2], key(3)))).to.deep.equal(
      numbers(eager(grad(loss(noisy)))([1, 2], key(3))),
    )
  })
})
