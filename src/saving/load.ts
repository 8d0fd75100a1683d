import type * as t from 'io-ts/lib/index.js'
import { DocumentError, FileError, show } from '../base/errors.ts'
import { anything, boolean, codec, isFunction, type Options, oneOf, parseOptions } from '../base/options.ts'
import { isRecord, own, type VariableTree } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { VariableRule } from '../core/variables.ts'
import type { Beside } from '../documents/beside.ts'
import { orThrow, readNetwork } from '../documents/network.ts'
import { checkRegistry } from '../documents/registry.ts'
import { asPart, isPart } from '../network/parts.ts'
import type { AnyNetwork } from '../network-types/compose.ts'
import type { AnyVariables, Variables } from '../network-types/named.ts'
import type { AtVariable, VariableNames } from '../network-types/patterns.ts'
import type { Registry } from '../plain/registry.ts'
import { asTrees } from '../state/given.ts'
import type { Trees } from '../state/variables.ts'
import { parsedJson } from '../storage/json.ts'
import { decodeSafetensors as decodeTensors, documentKey, type Safetensors } from '../storage/safetensors.ts'
import { readElements, readHeader } from '../storage/safetensors-file.ts'
import { type Entry, faultsOf, type Header } from '../storage/safetensors-header.ts'
import { type Slices, type Source, whileOpen } from '../storage/slices.ts'
import { asStored, type LoadPlace, type Stored, weightsFile } from './places.ts'
import { type Matching, madeOf, matched, type Rename, rulesOf, wantedOf } from './weights.ts'

/** The options of {@link load}. */
export interface LoadOptions {
  /** Layers, functions, initializers, losses and the like of your own, by the names that `save` was given. Default: none. */
  readonly registry?: Registry
  /**
   * Whether to read how the network is trained. Where it is not, losses and optimizers of your own need not be registered.
   * Default: true.
   */
  readonly training?: boolean
}

/** What {@link load} gives. */
export interface Loaded extends Beside {
  readonly network: AnyNetwork
  readonly variables: { readonly params: AnyVariables; readonly state: AnyVariables }
  /** Texts by name in the header of the weights. */
  readonly metadata: Readonly<Record<string, string>>
  /** What `tokenizer.json` of a folder holds; `undefined` where there is none. */
  readonly tokenizer: Readonly<Record<string, unknown>> | undefined
}

/** Names of tensors by those of variables, which editors offer; what names no variable is underlined. */
type RenameOf<N extends AnyLayer, Name extends string> =
  | ({ readonly [K in Name]: AtVariable<'rename', N, K, string> } & { readonly [_ in VariableNames<N>]?: string })
  | ((variable: string) => string | undefined)

/** The options of {@link loadVariables}. */
export interface LoadVariablesOptions<N extends AnyLayer = AnyLayer, Name extends string = string> {
  /** Whether tensors are found by their names, or taken in the order in which they lie in the file. Default: `'name'`. */
  readonly by?: 'name' | 'order'
  /**
   * The name of a tensor by the name of its variable, such as `relu-1/weight`; or a function that gives it, and `undefined`
   * for variables whose tensors are called as `save` does. Default: all are.
   */
  readonly rename?: RenameOf<N, Name>
  /** Variables that stay where the file has no tensor for them, such as those of a new head. Default: none may be missing. */
  readonly into?: Variables<N>
  /** Whether a tensor that is no variable's is an error. Default: true. */
  readonly strict?: boolean
}

interface Normal {
  readonly by: 'name' | 'order'
  readonly rename: Rename | null
  readonly into: unknown
  readonly strict: boolean
}

const renameOption: t.Type<Rename | null, unknown, unknown> = codec<Rename | null>(
  'names of tensors by those of variables, or a function that gives them',
  value => (value === null || isFunction(value) || isRecord(value) ? (value as Rename | null) : undefined),
)
const variableOptions: Options<Normal> = {
  by: { codec: oneOf(['name', 'order']), default: 'name' },
  rename: { codec: renameOption, default: null },
  into: { codec: anything, default: null },
  strict: { codec: boolean, default: true },
}

/** A value in JSON of a whole file. */
const jsonOf = async ({ name, open }: Source): Promise<unknown> =>
  parsedJson(name, await whileOpen(open, ({ length, slice }) => slice(0, length)))

const notOurs = (file: string, got: string): DocumentError =>
  new DocumentError({
    file,
    expected: 'a network that save has written',
    got,
    remedy: 'To read its tensors into a network of yours, use loadVariables(place, network).',
  })

/** The document that a header holds as a text. */
const documentIn = (file: string, { metadata }: Header): unknown => {
  const text = own(metadata, documentKey)
  if (text === undefined) throw notOurs(file, 'tensors alone')
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw notOurs(file, 'a document that is no JSON')
  }
}

/** A file of weights that is open. */
interface Shard {
  readonly file: string
  readonly slices: Slices
  readonly header: Header
}

/** All of these tensors. */
const elementsIn = async (
  shards: readonly Shard[],
  isNeeded: (entry: Entry) => boolean,
): Promise<ReadonlyMap<Entry, Float32Array>> => {
  const all = new Map<Entry, Float32Array>()
  for (const { file, slices, header } of shards)
    await readElements(slices, header, header.entries.filter(isNeeded), faultsOf(file), all)
  return all
}

/** Which tensors of files are variables of a network. */
const pairsIn = (
  shards: readonly Shard[],
  rules: VariableTree<VariableRule>,
  file: string,
  matching: Matching,
): readonly (readonly [VariableRule, Entry])[] => {
  const entries = shards.flatMap(({ header }) => header.entries)
  return matched(file, wantedOf(rules), entries, matching).map(([{ rule }, entry]) => [rule, entry])
}

/** The values of variables. */
const valuesOf = (
  pairs: readonly (readonly [VariableRule, Entry])[],
  elements: ReadonlyMap<Entry, Float32Array>,
): ReadonlyMap<VariableRule, Float32Array> =>
  new Map(pairs.map(([rule, entry]) => [rule, elements.get(entry) as Float32Array]))

/** Some work on files of weights that are open as long as it takes. */
const withShards = <R>(
  [source, ...rest]: readonly Source[],
  work: (shards: readonly Shard[]) => Promise<R>,
  open: readonly Shard[] = [],
): Promise<R> =>
  source === undefined
    ? work(open)
    : whileOpen(source.open, async slices => {
        const header = await readHeader(slices, faultsOf(source.name))
        return withShards(rest, work, [...open, { file: source.name, slices, header }])
      })

const isMissing = (error: unknown): boolean => error instanceof FileError && error.code === 'ENOENT'
/** What `work` gives; `undefined` where a file is missing that it reads. */
const ifThere = async <R>(work: () => Promise<R>): Promise<R | undefined> => {
  try {
    return await work()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

type Folder = Extract<Stored, { form: 'folder' }>

const indexFile = `${weightsFile}.index.json`
/** The files over which the weights of a folder are spread, as its index says; `undefined` where there is none. */
const shardsOf = async ({ file }: Folder): Promise<readonly Source[] | undefined> => {
  const source = file(indexFile)
  const json = await ifThere(() => jsonOf(source))
  if (json === undefined) return undefined
  const map = isRecord(json) ? own(json, 'weight_map') : undefined
  const files = isRecord(map) ? [...new Set(Object.values(map))] : []
  const wrong = files.find(name => typeof name !== 'string' || !/^[\w-][\w.-]*\.safetensors$/.test(name))
  if (files.length === 0 || wrong !== undefined)
    throw new DocumentError({
      file: source.name,
      place: 'weight_map',
      expected: 'names of .safetensors files in this folder',
      got: show(files.length === 0 ? map : wrong),
      remedy: 'It is damaged or foreign: download it again.',
    })
  return (files as readonly string[]).map(file)
}

/** Some work on the weights, of which a folder has one file or several. */
const withWeights = async <R>(stored: Stored, work: (shards: readonly Shard[]) => Promise<R>): Promise<R> => {
  if (stored.form === 'file') return withShards([stored.source], work)
  const source = stored.file(weightsFile)
  let slices: Slices
  try {
    slices = await source.open()
  } catch (error) {
    const shards = isMissing(error) ? await shardsOf(stored) : undefined
    // Without an index there should be one file.
    if (shards === undefined) throw error
    return withShards(shards, work)
  }
  return withShards([{ ...source, open: async () => slices }], work)
}

const configFile = 'config.json'
/** The document of a folder, and what errors call its file. */
const configOf = async ({ file }: Folder): Promise<readonly [json: unknown, file: string]> => {
  const source = file(configFile)
  const json = await jsonOf(source)
  const document = isRecord(json) ? own(json, documentKey) : undefined
  if (document === undefined) throw notOurs(source.name, `a configuration without '${documentKey}'`)
  return [document, source.name]
}
/**
 * The document of a network that was saved, and what errors call its file.
 *
 * @throws DocumentError if there is none
 */
export const documentAt = async (stored: Stored): Promise<readonly [json: unknown, file: string]> =>
  stored.form === 'folder'
    ? configOf(stored)
    : withShards([stored.source], async ([shard]) => {
        const { file, header } = shard as Shard
        return [documentIn(file, header), file]
      })
const tokenizerOf = async ({ file }: Folder): Promise<Loaded['tokenizer']> => {
  const json = await ifThere(() => jsonOf(file('tokenizer.json')))
  return isRecord(json) ? json : undefined
}

/** What a document holds beside the network. Few do, so what reads it is loaded where it is needed. */
const besideNetwork = async (
  json: unknown,
  registry: Registry,
  file: string,
  isTrainingRead: boolean,
): Promise<Beside> => {
  const fields = isRecord(json) ? json : {}
  if (own(fields, 'training') === undefined && own(fields, 'preprocessing') === undefined)
    return { training: undefined, preprocessing: undefined }
  const { readBeside } = await import('../documents/beside.ts')
  return orThrow(
    await readBeside(isTrainingRead ? fields : { ...fields, training: undefined }, registry),
    file,
    'readDocument',
  )
}

const exactly: Matching = { by: 'name', rename: null, partial: false, strict: true }

/**
 * Loads a network with its variables, from one `.safetensors` file or a folder that `save` wrote. A file on a disk or
 * behind a URL is read tensor by tensor.
 *
 * @param place the path or URL of a `.safetensors` file or of a folder, a File or Blob, bytes, or a handle of a browser's
 *   file system
 * @throws DocumentError if a file is cut off, damaged or another, or the network has other variables than the file
 * @throws FileError if the system does not let it be read
 * @throws InvalidOption if an argument is invalid
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8), Softmax(3))
 * const bytes = encodeSafetensors(init(network, key(1)), { document: toDocument(network) })
 * const loaded = await load(bytes)
 * apply(loaded.network, loaded.variables, [[1, 2, 3, 4]]).output.shape // [1, 3]
 * ```
 */
export const load = async (place: LoadPlace, options: LoadOptions = {}): Promise<Loaded> => {
  const example = "load('digits.safetensors', { registry: { LayerScale } })"
  const { registry, training: isTrainingRead } = parseOptions(
    'load',
    example,
    { registry: { codec: anything, default: {} }, training: { codec: boolean, default: true } },
    options,
  )
  const names = checkRegistry('load', registry)
  const stored = asStored('load', place)
  const config = stored.form === 'folder' ? await configOf(stored) : undefined
  return withWeights(stored, async shards => {
    const [first] = shards as readonly [Shard, ...Shard[]]
    const [json, from] = config ?? [documentIn(first.file, first.header), first.file]
    // The file is read while the network is made. Every tensor is needed, or the file is refused.
    const reading = elementsIn(shards, () => true)
    reading.catch(() => undefined)
    try {
      const network = orThrow(readNetwork(json, names), from)
      const rules = rulesOf(asPart('load', network))
      const pairs = pairsIn(shards, rules, first.file, exactly)
      const variables = madeOf(rules, valuesOf(pairs, await reading), null)
      const { training, preprocessing } = await besideNetwork(json, names, from, isTrainingRead)
      const tokenizer = stored.form === 'folder' ? await tokenizerOf(stored) : undefined
      const { [documentKey]: _, ...metadata } = first.header.metadata
      return Object.freeze({
        network,
        variables: variables as Loaded['variables'],
        training,
        preprocessing,
        metadata: Object.freeze(metadata),
        tokenizer,
      })
    } finally {
      await reading.catch(() => undefined)
    }
  })
}

/** How tensors are matched, as options say. */
const matchingOf = ({ by, rename, into, strict }: Normal): Matching => ({ by, rename, strict, partial: into !== null })

/**
 * Loads variables of a network from a file of tensors, whoever wrote it.
 *
 * @param place as of {@link load}; a folder may have its weights in several files
 * @param network whose variables they are to be: its names and shapes decide
 * @param options `by` (`'name'`), `rename`, `into`, `strict` (true)
 * @throws DocumentError that lists which variables are missing, which tensors are surplus and which have another shape;
 *   all of them are in its field `differences`
 * @throws FileError if the system does not let it be read
 * @throws InvalidOption if an argument is invalid, or `rename` has a name that is no variable's
 * @throws WeightInitializationError if the shape of a variable is unknown
 * @example
 * ```ts
 * const backbone = join(Input(4), Relu(8, { name: 'hidden' }))
 * const bytes = encodeSafetensors(init(backbone, key(1)))
 * const network = join(backbone, Softmax(3))
 * const variables = await loadVariables(bytes, network, { into: init(network, key(2)) })
 * variables.params.hidden.weight.shape // [4, 8]
 * ```
 */
export const loadVariables = async <N extends AnyLayer, Name extends string = never>(
  place: LoadPlace,
  network: N,
  options: LoadVariablesOptions<N, Name> = {},
): Promise<Variables<N>> => {
  const owner = 'loadVariables'
  const example = "loadVariables('digits.safetensors', network, { by: 'order' })"
  const normal = parseOptions<Normal>(owner, example, variableOptions, options)
  const part = asPart(owner, network)
  const into = normal.into === null ? null : asTrees(owner, normal.into)
  const stored = asStored(owner, place)
  return withWeights(stored, async shards => {
    const file = stored.form === 'file' ? stored.source.name : stored.name
    const rules = rulesOf(part)
    const pairs = pairsIn(shards, rules, file, matchingOf(normal))
    const needed = new Set(pairs.map(([, entry]) => entry))
    const values = valuesOf(pairs, await elementsIn(shards, entry => needed.has(entry)))
    // What the rules say at run time, Variables<N> says at the type level.
    return madeOf(rules, values, into) as unknown as Variables<N>
  })
}

/**
 * The tensors of a file in the safetensors format; with a network, its variables.
 *
 * @param bytes of the file; they are copied
 * @param network whose variables they are to be
 * @param options without a network, `file`: the name of the file for errors (default: `safetensors`); with one, those of
 *   {@link loadVariables}
 * @throws DocumentError if the file is cut off, damaged or another, or the network has other variables
 * @throws InvalidOption if an argument is invalid
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8), Softmax(3))
 * const bytes = encodeSafetensors(init(network, key(1)))
 * decodeSafetensors(bytes, network).params['relu-1'].weight.shape // [4, 8]
 * Object.keys(decodeSafetensors(bytes).tensors).length // 4
 * ```
 */
export function decodeSafetensors(bytes: Uint8Array, options?: { readonly file?: string }): Safetensors
export function decodeSafetensors<N extends AnyLayer, Name extends string = never>(
  bytes: Uint8Array,
  network: N,
  options?: LoadVariablesOptions<N, Name>,
): Variables<N>
export function decodeSafetensors(bytes: Uint8Array, given: object = {}, options: object = {}): Safetensors | Trees {
  if (!isPart(given)) return decodeTensors(bytes, given)
  const owner = 'decodeSafetensors'
  const normal = parseOptions<Normal>(owner, `${owner}(bytes, network)`, variableOptions, options)
  const into = normal.into === null ? null : asTrees(owner, normal.into)
  const rules = rulesOf(given)
  const found = Object.entries(decodeTensors(bytes).tensors).map(([name, tensor]) => ({ name, ...tensor }))
  const pairs = matched('safetensors', wantedOf(rules), found, matchingOf(normal))
  return madeOf(rules, new Map(pairs.map(([{ rule }, { data }]) => [rule, data])), into)
}
