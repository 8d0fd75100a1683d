import { readdirSync, readFileSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'
import { DocumentError } from '../../src/index.ts'

/** The bytes of a file, unpacked, and the path to name it by in an error. */
export interface Content {
  readonly file: string
  readonly bytes: Uint8Array
}

/**
 * The names of what is in a folder.
 *
 * @throws DocumentError when there is no such folder
 */
export const listFolder = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch (error) {
    const remedy = 'Name the folder that holds the data set.'
    throw new DocumentError({ file: folder, expected: 'a folder', got: reason(error), remedy })
  }
}

/**
 * Reads a file, and unpacks it when it is packed with gzip.
 *
 * @param lengthOf how long the content is at most, by how it begins: a kilobyte of gzip may unpack to a gigabyte
 * @throws DocumentError when it cannot be read or unpacked, or is longer
 */
export const readContent = (file: string, lengthOf: (beginning: Uint8Array) => number): Content => {
  const bytes = readBytes(file)
  const isPacked = file.endsWith('.gz') || (bytes[0] === 0x1f && bytes[1] === 0x8b)
  if (!isPacked) return { file, bytes }
  let most = 0
  try {
    most = lengthOf(gunzipSync(bytes.subarray(0, 1024), { finishFlush: constants.Z_SYNC_FLUSH }))
    return { file, bytes: gunzipSync(bytes, { maxOutputLength: most }) }
  } catch (error) {
    const isLonger = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    const [expected, got] = isLonger
      ? [`at most ${most} bytes, packed with gzip`, 'more']
      : ['gzip data', reason(error)]
    throw new DocumentError({ file, expected, got, remedy: 'Download it again.' })
  }
}

const readBytes = (file: string): Uint8Array => {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new DocumentError({ file, expected: 'a file', got: reason(error), remedy: 'Put the file itself there.' })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'nothing of that name',
  ENOTDIR: 'a file',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
  Z_DATA_ERROR: 'corrupt data',
  Z_BUF_ERROR: 'data that ends too early',
}

const reason = (error: unknown): string => {
  const { code = '', message } = error as NodeJS.ErrnoException
  return reasons[code] ?? message
}
