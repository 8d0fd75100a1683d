import { codec, oneOf, type ParsedOptions } from '../../base/options.ts'
import { sizeOf } from '../../base/shape.ts'
import { defineLayer, type NameOption, type Plain } from '../../core/define.ts'
import type { NameOf, Takes } from '../../core/notated.ts'
import type { Ops } from '../../ops/ops.ts'
import { type SameImage, sameImage } from '../inputs.ts'
import { drawingKey } from '../stochastic.ts'
import { along, clamped, drawEach, floorOf, knownImages, pixelsAt } from './images.ts'
import { type FactorLimits, type FactorOption, type FactorWithin, factor, type RangeOption } from './ranges.ts'
import { interpolated } from './tables.ts'

/** How to fill beyond the edges: with a number, the mirrored or repeated image, or the nearest pixel. */
export type FillOption = number | 'reflect' | 'wrap' | 'nearest'
/** How to interpolate between pixels. */
export type PixelInterpolation = 'bilinear' | 'nearest'

const callee = { kind: 'RandomRotation', example: 'RandomRotation(0.1, { fill: 0 })' } as const

/** The options of {@link RandomRotation}. */
export interface RandomRotationOptions<Name extends string = string> extends NameOption<Name> {
  /**
   * How to fill pixels outside the image: a number, or how each row and column `abcd` continues: with `dcba`
   * (`'reflect'`), `abcd` (`'wrap'`) or `dddd` (`'nearest'`). Default: `'reflect'`.
   */
  readonly fill?: FillOption
  /**
   * How to compute a pixel between others: their weighted mean (`'bilinear'`), or the nearest one (`'nearest'`).
   * Default: `'bilinear'`.
   */
  readonly interpolation?: PixelInterpolation
}

/** The type of {@link RandomRotation}: [batch, rows, cols, channels] → the same. */
export interface RandomRotation<Name extends string> extends Plain<Name>, ParsedOptions<RandomRotationOptions> {
  readonly kind: 'RandomRotation'
  readonly factor: RangeOption
  readonly ' out': SameImage<'RandomRotation', this[' in']>
}

interface RandomRotationRow extends Takes<readonly [FactorOption], RandomRotationOptions, FactorLimits> {
  readonly ' made': RandomRotation<NameOf<this[' options'], 'random-rotation-{}'>>
}
/** The constructor of {@link RandomRotation}. */
export interface RandomRotationConstructor {
  readonly ' row'?: RandomRotationRow
  <const F extends FactorOption, const Name extends string = 'random-rotation-{}'>(
    /**
     * the largest angle in either direction as a fraction of a full turn, or [from, to]; positive is counterclockwise
     */
    factor: FactorWithin<F, typeof callee>,
    /** what lies outside the image, the interpolation, and the name */
    options?: RandomRotationOptions<Name>,
  ): RandomRotation<Name>
}

const fillOption = codec<FillOption>("a number, 'reflect', 'wrap' or 'nearest'", value => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return (['reflect', 'wrap', 'nearest'] as const).find(form => form === value)
})

/** The range of multiples of a period for coordinates at most `reach` from the center of `count`. */
const folds = (count: number, period: number, reach: number): readonly [number, number] => [
  Math.floor((count / 2 - reach - 1) / period),
  Math.ceil((count / 2 + reach + 1) / period),
]

/** Maps coordinates into [0, count - 1], or [0, count] if the image repeats. */
const brought = <T>(ops: Ops<T>, at: T, count: number, reach: number, fill: FillOption): T => {
  const rest = (x: T, period: number): T => {
    const whole = floorOf(ops, ops.divide(x, ops.constant(period)), ...folds(count, period, reach))
    return ops.subtract(x, ops.multiply(whole, ops.constant(period)))
  }
  if (fill === 'wrap') return clamped(ops, rest(at, count), 0, count)
  if (fill !== 'reflect') return clamped(ops, at, 0, count - 1)
  const distance = ops.abs(ops.subtract(rest(ops.add(at, ops.constant(0.5)), 2 * count), ops.constant(count)))
  return clamped(ops, ops.subtract(ops.constant(count - 0.5), distance), 0, count - 1)
}

/** Images with one pixel of fill beyond their edges, unless that is the edge itself. */
const edged = <T>(ops: Ops<T>, x: T, [rows, cols]: readonly [number, number], fill: FillOption): T => {
  if (fill === 'wrap') {
    const tall = ops.concatenate([x, ops.slice(x, [0, 0, 0, 0], [null, 1, null, null])], 1)
    return ops.concatenate([tall, ops.slice(tall, [0, 0, 0, 0], [null, null, 1, null])], 2)
  }
  if (typeof fill === 'string') return x
  const ring = Float32Array.from({ length: (rows + 2) * (cols + 2) }, (_, i) => {
    const [row, col] = [Math.floor(i / (cols + 2)), i % (cols + 2)]
    return row === 0 || row > rows || col === 0 || col > cols ? fill : 0
  })
  const [none, one] = [
    [0, 0],
    [1, 1],
  ] as const
  const padded = ops.pad(x, [none, one, one, none])
  return fill === 0 ? padded : ops.add(padded, ops.constant(ring, [1, rows + 2, cols + 2, 1]))
}

/**
 * In training, rotates each image about its center by a random angle; otherwise it changes nothing.
 *
 * Shape: [batch, rows, cols, channels] → the same.
 *
 * @param factor the largest angle in either direction as a fraction of a full turn, or [from, to]; positive is
 *   counterclockwise
 * @param options what lies outside the image, the interpolation, and the name
 * @throws InvalidOption if an option is invalid, or in training without a key
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional
 * @category Augmentation
 * @see `RandomRotation` in Keras; `RandomRotation` (torchvision, in degrees) in PyTorch
 * @example
 * ```ts
 * const network = join(Input([28, 28, 1]), RandomRotation(0.05, { fill: 0 }), Convolution([3, 3, 16]), Relu())
 * ```
 */
export const RandomRotation: RandomRotationConstructor = defineLayer({
  ...callee,
  positional: ['factor'],
  options: {
    factor: { codec: factor },
    fill: { codec: fillOption, default: 'reflect' },
    interpolation: { codec: oneOf(['bilinear', 'nearest']), default: 'bilinear' },
  },
  shape: (_, input) => sameImage(input),
  forward: ({ factor: [from, to], fill, interpolation }, ops, x, _, mode) => {
    type T = typeof x
    if (!mode.training || (from === 0 && to === 0) || ops.shape(x).includes(0)) return [x, {}]
    const [batch, rows, cols, channels] = knownImages('RandomRotation', ops.shape(x))
    const angle = (part: number) => 2 * Math.PI * (from + part * (to - from))
    const [cos, sin] = interpolated(ops, drawEach(ops, drawingKey('RandomRotation', mode), x), part => [
      Math.cos(angle(part)),
      Math.sin(angle(part)),
    ]) as [T, T]

    const [down, across] = [along(ops, 1, rows, (1 - rows) / 2), along(ops, 2, cols, (1 - cols) / 2)]
    const middle = (count: number): T => ops.constant((count - 1) / 2)
    const row = ops.add(ops.add(ops.multiply(cos, down), ops.multiply(sin, across)), middle(rows))
    const col = ops.add(ops.subtract(ops.multiply(cos, across), ops.multiply(sin, down)), middle(cols))

    const images = edged(ops, x, [rows, cols], fill)
    const [, high, wide] = knownImages('RandomRotation', ops.shape(images))
    const reach = Math.hypot(rows, cols) / 2
    const place = (at: T, count: number, most: number): T =>
      typeof fill === 'number'
        ? brought(ops, ops.add(at, ops.constant(1)), most, reach, 'nearest')
        : brought(ops, at, count, reach, fill)
    const [r, c] = [place(row, rows, high), place(col, cols, wide)]
    const half = ops.constant(0.5)
    if (interpolation === 'nearest') {
      const nearest = (at: T, count: number): T => floorOf(ops, ops.add(at, half), 0, count - 1)
      return [pixelsAt(ops, 'RandomRotation', images, nearest(r, high), nearest(c, wide)), {}]
    }
    const one = ops.constant(1)
    const [top, start] = [floorOf(ops, r, 0, high - 1), floorOf(ops, c, 0, wide - 1)]
    const next = (whole: T, count: number): T => ops.minimum(ops.add(whole, one), ops.constant(count - 1))
    // Channels first: a last axis of few channels is slow.
    const count = sizeOf([batch, rows, cols])
    const inPlanes = (of: T): T => ops.transpose(ops.reshape(of, [count, channels]), [1, 0])
    const inPlane = (of: T): T => ops.reshape(of, [1, count])
    const mixed = (a: T, b: T, part: T): T => ops.add(ops.multiply(a, ops.subtract(one, part)), ops.multiply(b, part))
    const [below, beside] = [inPlane(ops.subtract(r, top)), inPlane(ops.subtract(c, start))]
    const line = (whole: T): T =>
      mixed(
        inPlanes(pixelsAt(ops, 'RandomRotation', images, whole, start)),
        inPlanes(pixelsAt(ops, 'RandomRotation', images, whole, next(start, wide))),
        beside,
      )
    const planes = mixed(line(top), line(next(top, high)), below)
    return [ops.reshape(ops.transpose(planes, [1, 0]), [batch, rows, cols, channels]), {}]
  },
})
