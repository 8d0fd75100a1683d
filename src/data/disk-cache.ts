import { DataError } from '../base/errors.ts'
import { concatenated } from '../storage/bytes.ts'
import { type Disk, fileError, openDisk } from '../storage/disk.ts'
import { type Slices, whileOpen } from '../storage/slices.ts'
import { once } from './cache.ts'
import { pack, unpack } from './packed.ts'
import { asContent } from './readers/content.ts'
import { byRow, runsOf, type Source, type View } from './source.ts'
import { type Batched, stack } from './stack.ts'

// Items in a file: a line that says what it is; the items; where each of them begins and the last one ends, as 64-bit floats;
// how many there are, and the line again, so that a file that was cut off is known as such.

const line = new TextEncoder().encode('joinery cache 1\n')
/** The length of what stands behind the beginnings of the items. */
const tail = 8 + line.length

const isLine = (bytes: Uint8Array): boolean => line.every((byte, i) => bytes[i] === byte)

/** How many bytes are read or written at once of items that come one after the other. */
const block = 2 ** 20

/** Writes all items of a source, whole or not at all. */
const writeItems = async <E>(disk: Disk, file: string, source: Source<E>): Promise<void> => {
  const { fs, path } = disk
  const { dir, base } = path.parse(path.resolve(file))
  const aside = path.join(dir, `.${base}.${crypto.randomUUID()}.partial`)
  const onDisk = async <R>(work: () => Promise<R>): Promise<R> => {
    try {
      return await work()
    } catch (error) {
      throw fileError(file, 'a file that can be written', error)
    }
  }
  const handle = await onDisk(async () => {
    await fs.mkdir(dir, { recursive: true })
    return fs.open(aside, 'wx')
  })
  try {
    try {
      let at = line.length
      const starts = [at]
      let [waiting, length]: [Uint8Array[], number] = [[line], line.length]
      const write = async (): Promise<void> => {
        const bytes = concatenated(waiting)
        await onDisk(() => handle.writeFile(bytes))
        ;[waiting, length] = [[], 0]
      }
      for await (const item of source.read({ epoch: 0, from: 0 })) {
        const bytes = pack(item, starts.length - 1)
        at += bytes.length
        starts.push(at)
        waiting.push(bytes)
        length += bytes.length
        if (length >= block) await write()
      }
      await write()
      const ends = new Float64Array(starts.length + 1)
      ends.set(starts)
      ends[starts.length] = starts.length - 1
      ;[waiting, length] = [[new Uint8Array(ends.buffer), line], 8 * ends.length + line.length]
      await write()
      await onDisk(() => handle.sync())
    } finally {
      await handle.close()
    }
    await onDisk(() => fs.rename(aside, file))
  } catch (error) {
    await fs.rm(aside, { force: true }).catch(() => undefined)
    throw error
  }
}

const foreign = (file: string, got: string, cause?: unknown): DataError =>
  new DataError(
    {
      owner: 'cache',
      file,
      expected: 'a cache of a dataset that is whole',
      got,
      remedy: 'Remove the file to write it again, or use another name.',
    },
    { cause },
  )

/** Where the items of a file begin, and where the last one ends. */
const readStarts = async (file: string, { length, slice }: Slices): Promise<Float64Array> => {
  if (length < 2 * line.length + 16 || !isLine(await slice(0, line.length))) throw foreign(file, 'another file')
  const end = await slice(length - tail, length)
  if (!isLine(end.subarray(8))) throw foreign(file, 'one that was cut off')
  const [count = 0] = new Float64Array(end.slice(0, 8).buffer)
  const from = length - tail - 8 * (count + 1)
  if (!Number.isSafeInteger(count) || count < 0 || from < line.length) throw foreign(file, 'one that is damaged')
  const starts = new Float64Array((await slice(from, length - tail)).slice().buffer)
  const ascend = starts.every((start, i) => i === 0 || start > (starts[i - 1] as number))
  if (starts[0] !== line.length || starts[count] !== from || !ascend) throw foreign(file, 'one that is damaged')
  return starts
}

/** The items of a file, which is open while some of them are read. */
const itemsOf = async <E>(file: string): Promise<View<E>> => {
  const open = asContent('cache', file).open as () => Promise<Slices>
  const using = <R>(work: (slices: Slices) => Promise<R>): Promise<R> => whileOpen(open, work)
  const starts = await using(slices => readStarts(file, slices))
  const count = starts.length - 1
  const startOf = (row: number): number => starts[row] as number
  const itemIn = (bytes: Uint8Array<ArrayBuffer>): E => {
    try {
      // What was packed was an item.
      return unpack(bytes) as E
    } catch (error) {
      throw foreign(file, 'one that is damaged', error)
    }
  }
  // Items that are read one after the other are read ahead, so that the file is not opened for each.
  let next = 0
  let ahead: { readonly from: number; readonly to: number; readonly bytes: Uint8Array<ArrayBuffer> } | undefined
  const readAhead = async (from: number): Promise<NonNullable<typeof ahead>> => {
    let to = from + 1
    while (to < count && startOf(to + 1) - startOf(from) <= block) to++
    return { from, to, bytes: await using(({ slice }) => slice(startOf(from), startOf(to))) }
  }
  return {
    count,
    at: async row => {
      const isNext = row === next
      next = row + 1
      const isHere = ahead !== undefined && row >= ahead.from && row < ahead.to
      if (!isHere && !isNext) return itemIn(await using(({ slice }) => slice(startOf(row), startOf(row + 1))))
      const items = isHere && ahead !== undefined ? ahead : await readAhead(row)
      ahead = items
      return itemIn(items.bytes.slice(startOf(row) - startOf(items.from), startOf(row + 1) - startOf(items.from)))
    },
    gather: ({ rows, allowNaN }) =>
      using(async ({ slice }): Promise<Batched<E>> => {
        const parts = await Promise.all(
          runsOf(rows).map(async ({ from, count }) => {
            const bytes = await slice(startOf(from), startOf(from + count))
            return Array.from({ length: count }, (_, i) =>
              itemIn(bytes.slice(startOf(from + i) - startOf(from), startOf(from + i + 1) - startOf(from))),
            )
          }),
        )
        const items = parts.flat(1) as E[]
        return stack(items, { owner: 'batch', rowOf: i => rows[i] as number, allowNaN })
      }),
  }
}

/** Items that are written to a file, at the first iteration, where it is not there yet: those of the first epoch. */
export const cachedIn = <E>(source: Source<E>, file: string): Source<E> => {
  const { size, batchSize } = source
  const load = once(async (): Promise<View<E>> => {
    const disk = await openDisk(file)
    const isThere = await disk.fs.access(file).then(
      () => true,
      error => {
        if ((error as { readonly code?: unknown }).code === 'ENOENT') return false
        throw fileError(file, 'a file that can be read', error)
      },
    )
    if (!isThere) await writeItems(disk, file, source)
    return itemsOf<E>(file)
  })
  return byRow({ text: `${source.text} > cache(${file})`, size, batchSize }, async () => {
    const view = await load()
    return () => view
  })
}
