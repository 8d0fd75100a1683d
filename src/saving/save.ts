import type * as t from 'io-ts/lib/index.js'
import { anything, codec, type Options, oneOf, ownOptions, parseOptions } from '../base/options.ts'
import { isRecord, merged } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Preprocessing } from '../data/preprocessing/json.ts'
import { type Registry, type Training, toDocument } from '../documents/index.ts'
import { asPart } from '../network/parts.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import { checkVariable } from '../state/check.ts'
import { asTrees } from '../state/given.ts'
import { variablesBy } from '../state/variables.ts'
import { type WrittenType, writtenTypes } from '../storage/element-types.ts'
import { safetensorsParts } from '../storage/safetensors.ts'
import { cardOf } from './card.ts'
import { asTarget, type Parts, type SavePlace, weightsFile } from './places.ts'
import { rulesOf, wantedOf } from './weights.ts'

/** The options of {@link save}. */
export interface SaveOptions {
  /** Layers, functions, initializers, losses and the like of your own, by name: see `toDocument`. Default: none. */
  readonly registry?: Registry
  /** How the network is trained: options of `fit`, such as `loss`, `optimizer` and `metrics`. Default: not said. */
  readonly training?: Training
  /** What prepares its data: a fitted preprocessor, or several in lists and records. Default: not said. */
  readonly preprocessing?: Preprocessing
  /** What the elements are in the file: `'F16'` and `'BF16'` take half the bytes, rounded. Default: `'F32'`. */
  readonly dtype?: WrittenType
  /** Texts by name, kept in the header of the weights. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>
  /** For the model card of a folder: the history that `fit` gives. Default: none. */
  readonly history?: object
  /** For the model card of a folder: the license, as Hugging Face abbreviates it. Default: none. */
  readonly license?: string
  /** Of a folder: what `tokenizer.json` holds, such as the property `tokenizer` of what `tokenize` gives. Default: none. */
  readonly tokenizer?: object
}

interface Normal {
  readonly registry: unknown
  readonly training: unknown
  readonly preprocessing: unknown
  readonly dtype: WrittenType
  readonly metadata: unknown
  readonly history: Readonly<Record<string, unknown>> | null
  readonly license: string | null
  readonly tokenizer: Readonly<Record<string, unknown>> | null
}

const record = (expected: string): t.Type<Readonly<Record<string, unknown>> | null, unknown, unknown> =>
  codec<Readonly<Record<string, unknown>> | null>(expected, value =>
    value === null || isRecord(value) ? value : undefined,
  )
const text = codec<string | null>('a text', value => (value === null || typeof value === 'string' ? value : undefined))

const options: Options<Normal> = {
  registry: { codec: anything, default: {} },
  training: { codec: anything, default: null },
  preprocessing: { codec: anything, default: null },
  dtype: { codec: oneOf(writtenTypes), default: 'F32' },
  metadata: { codec: anything, default: {} },
  history: { codec: record('the history that fit gives'), default: null },
  license: { codec: text, default: null },
  tokenizer: { codec: record('what tokenizer.json holds'), default: null },
}

const json = (value: unknown): Parts => [new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)]

/**
 * Saves a network with its variables: as one `.safetensors` file, whose header holds the network, or as a folder in the
 * layout of Hugging Face, with `config.json`, `model.safetensors`, `tokenizer.json` if there is one, and a model card in
 * `README.md`. A file comes into its place whole or not at all, and so does a folder, unless other files are in it: these
 * stay, and each file is replaced by itself.
 *
 * @param place the path or `file:` URL of a `.safetensors` file or of a folder; or a handle of a browser's file system
 * @throws InvalidOption if an option is invalid, or the network, its training or its preprocessing holds functions or other
 *   values of your own that are not registered
 * @throws WeightInitializationError if a variable is missing or has another shape
 * @throws FileError if the system does not let it; what was there still is
 * @example
 * ```ts
 * import { tmpdir } from 'node:os'
 *
 * const network = join(Input(4), Relu(8), Softmax(3))
 * await save(`${tmpdir()}/iris.safetensors`, network, init(network, key(1)))
 * const loaded = await load(`${tmpdir()}/iris.safetensors`)
 * String(loaded.network) // (?, 4) -> [... 3 layers ...] -> (?, 3)
 * ```
 */
export const save = async <N extends AnyLayer, const V extends SomeVariables = SomeVariables>(
  place: SavePlace,
  network: N,
  variables: VariablesFor<N, V>,
  given: SaveOptions = {},
): Promise<void> => {
  const example = "save('digits.safetensors', network, variables)"
  const own = parseOptions<Normal>('save', example, options, given)
  const part = asPart('save', network)
  const target = asTarget('save', place)
  // What a caller from JavaScript gave is checked there.
  const document = toDocument(network, {
    registry: own.registry as Registry,
    ...(own.training !== null && { training: own.training as Training }),
    ...(own.preprocessing !== null && { preprocessing: own.preprocessing as Preprocessing }),
  })
  const trees = asTrees('save', variables)
  const rules = rulesOf(part)
  const tensors = variablesBy(rules, (layer, name, rule) => checkVariable(layer, name, rule.shape, trees))
  const { dtype, history, license, tokenizer } = own
  const metadata = merged(ownOptions('save', example, own.metadata, 'texts by name', 'metadata')) as Record<
    string,
    string
  >
  if (target.form === 'file')
    return target.write({ '': safetensorsParts('save', tensors, { metadata, dtype, document }) })
  const weights = safetensorsParts('save', tensors, { metadata, dtype })
  const card = cardOf(part, wantedOf(rules), { title: target.title, history, license })
  await target.write({
    [weightsFile]: weights,
    ...(tokenizer && { 'tokenizer.json': json(tokenizer) }),
    'README.md': [new TextEncoder().encode(card)],
    'config.json': json({ model_type: 'joinery', torch_dtype: torchTypes[dtype], joinery: document }),
  })
}

/** What others call the types of elements. */
const torchTypes: Readonly<Record<WrittenType, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }
