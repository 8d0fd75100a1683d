import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import type { Backend } from '../../src/backends/backend.ts'
import { prepare, prepareTraced } from '../../src/backends/prepare.ts'
import { tfjs } from '../../src/backends/tfjs/index.ts'
import { type GraphNode, graphOps, placeholder, topological, trace } from '../../src/graph.ts'
import { key, LayerConnectionError, normals, type Ops, tfjsOps } from '../../src/index.ts'
import { solve, solveSymmetric } from '../../src/ops/linear-algebra.ts'
import { backends } from '../running-backends.ts'
import { type Numbers, reference } from './reference.ts'

const draw = (seed: number, shape: readonly number[]): Numbers => ({
  shape,
  data: Array.from(
    normals(
      key(seed),
      shape.reduce((n, d) => n * d, 1),
    ),
  ),
})
/** A matrix times its transpose, and a little of the identity. */
const positive = (seed: number, n: number): Numbers => {
  const root = draw(seed, [n, n])
  const square = reference.matmul(root, reference.transpose(root, [1, 0]))
  return { shape: [n, n], data: square.data.map((value, i) => value / n + (i % (n + 1) === 0 ? 0.5 : 0)) }
}
/** Float32 numbers, so that all begin with the same ones. */
const rounded = ({ shape, data }: Numbers): Numbers => ({ shape, data: data.map(Math.fround) })

type Solve = <T>(ops: Ops<T>, a: T, b: T) => T

const eagerly = (f: Solve, a: Numbers, b: Numbers): readonly number[] =>
  tf.tidy(() => {
    const [x, y] = [a, b].map(({ data, shape }) => tf.tensor(Float32Array.from(data), [...shape])) as [
      tf.Tensor,
      tf.Tensor,
    ]
    return Array.from(f(tfjsOps, x, y).dataSync())
  }) as never

const compiled = async (
  choose: () => Promise<Backend>,
  f: Solve,
  a: Numbers,
  b: Numbers,
  passes = prepare,
): Promise<readonly number[]> => {
  const backend = await choose()
  const own = trace((ops, ...given) => [f(ops, ...(given as [GraphNode, GraphNode]))], [a.shape, b.shape])
  const program = await backend.compile(passes(own).graph)
  const given = [a, b].map(({ data, shape }) => backend.upload(Float32Array.from(data), shape))
  const [x] = await program.run(given, [0, 1])
  const found = Array.from(await backend.download(x))
  backend.release(x)
  program.dispose()
  return found
}

/** By how much a solution misses, beside what it is made of. */
const residual = (a: Numbers, b: Numbers, x: readonly number[]): number => {
  const [n, k = 1] = b.shape as readonly number[]
  const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs))
  const product = reference.matmul(a, { shape: [n as number, k], data: x })
  return (
    largest(product.data.map((value, i) => value - (b.data[i] as number))) /
    (largest(a.data) * largest(x) * (n as number))
  )
}

const solvers: Readonly<Record<string, { readonly f: Solve; readonly matrix: (seed: number, n: number) => Numbers }>> =
  {
    solve: { f: solve, matrix: (seed, n) => draw(seed, [n, n]) },
    solveSymmetric: { f: solveSymmetric, matrix: positive },
  }

for (const [name, { f, matrix }] of Object.entries(solvers))
  describe(name, () => {
    for (const n of [1, 2, 17, 64])
      for (const sides of [[n], [n, 3]]) {
        const [a, b] = [rounded(matrix(n, n)), rounded(draw(n + 1, sides))]
        // By the same steps over doubles, whose own residual shows that they are right.
        const wanted = f(reference, a, b)
        it(`solves ${n} equations for [${sides}] on every engine`, async () => {
          expect(wanted.shape).to.deep.equal(sides)
          expect(residual(a, b, wanted.data)).to.be.below(1e-13)
          const eager = eagerly(f, a, b)
          expect(residual(a, b, eager)).to.be.below(1e-6)
          const scale = Math.max(...wanted.data.map(Math.abs))
          for (const [engine, choose] of Object.entries(backends)) {
            const found = await compiled(choose, f, a, b)
            expect(residual(a, b, found), engine).to.be.below(1e-6)
            for (const [i, value] of wanted.data.entries())
              expect(found[i], `${engine}, ${i}`).to.be.closeTo(value, 2e-3 * scale)
          }
          expect(await compiled(async () => tfjs(), f, a, b, prepareTraced)).to.deep.equal(eager)
        })
      }

    it('gives no finite number where the matrix is singular, and takes no longer', async () => {
      const zeros: Numbers = { shape: [3, 3], data: Array(9).fill(0) }
      const twice: Numbers = { shape: [3, 3], data: [1, 2, 3, 2, 4, 6, 1, 0, 1] }
      const b: Numbers = { shape: [3], data: [1, 2, 3] }
      for (const a of [zeros, twice]) {
        expect(eagerly(f, a, b).filter(Number.isFinite)).to.deep.equal([])
        for (const [engine, choose] of Object.entries(backends))
          expect((await compiled(choose, f, a, b)).filter(Number.isFinite), engine).to.deep.equal([])
      }
    })

    it('takes a system of no equations', () =>
      expect(f(reference, { shape: [0, 0], data: [] }, { shape: [0], data: [] }).shape).to.deep.equal([0]))

    it('is as many nodes for any number of equations', () => {
      const count = (n: number): number => {
        const { outputs } = trace((ops, ...given) => [f(ops, ...(given as [GraphNode, GraphNode]))], [[n, n], [n]])
        const order = topological(outputs)
        const [loop] = order.filter(({ kind }) => kind === 'loop')
        return order.length + (loop?.kind === 'loop' ? topological(loop.next).length : Number.NaN)
      }
      expect(count(3)).to.equal(count(50))
    })

    it('refuses other shapes', () => {
      const x = (...shape: readonly (number | null)[]) => placeholder('x', shape)
      for (const [a, b] of [
        [x(2, 3), x(2)],
        [x(2), x(2)],
        [x(2, 2), x(3)],
        [x(2, 2), x()],
        [x(2, 2), x(2, 2, 2)],
        [x(null, null), x(null)],
        [x(2, 2), x(2, null)],
      ] as const)
        expect(() => f(graphOps, a, b)).to.throw(LayerConnectionError, `${name}: expected a matrix [n, n]`)
    })
  })

describe('solve', () => {
  it('finds a pivot where the diagonal has none', () => {
    const a: Numbers = { shape: [3, 3], data: [0, 2, 0, 0, 0, 4, 1, 0, 0] }
    expect(eagerly(solve, a, { shape: [3], data: [2, 4, 3] })).to.deep.equal([3, 1, 1])
    const small: Numbers = { shape: [2, 2], data: [1e-8, 1, 1, 1] }
    const [x, y] = eagerly(solve, small, { shape: [2], data: [1, 2] }) as readonly [number, number]
    expect(x).to.be.closeTo(1, 1e-6)
    expect(y).to.be.closeTo(1, 1e-6)
  })
})

describe('solveSymmetric', () => {
  it('gives NaN where the matrix is not positive definite', () => {
    for (const data of [
      [1, 2, 2, 1],
      [-1, 0, 0, 1],
      [1, 0, 0, -1],
    ])
      expect(eagerly(solveSymmetric, { shape: [2, 2], data }, { shape: [2], data: [1, 2] })).to.satisfy((x: number[]) =>
        x.every(Number.isNaN),
      )
  })
})
