import { expect } from 'chai'
import { prepare } from '../../src/backends/prepare.ts'
import {
  cost,
  equals,
  fuse,
  type Graph,
  type GraphNode,
  gradients,
  graph,
  graphOps,
  interpret,
  placeholder,
  print,
  simplify,
  topological,
  trace,
  unroll,
} from '../../src/graph.ts'
import {
  apply,
  chooseBackend,
  customGradient,
  Input,
  init,
  join,
  key,
  Lambda,
  type Ops,
  recompute,
  vmap,
} from '../../src/index.ts'
import { type Numbers, reference } from '../ops/reference.ts'

// Functions with a gradient of their own in graphs that are differentiated.

/** Rounds, with the gradient of x³. */
const rounded = <T>(ops: Ops<T>, x: T): T =>
  customGradient(
    (inner: Ops<T>, at: T) => inner.round(at),
    (inner, { args: [at], cotangent }) => [
      inner.multiply(cotangent, inner.multiply(inner.constant(3), inner.square(at as T))),
    ],
  )(ops, x)
/** y = 2x, whose gradient is said to be the result. */
const doubled = <T>(ops: Ops<T>, x: T): T =>
  customGradient(
    (inner: Ops<T>, at: T) => inner.multiply(inner.constant(2), at),
    (inner, { result, cotangent }) => [inner.multiply(result, cotangent)],
  )(ops, x)
/** x and x², whose gradient is the product of both cotangents: it has to see them together. */
const pair = <T>(ops: Ops<T>, x: T): { readonly one: T; readonly square: T } =>
  customGradient(
    (inner: Ops<T>, at: T) => ({ one: at, square: inner.square(at) }),
    (inner, { cotangent: { one, square } }) => [inner.multiply(one, square)],
  )(ops, x)

const sum = <T>(ops: Ops<T>, x: T): T => ops.sum(x, [0])
const traced = (f: <T>(ops: Ops<T>, x: T) => T): Graph => trace((ops, x) => [sum(ops, f(ops, x as GraphNode))], [[3]])
const x: Numbers = { data: [1.25, -2.5, 3], shape: [3] }

const onAll = async ({ inputs, outputs }: Graph): Promise<void> => {
  const [expected] = interpret(reference, outputs, new Map<GraphNode, Numbers>([[inputs[0] as GraphNode, x]]))
  const { graph: own } = prepare({ kind: 'Graph', inputs, outputs })
  for (const name of ['tfjs', 'wasm', 'onnxruntime'] as const) {
    const backend = await chooseBackend(name)
    const program = await backend.compile(own)
    const [result] = await program.run([backend.upload(Float32Array.from(x.data), x.shape)])
    const found = Array.from(await backend.download(result))
    for (const [i, value] of (expected as Numbers).data.entries()) expect(found[i]).to.be.closeTo(value, 1e-4)
    program.dispose()
  }
}
const valuesOf = (of: Graph): readonly number[] =>
  (interpret(reference, of.outputs, new Map<GraphNode, Numbers>([[of.inputs[0] as GraphNode, x]]))[0] as Numbers).data

describe('A function with a gradient of its own in a graph', () => {
  it('has that gradient, on every backend', async () => {
    const slopes = gradients(traced(rounded))
    expect(valuesOf(slopes)).to.deep.equal(x.data.map(value => 3 * value ** 2))
    await onAll(slopes)
    await onAll(traced(rounded))
  })

  it('has it at each order, as has its result', async () => {
    // (2x)' = 2x, of which 2x has the gradient 2x again.
    const twice = gradients(gradients(traced(doubled)))
    expect(valuesOf(twice)).to.deep.equal(x.data.map(value => 2 * value))
    await onAll(twice)
    // The rule of rounded: 3 x², whose derivative is 6 x.
    expect(valuesOf(gradients(gradients(traced(rounded))))).to.deep.equal(x.data.map(value => 6 * value))
  })

  it('has one for all of its results', async () => {
    const both = traced(<T>(ops: Ops<T>, own: T) => {
      const { one, square } = pair(ops, own)
      return ops.add(ops.multiply(ops.constant(3), one), ops.multiply(ops.constant(5), square))
    })
    expect(valuesOf(gradients(both))).to.deep.equal([15, 15, 15])
    await onAll(gradients(both))
    // A result that nobody uses has the cotangent 0.
    expect(valuesOf(gradients(traced((ops, own) => pair(ops, own).square)))).to.deep.equal([0, 0, 0])
  })

  it('keeps it through passes', () => {
    const forward = traced((ops, own) => rounded(ops, ops.multiply(ops.constant(1), own)))
    for (const pass of [simplify, unroll, ({ inputs, outputs }: Graph) => graph(inputs, outputs)])
      expect(valuesOf(gradients(pass(forward)))).to.deep.equal(x.data.map(value => 3 * value ** 2))
    expect(valuesOf(fuse(forward))).to.deep.equal([1 - 2 + 3])
    const again = trace(
      (ops, own) => [
        interpret(ops, forward.outputs, new Map([[forward.inputs[0] as GraphNode, own as GraphNode]]))[0] as GraphNode,
      ],
      [[3]],
    )
    expect(valuesOf(gradients(again))).to.deep.equal(x.data.map(value => 3 * value ** 2))
  })

  it('has it in layers, by the operations of graphs', () => {
    const network = join(
      Input(3),
      Lambda((ops, own) => rounded(ops, own)),
    )
    const input = placeholder('x', [1, 3])
    const { output } = apply(network, init(network, key(1)), input, { ops: graphOps })
    const slopes = gradients(graph([input], [output as GraphNode]))
    const [found] = interpret(
      reference,
      slopes.outputs,
      new Map<GraphNode, Numbers>([[input, { ...x, shape: [1, 3] }]]),
    )
    expect((found as Numbers).data).to.deep.equal(x.data.map(value => 3 * value ** 2))
    expect(print(graph([input], [output as GraphNode]))).to.include('withGradient')
  })

  it('has it for each example', () => {
    const each = vmap(<T>(ops: Ops<T>, own: T) => rounded(ops, own))
    expect(valuesOf(gradients(traced((ops, own) => each(ops, own as never) as typeof own)))).to.deep.equal(
      x.data.map(value => 3 * value ** 2),
    )
  })

  it('is a function of its own: others with the same values have other gradients', () => {
    const both = traced((ops, own) => ops.add(rounded(ops, own), ops.round(own)))
    expect(valuesOf(gradients(both))).to.deep.equal(x.data.map(value => 3 * value ** 2))
    expect(valuesOf(both)).to.deep.equal([2 * (1 - 2 + 3)])
    expect(
      equals(
        traced(rounded),
        traced(<T>(ops: Ops<T>, own: T) => ops.round(own)),
      ),
    ).to.equal(false)
  })

  it('costs what it computes', () => {
    const plain = <T>(ops: Ops<T>, own: T): T => ops.round(own)
    expect(cost(traced(rounded).outputs).flops).to.equal(cost(traced(plain).outputs).flops)
  })

  it('that is computed again has the gradient of what it computes, computed again', async () => {
    const block = recompute(<T>(ops: Ops<T>, own: T): T => ops.exp(ops.sin(own)))
    const forward = traced((ops, own) => block(ops, own as never) as typeof own)
    const slopes = gradients(forward)
    for (const [i, value] of valuesOf(slopes).entries())
      expect(value).to.be.closeTo(Math.exp(Math.sin(x.data[i] as number)) * Math.cos(x.data[i] as number), 1e-6)
    await onAll(slopes)
    await onAll(gradients(slopes))
    const loops = (nodes: Graph): number =>
      topological(prepare(nodes).graph.outputs).filter(({ kind }) => kind === 'loop').length
    expect(loops(slopes)).to.equal(1)
  })
})
