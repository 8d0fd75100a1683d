import * as joinery from '../../../../src/index.ts'
import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { type Arr, range } from '../array.ts'
import { toleranceOf } from '../close.ts'
import { input, type Node, nodeOf } from '../onnx/node.ts'
import { byChoice, cannot } from '../verdict.ts'
import { checkUpdates } from './updates.ts'

// Optimizers of ONNX: one update from a state that is given; the rate, the number of updates so far, then parameters,
// gradients and slots.

interface Made {
  readonly optimizer: joinery.Optimizer
  readonly slots: readonly string[]
}

const momentum = ({ options }: Node, step: number): Made => {
  const [alpha, beta] = [options.read('alpha', 0), options.read('beta', 1)]
  const nesterov = options.read('mode', 'standard') === 'nesterov'
  if (nesterov && beta !== 1) cannot('a look-ahead whose gradients are damped')
  return {
    optimizer: joinery.momentum({ step, momentum: alpha, nesterov, dampening: 1 - beta }),
    slots: ['velocity'],
  }
}

const adagrad = ({ options }: Node, rate: number, update: number): Made => {
  const step = rate / (1 + update * options.read('decayFactor', 0))
  if (options.read('epsilon', 0) !== 0) byChoice('adagrad adds epsilon under the root, ONNX beside it')
  // The sum that it begins with is the one that is given.
  return { optimizer: joinery.adagrad({ step, initialAccumulator: 1 }), slots: ['accumulator'] }
}

const adam = ({ options }: Node, step: number, update: number): Made => {
  options.only('normCoefficientPost', 0)
  const made = joinery.adam({
    step,
    beta1: options.read('alpha', 0.9),
    beta2: options.read('beta', 0.999),
    epsilon: options.read('epsilon', 1e-6),
  })
  if (update === 0) byChoice('adam corrects its first update, ONNX the second and the following')
  return { optimizer: made, slots: ['mean', 'square'] }
}

const makers: Readonly<Record<string, (node: Node, step: number, update: number) => Made>> = {
  Momentum: momentum,
  Adagrad: adagrad,
  Adam: adam,
}

/** A case of an optimizer of ONNX. */
export const checkOnnxOptimizer = async (one: Case, engine: Engine): Promise<void> => {
  const node = nodeOf(one)
  const { op, options, expected } = node
  const scalar = (place: number): number => input(node, place).data[0] as number
  const [rate, update] = [scalar(0), scalar(1)]
  const { optimizer, slots } = (makers[op] ?? cannot(`ONNX ${op}`))(node, rate, update)
  const decay = options.read('normCoefficient', 0)
  options.done()
  const count = (node.inputs.length - 2) / (2 + slots.length)
  const group = (i: number): readonly Arr[] => range(count).map(k => input(node, 2 + i * count + k))
  const whole = decay === 0 ? optimizer : joinery.chain(joinery.addDecayedWeights(decay), optimizer)
  const values = expected.map((value, i) => {
    const slot = Math.floor(i / count) - 1
    return { of: i % count, expected: value, ...(slot < 0 ? {} : { slot: slots[slot] as string }) }
  })
  await checkUpdates(
    {
      optimizer: whole,
      initial: group(0),
      grads: [group(1)],
      // Adam's first corrected update is the one after the first.
      first: op === 'Adam' ? update - 1 : update,
      remembered: Object.fromEntries(slots.map((slot, i) => [slot, group(2 + i)])),
    },
    [{ after: 1, values, tolerance: toleranceOf(one) }],
    engine,
  )
}
