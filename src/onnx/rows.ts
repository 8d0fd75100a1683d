import type { Initializer, Model, ModelNode } from '../backends/onnxruntime/model.ts'
import { elementTypes } from '../backends/onnxruntime/model.ts'
import { sizeOf } from '../base/shape.ts'
import { batchSizeAlone, nodeOf } from './constants.ts'

// Constants with numbers for every example. Where all rows are the same, such as zeros that a mask leaves, the first is kept and
// expanded to the batch; where they are evenly spaced, such as the places of rows in a list, they are computed.

/** A constant by its first row, and the difference from each row to the next. */
interface Spaced {
  readonly axis: number
  readonly first: Float32Array
  readonly step: Float32Array
}

/** The constant along an axis; `undefined` where its rows are not evenly spaced. */
const spacedAlong = ({ shape, values }: Initializer, axis: number): Spaced | undefined => {
  const [count, inner] = [shape[axis] as number, sizeOf(shape.slice(axis + 1))]
  const outer = sizeOf(shape.slice(0, axis))
  const at = (i: number, row: number, k: number) => values[(i * count + row) * inner + k] as number
  const [first, step] = [new Float32Array(outer * inner), new Float32Array(outer * inner)]
  for (let i = 0; i < outer; i++)
    for (let k = 0; k < inner; k++) {
      const [start, by] = [at(i, 0, k), at(i, 1, k) - at(i, 0, k)]
      first[i * inner + k] = start
      step[i * inner + k] = Object.is(at(i, 1, k), start) ? 0 : by
      for (let row = 1; row < count; row++) {
        const wanted = step[i * inner + k] === 0 ? start : Math.fround(start + row * by)
        if (!Object.is(at(i, row, k), wanted)) return undefined
      }
    }
  return { axis, first, step }
}

/** A model for a batch whose constants are computed from one row where rows are evenly spaced. */
export const narrowed = (batch: number, model: Model): Model => {
  const before: ModelNode[] = []
  const initializers = model.initializers.flatMap((given): readonly Initializer[] => {
    const { name, shape, values } = given
    if (batch < 2 || values instanceof BigInt64Array) return [given]
    const found = shape
      .flatMap((d, axis) => (d === batch ? [axis] : []))
      .map(axis => spacedAlong(given, axis))
      .find(spaced => spaced !== undefined)
    if (found === undefined) return [given]
    const { axis, first, step } = found
    const own = (word: string): string => `${name} ${word}`
    const list = (word: string, numbers: readonly number[]): Initializer => ({
      name: own(word),
      shape: [numbers.length],
      values: BigInt64Array.from(numbers, BigInt),
    })
    const floats = (word: string, numbers: Float32Array): Initializer => ({
      name: own(word),
      shape: shape.with(axis, 1),
      values: numbers,
    })
    if (step.every(by => by === 0)) {
      before.push(nodeOf('Expand', [own('row'), own('shape')], name))
      return [floats('row', first), list('shape', shape)]
    }
    before.push(
      nodeOf('Range', [own('start'), batchSizeAlone, own('one')], own('counted')),
      nodeOf('Cast', [own('counted')], own('numbers'), { to: { int: elementTypes.float } }),
      nodeOf('Reshape', [own('numbers'), own('column')], own('places')),
      nodeOf('Mul', [own('places'), own('step')], own('products')),
      nodeOf('Add', [own('products'), own('row')], name),
    )
    const scalar = (word: string, value: bigint): Initializer => ({
      name: own(word),
      shape: [],
      values: BigInt64Array.of(value),
    })
    const column = shape.map((_, i) => (i === axis ? -1 : 1))
    return [floats('row', first), floats('step', step), list('column', column), scalar('start', 0n), scalar('one', 1n)]
  })
  return before.length === 0 ? model : { ...model, initializers, nodes: [...before, ...model.nodes] }
}
