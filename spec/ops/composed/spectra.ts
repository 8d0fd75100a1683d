import fc from 'fast-check'
import { anywhere, seed, shape, spread } from '../calls.ts'
import { build, get, type Numbers } from '../reference.ts'
import type { Case } from './case.ts'
import { written } from './reductions.ts'

type Pair = readonly [real: Numbers, imaginary: Numbers]

/** The transform along an axis, term by term. */
const transformed = ([real, imaginary]: Pair, axis: number, sign: 1 | -1, count: number): Pair => {
  const n = real.shape[axis] as number
  const at = (which: 0 | 1) =>
    build(real.shape.with(axis, count), index => {
      let sum = 0
      for (let j = 0; j < n; j++) {
        const angle = (sign * 2 * Math.PI * j * (index[axis] as number)) / n
        const [a, b] = [get(real, index.with(axis, j)), get(imaginary, index.with(axis, j))]
        sum += which === 0 ? a * Math.cos(angle) - b * Math.sin(angle) : a * Math.sin(angle) + b * Math.cos(angle)
      }
      return sign === 1 ? sum / n : sum
    })
  return [at(0), at(1)]
}

/** Lengths that are one product, products of factors, and convolutions of primes. */
const lengths = fc.constantFrom(1, 2, 3, 5, 8, 12, 70, 96)
const drawn = fc.tuple(shape(0, 2), lengths, seed).map(([own, n, s]) => {
  const axis = s % (own.length + 1)
  const whole = n > 12 ? [n] : own.toSpliced(axis, 0, n)
  return { whole, axis: n > 12 ? 0 : axis, n, s }
})
const complex = (name: 'fft' | 'ifft', sign: 1 | -1): fc.Arbitrary<Case> =>
  drawn.map(({ whole, axis, n, s }) => {
    const inputs: Pair = [spread(s, whole, anywhere), spread(s + 1, whole, anywhere)]
    return {
      inputs,
      differentiable: [true, true],
      apply: (ops, [a, b]) => ops[name]([a as never, b as never], written(axis, whole.length, s)),
      expected: transformed(inputs, axis, sign, n),
    }
  })

/** Calls of Fourier transforms. */
export const spectra: Readonly<Record<'fft' | 'ifft' | 'rfft' | 'irfft', fc.Arbitrary<Case>>> = {
  fft: complex('fft', -1),
  ifft: complex('ifft', 1),
  rfft: drawn.map(({ whole, axis, n, s }) => {
    const x = spread(s, whole, anywhere)
    return {
      inputs: [x],
      differentiable: [true],
      apply: (ops, [a]) => ops.rfft(a as never, written(axis, whole.length, s)),
      expected: transformed([x, build(whole, () => 0)], axis, -1, Math.floor(n / 2) + 1),
    }
  }),
  irfft: drawn.map(({ whole, axis, n, s }) => {
    const half = Math.floor(n / 2) + 1
    const own = whole.with(axis, half)
    const inputs: Pair = [spread(s, own, anywhere), spread(s + 1, own, anywhere)]
    const full = inputs.map((part, which) =>
      build(whole, index => {
        const at = index[axis] as number
        const isMirrored = at >= half
        return (isMirrored && which === 1 ? -1 : 1) * get(part, index.with(axis, isMirrored ? n - at : at))
      }),
    ) as unknown as Pair
    return {
      inputs,
      differentiable: [true, true],
      apply: (ops, [a, b]) => [
        ops.irfft([a as never, b as never], n % 2 === 0 ? undefined : n, written(axis, whole.length, s)),
      ],
      expected: [transformed(full, axis, 1, n)[0]],
    }
  }),
}
