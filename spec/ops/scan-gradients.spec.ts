import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { prepare } from '../../src/backends/prepare.ts'
import { cost, fuse, type GraphNode, gradients, interpret, print, topological, trace } from '../../src/graph.ts'
import { compile, eager, grad, jvp, type Ops, scan, vmap } from '../../src/index.ts'
import { mostWalked } from '../../src/ops/scan.ts'
import { exact, type Numbers, nested, numbers, waves } from '../functions/functions.ts'
import { close } from './derivatives.ts'
import { reference } from './reference.ts'

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const long = mostWalked + 1

/** A recurrence of a vector and a count over two sequences, whose steps use a matrix of around them. */
const recurrence =
  <T>(w: T) =>
  (
    ops: Ops<T>,
    { state, count }: { readonly state: T; readonly count: T },
    { x, gate }: { readonly x: T; readonly gate: T },
  ) => {
    const inner = ops.reshape(ops.matmul(ops.reshape(state, [1, 2]), w), [2])
    const next = ops.tanh(ops.add(ops.multiply(inner, gate), x))
    return [
      { state: next, count: ops.add(count, ops.constant(1)) },
      [next, ops.multiply(ops.sum(next), count)],
    ] as const
  }
type Scanned = <T>(
  ops: Ops<T>,
  state: T,
  x: T,
  gate: T,
  w: T,
  reverse?: boolean,
) => readonly [last: T, states: T, sums: T]
const scanned: Scanned = <T>(ops: Ops<T>, state: T, x: T, gate: T, w: T, reverse = false) => {
  const step = recurrence(w)
  const run = scan(
    (own: Ops<T>, carried: Parameters<typeof step>[1], at: Parameters<typeof step>[2], by: T) =>
      recurrence(by)(own, carried, at),
    { reverse },
  )
  const [last, [states, sums]] = run(ops, { state, count: ops.constant(0) }, { x, gate }, w)
  return [last.state, states, sums]
}
/** The same, step by step. */
const stepwise: Scanned = <T>(ops: Ops<T>, state: T, x: T, gate: T, w: T, reverse = false) => {
  const length = ops.shape(x)[0] as number
  const at = (all: T, i: number): T => ops.reshape(ops.slice(all, [i, 0], [1, null]), [ops.shape(all)[1] ?? null])
  let carried = { state, count: ops.constant(0) }
  const found: (readonly [T, T])[] = []
  for (let k = 0; k < length; k++) {
    const i = reverse ? length - 1 - k : k
    const [next, ys] = recurrence(w)(ops, carried, { x: at(x, i), gate: at(gate, i) })
    found.push(ys)
    carried = next
  }
  const ordered = reverse ? found.toReversed() : found
  const stack = (k: 0 | 1): T =>
    ops.stack(
      ordered.map(ys => ys[k]),
      0,
    )
  return [carried.state, stack(0), stack(1)]
}
const lossOf =
  (run: Scanned) =>
  <T>(ops: Ops<T>, state: T, x: T, gate: T, w: T): T => {
    const [last, states, sums] = run(ops, state, x, gate, w)
    return ops.add(
      ops.sum(ops.square(last)),
      ops.add(ops.mean(ops.square(states)), ops.multiply(ops.mean(sums), ops.constant(1e-3))),
    )
  }

const given = (): readonly [Numbers, Numbers, Numbers, Numbers] => [
  waves([2], 2),
  waves([long, 2], 3),
  waves([long, 1], 5),
  waves([2, 2], 7),
]
const all = { wrt: [0, 1, 2, 3] }
const flat = (found: readonly Numbers[]): readonly number[] => found.flatMap(({ data }) => [...data])
const args = () => given().map(nested) as never as [number, number, number, number]

describe('A long scan', () => {
  for (const reverse of [false, true])
    it(`is the loop over its steps${reverse ? ', from the last one' : ''}`, () => {
      const [found, expected] = [scanned, stepwise].map(run => run(exact, ...given(), reverse))
      expect(found).to.deep.equal(expected)
    })

  it('has the gradient of the loop over its steps, of higher order too', () => {
    const both = [scanned, stepwise].map(run => {
      const loss = lossOf(run)
      const again = <T>(ops: Ops<T>, state: T, x: T, gate: T, w: T): T => {
        const [dstate, dw] = grad(loss, { wrt: [0, 3] })(ops, state, x, gate, w)
        return ops.add(ops.sum(ops.sin(dstate)), ops.sum(ops.square(dw)))
      }
      return [
        ...grad(loss, all)(exact, ...given()),
        ...grad(again, { wrt: [0, 3] })(exact, ...given()),
        jvp(loss)(exact, given() as never, [waves([2], 11), null, waves([long, 1], 13)] as never)[1] as Numbers,
      ]
    })
    close(flat(both[0] as Numbers[]), flat(both[1] as Numbers[]), 1e-9)
  })

  it('maps over examples, each with its own sequence or all with one', () => {
    const sums = <T>(ops: Ops<T>, state: T, x: T, gate: T, w: T): T => lossOf(scanned)(ops, state, x, gate, w)
    const states = waves([2, 2], 17)
    const [, x, gate, w] = given()
    const xs = { shape: [2, long, 2], data: [...x.data, ...waves([long, 2], 19).data] }
    const row = (of: Numbers, i: number): Numbers => {
      const size = of.data.length / 2
      return { shape: of.shape.slice(1), data: of.data.slice(i * size, (i + 1) * size) }
    }
    close(
      vmap(sums, [0, null, null, null])(exact, states, x, gate, w).data,
      [0, 1].map(i => sums(exact, row(states, i), x, gate, w).data[0] as number),
      1e-12,
    )
    const slopes = vmap(grad(sums, { wrt: [0, 3] }), [null, 0, null, null])(
      exact,
      row(states, 0),
      xs,
      gate,
      w,
    ) as readonly Numbers[]
    const each = [0, 1].map(i => grad(sums, { wrt: [0, 3] })(exact, row(states, 0), row(xs, i), gate, w))
    close(
      flat(slopes),
      [0, 1].flatMap(k => each.flatMap(found => [...(found[k] as Numbers).data])),
      1e-9,
    )
  })

  it('is as large for 100,000 steps as for 2,000, with its gradient and its tangent', () => {
    const nodes = (length: number): number => {
      const own = trace(
        (ops, state, x, gate, w) => {
          const [s, xs, gates, by] = [state, x, gate, w] as [GraphNode, GraphNode, GraphNode, GraphNode]
          return [
            ...grad(lossOf(scanned)<GraphNode>, all)(ops, s, xs, gates, by),
            jvp(lossOf(scanned)<GraphNode>)(ops, [s, xs, gates, by], [s])[1],
          ]
        },
        [[2], [length, 2], [length, 1], [2, 2]],
      )
      const { graph } = prepare(own)
      expect(topological(graph.outputs).some(({ kind }) => kind === 'scan')).to.equal(true)
      return topological(graph.outputs).reduce(
        (sum, node) => sum + 1 + (node.kind === 'scan' ? topological([...node.next, node.output]).length : 0),
        0,
      )
    }
    expect(nodes(100_000)).to.equal(nodes(2000)).and.to.be.below(1000)
  })

  it('keeps what is carried before each step for its gradient, and nothing else of each', () => {
    // Of 300 steps, 10 numbers are computed in each, and one is carried.
    const final = <T>(ops: Ops<T>, start: T, x: T): T =>
      scan((own: Ops<T>, at: T, by: T) => {
        const wide = own.sum(
          own.exp(own.multiply(own.constant(Float32Array.from({ length: 10 }, (_, i) => i / 10)), at)),
        )
        return [own.tanh(own.multiply(wide, by)), []] as const
      })(ops, start, x)[0]
    const own = trace((ops, start, x) => [final(ops, start as GraphNode, x as GraphNode)], [[], [300]])
    const largest = topological(gradients(own).outputs).reduce(
      (most, node) =>
        Math.max(
          most,
          node.shape.reduce<number>((n, d) => n * (d as number), 1),
        ),
      0,
    )
    // The step, the cotangent of its output, and the carry, side by side.
    expect(largest).to.equal(3 * 300)
  })

  it('is a node through every pass, printed and counted', () => {
    const own = trace(
      (ops, state, x, gate, w) => scanned(ops, state as GraphNode, x as GraphNode, gate as GraphNode, w as GraphNode),
      given().map(({ shape }) => shape),
    )
    const wanted = stepwise(reference, ...given())
    for (const after of [own, fuse(own), prepare(own).graph]) {
      const bound = new Map<GraphNode, Numbers>(after.inputs.map((input, i) => [input, given()[i] as Numbers]))
      close(flat(interpret(reference, after.outputs, bound)), flat(wanted), 1e-12)
    }
    expect(print(own)).to.match(/scan\(.*\) \{ \d+ nodes \}/)
    expect(cost(own.outputs).flops).to.be.above(10 * long)
  })

  for (const backend of engines)
    it(`computes on ${backend} what it says, at once as well, and leaves nothing behind`, async () => {
      const everything = <T>(ops: Ops<T>, state: T, x: T, gate: T, w: T) => ({
        result: scanned(ops, state, x, gate, w),
        slopes: grad(lossOf(scanned), all)(ops, state, x, gate, w),
        along: jvp(lossOf(scanned))(ops, [state, x, gate, w], [state])[1],
      })
      const wanted = [
        ...stepwise(exact, ...given()),
        ...grad(lossOf(stepwise), all)(exact, ...given()),
        jvp(lossOf(stepwise))(exact, given() as never, [given()[0]] as never)[1] as Numbers,
      ]
      const compiled = compile(everything, { backend })
      tf.dispose((await compiled(...args())) as never)
      const before = tf.memory().numTensors
      for (const run of backend === 'tfjs' ? [compiled, eager(everything)] : [compiled]) {
        const found = await run(...args())
        const leaves = [...found.result, ...found.slopes, found.along] as unknown as tf.Tensor[]
        close(leaves.flatMap(numbers), flat(wanted), 2e-4)
        tf.dispose(leaves)
      }
      expect(tf.memory().numTensors).to.equal(before)
      await compiled.dispose()
    })

  it('counts steps alone, and carries sequences without numbers', async () => {
    for (const backend of engines) {
      const powers = compile(
        scan(<T>(ops: Ops<T>, value: T) => [ops.multiply(value, ops.constant(0.999)), { value }] as const, {
          length: 2000,
        }),
        { backend },
      )
      const [last, { value }] = await powers(1)
      expect(numbers(last as never)[0]).to.be.closeTo(0.999 ** 2000, 1e-4)
      expect((value as unknown as tf.Tensor).shape).to.deep.equal([2000])
      await powers.dispose()
      const nothing = compile(
        scan(<T>(ops: Ops<T>, count: T, x: T) => [ops.add(count, ops.constant(1)), ops.multiply(x, count)] as const),
        { backend },
      )
      const [count, ys] = await nothing(0, { data: new Float32Array(0), shape: [1500, 0] } as never)
      expect(numbers(count as never)).to.deep.equal([1500])
      expect((ys as unknown as tf.Tensor).shape).to.deep.equal([1500, 0])
      await nothing.dispose()
    }
  })
})
