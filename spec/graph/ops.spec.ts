import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  type GraphNode,
  graphOps,
  LayerConnectionError,
  operands,
  placeholder,
  tfjsOps,
  topological,
} from '../../src/index.ts'
import { resultShape } from '../../src/ops/shapes.ts'
import { sliding } from '../ops/calls.ts'
import { evaluate, expression, start } from '../ops/expressions.ts'
import { reference } from '../ops/reference.ts'

// Whole expressions: what a trace says of shapes, and that it holds what was done.

describe('A traced expression', () => {
  it('has the shape that comes out when it is computed, by tfjs and by definition', () => {
    fc.assert(
      fc.property(expression, ({ seed, shape, chosen }) => {
        const x = start(seed, shape)
        const expected = evaluate(reference, x, chosen)
        expect(evaluate(graphOps, placeholder('x', shape), chosen).shape).to.deep.equal(expected.shape)
        tf.tidy(() => {
          const found = evaluate(tfjsOps, tf.tensor(Float32Array.from(x.data), [...shape]), chosen)
          expect(found.shape).to.deep.equal(expected.shape)
          const values = found.dataSync()
          for (const [i, value] of expected.data.entries())
            expect(values[i]).to.be.closeTo(value, 1e-4 * (1 + Math.abs(value)))
        })
      }),
      { numRuns: 150 },
    )
  })

  it('is frozen, and lists each node once, after what it is made of', () => {
    fc.assert(
      fc.property(expression, ({ shape, chosen }) => {
        const output = evaluate(graphOps, placeholder('x', shape), chosen)
        const order = topological([output, output])
        expect(order.at(-1)).to.equal(output)
        expect(new Set(order).size).to.equal(order.length)
        const position = new Map(order.map((node, i) => [node, i]))
        for (const [i, node] of order.entries()) {
          expect(Object.isFrozen(node)).to.equal(true)
          for (const operand of operands(node)) expect(position.get(operand)).to.be.below(i)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('takes a chain that is longer than the call stack is deep', () => {
    let node: GraphNode = placeholder('x', [1])
    for (let i = 0; i < 50_000; i++) node = graphOps.tanh(node)
    expect(topological([node])).to.have.length(50_001)
  })

  it('holds a walk over a sequence as one node, and its results beside it', () => {
    const [[last], outputs] = graphOps.scan(
      ([sum], step) => {
        const next = graphOps.add(sum as GraphNode, step)
        return [[next], graphOps.concatenate([next, step], 1)]
      },
      [placeholder('zero', [null, 2])],
      placeholder('steps', [null, 7, 2]),
    )
    expect((last as GraphNode).shape).to.deep.equal([null, 2])
    expect(outputs.shape).to.deep.equal([null, 7, 4])
    expect(topological([last as GraphNode, outputs]).filter(({ kind }) => kind === 'scan')).to.have.length(1)
  })
})

describe('Shapes of operations', () => {
  it('leave unknown what is unknown', () => {
    expect(resultShape('add', [[null, 3], [3]], [])).to.deep.equal([null, 3])
    expect(
      resultShape(
        'add',
        [
          [null, 1],
          [4, 3],
        ],
        [],
      ),
    ).to.deep.equal([4, 3])
    expect(resultShape('add', [[null], [1]], [])).to.deep.equal([null])
    expect(resultShape('reshape', [[null, 4]], [[null, 2, 2]])).to.deep.equal([null, 2, 2])
    expect(resultShape('reshape', [[2, 6]], [[null, 3]])).to.deep.equal([4, 3])
    expect(
      resultShape(
        'concatenate',
        [
          [null, 2],
          [5, 3],
        ],
        [1],
      ),
    ).to.deep.equal([5, 5])
    expect(
      resultShape(
        'concatenate',
        [
          [null, 2],
          [5, null],
        ],
        [1],
      ),
    ).to.deep.equal([5, null])
    expect(
      resultShape(
        'matmul',
        [
          [null, 3],
          [null, 5],
        ],
        [],
      ),
    ).to.deep.equal([null, 5])
    expect(
      resultShape(
        'slice',
        [[null, 4]],
        [
          [0, 1],
          [null, null],
        ],
      ),
    ).to.deep.equal([null, 3])
    const window = {
      size: [2, 2],
      stride: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    } as const
    expect(resultShape('maxPool', [[null, null, 5, 3]], [window])).to.deep.equal([null, null, 2, 3])
  })

  it('are refused where they do not fit, by the operation, with the shapes', () => {
    const x = (...shape: readonly (number | null)[]) => placeholder('x', shape)
    const failing: readonly (readonly [() => unknown, string])[] = [
      [() => graphOps.add(x(2, 3), x(2)), 'add: expected shapes that broadcast, got [(2, 3), (2,)]'],
      [() => graphOps.where(x(2), x(3), x(3)), 'where: expected shapes that broadcast, got [(2,), (3,), (3,)]'],
      [() => graphOps.reshape(x(2, 3), [4]), 'reshape: expected as many elements as (4,), got (2, 3)'],
      [() => graphOps.concatenate([x(2), x(2, 3)], 0), 'concatenate: expected shapes that differ in axis 0 only'],
      [() => graphOps.matmul(x(2, 3), x(2, 3)), 'matmul: expected [..., n, k] and [..., k, m], got [(2, 3), (2, 3)]'],
      [() => graphOps.matmul(x(3), x(3)), 'matmul: expected [..., n, k] and [..., k, m]'],
      [
        () => graphOps.matmul(x(2, 2, 3), x(2, 3)),
        'matmul: expected [..., n, k] and [..., k, m], got [(2, 2, 3), (2, 3)]',
      ],
      [() => graphOps.matmul(x(2, 2, 3), x(3, 3, 4)), 'matmul: expected [..., n, k] and [..., k, m]'],
      [
        () => graphOps.convolve(x(1, 4, 4, 3), x(2, 2, 2, 5), sliding),
        'convolve: expected as many channels as a filter in 1 groups takes, got [(1, 4, 4, 3), (2, 2, 2, 5)]',
      ],
      [
        () => graphOps.convolve(x(1, 4, 4, 4), x(2, 2, 2, 5), { ...sliding, groups: 2 }),
        'convolve: expected as many channels as a filter in 2 groups takes',
      ],
    ]
    for (const [call, message] of failing) expect(call, message).to.throw(LayerConnectionError, message)
  })

  it('are copied, so that arrays of the caller stay as they are', () => {
    const shape = [2, 3]
    graphOps.broadcast(placeholder('x', [3]), shape)
    graphOps.reshape(placeholder('x', [6]), shape)
    expect(Object.isFrozen(shape)).to.equal(false)
  })
})
