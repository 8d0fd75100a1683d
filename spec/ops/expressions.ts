import fc from 'fast-check'
import { key, type Ops } from '../../src/index.ts'
import { build, type Numbers } from './reference.ts'

// Random expressions of several operations.

/** One step of an expression on a matrix, from the draws that choose its attributes. */
type Step = <T>(ops: Ops<T>, x: T, n: number) => T
const known = <T>(ops: Ops<T>, x: T): readonly [number, number] => ops.shape(x) as readonly number[] as [number, number]

const steps: Readonly<Record<string, Step>> = {
  'its tanh': (ops, x) => ops.tanh(x),
  'plus its transpose': (ops, x) => {
    const [rows, cols] = known(ops, x)
    return rows === cols ? ops.add(x, ops.transpose(x, [1, 0])) : ops.transpose(x, [1, 0])
  },
  'times its transpose': (ops, x) => ops.matmul(x, ops.transpose(x, [1, 0])),
  'minus its mean along an axis': (ops, x, n) => ops.subtract(x, ops.mean(x, [n % 2], true)),
  'summed and broadcast': (ops, x, n) => ops.broadcast(ops.sum(x, [n % 2], true), ops.shape(x)),
  'next to itself': (ops, x, n) => ops.concatenate([x, ops.negative(x)], n % 2),
  'without its first rows': (ops, x, n) => {
    const [rows] = known(ops, x)
    return ops.slice(x, [n % rows, 0], [null, null])
  },
  'in one row': (ops, x) => ops.reshape(x, [1, null]),
  'with a margin of zeros': (ops, x, n) =>
    ops.pad(x, [
      [n % 2, 1],
      [0, n % 3],
    ]),
  'the larger of it and a constant': (ops, x, n) => ops.maximum(x, ops.constant(n / 10)),
  'rows by number': (ops, x, n) => {
    const [rows] = known(ops, x)
    return ops.gather(x, ops.constant(Float32Array.from({ length: (n % 3) + 1 }, (_, i) => i % rows)))
  },
  'as probabilities': (ops, x) => ops.softmax(x),
  'times noise': (ops, x, n) => ops.multiply(x, ops.uniform(key(n), ops.shape(x))),
  'smoothed along its rows': (ops, x) => {
    const [rows, cols] = known(ops, x)
    const image = ops.reshape(x, [1, rows, cols, 1])
    const window = {
      size: [1, 2],
      stride: [1, 1],
      padding: [
        [0, 0],
        [0, 1],
      ],
    } as const
    return ops.reshape(ops.averagePool(image, window), [rows, cols])
  },
  'plus what it is repeatedly brought to': (ops, x, n) => {
    const fixed = ops.stopGradient(x)
    const [, result] = ops.loop(
      ([left]) => left as typeof x,
      carried => {
        const [left, y] = carried as readonly [typeof x, typeof x]
        const next = ops.add(ops.multiply(y, ops.constant(0.5)), ops.tanh(ops.subtract(fixed, left)))
        return [ops.subtract(left, ops.constant(1)), next]
      },
      [ops.constant(n % 4), fixed],
      n,
    )
    return ops.add(x, result as typeof x)
  },
}
/** An expression, by the names of its steps. */
export interface Expression {
  readonly seed: number
  readonly shape: readonly number[]
  readonly chosen: readonly (readonly [string, number])[]
}

/** A random expression on a matrix: where it starts, and what is done in turn. */
export const expression: fc.Arbitrary<Expression> = fc.record({
  seed: fc.nat(1000),
  shape: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  chosen: fc.array(fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(10)), { minLength: 1, maxLength: 5 }),
})
/** Does what an expression says, in an interpretation. */
export const evaluate = <T>(ops: Ops<T>, x: T, chosen: Expression['chosen']): T =>
  chosen.reduce((value, [name, n]) => (steps[name] as Step)(ops, value, n), x)
/** The matrix that an expression starts from. */
export const start = (seed: number, shape: readonly number[]): Numbers => {
  let i = seed
  return build(shape, () => Math.sin(++i))
}
