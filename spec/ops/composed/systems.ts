import fc from 'fast-check'
import { anywhere, seed, shape, size, spread } from '../calls.ts'
import { build, get, type Numbers } from '../reference.ts'
import { type Case, single } from './case.ts'

/** A product of matrices with the same leading axes. */
const product = (a: Numbers, b: Numbers): Numbers =>
  build([...a.shape.slice(0, -1), b.shape.at(-1) as number], index => {
    const [lead, i, j] = [index.slice(0, -2), index.at(-2) as number, index.at(-1) as number]
    let sum = 0
    for (let k = 0; k < (a.shape.at(-1) as number); k++) sum += get(a, [...lead, i, k]) * get(b, [...lead, k, j])
    return sum
  })
const transposed = (x: Numbers): Numbers =>
  build([...x.shape.slice(0, -2), x.shape.at(-1) as number, x.shape.at(-2) as number], index =>
    get(x, [...index.slice(0, -2), index.at(-1) as number, index.at(-2) as number]),
  )
/** A lower triangle with a diagonal of at least 1. */
const triangle = (s: number, lead: readonly number[], n: number): Numbers => {
  const x = spread(s, [...lead, n, n], anywhere)
  return build(x.shape, index => {
    const [i, j] = index.slice(-2) as [number, number]
    return i < j ? 0 : i === j ? 1 + Math.abs(get(x, index)) : get(x, index) / 2
  })
}

const drawn = fc.tuple(shape(0, 2), fc.integer({ min: 1, max: 5 }), size, seed)

/** Calls of what solves linear systems. The expected results are drawn, and the systems are made for them. */
export const systems: Readonly<Record<'cholesky' | 'solveTriangular' | 'solve', fc.Arbitrary<Case>>> = {
  cholesky: drawn.map(([lead, n, , s]) => {
    const expected = triangle(s, lead, n)
    return single([product(expected, transposed(expected))], (ops, a) => ops.cholesky(a), expected)
  }),
  solveTriangular: drawn.map(([lead, n, k, s]) => {
    const upper = s % 2 === 1
    const a = upper ? transposed(triangle(s, lead, n)) : triangle(s, lead, n)
    const expected = spread(s + 1, [...lead, n, k], anywhere)
    return single([a, product(a, expected)], (ops, x, b) => ops.solveTriangular(x, b, { upper }), expected)
  }),
  solve: drawn.map(([lead, n, k, s]) => {
    // A triangle times another one, its rows in another order, so that pivots are needed.
    const square = product(triangle(s, lead, n), transposed(triangle(s + 1, lead, n)))
    const a = build(square.shape, index => get(square, index.with(-2, ((index.at(-2) as number) + 1) % n)))
    const expected = spread(s + 2, [...lead, n, k], anywhere)
    return single([a, product(a, expected)], (ops, x, b) => ops.solve(x, b), expected)
  }),
}
