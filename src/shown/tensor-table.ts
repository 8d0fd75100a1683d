import { InvalidOption, show } from '../base/errors.ts'
import { displaying, shownAs, table } from '../base/shown.ts'
import { tensorsHead, tensorsHtml, tensorsIn, tensorsRows } from './tensors.ts'

/** A table that consoles and notebooks show. */
export interface TensorTable {
  /** What consoles show. */
  readonly toString: () => string
}

/** The first and last rows of a table, of which a screen has room. */
const onScreen = [24, 10] as const

/**
 * Variables, gradients, or any other records and arrays of tensors as a table: a row for each tensor, with its name, shape, mean,
 * standard deviation and range, and how many of its numbers are not finite. Plain records cannot show themselves in a notebook, as
 * networks, tensors and what `init` and `fit` return do.
 *
 * @param value records and arrays of tensors, nested to any depth
 * @throws InvalidOption if there is no tensor in it
 * @example
 * ```ts
 * import { tensorTable } from 'joinery/display'
 *
 * const { params } = init(join(Input(4), Relu(8, { weight: 0.5, bias: 0 })), key(1))
 * String(tensorTable(params)).split('\n')[2] // relu-1/bias    [8]        0    0    0    0
 * ```
 */
export const tensorTable = (value: unknown): TensorTable => {
  const tensors = tensorsIn(value)
  if (tensors.length === 0)
    throw new InvalidOption({
      layer: 'tensorTable',
      option: 'value',
      expected: 'records or arrays of tensors',
      got: show(value),
      remedy: 'For example: tensorTable(variables.params).',
    })
  const text = (): string => table([tensorsHead, ...tensorsRows(tensors, onScreen)], 2).join('\n')
  const bundle = async () => ({ 'text/html': tensorsHtml(value), 'text/plain': text() })
  return Object.freeze(
    Object.defineProperties({ toString: text }, { ...shownAs(text), [displaying]: { value: bundle } }),
  )
}
