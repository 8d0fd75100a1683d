import type * as t from 'io-ts/lib/index.js'
import { boolean, codec, isFunction, type Options, ownOptions, parseOptions } from '../../base/options.ts'
import { byName, isRecord, merged } from '../../base/trees.ts'
import type { TensorInput } from '../../state/data.ts'
import { type Location, locationOption, openDisk } from '../../storage/disk.ts'
import type { Callback, EpochEnd, Updated } from '../loops/callbacks.ts'
import type { Board } from './board.ts'
import { type Every, everyOption, isTime, type NormalEvery } from './every.ts'
import type { Hyperparameter } from './summaries.ts'

/** Pictures by name: `[rows, cols]`, `[rows, cols, channels]` or `[pictures, rows, cols, channels]`. */
export type Pictures = Readonly<Record<string, TensorInput>>

/** What TensorBoard is to show beside losses and metrics. */
export interface TensorBoardOptions {
  /**
   * How often to write, in epochs or updates. Default: 1, after every epoch. With updates, the losses and metrics of
   * single batches are written too.
   */
  readonly every?: Every
  /** Whether the distribution of each variable is shown after epochs. Default: false. */
  readonly histograms?: boolean
  /**
   * Gives pictures after epochs: numbers from 0 to 1, or bytes, in 1 to 4 channels (grey, grey and alpha, RGB, RGB and
   * alpha). May be asynchronous. Default: none.
   */
  readonly images?: (event: EpochEnd) => Pictures | Promise<Pictures>
  /** What runs are compared by: numbers, texts and booleans by name. Default: none. */
  readonly hyperparameters?: Readonly<Record<string, Hyperparameter>>
  /** Markdown texts by name, such as a description of the network. Default: none. */
  readonly texts?: Readonly<Record<string, string>>
}

/** The same in its normal form. */
export interface NormalBoard {
  readonly folder: string
  readonly every: NormalEvery
  readonly histograms: boolean
  readonly images: NonNullable<TensorBoardOptions['images']> | null
  readonly hyperparameters: Readonly<Record<string, Hyperparameter>>
  readonly texts: Readonly<Record<string, string>>
}

/** Values of some kind by name, copied. */
const recordOf = <V>(
  expected: string,
  test: (value: unknown) => boolean,
): t.Type<Readonly<Record<string, V>>, unknown, unknown> =>
  codec(expected, value =>
    isRecord(value) && Object.values(value).every(test) ? byName(Object.entries(value) as [string, V][]) : undefined,
  )

const isHyperparameter = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))

const imagesOption: t.Type<NormalBoard['images'], unknown, unknown> = codec(
  'a function that returns pictures by name',
  value => (value === null || isFunction(value) ? (value as NormalBoard['images']) : undefined),
)

const options: Options<NormalBoard> = {
  folder: { codec: locationOption('folder') },
  every: { codec: everyOption, default: 1 },
  histograms: { codec: boolean, default: false },
  images: { codec: imagesOption, default: null },
  hyperparameters: {
    codec: recordOf<Hyperparameter>('numbers, strings and booleans by name', isHyperparameter),
    default: {},
  },
  texts: { codec: recordOf<string>('strings by name', value => typeof value === 'string'), default: {} },
}

const owner = 'tensorBoard'
/**
 * A callback of `fit` that writes event files for TensorBoard: `tensorboard --logdir runs` for folders such as
 * `runs/first`. Losses and metrics are curves such as `epoch/loss` of the runs `first/training` and `first/validation`,
 * over the update's number; a resumed run continues its curves.
 *
 * @param folder the folder of this run, a path or a `file:` URL; created if missing
 * @param options `every`, `histograms`, `images`, `hyperparameters`, `texts`
 * @throws InvalidOption if an option is invalid; while training, FileError if the system does not let a file be written
 * @example
 * ```ts
 * const board = tensorBoard('runs/first', { histograms: true, hyperparameters: { step: 0.01, optimizer: 'adam' } })
 * ```
 */
export const tensorBoard = (folder: Location, given: TensorBoardOptions = {}): Callback => {
  const example = "tensorBoard('runs/first', { histograms: true })"
  const own = parseOptions(owner, example, options, merged(ownOptions(owner, example, given), { folder }))
  let open: Promise<Board> | null = null
  /** The first update of this call of `fit`. */
  let from: number | null = null

  /** What writes; it is loaded, and its files are made, when there is something to write. */
  const board = (update: number): Promise<Board> => {
    open ??= Promise.all([openDisk(own.folder), import('./board.ts')]).then(([disk, { openBoard }]) =>
      openBoard(disk, own, from ?? update),
    )
    return open
  }
  const written = async (update: number, write: (board: Board) => Promise<void>): Promise<void> =>
    write(await board(update))
  return Object.freeze({
    trainStart: () => {
      open = null
      from = null
    },
    update: ({ update, last }: Updated) => {
      from ??= update
      return isTime(own.every, 'updates', update) ? written(update, board => board.batch(update, last)) : undefined
    },
    epoch: (event: EpochEnd) =>
      own.every.unit === 'updates' || isTime(own.every, 'epochs', event.epoch)
        ? written(event.update, board => board.epoch(event))
        : undefined,
    trainEnd: () => open?.then(board => board.end()),
  })
}
