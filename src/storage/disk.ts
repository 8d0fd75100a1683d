import type * as Files from 'node:fs/promises'
import type * as Paths from 'node:path'
import { FileError, JoineryError } from '../base/errors.ts'
import { importOptional, isServer } from '../base/optional.ts'
import { codec } from '../base/options.ts'

// Files and folders, in Node and in Deno. Their modules are loaded when they are first needed: bundles for browsers hold
// nothing of it.

/** What works on files. */
export interface Disk {
  readonly fs: typeof Files
  readonly path: typeof Paths
}

/** Where a file or folder is: a path, or an URL that begins with `file:`. */
export type Location = string | URL

/** How the path of a file or folder is read; an URL becomes a path. */
export const locationOption = (what: 'file' | 'folder'): ReturnType<typeof codec<string>> =>
  codec(`the path of a ${what}`, value => {
    if (typeof value === 'string') return value !== '' && !value.includes('\0') ? value : undefined
    return value instanceof URL && value.protocol === 'file:' && value.host === '' ? pathOfUrl(value) : undefined
  })

/** The path of an URL, as Node's `fileURLToPath` reads it. */
const pathOfUrl = ({ pathname }: URL): string | undefined => {
  if (/%2f|%00/i.test(pathname)) return undefined
  // On Windows, /C:/runs is C:/runs.
  return decodeURIComponent(pathname).replace(/^\/(?=[A-Za-z]:)/, '')
}

/** What went wrong, and what to do, by the system's name for it. */
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

/** The error of a file or folder, from what the system gave. */
export const fileError = (file: string, expected: string, error: unknown): JoineryError => {
  if (error instanceof JoineryError) return error
  const {
    code: given,
    name,
    message,
  } = (error instanceof Error ? error : new Error(String(error))) as Error & {
    readonly code?: unknown
  }
  // Deno says itself what it does not permit, and has no code for it.
  const code = name === 'NotCapable' ? 'EACCES' : typeof given === 'string' ? given : undefined
  const [got, remedy] = reasons[code ?? ''] ?? [message, 'Choose another place.']
  return new FileError({ file, code, expected, got, remedy }, { cause: error })
}

/**
 * What works on files here.
 *
 * @param file that is to be read or written
 * @throws FileError in a browser, which has none
 */
export const openDisk = async (file: string): Promise<Disk> => {
  const fault = (cause?: unknown) =>
    new FileError(
      {
        file,
        expected: 'a file system',
        got: 'none',
        remedy: 'Run it in Node or Deno.',
      },
      cause === undefined ? {} : { cause },
    )
  if (!isServer()) throw fault()
  try {
    const [fs, path] = await Promise.all([importOptional('node:fs/promises'), importOptional('node:path')])
    return { fs: fs as typeof Files, path: path as typeof Paths }
  } catch (error) {
    throw fault(error)
  }
}

/** The names in a folder; none where there is no such folder. */
export const namesIn = async ({ fs }: Disk, folder: string): Promise<readonly string[]> => {
  try {
    return await fs.readdir(folder)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return []
    throw fileError(folder, 'a folder', error)
  }
}

/** The bytes of a file; `undefined` where there is none. */
export const bytesIn = async ({ fs }: Disk, file: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  try {
    return new Uint8Array(await fs.readFile(file))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as { readonly code?: string }).code ?? '')) return undefined
    throw fileError(file, 'a file that can be read', error)
  }
}
