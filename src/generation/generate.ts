import { type BackendOption, backendOption } from '../backends/choose.ts'
import type { Numbers } from '../backends/programs.ts'
import { codec, integer, isFunction, notNegative, number, orNull, parseOptions } from '../base/options.ts'
import { asKey, foldIn, isKey, type Key, uniforms } from '../base/random.ts'
import type { Tensor } from '../base/tensor.ts'
import { filledIn } from '../core/expects.ts'
import type { AnyLayer } from '../core/layer.ts'
import { idReaders } from '../network/ids.ts'
import { asPart } from '../network/parts.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { TensorInputs } from '../state/data.ts'
import { asVariables } from '../state/given.ts'
import { handOver, tensorOf } from '../tfjs/index.ts'
import { checkSteps, promptOf } from './decode.ts'
import { keptPrograms } from './kept.ts'
import type { Readable } from './networks.ts'
import { oneVocabulary, type Plan, planOf, refuse } from './plan.ts'
import { type Read, type Reader, readerOf } from './reader.ts'
import { type Drawing, drawToken } from './sample.ts'

interface Options {
  /** How many tokens to generate for each sequence. */
  readonly length: number
  /** How many of the most probable tokens may be drawn. Default, or `null`: all. */
  readonly topK?: number | null
  /**
   * The part of the probability, above 0 and at most 1, that the tokens which may be drawn have together at least: the fewest,
   * most probable ones. Default: 1, all.
   */
  readonly topP?: number
  /** The token after which a sequence ends: it is repeated up to the length. Default, or `null`: none. */
  readonly stop?: number | null
  /** What computes: a backend, or the name of one. Default: `'tfjs'`, on whichever backend of tfjs is in use. */
  readonly backend?: BackendOption
  /**
   * Called with each new token of all sequences and its place, from 0. If it gives a promise, that is awaited before the next
   * token.
   */
  readonly onToken?: ((tokens: readonly number[], index: number) => unknown) | null
}
/** The options of {@link generate}. */
export type GenerateOptions = Options &
  (
    | {
        /** 0: the most probable token always follows, and no key is needed. */
        readonly temperature: 0
        readonly key?: Key | null
      }
    | {
        /** What the logarithms of probabilities are divided by: below 1 for likelier tokens, above for others. Default: 1. */
        readonly temperature?: number
        /** The key that tokens are drawn with. */
        readonly key: Key
      }
  )
interface Normal extends Required<Options> {
  readonly temperature: number
  readonly key: Key | null
}

const example = 'generate(network, variables, [[3, 1]], { length: 20, key: key(1) })'

const parsed = (options: unknown): Normal =>
  parseOptions<Normal>(
    'generate',
    example,
    {
      length: { codec: integer(1) },
      temperature: { codec: notNegative, default: 1 },
      topK: { codec: orNull(integer(1), 'all tokens'), default: null },
      topP: { codec: number('a number > 0 and <= 1', value => value > 0 && value <= 1), default: 1 },
      stop: { codec: orNull(integer(0), 'no such token'), default: null },
      key: {
        codec: codec<Key | null>('a key', value =>
          value === null || isKey(value) ? (value as Key | null) : undefined,
        ),
        default: null,
      },
      backend: { codec: backendOption, default: 'tfjs' },
      onToken: {
        codec: codec<Normal['onToken']>('a function of the tokens and their place', value =>
          value === null || isFunction(value) ? (value as Normal['onToken']) : undefined,
        ),
        default: null,
      },
    },
    options,
  )

/** @throws InvalidOption if the network may give a token that it does not take */
const checkVocabulary = ({ wiring, vocabulary }: Plan, { stop, topK }: Normal): void => {
  for (const { layer, rows } of idReaders(wiring)[0] ?? [])
    if (rows < vocabulary) {
      const { expected, remedy } = oneVocabulary
      refuse(layer, 'inputSize', filledIn(expected, { count: vocabulary }), String(rows), remedy)
    }
  for (const [option, value, most] of [
    ['stop', stop, vocabulary - 1],
    ['topK', topK, vocabulary],
  ] as const)
    if (value !== null && value > most)
      refuse(
        'generate',
        option,
        `at most ${most}, for ${vocabulary} tokens`,
        String(value),
        `Tokens are counted from 0: ${example}.`,
      )
}

/** The logarithms of probabilities after a read. */
const logsOf = async ({ ready: { backend }, result }: Read): Promise<Float32Array> => {
  try {
    return await backend.download(result)
  } finally {
    backend.release(result)
  }
}

/** The next token of each sequence. */
const tokensAfter = (
  logs: Float32Array,
  batch: number,
  drawing: Drawing,
  key: Key | null,
  before: readonly number[] | undefined,
  stop: number | null,
): readonly number[] => {
  const size = logs.length / batch
  const draws = key === null || drawing.temperature === 0 ? undefined : uniforms(key, batch)
  return Array.from({ length: batch }, (_, i) =>
    stop !== null && before?.[i] === stop
      ? stop
      : drawToken(logs.subarray(i * size, (i + 1) * size), drawing, draws?.[i] ?? 0),
  )
}

const generated = async (reader: Reader, prompt: ReturnType<typeof promptOf>, options: Normal): Promise<Int32Array> => {
  const { length, key, stop, onToken } = options
  const { tokens, others } = prompt
  const [batch = 0] = tokens.shape
  const all = new Int32Array(batch * length)
  if (batch === 0) return all
  let read = await reader.first(tokens, others, length - 1)
  let last: readonly number[] | undefined
  try {
    for (let i = 0; ; i++) {
      const logs = await logsOf(read)
      last = tokensAfter(logs, batch, options, key === null ? null : foldIn(key, i), last, stop)
      for (const [sequence, token] of last.entries()) all[sequence * length + i] = token
      await onToken?.(last, i)
      if (i === length - 1) return all
      if (last.every(token => token === stop)) {
        for (let at = i + 1; at < length; at++)
          for (let sequence = 0; sequence < batch; sequence++) all[sequence * length + at] = stop as number
        return all
      }
      const next: Numbers = { data: Float32Array.from(last), shape: [batch, 1] }
      read = await reader.next(read.memory, next, true)
    }
  } finally {
    reader.forgetAll(read.memory)
  }
}

/**
 * Generates tokens one by one: each is drawn from the probabilities that the network gives for what follows the tokens before
 * it. The network reads every token once, as by {@link decode}; so a token costs as much as the tokens before it once, and
 * what follows is what the network gives for the whole sequence, up to rounding.
 *
 * The output of the network is the probabilities of `Softmax`, or logits. Draws depend on the key, the place in what is
 * generated and the place in the batch alone, so the same key gives the same tokens on every engine.
 *
 * If learned positions end, nothing is generated: the prompt and `length` may have one token more than these.
 *
 * @param network as for {@link decode}
 * @param prompt tokens [batch, steps], at least one step; for a network of several inputs an array of the tokens and the
 *   others
 * @returns a promise of the tokens that follow, [batch, length]
 * @throws InvalidOption as {@link decode}; also if an option is invalid, there is no key and the temperature is not 0, or the
 *   network gives no finite numbers
 * @see `generate` (Hugging Face) in PyTorch; `generate` (KerasHub) in Keras
 * @example
 * ```ts
 * const network = gpt({ vocabulary: 10, length: 16, width: 8, heads: 2, layers: 1 })
 * const variables = init(network, key(1))
 * const tokens = await generate(network, variables, [[3, 1, 4]], { length: 5, topK: 3, key: key(2) })
 * tokens.shape // [1, 5]
 * ```
 */
export const generate = async <N extends AnyLayer, const V extends SomeVariables = SomeVariables>(
  network: Readable<'generate', N>,
  variables: VariablesFor<N, V>,
  prompt: TensorInputs,
  options: GenerateOptions,
): Promise<Tensor<[number, number], 'int32'>> => {
  const normal = parsed(options)
  const plan = planOf('generate', asPart('generate', network as AnyLayer))
  const trees = asVariables('generate', variables)
  checkVocabulary(plan, normal)
  if (normal.temperature > 0) asKey('generate', normal.key)
  const given = promptOf('generate', 'prompt', plan, prompt)
  const [batch, steps] = given.tokens.shape as readonly [number, number]
  checkSteps('generate', 'length', plan, steps + normal.length - 1)
  const programs = keptPrograms(plan, trees, normal.backend)
  const tokens = await generated(
    readerOf(plan, () => programs),
    given,
    normal,
  )
  return handOver<[number, number], 'int32'>(tensorOf(tokens, [batch, normal.length]))
}
