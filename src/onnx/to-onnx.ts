import { readsOf, withNames } from '../backends/onnxruntime/emitter.ts'
import { lower } from '../backends/onnxruntime/lower.ts'
import type { Aim, Model } from '../backends/onnxruntime/model.ts'
import { encode, largest, operatorSets } from '../backends/onnxruntime/protobuf.ts'
import { prepare } from '../backends/prepare.ts'
import { InvalidOption } from '../base/errors.ts'
import { codec, parseOptions } from '../base/options.ts'
import { type Flow, sizeOf } from '../base/shape.ts'
import { leavesOf } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart, type Part } from '../network/parts.ts'
import { portNames } from '../network/ports.ts'
import { wiringOf } from '../network/wiring.ts'
import type { VariablesFor } from '../network-types/named.ts'
import { drawsSome, forAnySize, inputsFor } from '../state/any-batch.ts'
import { checkedLeaves } from '../state/check.ts'
import { asTrees } from '../state/given.ts'
import { outputsOnly, traceNetwork, variablesOf } from '../state/traced.ts'
import { joinedName } from '../storage/tree-names.ts'
import { forAnyBatch, type Three } from './batch.ts'

/** The options of {@link toOnnx}. */
export interface ToOnnxOptions {
  /** The version of ONNX's operator set, 17 to 25: runtimes and tools read up to some version. Default: 25. */
  readonly opset?: number
}

const owner = 'toOnnx'
const example = 'toOnnx(network, variables, { opset: 17 })'
const newest = operatorSets.at(-1) as number
const opsets = codec<number>(`one of ${operatorSets.join(', ')}`, value =>
  operatorSets.find(version => version === value),
)

const modelFor = (part: Part, inputs: Flow, aim: Aim): Model => {
  const sized = (batch: number) => {
    const x = inputsFor(owner, inputs, batch)
    const mode = { training: false, key: undefined }
    const { graph, draws } = prepare(traceNetwork(part, variablesOf(part, x), mode, x, [outputsOnly, []])[0])
    if (draws.length > 0) throw drawsSome(owner)
    return { batch, model: lower(graph, aim) }
  }
  // As many as there are sizes, which the compiler does not know of a map.
  return forAnySize(owner, part, inputs, sizes => forAnyBatch(sizes.map(sized) as unknown as Three))
}

/** A model in which values have other names. */
const renamed = (model: Model, names: ReadonlyMap<string, string>): Model => {
  const rename = <P extends { readonly name: string }>(all: readonly P[]): readonly P[] =>
    all.map(each => ({ ...each, name: names.get(each.name) ?? each.name }))
  return {
    nodes: model.nodes.map(node => withNames(node, names)),
    initializers: model.initializers,
    inputs: rename(model.inputs),
    outputs: rename(model.outputs),
  }
}

/**
 * A trained network as an ONNX model: the bytes of an `.onnx` file, for inference with batches of any size. It consists of
 * ONNX's own operators only, and its weights have the names of the variables, such as `relu-1/weight`. The inputs have the
 * names of their Input layers, or `input`; the outputs are `output`, or `output-1` and so on.
 *
 * @param options `opset`: the version of ONNX's operator set, 17 to 25 (the default)
 * @throws InvalidOption if an option is invalid, the network does not know the shapes of its inputs, or the file would be
 *   larger than 2 GiB
 * @throws WeightInitializationError if a variable is missing or has another shape
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8), Softmax(3))
 * const bytes = toOnnx(network, init(network, key(1)), { opset: 17 })
 * bytes.length < 1500 // true
 * ```
 */
export const toOnnx = <N extends AnyLayer>(
  network: N,
  variables: VariablesFor<N>,
  options: ToOnnxOptions = {},
): Uint8Array<ArrayBuffer> => {
  const { opset } = parseOptions<Required<ToOnnxOptions>>(
    owner,
    example,
    { opset: { codec: opsets, default: newest } },
    options,
  )
  const aim = { opset, isPortable: true }
  const part = asPart(owner, network)
  const wiring = wiringOf(part)
  const rules = variablesOf(part, inputsFor(owner, wiring.inputs, 1))
  const tensors = checkedLeaves(rules, asTrees(owner, variables))
  const bytes = tensors.reduce((sum, { shape }) => sum + 4 * (sizeOf(shape) as number), 0)
  if (bytes > largest)
    throw new InvalidOption({
      layer: owner,
      option: 'variables',
      expected: 'variables of less than 2 GiB, which is the most an ONNX file holds',
      got: `${(bytes / 2 ** 30).toFixed(1)} GiB`,
      remedy: 'Export parts of the network, each to a file of its own.',
    })
  const model = modelFor(part, wiring.inputs, aim)
  const names = leavesOf(rules).map(([layer, variable]) => joinedName([layer, variable]))
  const [inputs, outputs] = portNames(
    wiring,
    new Set([
      ...names,
      ...model.initializers.map(({ name }) => name),
      ...model.nodes.flatMap(({ outputs }) => outputs).filter(name => !/^output \d+$/.test(name)),
    ]),
  )
  const found = renamed(
    model,
    new Map([
      ...[...names, ...inputs].map((name, i) => [model.inputs[i]?.name as string, name] as const),
      ...outputs.map((name, i) => [model.outputs[i]?.name as string, name] as const),
    ]),
  )
  const read = new Set(found.nodes.flatMap(readsOf))
  const weights = tensors.map((tensor, i) => ({
    name: names[i] as string,
    shape: tensor.shape,
    values: Float32Array.from(tensor.dataSync()),
  }))
  return encode(
    {
      ...found,
      initializers: [...weights.filter(({ name }) => read.has(name)), ...found.initializers],
      inputs: found.inputs.slice(names.length),
    },
    aim,
  )
}
