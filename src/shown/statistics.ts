import { digits } from '../base/shown.ts'
import { isRecord } from '../base/trees.ts'

// What tables say of the numbers of tensors.

/** What is read of a tensor: those of tfjs, and joinery's. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly dtype?: string
  readonly isDisposed?: boolean
  readonly dataSync: () => ArrayLike<number>
}

/** Whether a value is a tensor whose numbers can be read. */
export const isTensor = (value: unknown): value is Numbers =>
  isRecord(value) && typeof (value as { dataSync?: unknown }).dataSync === 'function' && Array.isArray(value.shape)

/** The mean, standard deviation and range of the finite ones of some numbers, and how many others there are. */
export interface Statistics {
  readonly mean: number
  readonly std: number
  readonly least: number
  readonly largest: number
  readonly notFinite: number
}

/** The statistics of some numbers; NaN where there are none. */
export const statisticsOf = (numbers: ArrayLike<number>): Statistics => {
  let [count, mean, squares, least, largest] = [0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] as number
    if (!Number.isFinite(value)) continue
    count++
    // One pass without cancellation (Welford 1962).
    const before = value - mean
    mean += before / count
    squares += before * (value - mean)
    if (value < least) least = value
    if (value > largest) largest = value
  }
  const notFinite = numbers.length - count
  if (count === 0) return { mean: Number.NaN, std: Number.NaN, least: Number.NaN, largest: Number.NaN, notFinite }
  return { mean, std: Math.sqrt(squares / count), least, largest, notFinite }
}

/** The names of the columns that {@link statisticsCells} fills. */
export const statisticsHead: readonly string[] = ['mean', 'std', 'min', 'max', 'not finite']

/** Statistics for a table: with an empty cell where all numbers are finite. */
export const statisticsCells = ({ mean, std, least, largest, notFinite }: Statistics): readonly string[] => [
  ...[mean, std, least, largest].map(value => (Number.isNaN(value) ? '' : digits(value))),
  notFinite === 0 ? '' : String(notFinite),
]
