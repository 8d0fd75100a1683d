import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Graph,
  type GraphNode,
  gradients,
  graph,
  graphOps,
  interpret,
  placeholder,
  trace,
} from '../../src/graph.ts'
import { type Ops, tfjsOps } from '../../src/index.ts'
import { perform } from '../../src/ops/operations.ts'
import { tape } from '../../src/ops/tape.ts'
import { type Call, calls, meant } from '../ops/calls.ts'
import { evaluate, expression, start } from '../ops/expressions.ts'
import { build, type Numbers, reference } from '../ops/reference.ts'

const run = <T>(ops: Ops<T>, { operation, attributes }: Call, inputs: readonly T[]): T =>
  perform(ops)(operation, inputs, attributes as never)
const computed = ({ inputs, outputs }: Graph, values: readonly Numbers[]): readonly Numbers[] =>
  interpret(reference, outputs, new Map<GraphNode, Numbers>(inputs.map((input, i) => [input, values[i] as Numbers])))
const toTensor = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape])

const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  expect(actual.length).to.equal(expected.length)
  for (let i = 0; i < expected.length; i++)
    expect(actual[i]).to.be.closeTo(expected[i] as number, tolerance * (1 + Math.abs(expected[i] as number)))
}
const dot = (a: Numbers, b: Numbers): number => a.data.reduce((sum, value, i) => sum + value * (b.data[i] as number), 0)
const direction = ({ shape }: Numbers): Numbers => {
  let i = 0
  return build(shape, () => Math.cos(5 * ++i) + 0.3)
}
const moved = (x: Numbers, along: Numbers, by: number): Numbers => ({
  shape: x.shape,
  data: x.data.map((value, i) => value + by * (along.data[i] as number)),
})
const allAxes = ({ shape }: { readonly shape: readonly unknown[] }) => shape.map((_, i) => i)

describe('Gradients of a graph', () => {
  for (const [operation, arbitrary] of Object.entries(calls))
    it(`of ${operation} are those of tfjs, run eagerly`, () => {
      fc.assert(
        fc.property(arbitrary, drawn => {
          const call = meant(drawn)
          // Squared, so that what comes back is no constant.
          const loss = <T>(ops: Ops<T>, inputs: readonly T[]): T => {
            const result = run(ops, call, inputs)
            return ops.sum(
              ops.square(result),
              ops.shape(result).map((_, i) => i),
            )
          }
          const traced = trace(
            (ops, ...inputs) => [loss(ops, inputs)],
            call.inputs.map(({ shape }) => shape),
          )
          const wanted = traced.inputs.filter((_, i) => call.differentiable[i])
          const found = computed(gradients(traced, traced.outputs[0], wanted), call.inputs)
          tf.tidy(() => {
            const { ops, variable, fixed, gradients: back } = tape(tfjsOps)
            const inputs = call.inputs.map((input, i) => (call.differentiable[i] ? variable : fixed)(toTensor(input)))
            const eager = back(
              [[loss(ops, inputs), tf.scalar(1)]],
              inputs.filter((_, i) => call.differentiable[i]),
            )
            for (const [i, gradient] of eager.entries()) {
              expect(found[i]?.shape).to.deep.equal(gradient.shape)
              close(gradient.dataSync(), (found[i] as Numbers).data, 2e-4)
            }
          })
        }),
        { numRuns: 25 },
      )
    })

  // Expressions that are smooth; a maximum or a row by number is not everywhere, and the gradient of a loop is stopped.
  const smooth = expression.filter(({ chosen }) => chosen.every(([name]) => !/larger|noise|repeatedly/.test(name)))
  const traced = ({ shape, chosen }: { shape: readonly number[]; chosen: readonly (readonly [string, number])[] }) =>
    trace(
      (ops, x) => {
        const value = evaluate(ops, ops.tanh(x as GraphNode), chosen)
        return [ops.sum(ops.square(value), allAxes(value))]
      },
      [shape],
    )
  const at = (own: Graph, x: Numbers): Numbers => computed(own, [x])[0] as Numbers

  it('of whole expressions are the slopes that finite differences show', () => {
    fc.assert(
      fc.property(smooth, own => {
        const loss = traced(own)
        const x = start(own.seed, own.shape)
        const along = direction(x)
        const value = (by: number): number => at(loss, moved(x, along, by)).data[0] as number
        const slope = (value(1e-5) - value(-1e-5)) / 2e-5
        expect(dot(at(gradients(loss), x), along)).to.be.closeTo(slope, 1e-5 * (1 + Math.abs(slope)))
      }),
      { numRuns: 80 },
    )
  })

  it('can be differentiated again: the product of the Hessian with a vector', () => {
    fc.assert(
      fc.property(smooth, own => {
        const loss = traced(own)
        const x = start(own.seed, own.shape)
        const along = direction(x)
        const [input] = loss.inputs as readonly [GraphNode & { readonly kind: 'placeholder' }]
        const vector = placeholder('v', own.shape)
        const first = gradients(loss)
        const product = graphOps.sum(graphOps.multiply(first.outputs[0] as GraphNode, vector), allAxes(vector))
        const second = gradients(graph([input, vector], [product]), product, [input])
        const found = computed(second, [x, along])[0] as Numbers
        const slope = (by: number) => at(first, moved(x, along, by)).data
        const [ahead, behind] = [slope(1e-5), slope(-1e-5)]
        close(
          found.data,
          ahead.map((value, i) => (value - (behind[i] as number)) / 2e-5),
          1e-4,
        )
      }),
      { numRuns: 80 },
    )
  })

  it('go through a walk over a sequence', () => {
    const loss = trace(
      (ops, sequence, w) => {
        const [[last], outputs] = ops.scan(
          ([h], step) => {
            const next = ops.tanh(ops.add(ops.matmul(h as GraphNode, w as GraphNode), step))
            return [[next], ops.square(next)]
          },
          [ops.constant(0.1, [2, 3])],
          sequence as GraphNode,
        )
        return [ops.add(ops.sum(outputs, [0, 1, 2]), ops.sum(last as GraphNode, [0, 1]))]
      },
      [
        [2, 4, 3],
        [3, 3],
      ],
    )
    const values = [start(1, [2, 4, 3]), start(5, [3, 3])]
    const found = computed(gradients(loss), values)
    for (const [i, value] of values.entries()) {
      const along = direction(value)
      const near = (by: number): number => {
        const own = values.map((other, k) => (k === i ? moved(other, along, by) : other))
        return computed(loss, own)[0]?.data[0] as number
      }
      const slope = (near(1e-5) - near(-1e-5)) / 2e-5
      expect(dot(found[i] as Numbers, along)).to.be.closeTo(slope, 1e-6 * (1 + Math.abs(slope)))
    }
  })

  it('are zeros where nothing flows, and may be asked of what lies between', () => {
    const [x, y] = [placeholder('x', [2]), placeholder('y', [3])]
    const middle = graphOps.multiply(x, graphOps.constant(3))
    const own = graph([x, y], [graphOps.sum(graphOps.square(middle), [0])])
    const [between] =
      (own.outputs[0] as { inputs: readonly { inputs: readonly GraphNode[] }[] }).inputs[0]?.inputs ?? []
    const { outputs } = gradients(own, own.outputs[0], [y, between as GraphNode])
    const numbers = (data: readonly number[]): Numbers => ({ shape: [data.length], data: [...data] })
    const found = computed(graph([x, y], outputs), [numbers([1, 2]), numbers([1, 1, 1])])
    expect(found.map(({ data }) => data)).to.deep.equal([
      [0, 0, 0],
      [6, 12],
    ])
  })

  it('refuse a dimension that they need and is not known, and do without one that they do not need', () => {
    type Loss = (ops: Ops<GraphNode>, x: GraphNode, two: GraphNode) => GraphNode
    const refused: Readonly<Record<string, Loss>> = {
      'a mean over it': (ops, x) => ops.mean(x, [0, 1]),
      'some rows of it': (ops, x) => ops.slice(x, [1, 0], [2, null]),
      'rows by number': (ops, x) => ops.gather(x, ops.constant(1)),
      'what follows it': (ops, x, two) => ops.concatenate([x, two], 0),
    }
    const slope = (f: Loss) =>
      gradients(
        trace(
          (ops, x, two) => [f(ops, x as GraphNode, two as GraphNode)],
          [
            [null, 3],
            [2, 3],
          ],
        ),
      ).outputs
    for (const [what, f] of Object.entries(refused))
      expect(() => slope(f), what).to.throw(RangeError, 'a gradient: expected known dimensions, bind the batch first')
    const taken: readonly Loss[] = [
      (ops, x) => ops.mean(x, [1]),
      (ops, x) => ops.slice(x, [1, 0], [null, null]),
      (ops, x, two) => ops.concatenate([two, x], 0),
    ]
    for (const f of taken)
      expect(slope(f).map(({ shape }) => shape)).to.deep.equal([
        [null, 3],
        [2, 3],
      ])
  })
})
