import { expect } from 'chai'
import { leavesOf, mapTree } from '../../../../src/base/trees.ts'
import { topological, trace } from '../../../../src/graph.ts'
import type { Objective, Ops, VariableTree } from '../../../../src/index.ts'
import * as j from '../../../../src/index.ts'
import { asPart } from '../../../../src/network/parts.ts'
import { run } from '../../../../src/network/run.ts'
import { wiringOf } from '../../../../src/network/wiring.ts'
import {
  diagonalOf,
  gaussNewtonTimes,
  hessianTimes,
  matrixOf,
} from '../../../../src/training/optimizers/second-order/second-derivatives.ts'
import { vectorOf } from '../../../../src/training/optimizers/second-order/vector.ts'
import { type Numbers, reference } from '../../../ops/reference.ts'

// Second derivatives beside differences of first ones, in doubles.

const network = j.join(j.Input(2), j.Tanh(3), j.Softplus(2), j.Linear(2)) as unknown as j.Layer
const start = mapTree(
  j.init(network, j.key(4)).params as never as VariableTree<import('@tensorflow/tfjs-core').Tensor>,
  param => ({
    shape: param.shape as readonly number[],
    data: Array.from(param.dataSync(), value => value + 0.1),
  }),
) as VariableTree<Numbers>
const [x, y] = [j.normals(j.key(2), 10), j.normals(j.key(3), 10)]

const residuals: Objective = (ops, params) => {
  const mode = { training: true, key: undefined }
  const [[output]] = run(ops, wiringOf(asPart('residuals', network)), params, [ops.constant(x, [5, 2])], mode)
  return ops.reshape(ops.subtract(output as NonNullable<typeof output>, ops.constant(y, [5, 2])), [10])
}
const loss: Objective = (ops, params) => ops.mean(ops.square(residuals(ops, params)), [0])

/** What depends on all parameters, at parameters of which one number is moved. */
const movedBy = (at: number, by: number): VariableTree<Numbers> => {
  let first = 0
  return mapTree(start, ({ shape, data }) => {
    const own = data.map((value, i) => (first + i === at ? value + by : value))
    first += data.length
    return { shape, data: own }
  })
}
const count = leavesOf(start).reduce((n, [, , { data }]) => n + data.length, 0)
const difference = (f: (params: VariableTree<Numbers>) => readonly number[], at: number): readonly number[] => {
  const by = 1e-5
  const [after, before] = [f(movedBy(at, by)), f(movedBy(at, -by))]
  return after.map((value, i) => (value - (before[i] as number)) / (2 * by))
}
const gradient = (params: VariableTree<Numbers>): readonly number[] => {
  const { ops, variable, gradients } = j.tape(reference)
  const point = mapTree(params, variable)
  const leaves = leavesOf(point).map(([, , leaf]) => leaf)
  return gradients([[loss(ops, point), reference.constant(1)]], leaves).flatMap(({ data }) => data)
}
const near = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).length(wanted.length)
  for (const [i, value] of wanted.entries()) expect(found[i], `${i}`).closeTo(value, 1e-7)
}

describe('second derivatives', () => {
  const columns = Array.from({ length: count }, (_, at) => difference(gradient, at))

  it('are those of the whole Hessian', () => {
    const { shape, data } = matrixOf(reference, hessianTimes(reference, loss, start), start)
    expect(shape).deep.equal([count, count])
    near(data, columns.flat())
  })

  it('are its diagonal', () => {
    const { data } = diagonalOf(reference, hessianTimes(reference, loss, start), start)
    near(
      data,
      columns.map((column, i) => column[i] as number),
    )
  })

  it('are the products of first ones, by Gauss and Newton', () => {
    const [times, length] = gaussNewtonTimes(reference, residuals, start)
    expect(length).equal(10)
    const rows = Array.from({ length: count }, (_, at) => difference(params => residuals(reference, params).data, at))
    const product = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)
    near(
      matrixOf(reference, times, start).data,
      rows.flatMap(row => rows.map(other => product(row, other))),
    )
  })

  it('are written once, however many parameters there are', () => {
    const sizes = [40, 80].map(units => {
      const wide = j.join(j.Input(2), j.Tanh(units), j.Linear(2)) as unknown as j.Layer
      const own: Objective = (ops, params) => {
        const mode = { training: true, key: undefined }
        const [[output]] = run(ops, wiringOf(asPart('loss', wide)), params, [ops.constant(x, [5, 2])], mode)
        return ops.mean(ops.square(output as NonNullable<typeof output>), [0, 1])
      }
      const { params } = j.init(wide, j.key(0))
      const leaves = leavesOf(params as never as VariableTree<{ readonly shape: number[] }>)
      const traced = trace(
        <T>(ops: Ops<T>, ...nodes: readonly T[]) => {
          let next = 0
          const tree = mapTree(params as never, () => nodes[next++] as T)
          return [matrixOf(ops, hessianTimes(ops, own, tree), tree), vectorOf(ops, tree)]
        },
        leaves.map(([, , { shape }]) => shape),
      )
      return topological(traced.outputs).length
    })
    expect(sizes[1]).equal(sizes[0])
  })
})
