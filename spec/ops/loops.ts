import { key, type Ops, tape } from '../../src/index.ts'
import { start } from './expressions.ts'
import type { Numbers } from './reference.ts'

// Computations with loops, written in any interpretation of the operations.

/** A computation, and what it gets. */
export interface Looping {
  readonly inputs: readonly Numbers[]
  readonly compute: <T>(ops: Ops<T>, a: T, b: T, c: T) => readonly T[]
}

/** A loop whose functions get what is carried one by one. */
export const repeat = <T, C extends readonly [T, ...T[]]>(
  ops: Ops<T>,
  condition: (...carried: C) => T,
  body: (...carried: C) => C,
  initial: C,
  limit = 100,
): C =>
  ops.loop(
    carried => condition(...(carried as C)),
    carried => body(...(carried as C)),
    initial,
    limit,
  ) as C

const scalar = (value: number): Numbers => ({ shape: [], data: [value] })
const none = [
  [1, 1],
  [1, 1],
] as const

/** n + (n - 1) + … + 1 */
const triangular = <T>(ops: Ops<T>, n: T): T =>
  repeat<T, readonly [T, T]>(
    ops,
    left => left,
    (left, sum) => [ops.subtract(left, ops.constant(1)), ops.add(sum, left)],
    [n, ops.constant(0)],
  )[1]

/** Counts down from n, and changes a tensor with each number. */
const countingDown = <T>(ops: Ops<T>, n: T, change: (x: T, left: T) => T, x: T): T =>
  repeat<T, readonly [T, T]>(
    ops,
    left => left,
    (left, y) => [ops.subtract(left, ops.constant(1)), change(y, left)],
    [n, x],
  )[1]

export const loops: Readonly<Record<string, Looping>> = {
  'until a value is near': {
    inputs: [scalar(2)],
    // Newton's method for the square root.
    compute: <T>(ops: Ops<T>, a: T) =>
      repeat<T, readonly [T, T]>(
        ops,
        x => ops.greater(ops.abs(ops.subtract(ops.square(x), a)), ops.constant(1e-4)),
        (x, count) => [ops.multiply(ops.constant(0.5), ops.add(x, ops.divide(a, x))), ops.add(count, ops.constant(1))],
        [ops.constant(1), ops.constant(0)],
      ),
  },
  'that ends at its limit': {
    inputs: [start(1, [3, 4]), start(2, [4, 4])],
    compute: <T>(ops: Ops<T>, a: T, w: T) =>
      repeat<T, readonly [T]>(
        ops,
        () => ops.constant(1),
        x => [ops.tanh(ops.add(ops.matmul(x, w), ops.constant(Float32Array.of(1, 2, 3, 4))))],
        [a],
        7,
      ),
  },
  'of no repetition': {
    inputs: [start(1, [2, 3])],
    compute: <T>(ops: Ops<T>, a: T) => [
      ...repeat<T, readonly [T]>(
        ops,
        () => ops.constant(1),
        x => [ops.exp(x)],
        [a],
        0,
      ),
      ...repeat<T, readonly [T]>(
        ops,
        () => ops.constant(0),
        x => [ops.exp(x)],
        [a],
      ),
    ],
  },
  'within a loop': {
    inputs: [scalar(5), start(3, [2])],
    // The innermost body uses what is outside both.
    compute: <T>(ops: Ops<T>, n: T, v: T) =>
      repeat<T, readonly [T, T, T]>(
        ops,
        left => left,
        (left, sum, x) => [
          ops.subtract(left, ops.constant(1)),
          ops.add(sum, triangular(ops, left)),
          countingDown(ops, left, (y, i) => ops.add(y, ops.multiply(v, ops.add(i, left))), x),
        ],
        [n, ops.constant(0), v],
      ),
  },
  'that hands tensors on': {
    inputs: [start(1, [2]), start(2, [2]), scalar(3)],
    // Exchanged, replaced by one from outside and by a constant, kept, given twice.
    compute: <T>(ops: Ops<T>, a: T, b: T, n: T) =>
      repeat<T, readonly [T, T, T, T, T, T]>(
        ops,
        left => left,
        (left, x, y, _, __, kept) => [ops.subtract(left, ops.constant(1)), y, x, b, ops.constant(2, [2]), kept],
        [n, a, b, a, a, b],
      ),
  },
  'of which one result is used': {
    inputs: [scalar(4)],
    compute: <T>(ops: Ops<T>, n: T) => [ops.square(triangular(ops, n))],
  },
  'of which two are one': {
    inputs: [scalar(4)],
    compute: <T>(ops: Ops<T>, n: T) => {
      const [, a, b] = repeat<T, readonly [T, T, T]>(
        ops,
        left => left,
        (left, x) => {
          const next = ops.add(x, left)
          return [ops.subtract(left, ops.constant(1)), next, next]
        },
        [n, n, n],
      )
      return [a, b, ops.add(a, b)]
    },
  },
  'while NaN is not 0': {
    inputs: [scalar(-1), scalar(0)],
    compute: <T>(ops: Ops<T>, x: T, count: T) =>
      repeat<T, readonly [T, T]>(
        ops,
        nan => nan,
        (nan, i) => [nan, ops.add(i, ops.constant(1))],
        [ops.log(x), count],
        6,
      ),
  },
  'while -0.5 is not 0, and -0 is': {
    inputs: [scalar(-0.5), scalar(0)],
    compute: <T>(ops: Ops<T>, x: T, count: T) =>
      repeat<T, readonly [T, T]>(
        ops,
        flag => flag,
        (flag, i) => [ops.negative(ops.relu(flag)), ops.add(i, ops.constant(1))],
        [x, count],
        6,
      ),
  },
  'of images': {
    inputs: [start(1, [2, 6, 6, 3]), start(2, [3, 3, 3, 3]), start(3, [3])],
    compute: <T>(ops: Ops<T>, images: T, filter: T, bias: T) =>
      repeat<T, readonly [T]>(
        ops,
        x => ops.greater(ops.sum(ops.abs(x), [0, 1, 2, 3]), ops.constant(1)),
        x => {
          const sliding = { stride: [1, 1], dilation: [1, 1], padding: none, groups: 1 } as const
          const convolved = ops.convolve(x, ops.multiply(filter, ops.constant(0.3)), sliding)
          const positive = ops.relu(ops.add(convolved, bias))
          const pooled = ops.maxPool(positive, { size: [3, 3], stride: [1, 1], padding: none })
          return [ops.softmax(ops.transpose(pooled, [0, 2, 1, 3]))]
        },
        [images],
        4,
      ),
  },
  'that draws': {
    inputs: [scalar(3)],
    compute: <T>(ops: Ops<T>, n: T) => [
      countingDown(
        ops,
        n,
        (x, left) => ops.add(x, ops.multiply(ops.uniform(key(3), [2, 2]), left)),
        ops.normal(key(4), [2, 2]),
      ),
    ],
  },
  'over walks': {
    inputs: [start(1, [2, 3, 2]), scalar(2)],
    compute: <T>(ops: Ops<T>, sequence: T, n: T) => {
      const walked = (x: T, left: T): T =>
        ops.scan(
          ([h], step) => {
            const next = ops.add(h as T, ops.multiply(step, left))
            return [[next], next]
          },
          [ops.constant(0, [2, 2])],
          x,
        )[1]
      return [countingDown(ops, n, walked, sequence)]
    },
  },
  'within walks': {
    inputs: [start(1, [2, 3, 2]), scalar(2)],
    compute: <T>(ops: Ops<T>, sequence: T, n: T) => {
      const [[last], outputs] = ops.scan(
        ([h], step) => {
          const next = countingDown(ops, n, x => ops.tanh(ops.add(x, step)), h as T)
          return [[next], next]
        },
        [ops.constant(0.5, [2, 2])],
        sequence,
      )
      return [last as T, outputs]
    },
  },
  'that descends along gradients': {
    inputs: [start(1, [3]), start(2, [3])],
    compute: <T>(ops: Ops<T>, x: T, target: T) =>
      repeat<T, readonly [T, T]>(
        ops,
        (_, slope) => ops.greater(ops.max(ops.abs(slope), [0]), ops.constant(0.01)),
        at => {
          const { ops: taped, variable, fixed, gradients } = tape(ops)
          const own = variable(at)
          const loss = taped.sum(taped.square(taped.subtract(own, fixed(target))), [0])
          const [slope] = gradients([[loss, ops.constant(1)]], [own]) as readonly [T]
          return [ops.subtract(at, ops.multiply(ops.constant(0.3), slope)), slope]
        },
        [x, ops.constant(1, [3])],
      ),
  },
  'of rows by a number that it counts': {
    inputs: [start(1, [5, 2]), scalar(0)],
    compute: <T>(ops: Ops<T>, table: T, i: T) =>
      repeat<T, readonly [T, T]>(
        ops,
        at => ops.subtract(ops.constant(5), at),
        (at, sum) => [
          ops.add(at, ops.constant(1)),
          ops.add(ops.multiply(sum, ops.constant(0.5)), ops.gather(table, at)),
        ],
        [i, ops.constant(0, [2])],
      ),
  },
  'without elements': {
    inputs: [start(1, [0, 2]), scalar(2)],
    compute: <T>(ops: Ops<T>, x: T, n: T) => [countingDown(ops, n, (y, left) => ops.multiply(y, left), x)],
  },
  'over a table that stands in the graph': {
    inputs: [scalar(3), start(1, [1, 12])],
    compute: <T>(ops: Ops<T>, n: T, x: T) => [
      countingDown(
        ops,
        n,
        y =>
          ops.matmul(
            y,
            ops.constant(
              Float32Array.from(start(4, [144]).data, value => value / 9),
              [12, 12],
            ),
          ),
        x,
      ),
    ],
  },
}
