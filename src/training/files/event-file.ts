import { concatenated } from '../../storage/bytes.ts'
import { type Disk, fileError } from '../../storage/disk.ts'
import { tfRecord } from '../../storage/tfrecord.ts'
import { firstEvent, restartEvent, type Shown, summaryEvent } from './summaries.ts'

/** A file of events, which TensorBoard finds by its name and reads in the order of names. */
export interface EventFile {
  /** Adds what is shown of a step. */
  readonly add: (step: number, values: readonly Shown[]) => Promise<void>
}

const now = (): number => Date.now() / 1000

/**
 * A new file of events in a folder, which is made where it is missing. The file is open only while something is added.
 *
 * @param from the first step that is shown in it: what other files of the folder show from there on is no longer shown
 * @throws FileError if the system does not let it be written
 */
export const openEventFile = async ({ fs, path }: Disk, folder: string, from: number): Promise<EventFile> => {
  const name = `events.out.tfevents.${Math.floor(now())}.joinery.${process.pid}.${crypto.randomUUID()}`
  const file = path.join(folder, name)
  const append = async (...events: readonly Uint8Array[]): Promise<void> => {
    try {
      await fs.appendFile(file, concatenated(events.map(tfRecord)))
    } catch (error) {
      throw fileError(file, 'a file that can be written', error)
    }
  }
  try {
    await fs.mkdir(folder, { recursive: true })
  } catch (error) {
    throw fileError(folder, 'a folder that can be written', error)
  }
  await append(firstEvent(now()), restartEvent(now(), from))
  return Object.freeze({
    add: async (step: number, values: readonly Shown[]) => {
      if (values.length > 0) await append(summaryEvent(now(), step, values))
    },
  })
}
