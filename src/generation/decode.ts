import { take } from '../backends/backend.ts'
import { type BackendOption, backendOption, chooseBackend } from '../backends/choose.ts'
import type { Numbers } from '../backends/programs.ts'
import { parseOptions } from '../base/options.ts'
import { sharedShape, showShape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart } from '../network/parts.ts'
import type { OutputOf } from '../network-types/compose.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import { type TensorInputs, toNumbers } from '../state/data.ts'
import { asVariables, described } from '../state/given.ts'
import { checkIds, checkKind, inputsIn } from '../state/ids.ts'
import { handOver } from '../tfjs/index.ts'
import type { Readable } from './networks.ts'
import { type Plan, planOf, refuse } from './plan.ts'
import { type Memory, programsFor, type Read, readerOf } from './reader.ts'

/** The options of {@link decode}. */
export interface DecodeOptions {
  /** What computes: a backend, or the name of one. Default: `'tfjs'`, on whichever backend of tfjs is in use. */
  readonly backend?: BackendOption
}

/**
 * What a decoder keeps of the steps that it has read, such as the keys and values of attention. It is a value: reading on from
 * it twice gives the same twice.
 */
export interface DecodingState {
  readonly kind: 'DecodingState'
  /** The number of steps that have been read. */
  readonly position: number
  /** The number of sequences. */
  readonly batch: number
}

/** The output of a network for a part of a sequence: [batch, steps, vocabulary]. */
export type DecodedOutput<N extends AnyLayer> =
  OutputOf<N> extends readonly [unknown, unknown, infer V extends number]
    ? Tensor<[number, number, V]>
    : Tensor<[number, number, number]>

/** The output for some steps, and what is kept of them and of the steps before. */
export interface DecodedSteps<N extends AnyLayer> {
  readonly output: DecodedOutput<N>
  readonly state: DecodingState
}

/** A network that reads sequences part by part: see {@link decode}. */
export interface Decoder<N extends AnyLayer> {
  /**
   * Reads the first steps of sequences.
   *
   * @param input tokens [batch, steps], at least one step; for a network of several inputs an array of the tokens and the
   *   others
   */
  readonly start: (input: TensorInputs) => Promise<DecodedSteps<N>>
  /**
   * Reads the next steps.
   *
   * @param state after the steps before
   * @param tokens [batch, steps], at least one step
   */
  readonly next: (state: DecodingState, tokens: TensorInputs) => Promise<DecodedSteps<N>>
  /** Frees the programs, which the garbage collector does otherwise. */
  readonly dispose: () => Promise<void>
}

/** Tokens and the other inputs of a network, checked. */
export interface Prompt {
  readonly tokens: Numbers
  readonly others: readonly Numbers[]
}

const checkTokens = (owner: string, option: string, { shape }: Numbers): void => {
  if (shape.length === 2 && (shape[1] as number) > 0) return
  refuse(owner, option, 'tokens [batch, steps], at least one step', showShape(shape), 'For example: [[3, 1, 4]].')
}

/** @throws InvalidOption if there would be more steps than layers take */
export const checkSteps = (owner: string, option: string, { most }: Plan, steps: number): void => {
  if (steps <= most) return
  const remedy = 'Generate less, or use PositionalEncoding of a larger length; the sinusoidal form has no limit.'
  refuse(owner, option, `at most ${most} steps, as positions are learned for`, String(steps), remedy)
}

/**
 * Reads the tokens and other inputs.
 *
 * @throws InvalidOption if tokens are not [batch, steps], or no ids of the network
 */
export const promptOf = (owner: string, option: string, { part, wiring }: Plan, given: unknown): Prompt => {
  const inputs = inputsIn(owner, option, part, given).map(input => toNumbers(input))
  const [tokens, ...others] = inputs
  if (tokens === undefined || inputs.length !== wiring.inputs.length)
    return refuse(
      owner,
      option,
      `${wiring.inputs.length} ${wiring.inputs.length === 1 ? 'input' : 'inputs, the tokens first'}`,
      String(inputs.length),
      'For example: [[3, 1, 4]].',
    )
  checkTokens(owner, option, tokens)
  checkIds(part, inputs)
  for (const [i, { shape }] of others.entries()) {
    const wanted = [tokens.shape[0] as number, ...(wiring.inputs[i + 1]?.slice(1) ?? shape.slice(1))]
    if (sharedShape(wanted, shape) === undefined)
      refuse(
        owner,
        `${option}[${i + 1}]`,
        `an input of shape ${showShape(wanted)}, with an example for each sequence`,
        showShape(shape),
        'Give every input the shape that the network takes.',
      )
  }
  return { tokens, others }
}

const example = "decode(network, variables, { backend: 'wasm' })"

/**
 * A network that reads sequences part by part. What it has read is kept, such as the keys and values of attention and the
 * states of recurrent layers: the next step costs as much as the steps before it once, not again.
 *
 * The first input of the network is the sequence, ids [batch, time]; further ones, such as the output of an encoder, are the
 * same for all of its steps. Each layer says itself how it decodes. Layers that act on each step alone do, and so do
 * `MultiHeadAttention` that is causal or attends to another input, `LSTM`, `GRU` and `SimpleRNN` from the first step to the
 * last, `PositionalEncoding`, and `Convolution1D` with `padding: 'causal'`; a layer of your own with `decode` in its
 * definition. All others are refused.
 *
 * @param network one output, [batch, time, vocabulary]
 * @returns `start` and `next`, whose outputs for all steps are those that the whole sequence has, up to rounding
 * @throws InvalidOption if the network has not one such input and output, or a layer looks at later steps; from `start` and
 *   `next`, if tokens are no ids [batch, steps], there are more steps than a layer has positions for, or the state is of
 *   another decoder
 * @throws WeightInitializationError, from `start`, if the variables are not the network's
 * @see `past_key_values` (Hugging Face) in PyTorch; `generate` with `call_with_cache` (KerasHub) in Keras
 * @example
 * ```ts
 * const network = gpt({ vocabulary: 10, length: 8, width: 8, heads: 2, layers: 1 })
 * const decoder = decode(network, init(network, key(1)))
 * const { state } = await decoder.start([[3, 1, 4]])
 * const { output } = await decoder.next(state, [[1]])
 * output.shape // [1, 1, 10]
 * ```
 */
export const decode = <N extends AnyLayer, const V extends SomeVariables = SomeVariables>(
  network: Readable<'decode', N>,
  variables: VariablesFor<N, V>,
  options: DecodeOptions = {},
): Decoder<N> => {
  const { backend } = parseOptions<Required<DecodeOptions>>(
    'decode',
    example,
    { backend: { codec: backendOption, default: 'tfjs' } },
    options,
  )
  const plan = planOf('decode', asPart('decode', network as AnyLayer))
  const programs = programsFor(plan, asVariables('decode', variables), 'output', () => chooseBackend(backend))
  const reader = readerOf(plan, async () => programs)
  const memories = new WeakMap<object, Memory>()
  const given = async ({ ready, result, memory }: Read): Promise<DecodedSteps<N>> => {
    const shape = ready.results[0] as readonly number[]
    const tensor = handOver(await take(ready.backend, result, shape)) as unknown as DecodedOutput<N>
    const state: DecodingState = Object.freeze({
      kind: 'DecodingState',
      position: memory.position,
      batch: memory.batch,
    })
    memories.set(state, memory)
    return Object.freeze({ output: tensor, state })
  }
  return Object.freeze<Decoder<N>>({
    start: async input => {
      const { tokens, others } = promptOf('decode', 'input', plan, input)
      checkSteps('decode', 'input', plan, tokens.shape[1] as number)
      return given(await reader.first(tokens, others))
    },
    next: async (state, input) => {
      const memory =
        memories.get(Object(state)) ??
        refuse('decode', 'state', 'a state of this decoder', described(state), 'Give what start or next gave.')
      const tokens = tokensOf(plan, memory.batch, input)
      checkSteps('decode', 'tokens', plan, memory.position + (tokens.shape[1] as number))
      return given(await reader.next(memory, tokens, false))
    },
    dispose: programs.dispose,
  })
}

/** The next tokens of sequences, checked. */
const tokensOf = ({ part }: Plan, batch: number, input: unknown): Numbers => {
  checkKind('decode', 'tokens', part, input, 0)
  const tokens = toNumbers(input)
  checkTokens('decode', 'tokens', tokens)
  if (tokens.shape[0] !== batch)
    refuse('decode', 'tokens', `tokens of ${batch} sequences`, showShape(tokens.shape), 'Give each sequence as many.')
  checkIds(part, [tokens])
  return tokens
}
