import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, JoineryError } from '../base/errors.ts'
import { codec, type Options, oneOf, parseOptions } from '../base/options.ts'
import { showFlow } from '../base/shape.ts'
import { byName, mapTree } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart } from '../network/parts.ts'
import { portNames } from '../network/ports.ts'
import { outgoing, wiringOf } from '../network/wiring.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import { notation } from '../notation/index.ts'
import { inputsFor } from '../state/any-batch.ts'
import { checkedLeaves } from '../state/check.ts'
import { asTrees } from '../state/given.ts'
import { variablesOf } from '../state/traced.ts'
import { type WrittenType, writtenTypes } from '../storage/element-types.ts'
import { encodeSafetensors } from '../storage/safetensors.ts'
import { declarationsOf } from './declarations.ts'
import { isFixed } from './linear.ts'
import { moduleText, type Port, written } from './source.ts'
import { base64 } from './text.ts'
import { tracedFor } from './trace.ts'

/** The options of {@link toModule}. */
export interface ToModuleOptions {
  /**
   * Where the weights are: `'inside'` the module, in base64, or in a file `'beside'` it, which `load` reads. Default:
   * `'inside'`.
   */
  readonly weights?: 'inside' | 'beside'
  /** With weights beside the module, the name of their file, from the module. Default: `'weights.safetensors'`. */
  readonly file?: string
  /** What the weights are stored as: `'F16'` and `'BF16'` take half the bytes, rounded. Default: `'F32'`. */
  readonly dtype?: WrittenType
}

/** A network as a module, as {@link toModule} gives it. */
export interface NetworkModule {
  /** The module in JavaScript: `network.mjs`. */
  readonly source: string
  /** Its types: `network.d.mts`. */
  readonly types: string
  /** With weights beside the module, their file in the safetensors format; otherwise `null`. */
  readonly weights: Uint8Array<ArrayBuffer> | null
}

const owner = 'toModule'
/** The most bytes of weights inside a module: a text of the language is not much longer. */
const mostInside = 2 ** 28
const example = "toModule(network, variables, { weights: 'beside' })"

const fileName: t.Type<string, unknown, unknown> = codec('the name of a file, such as digits.safetensors', value =>
  typeof value === 'string' && value !== '' ? value : undefined,
)
const options: Options<Required<ToModuleOptions>> = {
  weights: { codec: oneOf(['inside', 'beside'] as const), default: 'inside' },
  file: { codec: fileName, default: 'weights.safetensors' },
  dtype: { codec: oneOf(writtenTypes), default: 'F32' },
}

/** The text of a network, where it has one. */
const textOf = (network: AnyLayer): string | undefined => {
  try {
    return notation(network)
  } catch (error) {
    // It has layers or functions of the user's own.
    if (error instanceof JoineryError) return undefined
    throw error
  }
}

/**
 * A trained network as an ES module without dependencies, for inference with batches of any size: `predict` takes typed arrays
 * or nested arrays and gives a `Float32Array` with its `shape`. The kernels are WebAssembly within the module, so it runs
 * as one file in Node, Deno, browsers and workers, and in what bundlers make of it. It computes what `compile` does.
 *
 * Write `source` as `network.mjs` and `types` as `network.d.mts`. With `weights: 'beside'`, write `weights` to a file beside
 * them: the module then has `load` in the place of `predict`.
 *
 * @throws InvalidOption if an option is invalid, or the network does not know the shapes of its inputs, draws random numbers in
 *   inference, or has a layer that repeats operations as values say or depends on the size of the batch otherwise than linearly
 * @throws WeightInitializationError if a variable is missing or has another shape
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8), Softmax(3))
 * const { source, types } = toModule(network, init(network, key(1)))
 * source.includes('export const predict') // true
 * types.includes('readonly [batch: number, 3]') // true
 * ```
 */
export const toModule = <N extends AnyLayer, const V extends SomeVariables = SomeVariables>(
  network: N,
  variables: VariablesFor<N, V>,
  given: ToModuleOptions = {},
): NetworkModule => {
  const { weights: form, file, dtype } = parseOptions<Required<ToModuleOptions>>(owner, example, options, given)
  const part = asPart(owner, network)
  const wiring = wiringOf(part)
  const rules = variablesOf(part, inputsFor(owner, wiring.inputs, 1))
  const tensors = checkedLeaves(rules, asTrees(owner, variables))
  let at = 0
  const known = mapTree(rules, rule => ({ ...rule, data: Float32Array.from(tensors[at++]?.dataSync() ?? []) }))
  const traced = tracedFor(owner, part, wiring.inputs, known)
  const [inputs, outputs] = portNames(wiring)
  const described = {
    title: `${showFlow(wiring.inputs)} to ${showFlow(outgoing(wiring))}`,
    notation: textOf(network),
    inputs: inputs.map((name, i): Port => ({ name, shape: wiring.inputs[i] ?? [] })),
    outputs: outputs.map((name, i): Port => {
      const { shape } = traced.program.outputs[i] as (typeof traced.program.outputs)[number]
      return { name, shape: shape.map(d => (isFixed(d) ? d.offset : null)) }
    }),
  }
  const { text, weights } = written(described, traced)
  const bytes = encodeSafetensors(byName(weights.map(({ name, ...tensor }) => [name, tensor])), { dtype })
  if (form === 'inside' && bytes.length > mostInside)
    throw new InvalidOption({
      layer: owner,
      option: 'weights',
      expected: `at most ${mostInside / 2 ** 20} MiB of weights inside a module`,
      got: `${Math.ceil(bytes.length / 2 ** 20)} MiB`,
      remedy: `Put them beside it: ${example}.`,
    })
  return Object.freeze({
    source: moduleText(described, text, form, form === 'inside' ? base64(bytes) : file),
    types: declarationsOf(described, form),
    weights: form === 'inside' ? null : bytes,
  })
}
