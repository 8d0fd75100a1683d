import type * as t from 'io-ts/lib/index.js'
import { DocumentError } from '../../base/errors.ts'
import { boolean, codec, type Options, oneOf, ownOptions, parseOptions } from '../../base/options.ts'
import { shownAs } from '../../base/shown.ts'
import { isRecord, merged } from '../../base/trees.ts'
import type { AnyLayer } from '../../core/layer.ts'
import { asPart, type Part } from '../../network/parts.ts'
import { type Location, locationOption, openDisk } from '../../storage/disk.ts'
import type { Session } from '../loops/session.ts'
import { newestIn } from './checkpoint-folder.ts'
import { checkNetwork } from './differences.ts'
import { ofSaved } from './session-document.ts'

/** A saved run, from which `fit` continues as if it had never been interrupted. */
export interface Resumed<N extends AnyLayer = AnyLayer> extends Session<N> {
  readonly kind: 'Checkpoint'
  /** The folder of the checkpoint itself. */
  readonly folder: string
  /** Of what its files hold. */
  readonly hash: string
}

/** Which checkpoint is taken. */
export interface ResumeOptions<N extends AnyLayer = AnyLayer> {
  /** The network whose checkpoint it is to be; others are refused. */
  readonly network?: N
  /** The newest complete checkpoint, or the best one. Default: `newest`. */
  readonly which?: 'newest' | 'best'
  /** Whether there may be none: the promise is of `undefined` then. Default: false. */
  readonly optional?: boolean
}

interface Normal {
  readonly folder: string
  readonly network: Part | null
  readonly which: 'newest' | 'best'
  readonly optional: boolean
}

const networkOption: t.Type<Part | null, unknown, unknown> = codec('a network', value =>
  value === null ? null : asPart('resume', value),
)

const options: Options<Normal> = {
  folder: { codec: locationOption('folder') },
  network: { codec: networkOption, default: null },
  which: { codec: oneOf(['newest', 'best']), default: 'newest' },
  optional: { codec: boolean, default: false },
}

const described = ({ folder, trainState: { optimizer }, epoch, batch }: Resumed): string => {
  const within = batch > 0 ? `, batch ${batch} of the next` : ''
  return `Checkpoint of update ${optimizer.update} (epoch ${epoch}${within}) from ${folder}`
}
const shown = shownAs(described)

/** Checks that a value is what {@link resume} gives, as a call from JavaScript may give anything. */
export const isResumed = (value: unknown): value is Resumed =>
  isRecord(value) && value.kind === 'Checkpoint' && typeof value.hash === 'string' && isRecord(value.trainState)

/**
 * Reads the newest complete checkpoint of a folder. With the same network, data and options, `fit` continues from it to
 * the same bits as without the interruption. Incomplete or damaged checkpoints are skipped.
 *
 * @param folder of the option `checkpoint`, a path or an URL that begins with `file:`
 * @param options `network`, `which` (`newest`), `optional` (false)
 * @throws DocumentError if no checkpoint is complete, or it is that of another network: the message lists the names and
 *   shapes that differ
 * @throws FileError if the system does not let the folder be read
 * @throws InvalidOption if an option is invalid
 * @example
 * ```ts
 * const network = join(Input(2), Relu(3))
 * const before = await resume('runs/none', { network, optional: true })
 * before // undefined
 * ```
 */
export function resume<N extends AnyLayer = AnyLayer>(
  folder: Location,
  options?: ResumeOptions<N> & { readonly optional?: false },
): Promise<Resumed<N>>
export function resume<N extends AnyLayer = AnyLayer>(
  folder: Location,
  options: ResumeOptions<N>,
): Promise<Resumed<N> | undefined>
export async function resume<N extends AnyLayer = AnyLayer>(
  folder: Location,
  given: ResumeOptions<N> = {},
): Promise<Resumed<N> | undefined> {
  const example = "resume('runs/first', { network })"
  const own = parseOptions('resume', example, options, merged(ownOptions('resume', example, given), { folder }))
  const disk = await openDisk(own.folder)
  const found = await newestIn(disk, own.folder, own.which === 'best' ? 'best' : 'checkpoint')
  if ('faults' in found) {
    const [newest] = found.faults
    // What is there and cannot be read is told, whoever does without a checkpoint.
    if (newest !== undefined) throw newest
    if (own.optional) return undefined
    throw new DocumentError({
      file: own.folder,
      expected: `a folder with ${own.which === 'best' ? 'the best checkpoint' : 'checkpoints'} of fit`,
      got: 'none',
      remedy: 'Save them with fit(…, { checkpoint: { folder } }).',
    })
  }
  const at = disk.path.join(own.folder, found.name)
  const session = ofSaved(at, found)
  if (own.network !== null) checkNetwork(at, own.network, session.trainState.variables)
  const resumed = { ...session, kind: 'Checkpoint', folder: at, hash: found.hash } as const
  // Of the network, as far as it was given.
  return Object.freeze(Object.defineProperties(resumed, shown)) as unknown as Resumed<N>
}
