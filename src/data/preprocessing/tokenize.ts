import type { Tokenizer } from '@huggingface/tokenizers'
import { DataError, InvalidOption, show } from '../../base/errors.ts'
import { boolean, codec, integer, type Options, parseOptions } from '../../base/options.ts'
import { isList, isRecord } from '../../base/trees.ts'
import { isByName } from '../readers/arrays.ts'
import { allBytes, asContent, contentError, type DataSource } from '../readers/content.ts'
import { type FieldOption, field, fromKept, shownPreprocessor } from './given.ts'
import { changeField, flatOf } from './numbers.ts'

/** A value in JSON. */
export type JsonObject = Readonly<Record<string, unknown>>

/** How texts become ids. */
export interface TokenizeOptions extends FieldOption {
  /** What `tokenizer_config.json` holds, for tokenizers that need it. */
  readonly config?: JsonObject
  /** Whether to add special tokens such as `[CLS]`, if the tokenizer has them. Default: true. */
  readonly specialTokens?: boolean
  /** The maximum number of ids; longer texts are truncated. Default: no limit. */
  readonly length?: number | null
}

/** What is kept of {@link Tokenization}. */
export interface TokenizationJson {
  readonly kind: 'tokenize'
  readonly field: string | null
  readonly tokenizer: JsonObject
  readonly config: JsonObject
  readonly specialTokens: boolean
  readonly length: number | null
}

/** What texts become. */
export type Tokenized<V> = V extends string
  ? readonly number[]
  : V extends readonly string[]
    ? readonly (readonly number[])[]
    : V extends object
      ? { readonly [K in keyof V]: V[K] extends string ? V[K] | readonly number[] : V[K] }
      : never

/** Texts as the ids of their tokens. */
export interface Tokenization extends TokenizationJson {
  /** How many ids there are. */
  readonly size: number
  /**
   * The ids of a text, of several, or of the field of an example: a function for `map`.
   *
   * @throws InvalidOption if there is no text; DataError if a token is unknown and the tokenizer has no unknown token
   */
  readonly apply: <V>(value: V) => Tokenized<V>
  /** The text of ids; tokens such as `[CLS]` are left out. */
  readonly invert: (ids: readonly number[] | ArrayLike<number>) => string
  readonly toJSON: () => TokenizationJson
}

const object = codec<JsonObject>('what a JSON file holds', value => (isByName(value) ? value : undefined))
const given = {
  field,
  config: { codec: object, default: {} },
  specialTokens: { codec: boolean, default: true },
  length: {
    codec: codec<number | null>('a positive integer, or null for all', value =>
      value === null || integer(1).is(value) ? (value as number | null) : undefined,
    ),
    default: null,
  },
}
const kept: Options<Omit<TokenizationJson, 'kind'>> = { ...given, tokenizer: { codec: object } }

/** The parts of a tokenizer that it may not have; the library wants them said. */
const absent = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
}

/** The id of tokens that a vocabulary does not have. */
const unknownId = (tokenizer: Tokenizer, { model }: JsonObject): number | undefined => {
  const token = isRecord(model) ? model.unk_token : undefined
  return typeof token === 'string' ? tokenizer.token_to_id(token) : undefined
}

const make = async (json: TokenizationJson): Promise<Tokenization> => {
  const { field, specialTokens, length } = json
  const library = await import('@huggingface/tokenizers')
  let tokenizer: Tokenizer
  try {
    tokenizer = new library.Tokenizer({ ...absent, ...json.tokenizer }, json.config)
  } catch (error) {
    throw new InvalidOption(
      {
        layer: 'tokenize',
        option: 'source',
        expected: 'the content of a tokenizer.json of Hugging Face',
        got: `a tokenizer that cannot be made: ${(error as Error).message}`,
        remedy: 'Give tokenizer.json, and tokenizer_config.json as config.',
      },
      { cause: error },
    )
  }
  const unknown = unknownId(tokenizer, json.tokenizer)
  const size = tokenizer.get_vocab().size
  const idsOf = (text: string): readonly number[] => {
    const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: specialTokens })
    const known = (ids as readonly (number | undefined)[]).map((id, i) => {
      if (id !== undefined) return id
      if (unknown !== undefined) return unknown
      throw new DataError({
        owner: 'tokenize',
        expected: 'tokens of the vocabulary',
        got: show(tokens[i]),
        remedy: 'Use a tokenizer with an unknown token.',
      })
    })
    return Object.freeze(length === null ? known : known.slice(0, length))
  }
  const encode = (value: unknown): unknown => {
    if (typeof value === 'string') return idsOf(value)
    if (isList(value) && value.every(text => typeof text === 'string')) return Object.freeze(value.map(idsOf))
    throw new InvalidOption({
      layer: 'tokenize.apply',
      option: 'value',
      expected: 'a text, or an array of texts',
      got: show(value),
      remedy: "Name the field of examples that holds the text: { field: 'x' }.",
    })
  }
  const invert = (ids: unknown): string => {
    const flat = flatOf(ids)
    if (flat?.shape.length === 1)
      return tokenizer.decode(Array.from(flat.data), { skip_special_tokens: true, clean_up_tokenization_spaces: null })
    throw new InvalidOption({
      layer: 'tokenize.invert',
      option: 'ids',
      expected: 'an array of ids',
      got: show(ids),
      remedy: 'Give the result of apply.',
    })
  }
  const tokenization: Tokenization = {
    ...json,
    size,
    apply: <V>(value: V) => changeField('tokenize.apply', field, value, encode) as Tokenized<V>,
    invert,
    toJSON: () => json,
  }
  return shownPreprocessor(tokenization, `tokenize${field === null ? '' : ` ${field}`}: ${size} tokens`)
}

/** The JSON in a file, or given as it is. */
const jsonOf = async (source: unknown): Promise<JsonObject> => {
  if (isByName(source)) return source
  const content = asContent('tokenize', source)
  const bytes = await allBytes(content, () => undefined)
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (isByName(value)) return value
    throw new TypeError(show(value))
  } catch (error) {
    throw contentError(content, 'tokenizer.json of Hugging Face', error)
  }
}

const ofSource = async (source: DataSource | JsonObject, options?: TokenizeOptions): Promise<Tokenization> => {
  const rules = parseOptions('tokenize', "tokenize('tokenizer.json', { length: 128 })", given, options)
  return make(Object.freeze({ kind: 'tokenize', tokenizer: await jsonOf(source), ...rules }))
}

/**
 * A tokenizer that converts texts to ids, from Hugging Face's file `tokenizer.json` or its content. It can be saved as
 * JSON and restored with `tokenize.fromJSON`.
 *
 * @throws InvalidOption if an argument is invalid; FileError if the file cannot be read, DataError if it is not JSON
 * @example
 * ```ts
 * const tokens = await tokenize({
 *   pre_tokenizer: { type: 'Whitespace' },
 *   model: { type: 'WordLevel', vocab: { '[UNK]': 0, red: 1, rose: 2 }, unk_token: '[UNK]' },
 * })
 * tokens.apply('red red rose') // [1, 1, 2]
 * tokens.invert([1, 2]) // red rose
 * ```
 */
export const tokenize: typeof ofSource & {
  readonly fromJSON: (json: unknown) => Promise<Tokenization>
} = Object.freeze(
  Object.assign(ofSource.bind(null), {
    fromJSON: async (json: unknown) => make(Object.freeze({ kind: 'tokenize', ...fromKept('tokenize', kept, json) })),
  }),
)
