import { expect } from 'chai'
import fc from 'fast-check'
import { lower } from '../../../src/backends/onnxruntime/lower.ts'
import { prepare } from '../../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../../src/graph.ts'
import { compile, eager, type Ops } from '../../../src/index.ts'
import { numbers } from '../../functions/functions.ts'

const operators = { round: 'Round', ceil: 'Ceil' } as const
type Name = keyof typeof operators

const operatorsOf = (name: Name, shape: readonly number[], isPortable = false): readonly string[] => {
  const own = trace((ops, x) => [ops[name](ops.exp(x as GraphNode))], [shape])
  return lower(prepare(own).graph, { opset: 21, isPortable }).nodes.map(({ operator }) => operator)
}

const element = fc.oneof(
  fc.float(),
  fc.integer({ min: -50, max: 50 }).map(value => value / 2),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 2 ** 23 + 1, -(2 ** 24), 1e30),
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
})
