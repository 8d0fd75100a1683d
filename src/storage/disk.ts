import type * as Buffers from 'node:buffer'
import type * as Files from 'node:fs/promises'
import type * as Paths from 'node:path'
import { FileError, JoineryError } from '../base/errors.ts'
import { importOptional, isServer } from '../base/optional.ts'
import { codec } from '../base/options.ts'

// Files and folders, in Node and in Deno. The modules are loaded when they are first needed, so bundles for browsers do not
// hold them.

/** The modules that work on files. */
export interface Disk {
  readonly fs: typeof Files
  readonly path: typeof Paths
  /** Bytes with an array buffer of their own, whatever is in them. */
  readonly allocate: (length: number) => Uint8Array<ArrayBuffer>
}

/** Where a file or folder is: a path, or a URL that begins with `file:`. */
export type Location = string | URL

/** Reads the path of a file or folder; a URL becomes a path. */
export const locationOption = (what: 'file' | 'folder'): ReturnType<typeof codec<string>> =>
  codec(`the path of a ${what}`, value => {
    if (typeof value === 'string') return value !== '' && !value.includes('\0') ? value : undefined
    return value instanceof URL && value.protocol === 'file:' && value.host === '' ? pathOfUrl(value) : undefined
  })

/** The path of a URL, as Node's `fileURLToPath` reads it. */
const pathOfUrl = ({ pathname }: URL): string | undefined => {
  if (/%2f|%00/i.test(pathname)) return undefined
  // On Windows, /C:/runs is C:/runs.
  return decodeURIComponent(pathname).replace(/^\/(?=[A-Za-z]:)/, '')
}

/** The codes of errors that have a name only: refusals of Deno, and errors of a browser's file system. */
const named: Readonly<Record<string, string>> = {
  NotCapable: 'EACCES',
  NotAllowedError: 'EACCES',
  NoModificationAllowedError: 'EACCES',
  NotFoundError: 'ENOENT',
  QuotaExceededError: 'ENOSPC',
  TypeMismatchError: 'EISDIR',
}

/** What went wrong, and what to do, by the system's code. */
const reasons: Readonly<Record<string, readonly [got: string, remedy: string]>> = {
  ENOSPC: ['a full disk', 'Free some space, or choose another disk.'],
  EDQUOT: ['a quota that is used up', 'Free some space, or choose another disk.'],
  EFBIG: ['a limit on the size of files', 'Raise the limit, or choose another disk.'],
  EACCES: ['no permission', 'Give the process permission, or choose another place.'],
  EPERM: ['no permission', 'Give the process permission, or choose another place.'],
  EROFS: ['a disk that is read-only', 'Choose another place.'],
  ENOENT: ['none', 'Choose one that is there.'],
  ENOTDIR: ['a file in the place of a folder', 'Choose another place.'],
  EEXIST: ['a file in the place of a folder', 'Choose another place.'],
  EISDIR: ['a folder', 'Choose another name.'],
  EMFILE: ['too many open files', 'Close some, or raise the limit.'],
  ENAMETOOLONG: ['a name that is too long', 'Choose a shorter one.'],
}

/** The system's code for an error, such as ENOENT for a file that is not there. */
export const codeOf = (error: unknown): string | undefined => {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

/** The error for a file or folder, from what the system threw. */
export const fileError = (file: string, expected: string, error: unknown): JoineryError => {
  if (error instanceof JoineryError) return error
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  const code = named[name] ?? codeOf(error)
  const [got, remedy] = reasons[code ?? ''] ?? [message, 'Choose another place.']
  return new FileError({ file, code, expected, got, remedy }, { cause: error })
}

/**
 * The modules that work on files.
 *
 * @param file to read or write, for the error
 * @throws FileError in a browser, which has no file system
 */
export const openDisk = async (file: string): Promise<Disk> => {
  const fault = (cause?: unknown) =>
    new FileError(
      { file, expected: 'a file system', got: 'none', remedy: 'Run it in Node or Deno.' },
      cause === undefined ? {} : { cause },
    )
  if (!isServer()) throw fault()
  try {
    const names = ['node:fs/promises', 'node:path', 'node:buffer']
    const [fs, path, buffers] = await Promise.all(names.map(importOptional))
    const { Buffer } = buffers as typeof Buffers
    // Memory that is not filled with zeros first takes half the time.
    const allocate = (length: number) => new Uint8Array(Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer, 0, length)
    return { fs: fs as typeof Files, path: path as typeof Paths, allocate }
  } catch (error) {
    throw fault(error)
  }
}

/** The names in a folder; none where there is no such folder. */
export const namesIn = async ({ fs }: Disk, folder: string): Promise<readonly string[]> => {
  try {
    return await fs.readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw fileError(folder, 'a folder', error)
  }
}

/** The bytes of a file; `undefined` where there is none. */
export const bytesIn = async ({ fs }: Disk, file: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  try {
    return new Uint8Array(await fs.readFile(file))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
    throw fileError(file, 'a file that can be read', error)
  }
}
