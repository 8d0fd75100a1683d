import type { Tensor } from '@tensorflow/tfjs-core'
import { mapRecord } from '../base/trees.ts'
import type { Disk } from '../storage/disk.ts'
import type { StoredTensor } from '../storage/safetensors.ts'
import { openRun } from '../training/files/checkpoint.ts'
import { readCheckpoint, removeCheckpoint, updatesIn, writeCheckpoint } from '../training/files/checkpoint-folder.ts'
import type { Saved } from '../training/files/checkpoint-format.ts'
import { ofSaved, toSaved } from '../training/files/session-document.ts'
import type { Checkpointing, Saving } from '../training/loops/checkpointing.ts'
import type { Session } from '../training/loops/session.ts'

// Key frames: sessions of a run, each after some updates, from which training goes on to the same bits.

/** Where frames are kept, by the number of updates that were made. */
interface Store {
  /** In ascending order. */
  readonly updates: () => Promise<readonly number[]>
  readonly put: (session: Session) => Promise<void>
  readonly remove: (update: number) => Promise<void>
  readonly read: (update: number) => Promise<Session>
}

const ascending = (updates: Iterable<number>): readonly number[] => [...updates].sort((a, b) => a - b)

/** Numbers of its own: what tfjs holds may be on a graphics card. */
const numbersOf = async (tensor: Tensor): Promise<StoredTensor> => ({
  data: new Float32Array(await tensor.data<'float32'>()),
  shape: tensor.shape,
  dtype: 'F32',
})

/** Frames in memory, apart from the tensors of any backend. */
const inMemory = (): Store => {
  const held = new Map<number, Saved>()
  return {
    updates: async () => ascending(held.keys()),
    put: async session => {
      const { tensors, content } = toSaved(session)
      const names = Object.keys(tensors)
      const numbers = await Promise.all(Object.values(tensors).map(numbersOf))
      held.set(session.trainState.optimizer.update, {
        tensors: Object.fromEntries(names.map((name, i) => [name, numbers[i] as StoredTensor])),
        content,
      })
    },
    remove: async update => {
      held.delete(update)
    },
    read: async update => {
      const { tensors, content } = held.get(update) as Saved
      // A tensor may stand on the very array that it is made of.
      const copies = mapRecord(tensors, ({ data, ...rest }) => ({ ...rest, data: data.slice() }))
      return ofSaved(`frame ${update}`, { tensors: copies, content })
    },
  }
}

/** Frames in a folder, as checkpoints. */
const inFolder = (disk: Disk, folder: string): Store => ({
  updates: async () => ascending(await updatesIn(disk, folder, 'checkpoint')),
  put: session =>
    writeCheckpoint(
      ...([disk, folder, 'checkpoint', session.trainState.optimizer.update] as const),
      toSaved(session),
      Number.POSITIVE_INFINITY,
    ),
  remove: update => removeCheckpoint(disk, folder, 'checkpoint', update),
  read: async update => {
    const found = await readCheckpoint(disk, folder, 'checkpoint', update)
    return ofSaved(disk.path.join(folder, found.name), found)
  },
})

/**
 * How frames are thinned: which stay, and what distance the following ones have. The first and the last one always stay,
 * those between at multiples of a distance that is doubled until there are few enough.
 *
 * @param updates of frames, in ascending order
 */
export const thinned = (
  updates: readonly number[],
  distance: number,
  most: number,
): { readonly distance: number; readonly kept: readonly number[] } => {
  const first = updates[0] ?? 0
  const kept = updates.filter((update, i) => i === updates.length - 1 || (update - first) % distance === 0)
  return kept.length <= Math.max(most, 2) ? { distance, kept } : thinned(updates, 2 * distance, most)
}

/** In place of the hash of a checkpoint: a frame is none, or none of the folder that a fork is given. */
export const ofFrame = ''

/** The frames of a run. */
export interface Frames {
  /** After how many updates each was taken, in ascending order. */
  readonly updates: readonly number[]
  /** The newest frame after at most so many updates. */
  readonly before: (update: number) => Promise<Session>
}

/** How often frames are taken, how many stay, and where. */
export interface FrameOptions {
  readonly every: number
  readonly keep: number
  /** `null`: in memory. */
  readonly folder: string | null
}

/** What takes the frames of one run. */
export interface Recorder {
  readonly checkpointing: Checkpointing
  /** The frames that were taken. */
  readonly frames: () => Frames
}

/** Takes frames while a run is trained. */
export const recorderOf = ({ every, keep, folder }: FrameOptions): Recorder => {
  let store = inMemory()
  let updates: readonly number[] = []
  let distance = every

  const put = async (session: Session, isLast: boolean): Promise<void> => {
    await store.put(session)
    // One place is for the last frame.
    const taken = await store.updates()
    const { kept, ...after } = thinned(taken, distance, isLast ? keep : keep - 1)
    for (const update of taken) if (!kept.includes(update)) await store.remove(update)
    updates = kept
    distance = after.distance
  }
  const checkpointing: Checkpointing = Object.freeze<Checkpointing>({
    begin: async (resumed, start) => {
      if (folder !== null)
        store = inFolder(await openRun('recorded', folder, resumed === ofFrame ? null : resumed), folder)
      updates = await store.updates()
      if (updates.length === 0) await put(await start(), false)
      return Object.freeze<Saving>({
        isDue: ({ update, isLast }) => isLast || (update - (updates[0] as number)) % distance === 0,
        write: (session, { isLast }) => put(session, isLast),
      })
    },
    watching: () => checkpointing,
  })
  return Object.freeze({
    checkpointing,
    frames: () => {
      const [own, taken] = [store, updates]
      return Object.freeze({
        updates: taken,
        before: (update: number) => own.read(taken.findLast(one => one <= update) as number),
      })
    },
  })
}

/** Saves a run in two ways. */
export const both = (first: Checkpointing, second: Checkpointing): Checkpointing =>
  Object.freeze<Checkpointing>({
    begin: async (resumed, start) => {
      const savings = [await first.begin(resumed, start), await second.begin(resumed, start)]
      return Object.freeze<Saving>({
        isDue: reached => savings.some(saving => saving.isDue(reached)),
        write: async (session, reached) => {
          for (const saving of savings) if (saving.isDue(reached)) await saving.write(session, reached)
        },
      })
    },
    watching: change => both(first.watching(change), second.watching(change)),
  })
