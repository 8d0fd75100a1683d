import fc from 'fast-check'
import type { Ops } from '../../../src/index.ts'
import { anywhere, pairOfShapes, positive, type Range, seed, spread, tensor } from '../calls.ts'
import { elementwise, type Numbers } from '../reference.ts'
import { type Case, single } from './case.ts'

type One = 'tan' | 'log1p' | 'expm1' | 'sign' | 'ceil' | 'round' | 'not'
type Two = 'less' | 'lessEqual' | 'greaterEqual' | 'notEqual' | 'and' | 'or' | 'atan2' | 'mod'

/** What is computed of single elements, from its definition. */
export const definitions: Readonly<Record<One, (x: number) => number>> = {
  tan: Math.tan,
  log1p: Math.log1p,
  expm1: Math.expm1,
  sign: x => (Number.isNaN(x) ? x : Math.sign(x)),
  ceil: Math.ceil,
  round: x => {
    const below = Math.floor(x)
    return x - below === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)
  },
  not: x => Number(x === 0),
}

/** The same of two elements. */
export const definitionsOfTwo: Readonly<Record<Two, (a: number, b: number) => number>> = {
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
  greaterEqual: (a, b) => Number(a >= b),
  notEqual: (a, b) => Number(a !== b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
  atan2: Math.atan2,
  mod: (a, b) => {
    const rest = a % b
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
  },
}

const unary = (name: One, range = anywhere, isSmooth = true): fc.Arbitrary<Case> =>
  tensor(0, 3, range).map(x =>
    single([x], (ops, given) => ops[name](given), elementwise((value = 0) => definitions[name](value))([x]), [
      isSmooth,
    ]),
  )
/** Whole numbers, some of them equal and some 0. */
const whole = (from: number, shape: readonly number[]): Numbers => {
  const { data } = spread(from, shape, anywhere)
  return { shape, data: data.map(value => Math.round(value) + 0) }
}
const ofTwo = (
  name: Two,
  operand: (seed: number, shape: readonly number[], which: 0 | 1) => Numbers,
  isSmooth: boolean,
): fc.Arbitrary<Case> =>
  fc.tuple(pairOfShapes, seed).map(([[a, b], s]) => {
    const inputs = [operand(s, a, 0), operand(s + 1, b, 1)]
    return single(
      inputs,
      (ops, x, y) => ops[name](x, y),
      elementwise((x = 0, y = 0) => definitionsOfTwo[name](x, y))(inputs),
      [isSmooth, isSmooth],
    )
  })
const comparison = (name: Two) => ofTwo(name, whole, false)

/** A range in which no element is a whole number or a half. */
const off: Range = { low: -1.98, high: 2.01 }

/** Calls of what is composed element by element. */
export const elements: Readonly<Record<One | Two | 'clip', fc.Arbitrary<Case>>> = {
  less: comparison('less'),
  lessEqual: comparison('lessEqual'),
  greaterEqual: comparison('greaterEqual'),
  notEqual: comparison('notEqual'),
  and: comparison('and'),
  or: comparison('or'),
  not: tensor(0, 3).map(({ shape }) => {
    const x = whole(shape.length, shape)
    return single([x], (ops, given) => ops.not(given), elementwise((value = 0) => definitions.not(value))([x]), [false])
  }),
  tan: unary('tan', { low: -1.2, high: 1.2 }),
  log1p: unary('log1p', { low: -0.71, high: 2.03 }),
  expm1: unary('expm1'),
  atan2: ofTwo(
    'atan2',
    (s, shape, which) => spread(s, shape, which === 0 ? anywhere : { low: -2.02, high: 1.99 }),
    true,
  ),
  sign: unary('sign'),
  ceil: unary('ceil', off),
  round: unary('round', off),
  mod: ofTwo('mod', (s, shape, which) => spread(s, shape, which === 0 ? { low: -2.013, high: 1.991 } : positive), true),
  clip: fc
    .tuple(tensor(0, 3), fc.boolean())
    .map(([x, isTensor]) =>
      single(
        [x],
        <T>(ops: Ops<T>, given: T) => ops.clip(given, isTensor ? ops.constant(-0.77) : -0.77, 1.03),
        elementwise((value = 0) => Math.min(Math.max(value, -0.77), 1.03))([x]),
      ),
    ),
}
