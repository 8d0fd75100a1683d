import { expect } from 'chai'
import type { ConjugateGradientFunction, Optimizer } from '../../../../src/index.ts'
import * as j from '../../../../src/index.ts'
import { banana, leastSquares, line, nothing, points, trained } from './problems.ts'

// What second-order optimizers find, on every engine.

const near = (found: readonly number[], wanted: readonly number[], tolerance: number): void => {
  expect(found).length(wanted.length)
  for (const [i, value] of wanted.entries()) expect(found[i], `${i} of ${found}`).closeTo(value, tolerance)
}
const functions: readonly ConjugateGradientFunction[] = [
  'fletcherReeves',
  'polakRibiere',
  'hestenesStiefel',
  'liuStorey',
  'daiYuan',
]
/** An optimizer by what it is told apart by. */
const shown = ({ name, options }: Optimizer): string =>
  [
    name,
    options.updateFunction,
    options.descent === true ? 'descending' : '',
    options.reject === true ? 'rejecting' : '',
  ]
    .filter(Boolean)
    .join(', ')
/** A search that hardly ends before the least point of a line. */
const exact = { wolfeC2: 1e-3, descent: true }

/** Regression of four parameters, in how many updates. */
const regressions: readonly (readonly [optimizer: Optimizer, updates: number])[] = [
  ...functions.map(updateFunction => [j.conjugateGradient({ updateFunction, ...exact }), 4] as const),
  [j.quasiNewton({ updateFunction: 'bfgs', ...exact }), 4],
  [j.quasiNewton({ updateFunction: 'dfp', ...exact }), 4],
  [j.quasiNewton({ updateFunction: 'lBfgs', history: 4, ...exact }), 4],
  [j.quasiNewton({ updateFunction: 'sr1' }), 8],
  [j.quasiNewton(), 10],
  [j.hessian({ penaltyConst: 0 }), 1],
  [j.levenbergMarquardt({ mu: 1e-6 }), 1],
  [j.levenbergMarquardt({ mu: 1e-6, reject: true }), 1],
  [j.hessianDiagonal({ step: 0.5 }), 60],
]

/** Rosenbrock's function, in how many updates. */
const valleys: readonly (readonly [optimizer: Optimizer, updates: number])[] = [
  [j.conjugateGradient({ updateFunction: 'polakRibiere', wolfeC2: 0.1, descent: true }), 60],
  [j.quasiNewton({ updateFunction: 'bfgs' }), 45],
  [j.quasiNewton({ updateFunction: 'bfgs', descent: true }), 45],
  [j.quasiNewton({ updateFunction: 'lBfgs', descent: true }), 45],
  [j.quasiNewton({ updateFunction: 'dfp', descent: true, wolfeC2: 0.1 }), 45],
  [j.quasiNewton({ updateFunction: 'sr1', descent: true }), 45],
  [j.levenbergMarquardt({ reject: true }), 40],
  [j.hessian({ penaltyConst: 1e-3 }), 20],
]

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`second-order optimizers on ${backend}`, () => {
    for (const [optimizer, updates] of regressions)
      it(`${shown(optimizer)} solves a regression in ${updates}`, async () => {
        const { params } = await trained(line, points, optimizer, updates, backend)
        near(params, leastSquares(), 1e-3)
      })

    for (const [optimizer, updates] of valleys)
      it(`${shown(optimizer)} goes through Rosenbrock's valley in ${updates}`, async () => {
        const { params } = await trained(banana, nothing, optimizer, updates, backend)
        near(params, [1, 1], 1e-4)
      })
  })
