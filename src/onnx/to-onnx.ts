import { encode, largest, operatorSets } from '../backends/onnxruntime/protobuf.ts'
import { InvalidOption } from '../base/errors.ts'
import { codec, parseOptions } from '../base/options.ts'
import { sizeOf } from '../base/shape.ts'
import { isRecord, leavesOf } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import { inputsFor } from '../state/any-batch.ts'
import { checkVariable, wireFor } from '../state/check.ts'
import { asTrees } from '../state/given.ts'
import { variableRules } from '../state/init.ts'
import { variablesBy } from '../state/variables.ts'
import { inferenceModel } from './inference.ts'
import { owner } from './names.ts'
import { type OnnxTraining, trainingModel } from './training.ts'

/** The options of {@link toOnnx}. */
export interface ToOnnxOptions {
  /** The version of ONNX's operator set, 17 to 25: runtimes and tools read up to some version. Default: 25. */
  readonly opset?: number
  /** Writes the training step instead of inference: its loss, optimizer and so on. Default: inference. */
  readonly training?: OnnxTraining | null
}

interface Normal {
  readonly opset: number
  readonly training: object | null
}

const example = 'toOnnx(network, variables, { opset: 17 })'
const newest = operatorSets.at(-1) as number
const opsets = codec<number>(`one of ${operatorSets.join(', ')}`, value =>
  operatorSets.find(version => version === value),
)
const training = codec<object | null>('the rule of a training step, such as { loss, optimizer }', value =>
  value === null || isRecord(value) ? value : undefined,
)

/** @throws InvalidOption if tensors are more than a file holds */
const checkSize = (
  tensors: readonly { readonly shape: readonly number[] }[],
  what = 'variables',
  remedy = 'Export parts of the network, each to a file of its own.',
): void => {
  const bytes = tensors.reduce((sum, { shape }) => sum + 4 * (sizeOf(shape) as number), 0)
  if (bytes <= largest) return
  throw new InvalidOption({
    layer: owner,
    option: 'variables',
    expected: `${what} of less than 2 GiB, which is the most an ONNX file holds`,
    got: `${(bytes / 2 ** 30).toFixed(1)} GiB`,
    remedy,
  })
}

/**
 * A network with its variables as an ONNX model: the bytes of an `.onnx` file of ONNX's own operators only.
 *
 * For inference, it takes batches of any size. Weights have the names of the variables, such as `relu-1/weight`. The inputs
 * have the names of their Input layers, or `input`; the outputs are `output`, or `output-1` and so on.
 *
 * With `training`, it is one update: from examples, parameters, state, what the optimizer remembers, the number of the update
 * and random draws to the loss, the metrics and everything that changes. See {@link OnnxTraining}.
 *
 * @param options `opset`: the version of ONNX's operator set, 17 to 25 (the default); `training`
 * @throws InvalidOption if an option is invalid, the network does not know the shapes of its inputs, or the file would be
 *   larger than 2 GiB
 * @throws WeightInitializationError if a variable is missing or has another shape
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8), Softmax(3))
 * const variables = init(network, key(1))
 * toOnnx(network, variables, { opset: 17 }).length < 1500 // true
 * const step = toOnnx(network, variables, { training: { loss: categoricalCrossentropy, optimizer: adam() } })
 * ```
 */
export const toOnnx = <N extends AnyLayer, const V extends SomeVariables = SomeVariables>(
  network: N,
  variables: VariablesFor<N, V>,
  options: ToOnnxOptions = {},
): Uint8Array<ArrayBuffer> => {
  const { opset, training: rule } = parseOptions<Normal>(
    owner,
    example,
    { opset: { codec: opsets, default: newest }, training: { codec: training, default: null } },
    options,
  )
  const aim = { opset, isPortable: true }
  const part = asPart(owner, network)
  const rules = variableRules(wireFor(part, inputsFor(owner, wiringOf(part).inputs, 1)))
  const given = asTrees(owner, variables)
  const trees = variablesBy(rules, (layer, name, { shape }) => checkVariable(layer, name, shape, given))
  const tensors = [trees.params, trees.state].flatMap(tree => leavesOf(tree).map(([, , tensor]) => tensor))
  checkSize(tensors)
  if (rule === null) return encode(inferenceModel(part, trees, aim), aim)
  const model = trainingModel(part, trees, aim, rule)
  checkSize(
    model.initializers,
    'variables, and what the optimizer remembers,',
    'Leave them out of the file, training: { defaults: false }, or write fewer updates.',
  )
  return encode(model, aim)
}
