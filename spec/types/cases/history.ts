import {
  accuracy,
  addLosses,
  confusionMatrix,
  type Examples,
  evaluate,
  fit,
  type History,
  Input,
  init,
  join,
  key,
  type Metric,
  mae,
  type Progress,
  parallel,
  Relu,
  type Report,
  Softmax,
  type TrainState,
  trainStep,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// What training reports has the loss and the metrics that were asked for, by name, and nothing else.

const network = join(Input(4), Relu(8), Softmax(3))
const variables = init(network, key(1))
declare const examples: Examples
declare const state: TrainState<typeof network>
type Numbers = readonly number[]

export const run = async () => {
  const { history } = await fit(network, variables, examples, {
    metrics: ['accuracy', confusionMatrix],
    validation: examples,
  })
  holds<Same<(typeof history)['loss' | 'accuracy' | 'validationLoss' | 'validationAccuracy'], Numbers>>()
  holds<Same<(typeof history)['validationConfusionMatrix'], readonly (readonly Numbers[])[]>>()
  history.acuracy
  //      ~~~~~~~ 'acuracy' does not exist
  history.precision
  //      ~~~~~~~~~ 'precision' does not exist
  const plain = (await fit(network, variables, examples, { metrics: [accuracy] })).history
  holds<Same<(typeof plain)['accuracy'], Numbers>>()
  plain.validationLoss
  //    ~~~~~~~~~~~~~~ 'validationLoss' does not exist
  plain.validationAccuracy
  //    ~~~~~~~~~~~~~~~~~~ 'validationAccuracy' does not exist
  const none = (await fit(network, variables, examples)).history
  holds<Same<(typeof none)['loss'], Numbers>>()
  none.accuracy
  //   ~~~~~~~~ 'accuracy' does not exist
  // Norms of gradients, and losses of single outputs, which only the options ask for.
  holds<Same<(typeof none)['gradientNorm.relu-1' | 'left.loss'], Numbers>>()
  const report = await evaluate(network, variables, examples, { metrics: ['f1'] })
  holds<Same<(typeof report)['loss' | 'f1'], number>>()
  report.accuracy
  //     ~~~~~~~~ 'accuracy' does not exist
  const [, step] = await trainStep(network, { metrics: ['accuracy'] })(state, examples)
  holds<Same<(typeof step)['accuracy'], number>>()
  step.f1
  //   ~~ 'f1' does not exist
}

// Of several outputs: by name, or in order.
const two = parallel(join(Input(4), Relu(3, { name: 'left' })), join(Input(5), Softmax(2, { name: 'right' })))
export const outputs = async () => {
  const given = init(two, key(1))
  const named = await evaluate(two, given, examples, { metrics: { left: ['mae'], right: [accuracy, confusionMatrix] } })
  holds<Same<(typeof named)['left.mae' | 'right.accuracy'], number>>()
  holds<Same<(typeof named)['right.confusionMatrix'], readonly Numbers[]>>()
  const wrong = named['left.accuracy']
  //            ~~~~~~~~~~~~~~~~~~~~~~ 'left.accuracy' does not exist
  const ordered = await evaluate(two, given, examples, { metrics: [['mae'], ['accuracy']] })
  holds<Same<(typeof ordered)['left.mae' | 'right.accuracy'], number>>()
  return [wrong, ordered['right.f1']]
  //             ~~~~~~~~~~~~~~~~~~~ 'right.f1' does not exist
}

// Metrics that the compiler does not know may have any name.
declare const list: readonly Metric[]
declare const words: readonly string[]
export const unknown = async (before: History, progress: Progress, report: Report) => {
  const { history } = await fit(network, variables, examples, { metrics: words })
  const measured = await evaluate(network, variables, examples, { metrics: list })
  const losses = await evaluate(network, variables, examples, { metrics: [mae, addLosses(mae, 'mse')] })
  return [history.some, measured.any, losses.mae, before.accuracy, progress.report.accuracy, report.accuracy]
}
export const shown: (progress: Progress) => unknown = ({ report }) => report.accuracy
export const told = fit(network, variables, examples, { metrics: ['accuracy'], onProgress: shown })
