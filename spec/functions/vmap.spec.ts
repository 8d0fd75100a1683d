import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { type GraphNode, topological, trace } from '../../src/graph.ts'
import { compile, eager, grad, key, type Ops, tfjsOps, vmap } from '../../src/index.ts'
import { type Attributes, type Operation, perform } from '../../src/ops/operations.ts'
import { type Call, calls, meant } from '../ops/calls.ts'
import { close as closeTo } from '../ops/derivatives.ts'
import { close } from '../running.ts'
import { onEachOfTfjs } from '../running-backends.ts'
import { exact, expressions, functionOf, lossOf, type Numbers, nested, numbers, scalar, start } from './functions.ts'

const examples = 3

/** The same numbers in another order, so that they stay valid operands. */
const rolled = (x: Numbers, by: number): Numbers => ({
  shape: x.shape,
  data: x.data.map((_, i) => x.data[(i + by) % x.data.length] as number),
})
/** Values of several examples along a new first axis. */
const stacked = (values: readonly Numbers[]): Numbers => ({
  shape: [values.length, ...(values[0] as Numbers).shape],
  data: values.flatMap(({ data }) => data),
})

/** A call, and which of its operands differ between examples. */
interface Mapped {
  readonly operation: Operation
  readonly attributes: Attributes[Operation]
  readonly differentiable: readonly boolean[]
  readonly axes: readonly (0 | null)[]
  /** The operands of each example. */
  readonly each: readonly (readonly Numbers[])[]
  /** The operands of all. */
  readonly all: readonly Numbers[]
}

const mappedOf = (call: Call, mask: number): Mapped => {
  const { operation, attributes, differentiable, inputs } = call
  // What was pooled and the result of the pooling differ together.
  const bit = (i: number): number => (operation === 'maxPoolGradient' && i === 2 ? 1 : i)
  const chosen = mask % (2 ** inputs.length - 1)
  const isMapped = inputs.map((_, i) => ((chosen + 1) & (1 << bit(i))) !== 0)
  const some = isMapped.includes(true) ? isMapped : inputs.map(() => true)
  const each = Array.from(
    { length: examples },
    (_, example) =>
      meant({ ...call, inputs: inputs.map((x, i) => (some[i] === true ? rolled(x, example) : x)) }).inputs,
  )
  return {
    ...{ operation, attributes, differentiable, each },
    axes: some.map(flag => (flag ? 0 : null)),
    all: inputs.map((_, i) =>
      some[i] === true ? stacked(each.map(own => own[i] as Numbers)) : ((each[0] as readonly Numbers[])[i] as Numbers),
    ),
  }
}

const one =
  ({ operation, attributes }: Pick<Mapped, 'operation' | 'attributes'>) =>
  <T>(ops: Ops<T>, ...inputs: readonly T[]): T =>
    perform(ops)(operation, inputs, attributes as never)
const many = (mapped: Mapped) => vmap(one(mapped), mapped.axes) as <T>(ops: Ops<T>, ...inputs: readonly T[]) => T
const looped = (mapped: Mapped): Numbers => stacked(mapped.each.map(inputs => one(mapped)(exact, ...inputs)))
const toTensor = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape])

for (const [operation, arbitrary] of Object.entries(calls)) {
  const mappings = fc.tuple(arbitrary, fc.nat(6)).map(([call, mask]) => mappedOf(call, mask))
  describe(`vmap of ${operation}`, () => {
    it('is the operation on each example', () =>
      fc.assert(
        fc.property(mappings, mapped => close(many(mapped)(exact, ...mapped.all), looped(mapped), 1e-12)),
        { numRuns: 40 },
      ))

    it('has the gradients of the operation on each example', () =>
      fc.assert(
        fc.property(mappings, mapped => {
          const wrt = mapped.axes.flatMap((axis, i) => (axis === 0 && mapped.differentiable[i] === true ? [i] : []))
          if (wrt.length === 0) return
          const loss = <T>(ops: Ops<T>, ...inputs: readonly T[]): T => ops.sum(ops.square(one(mapped)(ops, ...inputs)))
          const sum = <T>(ops: Ops<T>, ...inputs: readonly T[]): T =>
            ops.sum(vmap(loss<T>, mapped.axes)(ops, ...inputs))
          const slopes = mapped.each.map(inputs => grad(loss<Numbers>, { wrt })(exact, ...inputs) as readonly Numbers[])
          const expected = wrt.map((_, i) => stacked(slopes.map(own => own[i] as Numbers)))
          const found = grad(sum<Numbers>, { wrt })(exact, ...mapped.all) as readonly Numbers[]
          const within = vmap(grad(loss<Numbers>, { wrt }), mapped.axes)(exact, ...mapped.all) as readonly Numbers[]
          for (const [i, slope] of expected.entries()) {
            close(found[i] as Numbers, slope, 1e-9)
            close(within[i] as Numbers, slope, 1e-9)
          }
        }),
        { numRuns: 20 },
      ))

    it('is the same on every backend of tfjs', () =>
      onEachOfTfjs(() => {
        fc.assert(
          fc.property(mappings, mapped => {
            const expected = looped(mapped)
            tf.tidy(() => {
              const found = many(mapped)(tfjsOps, ...mapped.all.map(toTensor))
              expect(found.shape).to.deep.equal(expected.shape)
              closeTo(found.dataSync(), expected.data, 2e-5)
            })
          }),
          { numRuns: 10 },
        )
      }))

    for (const backend of ['wasm', 'onnxruntime'] as const)
      it(`is the same compiled on ${backend}`, () =>
        fc.assert(
          fc.asyncProperty(mappings, async mapped => {
            const all = <T>(ops: Ops<T>, inputs: readonly T[]): T => many(mapped)(ops, ...inputs)
            const compiled = compile(all, { backend })
            const found = await compiled(mapped.all.map(nested))
            const expected = looped(mapped)
            expect(found.shape).to.deep.equal(expected.shape)
            closeTo(numbers(found), expected.data, 2e-5)
            await compiled.dispose()
          }),
          { numRuns: 5 },
        ))
  })
}

const modelLoss = <T>(ops: Ops<T>, weights: readonly T[], x: T, y: T): T => {
  const [w1, b1, w2, b2, w3, b3] = weights as readonly [T, T, T, T, T, T]
  const first = ops.relu(ops.add(ops.matmul(x, w1), b1))
  const second = ops.relu(ops.add(ops.matmul(first, w2), b2))
  return ops.mean(ops.square(ops.subtract(ops.add(ops.matmul(second, w3), b3), y)))
}
/** The loss after a step along the gradient (Finn et al. 2017), of a network of two hidden layers. */
const afterAStep = <T>(ops: Ops<T>, weights: readonly T[], x: T, y: T): T => {
  const slopes = grad(modelLoss<T>)(ops, weights, x, y)
  const moved = weights.map((weight, i) => ops.subtract(weight, ops.multiply(slopes[i] as T, ops.constant(0.01))))
  return modelLoss(ops, moved, x, y)
}

describe('vmap', () => {
  it('is a loop, of random functions and of their gradients, nested in any order', () =>
    fc.assert(
      fc.property(expressions, expression => {
        const f = functionOf(expression)
        const loss = lossOf(f)
        const xs = Array.from({ length: examples }, (_, i) => start(expression.seed + i, expression.shape))
        const scales = [scalar(0.5), scalar(0.9)]
        const all = stacked(xs)
        const one = scales[0] as Numbers
        close(vmap(f<Numbers>, [0, null])(exact, all, one), stacked(xs.map(x => f(exact, x, one))), 1e-9)
        const slopes = stacked(xs.map(x => grad(loss)(exact, x, one) as Numbers))
        close(vmap(grad(loss<Numbers>), [0, null])(exact, all, one) as Numbers, slopes, 1e-9)
        const sum = <T>(ops: Ops<T>, x: T, scale: T): T => ops.sum(vmap(loss<T>, [0, null])(ops, x, scale))
        close(grad(sum<Numbers>)(exact, all, one) as Numbers, slopes, 1e-9)
        // Over both arguments, one within the other.
        const grid = vmap(vmap(f<Numbers>, [null, 0]), [0, null])(exact, all, stacked(scales))
        close(grid, stacked(xs.map(x => stacked(scales.map(scale => f(exact, x, scale))))), 1e-9)
      }),
      { numRuns: 40 },
    ))

  it('maps loops, whose length may differ between examples', () => {
    /** Doubles x while it is below the limit; at most 9 times. */
    const doubled = <T>(ops: Ops<T>, x: T, limit: T): readonly T[] => [
      ...ops.loop(
        ([now]) => ops.greater(limit, now as T),
        ([now, count]) => [ops.add(now as T, now as T), ops.add(count as T, ops.constant(1))],
        [x, ops.constant(0)],
        9,
      ),
    ]
    const starts = [1, 3, 100, 0.5, 0]
    const expected = starts.map(x => eager(doubled)(x, 10).map(y => numbers(y)[0]))
    const found = eager(vmap(doubled, [0, null]))(starts, 10).map(numbers)
    expect(found[0]?.map((x, i) => [x, found[1]?.[i]])).to.deep.equal(expected)
    // A length that is that of all: what counts stays one number.
    const powers = <T>(ops: Ops<T>, x: T, times: T): T =>
      ops.loop(
        ([left]) => left as T,
        ([left, y]) => [ops.subtract(left as T, ops.constant(1)), ops.multiply(y as T, x)],
        [times, ops.constant(1)],
        20,
      )[1] as T
    expect(numbers(eager(vmap(powers, [0, null]))([1, 2, 3], 4))).to.deep.equal([1, 16, 81])
    expect(numbers(eager(vmap(powers, [null, 0]))(2, [0, 1, 5]))).to.deep.equal([1, 2, 32])
  })

  it('maps sequences and draws', () => {
    const sums = <T>(ops: Ops<T>, x: T): T =>
      ops.scan(([total], step) => [[ops.add(total as T, step)], total as T], [ops.constant(0, [1, 2])], x)[1]
    const given = { data: Array.from({ length: 12 }, (_, i) => i), shape: [2, 1, 3, 2] }
    expect(numbers(eager(vmap(sums))(given))).to.deep.equal([0, 0, 0, 1, 2, 4, 0, 0, 6, 7, 14, 16])
    const noisy = <T>(ops: Ops<T>, x: T): T => ops.add(x, ops.normal(key(1), []))
    const [a = 0, b = 1] = numbers(eager(vmap(noisy))([0, 0]))
    expect(a).to.equal(b)
  })

  it('takes axes from the end, of trees, one for all, and results that do not depend on examples', () => {
    const f = <T>(ops: Ops<T>, { a, b }: { readonly a: T; readonly b: readonly T[] }, c: T) => ({
      sum: [ops.add(ops.add(a, b[0] as T), c)],
      same: ops.square(c),
    })
    const found = eager(vmap(f, [{ a: -1, b: [null] }, null]))({ a: [[1, 2, 3]], b: [tf.tensor([10])] }, 100)
    expect(numbers(found.sum[0] as tf.Tensor)).to.deep.equal([111, 112, 113])
    expect(found.sum[0]?.shape).to.deep.equal([3, 1])
    expect(numbers(found.same)).to.deep.equal([10000, 10000, 10000])
    const columns = eager(vmap((ops, x, y) => ops.add(x, y), 1))([[1, 2, 3]], [[1, 1, 1]])
    expect(columns.shape).to.deep.equal([3, 1])
    expect(numbers(eager(vmap((ops, x) => ops.square(x)))({ data: [], shape: [0, 2] } as never))).to.deep.equal([])
  })

  it('computes as many operations for many examples as for one', () => {
    const nodes = (tasks: number | null): number => {
      const batch = tasks === null ? [] : [tasks]
      const loss = <T>(ops: Ops<T>, weights: readonly T[], x: T, y: T): T =>
        tasks === null
          ? afterAStep(ops, weights, x, y)
          : ops.mean(vmap(afterAStep<T>, [null, 0, 0])(ops, weights, x, y))
      const { outputs } = trace(
        (ops, x, y, ...weights) => [...grad(loss<GraphNode>)(ops, weights, x as GraphNode, y as GraphNode)],
        [[...batch, 10, 1], [...batch, 10, 1], [1, 40], [40], [40, 40], [40], [40, 1], [1]],
      )
      return topological(outputs).length
    }
    const [one, all] = [nodes(null), nodes(64)]
    expect(all / one).to.be.below(1.5)
    expect(nodes(1000)).to.equal(all)
  })

  it('refuses what it cannot map', () => {
    const untyped = vmap as unknown as (f: unknown, axes?: unknown) => never
    const square = (ops: Ops<unknown>, x: unknown) => ops.square(x)
    const refused = (work: () => unknown, ...texts: readonly string[]): void => {
      for (const text of texts) expect(work).to.throw(text)
      expect(work).to.throw().with.property('name', 'InvalidOption')
    }
    const run = (f: unknown, axes: unknown, ...args: readonly unknown[]) =>
      (eager(untyped(f, axes)) as (...args: readonly unknown[]) => unknown)(...args)
    refused(() => untyped(3), 'vmap, f: expected a function of the operations')
    for (const axes of ['0', [0.5], [{ a: '0' }], () => 0]) refused(() => untyped(square, axes), 'vmap, axes')
    refused(() => (untyped(square) as (...args: readonly unknown[]) => unknown)(3, 3), 'vmap, ops')
    refused(
      () => run(square, 0, 3),
      'vmap, argument 0: expected an axis to map over, got a scalar, to map over axis 0. Give the axis',
    )
    refused(() => run(square, [2], [[1]]), 'vmap, argument 0: expected an axis of (1, 1), from -2 to 1, got 2')
    refused(() => run(square, [null], [1]), 'vmap, axes: expected at least one tensor to map over')
    refused(() => run(square, [0], [1], [1]), 'vmap, axes: expected an axis for 1')
    refused(
      () => run(square, 0, { a: [1, 2] }, [1, 2, 3]),
      'vmap, argument 1: expected 2 examples, as argument 0.a has, got 3 along axis 0 of (3,)',
    )
    refused(() => run(() => 3, 0, [1]), 'vmap, f, result: expected tensors', 'got 3')
    refused(
      () =>
        eager((ops, x) => {
          let leak = x
          vmap((inner: typeof ops, at: typeof x) => {
            leak = at
            return inner.square(at)
          })(ops, x)
          return ops.add(x, leak)
        })([1]),
      'add, operands: expected tensors of these operations, got a value of another transform',
    )
  })
})
