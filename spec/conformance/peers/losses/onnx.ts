import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { alongAxes } from '../activations.ts'
import { toleranceOf } from '../close.ts'
import { input, nodeOf } from '../onnx/node.ts'
import { checkPlan } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { checkLossPlan, named, type Reduction } from './plan.ts'

const reductions: Readonly<Record<string, Reduction>> = { mean: 'mean', sum: 'sum', none: 'none' }

/** A case of ONNX's losses of class numbers, whose classes are axis 1. */
export const checkOnnxLoss = async (one: Case, engine: Engine): Promise<void> => {
  const node = nodeOf(one)
  const { op, options, expected } = node
  const scales: Readonly<Record<string, object>> = {
    NegativeLogLikelihoodLoss: { logInput: true },
    SoftmaxCrossEntropyLoss: { fromLogits: true },
  }
  const scale = scales[op] ?? cannot(`ONNX ${op}`)
  const [predicted, numbers, weight] = [input(node), input(node, 1), node.inputs[2]]
  const reduction = reductions[options.read('reduction', 'mean')] ?? cannot('a reduction')
  const ignoreClass = options.read<number | null>('ignoreIndex', null)
  options.done()
  const isThere = ignoreClass !== null && numbers.data.includes(ignoreClass)
  const plan = {
    loss: named('sparseCategoricalCrossentropy', {
      ...scale,
      axis: 1,
      ...(isThere ? { ignoreClass } : {}),
      ...(weight ? { classWeights: weight.data } : {}),
    }),
    predicted,
    expected: numbers,
    // The mean of weighted losses is divided by their weights.
    reduction: weight && reduction === 'mean' ? ('weightedMean' as const) : reduction,
  }
  const tolerance = toleranceOf(one)
  const [output, logs] = expected
  if (output) await checkLossPlan(plan, { output, tolerance }, engine)
  if (logs) {
    const part = alongAxes('LogSoftmax', [1], predicted.shape)
    await checkPlan({ inputs: [predicted], ...part }, { output: logs, tolerance }, engine)
  }
}
