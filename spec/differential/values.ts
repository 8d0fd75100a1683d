import fc from 'fast-check'
import { foldIn, key, uniforms } from '../../src/index.ts'
import { sizeOf } from '../ops/reference.ts'
import type { Drawing } from './networks.ts'

// The numbers that random networks are given: ordinary ones, and among them what breaks programs.

/** What stands among ordinary numbers. */
export const kinds = [
  'plain',
  'NaN',
  'infinite',
  'zeros',
  'negative zeros',
  'large',
  'small',
  'denormal',
  'equal',
] as const
export type Kind = (typeof kinds)[number]

const special: Readonly<Record<Kind, readonly number[]>> = {
  plain: [],
  NaN: [Number.NaN],
  infinite: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  zeros: [0],
  'negative zeros': [-0, 0],
  large: [1e30, -1e30, 3e37],
  small: [1e-30, -1e-30],
  denormal: [1e-40, -1e-42],
  equal: [1],
}

/** An input as calls take it. */
export interface Given {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

const numbersOf = (shape: readonly number[], seed: number, kind: Kind): Float32Array => {
  const size = sizeOf(shape)
  const values = Float32Array.from(uniforms(key(seed), size, -1.5, 1.5))
  const odd = special[kind]
  if (odd.length === 0) return values
  const chance = uniforms(foldIn(key(seed), 'odd'), size, 0, 1)
  // Zeros and equal numbers are all, or half; NaN and the like a few.
  const share = ['zeros', 'negative zeros', 'equal'].includes(kind) ? (seed % 2 === 0 ? 1 : 0.5) : 0.15
  // Scaled, so that large numbers do not cancel to a small one, which an engine may or may not find.
  const scale =
    kind === 'large' || kind === 'small' ? values.map(value => 1 + Math.abs(value) / 3) : values.map(() => 1)
  return values.map((value, i) =>
    (chance[i] as number) < share ? (odd[i % odd.length] as number) * (scale[i] as number) : value,
  )
}

/** The inputs of a network, of some rows. */
export const inputsOf = ({ shapes, holds }: Drawing, rows: number, seed: number, kind: Kind): readonly Given[] =>
  shapes.map((given, i) => {
    const shape = [rows, ...given]
    const what = holds[i] ?? 'numbers'
    if (what === 'numbers') return { shape, data: numbersOf(shape, seed + i, kind) }
    const drawn = Float32Array.from(uniforms(key(seed + i), sizeOf(shape), 0, 1))
    if (what === 'mask') return { shape, data: drawn.map(value => (value < 0.3 ? 0 : 1)) }
    return { shape, data: drawn.map(value => Math.floor(value * what)) }
  })

/** What the gradients of an output start from. */
export const cotangentsOf = (shapes: readonly (readonly number[])[], seed: number): readonly Given[] =>
  shapes.map((shape, i) => ({
    shape,
    data: Float32Array.from(uniforms(foldIn(key(seed), `dy ${i}`), sizeOf(shape), -1, 1)),
  }))

/** How many examples, and what they are. */
export interface Situation {
  readonly rows: number
  readonly kind: Kind
  readonly seed: number
}
export const situationsOf = (kinds: readonly Kind[]): fc.Arbitrary<Situation> =>
  fc.record({
    rows: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(3, 2, 5) },
      { weight: 2, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.constant(0) },
    ),
    kind: fc.oneof(
      { weight: 2, arbitrary: fc.constant('plain' as const) },
      { weight: 3, arbitrary: fc.constantFrom(...kinds) },
    ),
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  })
