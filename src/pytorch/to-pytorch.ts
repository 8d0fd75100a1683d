import type * as t from 'io-ts/lib/index.js'
import { DocumentError } from '../base/errors.ts'
import { codec, type Options, parseOptions } from '../base/options.ts'
import { showShape } from '../base/shape.ts'
import { byName, leavesOf, own } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { VariableRule } from '../core/variables.ts'
import { asPart } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Variables } from '../network-types/named.ts'
import { checkVariable } from '../state/check.ts'
import { asTrees } from '../state/given.ts'
import { variableRules } from '../state/init.ts'
import { variableIn, variablesBy } from '../state/variables.ts'
import { decodeSafetensors, encodeSafetensors } from '../storage/safetensors.ts'
import { handOver, tensorOf } from '../tfjs/index.ts'
import { lossFor, writeScript } from './script.ts'
import { type PlacedTensor, type Values, writeSource } from './source.ts'
import { type Numbers, packed, unpacked } from './weights.ts'

/** The options of {@link toPyTorch}. */
export interface ToPyTorchOptions {
  /** The name of the module's class. Default: `'Network'`. */
  readonly name?: string
}

/** A network for PyTorch, as {@link toPyTorch} gives it. */
export interface PyTorchNetwork<N extends AnyLayer = AnyLayer> {
  /** The module in Python: `network.py`. */
  readonly source: string
  /** Its weights in the safetensors format, with PyTorch's names and layouts: `weights.safetensors`. */
  readonly weights: Uint8Array<ArrayBuffer>
  /** A script that trains it: `train.py`. */
  readonly script: string
  /**
   * The variables of weights that the script saved. What PyTorch has no tensor for, such as initial states of zeros, is as
   * it was.
   *
   * @throws DocumentError if the bytes are no such file, or a tensor is missing or has another shape
   */
  readonly read: (weights: Uint8Array) => Variables<N>
}

const className: t.Type<string, unknown, unknown> = codec('a name of a class, such as Digits', value =>
  typeof value === 'string' &&
  /^[A-Z][A-Za-z0-9]*$/.test(value) &&
  value !== 'None' &&
  value !== 'True' &&
  value !== 'False'
    ? value
    : undefined,
)
const options: Options<{ readonly name: string }> = { name: { codec: className, default: 'Network' } }

/** The numbers of a network's variables, by layer and name. */
const valuesOf = (numbers: ReadonlyMap<string, ReadonlyMap<string, Numbers>>): Values => ({
  names: layer => [...(numbers.get(layer)?.keys() ?? [])],
  shape: (layer, variable) => numbers.get(layer)?.get(variable)?.shape,
  isZero: (layer, variable) => Array.from(numbers.get(layer)?.get(variable)?.data ?? []).every(value => value === 0),
})

/** The variables of a file of weights. */
const readWeights = (
  bytes: Uint8Array,
  tensors: readonly PlacedTensor[],
  shapeOf: (layer: string, variable: string) => readonly number[],
): ReadonlyMap<string, ReadonlyMap<string, Float32Array>> => {
  const found = decodeSafetensors(bytes).tensors
  const all = new Map<string, Map<string, Float32Array>>()
  for (const one of tensors) {
    const given = own(found, one.name)
    if (given === undefined || given.shape.join() !== one.shape.join())
      throw new DocumentError({
        file: 'safetensors',
        place: one.name,
        expected: `a tensor ${showShape(one.shape)}`,
        got: given === undefined ? 'none' : showShape(given.shape),
        remedy: 'Give the weights of the module that was written for this network.',
      })
    const layer = all.get(one.layer) ?? new Map<string, Float32Array>()
    all.set(one.layer, layer)
    for (const [variable, data] of unpacked(one, given.data, shapeOf)) layer.set(variable, data)
  }
  return all
}

/**
 * A network as a module of PyTorch: readable source, weights in PyTorch's names and layouts, and a script that trains it
 * with `torchrun` on several processes. Inputs and outputs of the module have the library's shapes, with channels last.
 * Within, convolutions and the like have channels first: `channels_first` and `channels_last` change the view and copy
 * nothing. Blocks are modules of their own, and a shared layer is one module. What PyTorch has not is written out in the
 * source. PyTorch 1.13 and later run it.
 *
 * Write the three as `network.py`, `weights.safetensors` and `train.py` in one folder. `read(weights)` gives the variables of
 * what the script saved.
 *
 * Layers that mix or turn images (`RandomRotation`, `RandomErasing`, `MixUp`, `CutMix`) change nothing in inference, and raise an
 * error in training.
 *
 * @throws InvalidOption if an option is invalid, or a layer has no form in PyTorch: one of your own, or an option that is a
 *   function
 * @throws WeightInitializationError if a variable is missing or has another shape
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8), Softmax(3))
 * const { source, weights, read } = toPyTorch(network, init(network, key(1)), { name: 'Iris' })
 * source.includes('self.relu_1 = nn.Linear(4, 8)') // true
 * decodeSafetensors(weights).tensors['relu_1.weight']?.shape // [8, 4]
 * read(weights).params['relu-1'].weight.shape // [4, 8]
 * ```
 */
export const toPyTorch = <N extends AnyLayer, const V extends SomeVariables = SomeVariables>(
  network: N,
  variables: VariablesFor<N, V>,
  given: ToPyTorchOptions = {},
): PyTorchNetwork<N> => {
  const { name } = parseOptions('toPyTorch', "toPyTorch(network, variables, { name: 'Digits' })", options, given)
  const part = asPart('toPyTorch', network)
  const trees = asTrees('toPyTorch', variables)
  const wiring = wiringOf(part)
  const rules = variableRules(wiring)
  const leaves = leavesOf(rules)
  const before = variablesBy(rules, (layer, variable, rule) => checkVariable(layer, variable, rule.shape, trees))
  const numbers = new Map<string, Map<string, Numbers>>()
  for (const [layer, variable, { shape }] of leaves) {
    const known = numbers.get(layer) ?? new Map<string, Numbers>()
    numbers.set(layer, known.set(variable, { data: variableIn(before, layer, variable)?.dataSync() ?? [], shape }))
  }
  const numbersOf = (layer: string, variable: string): Numbers =>
    numbers.get(layer)?.get(variable) ?? { data: [], shape: [] }
  const shapeOf = (layer: string, variable: string): readonly number[] => numbersOf(layer, variable).shape

  const { source, tensors } = writeSource(part, valuesOf(numbers), name)
  const last = wiring.nodes[wiring.outputs[0] ?? 0]?.layer.kind ?? ''
  return Object.freeze({
    source,
    weights: encodeSafetensors(byName(tensors.map(one => [one.name, packed(one, numbersOf)] as const))),
    script: writeScript(name, lossFor(last)),
    read: (bytes: Uint8Array) => {
      const values = readWeights(bytes, tensors, shapeOf)
      const made = (layer: string, variable: string, rule: VariableRule) => {
        const data = values.get(layer)?.get(variable) ?? Float32Array.from(numbersOf(layer, variable).data)
        return handOver(tensorOf(data, rule.shape))
      }
      // What the rules say at run time, Variables<N> says at the type level.
      return variablesBy(rules, made) as unknown as Variables<N>
    },
  })
}
