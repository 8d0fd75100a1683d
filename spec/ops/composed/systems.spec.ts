import { expect } from 'chai'
import { prepare } from '../../../src/backends/prepare.ts'
import { type GraphNode, topological, trace } from '../../../src/graph.ts'
import type { Ops } from '../../../src/index.ts'
import { backends } from '../../running-backends.ts'

/** A function of matrices [2, 2], with every engine. */
const onEach = async (
  compute: <T>(ops: Ops<T>, a: T, b: T) => T,
  a: readonly number[],
): Promise<readonly (readonly number[])[]> => {
  const found: (readonly number[])[] = []
  for (const choose of Object.values(backends)) {
    const backend = await choose()
    const traced = trace(
      (ops, ...given) => [compute(ops, ...(given as [GraphNode, GraphNode]))],
      [
        [2, 2],
        [2, 1],
      ],
    )
    const program = await backend.compile(prepare(traced).graph)
    const given = [backend.upload(Float32Array.from(a), [2, 2]), backend.upload(Float32Array.of(1, 2), [2, 1])]
    const [result] = await program.run(given, [0, 1])
    found.push([...(await backend.download(result))])
    backend.release(result)
    program.dispose()
  }
  return found
}

describe('Linear systems', () => {
  it('have no finite solution where the matrix is singular', async () => {
    for (const a of [
      [1, 2, 2, 4],
      [0, 0, 0, 0],
    ])
      for (const found of await onEach((ops, x, b) => ops.solve(x, b), a))
        expect(found.filter(Number.isFinite)).to.deep.equal([])
  })

  it('find a pivot where the diagonal has none', async () => {
    for (const found of await onEach((ops, x, b) => ops.solve(x, b), [0, 1, 1, 0])) expect(found).to.deep.equal([2, 1])
  })

  it('have no factor where the matrix is not positive definite', async () => {
    for (const found of await onEach((ops, x) => ops.cholesky(x), [1, 2, 2, 1])) expect(found[3]).to.be.NaN
  })

  it('are as many operations for any number of equations', () => {
    const count = (n: number): number =>
      topological(
        trace(
          (ops, ...given) => [ops.solve(...(given as [GraphNode, GraphNode]))],
          [
            [n, n],
            [n, 1],
          ],
        ).outputs,
      ).length
    expect(count(20)).to.equal(count(50))
  })
})
