import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import type { Part, Wiring } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'

// Ids of rows, such as the inputs of Embedding, are checked before anything is computed: backends differ in what they do with
// ids out of range.

/** A tensor, or numbers in memory. */
type Given = tf.Tensor | { readonly data: ArrayLike<number> }

/** A layer that takes an input as ids. */
interface Reader {
  readonly layer: string
  readonly rows: number
}

/** The inputs of the network whose elements reach a node unchanged. */
const arriving = ({ nodes }: Wiring, at: number): ReadonlySet<number> => {
  const found = new Set<number>()
  const seen = new Set<number>()
  const pending = [at]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const node = nodes[next]
    if (node === undefined || seen.has(next) || (next !== at && node.layer.rules.passes !== true)) continue
    seen.add(next)
    for (const k of node.externals) found.add(k)
    for (const i of node.inputs) pending.push(i)
  }
  return found
}

const readersOf = (part: Part): ReadonlyMap<number, readonly Reader[]> => {
  const wiring = wiringOf(part)
  const readers = new Map<number, Reader[]>()
  wiring.nodes.forEach(({ path, layer }, at) => {
    const { ids } = layer.rules
    if (ids === undefined) return
    for (const k of arriving(wiring, at)) readers.set(k, [...(readers.get(k) ?? []), { layer: path, rows: ids }])
  })
  return readers
}

const known = new WeakMap<Part, ReadonlyMap<number, readonly Reader[]>>()

const idsIn = (input: Given): ArrayLike<number> => (input instanceof tf.Tensor ? input.dataSync() : input.data)

/**
 * Checks that inputs which layers take as ids are whole numbers that name a row.
 *
 * @throws InvalidOption that names the layer and the id
 */
export const checkIds = (part: Part, inputs: readonly Given[]): void => {
  const readers = known.get(part) ?? readersOf(part)
  known.set(part, readers)
  for (const [k, all] of readers) {
    const input = inputs[k]
    if (input === undefined) continue
    const numbers = idsIn(input)
    const rows = Math.min(...all.map(reader => reader.rows))
    for (let i = 0; i < numbers.length; i++) {
      const id = numbers[i] as number
      if (id >= 0 && id < rows && Number.isInteger(id)) continue
      const { layer, rows: own } = all.find(reader => reader.rows === rows) as Reader
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
