import { InvalidOption, show } from '../base/errors.ts'
import { parsed } from '../base/options.ts'
import { writeFileAtomically, writeFolderAtomically } from '../storage/atomic.ts'
import { fileError, type Location, locationOption, namesIn, openDisk } from '../storage/disk.ts'
import { type FileSource, type Slices, type Source, slicesOfBlob, sourceOption } from '../storage/slices.ts'

// Where networks are saved: a file or a folder, of the disk or of a browser's own file system.

/** A handle of a file or folder in a browser's own file system, such as `navigator.storage.getDirectory()` gives. */
export interface SystemHandle {
  readonly kind: 'file' | 'directory'
  readonly name: string
}
interface Writable {
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>
  readonly close: () => Promise<void>
  readonly abort: () => Promise<void>
}
interface FileHandle extends SystemHandle {
  readonly kind: 'file'
  readonly getFile: () => Promise<Blob>
  readonly createWritable: () => Promise<Writable>
}
interface FolderHandle extends SystemHandle {
  readonly kind: 'directory'
  readonly getFileHandle: (name: string, options?: { readonly create?: boolean }) => Promise<FileHandle>
}

/** Where a network is saved. */
export type SavePlace = Location | SystemHandle
/** Where a network is loaded from. */
export type LoadPlace = FileSource | SystemHandle

/** The bytes of a file, in parts that follow one another. */
export type Parts = readonly Uint8Array<ArrayBuffer>[]

/** The name that the weights have in a folder. */
export const weightsFile = 'model.safetensors'

const extension = /\.safetensors$/i

const isHandle = (value: unknown): value is SystemHandle =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  ['file', 'directory'].includes(value.kind as string) &&
  'name' in value

/** Whether a place is one file, and not a folder. */
const isFile = (path: string): boolean => extension.test(path)

const refused = (owner: string, option: string, value: unknown): InvalidOption =>
  new InvalidOption({
    layer: owner,
    option,
    expected: 'the path of a .safetensors file or a folder, or a file or folder handle',
    got: show(value),
    remedy: `For example: ${owner}('digits.safetensors', …), or ${owner}('models/digits', …) for a folder.`,
  })

const writeHandle = async (handle: FileHandle, parts: Parts): Promise<void> => {
  // What is written comes into the place of the file when it is closed.
  const writable = await handle.createWritable()
  try {
    for (const part of parts) await writable.write(part)
    await writable.close()
  } catch (error) {
    await writable.abort().catch(() => undefined)
    throw fileError(handle.name, 'a file that can be written', error)
  }
}

/** Where to save: in one file, or several in a folder. */
export interface Target {
  readonly form: 'file' | 'folder'
  /** What the folder or file is called, without what is around it. */
  readonly title: string
  /** Writes all files, whole or not at all; a file of its own has the name ''. */
  readonly write: (files: Readonly<Record<string, Parts>>) => Promise<void>
}

const titleOf = (path: string): string =>
  path
    .replace(/[\\/]+$/, '')
    .split(/[\\/]/)
    .at(-1)
    ?.replace(extension, '') ?? ''

/** Where a network is to be saved. */
export const asTarget = (owner: string, place: unknown): Target => {
  if (isHandle(place)) {
    const title = titleOf(place.name)
    if (place.kind === 'file')
      return { form: 'file', title, write: ({ '': parts = [] }) => writeHandle(place as FileHandle, parts) }
    const write = async (files: Readonly<Record<string, Parts>>): Promise<void> => {
      for (const [name, parts] of Object.entries(files))
        await writeHandle(await (place as FolderHandle).getFileHandle(name, { create: true }), parts)
    }
    return { form: 'folder', title, write }
  }
  const path = parsed(locationOption('file'), place)
  if (path === undefined) throw refused(owner, 'place', place)
  if (isFile(path))
    return {
      form: 'file',
      title: titleOf(path),
      write: async ({ '': parts = [] }) => writeFileAtomically(await openDisk(path), path, parts),
    }
  return {
    form: 'folder',
    title: titleOf(path),
    write: async files => {
      const disk = await openDisk(path)
      const { dir, base } = disk.path.parse(disk.path.resolve(path))
      const others = (await namesIn(disk, path)).filter(name => !Object.hasOwn(files, name))
      if (others.length === 0) return writeFolderAtomically(disk, dir, base, files)
      // What else is in the folder stays, a repository for example, so the files come into their places one by one.
      for (const [name, parts] of Object.entries(files))
        await writeFileAtomically(disk, disk.path.join(path, name), parts)
    },
  }
}

/** What is loaded: one file, or the files of a folder. */
export type Stored =
  | { readonly form: 'file'; readonly source: Source }
  | { readonly form: 'folder'; readonly name: string; readonly file: (name: string) => Source }

/** Where a network is loaded from. */
export const asStored = (owner: string, place: unknown): Stored => {
  if (isHandle(place) && place.kind === 'directory') {
    const open = async (name: string): Promise<Slices> => {
      try {
        const handle = await (place as FolderHandle).getFileHandle(name)
        return slicesOfBlob(await handle.getFile())
      } catch (error) {
        throw fileError(`${place.name}/${name}`, 'a file that can be read', error)
      }
    }
    const file = (name: string): Source => ({ name: `${place.name}/${name}`, open: () => open(name) })
    return { form: 'folder', name: place.name, file }
  }
  const source = parsed(sourceOption, place)
  if (source === undefined) throw refused(owner, 'place', place)
  // What a browser keeps in memory has no name.
  const isAddress = typeof place === 'string' || (place instanceof URL && !['blob:', 'data:'].includes(place.protocol))
  if (!isAddress || isFile(source.name.replace(/[?#].*$/, ''))) return { form: 'file', source }
  const folder = source.name.replace(/[\\/]+$/, '')
  const isWeb = place instanceof URL && place.protocol !== 'file:'
  return {
    form: 'folder',
    name: folder,
    file: name => parsed(sourceOption, isWeb ? new URL(`${folder}/${name}`) : `${folder}/${name}`) as Source,
  }
}
