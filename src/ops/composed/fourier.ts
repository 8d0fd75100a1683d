import { show } from '../../base/errors.ts'
import { sharedShape } from '../../base/shape.ts'
import { axisOf, isCount, knownSizes, misfit, refuse } from '../attributes.ts'
import { movedAxis, sliceAlong, transposed } from '../axes.ts'
import type { Margin, Ops } from '../ops.ts'
import type { Complex } from './composed.ts'
import type { Compositions } from './composition.ts'

/** Transforms of so many numbers are one product with a matrix; longer ones are made of them. */
const short = 64
/** The same of prime numbers; longer ones are convolutions. */
const longestPrime = 1024

/** +1 or -1: the sign of the exponents. */
type Direction = 1 | -1

/** A table of complex numbers exp(±2πi turns). */
const turned = <T>(
  ops: Ops<T>,
  shape: readonly [number, number],
  turns: (row: number, column: number) => number,
  direction: Direction,
): Complex<T> => {
  const [rows, columns] = shape
  const angles = Array.from(
    { length: rows * columns },
    (_, i) => 2 * Math.PI * turns(Math.floor(i / columns), i % columns),
  )
  return [
    ops.constant(Float32Array.from(angles, Math.cos), shape),
    ops.constant(
      Float32Array.from(angles, angle => direction * Math.sin(angle)),
      shape,
    ),
  ]
}

/** A product of complex numbers, by one of real numbers. */
const product = <T>(ops: Ops<T>, times: (a: T, b: T) => T, [a, b]: Complex<T>, [c, d]: Complex<T>): Complex<T> => [
  ops.subtract(times(a, c), times(b, d)),
  ops.add(times(a, d), times(b, c)),
]
const each = <T>([real, imaginary]: Complex<T>, change: (x: T) => T): Complex<T> => [change(real), change(imaginary)]
/** Numbers in another shape of the last axis. */
const inShape = <T>(ops: Ops<T>, x: T, ...last: readonly number[]): T =>
  ops.reshape(x, [...ops.shape(x).slice(0, -1), ...last])
/** Merges the last two axes. */
const flat = <T>(ops: Ops<T>, x: T, n: number): T => ops.reshape(x, [...ops.shape(x).slice(0, -2), n])

const largestFactor = (n: number): number => {
  for (let factor = Math.min(short, Math.floor(n / 2)); factor > 1; factor--) if (n % factor === 0) return factor
  return 1
}

/** The transform along the last axis of at least two, without a factor in front. */
const transformed = <T>(ops: Ops<T>, x: Complex<T>, n: number, direction: Direction): Complex<T> => {
  const matrix = (size: number): Complex<T> => turned(ops, [size, size], (j, k) => ((j * k) % size) / size, direction)
  const factor = n <= short ? 1 : largestFactor(n)
  if (factor === 1 && n > longestPrime) return byConvolution(ops, x, n, direction)
  if (factor === 1) return product(ops, ops.matmul, x, matrix(n))
  // Cooley and Tukey 1965: rows of every `rest`-th number, then what the rows have in common.
  const rest = n / factor
  const columns = each(x, part => transposed(ops, inShape(ops, part, factor, rest)))
  const rows = product(ops, ops.matmul, columns, matrix(factor))
  const twisted = product(
    ops,
    ops.multiply,
    rows,
    turned(ops, [rest, factor], (j, k) => ((j * k) % n) / n, direction),
  )
  const whole = transformed(
    ops,
    each(twisted, part => transposed(ops, part)),
    rest,
    direction,
  )
  return each(whole, part => flat(ops, transposed(ops, part), n))
}

/** As a convolution with a chirp, whose length has small factors (Bluestein 1970). */
const byConvolution = <T>(ops: Ops<T>, x: Complex<T>, n: number, direction: Direction): Complex<T> => {
  const length = 2 ** Math.ceil(Math.log2(2 * n - 1))
  // Squares count half turns, of which 2 n are whole turns.
  const turns = (i: number): number => ((i * i) % (2 * n)) / (2 * n)
  const chirp = turned(ops, [1, n], (_, i) => turns(i), direction)
  const around = turned(ops, [1, length], (_, i) => turns(Math.min(i, length - i)), direction === 1 ? -1 : 1)
  // Zero where the chirp and its mirror image do not reach.
  const reach = ops.constant(
    Float32Array.from({ length }, (_, i) => (Math.min(i, length - i) < n ? 1 : 0)),
    [1, length],
  )
  const filter = transformed(
    ops,
    each(around, part => ops.multiply(part, reach)),
    length,
    -1,
  )
  const padded = each(product(ops, ops.multiply, x, chirp), part => {
    const margins = ops.shape(part).map((_, i, { length: rank }): Margin => [0, i === rank - 1 ? length - n : 0])
    return ops.pad(part, margins)
  })
  const spectrum = product(ops, ops.multiply, transformed(ops, padded, length, -1), filter)
  const convolved = each(transformed(ops, spectrum, length, 1), part => {
    const begin = ops.shape(part).map(() => 0)
    const own = ops.slice(
      part,
      begin,
      begin.map((_, i) => (i === begin.length - 1 ? n : null)),
    )
    return ops.multiply(own, ops.constant(1 / length))
  })
  return product(ops, ops.multiply, convolved, chirp)
}

/** A transform along any axis, of any shape. */
const alongAxis = <T>(
  name: string,
  ops: Ops<T>,
  [real, imaginary]: Complex<T>,
  axis: number,
  direction: Direction,
): Complex<T> => {
  const shape = ops.shape(real)
  if (!sharedShape(shape, ops.shape(imaginary)))
    throw misfit(name, 'real and imaginary parts of one shape', [shape, ops.shape(imaginary)])
  const at = axisOf(name, shape, axis)
  const [n] = knownSizes(name, shape, [at]) as readonly [number]
  if (n < 2) return [real, imaginary]
  const last = shape.length - 1
  // Products take matrices.
  const rows = each([real, imaginary] as const, part => {
    const moved = movedAxis(ops, part, at, last)
    return last === 0 ? ops.reshape(moved, [1, n]) : moved
  })
  const found = transformed(ops, rows, n, direction)
  const scaled = direction === -1 ? found : each(found, part => ops.multiply(part, ops.constant(1 / n)))
  return each(scaled, part => movedAxis(ops, last === 0 ? ops.reshape(part, [n]) : part, last, at))
}

const checkPair = (name: string, x: unknown): void => {
  if (!Array.isArray(x) || x.length !== 2)
    refuse(name, 'x', '[real, imaginary]', show(x), 'Use rfft for real numbers, irfft for real results.')
}

/** Fourier transforms. */
export const fourier: Compositions<'fft' | 'ifft' | 'rfft' | 'irfft'> = {
  fft: (ops, x, axis = -1) => {
    checkPair('fft', x)
    return alongAxis('fft', ops, x, axis, -1)
  },
  ifft: (ops, x, axis = -1) => {
    checkPair('ifft', x)
    return alongAxis('ifft', ops, x, axis, 1)
  },
  rfft: (ops, x, axis = -1) => {
    const shape = ops.shape(x)
    const at = axisOf('rfft', shape, axis)
    const [n] = knownSizes('rfft', shape, [at]) as readonly [number]
    if (n === 0) throw misfit('rfft', `at least one element along axis ${at}`, [shape])
    const whole = alongAxis('rfft', ops, [x, ops.where(ops.constant(0), x, ops.constant(0))], at, -1)
    return each(whole, of => sliceAlong(ops, of, at, 0, Math.floor(n / 2) + 1))
  },
  irfft: (ops, x, length, axis = -1) => {
    checkPair('irfft', x)
    const [real, imaginary] = x
    const shape = ops.shape(real)
    const at = axisOf('irfft', shape, axis)
    const [half] = knownSizes('irfft', shape, [at]) as readonly [number]
    const n = length ?? 2 * (half - 1)
    if (!isCount(n) || n < 1 || Math.floor(n / 2) + 1 !== half)
      return refuse(
        'irfft',
        'length',
        `${2 * half - 2} or ${2 * half - 1}, as there are ${half} numbers`,
        show(length),
        'Give it none for an even one.',
      )
    const rest = n - half
    if (rest === 0) return alongAxis('irfft', ops, x, at, 1)[0]
    // Of real results the others are the conjugates, backwards.
    const [others, turnedBack] = each(x, of => ops.reverse(sliceAlong(ops, of, at, 1, rest), [at]))
    const whole = [
      ops.concatenate([real, others], at),
      ops.concatenate([imaginary, ops.negative(turnedBack)], at),
    ] as const
    return alongAxis('irfft', ops, whole, at, 1)[0]
  },
}
