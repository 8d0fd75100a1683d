import { DataError, InvalidOption, JoineryError, show } from '../../base/errors.ts'
import { codec } from '../../base/options.ts'
import { reading } from '../../state/given.ts'
import { concatenated } from '../../storage/bytes.ts'
import { fileError, locationOption } from '../../storage/disk.ts'
import { openFile, type Slices, slicesOfBlob, slicesOfBytes, slicesOfFile } from '../../storage/slices.ts'
import { argument } from '../given.ts'

// Where data come from: files in Node and Deno, bytes and streams everywhere.

/**
 * The source of a reader: a path or `file:` URL, bytes, a Blob or File in browsers, or a stream of bytes such as the
 * body of a response. A stream can be read only once.
 */
export type DataSource = string | URL | ArrayBuffer | ArrayBufferView | Blob | ReadableStream<Uint8Array>

/** A data source that was checked. */
export interface Content {
  /** How it is named in errors. */
  readonly name: string
  /** Its bytes, some at a time. */
  readonly chunks: () => AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>
  /** Any of its bytes, where it can be read in any order. The bytes belong to the caller. */
  readonly open: (() => Promise<Slices>) | undefined
}

/** How many bytes are read at a time. */
const chunk = 2 ** 16

const ofFile = (file: string): Content => ({
  name: file,
  async *chunks() {
    const { handle } = await openFile(file)
    try {
      while (true) {
        // Each chunk is another array: whoever reads it may keep it.
        const { bytesRead, buffer } = await handle.read(new Uint8Array(chunk), 0, chunk, null)
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
      }
    } catch (error) {
      throw fileError(file, 'a file that can be read', error)
    } finally {
      await handle.close()
    }
  },
  open: () => slicesOfFile(file),
})

const ofBytes = (bytes: Uint8Array): Content => ({
  name: 'bytes',
  async *chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.slice(at, at + chunk)
  },
  open: async () => slicesOfBytes(bytes),
})

async function* ofStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  if (stream.locked)
    throw new DataError({
      owner: 'stream',
      expected: 'a stream that nobody has read',
      got: 'one that is being read, or was',
      remedy: 'Give a path or bytes, or keep the examples with cache: a stream can be read once.',
    })
  const reader = stream.getReader()
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      if (!ArrayBuffer.isView(value))
        throw new DataError({
          owner: 'stream',
          expected: 'a stream of bytes',
          got: show(value),
          remedy: 'Give a stream whose chunks are Uint8Arrays, such as the body of a response.',
        })
      yield new Uint8Array(value)
    }
  } finally {
    // The stream stays locked, so that reading it again is an error rather than no data.
    await reader.cancel().catch(() => undefined)
  }
}

const ofBlob = (blob: Blob): Content => ({
  name: 'name' in blob && typeof blob.name === 'string' ? blob.name : 'blob',
  chunks: () => ofStream(blob.stream()),
  open: async () => slicesOfBlob(blob),
})

const location = locationOption('file')

const isStream = (value: unknown): value is ReadableStream<Uint8Array> =>
  typeof (value as Partial<ReadableStream> | null)?.getReader === 'function'

const contentOf = (value: unknown): Content | undefined => {
  if (typeof value === 'string' || value instanceof URL)
    return location.is(value) ? ofFile(argument('content', 'source', location, value, '')) : undefined
  if (ArrayBuffer.isView(value)) return ofBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  if (value instanceof ArrayBuffer) return ofBytes(new Uint8Array(value))
  if (typeof Blob !== 'undefined' && value instanceof Blob) return ofBlob(value)
  if (isStream(value)) return { name: 'stream', chunks: () => ofStream(value), open: undefined }
  return undefined
}

const source = codec('a path, a file: URL, bytes, a Blob or a stream of bytes', contentOf)

/**
 * A data source as it was given.
 *
 * @throws InvalidOption if it is none
 */
export const asContent = (owner: string, value: unknown, option = 'source'): Content =>
  reading(owner, option, () => {
    if (value instanceof URL && value.protocol !== 'file:')
      throw new InvalidOption({
        layer: owner,
        option,
        expected: source.name,
        got: `a URL of ${value.protocol}`,
        remedy: 'Give the body of its response: (await fetch(url)).body.',
      })
    return argument(owner, option, source, value, `${owner}('data/file')`)
  })

/** Errors of what reads a content, with its name; errors of joinery stay what they are. */
export const contentError = (content: Content, expected: string, error: unknown, place: object = {}): JoineryError =>
  error instanceof JoineryError
    ? error
    : new DataError(
        {
          owner: content.name,
          file: content.name,
          expected,
          got: error instanceof Error ? error.message : show(error),
          remedy: 'Check that the file is complete and has the format of its name.',
          ...place,
        },
        { cause: error },
      )

/** Whether bytes begin as those of gzip do. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** The bytes of a content, unpacked where they are packed with gzip, some at a time. */
export async function* unpacked(content: Content): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const chunks = content.chunks()
  let head = new Uint8Array(0)
  try {
    while (head.length < 2) {
      const next = await chunks.next()
      if (next.done) break
      const joined = new Uint8Array(head.length + next.value.length)
      joined.set(head)
      joined.set(next.value, head.length)
      head = joined
    }
    if (isGzip(head)) {
      yield* gunzipped(content, head, chunks)
      return
    }
    if (head.length > 0) yield head
    yield* chunks
  } finally {
    await chunks.return()
  }
}

/** Unpacks as much as is asked for: a few kilobytes may be gigabytes. */
async function* gunzipped(
  content: Content,
  head: Uint8Array<ArrayBuffer>,
  rest: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let started = false
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async controller => {
      if (!started) {
        started = true
        controller.enqueue(head)
        return
      }
      const next = await rest.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
  })
  const reader = packed.pipeThrough(new DecompressionStream('gzip')).getReader()
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      yield new Uint8Array(value)
    }
  } catch (error) {
    throw contentError(content, 'data packed with gzip', error)
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** How many bytes of a file are looked at for its header. */
export const beginning = 4096

/**
 * All bytes of a content, unpacked where they are packed with gzip.
 *
 * @param most how many there are at most, by how they begin: a kilobyte of gzip may unpack to a gigabyte
 * @throws DataError if there are more
 */
export const allBytes = async (
  content: Content,
  most: (beginning: Uint8Array) => number | undefined,
): Promise<Uint8Array<ArrayBuffer>> => {
  const tooMany = (limit: number) =>
    contentError(content, `at most ${limit} bytes, as its header says`, new Error('more'))
  const slices = await content.open?.()
  if (slices !== undefined)
    try {
      const head = await slices.slice(0, Math.min(beginning, slices.length))
      if (!isGzip(head)) {
        const limit = most(head)
        if (limit !== undefined && slices.length > limit) throw tooMany(limit)
        // Into one array at once: parts would take the memory twice.
        return await slices.slice(0, slices.length)
      }
    } finally {
      await slices.close()
    }
  const parts: Uint8Array[] = []
  let length = 0
  let limit: number | undefined
  for await (const part of unpacked(content)) {
    parts.push(part)
    length += part.length
    if (length < 2 ** 20) limit ??= most(concatenated(parts))
    if (limit !== undefined && length > limit) throw tooMany(limit)
  }
  return concatenated(parts)
}
