import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import { isTensorLike } from '../base/nested.ts'
import { idsExpected, idsRemedy } from '../base/unfit-data.ts'
import { type IdReader, idReaders } from '../network/ids.ts'
import type { Part } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import { inputCount, partsOf, toTensor } from './data.ts'
import { reading } from './given.ts'

// Ids of rows, such as the inputs of Embedding, are checked before anything is computed: backends differ in what they do with
// ids out of range.

/** A tensor, or numbers in memory. */
type Given = tf.Tensor | { readonly data: ArrayLike<number> }

/** Tensors are floats where they are computed with, which are the same for some integers from here on. */
const mostTold = 2 ** 24

const readersOf = new WeakMap<Part, readonly (readonly IdReader[])[]>()

const idsIn = (input: Given): ArrayLike<number> => (input instanceof tf.Tensor ? input.dataSync() : input.data)

/** Those that read the fewest rows, one without a mask and one with each. */
const strictest = (all: readonly IdReader[]): Iterable<IdReader> => {
  const fewest = new Map<number | undefined, IdReader>()
  for (const reader of all)
    if (reader.rows < (fewest.get(reader.mask)?.rows ?? Number.POSITIVE_INFINITY)) fewest.set(reader.mask, reader)
  return fewest.values()
}

const readersIn = (part: Part): readonly (readonly IdReader[])[] => {
  const readers = readersOf.get(part) ?? idReaders(wiringOf(part))
  readersOf.set(part, readers)
  return readers
}

/**
 * Checks that a tensor which is given as the input `k` holds integers, if layers take it as ids.
 *
 * @throws InvalidOption if it holds others
 */
export const checkKind = (owner: string, option: string, part: Part, input: unknown, k: number): void => {
  const [reader] = readersIn(part)[k] ?? []
  if (reader === undefined) return
  const dtype = reading(owner, option, () => (isTensorLike(input) ? input.dtype : 'int32'))
  if (dtype === 'int32') return
  throw new InvalidOption({
    layer: owner,
    option,
    expected: idsExpected(reader.kind),
    got: dtype,
    remedy: idsRemedy,
  })
}

/**
 * The inputs in an argument that holds one or several, as they are given. A tensor says which kind of numbers it holds: one of
 * ids has to hold integers. Arrays do not, and ids in them are checked one by one.
 *
 * @param owner the function that was called
 * @param option its argument or field
 * @throws InvalidOption for a tensor of another kind
 */
export const inputsIn = (owner: string, option: string, part: Part, given: unknown): readonly unknown[] => {
  const inputs = partsOf(given, inputCount(part))
  for (const [k, input] of inputs.entries())
    checkKind(owner, inputs.length > 1 ? `${option}[${k}]` : option, part, input, k)
  return inputs
}

/**
 * Checks that inputs which layers take as ids are whole numbers that name a row, where a mask does not leave them out.
 *
 * @throws InvalidOption that names the layer and the id
 */
export const checkIds = (part: Part, inputs: readonly Given[]): void => {
  for (const [k, all] of readersIn(part).entries()) {
    const input = inputs[k]
    if (input === undefined || all.length === 0) continue
    const numbers = idsIn(input)
    for (const { layer, rows, mask } of strictest(all)) {
      const told = Math.min(rows, mostTold)
      const counts = mask === undefined ? undefined : idsIn(inputs[mask] as Given)
      // The mask has a number for each step, of which an input may have several.
      const each = counts === undefined ? 1 : numbers.length / counts.length
      for (let i = 0; i < numbers.length; i++) {
        const id = numbers[i] as number
        if ((id >= 0 && id < told && Number.isInteger(id)) || counts?.[Math.floor(i / each)] === 0) continue
        throw new InvalidOption({
          layer,
          option: 'input',
          expected: `whole numbers from 0 to ${told - 1}`,
          got: String(id),
          remedy:
            id >= told && id < rows
              ? 'From 16777216 on, 32-bit floats do not tell ids apart: split the ids over several tables.'
              : 'Count ids from 0, and make the inputSize of Embedding one more than the largest.',
        })
      }
    }
  }
}

/** The inputs in an argument as tensors of floats, in the enclosing `tf.tidy`, those that are ids checked. */
export const inputTensors = (owner: string, option: string, part: Part, given: unknown): readonly tf.Tensor[] => {
  const inputs = inputsIn(owner, option, part, given).map(input => toTensor(input))
  checkIds(part, inputs)
  return inputs
}
