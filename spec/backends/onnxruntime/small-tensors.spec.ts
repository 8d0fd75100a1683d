import { expect } from 'chai'
import fc from 'fast-check'
import { lower } from '../../../src/backends/onnxruntime/lower.ts'
import { prepare } from '../../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../../src/graph.ts'
import { compile, eager, type Ops } from '../../../src/index.ts'
import { countUp } from '../../../src/ops/counting.ts'
import { numbers } from '../../functions/functions.ts'
import { draw } from '../../running.ts'
import { close } from './running.ts'

type F = <T>(ops: Ops<T>, ...xs: readonly T[]) => T

const operatorsOf = (f: F, shapes: readonly (readonly number[])[], isPortable = false): readonly string[] => {
  const { graph } = prepare(trace((ops, ...xs) => [f(ops, ...(xs as readonly GraphNode[]))], shapes))
  return lower(graph, { opset: 21, isPortable }).nodes.map(({ operator }) => operator)
}
const expectSame = async (f: F, given: readonly { data: readonly number[]; shape: readonly number[] }[]) => {
  const run = compile(f as never, { backend: 'onnxruntime' }) as (...xs: unknown[]) => Promise<never>
  const [found, expected] = [await run(...given), (eager(f as never) as (...xs: unknown[]) => never)(...given)]
  close(numbers(found), numbers(expected))
}

const gelu: F = <T>(ops: Ops<T>, x?: T): T =>
  ops.multiply(
    ops.multiply(x as T, ops.add(ops.erf(ops.multiply(x as T, ops.constant(Math.SQRT1_2))), ops.constant(1))),
    ops.constant(0.5),
  )
const inverse = <T>(ops: Ops<T>, x: T): T =>
  ops.rsqrt(ops.add(ops.mean(ops.square(x), [ops.shape(x).length - 1], true), ops.constant(1e-5)))
const rms: F = <T>(ops: Ops<T>, x?: T): T => ops.multiply(x as T, inverse(ops, x as T))
const scaled: F = <T>(ops: Ops<T>, x?: T, gamma?: T): T =>
  ops.multiply(x as T, ops.multiply(inverse(ops, x as T), ops.reshape(gamma as T, [1, 5])))
const normalized: F = <T>(ops: Ops<T>, x?: T, gamma?: T): T =>
  scaled(ops, ops.subtract(x as T, ops.mean(x as T, [1], true)), gamma as T)

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e30, -20, 20]

describe('Small tensors on ONNX Runtime', () => {
  it('are computed by one operator where several operations have one', () => {
    expect(operatorsOf(gelu, [[3, 5]])).to.deep.equal(['Gelu'])
    expect(operatorsOf(rms, [[3, 5]])).to.deep.equal(['SimplifiedLayerNormalization'])
    expect(operatorsOf(rms, [[2, 3, 5]])).to.deep.equal(['SimplifiedLayerNormalization'])
    expect(operatorsOf(scaled, [[3, 5], [5]])).to.include('SimplifiedLayerNormalization')
    expect(operatorsOf(normalized, [[3, 5], [5]])).to.include.members(['Sub', 'SimplifiedLayerNormalization'])
  })

  it('are not, in files and where they are large', () => {
    expect(operatorsOf(gelu, [[3, 5]], true)).to.include('Erf')
    expect(operatorsOf(rms, [[3, 5]], true)).to.include('Sqrt')
    expect(operatorsOf(gelu, [[64, 64]])).to.include('Erf')
    expect(operatorsOf(rms, [[64, 64]])).to.include('Sqrt')
  })

  it('are not, where the mean is of others', () => {
    const others: readonly F[] = [
      <T>(ops: Ops<T>, x?: T, y?: T) => ops.multiply(x as T, inverse(ops, y as T)),
      <T>(ops: Ops<T>, x?: T) =>
        ops.multiply(x as T, ops.rsqrt(ops.add(ops.mean(ops.square(x as T), [0], true), ops.constant(1)))),
      <T>(ops: Ops<T>, x?: T, y?: T) => ops.multiply(x as T, ops.multiply(inverse(ops, x as T), y as T)),
      <T>(ops: Ops<T>, x?: T) => {
        const squares = ops.sum(ops.square(x as T), [1], true)
        return ops.multiply(x as T, ops.rsqrt(ops.add(squares, ops.constant(1))))
      },
    ]
    for (const f of others)
      expect(
        operatorsOf(f, [
          [3, 5],
          [3, 5],
        ]),
      ).not.to.include('SimplifiedLayerNormalization')
  })

  it('are what they are composed of', async () => {
    const row = { data: special, shape: [1, special.length] }
    await expectSame(gelu, [row])
    // Rows far from 0, of equal numbers, with infinities and NaN.
    const far = [1e4 + 1, 1e4 - 1, 1e4 + 3, 1e4, 1e4 - 2]
    const rows = {
      data: [...far, 3, 3, 3, 3, 3, 1, 2, Number.POSITIVE_INFINITY, 4, 5, ...special.slice(3), 0, 1, 2, 3, 4],
      shape: [5, 5],
    }
    const gamma = { data: [1, 2, -3, 0, 5], shape: [5] }
    for (const f of [rms, scaled, normalized]) await expectSame(f, [rows, gamma])
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.nat(100), async (count, seed) => {
        await expectSame(normalized, [draw(seed, [count, 5]), draw(seed + 1, [5])])
        await expectSame(gelu, [draw(seed, [count, 5])])
      }),
      { numRuns: 5 },
    )
  })

  /** A product with what a row is written into, along an axis. */
  const times =
    (axis: number, shape: readonly number[]): F =>
    <T>(ops: Ops<T>, a?: T, kept?: T, row?: T, position?: T): T => {
      const places = ops.reshape(
        countUp(ops, shape[axis] as number),
        shape.map((d, i) => (i === axis ? d : 1)),
      )
      return ops.matmul(a as T, ops.where(ops.equal(places, position as T), row as T, kept as T))
    }
  it('are chosen of products, where a column is written into what is kept', async () => {
    const shapes = (shape: readonly number[], axis: number) => [[2, 1, 4], shape, shape.with(axis, 1), []] as const
    expect(operatorsOf(times(2, [2, 4, 6]), shapes([2, 4, 6], 2))).not.to.include('ScatterElements')
    // Rows are not chosen, as each row of the product is of all.
    expect(operatorsOf(times(1, [2, 4, 6]), shapes([2, 4, 6], 1))).to.include('ScatterElements')
    for (const axis of [1, 2])
      for (const position of [0, 3, 5, 7, 1.5, -1, Number.NaN]) {
        const kept = draw(1, [2, 4, 6])
        // What is written over makes no difference.
        const data = kept.data.map((value, i) => {
          const at = axis === 2 ? i % 6 : Math.floor(i / 6) % 4
          return at === position ? Number.NaN : value
        })
        const given = [draw(2, [2, 1, 4]), { ...kept, data }, draw(3, kept.shape.with(axis, 1))]
        await expectSame(times(axis, kept.shape), [...given, { data: [position], shape: [] }] as never)
      }
  })
})
