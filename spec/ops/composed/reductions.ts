import fc from 'fast-check'
import { anywhere, axesOf, pairOfShapes, seed, shape, size, spread, tensor } from '../calls.ts'
import { build, get, type Numbers, reduction, reference } from '../reference.ts'
import { type Case, single } from './case.ts'

/** An axis as users write it: from the start or the end. */
export const written = (axis: number, rank: number, s: number): number => (s % 2 === 0 ? axis : axis - rank)

type Reduction = 'min' | 'prod' | 'any' | 'all'

/** Reductions over axes, from their definitions. */
export const definitions: Readonly<Record<Reduction, (values: readonly number[]) => number>> = {
  min: values => Math.min(...values),
  prod: values => values.reduce((product, value) => product * value, 1),
  any: values => Number(values.some(value => value !== 0)),
  all: values => Number(values.every(value => value !== 0)),
}

const reduced = (name: Reduction, x: fc.Arbitrary<Numbers>, isSmooth: boolean): fc.Arbitrary<Case> =>
  x.chain(given =>
    fc.tuple(fc.option(axesOf(given.shape.length)), fc.boolean(), seed).map(([drawn, keep, s]) => {
      const all = given.shape.map((_, axis) => axis)
      const axes = drawn?.map(axis => written(axis, given.shape.length, s + axis))
      return single(
        [given],
        (ops, input) => ops[name](input, axes, keep),
        reduction(definitions[name])([given], drawn ?? all, keep),
        [isSmooth],
      )
    }),
  )
/** Zeros and others. */
const truths = tensor(1, 3).map(({ shape, data }) => ({ shape, data: data.map(value => (value > 0.8 ? value : 0)) }))

/** Where along an axis an element is that is found in a vector. */
const placed = (name: 'argMax' | 'argMin', find: (values: readonly number[]) => number): fc.Arbitrary<Case> =>
  tensor(1, 3).chain(x =>
    fc
      .tuple(fc.nat(x.shape.length - 1), seed)
      .map(([axis, s]) =>
        single(
          [x],
          (ops, given) => ops[name](given, written(axis, x.shape.length, s)),
          reduction(values => values.indexOf(find(values)))([x], [axis], false),
          [false],
        ),
      ),
  )

/** Calls of reductions. */
export const reductions: Readonly<Record<Reduction | 'argMin' | 'argMax', fc.Arbitrary<Case>>> = {
  min: reduced('min', tensor(1, 3), true),
  prod: reduced('prod', fc.oneof(tensor(1, 3), truths), true),
  any: reduced('any', truths, false),
  all: reduced('all', truths, false),
  argMin: placed('argMin', values => Math.min(...values)),
  argMax: placed('argMax', values => Math.max(...values)),
}

/** Products of matrices whose leading axes broadcast. */
export const products: fc.Arbitrary<Case> = fc
  .tuple(pairOfShapes, size, size, size, seed)
  .map(([[a, b], n, k, m, s]) => {
    const inputs = [spread(s, [...a, n, k], anywhere), spread(s + 1, [...b, k, m], anywhere)] as const
    const wide = reference.shape(
      reference.add(
        build(a, () => 0),
        build(b, () => 0),
      ),
    ) as readonly number[]
    const at = ({ shape }: Numbers, index: readonly number[]) => {
      const lead = shape.slice(0, -2)
      return lead.map((d, i) => (d === 1 ? 0 : (index[i + wide.length - lead.length] as number)))
    }
    const expected = build([...wide, n, m], index => {
      const [i, j] = index.slice(-2) as [number, number]
      let sum = 0
      for (let p = 0; p < k; p++)
        sum += get(inputs[0], [...at(inputs[0], index), i, p]) * get(inputs[1], [...at(inputs[1], index), p, j])
      return sum
    })
    return single(inputs, (ops, x, y) => ops.matmul(x, y), expected)
  })

/** Slices along an axis, by index. */
export const gathered: fc.Arbitrary<Case> = fc
  .tuple(tensor(1, 3), shape(0, 2), fc.nat(2), seed)
  .map(([table, own, drawn, s]) => {
    const axis = drawn % table.shape.length
    const count = table.shape[axis] as number
    const indices = { shape: own, data: spread(s, own, { low: 0, high: count }).data.map(Math.floor) }
    const rank = own.length
    const expected = build([...table.shape.slice(0, axis), ...own, ...table.shape.slice(axis + 1)], index =>
      get(table, [...index.slice(0, axis), get(indices, index.slice(axis, axis + rank)), ...index.slice(axis + rank)]),
    )
    const given = written(axis, table.shape.length, s)
    return single([table, indices], (ops, x, at) => ops.gather(x, at, given), expected, [true, false])
  })
