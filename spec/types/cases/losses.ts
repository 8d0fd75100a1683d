import {
  addLosses,
  binaryCrossentropy,
  type ConfigurableLoss,
  ctc,
  defineLoss,
  evaluate,
  huber,
  Input,
  init,
  join,
  key,
  Linear,
  type Loss,
  mse,
  type Tensor,
  triplet,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// A loss is a value, and a function of its options and of expected and predicted values.

const y = [[0, 1]]
const p = [[0.2, 0.8]]
holds<Same<ReturnType<typeof mean>, Tensor<[]>>>()
const mean = () => huber(y, p, { weights: [1] })
const each = huber(y, p, { delta: 2, reduction: 'none' })
holds<Same<typeof each, Tensor>>()
const tail: Loss = huber({ delta: 2, name: 'tail', classWeights: { 1: 3 } })
const combined: Loss = addLosses([mse, 0.5], 'mae', tail)
const plain: ConfigurableLoss = mse
const own = defineLoss('own', (ops, expected, predicted) => ops.mean(ops.abs(ops.subtract(predicted, expected)), [1]))
const steps = ctc({ inputLengths: (ops, [x]) => ops.max(ops.abs(x), [2]), blank: -1 })
const network = join(Input(2), Linear(2))
const report = evaluate(network, init(network, key(1)), { x: y, y }, { loss: own })

export { combined, each, mean, plain, report, steps, tail }

huber({ delta: '2' })
//      ~~~~~ Type 'string' is not assignable to type 'number'
mse({ delta: 2 })
//    ~~~~~ 'delta' does not exist
triplet({ mining: 'soft' })
//        ~~~~~~ Type '"soft"' is not assignable
binaryCrossentropy(y, p, { fromLogit: true })
//                         ~~~~~~~~~ 'fromLogit' does not exist in type
addLosses([mse, '1'])
//        ~~~~~~~~~~ Type at position 1 in source is not compatible
