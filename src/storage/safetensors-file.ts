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
const mostCopied = 2 ** 18
/** So many bytes are read at once, as most types of elements are converted and need them twice. */
const mostAtOnce = 2 ** 26

/** Lists of some things, each as long as what it holds belongs together. */
const inGroups = <A>(
  all: readonly A[],
  together: (group: readonly A[], next: A) => boolean,
): readonly (readonly A[])[] => {
  const groups: A[][] = []
  for (const one of all) {
    const group = groups.at(-1)
    if (group !== undefined && together(group, one)) group.push(one)
    else groups.push([one])
  }
  return groups
}

/** Tensors that lie one after another. */
type Run = readonly Entry[]
const beginOf = (run: Run): number => run[0]?.begin ?? 0
const endOf = (run: Run): number => run.at(-1)?.end ?? 0

/** Reads the elements of some tensors of a file, `into` a map. */
export const readElements = async (
  { slice, atOnce }: Slices,
  { start }: Header,
  entries: readonly Entry[],
  fault: Faults,
  into: Map<Entry, Float32Array>,
): Promise<void> => {
  const read = async (run: Run): Promise<void> => {
    const [from, to] = [beginOf(run), endOf(run)]
    const bytes = await slice(start + from, start + to)
    if (bytes.length < to - from)
      throw fault(`${start + to} bytes`, `${start + from + bytes.length}, as the file got shorter`)
    for (const entry of run)
      into.set(entry, elementsOf(entry, bytes.subarray(entry.begin - from, entry.end - from), fault))
  }
  const runs = inGroups(
    entries.toSorted((a, b) => a.begin - b.begin),
    (run, next) => endOf(run) === next.begin && next.end - beginOf(run) <= mostCopied,
  )
  const rounds = inGroups(
    runs,
    (round, next) => round.length < atOnce && endOf(next) - beginOf(round[0] ?? next) <= mostAtOnce,
  )
  for (const round of rounds) {
    // All have ended before the file is closed, and of several faults the first one is told.
    const ended = await Promise.allSettled(round.map(read))
    for (const result of ended) if (result.status === 'rejected') throw result.reason
  }
}
