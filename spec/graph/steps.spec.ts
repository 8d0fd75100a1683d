import { expect } from 'chai'
import { prepare } from '../../src/backends/prepare.ts'
import { key, uniforms } from '../../src/base/random.ts'
import type { Step } from '../../src/base/uniform.ts'
import type { GraphNode } from '../../src/graph/graph.ts'
import { withSteps } from '../../src/graph/steps.ts'
import { trace } from '../../src/graph.ts'
import { apply, compile, Dropout, Input, init, join, Linear, type Ops, Relu, residual } from '../../src/index.ts'
import { keptOf } from '../../src/layers/stochastic.ts'

const drawnBy = (f: (ops: Ops<GraphNode>, x: GraphNode) => readonly GraphNode[]) => {
  const own = trace((ops, x) => f(ops, x as GraphNode), [[3, 4]])
  return withSteps(prepare(own))
}
const mask = (ops: Ops<GraphNode>): GraphNode => keptOf(ops, key(1), [3, 4], 0.1)

describe('A draw that is compared with a number', () => {
  it('is fed as the mask that follows, by all operations on elements that alone use it', () => {
    const { graph, draws } = drawnBy((ops, x) => {
      const scaled = ops.multiply(mask(ops), ops.constant(1 / 0.9))
      return [ops.multiply(x, scaled), ops.add(x, scaled)]
    })
    const expected: Step = { threshold: Math.fround(0.1), below: 0, above: Math.fround(1 / 0.9) }
    expect(draws.map(({ step }) => step)).to.deep.equal([expected])
    expect(graph.outputs.map(node => 'operation' in node && node.operation)).to.deep.equal(['multiply', 'add'])
    expect(graph.outputs.map(node => 'inputs' in node && node.inputs)).to.deep.equal([graph.inputs, graph.inputs])
  })

  it('is fed as the mask where several operations use that', () => {
    const { draws, graph } = drawnBy((ops, x) => {
      const kept = mask(ops)
      return [ops.multiply(x, ops.multiply(kept, ops.constant(2))), ops.add(x, kept)]
    })
    expect(draws.map(({ step }) => step)).to.deep.equal([{ threshold: Math.fround(0.1), below: 0, above: 1 }])
    expect(graph.outputs.length).to.equal(2)
  })

  for (const [name, used] of [
    ['is used beside that', (ops, draw) => [ops.greater(ops.constant(0.1), draw), draw]],
    ['is compared with two', (ops, draw) => [0.1, 0.2].map(limit => ops.greater(ops.constant(limit), draw))],
    ['is compared with a tensor', (ops, draw, x) => [ops.greater(x, draw)]],
    ['is the larger one', (ops, draw) => [ops.greater(draw, ops.constant(0.1))]],
  ] as const satisfies readonly (readonly [
    string,
    (ops: Ops<GraphNode>, draw: GraphNode, x: GraphNode) => readonly GraphNode[],
  ])[])
    it(`stays a draw where it ${name}`, () => {
      const { draws } = drawnBy((ops, x) => used(ops, ops.uniform(key(1), [3, 4]), x))
      expect(draws.map(({ step }) => step)).to.deep.equal([undefined])
    })

  it('of normal numbers stays a draw', () => {
    const { draws } = drawnBy(ops => [ops.greater(ops.constant(0.1), ops.normal(key(1), [3, 4]))])
    expect(draws.map(({ step }) => step)).to.deep.equal([undefined])
  })
})

const network = join(Input(600), Dropout(0.3), residual(Relu(600)), Dropout(0.1), Linear(3))

describe('Dropout', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`drops on ${backend} what it drops eagerly`, async () => {
      const only = join(Input(600), Dropout(0.3))
      const x = { data: uniforms(key(1), 16 * 600, 1, 2), shape: [16, 600] }
      const mode = { training: true, key: key(9) }
      const variables = init(only, key(0))
      const model = compile(only, variables, { backend })
      const expected = apply(only, variables, x, mode).output.dataSync()
      expect(Array.from((await model.apply(x, mode)).output.dataSync())).to.deep.equal(Array.from(expected))
      await model.dispose()
      const deep = compile(network, { backend })
      const own = init(network, key(0))
      const [one, other] = [apply(network, own, x, mode), await deep.apply(own, x, mode)]
      const [a, b] = [one.output.dataSync(), other.output.dataSync()]
      for (const [i, value] of a.entries()) expect(b[i]).to.be.closeTo(value, 1e-4)
      await deep.dispose()
    })
})
