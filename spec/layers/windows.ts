import fc from 'fast-check'
import { build, type Numbers } from '../ops/reference.ts'
import { at } from '../running.ts'

// Windows over any number of axes, by loops over the definition.

/** How a window stands along its axes. */
export interface Windows {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
  readonly padding: 'valid' | 'same' | 'causal' | readonly number[]
}

const extent = ({ size, dilation }: Windows, axis: number): number =>
  ((size[axis] as number) - 1) * (dilation[axis] as number) + 1

/** Zeros before and after an axis of `n`. */
export const added = (n: number, windows: Windows, axis: number): readonly [before: number, after: number] => {
  const { padding } = windows
  if (padding === 'valid') return [0, 0]
  if (padding === 'causal') return [extent(windows, axis) - 1, 0]
  if (padding !== 'same') return [padding[axis] as number, padding[axis] as number]
  const stride = windows.stride[axis] as number
  const total = Math.max(0, (Math.ceil(n / stride) - 1) * stride + extent(windows, axis) - n)
  return [Math.floor(total / 2), Math.ceil(total / 2)]
}

/** How many places the window has along each axis of [batch, ...axes, channels]. */
export const placesOf = (shape: readonly number[], windows: Windows): readonly number[] =>
  shape.slice(1, -1).map((n, axis) => {
    const [before, after] = added(n, windows, axis)
    return Math.floor((n + before + after - extent(windows, axis)) / (windows.stride[axis] as number)) + 1
  })

const offsets = (size: readonly number[]): readonly (readonly number[])[] =>
  size.reduce<number[][]>((all, d) => all.flatMap(tap => Array.from({ length: d }, (_, i) => [...tap, i])), [[]])

/** The taps of the window at a place, with where in the input each one is; padding is left out. */
export const tapsAt = (
  shape: readonly number[],
  place: readonly number[],
  windows: Windows,
): readonly (readonly [tap: readonly number[], where: readonly number[]])[] =>
  offsets(windows.size)
    .map(tap => {
      const where = tap.map(
        (t, axis) =>
          (place[axis] as number) * (windows.stride[axis] as number) +
          t * (windows.dilation[axis] as number) -
          added(shape[axis + 1] as number, windows, axis)[0],
      )
      return [tap, where] as const
    })
    .filter(([, where]) => where.every((i, axis) => i >= 0 && i < (shape[axis + 1] as number)))

/** The sum of the definition of a convolution, in groups. */
export const convolved = (
  x: Numbers,
  weight: Numbers,
  windows: Windows,
  groups: number,
  bias: (channel: number) => number,
): Numbers => {
  const [made = 0, each = 0] = [weight.shape.at(-1), weight.shape.at(-2)]
  return build([x.shape[0] as number, ...placesOf(x.shape, windows), made], index => {
    const [b = 0, f = 0] = [index[0], index.at(-1)]
    const first = Math.floor(f / (made / groups)) * each
    return tapsAt(x.shape, index.slice(1, -1), windows).reduce((sum, [tap, where]) => {
      for (let k = 0; k < each; k++) sum += at(x, b, ...where, first + k) * at(weight, ...tap, k, f)
      return sum
    }, bias(f))
  })
}

/** A function of the elements of each window. */
export const pooled = (x: Numbers, windows: Windows, f: (values: readonly number[]) => number): Numbers =>
  build([x.shape[0] as number, ...placesOf(x.shape, windows), x.shape.at(-1) as number], index =>
    f(
      tapsAt(x.shape, index.slice(1, -1), windows).map(([, where]) =>
        at(x, index[0] as number, ...where, index.at(-1) as number),
      ),
    ),
  )

/** `n` integers of a range. */
export const several = (n: number, min: number, max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min, max }), { minLength: n, maxLength: n })
