import { lower } from '../backends/onnxruntime/lower.ts'
import type { Aim, Initializer, Model } from '../backends/onnxruntime/model.ts'
import { prepare } from '../backends/prepare.ts'
import { boolean, integer, type Options, orNull } from '../base/options.ts'
import { leavesOf } from '../base/trees.ts'
import { asGraph } from '../graph/build.ts'
import type { Draw } from '../graph/graph.ts'
import { interner } from '../graph/intern.ts'
import { tracer } from '../graph/ops.ts'
import type { Part } from '../network/parts.ts'
import { inputNames, numberedNames, uniqueBeside } from '../network/ports.ts'
import { wiringOf } from '../network/wiring.ts'
import type { Trees } from '../state/variables.ts'
import { joinedName } from '../storage/tree-names.ts'
import { tidily } from '../tfjs/index.ts'
import { readUpdateRule, type UpdateRule } from '../training/options.ts'
import { asNumber } from '../training/rate.ts'
import { initialSlots } from '../training/slots.ts'
import type { TrainingRule } from '../training/step.ts'
import { leavesIn, type RawState, structureOf, traceUpdate } from '../training/traced.ts'
import { trainedOf } from '../training/update.ts'
import { modelFor } from './batch.ts'
import { type Examples, exampleShapes, examplesOption, type NormalExamples } from './examples.ts'
import { measuredNodes } from './measured.ts'
import { initializer, namesWithin, owner, withPorts } from './names.ts'
import { tabled } from './numbers.ts'

/**
 * A training step as `trainStep` and `fit` take it, and how it is written.
 *
 * The inputs are those of the network, by the names that they have for inference; `y`; parameters and state, such as
 * `params/relu-1/weight` and `state/batch-norm-1/mean`; what the optimizer remembers, such as
 * `optimizer/mean/relu-1/weight`; `update`, the number of the update, from 0 on, a 64-bit integer; and random draws:
 * `draws/uniform/dropout-1` takes numbers from [0, 1), `draws/normal/…` such of the standard normal distribution. Several outputs
 * have `y-1`, `y-2` and so on.
 *
 * The outputs are `loss`, the metrics by their names, and what comes after: `next/params/relu-1/weight`, `next/update` and so on,
 * the inputs of the next step. Of a metric that is no mean there are sums, such as `auc/1`.
 */
export interface OnnxTraining extends Omit<TrainingRule, 'backend'> {
  /** The size of all batches. Default: any, if the layers, the loss and the optimizer compute the same for all sizes. */
  readonly batchSize?: number | null
  /**
   * For how many updates learning rates and the like are written, which are functions of JavaScript's. Later updates have the
   * last value, or go on with a period, where that is so for half of them; otherwise runtimes refuse them. Default: 100 000.
   */
  readonly updates?: number
  /** The shapes of expected outputs, weights and masks, without the batch. Default: as the loss takes `y`; no others. */
  readonly examples?: Examples
  /**
   * Whether parameters, state, what the optimizer remembers and `update` have the initial values as defaults: only examples and
   * draws have to be given to the first step. Otherwise, all have to be given, which some runtimes need: onnxruntime-node and
   * onnxruntime-web take no values for inputs with defaults. Default: true.
   */
  readonly defaults?: boolean
}

interface Own {
  readonly batchSize: number | null
  readonly updates: number
  readonly examples: NormalExamples
  readonly defaults: boolean
}
const options: Options<Own> = {
  batchSize: { codec: orNull(integer(1), 'any'), default: null },
  updates: { codec: integer(1), default: 100_000 },
  examples: { codec: examplesOption, default: {} },
  defaults: { codec: boolean, default: true },
}
const call = "toOnnx(network, variables, { training: { loss: 'mse', optimizer: adam() } })"

/** The tensors that training changes, by name. */
const stateNames = (trees: Trees<unknown>, slots: readonly (readonly (string | number)[])[]): readonly string[] => [
  ...(['params', 'state'] as const).flatMap(part =>
    leavesOf(trees[part]).map(([layer, variable]) => joinedName([part, layer, variable])),
  ),
  ...slots.map(path => joinedName(['optimizer', ...path.map(String)])),
]

const drawName = ({ distribution, key }: Draw): string =>
  joinedName(['draws', distribution, ...(key.path ?? []).map(String)])

/** The update of a network as a model. */
export const trainingModel = (part: Part, trees: Trees, aim: Aim, given: object): Model => {
  const rule = readUpdateRule<Own>(`${owner}, training`, call, options, given)
  const { optimizer } = rule
  return tidily(() => {
    const slots = initialSlots(optimizer, trainedOf(rule, trees.params))
    return modelOf(part, rule, { ...trees, optimizer: { update: 0, slots } }, aim)
  })
}

const modelOf = (part: Part, rule: UpdateRule & Own, initial: RawState, aim: Aim): Model => {
  const { batchSize, updates, defaults, optimizer } = rule
  const structure = structureOf(initial)
  const wiring = wiringOf(part)
  const shapesFor = exampleShapes(part, rule, wiring.inputs, structure)
  const lowered = (batch: number) => {
    const ops = tracer(interner())
    const shapes = shapesFor(batch)
    const traced = traceUpdate(ops, part, rule, structure, shapes)
    const measured = measuredNodes(ops, traced)
    const outputs = [...measured, ...traced.changed].map(([, node]) => node)
    const { graph, draws } = prepare(asGraph(traced.inputs, outputs))
    return { shapes, traced, measured, draws, model: lower(graph, aim) }
  }
  const all: ReturnType<typeof lowered>[] = []
  const sized = (batch: number): Model => {
    const one = lowered(batch)
    all.push(one)
    return one.model
  }
  const remedy = 'Give all batches one size: training: { batchSize: 32 }.'
  const model = batchSize === null ? modelFor(part, wiring.inputs, sized, remedy) : sized(batchSize)
  // But for sizes, all have the same inputs and outputs.
  const [{ traced, measured, draws, shapes }] = all as [ReturnType<typeof lowered>]

  const unique = uniqueBeside(namesWithin(model))
  const state = stateNames(initial, structure.paths).map(unique)
  const update = unique('update')
  const numbers = traced.numbers.map((_, i) => unique(`numbers/${i + 1}`))
  const [, y = [], weights = [], mask = []] = shapes
  const inputs = [
    ...state,
    ...numbers,
    ...inputNames(wiring, unique),
    ...numberedNames('y', y, unique),
    ...numberedNames('weights', weights, unique),
    ...numberedNames('mask', mask, unique),
    ...draws.map(draw => unique(drawName(draw))),
  ]
  const next = (name: string): string => unique(`next/${name}`)
  const outputs = [
    ...measured.map(([name]) => unique(name)),
    ...traced.changed.map(([at]) => next(state[at] as string)),
  ]
  const named = withPorts(model, inputs, outputs)
  const tables = traced.numbers.map((number, i) =>
    tabled(
      numbers[i] as string,
      update,
      Float32Array.from({ length: updates }, (_, n) => asNumber(optimizer.name, 'at', n, number(n))),
    ),
  )
  const [after, one] = [next(update), unique('one')]
  const scalar = (name: string, value: bigint): Initializer => ({ name, shape: [], values: BigInt64Array.of(value) })
  const from = state.length + numbers.length
  return {
    nodes: [
      ...tables.flatMap(({ nodes }) => nodes),
      { name: 'update', operator: 'Add', domain: '', inputs: [update, one], outputs: [after], attributes: {} },
      ...named.nodes,
    ],
    initializers: [
      ...(defaults
        ? [...leavesIn(initial).map((tensor, i) => initializer(state[i] as string, tensor)), scalar(update, 0n)]
        : []),
      scalar(one, 1n),
      ...tables.flatMap(({ initializers }) => initializers),
      ...named.initializers,
    ],
    inputs: [
      ...named.inputs.slice(from),
      { name: update, shape: [], type: 'int64' },
      ...named.inputs.slice(0, state.length),
    ],
    outputs: [...named.outputs, { name: after, shape: [], type: 'int64' }],
  }
}
