import { sizeOf } from '../base/shape.ts'
import type { Value } from './calls.ts'
import { covers, fixed, type Linear, type Sized } from './linear.ts'
import type { Held, Program } from './sized.ts'

// Which values share memory: those of which one is no longer needed when the other is made.

/** The buffers of a program. */
export interface Memory {
  /** In elements. */
  readonly buffers: readonly Linear[]
  /** The buffer of each value that is no constant. */
  readonly ofValues: ReadonlyMap<Value, number>
  /** The buffers of the rooms of each step. */
  readonly ofRooms: readonly (readonly number[])[]
}

/** The number of elements of a shape in which at most one dimension depends on the batch. */
export const sizeIn = (shape: readonly Linear[]): Linear => {
  const others = sizeOf(shape.map(({ slope, offset }) => (slope === 0 ? offset : 1)))
  const { slope, offset } = shape.find(d => d.slope !== 0) ?? fixed(1)
  return { slope: slope * others, offset: offset * others }
}

const larger = (a: Linear, b: Linear): Linear => ({
  slope: Math.max(a.slope, b.slope),
  // Both at a batch of 1 and beyond.
  offset: Math.max(a.slope + a.offset, b.slope + b.offset) - Math.max(a.slope, b.slope),
})

/** How much of a buffer is left over, for a batch of some size. */
const excess = (buffer: Linear, size: Linear, batch = 16): number =>
  (buffer.slope - size.slope) * batch + buffer.offset - size.offset

/** Buffers to use again: the one that fits best, or one that grows. */
const pool = () => {
  const sizes: Linear[] = []
  const free = new Set<number>()
  const least = (buffers: readonly number[], size: Linear, sign: 1 | -1): number | undefined =>
    buffers.toSorted((a, b) => sign * (excess(sizes[a] as Linear, size) - excess(sizes[b] as Linear, size)))[0]
  return {
    sizes,
    take: (size: Linear): number => {
      const fitting = [...free].filter(buffer => covers(sizes[buffer] as Linear, size))
      const found = least(fitting, size, 1) ?? least([...free], size, -1)
      if (found === undefined) return sizes.push(size) - 1
      free.delete(found)
      sizes[found] = larger(sizes[found] as Linear, size)
      return found
    },
    give: (buffer: number): void => {
      free.add(buffer)
    },
  }
}

/** The memory that a program needs. */
export const memoryOf = ({ values, inputs, steps }: Sized<Program>): Memory => {
  const { sizes, take, give } = pool()
  const ofValues = new Map<Value, number>()
  const sizeAt = (value: Value): Linear => sizeIn((values[Number(value.slice(6))] as Sized<Held>).shape)
  // Inputs are there from the beginning, and one that is given twice once.
  for (const input of inputs) ofValues.set(input, ofValues.get(input) ?? take(sizeAt(input)))
  const ofRooms = steps.map(({ value, rooms, inPlace, last }) => {
    const taken = inPlace === null ? undefined : ofValues.get(inPlace)
    ofValues.set(value, taken ?? take(sizeAt(value)))
    const own = rooms.map(take)
    for (const buffer of own) give(buffer)
    for (const ended of last) if (ended !== inPlace) give(ofValues.get(ended) as number)
    return own
  })
  return { buffers: sizes, ofValues, ofRooms }
}
