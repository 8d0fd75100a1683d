import {
  accuracy,
  categoricalCrossentropy,
  compileTraining,
  evaluate,
  fit,
  Input,
  init,
  join,
  key,
  Linear,
  mse,
  parallel,
  Softmax,
  Tanh,
  type Tensor,
  trainStep,
} from '../../../../src/index.ts'

// Without `exactOptionalPropertyTypes` an option may be `undefined`: its type is a union, of which compilers infer member by member.
const unset: { readonly optional?: 1 } = { optional: undefined }

const network = join(Input(2), Tanh(3), parallel(Softmax(2, { name: 'kind' }), Linear(1, { name: 'size' })))
const variables = init(network, key(1))
const single = join(Input(2), Softmax(3))
const own = init(single, key(1))
declare const flag: boolean
declare const x: Tensor<[number, 2]>
declare const rows: number[][]
declare const row: number[]
const examples = { x, y: [rows, rows] } as const

export { unset }

// Options whose type is a union.
fit(single, own, { x, y: rows }, { loss: flag ? 'mse' : categoricalCrossentropy })
fit(single, own, { x, y: rows }, { loss: flag ? categoricalCrossentropy : undefined })
fit(single, own, { x, y: rows }, { loss: flag ? mse : ['categoricalCrossentropy'] })
fit(single, own, { x, y: rows }, { metrics: flag ? ['mae'] : [accuracy] })
fit(single, own, { x, y: rows }, { lossWeights: flag ? 2 : { 'softmax-1': 1 } })
evaluate(single, own, { x, y: rows }, { loss: flag ? 'mse' : categoricalCrossentropy })
trainStep(single, { loss: flag ? 'mse' : categoricalCrossentropy, metrics: flag ? ['mae'] : [accuracy] })
compileTraining(single, { loss: flag ? 'mse' : categoricalCrossentropy, lossWeights: flag ? 2 : [2] })
fit(network, variables, examples, { loss: flag ? 'mse' : { size: mse } })
fit(network, variables, examples, { loss: { kind: flag ? 'mse' : categoricalCrossentropy, size: 'mse' } })
fit(network, variables, examples, { metrics: flag ? ['mae'] : { kind: [accuracy] } })

// What does not fit.
fit(network, variables, examples, { loss: { kinds: 'mse', size: 'mse' } })
//                                          ~~~~~ loss expects names of the outputs kind, size, got 'kinds'. Name the layers that give the outputs.
fit(network, variables, examples, { loss: ['mse'] })
//                                  ~~~~ loss expects one for each of the outputs kind, size, got 1. Give
fit(network, variables, examples, { lossWeights: { size: 2, kinds: 1 } })
//                                                          ~~~~~ lossWeights expects names of the outputs kind, size, got 'kinds'. Name
fit(network, variables, examples, { metrics: { kind: ['accuracy'], sizes: ['mae'] } })
//                                                                 ~~~~~ metrics expects names of the outputs kind, size, got 'sizes'. Name
fit(network, variables, { x, y: [rows, row] }, { loss: { size: 'mse' } })
//                                     ~~~ y[1] expects outputs of the shape of the network's output, (?, 1), got (?,). Give
evaluate(network, variables, examples, { loss: { kinds: 'mse' } })
//                                               ~~~~~ loss expects names of the outputs kind, size, got 'kinds'. Name
trainStep(network, { loss: { kinds: 'mse' } })
//                           ~~~~~ loss expects names of the outputs kind, size, got 'kinds'. Name
compileTraining(network, { metrics: { kinds: ['mae'] } })
//                                    ~~~~~ metrics expects names of the outputs kind, size, got 'kinds'. Name
