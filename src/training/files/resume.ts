import type * as t from 'io-ts/lib/index.js'
import { DocumentError, InvalidOption } from '../../base/errors.ts'
import { boolean, codec, type Options, oneOf, ownOptions, parseOptions } from '../../base/options.ts'
import { shownAs } from '../../base/shown.ts'
import { isList, isRecord, merged } from '../../base/trees.ts'
import type { AnyLayer } from '../../core/layer.ts'
import { asParts, isNetworks, type PartsByName } from '../../network/networks.ts'
import { asPart, type Part } from '../../network/parts.ts'
import type { More, Networks, VariablesByNetwork } from '../../network-types/networks.ts'
import { isOfOne, type Trees } from '../../state/variables.ts'
import { type Location, locationOption, openDisk } from '../../storage/disk.ts'
import type { Session } from '../loops/session.ts'
import { type ObjectiveRules, type RulesReport, readRules } from '../rules/rule.ts'
import { areByNetwork, slotsByNetwork } from '../rules/slots.ts'
import { memoryOf, asTrees as treesByNetwork } from '../rules/subject.ts'
import type { RulesState } from '../step.ts'
import { asTrainState } from '../train-state.ts'
import { newestIn } from './checkpoint-folder.ts'
import { checkNetwork, checkNetworks } from './differences.ts'
import { ofSaved } from './session-document.ts'

/** A saved run, from which `fit` continues as if it had never been interrupted. */
export interface Resumed<N extends AnyLayer = AnyLayer> extends Session<N> {
  readonly kind: 'Checkpoint'
  /** The folder of the checkpoint itself. */
  readonly folder: string
  /** Of what its files hold. */
  readonly hash: string
}

/** A saved run of several networks that rules train. */
export interface ResumedByRules<NS, R = unknown> extends Omit<Resumed, 'trainState' | 'rows' | 'best'> {
  /** Variables and what the optimizers remember, by the name of the network. */
  readonly trainState: RulesState<NS>
  /** What the epochs have reported. */
  readonly rows: readonly { readonly training: RulesReport<R>; readonly validation: RulesReport<R> | null }[]
  /** The best variables so far, where they are to come back. */
  readonly best: VariablesByNetwork<NS> | null
}

/** Which checkpoint is taken, whatever was trained. */
interface Taking {
  /** The newest complete checkpoint, or the best one. Default: `newest`. */
  readonly which?: 'newest' | 'best'
  /** Whether there may be none: the promise is of `undefined` then. Default: false. */
  readonly optional?: boolean
}

/** Which checkpoint is taken. */
export interface ResumeOptions<N extends AnyLayer = AnyLayer> extends Taking {
  /** The network whose checkpoint it is to be; others are refused. */
  readonly network?: N
}

/** Which checkpoint of several networks is taken. */
export interface ResumeRulesOptions<NS, R = unknown, B = never> extends Taking {
  /** The networks by name whose checkpoint it is to be; others are refused. */
  readonly networks: NS & Networks<NS>
  /** The rules that trained them, whose memory it is to hold, and which say what its reports have. Default: any. */
  readonly rules?: R & ObjectiveRules<NS, B>
}

/** What there is where there may be no checkpoint. */
type Missing<O extends boolean> = O extends false ? never : undefined

interface Normal {
  readonly folder: string
  readonly network: Part | null
  readonly networks: PartsByName | null
  readonly rules: unknown
  readonly which: 'newest' | 'best'
  readonly optional: boolean
}

const networkOption: t.Type<Part | null, unknown, unknown> = codec('a network', value =>
  value === null ? null : asPart('resume', value),
)

const networksOption: t.Type<PartsByName | null, unknown, unknown> = codec('networks by name', value =>
  value === null ? null : isNetworks(value) ? asParts('resume', value) : undefined,
)
/** They are read where the networks are known. */
const rulesOption: t.Type<unknown, unknown, unknown> = codec('a rule, or an array of rules', value => value)

const options: Options<Normal> = {
  folder: { codec: locationOption('folder') },
  network: { codec: networkOption, default: null },
  networks: { codec: networksOption, default: null },
  rules: { codec: rulesOption, default: null },
  which: { codec: oneOf(['newest', 'best']), default: 'newest' },
  optional: { codec: boolean, default: false },
}

const described = ({ folder, trainState: { optimizer }, epoch, batch }: Resumed): string => {
  const within = batch > 0 ? `, batch ${batch} of the next` : ''
  return `Checkpoint of update ${optimizer.update} (epoch ${epoch}${within}) from ${folder}`
}
const shown = shownAs(described)

/** Variables of one network are those of none of several. */
const byNetwork = (variables: Trees | Readonly<Record<string, Trees>>): Readonly<Record<string, Trees>> =>
  isOfOne(variables) ? {} : variables

/** Slots by network, also where they were written by layer. */
const ofNetworks = (parts: PartsByName, session: Session): Session => {
  const { optimizer, ...rest } = session.trainState
  const names = Object.keys(parts)
  if (!isList(optimizer.slots) || areByNetwork(names, optimizer.slots)) return session
  const shown = Object.freeze({ ...optimizer, slots: slotsByNetwork(names, optimizer.slots) })
  return { ...session, trainState: Object.freeze({ ...rest, optimizer: shown }) }
}

/**
 * Checks that a saved run is that of networks, and of the rules that train them, as far as these were given.
 *
 * @returns the run, with what is remembered by network
 */
const checkedRun = (file: string, { network, networks, rules }: Normal, session: Session): Session => {
  if (network !== null) checkNetwork(file, network, session.trainState.variables)
  if (networks === null) {
    if (rules === null) return session
    throw new InvalidOption({
      layer: 'resume',
      option: 'rules',
      expected: 'networks beside rules',
      got: 'none',
      remedy: 'For example: resume(folder, { networks, rules }).',
    })
  }
  checkNetworks(file, networks, byNetwork(session.trainState.variables))
  const own = ofNetworks(networks, session)
  if (rules === null) return own
  const ruled = { owner: 'resume', parts: networks, rules: readRules('resume', networks, rules) }
  asTrainState(
    { owner: 'resume', asTrees: value => treesByNetwork(ruled, value), memory: memoryOf(ruled) },
    own.trainState,
    'rules',
  )
  return own
}

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
export function resume<N extends AnyLayer = AnyLayer, O extends boolean = false, K = undefined>(
  folder: Location,
  options?: ResumeOptions<N> & { readonly optional?: O; readonly networks?: K extends undefined ? K : undefined },
  ...none: [K] extends [undefined] ? [] : More
): Promise<Resumed<N> | Missing<O>>
/**
 * Reads the newest complete checkpoint of several networks that rules train, otherwise as for one network.
 *
 * @param options `networks` by name, and their `rules`; `which` (`newest`), `optional` (false)
 * @throws DocumentError, FileError, InvalidOption as for one network; InvalidOption also if other rules trained the networks
 * @example
 * ```ts
 * const networks = { encoder: join(Input(4), Tanh(2)), decoder: join(Input(2), Linear(4)) }
 * const before = await resume('runs/none', { networks, optional: true })
 * before // undefined
 * ```
 */
export function resume<const NS extends object, const R = unknown, B = never, O extends boolean = false>(
  folder: Location,
  options: ResumeRulesOptions<NS, R, B> & { readonly optional?: O },
  ...none: [object] extends [NS] ? More : []
): Promise<ResumedByRules<NS, R> | Missing<O>>
export async function resume(folder: Location, given: unknown = {}, ..._: unknown[]): Promise<unknown> {
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
  const session = checkedRun(at, own, ofSaved(at, found))
  const resumed = { ...session, kind: 'Checkpoint', folder: at, hash: found.hash } as const
  // Of the network, as far as it was given.
  return Object.freeze(Object.defineProperties(resumed, shown))
}
