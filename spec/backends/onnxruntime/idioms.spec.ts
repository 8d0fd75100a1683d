import { expect } from 'chai'
import fc from 'fast-check'
import { lower } from '../../../src/backends/onnxruntime/lower.ts'
import { prepare } from '../../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../../src/graph.ts'
import { compile, eager, grad, type Ops } from '../../../src/index.ts'
import { numbers } from '../../functions/functions.ts'
import { close, failure } from './running.ts'

const operators = { round: 'Round', ceil: 'Ceil' } as const
type Name = keyof typeof operators

const operatorsOf = (name: Name, shape: readonly number[], isPortable = false): readonly string[] => {
  const own = trace((ops, x) => [ops[name](ops.exp(x as GraphNode))], [shape])
  return lower(prepare(own).graph, { opset: 21, isPortable }).nodes.map(({ operator }) => operator)
}

/** The operators of a function of the operations, apart from what only gives them their types and shapes. */
const operatorsIn = (
  f: (ops: Ops<GraphNode>, ...xs: readonly GraphNode[]) => readonly GraphNode[],
  shapes: readonly (readonly number[])[],
  isPortable = false,
): readonly string[] => {
  const traced = trace((ops, ...xs) => f(ops, ...(xs as readonly GraphNode[])), shapes)
  const { nodes } = lower(prepare(traced).graph, { opset: 21, isPortable })
  return nodes.map(({ operator }) => operator).filter(name => !['Cast', 'Reshape', 'Transpose'].includes(name))
}
/** What orders numbers of which some are NaN. */
const comparable = ['IsNaN', 'Mul', 'Min', 'Where']

const element = fc.oneof(
  fc.float(),
  fc.integer({ min: -50, max: 50 }).map(value => value / 2),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 2 ** 23 + 1, -(2 ** 24), 1e30),
)
/** Of which sums are exact in any order. */
const summable = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
)

describe('A composed operation for which ONNX has an operator', () => {
  for (const name of Object.keys(operators) as readonly Name[]) {
    it(`${name} is that operator alone, and stays composed in files`, () => {
      expect(operatorsOf(name, [2, 3])).to.deep.equal(['Exp', operators[name]])
      expect(operatorsOf(name, [])).to.deep.equal(['Exp', operators[name]])
      expect(operatorsOf(name, [2, 3], true)).to.include('Floor')
    })

    it(`${name} is what it is composed of, for NaN, infinities, halves and nothing too`, async () => {
      const f = <T>(ops: Ops<T>, x: T): T => ops[name](x)
      const run = compile(f, { backend: 'onnxruntime' })
      await fc.assert(
        fc.asyncProperty(fc.array(element, { minLength: 8, maxLength: 8 }), async values => {
          const [found, expected] = [await run(values), eager(f)(values)].map(numbers)
          // 0 and -0 are equal.
          for (const [i, value] of (expected ?? []).entries())
            expect(found?.[i] === value || (Number.isNaN(value) && Number.isNaN(found?.[i])), `${values[i]}`).to.equal(
              true,
            )
        }),
      )
      expect((await run({ data: [], shape: [0, 2] } as never)).shape).to.deep.equal([0, 2])
      await run.dispose()
    })
  }

  it('the largest elements, and elements along an axis, are found by operators for them', () => {
    const sorted = (operators: readonly string[]): readonly string[] =>
      operators.filter(name => !comparable.includes(name))
    expect(sorted(operatorsIn((ops, x) => ops.topK(x as GraphNode, 2), [[3, 5]]))).to.deep.equal([
      'TopK',
      'GatherElements',
    ])
    expect(sorted(operatorsIn((ops, x) => ops.topK(x as GraphNode, 2, 0), [[5, 3, 2]]))).to.include.members(['TopK'])
    expect(sorted(operatorsIn((ops, x) => [ops.sort(x as GraphNode, -1, true)], [[3, 5]]))).to.deep.equal([
      'TopK',
      'GatherElements',
    ])
    expect(sorted(operatorsIn((ops, x) => [ops.argSort(x as GraphNode, 0, true)], [[3, 5]]))).to.deep.equal(['TopK'])
    const taken = operatorsIn(
      (ops, x, at) => [ops.takeAlong(x as GraphNode, at as GraphNode)],
      [
        [3, 5],
        [3, 2],
      ],
    )
    expect(taken).to.deep.equal(['LessOrEqual', 'Where', 'GatherElements'])
    expect(operatorsIn((ops, x) => ops.topK(x as GraphNode, 2), [[3, 5]], true)).not.to.include('GatherElements')
  })

  it('sums up to each element are CumSum, and so is their gradient', () => {
    for (const [axis, shape] of [
      [-1, [3, 5]],
      [0, [8, 3]],
      [1, [2, 2, 3]],
    ] as const) {
      expect(operatorsIn((ops, x) => [ops.cumsum(x as GraphNode, axis)], [shape])).to.deep.equal(['CumSum'])
      const slope = grad(<T>(ops: Ops<T>, x: T): T => ops.sum(ops.square(ops.cumsum(x, axis))))
      const found = operatorsIn((ops, x) => [slope(ops, x as GraphNode)], [shape])
      expect(found.filter(name => name === 'CumSum')).to.have.length(2)
      expect(found).not.to.include('Pad')
    }
    // Twice along one axis, and along both.
    const twice = operatorsIn((ops, x) => [ops.cumsum(ops.cumsum(ops.cumsum(x as GraphNode)), 0)], [[4, 4]])
    expect(twice).to.deep.equal(['CumSum', 'CumSum', 'CumSum'])
    // All steps but the first.
    const near = operatorsIn(
      (ops, x) => {
        const own = x as GraphNode
        return [
          ops.add(
            own,
            ops.pad(ops.slice(own, [0, 0], [null, 3]), [
              [0, 0],
              [2, 0],
            ]),
          ),
        ]
      },
      [[3, 5]],
    )
    expect(near).to.deep.equal(['Slice', 'Pad', 'Add'])
  })

  it('what follows from comparisons is concluded from truths', () => {
    const operators = (f: (ops: Ops<GraphNode>, a: GraphNode, b: GraphNode) => GraphNode) =>
      operatorsIn((ops, a, b) => [f(ops, a as GraphNode, b as GraphNode)], [[3], [2, 3]])
    expect(operators((ops, a, b) => ops.lessEqual(a, b))).to.deep.equal(['GreaterOrEqual'])
    expect(operators((ops, a, b) => ops.greaterEqual(a, b))).to.deep.equal(['GreaterOrEqual'])
    expect(operators((ops, a, b) => ops.and(ops.less(a, b), ops.notEqual(a, b)))).to.deep.equal([
      'Greater',
      'Equal',
      'Not',
      'And',
    ])
    expect(operators((ops, a, b) => ops.where(ops.or(ops.less(a, b), ops.not(ops.less(b, a))), a, b)).at(-2)).to.equal(
      'Or',
    )
    expect(operators((ops, a, b) => ops.multiply(ops.greater(a, b), a))).to.deep.equal(['Greater', 'Mul'])
  })

  const laws: Readonly<Record<string, <T>(ops: Ops<T>, x: T, y: T) => readonly T[]>> = {
    'the largest elements': (ops, x) => [...ops.topK(x, 3), ...ops.topK(x, 4), ...ops.topK(x, 1, 0)],
    orders: (ops, x) => [ops.sort(x), ops.sort(x, 0, true), ops.argSort(x, -1, true), ops.argSort(x, 0)],
    'sums up to each element': (ops, x) => [ops.cumsum(x), ops.cumsum(ops.reverse(x, [0]), 0)],
    'what is concluded': (ops, x, y) => [
      ops.and(x, y),
      ops.or(ops.lessEqual(x, y), ops.equal(x, x)),
      ops.not(ops.greaterEqual(x, ops.constant(0))),
      ops.any(ops.and(ops.notEqual(x, y), ops.less(x, y)), [1]),
    ],
    'elements by position': (ops, x, y) => {
      const own = ops.add(ops.argSort(y), ops.constant(0.75))
      return [
        ops.takeAlong(x, own),
        ops.takeAlong(x, ops.subtract(own, ops.constant(1)), 1),
        ops.takeAlong(x, ops.argSort(x, 0), 0),
      ]
    },
    'the largest elements along axes, or NaN': (ops, x) => [
      ops.max(x, [0]),
      ops.min(x, [1]),
      ops.argMax(x),
      ops.argMin(x, 0),
    ],
  }
  for (const [what, f] of Object.entries(laws))
    it(`${what}: as what it is composed of, also for NaN, infinities and equal elements`, async () => {
      const run = compile(f, { backend: 'onnxruntime' })
      const own = what.startsWith('sums') ? summable : element
      const tensor = fc.array(own, { minLength: 12, maxLength: 12 }).map(data => ({ data, shape: [3, 4] }))
      const check = async (x: { readonly data: readonly number[] }, y: { readonly data: readonly number[] }) => {
        const [found, expected] = [await run(x as never, y as never), eager(f)(x as never, y as never)].map(all =>
          all.map(each => numbers(each)),
        )
        for (const [i, own] of (expected ?? []).entries()) close(found?.[i] ?? [], own)
      }
      await fc.assert(fc.asyncProperty(tensor, tensor, check), { numRuns: 60 })
      await run.dispose()
    })

  it('positions that do not exist are refused', async () => {
    const run = compile(<T>(ops: Ops<T>, x: T, at: T): T => ops.takeAlong(x, at), { backend: 'onnxruntime' })
    for (const place of [-1, 3, 1e9, Number.NaN])
      expect(
        (
          await failure(async () =>
            run(
              [
                [1, 2, 3],
                [4, 5, 6],
              ],
              [[0], [place]],
            ),
          )
        ).got,
        `${place}`,
      ).to.include('gather')
    await run.dispose()
  })

  it('rows of a table are gathered where they lie, if they are long', () => {
    const gathered = (inner: number) =>
      lower(
        prepare(trace((ops, x, at) => [ops.gather(x as GraphNode, at as GraphNode, 1)], [[2, 3, inner], [4]])).graph,
      ).nodes.map(({ operator }) => operator)
    expect(gathered(64)).not.to.include('Transpose')
    expect(gathered(4)).to.include('Transpose')
  })

  it('is not taken for another one', () => {
    const near = trace(
      (ops, x) => {
        const own = x as GraphNode
        const half = ops.constant(0.25)
        const below = ops.floor(own)
        const isUp = ops.greater(ops.subtract(own, below), half)
        return [ops.add(below, isUp), ops.negative(ops.floor(ops.square(own)))]
      },
      [[3]],
    )
    const found = lower(prepare(near).graph).nodes.map(({ operator }) => operator)
    expect(found).not.to.include('Round').and.not.to.include('Ceil')
  })

  it('positions beyond a row, which a function counts itself, are those of the rows behind it', async () => {
    const f = <T>(ops: Ops<T>, x: T, at: T): T =>
      ops.gather(ops.reshape(x, [6]), ops.add(at, ops.constant(Float32Array.of(0, 3), [2, 1])))
    const run = compile(f, { backend: 'onnxruntime' })
    expect(
      numbers(
        await run(
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
          [[4], [2]],
        ),
      ),
    ).to.deep.equal([5, 6])
    await run.dispose()
  })
})
