import { key, type Ops, uniforms } from '../../src/index.ts'
import { type Attributes, alike, type Operation, perform } from '../../src/ops/operations.ts'
import type { Numbers } from '../ops/reference.ts'

// How exact a result in single precision can be: the operations over doubles once more, where every result is rounded to
// single precision and moved at random by a few roundings. Where sums cancel, that is a few roundings of what is summed, as
// an order of summation may leave them. What such runs differ by is what engines may differ by.

/** A few roundings: 2^-24 is one. */
const rounding = 2 ** -22
/** The largest number in single precision. */
export const largest = 3.4028234663852886e38
const smallest = 2 ** -126

const absolute = (x: Numbers): Numbers => ({ shape: x.shape, data: x.data.map(Math.abs) })

const summing: ReadonlySet<Operation> = new Set<Operation>([
  ...(['add', 'sum', 'mean', 'matmul', 'convolve', 'averagePool', 'averagePoolGradient', 'scatter'] as const),
])
/** Moves, chooses or tells apart what is there already. */
const moving: ReadonlySet<Operation> = new Set<Operation>([
  ...([
    'negative',
    'abs',
    'relu',
    'maximum',
    'minimum',
    'greater',
    'equal',
    'where',
    'max',
    'argMax',
    'argSort',
    'reshape',
    'floor',
  ] as const),
  ...(['transpose', 'concatenate', 'slice', 'reverse', 'broadcast', 'gather', 'stopGradient', 'clipGradient'] as const),
  ...(['pad', 'maxPool'] as const),
])
/** Computed with an error of some part of 1, however small the result. */
const bounded: ReadonlySet<Operation> = new Set<Operation>([
  'sigmoid',
  'tanh',
  'erf',
  'sin',
  'cos',
  'atan',
  'elu',
  'softplus',
  'softmax',
  'log',
])

/** What the rounding of each element is relative to. */
const magnitude = <O extends Operation>(
  exact: Ops<Numbers>,
  operation: O,
  inputs: readonly Numbers[],
  attributes: Attributes[O],
  result: Numbers,
): readonly number[] => {
  if (operation === 'subtract') return exact.add(absolute(inputs[0] as Numbers), absolute(inputs[1] as Numbers)).data
  if (operation === 'maxPoolGradient')
    return result.data.map(() => Math.max(0, ...(inputs[0] as Numbers).data.map(Math.abs)))
  if (summing.has(operation)) return perform(exact)(operation, inputs.map(absolute), attributes).data
  if (bounded.has(operation)) return result.data.map(value => Math.max(1, Math.abs(value)))
  if (operation === 'exp')
    return result.data.map((value, i) => value * (1 + Math.abs((inputs[0] as Numbers).data[i] as number)))
  if (operation === 'logSoftmax') {
    const { data, shape } = inputs[0] as Numbers
    const n = shape.at(-1) as number
    return result.data.map((value, i) => {
      const from = Math.floor(i / n) * n
      return Math.max(1, Math.abs(value), ...data.slice(from, from + n).map(Math.abs))
    })
  }
  return result.data.map(Math.abs)
}

/**
 * Operations with the errors of single precision, at random.
 *
 * @param exact the operations over doubles
 * @param flush whether numbers too small for full precision count as zero
 */
export const noisy = (exact: Ops<Numbers>, seed: number, flush: boolean): Ops<Numbers> => {
  const run = perform(exact)
  // The first run is rounded, and not moved.
  const most = seed === 1 ? 0 : rounding
  let count = 0
  const rounded = (value: number): number => {
    const near = Math.fround(value)
    return flush && Math.abs(near) < smallest ? 0 : near
  }
  const ops: Ops<Numbers> = alike<Numbers>(
    (operation, inputs, attributes) => {
      const result = run(operation, inputs, attributes)
      if (moving.has(operation)) return result
      const of = magnitude(exact, operation, inputs, attributes, result)
      const move = uniforms(key(seed * 100_003 + count++), result.data.length, -most, most)
      return {
        shape: result.shape,
        data: result.data.map((value, i) => {
          const size = of[i] as number
          if (!Number.isFinite(value)) return value
          // What is summed may be too large on the way.
          if (size > largest || Number.isNaN(size)) return Number.POSITIVE_INFINITY
          return rounded(value + size * (move[i] as number))
        }),
      }
    },
    {
      ...exact,
      scan: (body, initial, sequence) => exact.scan(body, initial, sequence),
    },
  )
  return ops
}
