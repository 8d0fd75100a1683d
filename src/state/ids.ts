import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import { type IdReader, idReaders } from '../network/ids.ts'
import type { Part } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'

// Ids of rows, such as the inputs of Embedding, are checked before anything is computed: backends differ in what they do with
// ids out of range.

/** A tensor, or numbers in memory. */
type Given = tf.Tensor | { readonly data: ArrayLike<number> }

const readersOf = new WeakMap<Part, readonly (readonly IdReader[])[]>()

const idsIn = (input: Given): ArrayLike<number> => (input instanceof tf.Tensor ? input.dataSync() : input.data)

/**
 * Checks that inputs which layers take as ids are whole numbers that name a row.
 *
 * @throws InvalidOption that names the layer and the id
 */
export const checkIds = (part: Part, inputs: readonly Given[]): void => {
  const readers = readersOf.get(part) ?? idReaders(wiringOf(part))
  readersOf.set(part, readers)
  for (const [k, all] of readers.entries()) {
    const input = inputs[k]
    if (input === undefined || all.length === 0) continue
    const numbers = idsIn(input)
    const rows = Math.min(...all.map(reader => reader.rows))
    for (let i = 0; i < numbers.length; i++) {
      const id = numbers[i] as number
      if (id >= 0 && id < rows && Number.isInteger(id)) continue
      const { layer, rows: own } = all.find(reader => reader.rows === rows) as IdReader
      throw new InvalidOption({
        layer,
        option: 'input',
        expected: `whole numbers from 0 to ${own - 1}`,
        got: String(id),
        remedy: 'Count ids from 0, and make the inputSize of Embedding one more than the largest.',
      })
    }
  }
}
