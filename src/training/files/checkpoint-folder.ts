import { DocumentError, type JoineryError } from '../../base/errors.ts'
import { removeAtomically, removePartial, writeFolderAtomically } from '../../storage/atomic.ts'
import { bytesIn, type Disk, namesIn } from '../../storage/disk.ts'
import type { Storable } from '../../storage/safetensors.ts'
import { decodeCheckpoint, encodeCheckpoint, type Saved } from './checkpoint-format.ts'

// A folder of checkpoints: `checkpoint-000123` after update 123, and `best-000100`, the best one so far. Other names in it
// are nobody's business here.

/** Which checkpoints of a folder: those that training goes on from, or the best. */
export type Series = 'checkpoint' | 'best'

/** A checkpoint with the place where it lies. */
export interface Found extends Saved {
  readonly name: string
  readonly update: number
  /** Of what its files hold. */
  readonly hash: string
}

const nameOf = (series: Series, update: number): string => `${series}-${String(update).padStart(6, '0')}`

/** The number of the update that a name says; `undefined` where it is none of the series. */
const updateOf = (series: Series, name: string): number | undefined => {
  const [, digits] = /^(?:checkpoint|best)-(\d{6,15})$/.exec(name) ?? []
  return digits !== undefined && nameOf(series, Number(digits)) === name ? Number(digits) : undefined
}

/** The updates of a series, whole or not, the newest first. */
export const updatesIn = async (disk: Disk, folder: string, series: Series): Promise<readonly number[]> =>
  (await namesIn(disk, folder)).flatMap(name => updateOf(series, name) ?? []).sort((a, b) => b - a)

/** @throws DocumentError if it is not complete */
export const readCheckpoint = async (disk: Disk, folder: string, series: Series, update: number): Promise<Found> => {
  const name = nameOf(series, update)
  const at = disk.path.join(folder, name)
  return { name, update, ...(await decodeCheckpoint(at, file => bytesIn(disk, disk.path.join(at, file)))) }
}

/**
 * The newest complete checkpoint of a series; what is cut off, damaged or another's is passed over.
 *
 * @returns why each one was passed over, where none is complete
 * @throws FileError if the system does not let the folder be read
 */
export const newestIn = async (
  disk: Disk,
  folder: string,
  series: Series,
): Promise<Found | { readonly faults: readonly JoineryError[] }> => {
  const faults: JoineryError[] = []
  for (const update of await updatesIn(disk, folder, series))
    try {
      return await readCheckpoint(disk, folder, series, update)
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error
      faults.push(error)
    }
  return { faults }
}

/** Makes a folder ready for a writer: what others left behind while they wrote is removed. */
export const prepareFolder = (disk: Disk, folder: string): Promise<void> =>
  removePartial(disk, folder, name =>
    (['checkpoint', 'best'] as const).some(series => updateOf(series, name) !== undefined),
  )

/**
 * Writes the checkpoint of an update, then removes those that are too old.
 *
 * @param keep how many there are at most, this one included
 * @throws FileError if the system does not let it; what was there still is
 */
export const writeCheckpoint = async (
  disk: Disk,
  folder: string,
  series: Series,
  update: number,
  saved: Saved<Storable>,
  keep: number,
): Promise<void> => {
  const name = nameOf(series, update)
  const files = await encodeCheckpoint(saved)
  if (!(await holds(disk, disk.path.join(folder, name), files))) await writeFolderAtomically(disk, folder, name, files)
  const older = (await updatesIn(disk, folder, series)).filter(other => other < update)
  for (const other of older.slice(keep - 1)) await removeCheckpoint(disk, folder, series, other)
}

/** Removes a checkpoint. */
export const removeCheckpoint = (disk: Disk, folder: string, series: Series, update: number): Promise<void> =>
  removeAtomically(disk, folder, nameOf(series, update))

/** Whether a folder holds these very files: who goes on from a checkpoint comes by the same states again. */
const holds = async (disk: Disk, folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<boolean> => {
  for (const [file, wanted] of Object.entries(files)) {
    const found = await bytesIn(disk, disk.path.join(folder, file))
    if (found?.length !== wanted.length || !found.every((byte, i) => byte === wanted[i])) return false
  }
  return true
}
