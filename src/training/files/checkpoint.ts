import type * as t from 'io-ts/lib/index.js'
import { InvalidOption } from '../../base/errors.ts'
import { codec, type Options, parseOptions } from '../../base/options.ts'
import { isRecord, own } from '../../base/trees.ts'
import { type Disk, type Location, locationOption, openDisk } from '../../storage/disk.ts'
import type { Checkpointing, Reached, Saving } from '../loops/checkpointing.ts'
import { type Monitor, monitored, monitorOptions } from '../loops/monitor.ts'
import type { Session } from '../loops/session.ts'
import { newestIn, prepareFolder, writeCheckpoint } from './checkpoint-folder.ts'
import { type Every, everyOption, isTime, type NormalEvery } from './every.ts'
import { toSaved } from './session-document.ts'

/** Where, and how often, the state of training is saved. */
export interface Checkpoint {
  /** A path or a `file:` URL, created if missing. Use a folder for each run. */
  readonly folder: Location
  /** How often to save, in epochs or updates. Default: 1, after every epoch. The end of training is always saved. */
  readonly every?: Every
  /** How many of the newest checkpoints to keep; `Infinity` keeps all. Default: 2. */
  readonly keep?: number
  /**
   * Keeps the best checkpoint too: by a name of the history, or `{ monitor, mode }`; `true` monitors the validation
   * loss, or the training loss without validation. Default: false.
   */
  readonly best?: boolean | string | { readonly monitor?: string; readonly mode?: 'min' | 'max' | 'auto' }
}

interface Normal {
  readonly folder: string
  readonly every: NormalEvery
  readonly keep: number
  readonly best: Monitor | null
}

const keepOption: t.Type<number, unknown, unknown> = codec('a positive integer, or Infinity for all', value =>
  (Number.isSafeInteger(value) && (value as number) > 0) || value === Number.POSITIVE_INFINITY
    ? (value as number)
    : undefined,
)

const bestOption: t.Type<Monitor | null, unknown, unknown> = codec(
  "a name of the history, such as 'validationLoss', { monitor, mode }, or true",
  value => {
    if (value === null || value === false) return null
    const given = typeof value === 'string' ? { monitor: value } : value === true ? {} : value
    if (!isRecord(given)) return undefined
    return parseOptions<Monitor>('checkpoint, best', "{ best: 'validationLoss' }", monitorOptions, given)
  },
)

const options: Options<Normal> = {
  folder: { codec: locationOption('folder') },
  every: { codec: everyOption, default: 1 },
  keep: { codec: keepOption, default: 2 },
  best: { codec: bestOption, default: null },
}

/** A folder with checkpoints of a run that is not gone on with would mix two runs. */
const otherRun = (owner: string, folder: string, name: string, isResumed: boolean): InvalidOption =>
  new InvalidOption({
    layer: owner === 'fit' ? 'fit, checkpoint' : owner,
    option: 'folder',
    expected: isResumed
      ? 'the folder whose newest checkpoint is resumed, or one without checkpoints'
      : 'a folder without checkpoints of another run',
    got: `${name} in ${folder}`,
    remedy: isResumed
      ? 'Resume the newest checkpoint, or choose another folder.'
      : `Go on from it with ${owner}(…, { resume: await resume(folder) }), or choose another folder.`,
  })

/**
 * Opens the folder of a run.
 *
 * @param owner what was called
 * @param resumed the hash of the checkpoint that training goes on from
 * @throws InvalidOption if it has checkpoints of another run
 */
export const openRun = async (owner: string, folder: string, resumed: string | null): Promise<Disk> => {
  const disk = await openDisk(folder)
  await prepareFolder(disk, folder)
  const newest = await newestIn(disk, folder, 'checkpoint')
  if (!('faults' in newest) && newest.hash !== resumed) throw otherRun(owner, folder, newest.name, resumed !== null)
  return disk
}

/** Saves the session of one call of `fit`. */
const begin = async ({ folder, every, keep, best }: Normal, resumed: string | null): Promise<Saving> => {
  const disk = await openRun('fit', folder, resumed)
  const before = best === null ? null : await newestIn(disk, folder, 'best')
  const value = before === null || 'faults' in before ? null : own(before.content, 'monitored')
  let least = typeof value === 'number' ? value : Number.POSITIVE_INFINITY

  const isBest = ({ values }: Reached): boolean =>
    best !== null && values !== null && monitored('fit, checkpoint', best, values) < least
  const isSaved = ({ epoch, update, values, isLast }: Reached): boolean =>
    isLast || isTime(every, 'updates', update) || (values !== null && isTime(every, 'epochs', epoch))
  return Object.freeze({
    isDue: (reached: Reached) => isSaved(reached) || isBest(reached),
    write: async (session: Session, reached: Reached) => {
      const { tensors, content } = toSaved(session)
      if (isBest(reached) && best !== null && reached.values !== null) {
        least = monitored('fit, checkpoint', best, reached.values)
        const saved = { tensors, content: { ...content, monitored: least } }
        await writeCheckpoint(disk, folder, 'best', reached.update, saved, 1)
      }
      if (isSaved(reached))
        await writeCheckpoint(disk, folder, 'checkpoint', reached.update, { tensors, content }, keep)
    },
  })
}

const checkpointing = (normal: Normal): Checkpointing =>
  Object.freeze({
    begin: (resumed: string | null) => begin(normal, resumed),
    watching: (change: (best: Monitor | null) => Monitor | null) =>
      checkpointing({ ...normal, best: change(normal.best) }),
  })

/** How the option of `fit` is read. */
export const checkpointOption: t.Type<Checkpointing | null, unknown, unknown> = codec(
  "where checkpoints go, such as { folder: 'runs/first' }",
  value => {
    if (value === null) return null
    if (!isRecord(value)) return undefined
    return checkpointing(
      parseOptions('checkpoint', "{ checkpoint: { folder: 'runs/first', every: 5 } }", options, value),
    )
  },
)
