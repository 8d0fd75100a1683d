import {
  accuracy,
  block,
  branch,
  compileTraining,
  evaluate,
  type FitOptions,
  fit,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  type Loss,
  LSTM,
  type MetricsOption,
  mse,
  type Network,
  parallel,
  Relu,
  repeat,
  residual,
  type Slice,
  Softmax,
  shared,
  Tanh,
  type Tensor,
  type TrainingRule,
  trainStep,
  type Variables,
} from '../../../src/index.ts'
import type { OutputNames } from '../../../src/network-types/outputs.ts'
import { holds, type Same } from './exact.ts'

// Losses, metrics and weights of single outputs, by the names of the layers that give the outputs, or in their order.

const network = join(Input(2), Tanh(3), parallel(Softmax(2, { name: 'kind' }), Linear(1, { name: 'size' })))
const variables = init(network, key(1))
declare const x: Tensor<[number, 2]>
declare const rows: number[][]
declare const row: number[]
const examples = { x, y: [rows, rows] } as const

// Which names there are.
const named = join(
  Input(4),
  shared('s', Relu(4)),
  branch(block('head', join(Relu(3), Relu(2))), branch(repeat(Relu(2), 2), residual(Relu(4))), shared('s', Relu(4))),
)
holds<Same<OutputNames<typeof network>, readonly ['kind', 'size']>>()
holds<Same<OutputNames<typeof named>, readonly ['head/relu-2', 'relu-2', 'elementwise-1', 's']>>()
holds<Same<OutputNames<Network<[number, 4], [number, 3]>>, readonly string[]>>()
holds<Same<OutputNames<Slice>, readonly string[]>>()

// Losses: an output may have none.
fit(network, variables, examples, { loss: { kind: 'categoricalCrossentropy', size: mse } })
fit(network, variables, examples, { loss: { size: 'mse' }, lossWeights: { size: 2 } })
fit(network, variables, examples, { loss: ['categoricalCrossentropy', mse], lossWeights: [1, 2], metrics: ['mae'] })
fit(network, variables, examples, { loss: { kinds: 'mse', size: 'mse' } })
//                                          ~~~~~ loss expects names of the outputs kind, size, got 'kinds'. Name the layers that give the outputs.
fit(network, variables, examples, { loss: ['mse'] })
//                                  ~~~~ loss expects one for each of the outputs kind, size, got 1. Give as many as the network has outputs, in their order, or a record by their names.
fit(network, variables, examples, { lossWeights: { size: 2, kinds: 1 } })
//                                                          ~~~~~ lossWeights expects names of the outputs kind, size, got 'kinds'. Name
fit(network, variables, examples, { lossWeights: [1, 2, 3] })
//                                  ~~~~~~~~~~~ lossWeights expects one for each of the outputs kind, size, got 3. Give
const single = join(Input(2), Softmax(3))
const own = init(single, key(1))
fit(single, own, { x, y: rows }, { loss: ['mse'], metrics: [['mae']], lossWeights: 2 })
fit(single, own, { x, y: rows }, { loss: { softmax: 'mse' } })
//                                         ~~~~~~~ loss expects names of the outputs softmax-1, got 'softmax'. Name

// Metrics: for all outputs, or lists of each.
fit(network, variables, examples, { metrics: ['mae', accuracy] })
fit(network, variables, examples, { metrics: [] })
fit(network, variables, examples, { metrics: [['mae'], []] })
fit(network, variables, examples, { metrics: { kind: ['accuracy'] } })
fit(network, variables, examples, { metrics: { kind: ['accuracy'], sizes: ['mae'] } })
//                                                                 ~~~~~ metrics expects names of the outputs kind, size, got 'sizes'. Name
fit(network, variables, examples, { metrics: [['mae']] })
//                                  ~~~~~~~ metrics expects one for each of the outputs kind, size, got 1. Give

// The loss of each output is what its targets are compared with.
fit(network, variables, { x, y: [row, rows] }, { loss: { kind: 'sparseCategoricalCrossentropy', size: 'mse' } })
fit(network, variables, { x, y: [row, rows] }, { loss: { size: 'mse', kind: 'sparseCategoricalCrossentropy' } })
fit(network, variables, { x, y: [row, rows] }, { loss: { size: 'mse' } })
fit(network, variables, { x, y: [rows, row] }, { loss: { size: 'mse' } })
//                                     ~~~ y[1] expects outputs of the shape of the network's output, (?, 1), got (?,). Give
fit(network, variables, { x, y: [row, rows] }, { loss: { kind: 'categoricalCrossentropy' } })
//                               ~~~ y[0] expects one-hot vectors or probabilities of the shape of the network's output, (?, 2), got (?,). Class
fit(single, own, { x, y: row }, { loss: { 'softmax-1': 'sparseCategoricalCrossentropy' } })
fit(single, own, { x, y: row }, { loss: ['sparseCategoricalCrossentropy'] })
fit(single, own, { x, y: row }, { loss: { 'softmax-1': 'mse' } })
//                    ~ y expects outputs of the shape of the network's output, (?, 3), got (?,). Reshape
fit(single, own, { x }, { loss: { 'softmax-1': 'mse' } })
//               ~~~~~ y expects targets: the loss compares with them, got none.
fit(network, variables, examples, { validation: { x, y: [rows, row] }, loss: { size: 'mse' } })
//                                                             ~~~ y[1] expects outputs of the shape

// The other functions that take them.
evaluate(network, variables, examples, { loss: { kinds: 'mse' } })
//                                               ~~~~~ loss expects names of the outputs kind, size, got 'kinds'. Name
evaluate(network, variables, examples, { metrics: { kind: ['accuracy'] }, lossWeights: { kind: 2 } })
trainStep(network, { loss: { kinds: 'mse' } })
//                           ~~~~~ loss expects names of the outputs kind, size, got 'kinds'. Name
const step = trainStep(network, { loss: { size: 'mse' }, metrics: { size: ['mae'] } })
step(step.init(variables, key(1)), { x, y: [rows, row] })
//                                                ~~~ y[1] expects outputs of the shape
compileTraining(network, { metrics: { kinds: ['mae'] } })
//                                    ~~~~~ metrics expects names of the outputs kind, size, got 'kinds'. Name

// Nothing is said of networks that are not known, and of options that may name any.
declare const any: Network<[number, 2], [[number, 2], [number, 1]]>
declare const option: Loss | string | readonly (Loss | string)[] | Readonly<Record<string, Loss | string>>
declare const byName: Readonly<Record<string, string>>
fit(any, init(any, key(1)), { x: rows, y: [rows, rows] }, { loss: { first: 'mse' }, metrics: { last: ['mae'] } })
fit(network, variables, examples, { loss: option })
fit(network, variables, examples, { loss: byName })
export const training = <N extends Layer>(given: N, from: Variables<N>) =>
  fit(
    given,
    from,
    { x: [[1]], y: [[1]] },
    { loss: { first: 'mse' }, metrics: { first: ['mae'] }, lossWeights: { first: 2 } },
  )
export const passing = <N extends Layer>(given: N, from: Variables<N>, options: FitOptions<N>) =>
  fit(given, from, { x: [[1]], y: [[1]] }, { ...options, epochs: 2 })
export const stepping = <N extends Layer>(given: N, rule: TrainingRule) => trainStep(given, rule)
export const measuring = <N extends Layer, const M extends MetricsOption>(given: N, from: Variables<N>, metrics: M) =>
  fit(given, from, { x: [[1]], y: [[1]] }, { metrics })

// A layer may give several outputs, whose names the compiler does not know.
const recurrent = join(Input([5, 3]), LSTM(4, { name: 'states', returnState: true }))
holds<Same<OutputNames<typeof recurrent>, readonly string[]>>()
trainStep(recurrent, { loss: ['mse', 'mae', 'mse'], lossWeights: { 'states/1': 0.5 } })
