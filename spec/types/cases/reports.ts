import {
  accuracy,
  compileTraining,
  confusionMatrix,
  type EvaluateOptions,
  evaluate,
  type FitOptions,
  fit,
  Input,
  init,
  join,
  key,
  Linear,
  type MetricValue,
  type TrainingRule,
  topK,
  trainStep,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// What reports and histories have by name: numbers, but for metrics that say more.

const network = join(Input(2), Linear(2))
const variables = init(network, key(1))
const examples = { x: [[1, 2]], y: [[0, 1]] }

// Without metrics.
const none = await fit(network, variables, examples)
holds<Same<(typeof none.history)['loss'], readonly number[]>>()
const validated = await fit(network, variables, examples, {
  epochs: 2,
  validation: examples,
  onProgress: ({ report }) => holds<Same<(typeof report)['loss'], number>>(),
})
holds<Same<(typeof validated.history)['validationLoss'], readonly number[]>>()
const evaluated = await evaluate(network, variables, examples, { loss: 'mse' })
holds<Same<(typeof evaluated)['loss'], number>>()
const step = trainStep(network)
const [, stepped] = await step(step.init(variables, key(1)), examples)
holds<Same<(typeof stepped)['loss'], number>>()
const compiled = compileTraining(network, { loss: 'mse' })
const [, ran] = await compiled(await compiled.init(variables, key(1)), examples)
holds<Same<(typeof ran)['loss'], number>>()

// With metrics, configured ones among them.
const some = await fit(network, variables, examples, {
  metrics: ['accuracy', accuracy({ name: 'own' }), topK({ k: 2, name: 'top' })],
})
holds<Same<(typeof some.history)['own'], readonly number[]>>()
const matrices = await evaluate(network, variables, examples, { metrics: [confusionMatrix] })
holds<Same<(typeof matrices)['confusionMatrix'], readonly (readonly number[])[]>>()

// With options that may hold any.
const options: FitOptions = { epochs: 2 }
const unknown = await fit(network, variables, examples, options)
holds<Same<(typeof unknown.history)['loss'], readonly number[]>>()
holds<Same<(typeof unknown.history)['any'], readonly MetricValue[]>>()
const evaluating: EvaluateOptions = { batchSize: 2 }
const scored = await evaluate(network, variables, examples, evaluating)
holds<Same<(typeof scored)['loss'], number>>()
holds<Same<(typeof scored)['any'], MetricValue>>()
const rule: TrainingRule = { loss: 'mse' }
const anyStep = trainStep(network, rule)
const [, reported] = await anyStep(anyStep.init(variables, key(1)), examples)
holds<Same<(typeof reported)['any'], MetricValue>>()
const anyProgram = compileTraining(network, rule)
const [, told] = await anyProgram(await anyProgram.init(variables, key(1)), examples)
holds<Same<(typeof told)['any'], MetricValue>>()
