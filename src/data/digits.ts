import { type Options, oneOf, parseOptions, part } from '../base/options.ts'
import { type Key, split, uniforms } from '../base/random.ts'
import type { FlatData } from '../state/data.ts'
import { argument, drawnBy, count as positive } from './given.ts'

// Binary pictures of the ten digits, 6 rows of 4 pixels: small enough for memories such as Hopfield's, and to look at.

const pictures = [
  '.##. #..# #..# #..# #..# .##.',
  '..#. .##. ..#. ..#. ..#. .###',
  '.##. #..# ...# ..#. .#.. ####',
  '###. ...# .##. ...# ...# ###.',
  '..## .#.# #..# #### ...# ...#',
  '#### #... ###. ...# ...# ###.',
  '.##. #... ###. #..# #..# .##.',
  '#### ...# ..#. ..#. .#.. .#..',
  '.##. #..# .##. #..# #..# .##.',
  '.##. #..# #..# .### ...# .##.',
]
const size = 24
const pixels = (): Float32Array =>
  Float32Array.from(pictures.join('').replaceAll(' ', ''), sign => (sign === '#' ? 1 : 0))

/** Pictures as rows of 24 pixels, and the digit that each shows. */
export interface Digits<Count extends number = number> {
  readonly x: FlatData<[Count, 24]>
  readonly y: FlatData<[Count]>
}

/**
 * Pictures of the ten digits, 0 to 9: 6 rows of 4 pixels, each 1 (ink) or 0, row by row.
 *
 * @returns `{ x, y }` as `fit` takes them: x [10, 24], and y [10], the digits as class indices
 * @example
 * ```ts
 * const { x, y } = digits()
 * x.shape // [10, 24]
 * Array.from(x.data.slice(24, 28)) // [0, 0, 1, 0]
 * const network = join(Input(24), Softmax(10))
 * await fit(network, init(network, key(1)), digits(), { loss: 'sparseCategoricalCrossentropy', epochs: 2 })
 * ```
 */
export const digits = (): Digits<10> =>
  Object.freeze({
    x: Object.freeze<FlatData<[10, 24]>>({ data: pixels(), shape: [10, size] }),
    y: Object.freeze<FlatData<[10]>>({ data: Int32Array.from(pictures, (_, digit) => digit), shape: [10] }),
  })

/** The options of {@link noisyDigits}. */
export interface NoisyDigitsOptions<T extends 'digits' | 'pictures' = 'digits' | 'pictures'> {
  /** The probability of a change, for each pixel by itself. Default: 0.1. */
  readonly noise?: number
  /** Whether a change inverts a pixel, `'flip'`, or makes it 0, `'remove'`. Default: `'flip'`. */
  readonly mode?: 'flip' | 'remove'
  /** Whether y is the digit, [count], or its picture without noise, [count, 24], as an autoencoder learns it. Default: `'digits'`. */
  readonly targets?: T
  /** What is drawn with: the same key gives the same pictures. */
  readonly key: Key
}
/** What {@link noisyDigits} gives. */
export interface NoisyDigits<T extends 'digits' | 'pictures' = 'digits'> {
  readonly x: FlatData<[number, 24]>
  readonly y: FlatData<T extends 'pictures' ? [number, 24] : [number]>
}

type Normal = Required<NoisyDigitsOptions>
const options: Options<Normal> = {
  noise: { codec: part, default: 0.1 },
  mode: { codec: oneOf(['flip', 'remove']), default: 'flip' },
  targets: { codec: oneOf(['digits', 'pictures']), default: 'digits' },
  key: drawnBy,
}

/**
 * Pictures of digits with noise. Each is one of {@link digits}, all equally likely, whose pixels change independently.
 *
 * @param count how many pictures
 * @returns `{ x, y }` as `fit` takes them: x [count, 24], and y [count], or [count, 24] with `targets: 'pictures'`
 * @throws InvalidOption if `count` is no positive integer, an option is invalid, or there is no key
 * @example
 * ```ts
 * const { x, y } = noisyDigits(100, { noise: 0.05, mode: 'remove', key: key(1) })
 * x.shape // [100, 24]
 * y.shape // [100]
 * ```
 */
export const noisyDigits = <const T extends 'digits' | 'pictures' = 'digits'>(
  count: number,
  given: NoisyDigitsOptions<T>,
): NoisyDigits<T> => {
  const owner = 'noisyDigits'
  const example = 'noisyDigits(100, { noise: 0.1, key: key(1) })'
  const rows = argument(owner, 'count', positive, count, example)
  const { noise, mode, targets, key } = parseOptions<Normal>(owner, example, options, given)
  const [forDigits, forNoise] = split(key) as [Key, Key]
  const drawn = Int32Array.from(uniforms(forDigits, rows), draw => Math.floor(10 * draw))
  const clean = pixels()
  const originals = Float32Array.from({ length: rows * size }, (_, i) => {
    const digit = drawn[Math.floor(i / size)] as number
    return clean[digit * size + (i % size)] as number
  })
  const changed = (pixel: number): number => (mode === 'flip' ? 1 - pixel : 0)
  const noisy = uniforms(forNoise, rows * size).map((draw, i) => {
    const pixel = originals[i] as number
    return draw < noise ? changed(pixel) : pixel
  })
  const y: FlatData = targets === 'pictures' ? { data: originals, shape: [rows, size] } : { data: drawn, shape: [rows] }
  // The shape of y is that of the option.
  return Object.freeze({
    x: Object.freeze({ data: noisy, shape: [rows, size] }),
    y: Object.freeze(y),
  }) as NoisyDigits<T>
}
