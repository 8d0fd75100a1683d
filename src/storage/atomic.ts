import { codeOf, type Disk, fileError, namesIn } from './disk.ts'

// Files and folders are written whole or not at all, whenever the process or the machine stops: under another name, synced to
// the disk, and then renamed, which file systems do in one step.

/** The name under which something is written. What bears such a name later was left by a process that ended. */
const partialOf = (name: string): string => `.${name}.${crypto.randomUUID()}.partial`
const partial = /^\.(.+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.partial$/

/** Syncs the names in a folder to the disk. */
const syncFolder = async ({ fs }: Disk, folder: string): Promise<void> => {
  // Windows cannot sync folders, and does not need to.
  if (process.platform === 'win32') return
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The bytes of a file: all at once, or in parts that follow one another. */
export type Bytes = Uint8Array | readonly Uint8Array[]

/** Writes a new file, to the disk. */
const writeWhole = async ({ fs }: Disk, file: string, bytes: Bytes): Promise<void> => {
  const handle = await fs.open(file, 'wx')
  try {
    // One write takes at most 2 GiB. `writeFile` would take pieces of half a megabyte.
    for (const part of bytes instanceof Uint8Array ? [bytes] : bytes)
      for (let at = 0; at < part.length; ) at += (await handle.write(part, at)).bytesWritten
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Removes what was left by processes that ended while they wrote. No other process may be writing into the folder.
 *
 * @param isOurs whether a file or folder of this name may be removed
 */
export const removePartial = async (disk: Disk, folder: string, isOurs: (name: string) => boolean): Promise<void> => {
  for (const name of await namesIn(disk, folder))
    if (isOurs(partial.exec(name)?.[1] ?? '')) await remove(disk, disk.path.join(folder, name))
}

const remove = async ({ fs }: Disk, at: string): Promise<void> => {
  try {
    await fs.rm(at, { recursive: true, force: true })
  } catch (error) {
    throw fileError(at, 'leave to remove it', error)
  }
}

/** Removes a file or folder in one step; there may be none. */
export const removeAtomically = async (disk: Disk, folder: string, name: string): Promise<void> => {
  const at = disk.path.join(folder, name)
  const aside = disk.path.join(folder, partialOf(name))
  try {
    await disk.fs.rename(at, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw fileError(at, 'leave to remove it', error)
  }
  await remove(disk, aside)
}

/**
 * Writes under a temporary name, and renames once everything is on the disk; if it fails, nothing is left.
 *
 * @param write gets the temporary name
 * @param replace removes what has the name already, where renaming does not
 */
const inPlace = async (
  disk: Disk,
  folder: string,
  name: string,
  expected: string,
  write: (at: string) => Promise<void>,
  replace: () => Promise<void> = async () => undefined,
): Promise<void> => {
  const { fs, path } = disk
  const aside = path.join(folder, partialOf(name))
  try {
    await fs.mkdir(folder, { recursive: true })
    await write(aside)
    await replace()
    await fs.rename(aside, path.join(folder, name))
    await syncFolder(disk, folder)
  } catch (error) {
    // The first error is the one to report.
    await fs.rm(aside, { recursive: true, force: true }).catch(() => undefined)
    throw fileError(path.join(folder, name), expected, error)
  }
}

/**
 * Writes a file, whole or not at all, over one that is there.
 *
 * @throws FileError if it cannot be written; the old file stays
 */
export const writeFileAtomically = (disk: Disk, file: string, bytes: Bytes): Promise<void> => {
  const { dir, base } = disk.path.parse(disk.path.resolve(file))
  return inPlace(disk, dir, base, 'a file that can be written', at => writeWhole(disk, at, bytes))
}

/**
 * Writes a folder of files, whole or not at all. An old folder of this name is removed once the new one is on the disk; for a
 * moment there is neither.
 *
 * @param folder the parent, which is made if it is missing
 * @param files bytes by name, in the order in which they are written
 * @throws FileError if it cannot be written; the old folder stays
 */
export const writeFolderAtomically = (
  disk: Disk,
  folder: string,
  name: string,
  files: Readonly<Record<string, Bytes>>,
): Promise<void> =>
  inPlace(
    disk,
    folder,
    name,
    'a folder that can be written',
    async at => {
      await disk.fs.mkdir(at)
      for (const [file, bytes] of Object.entries(files)) await writeWhole(disk, disk.path.join(at, file), bytes)
      await syncFolder(disk, at)
    },
    () => removeAtomically(disk, folder, name),
  )
