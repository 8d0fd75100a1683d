import {
  type Entry,
  elementsOf,
  type Faults,
  type Header,
  headerOf,
  lengthBytes,
  startOf,
} from './safetensors-header.ts'
import type { Slices } from './slices.ts'

// Files in the safetensors format that are read tensor by tensor: beside the tensors there is never more in memory than a few
// of them.

/** The header of a file. */
export const readHeader = async ({ length, slice }: Slices, fault: Faults): Promise<Header> => {
  const start = startOf(await slice(0, Math.min(lengthBytes, length)), length, fault)
  return headerOf(await slice(lengthBytes, start), length, fault)
}

/** Small tensors that lie one after another are read at once, up to so many bytes, which are copied. */
const mostAtOnce = 2 ** 18

/** Runs of entries that lie one after another. */
const runsOf = (entries: readonly Entry[]): readonly (readonly Entry[])[] => {
  const runs: Entry[][] = []
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin)) {
    const run = runs.at(-1)
    const first = run?.[0]
    if (
      run !== undefined &&
      first !== undefined &&
      run.at(-1)?.end === entry.begin &&
      entry.end - first.begin <= mostAtOnce
    )
      run.push(entry)
    else runs.push([entry])
  }
  return runs
}

/** The elements of some tensors of a file. */
export const readElements = async (
  { slice }: Slices,
  { start }: Header,
  entries: readonly Entry[],
  fault: Faults,
): Promise<ReadonlyMap<Entry, Float32Array<ArrayBuffer>>> => {
  const elements = new Map<Entry, Float32Array<ArrayBuffer>>()
  for (const run of runsOf(entries)) {
    const [from, to] = [run[0]?.begin ?? 0, run.at(-1)?.end ?? 0]
    const bytes = await slice(start + from, start + to)
    if (bytes.length < to - from)
      throw fault(`${start + to} bytes`, `${start + from + bytes.length}, as the file got shorter`)
    for (const entry of run)
      elements.set(entry, elementsOf(entry, bytes.subarray(entry.begin - from, entry.end - from), fault))
  }
  return elements
}
