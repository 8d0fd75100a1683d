import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import type { BackendOption } from '../../src/backends/choose.ts'
import { prepare } from '../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../src/graph.ts'
import { compile, eager, grad, InvalidOption, jvp, type Ops, scan, tape, tfjsOps, vmap } from '../../src/index.ts'
import { exact, type Numbers, numbers, scalar, slope, waves } from './functions.ts'

const backends: readonly (BackendOption & string)[] = ['tfjs', 'wasm', 'onnxruntime']

/** A recurrence of a vector and a count, over two sequences: nothing about it is symmetric. */
const recurrence = <T>(
  ops: Ops<T>,
  { state, count }: { readonly state: T; readonly count: T },
  { x, gate }: { readonly x: T; readonly gate: T },
) => {
  const next = ops.tanh(ops.add(ops.multiply(state, gate), x))
  const carried = { state: next, count: ops.add(count, ops.constant(1)) }
  return [carried, [next, ops.multiply(ops.sum(next), count)]] as const
}

const scanned = <T>(ops: Ops<T>, state: T, x: T, gate: T) =>
  scan(recurrence<T>)(ops, { state, count: ops.constant(0) }, { x, gate })
const lossOf = <T>(ops: Ops<T>, state: T, x: T, gate: T): T => {
  const [last, [states, sums]] = scanned(ops, state, x, gate)
  return ops.add(ops.sum(ops.square(last.state)), ops.add(ops.sum(ops.square(states)), ops.mean(sums)))
}

const lengths = fc.integer({ min: 1, max: 6 })
const given = (length: number, features = 3) =>
  [waves([features], 2), waves([length, features], 3), waves([length, 1], 5)] as const
const row = ({ data, shape }: Numbers, i: number): Numbers => {
  const [, ...rest] = shape
  const size = rest.reduce((a, b) => a * b, 1)
  return { shape: rest, data: data.slice(i * size, (i + 1) * size) }
}
const flat = ({ data, shape }: Numbers) => ({ data: [...data], shape: [...shape] })
const near = (found: readonly number[], expected: readonly number[], tolerance = 1e-9): void => {
  expect(found).to.have.length(expected.length)
  for (const [i, value] of found.entries())
    expect(value).to.be.closeTo(expected[i] as number, tolerance * (1 + Math.abs(expected[i] as number)))
}

describe('scan', () => {
  it('is the loop over the steps', () =>
    fc.assert(
      fc.property(lengths, fc.boolean(), (length, reverse) => {
        const [state, x, gate] = given(length)
        const [last, [states, sums]] = scan(recurrence<Numbers>, { reverse })(
          exact,
          { state, count: scalar(0) },
          { x, gate },
        )
        let carried: { state: Numbers; count: Numbers } = { state, count: scalar(0) }
        for (let step = 0; step < length; step++) {
          const i = reverse ? length - 1 - step : step
          const [next, [y, sum]] = recurrence(exact, carried, { x: row(x, i), gate: row(gate, i) })
          expect(row(states, i)).to.deep.equal(y)
          expect(row(sums, i)).to.deep.equal(sum)
          carried = next
        }
        expect(last).to.deep.equal(carried)
      }),
    ))

  it('of two parts is the scan of both, the second from the carry of the first', () =>
    fc.assert(
      fc.property(lengths, lengths, (a, b) => {
        const [state, x, gate] = given(a + b)
        const part = (from: number, size: number) => ({
          x: exact.slice(x, [from, 0], [size, null]),
          gate: exact.slice(gate, [from, 0], [size, null]),
        })
        const run = scan(recurrence<Numbers>)
        const [middle, [first]] = run(exact, { state, count: scalar(0) }, part(0, a))
        const [last, [second]] = run(exact, middle, part(a, b))
        const [whole, [all]] = run(exact, { state, count: scalar(0) }, { x, gate })
        expect(last).to.deep.equal(whole)
        expect(exact.concatenate([first, second], 0)).to.deep.equal(all)
      }),
    ))

  it('counts steps alone with a length', () => {
    const powers = scan(
      <T>(ops: Ops<T>, value: T, factor: T) => {
        const next = ops.multiply(value, factor)
        return [next, { next }] as const
      },
      { length: 4 },
    )
    const [last, { next }] = eager(powers)(1, 3)
    expect(numbers(last)).to.deep.equal([81])
    expect(numbers(next)).to.deep.equal([3, 9, 27, 81])
  })

  it('gives the rest to every step, and needs no results', () => {
    const folded = scan(<T>(ops: Ops<T>, sum: T, x: T, by: T) => [ops.add(ops.multiply(sum, by), x), []] as const)
    const [last, none] = eager(folded)(0, [1, 2, 3], 10)
    expect(numbers(last)).to.deep.equal([123])
    expect(none).to.deep.equal([])
  })

  it('over no steps gives the carry, and results of no steps', () => {
    const [last, [states, sums]] = eager(scanned)([1, 2, 3], { data: [], shape: [0, 3] }, { data: [], shape: [0, 1] })
    expect(numbers(last.state)).to.deep.equal([1, 2, 3])
    expect(states.shape).to.deep.equal([0, 3])
    expect(sums.shape).to.deep.equal([0])
  })

  it('has the gradient of the loop', () =>
    fc.assert(
      fc.property(lengths, length => {
        const [state, x, gate] = given(length)
        const found = grad(lossOf<Numbers>, { wrt: [0, 1, 2] })(exact, state, x, gate)
        const all = [state, x, gate] as const
        for (const [i, gradient] of found.entries()) {
          const direction = waves((all[i] as Numbers).shape, 11)
          const along = slope(
            at => {
              const [s, xs, gates] = all.map((value, k) => (k === i ? at : value)) as [Numbers, Numbers, Numbers]
              return lossOf(exact, s, xs, gates).data[0] as number
            },
            all[i] as Numbers,
            direction,
          )
          const dot = gradient.data.reduce((sum, value, k) => sum + value * (direction.data[k] as number), 0)
          near([dot], [along], 1e-6)
        }
      }),
    ))

  it('maps over examples, as one scan of each', () =>
    fc.assert(
      fc.property(lengths, length => {
        const states = waves([2, 3], 2)
        const [, x, gate] = given(length)
        const found = vmap(lossOf<Numbers>, [0, null, null])(exact, states, x, gate)
        near(
          found.data as number[],
          [0, 1].map(i => lossOf(exact, row(states, i), x, gate).data[0] as number),
        )
      }),
    ))

  for (const backend of backends)
    it(`computes on ${backend} what it computes at once: values, gradients, tangents`, async () => {
      const all = <T>(ops: Ops<T>, state: T, x: T, gate: T) => ({
        result: scanned(ops, state, x, gate),
        slopes: grad(lossOf<T>, { wrt: [0, 1] })(ops, state, x, gate),
        along: jvp(lossOf<T>)(ops, [state, x, gate], [state])[1],
      })
      const args = given(5).map(flat) as unknown as [number, number, number]
      const compiled = compile(all, { backend })
      const [found, expected] = [await compiled(...args), eager(all)(...args)]
      const leaves = ({ result, slopes, along }: typeof found): tf.Tensor[] =>
        [result[0].state, result[0].count, ...result[1], ...slopes, along] as unknown as tf.Tensor[]
      for (const [i, tensor] of leaves(found).entries())
        near(numbers(tensor), numbers(leaves(expected)[i] as tf.Tensor), 1e-4)
      await compiled.dispose()
    })

  it('holds no tensors but its results', () => {
    eager(scanned)([1, 2, 3], [[1, 2, 3]], [[1]])
    const before = tf.memory().numTensors
    const [last, [states, sums]] = eager(scanned)([1, 2, 3], [[1, 2, 3]], [[1]])
    expect(tf.memory().numTensors - before).to.equal(4)
    tf.dispose([last.state, last.count, states, sums] as never)
  })

  describe('refuses', () => {
    const refused = (what: () => unknown, message: RegExp | string): void => {
      expect(what).to.throw(InvalidOption, message)
    }
    const sum = <T>(ops: Ops<T>, carry: T, x: T) => [ops.add(carry, x), carry] as const

    it('what is no function, and options that are none', () => {
      refused(() => scan(3 as never), 'scan, f: expected a function of the operations, got 3')
      refused(() => scan(sum, { length: 2.5 } as never), 'scan, length: expected an integer >= 0')
      refused(() => scan(sum, { backwards: true } as never), 'backwards')
    })

    it('sequences that have no steps, or not as many', () => {
      refused(() => eager(scan(sum))(0, 1), 'scan, xs: expected a first axis of known size, got ()')
      refused(
        () => eager(scanned)([1], [[1], [2]], [[1]]),
        'scan, xs.gate: expected 2 steps, as xs.x has, got 1. Give all tensors as many steps.',
      )
      refused(() => eager(scan(sum))(0, [] as never), /xs/)
    })

    it('functions that give no pair, or change the carry', () => {
      refused(
        () => eager(scan((<T>(ops: Ops<T>, carry: T, x: T) => ops.add(carry, x)) as never))(0 as never, [1] as never),
        'scan, f: expected a function that gives [carry, y]',
      )
      const grown = <T>(ops: Ops<T>, carry: T, x: T) => [ops.concatenate([carry, x], 0), carry] as const
      refused(
        () => eager(scan(grown))([0], [[1]]),
        'scan, grown, result.0: expected the shape (1,), got (2,). Give a tensor for each of the carry that came in, of its shape.',
      )
      refused(
        () =>
          eager(scan((<T>(ops: Ops<T>, carry: T, x: T) => [{ other: ops.add(carry, x) }, x]) as never))(
            0 as never,
            [1] as never,
          ),
        /result\.0\.other: expected the form of the carry/,
      )
    })

    it('a sequence of an unknown number of steps, also of the operation itself', () => {
      const sums = <T>(ops: Ops<T>, x: T): T =>
        ops.scan(([sum], step) => [[ops.add(sum as T, step)], step], [ops.constant(0, [2])], x)[1]
      const unknown = 'scan, axis: expected axes of known sizes, got axis 1 of (2, ?). Bind the dimension first.'
      const slope = grad(<T>(ops: Ops<T>, x: T): T => ops.sum(sums(ops, x)))
      refused(() => trace((ops, x) => [slope(ops, x as GraphNode)], [[2, null]]), unknown)
      refused(() => prepare(trace((ops, x) => [sums(ops, x as GraphNode)], [[2, null]])), unknown)
      refused(
        () => trace((ops, x) => [...scan(sum)(ops, ops.constant(0), x as GraphNode)], [[null]]),
        /xs: expected a first axis of known size/,
      )
    })

    it('values of another transform', () => {
      const outside = tape(tfjsOps).variable(tf.scalar(1))
      const leaking = <T>(ops: Ops<T>, carry: T, x: T) => [ops.add(carry, x), outside as T] as const
      refused(() => eager(scan(leaking))(0, [1]), 'scan, leaking, result.1: expected tensors of these operations')
    })
  })
})
