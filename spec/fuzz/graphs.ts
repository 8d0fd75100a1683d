import fc from 'fast-check'
import type { Ops, Pair } from '../../src/index.ts'
import type { Margin } from '../../src/ops/ops.ts'

// Random graphs of operations, as steps that any interpreter takes. A step that does not fit its operands changes nothing.

/** One step: an operation, which values before it takes, and a number that chooses its attributes. */
export type Step = readonly [operation: string, a: number, b: number, n: number]
/** A graph: the shapes of its inputs, the seed of their numbers, and the steps. */
export interface GraphDescription {
  readonly shapes: readonly (readonly number[])[]
  readonly seed: number
  readonly steps: readonly Step[]
}

type Rule = <T>(ops: Ops<T>, a: T, b: T, n: number) => T | null
const dims = <T>(ops: Ops<T>, x: T): readonly number[] => ops.shape(x) as readonly number[]
const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)
const chosen = (rank: number, n: number): readonly number[] =>
  Array.from({ length: rank }, (_, axis) => axis).filter(axis => (n >> axis) & 1)
const broadcasts = (a: readonly number[], b: readonly number[]): boolean =>
  Array.from({ length: Math.min(a.length, b.length) }, (_, i) => [a.at(-1 - i), b.at(-1 - i)]).every(
    ([x, y]) => x === y || x === 1 || y === 1,
  )

const unary = [
  'negative',
  'exp',
  'log',
  'sqrt',
  'rsqrt',
  'square',
  'abs',
  'sigmoid',
  'tanh',
  'relu',
  'elu',
  'softplus',
  'erf',
  'sin',
  'cos',
  'atan',
  'floor',
] as const
const binary = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'greater', 'equal', 'pow'] as const
const numbers = [0, 1, -1, 2, 0.5, -0, 1e30, 3]

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(unary.map(name => [name, ((ops, a) => ops[name](a)) satisfies Rule])),
  ...Object.fromEntries(
    binary.map(name => [
      name,
      ((ops, a, b) => (broadcasts(dims(ops, a), dims(ops, b)) ? ops[name](a, b) : null)) satisfies Rule,
    ]),
  ),
  ...Object.fromEntries(
    binary.map(name => [
      `${name} a constant`,
      ((ops, a, _, n) => {
        const c = ops.constant(numbers[n % numbers.length] as number)
        return n % 2 === 0 ? ops[name](a, c) : ops[name](c, a)
      }) satisfies Rule,
    ]),
  ),
  'where positive': (ops, a, b) =>
    dims(ops, a).join() === dims(ops, b).join() ? ops.where(ops.greater(a, ops.constant(0)), a, b) : null,
  'where it itself': (ops, a, b) => (dims(ops, a).join() === dims(ops, b).join() ? ops.where(a, b, a) : null),
  sum: (ops, a, _, n) => ops.sum(a, chosen(dims(ops, a).length, n), n % 3 === 0),
  mean: (ops, a, _, n) =>
    sizeOf(dims(ops, a)) === 0 ? null : ops.mean(a, chosen(dims(ops, a).length, n), n % 3 === 0),
  max: (ops, a, _, n) => (sizeOf(dims(ops, a)) === 0 ? null : ops.max(a, chosen(dims(ops, a).length, n), n % 3 === 0)),
  softmax: (ops, a) => (dims(ops, a).length > 0 ? ops.softmax(a) : null),
  logSoftmax: (ops, a) => (dims(ops, a).length > 0 ? ops.logSoftmax(a) : null),
  reshape: (ops, a, _, n) => {
    const shape = dims(ops, a)
    const size = sizeOf(shape)
    const options = [[size], [...shape].reverse(), [1, ...shape], shape.filter(d => d !== 1), [...shape, 1], [size, 1]]
    return ops.reshape(a, options[n % options.length] as number[])
  },
  'as another': (ops, a, b) =>
    sizeOf(dims(ops, a)) === sizeOf(dims(ops, b)) ? ops.reshape(a, [...dims(ops, b)]) : null,
  transpose: (ops, a, _, n) => {
    const rank = dims(ops, a).length
    const order = Array.from({ length: rank }, (_, i) => i)
    const turned = n % 2 === 0 ? order.toReversed() : [...order.slice(1), ...order.slice(0, 1)]
    return rank > 1 ? ops.transpose(a, turned) : null
  },
  concatenate: (ops, a, b, n) => {
    const [x, y] = [dims(ops, a), dims(ops, b)]
    const axis = x.length === 0 ? 0 : n % x.length
    const fits = x.length > 0 && x.length === y.length && x.every((d, i) => i === axis || d === y[i])
    return fits ? ops.concatenate(n % 3 === 0 ? [a, b, a] : [a, b], axis) : null
  },
  slice: (ops, a, _, n) => {
    const begin = dims(ops, a).map((d, i) => (d > 1 && (n >> i) & 1 ? 1 : 0))
    return ops.slice(
      a,
      begin,
      begin.map((b, i) => (n % 3 === 0 ? null : (dims(ops, a)[i] as number) - b)),
    )
  },
  reverse: (ops, a, _, n) => ops.reverse(a, chosen(dims(ops, a).length, n)),
  broadcast: (ops, a, _, n) => {
    const shape = dims(ops, a)
    if (shape.length > 4 || sizeOf(shape) > 60) return null
    return ops.broadcast(a, n % 2 === 0 ? [2, ...shape] : shape.map(d => (d === 1 ? 2 : d)))
  },
  pad: (ops, a, _, n) =>
    ops.pad(
      a,
      dims(ops, a).map((_, i): Margin => ((n >> i) & 1 ? [1, n % 2] : [0, 0])),
    ),
  gather: (ops, a, _, n) => {
    const rows = dims(ops, a)[0] ?? 0
    return rows > 0
      ? ops.gather(a, ops.constant(Float32Array.from({ length: 1 + (n % 3) }, (_, i) => (i * n) % rows)))
      : null
  },
  scatter: (ops, a, _, n) => {
    const rows = dims(ops, a)[0] ?? 0
    const at = Float32Array.from({ length: rows }, (_, i) => (i * n) % 3)
    return rows > 0 ? ops.scatter(a, ops.constant(at, [rows]), 3) : null
  },
  matmul: (ops, a, b) => {
    const [x, y] = [dims(ops, a), dims(ops, b)]
    const fits = x.length === y.length && x.length > 1 && x.slice(0, -2).join() === y.slice(0, -2).join()
    return fits && x.at(-1) === y.at(-2) ? ops.matmul(a, b) : null
  },
  'times its transpose': (ops, a) => {
    const rank = dims(ops, a).length
    const order = Array.from({ length: rank }, (_, i) => i)
    return rank > 1 ? ops.matmul(a, ops.transpose(a, [...order.slice(0, -2), rank - 1, rank - 2])) : null
  },
  convolve: (ops, a, b, n) => {
    const [x, f] = [dims(ops, a), dims(ops, b)]
    const fits =
      x.length === 4 && f.length === 4 && x[3] === f[2] && (x[1] ?? 0) >= (f[0] ?? 0) && (x[2] ?? 0) >= (f[1] ?? 0)
    const margin: Margin = [n % 2, (n >> 1) % 2]
    const pair: Pair = [1 + (n % 2), 1]
    return fits ? ops.convolve(a, b, { stride: pair, dilation: [1, 1], padding: [margin, margin], groups: 1 }) : null
  },
  'max pool': (ops, a, _, n) => pooled(ops, a, n, 'maxPool'),
  'average pool': (ops, a, _, n) => pooled(ops, a, n, 'averagePool'),
  'stop gradient': (ops, a) => ops.stopGradient(a),
  'clip gradient': (ops, a) => ops.clipGradient(a, 0.5),
  'one minus': (ops, a) => ops.subtract(ops.constant(1), a),
  'without its mean': (ops, a) => {
    const rank = dims(ops, a).length
    return rank > 0 ? ops.subtract(a, ops.mean(a, [rank - 1], true)) : null
  },
}
const pooled = <T>(ops: Ops<T>, a: T, n: number, kind: 'maxPool' | 'averagePool'): T | null => {
  const shape = dims(ops, a)
  if (shape.length !== 4 || (shape[1] ?? 0) < 2 || (shape[2] ?? 0) < 2) return null
  const margin: Margin = n % 3 === 0 ? [0, 1] : [0, 0]
  return ops[kind](a, { size: [2, 2], stride: [1 + (n % 2), 1], padding: [margin, margin] })
}

const seldom = 400
/** What the steps make of inputs, in an interpretation: the last few values. */
export const computed = <T>(ops: Ops<T>, inputs: readonly T[], { steps }: GraphDescription): readonly T[] => {
  const values = [...inputs]
  for (const [name, a, b, n] of steps) {
    const [x, y] = [values[a % values.length] as T, values[b % values.length] as T]
    const made = (rules[name] as Rule)(ops, x, y, n)
    if (made !== null && sizeOf(dims(ops, made)) <= seldom) values.push(made)
  }
  return values.slice(-2)
}

const size = fc.integer({ min: 1, max: 3 })
const shapes = fc.oneof(
  fc.constantFrom(
    [[2, 3], [3], [2, 3]],
    [[2, 3], [3, 2], [1]],
    [[1, 3, 3, 2], [2, 2, 2, 1], [2]],
    [[2, 2, 3], [2, 3, 2], [3]],
  ),
  fc.array(fc.array(size, { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
)
export const graphDescriptions: fc.Arbitrary<GraphDescription> = fc.record({
  shapes,
  seed: fc.nat(1e6),
  steps: fc.array(fc.tuple(fc.constantFrom(...Object.keys(rules)), fc.nat(30), fc.nat(30), fc.nat(30)), {
    minLength: 1,
    maxLength: 14,
  }),
})
