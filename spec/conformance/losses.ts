import * as joinery from '../../src/index.ts'
import { lossOf } from '../../src/training/scoring.ts'
import { type Case, close, type Tolerance } from './data.ts'
import { type Computation, type Engine, tensorOf } from './engine.ts'
import { camelCase, exported } from './translate.ts'

// Cases of losses: the loss of a batch, and its gradient.

/** A loss and its gradient. */
export const checkLoss = async (one: Case, standard: Tolerance, engine: Engine): Promise<void> => {
  const fields = one as never as {
    loss: string
    shape: number[]
    expected: number[]
    predicted: number[]
    value: number
    grad?: { predicted: number[] }
    skip_grad?: boolean
    tolerance?: Tolerance
  }
  const loss = exported(camelCase(fields.loss)) as unknown as joinery.Loss
  const tolerance = fields.tolerance ?? standard
  // The original divides the sum over all places of an example by the number of examples; we take the mean.
  const weight = fields.loss === 'categorical_hinge' ? fields.shape.slice(1, -1).reduce((n, d) => n * d, 1) : 1
  const inputs = [tensorOf(fields.expected, fields.shape), tensorOf(fields.predicted, fields.shape)]
  const [value = []] = await engine.compute((ops, y, x) => [meanOf(loss, ops, y as never, x as never, weight)], inputs)
  close('value', value, [fields.value], tolerance)
  if (fields.skip_grad || !fields.grad) return
  const [gradient = []] = await engine.compute(slopeOf(loss, weight), inputs)
  close('gradient', gradient, fields.grad.predicted, tolerance)
}

/** The loss of a batch, as training has it. */
export const meanOf = <T>(loss: joinery.Loss, ops: joinery.Ops<T>, expected: T, predicted: T, weight = 1): T =>
  lossOf(
    ops,
    { losses: [{ loss, weight, output: 0, name: null }] },
    { x: [], expected: [expected], predicted: [predicted], weights: [], mask: [] },
  )[0]

/** The gradient of a loss with respect to what was predicted. */
const slopeOf =
  (loss: joinery.Loss, weight: number): Computation =>
  <T>(beneath: joinery.Ops<T>, ...inputs: readonly T[]) => {
    const [expected, predicted] = inputs as readonly [T, T]
    const { ops, variable, fixed, gradients } = joinery.tape(beneath)
    const at = variable(predicted)
    return gradients([[meanOf(loss, ops, fixed(expected), at, weight), beneath.constant(1)]], [at])
  }
