import { InvalidOption, show } from '../../base/errors.ts'
import { isRecord, leavesOf } from '../../base/trees.ts'
import type { TensorInput } from '../../state/data.ts'
import type { Disk } from '../../storage/disk.ts'
import type { EpochEnd } from '../loops/callbacks.ts'
import type { RawReport } from '../report.ts'
import { type EventFile, openEventFile } from './event-file.ts'
import { picturesOf } from './pictures.ts'
import {
  type Compared,
  experiment,
  histogram,
  image,
  markdown,
  type Shown,
  scalar,
  sessionEnd,
  sessionStart,
} from './summaries.ts'
import type { NormalBoard } from './tensor-board.ts'

const owner = 'tensorBoard'
const now = (): number => Date.now() / 1000

/** The runs of a folder: what training sees and what validation does lie over each other as curves of two runs. */
export interface Board {
  /** After an update: the report of its batch. */
  readonly batch: (update: number, report: RawReport) => Promise<void>
  /** After an epoch. */
  readonly epoch: (event: EpochEnd) => Promise<void>
  /** After the last one. */
  readonly end: () => Promise<void>
}

/** The numbers of a report, each under its name; what has several numbers has no curve. */
const scalars = (group: string, report: RawReport): readonly Shown[] =>
  Object.entries(report).flatMap(([name, value]) =>
    typeof value === 'number' ? [scalar(`${group}/${name}`, value)] : [],
  )

const comparedIn = (group: string, report: RawReport | undefined): readonly Compared[] =>
  Object.entries(report ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' ? [{ group, tag: `epoch/${name}` }] : [],
  )

/** The distributions of all variables. */
const histograms = async ({ read }: EpochEnd): Promise<readonly Shown[]> => {
  const { params, state } = (await read()).variables
  const trees = Object.entries({ params, state })
  return Promise.all(
    trees.flatMap(([tree, variables]) =>
      leavesOf(variables).map(async ([layer, name, tensor]) =>
        histogram(`${tree}/${layer}/${name}`, await tensor.data()),
      ),
    ),
  )
}

/** The pictures that a function of the user's gave. */
const images = async (event: EpochEnd, give: NonNullable<NormalBoard['images']>): Promise<readonly Shown[]> => {
  const given: unknown = (await give(event)) ?? {}
  if (!isRecord(given))
    throw new InvalidOption({
      layer: owner,
      option: 'images',
      expected: 'a function that returns pictures by name',
      got: `one that gives ${show(given)}`,
      remedy: 'For example: images: () => ({ noise: { data: new Float32Array(64), shape: [8, 8] } }).',
    })
  const shown = await Promise.all(
    Object.entries(given).map(async ([name, picture]) => {
      const pngs = await picturesOf(owner, name, picture as TensorInput)
      return pngs.map((png, i) => image(pngs.length === 1 ? name : `${name}/${i}`, png))
    }),
  )
  return shown.flat()
}

/**
 * Begins to write into a folder.
 *
 * @param from the first update: what another run has shown from there on is no longer shown
 * @throws FileError if the system does not let it
 */
export const openBoard = async (disk: Disk, own: NormalBoard, from: number): Promise<Board> => {
  const { hyperparameters } = own
  const compares = Object.keys(hyperparameters).length > 0
  const openIn = (run: string): Promise<EventFile> => openEventFile(disk, disk.path.join(own.folder, run), from)
  const training = await openIn('training')
  let validation: Promise<EventFile> | null = null
  let told = false
  let last = from

  const texts = Object.entries(own.texts).map(([name, text]) => markdown(name, text))
  await training.add(from, texts)
  // Of hyperparameters the folder is the run, whose parts are training and validation.
  const session = compares ? await openIn('.') : null
  await session?.add(from, [sessionStart(hyperparameters, '', now())])
  return Object.freeze({
    batch: async (update: number, report: RawReport) => {
      last = update
      await training.add(update, scalars('update', report))
    },
    epoch: async (event: EpochEnd) => {
      const { report, validation: held, rate } = event
      last = event.update
      if (!told) {
        told = true
        const metrics = [...comparedIn('training', report), ...comparedIn('validation', held)]
        await session?.add(last, [experiment(hyperparameters, metrics, now())])
      }
      await training.add(last, [
        ...scalars('epoch', report),
        scalar('epoch/rate', rate),
        ...(own.histograms ? await histograms(event) : []),
        ...(own.images ? await images(event, own.images) : []),
      ])
      if (held === undefined) return
      validation ??= openIn('validation')
      await (await validation).add(last, scalars('epoch', held))
    },
    end: async () => {
      await session?.add(last, [sessionEnd(now())])
    },
  })
}
