import { expect } from 'chai'
import * as j from '../../../../src/index.ts'
import { InvalidOption, type Ops, tape, type VariableTree } from '../../../../src/index.ts'
import { contextOf } from '../../../../src/training/checked-update.ts'
import type { Objective } from '../../../../src/training/optimizer.ts'
import { type LineSearch, lineSearch } from '../../../../src/training/optimizers/second-order/wolfe.ts'
import { type Numbers, reference } from '../../../ops/reference.ts'

// Steps along a line, in doubles, beside the conditions that they must meet.

type Line = <T>(ops: Ops<T>, x: T) => T
const at = (value: number): Numbers => ({ shape: [1], data: [value] })
const lossOf =
  (line: Line): Objective =>
  (ops, params) =>
    ops.sum(line(ops, params.point?.x as never), [0])

const slopeAt = (line: Line, x: number): readonly [value: number, slope: number] => {
  const { ops, variable, gradients } = tape(reference)
  const point = variable(at(x))
  const value = lossOf(line)(ops, { point: { x: point } })
  const [slope] = gradients([[value, reference.constant(1)]], [point])
  return [value.value.data[0] as number, slope?.data[0] as number]
}

const normal: LineSearch = { wolfeMaxiter: 20, wolfeC1: 1e-4, wolfeC2: 0.9, descent: false }
/** How far a search from `x` along a direction goes, and the losses that it has asked for. */
const searched = (
  line: Line,
  x: number,
  direction: number,
  options: Partial<LineSearch> = {},
): { readonly far: number; readonly trials: number } => {
  let trials = 0
  const loss: Objective = <T>(ops: Ops<T>, params: VariableTree<T>) => {
    trials++
    return lossOf(line)(ops, params)
  }
  const [value, slope] = slopeAt(line, x)
  const context = contextOf('search', () => reference.constant(0), { loss, value: reference.constant(value) })
  const params = { point: { x: at(x) } }
  const { data } = lineSearch(reference, { ...normal, ...options }, context, params, at(slope), at(direction))
  return { far: data[0] as number, trials }
}

const square: Line = (ops, x) => ops.square(x)
const steep: Line = (ops, x) => ops.square(ops.square(x))
const valley: Line = (ops, x) => ops.subtract(ops.exp(x), ops.multiply(x, ops.constant(3)))
const waves: Line = (ops, x) =>
  ops.add(ops.multiply(ops.square(x), ops.constant(0.05)), ops.tanh(ops.multiply(x, ops.constant(4))))
/** Not a number on the left of 0. */
const logarithm: Line = (ops, x) => ops.subtract(x, ops.log(x))
const falling: Line = (ops, x) => ops.negative(x)

describe('line search', () => {
  for (const [name, line] of Object.entries({ square, steep, valley, waves }))
    for (const start of [-3, -0.5, 0.3, 2, 10])
      for (const wolfeC2 of [0.9, 0.4, 0.1])
        for (const scale of [0.01, 1, 50])
          for (const descent of [false, true])
            it(`meets the conditions: ${name} from ${start}, ${wolfeC2}, ${scale}, ${descent}`, () => {
              const [value, slope] = slopeAt(line, start)
              const direction = -slope * scale
              const { far, trials } = searched(line, start, direction, { wolfeC2, descent })
              const [after, slopeAfter] = slopeAt(line, start + far * direction)
              expect(far).greaterThan(0)
              expect(after).at.most(value)
              // What ends without a fitting step has had all its trials.
              if (trials < 11) {
                expect(after).at.most(value + 1e-4 * far * slope * direction + 1e-12)
                expect(Math.abs(slopeAfter * direction)).at.most(wolfeC2 * Math.abs(slope * direction) + 1e-12)
              }
            })

  it('takes the first step where it fits', () => {
    expect(searched(square, 1, -1)).deep.equal({ far: 1, trials: 1 })
  })

  it('doubles steps that are too short', () => {
    expect(searched(square, 1, -0.001, { wolfeC2: 0.1 }).far).equal(1024)
  })

  it('finds the least point of a parabola at once', () => {
    expect(searched(square, 1, -4, { wolfeC2: 0.01 })).deep.equal({ far: 0.25, trials: 2 })
  })

  it('takes the last double where the line falls for ever', () => {
    expect(searched(falling, 0, 1, { wolfeMaxiter: 5, wolfeC2: 0.5 })).deep.equal({ far: 32, trials: 6 })
  })

  it('comes back from where there is no number', () => {
    const { far } = searched(logarithm, 2, -8)
    expect(2 - 8 * far).greaterThan(0)
    expect(slopeAt(logarithm, 2 - 8 * far)[0]).lessThan(slopeAt(logarithm, 2)[0])
  })

  it('stays where every trial is worse, or none is a number', () => {
    for (const above of [1e9, Number.POSITIVE_INFINITY, Number.NaN]) {
      const wall: Line = (ops, x) => {
        const [zero, height] = [ops.constant(0), ops.constant(above)]
        return ops.subtract(ops.where(ops.greater(x, zero), height, zero), x)
      }
      expect(searched(wall, 0, 1)).deep.equal({ far: 0, trials: 31 })
    }
  })

  it('goes a little along a direction that ascends, and nowhere with descent', () => {
    expect(searched(square, 1, 1).far).equal(2 ** -10)
    expect(searched(square, 1, 1, { descent: true }).far).equal(0)
  })

  it('refuses options that no search has', () => {
    for (const make of [j.conjugateGradient, j.quasiNewton] as readonly ((options: object) => unknown)[]) {
      const refused = (options: object, option: string) =>
        expect(() => make(options), JSON.stringify(options))
          .throws(InvalidOption)
          .with.property('option', option)
      for (const value of [0, 1, -1, 2, Number.NaN, '0.1', null]) {
        refused({ wolfeC1: value }, 'wolfeC1')
        refused({ wolfeC2: value }, 'wolfeC2')
      }
      for (const value of [0, -1, 1.5, Number.NaN, '20']) refused({ wolfeMaxiter: value }, 'wolfeMaxiter')
      refused({ wolfeC1: 0.5, wolfeC2: 0.4 }, 'wolfeC2')
      refused({ wolfeC1: 0.9 }, 'wolfeC2')
      refused({ descent: 1 }, 'descent')
      refused({ epsilon: 0 }, 'epsilon')
      refused({ updateFunction: 'newton' }, 'updateFunction')
      refused({ step: 0.1 }, 'step')
    }
  })
})
