import { expect } from 'chai'
import fc from 'fast-check'
import { prepare } from '../../src/backends/prepare.ts'
import { uniform } from '../../src/graph/simplify.ts'
import {
  absorb,
  feedDraws,
  fuse,
  type Graph,
  type GraphNode,
  gradients,
  graph,
  interpret,
  mergeSums,
  operands,
  print,
  simplify,
  topological,
  trace,
  unroll,
} from '../../src/graph.ts'
import { key, type Ops } from '../../src/index.ts'
import { sliding } from '../ops/calls.ts'
import { evaluate, expression, start } from '../ops/expressions.ts'
import { type Numbers, reference } from '../ops/reference.ts'

const computed = ({ inputs, outputs }: Graph, values: readonly Numbers[]): readonly Numbers[] =>
  interpret(reference, outputs, new Map<GraphNode, Numbers>(inputs.map((input, i) => [input, values[i] as Numbers])))
const close = (actual: readonly Numbers[], expected: readonly Numbers[]): void => {
  expect(actual).to.have.length(expected.length)
  for (const [i, { shape, data }] of expected.entries()) {
    expect(actual[i]?.shape).to.deep.equal(shape)
    for (const [k, value] of data.entries())
      expect(actual[i]?.data[k]).to.be.closeTo(value, 1e-6 * (1 + Math.abs(value)))
  }
}
const sizeOf = ({ outputs }: Graph): number => topological(outputs).length
const operationsIn = ({ outputs }: Graph): readonly string[] =>
  topological(outputs).flatMap(node =>
    node.kind === 'application' || node.kind === 'fused'
      ? [`${node.kind === 'fused' ? 'fused ' : ''}${node.operation}`]
      : [],
  )

const passes: Readonly<Record<string, (graph: Graph) => Graph>> = { simplify, mergeSums, absorb, fuse, unroll }

describe('A pass over a graph', () => {
  /** An expression and its gradient, in which everything occurs that passes look for. */
  const traced = (chosen: readonly (readonly [string, number])[], shape: readonly number[]): Graph => {
    const forward = trace((ops, x) => [evaluate(ops, ops.relu(x as GraphNode), chosen)], [shape])
    return graph(forward.inputs, [...forward.outputs, ...gradients(forward).outputs])
  }
  for (const [name, pass] of Object.entries(passes))
    it(`${name} changes no output, makes nothing larger, and has nothing more to do when it is done`, () => {
      fc.assert(
        fc.property(expression, ({ seed, shape, chosen }) => {
          const before = traced(chosen, shape)
          const after = pass(before)
          expect(after.inputs).to.deep.equal(before.inputs)
          close(computed(after, [start(seed, shape)]), computed(before, [start(seed, shape)]))
          expect(sizeOf(after)).to.be.at.most(sizeOf(before))
          expect(sizeOf(pass(after))).to.equal(sizeOf(after))
        }),
        { numRuns: 100 },
      )
    })

  it('prepare does all of it: what it gives computes the same, from draws that are fed', () => {
    fc.assert(
      fc.property(expression, ({ seed, shape, chosen }) => {
        const before = traced(chosen, shape)
        const { graph: after, draws } = prepare(before)
        const x = start(seed, shape)
        const fed = draws.map(({ distribution, key: own, shape: wide }) =>
          reference[distribution](own, wide as readonly number[]),
        )
        close(computed(after, [x, ...fed]), computed(before, [x]))
        expect(topological(after.outputs).every(({ kind }) => kind !== 'draw' && kind !== 'scan')).to.equal(true)
      }),
      { numRuns: 100 },
    )
  })
})

/** What is left of a function of matrices. */
const simplified = (
  f: (ops: Ops<GraphNode>, x: GraphNode, y: GraphNode) => GraphNode,
  shape = [2, 3],
): readonly string[] =>
  operationsIn(simplify(trace((ops, x, y) => [f(ops, x as GraphNode, y as GraphNode)], [shape, shape])))

describe('simplify', () => {
  const nothing: Readonly<Record<string, (ops: Ops<GraphNode>, x: GraphNode) => GraphNode>> = {
    'adding or subtracting 0': (ops, x) => ops.subtract(ops.add(ops.constant(0), x), ops.constant(0)),
    'multiplying or dividing by 1': (ops, x) => ops.divide(ops.multiply(ops.constant(1), x), ops.constant(1)),
    'weights of 1': (ops, x) =>
      ops.multiply(x, ops.broadcast(ops.reshape(ops.broadcast(ops.constant(1), [2]), [2, 1]), [2, 3])),
    'a choice that is made': (ops, x) =>
      ops.where(ops.broadcast(ops.constant(1), [2, 1]), x, ops.where(ops.constant(0), ops.exp(x), ops.constant(5))),
    'two negations': (ops, x) => ops.negative(ops.negative(x)),
    'a reshape there and back': (ops, x) => ops.reshape(ops.reshape(x, [6]), [2, 3]),
    'a transpose there and back': (ops, x) => ops.transpose(ops.transpose(x, [1, 0]), [1, 0]),
    'a broadcast to the same shape': (ops, x) => ops.broadcast(x, [2, 3]),
    'a slice of everything': (ops, x) => ops.slice(x, [0, 0], [null, 3]),
    'a slice of what was put together': (ops, x) => ops.slice(ops.concatenate([ops.exp(x), x], 0), [2, 0], [2, 3]),
    'a concatenation of one': (ops, x) => ops.concatenate([x], 0),
    'margins of nothing': (ops, x) =>
      ops.pad(x, [
        [0, 0],
        [0, 0],
      ]),
    'a sum over axes of one element': (ops, x) => ops.reshape(ops.sum(ops.reshape(x, [2, 1, 3]), [1], true), [2, 3]),
  }
  for (const [what, f] of Object.entries(nothing))
    it(`leaves nothing of ${what}`, () => {
      expect(simplified(f)).to.deep.equal([])
    })

  it('counts what is summed of ones, and chooses beforehand, in the shape that all have', () => {
    const graph = simplify(
      trace(
        (ops, x) => [
          ops.sum(ops.broadcast(ops.constant(1), [200, 300]), [0, 1]),
          ops.where(ops.constant(0), x as GraphNode, ops.constant(7)),
        ],
        [[2, 3]],
      ),
    )
    expect(graph.outputs.map(({ kind, shape }) => [kind, shape])).to.deep.equal([
      ['constant', []],
      ['constant', [2, 3]],
    ])
    expect(graph.outputs.map(output => uniform(output))).to.deep.equal([60000, 7])
  })

  it('makes one of two operations of a kind', () => {
    expect(simplified((ops, x) => ops.reshape(ops.reshape(x, [6]), [3, 2]))).to.deep.equal(['reshape'])
    expect(simplified((ops, x) => ops.slice(ops.slice(x, [0, 1], [2, 2]), [1, 0], [1, 2]))).to.deep.equal(['slice'])
    expect(simplified((ops, x) => ops.multiply(ops.multiply(ops.constant(2), x), ops.constant(3)))).to.deep.equal([
      'multiply',
    ])
    expect(simplified((ops, x) => ops.negative(ops.multiply(x, ops.constant(3))))).to.deep.equal(['multiply'])
    expect(simplified((ops, x, y) => ops.add(x, ops.negative(y)))).to.deep.equal(['subtract'])
    expect(simplified((ops, x) => ops.relu(ops.relu(x)))).to.deep.equal(['relu'])
    expect(simplified((ops, x, y) => ops.concatenate([ops.concatenate([x, y], 0), x], 0))).to.deep.equal([
      'concatenate',
    ])
    expect(
      simplified((ops, x) => ops.broadcast(ops.broadcast(ops.reshape(x, [2, 3, 1]), [2, 3, 2]), [2, 2, 3, 2])),
    ).to.deep.equal(['reshape', 'broadcast'])
  })

  it('moves no element that need not move', () => {
    expect(simplified((ops, x) => ops.exp(ops.reverse(ops.reshape(x, [1, 6, 1]), [0, 2])))).to.deep.equal([
      'reshape',
      'exp',
    ])
    expect(simplified((ops, x) => ops.exp(ops.reverse(ops.reverse(x, [0, 1]), [1, 0])))).to.deep.equal(['exp'])
    expect(simplified((ops, x) => ops.reverse(ops.reverse(x, [0, 1]), [1]))).to.deep.equal(['reverse'])
    expect(simplified((ops, x) => ops.transpose(ops.reshape(x, [2, 1, 3]), [1, 0, 2]))).to.deep.equal(['reshape'])
    expect(simplified((ops, x, y) => ops.add(ops.broadcast(ops.sum(x, [0], true), [2, 3]), y))).to.deep.equal([
      'sum',
      'add',
    ])
    expect(simplified(ops => ops.multiply(ops.constant(2), ops.broadcast(ops.constant(3), [50, 50])))).to.deep.equal([
      'broadcast',
    ])
    expect(simplified((ops, x) => ops.exp(ops.broadcast(ops.sum(x, [0], true), [2, 3])))).to.deep.equal([
      'sum',
      'exp',
      'broadcast',
    ])
  })

  it('computes what is constant beforehand, unless that would make it larger', () => {
    const constants = simplify(
      trace(
        (ops, x) => {
          const table = ops.constant(
            Float32Array.from({ length: 12 }, (_, i) => i - 4),
            [3, 4],
          )
          const small = ops.sum(ops.exp(ops.transpose(ops.slice(table, [1, 0], [2, 3]), [1, 0])), [1])
          return [
            ops.add(x as GraphNode, ops.divide(ops.reverse(small, [0]), ops.sqrt(ops.constant(2)))),
            ops.broadcast(ops.constant(1), [50, 50]),
          ]
        },
        [[3]],
      ),
    )
    expect(operationsIn(constants)).to.deep.equal(['add', 'broadcast'])
    const [sum] = constants.outputs as readonly [GraphNode & { readonly inputs: readonly GraphNode[] }]
    const known = sum.inputs[1] as GraphNode & { readonly values: Float32Array }
    const expected = [6, 5, 4].map(i => (Math.exp(i - 4) + Math.exp(i)) / Math.SQRT2)
    for (const [i, value] of expected.entries()) expect(known.values[i]).to.be.closeTo(value, 1e-3)
  })

  it('leaves out what no output needs', () => {
    const own = trace(
      (ops, x) => {
        ops.exp(x as GraphNode)
        return [ops.tanh(x as GraphNode)]
      },
      [[2]],
    )
    expect(operationsIn(simplify(own))).to.deep.equal(['tanh'])
  })
})

describe('mergeSums', () => {
  const steps = 5
  it('makes one product, one sum and one concatenation of those that a walk leaves', () => {
    const loss = trace(
      (ops, sequence, w, b, initial) => {
        const [[last]] = ops.scan(
          ([h], step) => [
            [ops.tanh(ops.add(ops.add(ops.matmul(h as GraphNode, w as GraphNode), b as GraphNode), step))],
            step,
          ],
          [initial as GraphNode],
          sequence as GraphNode,
        )
        return [ops.sum(last as GraphNode, [0, 1])]
      },
      [[2, steps, 3], [3, 3], [3], [2, 3]],
    )
    const before = simplify(gradients(loss))
    const after = simplify(mergeSums(before))
    const count = (own: Graph, operation: string) => operationsIn(own).filter(name => name === operation).length
    // Forward: one product for each step. Backward: one for each step, and one for the weight.
    expect(count(before, 'matmul')).to.equal(3 * steps)
    expect(count(after, 'matmul')).to.equal(2 * steps + 1)
    expect(count(after, 'pad')).to.equal(0)
    expect(count(after, 'sum')).to.equal(1)
    const values = [start(1, [2, steps, 3]), start(2, [3, 3]), start(3, [3]), start(4, [2, 3])]
    close(computed(after, values), computed(before, values))
  })

  it('leaves parts apart that overlap', () => {
    const overlapping = trace(
      (ops, x) => {
        const at = (before: number, after: number) => ops.pad(x as GraphNode, [[before, after]])
        return [ops.add(ops.add(at(0, 2), at(1, 1)), at(2, 0))]
      },
      [[2]],
    )
    const merged = mergeSums(overlapping)
    const x: Numbers = { shape: [2], data: [1, 10] }
    expect(computed(merged, [x])[0]?.data).to.deep.equal([1, 11, 11, 10])
    // The first and the last stand beside each other.
    expect(operationsIn(simplify(merged))).to.have.members(['pad', 'concatenate', 'add'])
  })
})

describe('fuse', () => {
  const images = [2, 4, 4, 3]
  it('takes a bias and an activation into the product before them', () => {
    for (const activation of ['relu', 'sigmoid', 'tanh', 'elu'] as const) {
      const dense = trace(
        (ops, x, w, b) => [ops[activation](ops.add(ops.matmul(x as GraphNode, w as GraphNode), b as GraphNode))],
        [[2, 3], [3, 4], [4]],
      )
      expect(operationsIn(fuse(dense))).to.deep.equal(['fused matmul'])
      expect(print(fuse(dense))).to.match(new RegExp(`matmul\\(x0, x1, x2\\), ${activation}\n`))
    }
    const convolved = trace(
      (ops, x, w, b) => [
        ops.relu(
          ops.add(ops.reshape(b as GraphNode, [1, 1, 1, 5]), ops.convolve(x as GraphNode, w as GraphNode, sliding)),
        ),
      ],
      [images, [2, 2, 3, 5], [5]],
    )
    expect(operationsIn(fuse(convolved))).to.deep.equal(['fused convolve'])
    const plain = trace(
      (ops, x, w) => [ops.tanh(ops.matmul(x as GraphNode, w as GraphNode))],
      [
        [2, 3],
        [3, 4],
      ],
    )
    expect(operationsIn(fuse(plain))).to.deep.equal(['fused matmul'])
  })

  it('leaves apart what something else needs, and what is no bias', () => {
    const needed = trace(
      (ops, x, w, b) => {
        const sum = ops.add(ops.matmul(x as GraphNode, w as GraphNode), b as GraphNode)
        return [ops.relu(sum), sum]
      },
      [[2, 3], [3, 4], [4]],
    )
    expect(operationsIn(fuse(needed))).to.deep.equal(['fused matmul', 'relu'])
    const column = trace(
      (ops, x, w, b) => [ops.add(ops.matmul(x as GraphNode, w as GraphNode), b as GraphNode)],
      [
        [2, 3],
        [3, 4],
        [2, 1],
      ],
    )
    expect(operationsIn(fuse(column))).to.deep.equal(['matmul', 'add'])
  })

  it('asks relu itself for its sign, so that the gradient does not stand in the way', () => {
    const loss = trace(
      (ops, x, w) => [ops.sum(ops.relu(ops.matmul(x as GraphNode, w as GraphNode)), [0, 1])],
      [
        [2, 3],
        [3, 4],
      ],
    )
    const both = graph(loss.inputs, [...loss.outputs, ...gradients(loss).outputs])
    const fused = fuse(simplify(both))
    expect(operationsIn(fused).filter(name => name === 'fused matmul')).to.have.length(1)
    expect(operationsIn(fused)).to.not.include('relu')
    const values = [start(1, [2, 3]), start(9, [3, 4])]
    close(computed(fused, values), computed(both, values))
  })

  it('masks the gradient of a pooling after relu where there are fewer elements, and the same ones stay', () => {
    const window = {
      size: [2, 2],
      stride: [1, 2],
      padding: [
        [0, 1],
        [1, 0],
      ],
    } as const
    const forward = trace(
      (ops, x) => {
        const pooled = ops.maxPool(ops.relu(x as GraphNode), window)
        return [ops.sum(ops.multiply(pooled, ops.exp(pooled)), [0, 1, 2, 3])]
      },
      [[2, 4, 5, 3]],
    )
    const before = simplify(gradients(forward))
    const after = fuse(before)
    expect(operationsIn(before).at(-1)).to.equal('multiply')
    expect(operationsIn(after).at(-1)).to.equal('maxPoolGradient')
    const values = [start(3, [2, 4, 5, 3])]
    close(computed(after, values), computed(before, values))
  })
})

describe('absorb', () => {
  it('leaves one convolution with a bias of a convolution and the normalization after it', () => {
    let i = 0
    const numbers = (...shape: readonly number[]) =>
      Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => Math.sin(++i) + 1.5)
    for (const biased of [true, false]) {
      const own = trace(
        (ops, x) => {
          const product = ops.convolve(x as GraphNode, ops.constant(numbers(2, 2, 3, 5), [2, 2, 3, 5]), sliding)
          const convolved = biased ? ops.add(product, ops.constant(numbers(5), [5])) : product
          const perChannel = () => ops.constant(numbers(5), [1, 1, 1, 5])
          const scale = ops.multiply(ops.rsqrt(perChannel()), perChannel())
          return [ops.relu(ops.add(ops.multiply(ops.subtract(convolved, perChannel()), scale), perChannel()))]
        },
        [[2, 4, 4, 3]],
      )
      const absorbed = simplify(absorb(simplify(own)))
      expect(operationsIn(absorbed)).to.deep.equal(['convolve', 'add', 'relu'])
      expect(operationsIn(fuse(absorbed))).to.deep.equal(['fused convolve'])
      const x = start(1, [2, 4, 4, 3])
      close(computed(fuse(absorbed), [x]), computed(own, [x]))
    }
  })

  it('leaves alone weights that are given, and results that something else needs', () => {
    const given = trace(
      (ops, x, w) => [ops.multiply(ops.matmul(x as GraphNode, w as GraphNode), ops.constant(2))],
      [
        [2, 3],
        [3, 4],
      ],
    )
    expect(operationsIn(absorb(given))).to.deep.equal(['matmul', 'multiply'])
    const needed = trace(
      (ops, x) => {
        const product = ops.matmul(x as GraphNode, ops.constant(Float32Array.of(1, 2, 3), [3, 1]))
        return [product, ops.multiply(product, ops.constant(2))]
      },
      [[2, 3]],
    )
    expect(operationsIn(absorb(needed))).to.deep.equal(['matmul', 'multiply'])
  })
})

describe('unroll and feedDraws', () => {
  it('write walks out and take draws out, each once', () => {
    const own = trace(
      (ops, sequence) => {
        const [[last]] = ops.scan(
          ([sum], step) => [[ops.add(sum as GraphNode, ops.multiply(step, ops.uniform(key(1), [2, 3])))], step],
          [ops.constant(0, [2, 3])],
          sequence as GraphNode,
        )
        return [ops.add(last as GraphNode, ops.normal(key(2), [3]))]
      },
      [[2, 4, 3]],
    )
    const { graph: fed, draws } = feedDraws(unroll(own))
    expect(draws.map(({ distribution, shape }) => [distribution, shape])).to.have.deep.members([
      ['uniform', [2, 3]],
      ['normal', [3]],
    ])
    expect(fed.inputs).to.have.length(3)
    const values = draws.map(({ distribution, key: k, shape }) =>
      reference[distribution](k, shape as readonly number[]),
    )
    const x = start(1, [2, 4, 3])
    close(computed(fed, [x, ...values]), computed(own, [x]))
    expect(topological(fed.outputs).some(node => operands(node).some(({ kind }) => kind === 'draw'))).to.equal(false)
  })
})
