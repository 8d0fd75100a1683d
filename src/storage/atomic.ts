import { type Disk, fileError, namesIn } from './disk.ts'

// What is written whole or not at all, whenever the process or the machine stops: it is written beside its place, brought to
// the disk, and then renamed, which file systems do in one step.

/** What is being written, or was when a process ended; no other name in a folder looks like it. */
const partialOf = (name: string): string => `.${name}.${crypto.randomUUID()}.partial`
const partial = /^\.(.+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.partial$/

/** Brings the names in a folder to the disk. */
const syncFolder = async ({ fs }: Disk, folder: string): Promise<void> => {
  // Windows has no such request, and does not need it.
  if (process.platform === 'win32') return
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes a new file, to the disk. */
const writeWhole = async ({ fs }: Disk, file: string, bytes: Uint8Array): Promise<void> => {
  const handle = await fs.open(file, 'wx')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Removes what processes left behind that ended while they wrote: nothing may be writing into the folder.
 *
 * @param isOurs which names of files or folders are meant
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

/** Takes a file or folder away, at once and whole; there may be none. */
export const removeAtomically = async (disk: Disk, folder: string, name: string): Promise<void> => {
  const at = disk.path.join(folder, name)
  const aside = disk.path.join(folder, partialOf(name))
  try {
    await disk.fs.rename(at, aside)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return
    throw fileError(at, 'leave to remove it', error)
  }
  await remove(disk, aside)
}

/**
 * Writes under a partial name, which becomes the name once everything is on the disk; where it fails, nothing is left.
 *
 * @param write gets the partial name
 * @param replace takes away what has the name, where renaming does not
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
    // What went wrong first is told.
    await fs.rm(aside, { recursive: true, force: true }).catch(() => undefined)
    throw fileError(path.join(folder, name), expected, error)
  }
}

/**
 * Writes a file, whole or not at all, in the place of one that is there.
 *
 * @throws FileError if the system does not let it; what was there still is
 */
export const writeFileAtomically = (disk: Disk, file: string, bytes: Uint8Array): Promise<void> => {
  const { dir, base } = disk.path.parse(disk.path.resolve(file))
  return inPlace(disk, dir, base, 'a file that can be written', at => writeWhole(disk, at, bytes))
}

/**
 * Writes a folder of files, whole or not at all. One of the same name is taken away once the new one is on the disk; for a
 * moment there is neither.
 *
 * @param folder in which it is made, with those on the way to it
 * @param files their bytes by name, in the order in which they are written
 * @throws FileError if the system does not let it; what was there still is
 */
export const writeFolderAtomically = (
  disk: Disk,
  folder: string,
  name: string,
  files: Readonly<Record<string, Uint8Array>>,
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
