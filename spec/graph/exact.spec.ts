import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { prepareTraced } from '../../src/backends/prepare.ts'
import { deviceOf } from '../../src/backends/tfjs/device.ts'
import { compileFor } from '../../src/backends/tfjs/program.ts'
import { rebuilt } from '../../src/graph/build.ts'
import { isA } from '../../src/graph/graph.ts'
import { exact, type Laws, rounding, simplifying, simplifyingExactly } from '../../src/graph/simplify.ts'
import {
  equals,
  type Graph,
  type GraphNode,
  graph,
  graphOps,
  interpret,
  placeholder,
  topological,
  trace,
} from '../../src/graph.ts'
import { key, type Ops, tape, tfjsOps, uniforms } from '../../src/index.ts'
import { type Operation, perform } from '../../src/ops/operations.ts'
import { unaryElementwise } from '../../src/ops/shapes.ts'
import { computed as computedBy, graphDescriptions } from '../fuzz/graphs.ts'
import { onEachOfTfjs } from '../running-backends.ts'
import { type Expression, exactly, shape, withinRounding } from './laws.ts'

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

const given = (): readonly tf.Tensor[] => [1, 2].map(seed => tensorOf(seed, shape))
const traced = (f: Expression): Graph => trace((ops, x, y) => [f(ops, x as GraphNode, y as GraphNode)], [shape, shape])

/** The laws of a table to which no expression leads, by operation and place. */
const unseen = (table: Laws, expressions: Readonly<Record<string, Expression>>): readonly string[] => {
  const nodes = Object.values(expressions).flatMap(f => topological(traced(f).outputs))
  return Object.entries(table).flatMap(([operation, own]) =>
    (own as readonly ((...operands: readonly unknown[]) => unknown)[]).flatMap((law, i) =>
      nodes.some(node => isA(node, operation as Operation) && law(graphOps, node.inputs, ...node.attributes))
        ? []
        : [`${operation}: law ${i + 1} has no example`],
    ),
  )
}

describe('Each law', () => {
  it('has an example', () => {
    expect([...unseen(exact, exactly), ...unseen(rounding, withinRounding)]).to.deep.equal([])
  })
})

describe('A law that keeps every bit', () => {
  for (const [what, f] of Object.entries(exactly))
    it(`is that of ${what}`, () =>
      onEachOfTfjs(() => {
        const before = traced(f)
        const after = simplified(before, true)
        expect(equals(after, before), 'no law applies').to.equal(false)
        const expected = eagerly(before, given())
        expect(eagerly(after, given())).to.deep.equal(expected)
        expect(compiled(before, given())).to.deep.equal(expected)
      }))
})

describe('A law within rounding', () => {
  for (const [what, f] of Object.entries(withinRounding))
    it(`is that of ${what}`, () =>
      onEachOfTfjs(() => {
        const before = traced(f)
        const after = simplified(before, false)
        expect(equals(after, before), 'no law applies').to.equal(false)
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
      for (const name of unaryElementwise) {
        const result = (ops: Ops<GraphNode>) => perform(ops)(name, [ops.constant(numbers)], [])
        const before = trace(ops => [result(ops), ops.sum(result(ops), [0])], [])
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

  it('keep the sign of 0 where a constant has zeros of both signs', () => {
    const before = trace((ops, x) => [ops.subtract(x as GraphNode, ops.constant(Float32Array.of(0, -0, 0, -0)))], [[4]])
    const x = tf.tensor([-0, -0, 0, 0])
    const expected = eagerly(before, [x])
    expect(expected).to.deep.equal([bitsOf(tf.tensor([-0, 0, 0, 0]))])
    expect(eagerly(simplified(before, true), [x])).to.deep.equal(expected)
    expect(compiled(before, [x])).to.deep.equal(expected)
  })

  it('keep the gradient of a pooling after relu, where sums overflow and zeros have signs', () =>
    onEachOfTfjs(() => {
      const window = {
        size: [1, 2],
        stride: [1, 1],
        padding: [
          [0, 0],
          [0, 0],
        ],
      } as const
      const before = trace(
        (ops, x, dy) => {
          const taped = tape(ops)
          const at = taped.variable(x as GraphNode)
          const pooled = taped.ops.maxPool(taped.ops.relu(at), window)
          return taped.gradients([[pooled, dy as GraphNode]], [at])
        },
        [
          [1, 1, 4, 1],
          [1, 1, 3, 1],
        ],
      )
      const x = tf.tensor([-1, -2, 5, -3], [1, 1, 4, 1])
      for (const dy of [
        [-1, 3e38, 3e38],
        [-0, -1, 2],
        [Number.NaN, 1, Number.NEGATIVE_INFINITY],
      ]) {
        const given = [x, tf.tensor(dy, [1, 1, 3, 1])]
        expect(compiled(before, given)).to.deep.equal(eagerly(before, given))
      }
    }))
})
