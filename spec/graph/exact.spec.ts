import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { prepareTraced } from '../../src/backends/prepare.ts'
import { deviceOf } from '../../src/backends/tfjs/device.ts'
import { compileFor } from '../../src/backends/tfjs/program.ts'
import { rebuilt } from '../../src/graph/build.ts'
import { simplifying, simplifyingExactly } from '../../src/graph/simplify.ts'
import { equals, type Graph, type GraphNode, graph, graphOps, interpret, placeholder, trace } from '../../src/graph.ts'
import { key, type Ops, tfjsOps, uniforms } from '../../src/index.ts'
import { computed as computedBy, graphDescriptions } from '../fuzz/graphs.ts'
import { onEachOfTfjs } from '../running-backends.ts'

// Passes that keep every bit, beside operation by operation: on numbers among which are those that laws forget.

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e30, -1e30, 1e-30]
const tensorOf = (seed: number, shape: readonly number[]): tf.Tensor => {
  const size = shape.reduce((n, d) => n * d, 1)
  const data = uniforms(key(seed), size, -2, 2).map((value, i) =>
    (i + seed) % 3 === 0 ? value : (special[(i + seed) % 8] as number),
  )
  return tf.tensor(data, [...shape])
}

/** Bits as whole numbers. Which NaN comes of an operation is left to processors. */
const bitsOf = (tensor: tf.TensorInfo): string => {
  const words = new Uint32Array(Float32Array.from(tf.engine().readSync(tensor.dataId) as Float32Array).buffer)
  return `${tensor.shape}: ${words.map(word => ((word & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : word)).join()}`
}

/** The bits of a graph's outputs, operation by operation. */
const eagerly = ({ inputs, outputs }: Graph, given: readonly tf.Tensor[]): string[] =>
  tf.tidy(() =>
    interpret(
      tfjsOps,
      outputs,
      new Map<GraphNode, tf.Tensor>(inputs.map((input, i) => [input, given[i] as tf.Tensor])),
    ).map(bitsOf),
  )
/** The same of a program. */
const compiled = (own: Graph, given: readonly tf.Tensor[]): string[] => {
  const program = compileFor(deviceOf(tf.getBackend()), prepareTraced(own).graph)
  try {
    return tf.tidy(() =>
      program
        .runNow([...given])
        .map(({ dataId, shape }) =>
          bitsOf(tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: 'float32' }, tf.backend())),
        ),
    )
  } finally {
    program.dispose()
  }
}
const simplified = ({ inputs, outputs }: Graph, exactly: boolean): Graph =>
  rebuilt(inputs, outputs, exactly ? simplifyingExactly : simplifying)

type Expression = (ops: Ops<GraphNode>, x: GraphNode, y: GraphNode) => GraphNode

const scalar = (ops: Ops<GraphNode>, x: GraphNode): GraphNode => ops.reshape(ops.slice(x, [0, 0], [1, 1]), [])
const row = (ops: Ops<GraphNode>, x: GraphNode): GraphNode => ops.slice(x, [0, 0], [1, null])
const repeated = (ops: Ops<GraphNode>, x: GraphNode): GraphNode => ops.broadcast(row(ops, x), [4, 6])
const unary = [
  ...(['negative', 'exp', 'log', 'sqrt', 'rsqrt', 'square', 'abs'] as const),
  ...(['sigmoid', 'tanh', 'relu', 'elu', 'softplus', 'erf'] as const),
]
const binary = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'greater', 'equal'] as const

const exact: Readonly<Record<string, Expression>> = {
  'two negations': (ops, x) => ops.negative(ops.negative(x)),
  'a negation of a scaling': (ops, x) => ops.negative(ops.multiply(x, ops.constant(0.3))),
  'relu twice': (ops, x) => ops.relu(ops.relu(x)),
  'the sum with a negation': (ops, x, y) => ops.add(x, ops.negative(y)),
  'the difference to a negation': (ops, x, y) => ops.subtract(x, ops.negative(y)),
  'subtracting 0': (ops, x) => ops.subtract(x, ops.constant(0)),
  'multiplying by 1': (ops, x) => ops.multiply(ops.constant(1), ops.multiply(x, ops.constant(1))),
  'dividing by 1': (ops, x) => ops.divide(x, ops.constant(1)),
  'a choice by NaN': (ops, x, y) => ops.where(ops.constant(Number.NaN), x, y),
  'a choice by -0': (ops, x, y) => ops.where(ops.constant(-0), x, y),
  'a choice by what is 0 in 32 bits': (ops, x, y) => ops.where(ops.constant(1e-60), x, y),
  'a sum of ones': (ops, x) => ops.add(x, ops.sum(ops.broadcast(ops.constant(1), [3, 6]), [0])),
  'two reshapes': (ops, x) => ops.reshape(ops.reshape(x, [24]), [2, 12]),
  'two transposes': (ops, x) => ops.transpose(ops.transpose(x, [1, 0]), [1, 0]),
  'a transpose that moves nothing': (ops, x) =>
    ops.reshape(ops.transpose(ops.reshape(x, [4, 1, 6]), [1, 0, 2]), [4, 6]),
  'two reversals': (ops, x) => ops.reverse(ops.reverse(x, [0, 1]), [0]),
  'two concatenations': (ops, x, y) => ops.concatenate([ops.concatenate([x, y], 0), x], 0),
  'a slice of a slice': (ops, x) => ops.slice(ops.slice(x, [1, 1], [2, 3]), [1, 0], [1, 2]),
  'a slice of a part': (ops, x, y) => ops.slice(ops.concatenate([x, y], 0), [5, 0], [2, 6]),
  'margins of nothing': (ops, x) =>
    ops.pad(x, [
      [0, 0],
      [0, 0],
    ]),
  ...Object.fromEntries(
    unary.map(name => [`${name} of what is repeated`, ((ops, x) => ops[name](repeated(ops, x))) satisfies Expression]),
  ),
  ...Object.fromEntries(
    binary.flatMap(name => [
      [`${name} of what is repeated`, ((ops, x, y) => ops[name](repeated(ops, x), y)) satisfies Expression],
      [`${name} to what is repeated`, ((ops, x, y) => ops[name](x, repeated(ops, y))) satisfies Expression],
      [
        `${name} of a scalar and what is repeated`,
        ((ops, x, y) => ops[name](scalar(ops, x), repeated(ops, y))) satisfies Expression,
      ],
    ]),
  ),
}

const rounding: Readonly<Record<string, Expression>> = {
  'adding 0': (ops, x) => ops.add(ops.constant(0), x),
  'subtracting -0': (ops, x) => ops.subtract(x, ops.constant(-0)),
  'subtracting from 0': (ops, x) => ops.subtract(ops.constant(0), x),
  'scaling twice': (ops, x) => ops.multiply(ops.multiply(x, ops.constant(1e30)), ops.constant(0.3e-30)),
  'a sum over one element': (ops, x) => ops.sum(ops.reshape(x, [4, 1, 6]), [1]),
}

const shape = [4, 6]
const given = (): readonly tf.Tensor[] => [1, 2].map(seed => tensorOf(seed, shape))
const traced = (f: Expression): Graph => trace((ops, x, y) => [f(ops, x as GraphNode, y as GraphNode)], [shape, shape])

describe('A law that keeps every bit', () => {
  for (const [what, f] of Object.entries(exact))
    it(`is that of ${what}`, () =>
      onEachOfTfjs(() => {
        const before = traced(f)
        const after = simplified(before, true)
        expect(equals(after, before)).to.equal(false)
        const expected = eagerly(before, given())
        expect(eagerly(after, given())).to.deep.equal(expected)
        expect(compiled(before, given())).to.deep.equal(expected)
      }))
})

describe('A law within rounding', () => {
  for (const [what, f] of Object.entries(rounding))
    it(`is that of ${what}`, () =>
      onEachOfTfjs(() => {
        const before = traced(f)
        const after = simplified(before, false)
        expect(equals(after, before)).to.equal(false)
        expect(equals(simplified(before, true), before)).to.equal(true)
        expect(eagerly(after, given())).not.to.deep.equal(eagerly(before, given()))
        expect(compiled(before, given())).to.deep.equal(eagerly(before, given()))
      }))
})

describe('Passes that keep every bit', () => {
  it('keep those of random graphs', () =>
    onEachOfTfjs(() =>
      fc.assert(
        fc.property(graphDescriptions, description => {
          const given = description.shapes.map((shape, i) => tensorOf(description.seed + i, shape))
          const inputs = description.shapes.map((shape, i) => placeholder(`x${i}`, shape))
          const before = graph(inputs, computedBy(graphOps, inputs, description))
          const expected = eagerly(before, given)
          expect(eagerly(simplified(before, true), given)).to.deep.equal(expected)
          expect(compiled(before, given)).to.deep.equal(expected)
        }),
        { numRuns: 100 },
      ),
    ))

  it('leave constants to run time that engines compute in other bits', () =>
    onEachOfTfjs(() => {
      const numbers = Float32Array.from({ length: 200 }, (_, i) => (i - 100) / 7)
      for (const name of unary) {
        const before = trace(
          ops => [ops[name](ops.constant(numbers)), ops.sum(ops[name](ops.constant(numbers)), [0])],
          [],
        )
        expect(compiled(before, []), name).to.deep.equal(eagerly(before, []))
      }
    }))

  it('keep NaN in a product that an activation follows', () =>
    onEachOfTfjs(() => {
      for (const activation of ['relu', 'sigmoid', 'tanh', 'elu'] as const) {
        const before = traced((ops, x, y) => ops[activation](ops.matmul(x, ops.transpose(y, [1, 0]))))
        expect(eagerly(before, given()).join()).to.contain(String(0x7fc00000))
        expect(compiled(before, given()), activation).to.deep.equal(eagerly(before, given()))
      }
    }))
})
