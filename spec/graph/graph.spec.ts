import { expect } from 'chai'
import fc from 'fast-check'
import {
  cost,
  equals,
  fuse,
  type GraphNode,
  graph,
  graphOps,
  interpret,
  placeholder,
  plan,
  print,
  topological,
  trace,
  uses,
} from '../../src/graph.ts'
import { key, type Ops, type Shape } from '../../src/index.ts'
import { sliding } from '../ops/calls.ts'
import { evaluate, expression, start } from '../ops/expressions.ts'
import { reference } from '../ops/reference.ts'

const traced = ({ shape, chosen }: { shape: readonly number[]; chosen: readonly (readonly [string, number])[] }) =>
  trace((ops, x) => [evaluate(ops, x as GraphNode, chosen)], [shape])

describe('A graph', () => {
  it('computes what was traced', () => {
    fc.assert(
      fc.property(expression, given => {
        const { inputs, outputs } = traced(given)
        const x = start(given.seed, given.shape)
        const [found] = interpret(reference, outputs, new Map([[inputs[0] as GraphNode, x]]))
        expect(found).to.deep.equal(evaluate(reference, x, given.chosen))
      }),
      { numRuns: 100 },
    )
  })

  it('has each value once, however often it is written', () => {
    const twice = trace(
      (ops, x, y) => {
        const product = (a: GraphNode, b: GraphNode) => ops.multiply(ops.exp(a), ops.add(b, ops.constant(2)))
        return [ops.add(product(x as GraphNode, y as GraphNode), product(x as GraphNode, y as GraphNode))]
      },
      [[3], [3]],
    )
    const [sum] = twice.outputs as readonly [GraphNode & { readonly inputs: readonly GraphNode[] }]
    expect(sum.inputs[0]).to.equal(sum.inputs[1])
    expect(topological(twice.outputs)).to.have.length(7)
    expect(uses(twice.outputs).get(sum.inputs[0] as GraphNode)).to.equal(2)
  })

  it('has a list of numbers once, however long it is and however often it is made', () => {
    const list = (change?: (numbers: Float32Array) => void): Float32Array => {
      const numbers = Float32Array.from({ length: 3000 }, (_, i) => i % 7)
      change?.(numbers)
      return numbers
    }
    const lists = (...given: readonly Float32Array[]): number =>
      topological(
        trace((ops, x) => given.map(own => ops.add(x as GraphNode, ops.constant(own))), [[3000]]).outputs,
      ).filter(({ kind }) => kind === 'constant').length
    expect(lists(list(), list(), list())).to.equal(1)
    const other = list(numbers => {
      numbers[1] = 9
    })
    expect(lists(list(), other, list())).to.equal(2)
    const signed = list(numbers => {
      numbers[7] = -0
    })
    expect(lists(list(), signed)).to.equal(2)
    const none = () => list(numbers => numbers.fill(Number.NaN))
    expect(lists(none(), none())).to.equal(1)
  })

  it('tells apart what differs in operation, attribute, operand, number, shape or key', () => {
    const x = placeholder('x', [2, 2])
    const different: readonly ((ops: Ops<GraphNode>) => GraphNode)[] = [
      ops => ops.exp(x),
      ops => ops.log(x),
      ops => ops.sum(x, [0]),
      ops => ops.sum(x, [1]),
      ops => ops.sum(x, [1], true),
      ops => ops.subtract(x, ops.constant(1)),
      ops => ops.subtract(ops.constant(1), x),
      ops => ops.constant(0),
      ops => ops.constant(-0),
      ops => ops.constant(0, [1]),
      ops => ops.constant(Float32Array.of(1, 2)),
      ops => ops.constant(Float32Array.of(1, 3)),
      ops => ops.constant(Float32Array.of(1, 0)),
      ops => ops.constant(Float32Array.of(1, -0)),
      ops => ops.constant(new Float32Array(100)),
      ops => ops.constant(new Float32Array(100).fill(1)),
      ops => ops.uniform(key(1), [2]),
      ops => ops.uniform(key(2), [2]),
      ops => ops.normal(key(1), [2]),
    ]
    const { outputs } = graph(
      [x],
      different.map(make => make(graphOps)),
    )
    expect(new Set(outputs).size).to.equal(different.length)
    for (const [i, one] of different.entries())
      for (const [k, other] of different.entries())
        expect(equals(graph([x], [one(graphOps)]), graph([x], [other(graphOps)])), `${i} and ${k}`).to.equal(i === k)
  })

  it('equals another one of the same computation, whatever its inputs are called', () => {
    fc.assert(
      fc.property(expression, given => {
        const renamed = trace((ops, x) => [evaluate(ops, x as GraphNode, given.chosen)], [given.shape], ['other'])
        expect(equals(traced(given), renamed)).to.equal(true)
      }),
      { numRuns: 50 },
    )
    const [x, y] = [placeholder('x', [2]), placeholder('y', [2])]
    const difference = graphOps.subtract(x, y)
    expect(equals(graph([x, y], [difference]), graph([y, x], [difference]))).to.equal(false)
    expect(equals(graph([x, y], [difference]), graph([y, x], [graphOps.subtract(y, x)]))).to.equal(true)
    const walked = (ops: Ops<GraphNode>, sequence: GraphNode | undefined) =>
      ops.scan(
        ([sum], step) => [[ops.add(sum as GraphNode, step)], step],
        [ops.constant(0, [1, 2])],
        sequence as GraphNode,
      )[0]
    const walks = [0, 1].map(() => trace((ops, sequence) => walked(ops, sequence), [[1, 3, 2]]))
    expect(equals(walks[0] as never, walks[1] as never)).to.equal(true)
  })

  it('refuses placeholders from elsewhere, also within a walk', () => {
    const other = placeholder('other', [1, 2])
    const message = 'other: a placeholder without a value'
    expect(() => trace((ops, x) => [ops.add(x as GraphNode, other)], [[1, 2]])).to.throw(RangeError, message)
    const walked = (given: GraphNode) =>
      trace(
        (ops, sequence) => {
          const start = ops.constant(new Float32Array(2), [1, 2])
          const body = ([carried]: readonly GraphNode[], step: GraphNode) => {
            const next = ops.add(ops.multiply(carried as GraphNode, given), step)
            return [[next], next] as const
          }
          return [ops.scan(body, [start], sequence as GraphNode)[1]]
        },
        [[1, 3, 2]],
      )
    expect(() => walked(other)).to.throw(RangeError, message)
    expect(walked(graphOps.constant(2)).outputs[0]?.shape).to.deep.equal([1, 3, 2])
  })

  it('makes nodes from elsewhere its own', () => {
    const two = graphOps.exp(graphOps.constant(2))
    const traced = trace(
      (ops, x) => [ops.add(x as GraphNode, two), ops.add(x as GraphNode, ops.exp(ops.constant(2)))],
      [[3]],
    )
    expect(traced.outputs[0]).to.equal(traced.outputs[1])
  })

  it('refuses an output of a placeholder that is no input', () => {
    const x = placeholder('x', [2])
    expect(() => graph([], [graphOps.exp(x)])).to.throw(RangeError, 'x: a placeholder without a value')
  })

  it('prints a line for each node, with its layer', () => {
    const { within } = graphOps
    const network = trace(
      (_, x) => {
        const ops = within?.('tanh-1') as Ops<GraphNode>
        return [ops.sum(ops.tanh(x as GraphNode), [1])]
      },
      [[null, 3]],
      ['input'],
    )
    expect(print(network)).to.equal(
      [
        'input (?, 3) = input',
        '%1 (?, 3) = tanh(input)  # tanh-1',
        '%2 (?,) = sum(%1, [1], false)  # tanh-1',
        '-> %2',
      ].join('\n'),
    )
    const rest = trace(
      (ops, x) => {
        const [, outputs] = ops.scan(([h], step) => [[h as GraphNode], step], [ops.constant(0)], x as GraphNode)
        return [outputs, ops.add(ops.uniform(key(1), [2]), ops.constant(Float32Array.of(1, 2)))]
      },
      [[1, 3, 2]],
    )
    for (const part of ['scan(%', '.outputs', 'uniform draw', 'constant of 2']) expect(print(rest)).to.contain(part)
  })

  it('keeps an unknown batch where the operations allow it', () => {
    const perceptron = trace(
      (ops, x, w, b) => [ops.softmax(ops.add(ops.matmul(x as GraphNode, w as GraphNode), b as GraphNode))],
      [[null, 3], [3, 4], [4]],
    )
    expect(perceptron.outputs[0]?.shape).to.deep.equal([null, 4])
    expect(cost(perceptron.outputs)).to.deep.equal({ flops: null, bytes: null, peakBytes: null })
  })
})

describe('A plan', () => {
  it('gives no memory to two values that are alive at once, and forgets each at its last use', () => {
    fc.assert(
      fc.property(expression, given => {
        const own = traced(given)
        const { steps, buffers, peakBytes } = plan(own)
        const place = new Map(steps.map(({ node, buffer }, i) => [node, { buffer, from: i }]))
        const ends = new Map<GraphNode, number>()
        for (const [i, { last }] of steps.entries())
          for (const node of last) {
            expect(ends.has(node), 'a value is forgotten twice').to.equal(false)
            ends.set(node, i)
          }
        for (const [a, first] of place)
          for (const [b, second] of place) {
            if (a === b || first.buffer !== second.buffer || first.from > second.from) continue
            const end = ends.get(a) ?? Number.POSITIVE_INFINITY
            // Only what is written in place of its operand may share memory with it in the step that reads it.
            expect(end < second.from || (end === second.from && steps[second.from]?.inPlace === a)).to.equal(true)
          }
        for (const output of own.outputs) expect(ends.has(output)).to.equal(false)
        // A loop is its results, which are nodes of their own.
        for (const [node, { buffer }] of place)
          if (node.kind !== 'loop')
            expect(buffers[buffer]).to.be.at.least(4 * node.shape.reduce<number>((n, d) => n * (d as number), 1))
        const sizes = topological([...own.inputs, ...own.outputs]).map(({ shape }) =>
          shape.reduce<number>((n, d) => n * (d as number), 4),
        )
        expect(peakBytes).to.be.at.most(sizes.reduce((a, b) => a + b))
      }),
      { numRuns: 100 },
    )
  })

  it('needs two buffers for a chain of any length, and one where results take the place of operands', () => {
    const chain = (step: (ops: Ops<GraphNode>, x: GraphNode) => GraphNode) =>
      trace(
        (ops, x) => [Array.from({ length: 9 }).reduce<GraphNode>(value => step(ops, value), x as GraphNode)],
        [[4, 4]],
      )
    expect(plan(chain((ops, x) => ops.transpose(ops.softmax(x), [1, 0]))).buffers).to.deep.equal([64, 64])
    expect(plan(chain((ops, x) => ops.tanh(ops.exp(x)))).buffers).to.deep.equal([64])
    expect(plan(chain((ops, x) => ops.tanh(ops.exp(x)))).peakBytes).to.equal(128)
  })

  it('needs known dimensions', () => {
    expect(() => plan(trace((ops, x) => [ops.exp(x as GraphNode)], [[null]]))).to.throw(RangeError, 'known dimensions')
  })
})

describe('The cost of a graph', () => {
  it('counts what operations do for each element', () => {
    const window = { ...sliding, size: [2, 2] } as const
    const costs: readonly (readonly [
      flops: number,
      f: (ops: Ops<GraphNode>, x: GraphNode, w: GraphNode) => GraphNode,
      ...Shape[],
    ])[] = [
      [6, (ops, x) => ops.exp(x), [2, 3], []],
      [24, (ops, x) => ops.sigmoid(x), [2, 3], []],
      [6, (ops, x) => ops.sum(x, [1]), [2, 3], []],
      [0, (ops, x) => ops.transpose(ops.reshape(x, [3, 2]), [1, 0]), [2, 3], []],
      [2 * 8 * 3, (ops, x, w) => ops.matmul(x, w), [2, 3], [3, 4]],
      [2 * 45 * 12, (ops, x, w) => ops.convolve(x, w, sliding), [1, 4, 4, 3], [2, 2, 3, 5]],
      [2 * 27 * 4, (ops, x, w) => ops.convolve(x, w, { ...sliding, groups: 3 }), [1, 4, 4, 3], [2, 2, 1, 3]],
      [27 * 4, (ops, x) => ops.maxPool(x, window), [1, 4, 4, 3], []],
    ]
    for (const [flops, f, ...shapes] of costs)
      expect(cost(trace((ops, x, w) => [f(ops, x as GraphNode, w as GraphNode)], shapes).outputs).flops).to.equal(flops)
  })

  it('is the same for a product that is fused with what follows it, with less memory moved', () => {
    const dense = trace(
      (ops, x, w, b) => [ops.sigmoid(ops.add(ops.matmul(x as GraphNode, w as GraphNode), b as GraphNode))],
      [[2, 3], [3, 4], [4]],
    )
    const [plain, fused] = [cost(dense.outputs), cost(fuse(dense).outputs)]
    expect(fused.flops).to.equal(plain.flops)
    expect(plain.flops).to.equal(48 + 8 + 32)
    expect(fused.bytes).to.be.below(plain.bytes as number)
  })
})

describe('The peak memory of a graph', () => {
  it('is in its cost', () => {
    const { outputs } = trace((ops, x) => [ops.sum(ops.exp(x as GraphNode), [0, 1])], [[10, 10]])
    expect(cost(outputs)).to.deep.equal({ flops: 200, bytes: 1204, peakBytes: 804 })
  })
})
