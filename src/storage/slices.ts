import { FileError, show } from '../base/errors.ts'
import { codec, parsed } from '../base/options.ts'
import { type Disk, fileError, type Location, locationOption, openDisk } from './disk.ts'

// Bytes that are read where they are needed, wherever they lie: on a disk, in memory, in a browser, or behind a URL.

/** Bytes that can be read in any order, until they are closed. */
export interface Slices {
  readonly length: number
  /** The bytes from one place to another, fewer at the end. They belong to the caller. */
  readonly slice: (from: number, to: number) => Promise<Uint8Array<ArrayBuffer>>
  /** How many slices are best read at once: disks go on reading while this thread is busy. */
  readonly atOnce: number
  readonly close: () => Promise<void>
}

/** Some work on bytes that are open as long as it takes. */
export const whileOpen = async <R>(open: () => Promise<Slices>, work: (slices: Slices) => Promise<R>): Promise<R> => {
  const slices = await open()
  try {
    return await work(slices)
  } finally {
    await slices.close()
  }
}

type Handle = Awaited<ReturnType<Disk['fs']['open']>>

/** A file of the disk that is open, and how many bytes it has. */
export const openFile = async (file: string): Promise<{ readonly handle: Handle; readonly length: number }> => {
  const { fs } = await openDisk(file)
  try {
    const handle = await fs.open(file, 'r')
    const stats = await handle.stat()
    if (!stats.isDirectory()) return { handle, length: stats.size }
    await handle.close()
    throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
  } catch (error) {
    throw fileError(file, 'a file that can be read', error)
  }
}

/** The bytes of a file of the disk. */
export const slicesOfFile = async (file: string): Promise<Slices> => {
  const { handle, length } = await openFile(file)
  const { allocate } = await openDisk(file)
  const slice = async (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> => {
    const into = allocate(Math.max(0, Math.min(to, length) - from))
    try {
      // One read gives at most 2 GiB.
      for (let at = 0; at < into.length; ) {
        const { bytesRead } = await handle.read(into, at, Math.min(into.length - at, 2 ** 30), from + at)
        if (bytesRead === 0) return into.subarray(0, at)
        at += bytesRead
      }
    } catch (error) {
      throw fileError(file, 'a file that can be read', error)
    }
    return into
  }
  return { length, slice, atOnce: 64, close: () => handle.close() }
}

/** Bytes in memory. */
export const slicesOfBytes = (bytes: Uint8Array): Slices => ({
  length: bytes.length,
  slice: async (from, to) => bytes.slice(from, to),
  atOnce: 1,
  close: async () => undefined,
})

/** The bytes of a Blob or File of a browser. */
export const slicesOfBlob = (blob: Blob): Slices => ({
  length: blob.size,
  slice: async (from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer()),
  atOnce: 8,
  close: async () => undefined,
})

const bytesOf = async (response: Response): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await response.arrayBuffer())

/** What is behind a URL, by requests of ranges; as a whole from a server that knows none. */
export const slicesOfUrl = async ({ href }: URL): Promise<Slices> => {
  const fault = (got: string, code?: string) =>
    new FileError({
      file: href,
      code,
      expected: 'a file that can be read',
      got,
      remedy: 'Check the address and the network.',
    })
  const ask = async (from: number, to: number): Promise<Response> => {
    let response: Response
    try {
      response = await fetch(href, { headers: { Range: `bytes=${from}-${to - 1}` } })
    } catch (error) {
      throw fault(error instanceof Error ? error.message : show(error))
    }
    if (response.ok) return response
    await response.body?.cancel()
    // A file that is missing is told by the name that it has on a disk.
    throw fault(`status ${response.status}`, response.status === 404 ? 'ENOENT' : undefined)
  }
  const first = await ask(0, 8)
  const [, total] = /^bytes \d+-\d+\/(\d+)$/.exec(first.headers.get('content-range') ?? '') ?? []
  if (first.status !== 206 || total === undefined) return slicesOfBytes(await bytesOf(first))
  await first.body?.cancel()
  return {
    length: Number(total),
    slice: async (from, to) => {
      if (to <= from) return new Uint8Array(0)
      const response = await ask(from, Math.min(to, Number(total)))
      const bytes = await bytesOf(response)
      return response.status === 206 ? bytes : bytes.slice(from, to)
    },
    // As many as browsers ask of one server.
    atOnce: 6,
    close: async () => undefined,
  }
}

/** A handle of a file in a browser's own file system. */
interface FileHandle {
  readonly kind: 'file'
  readonly name: string
  readonly getFile: () => Promise<Blob>
}
const isFileHandle = (value: unknown): value is FileHandle =>
  typeof (value as Partial<FileHandle> | null)?.getFile === 'function'

/** Where a file can be read: a path or URL, its bytes, a Blob or File, or a handle of a browser's file system. */
export type FileSource = Location | ArrayBuffer | ArrayBufferView | Blob | FileHandle

/** A source that was checked. */
export interface Source {
  /** How it is named in errors. */
  readonly name: string
  readonly open: () => Promise<Slices>
}

const location = locationOption('file')
const isWeb = (value: unknown): value is URL =>
  value instanceof URL && ['http:', 'https:', 'blob:', 'data:'].includes(value.protocol)

/** How a source is read. */
export const sourceOption: ReturnType<typeof codec<Source>> = codec<Source>(
  'a path, a URL, bytes, a Blob or File, or a file handle',
  value => {
    if (isWeb(value)) return { name: value.href, open: () => slicesOfUrl(value) }
    const path = parsed(location, value)
    if (path !== undefined) return { name: path, open: () => slicesOfFile(path) }
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      return { name: 'bytes', open: async () => slicesOfBytes(bytes) }
    }
    if (value instanceof ArrayBuffer) return { name: 'bytes', open: async () => slicesOfBytes(new Uint8Array(value)) }
    if (typeof Blob !== 'undefined' && value instanceof Blob)
      return {
        name: 'name' in value && typeof value.name === 'string' ? value.name : 'blob',
        open: async () => slicesOfBlob(value),
      }
    return isFileHandle(value) ? { name: value.name, open: async () => slicesOfBlob(await value.getFile()) } : undefined
  },
)
