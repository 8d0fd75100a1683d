import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Graph, type GraphNode, gradients, topological, trace } from '../../src/graph.ts'
import { compile, eager, grad, InvalidOption, jvp, type Ops, vmap } from '../../src/index.ts'
import { dot, exact, type Numbers, nested, numbers, scalar, slope, waves } from '../functions/functions.ts'
import { close } from './derivatives.ts'

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const

/** Repeats a step so many times: as a loop, or one after the other. */
type Repeating = <T>(ops: Ops<T>, times: number, step: (x: T, i: T) => T, x: T) => T

const unrolled: Repeating = (ops, times, step, x) => {
  let y = x
  for (let i = 0; i < times; i++) y = step(y, ops.constant(i))
  return y
}
/** How long it takes depends on a value. */
const looped =
  (limit: number): Repeating =>
  <T>(ops: Ops<T>, times: number, step: (x: T, i: T) => T, x: T): T => {
    const [, result] = ops.loop(
      ([i]) => ops.greater(ops.constant(times), i as T),
      ([i, y]) => [ops.add(i as T, ops.constant(1)), step(y as T, i as T)],
      [ops.constant(0), x],
      limit,
    )
    return result as T
  }

/** A loss through a repetition that uses two tensors of around it, and the count. */
const lossOf =
  (repeating: Repeating, times: number) =>
  <T>(ops: Ops<T>, x: T, w: T, b: T): T => {
    const step = (y: T, i: T): T => {
      const inner = ops.add(ops.reshape(ops.matmul(ops.reshape(y, [1, 3]), w), [3]), ops.multiply(b, ops.sin(i)))
      return ops.add(ops.multiply(y, ops.constant(0.5)), ops.tanh(inner))
    }
    return ops.sum(ops.square(repeating(ops, times, step, x)))
  }
const given = (): readonly [Numbers, Numbers, Numbers] => [waves([3], 2), waves([3, 3], 3), waves([3], 5)]
const all = { wrt: [0, 1, 2] }
const flat = (found: readonly Numbers[]): readonly number[] => found.flatMap(({ data }) => [...data])

describe('The gradient of a loop', () => {
  it('is that of its repetitions one after the other, also if it ends at its limit', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }), (times, limit) => {
        const found = grad(lossOf(looped(limit), times), all)(exact, ...given())
        const expected = grad(lossOf(unrolled, Math.min(times, limit)), all)(exact, ...given())
        close(flat(found), flat(expected), 1e-12)
      }),
    ))

  it('is what finite differences say', () => {
    const loss = lossOf(looped(50), 11)
    const found = grad(loss, all)(exact, ...given())
    for (const [i, x] of given().entries()) {
      const direction = waves(x.shape, 11)
      const along = slope(
        at => loss(exact, ...(given().with(i, at) as never as [Numbers, Numbers, Numbers])).data[0] as number,
        x,
        direction,
      )
      close([dot(found[i] as Numbers, direction)], [along], 1e-7)
    }
  })

  it('has derivatives: second ones, tangents, and those of loops within loops', () => {
    const both = [looped(9), unrolled].map(repeating => {
      const loss = lossOf(repeating, 5)
      const sums = <T>(ops: Ops<T>, x: T, w: T, b: T): T => {
        const [dx, dw] = grad(loss, { wrt: [0, 1] })(ops, x, w, b)
        return ops.add(ops.sum(ops.sin(dx)), ops.sum(ops.square(dw)))
      }
      const twice = <T>(ops: Ops<T>, x: T, w: T, b: T): T =>
        ops.sum(
          repeating(
            ops,
            3,
            (y, i) =>
              ops.tanh(
                ops.add(
                  repeating(ops, 4, z => ops.multiply(ops.sin(z), w), y),
                  ops.multiply(b, i),
                ),
              ),
            x,
          ),
        )
      return [
        ...grad(sums, all)(exact, ...given()),
        jvp(loss)(exact, given() as never, [waves([3], 7), waves([3, 3], 8)] as never)[1] as Numbers,
        ...grad(twice, all)(exact, waves([3], 2), waves([3], 3), waves([3], 5)),
      ]
    })
    close(flat(both[0] as Numbers[]), flat(both[1] as Numbers[]), 1e-9)
  })

  it('is mapped over examples, and of what is mapped, also if they end at different times', () => {
    const until = <T>(ops: Ops<T>, x: T, w: T): T => {
      const [y] = ops.loop(
        ([z]) => ops.greater(ops.constant(10), z as T),
        ([z]) => [ops.add(ops.multiply(z as T, w), ops.constant(0.1))],
        [x],
        40,
      )
      return y as T
    }
    const [xs, w] = [{ shape: [4], data: [1, 3, 12, 0.5] }, scalar(1.7)] as const
    const each = xs.data.map(x => grad(until, { wrt: [0, 1] })(exact, scalar(x), w))
    const mapped = vmap(grad(until, { wrt: [0, 1] }), [0, null])(exact, xs, w) as readonly Numbers[]
    close(
      flat(mapped),
      [...each.map(([dx]) => dx?.data[0] as number), ...each.map(([, dw]) => dw?.data[0] as number)],
      1e-12,
    )
    const total = <T>(ops: Ops<T>, all: T, by: T): T => ops.sum(vmap(until, [0, null])(ops, all, by))
    const [dxs, dw] = grad(total, { wrt: [0, 1] })(exact, xs, w) as readonly [Numbers, Numbers]
    close(dxs.data, mapped[0]?.data ?? [], 1e-12)
    close(dw.data, [(mapped[1]?.data ?? []).reduce((a, b) => a + b, 0)], 1e-12)
  })

  it('goes to what varies alone: NaN of others stays away', () => {
    // The derivative of a power of a negative number with respect to the exponent is NaN.
    const power = <T>(ops: Ops<T>, x: T): T => looped(9)(ops, 3, (y, i) => ops.add(y, ops.pow(x, i)), ops.constant(0))
    close([grad(power)(exact, scalar(-2)).data[0] as number], [1 + 2 * -2], 1e-12)
  })

  it('stops where it is stopped, and of the result itself is the cotangent', () => {
    const stopped = <T>(ops: Ops<T>, x: T): T =>
      ops.multiply(
        looped(9)(ops, 3, y => ops.multiply(y, ops.stopGradient(x)), ops.constant(1)),
        x,
      )
    expect(grad(stopped)(exact, scalar(2)).data).to.deep.equal([8])
  })

  it('keeps about the square root of the repetitions that there may be', () => {
    const peak = (limit: number): number => {
      const own: Graph = trace(
        (ops, x, w, b) => [lossOf(looped(limit), limit)(ops, x as GraphNode, w as GraphNode, b as GraphNode)],
        [[3], [3, 3], [3]],
      )
      const sizes: number[] = []
      const visit = (nodes: readonly GraphNode[]): void => {
        for (const node of topological(nodes)) {
          sizes.push(node.shape.reduce<number>((n, d) => n * (d as number), 1))
          if (node.kind === 'loop') visit(node.next)
        }
      }
      visit(gradients(own).outputs)
      return Math.max(...sizes)
    }
    expect([100, 10_000, 1_000_000].map(peak)).to.deep.equal([30, 300, 3000])
  })

  it('is refused for a limit to which 32-bit floats do not count', () => {
    expect(() => grad(lossOf(looped(2 ** 30), 3))(exact, ...given())).to.throw(
      InvalidOption,
      'loop, limit: expected at most 16777216 repetitions where a gradient goes through, got 1073741824',
    )
  })

  for (const backend of engines)
    it(`is the same on ${backend}, compiled and at once, and leaves nothing behind`, async () => {
      const everything = <T>(ops: Ops<T>, x: T, w: T, b: T) => {
        const loss = lossOf(looped(30), 13)
        return { slopes: grad(loss, all)(ops, x, w, b), along: jvp(loss)(ops, [x, w, b], [x])[1] }
      }
      const args = given().map(nested) as never as [number, number, number]
      const wanted = flat(grad(lossOf(unrolled, 13), all)(exact, ...given()))
      const [, along] = jvp(lossOf(unrolled, 13))(exact, given() as never, [given()[0]] as never)
      const compiled = compile(everything, { backend })
      await compiled(...args)
      const before = tf.memory().numTensors
      for (const run of [compiled, eager(everything)]) {
        const found = await run(...args)
        const leaves = [...found.slopes, found.along] as unknown as tf.Tensor[]
        close(leaves.flatMap(numbers), [...wanted, ...(along as Numbers).data], 1e-4)
        tf.dispose(leaves)
      }
      expect(tf.memory().numTensors).to.equal(before)
      await compiled.dispose()
    })
})
