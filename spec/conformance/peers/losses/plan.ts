import * as joinery from '../../../../src/index.ts'
import { lossOf } from '../../../../src/training/scoring.ts'
import { weigh } from '../../../../src/training/weighting.ts'
import { same } from '../../data.ts'
import { type Computation, type Engine, eager, tensorOf } from '../../engine.ts'
import { exported } from '../../translate.ts'
import { type Arr, broadcast, reshaped, size } from '../array.ts'
import { close, type Tolerance } from '../close.ts'
import { fitting } from '../plan.ts'
import { byChoice } from '../verdict.ts'

// A loss of expected and predicted values, weighted, as training computes it and as a call gives it.

export type Reduction = joinery.LossReduction | 'none'

/** What a case asks of a loss. */
export interface LossPlan {
  /** Its name and options, without the reduction. */
  readonly loss: (common: object) => joinery.Loss
  readonly expected: Arr
  readonly predicted: Arr
  readonly weights?: Arr | undefined
  readonly mask?: Arr | undefined
  readonly reduction: Reduction
  /** What is compared, from the value: for peers that add, scale or shape it. */
  readonly view?: (value: Arr) => Arr
  /** Which part of the gradient of what is predicted a case has: all if absent. */
  readonly slopes?: (gradient: Arr) => Arr
}

/** A loss by name with options. */
export const named =
  (name: string, options: object = {}): LossPlan['loss'] =>
  common =>
    exported(name)({ ...options, ...common })

/** Element by element: vectors have one feature each, so that the loss of each example is that of an element. */
export const elementwise = ({ weights, mask, ...plan }: LossPlan): LossPlan => {
  const { shape } = plan.predicted
  const flat = (one: Arr): Arr => reshaped(broadcast(one, shape), [size(shape)])
  return {
    ...plan,
    expected: flat(plan.expected),
    predicted: flat(plan.predicted),
    ...(weights ? { weights: flat(weights) } : {}),
    ...(mask ? { mask: flat(mask) } : {}),
    view: value => (plan.view ?? (all => all))(plan.reduction === 'none' ? reshaped(value, shape) : value),
  }
}

/** A batch of one, for peers that take an example alone. */
export const one = (plan: LossPlan): LossPlan => {
  const batch = (value: Arr): Arr => reshaped(value, [1, ...value.shape])
  return {
    ...plan,
    expected: batch(plan.expected),
    predicted: batch(plan.predicted),
    view: value =>
      (plan.view ?? (all => all))(plan.reduction === 'none' ? reshaped(value, value.shape.slice(1)) : value),
  }
}

const tensors = ({ expected, predicted, weights, mask }: LossPlan) =>
  [expected, predicted, ...(weights ? [weights] : []), ...(mask ? [mask] : [])].map(({ data, shape }) =>
    tensorOf(data, shape),
  )

/** The loss as training has it, in any interpretation of the operations. */
const lossIn = <T>(plan: LossPlan, ops: joinery.Ops<T>, all: readonly T[]): T => {
  const [expected, predicted, ...rest] = all as readonly [T, T, ...T[]]
  const weights = plan.weights ? rest.slice(0, 1) : []
  const mask = plan.mask ? rest.slice(plan.weights ? 1 : 0) : []
  if (plan.reduction !== 'none') {
    const loss = plan.loss({ reduction: plan.reduction })
    const outcome = { x: [], expected: [expected], predicted: [predicted], weights, mask }
    return lossOf(ops, { losses: [{ loss, weight: 1, output: 0, name: null }] }, outcome)[0]
  }
  const loss = plan.loss({})
  const losses = loss.forward(ops, expected, predicted, { x: [] })
  const counts = loss.counts?.(ops, expected, predicted, { x: [] })
  return weigh(ops, loss, losses, expected, { weights: weights[0], mask: mask[0], counts }).losses
}

/** Compares the value of a loss and, where a case has it, the gradient of its sum. */
export const checkLossPlan = async (
  plan: LossPlan,
  {
    output,
    gradient,
    tolerance,
    slope,
    broadcasts = false,
  }: {
    readonly broadcasts?: boolean
    readonly output: Arr
    readonly gradient?: Arr
    readonly tolerance: Tolerance
    readonly slope?: Tolerance
  },
  engine: Engine,
): Promise<void> => {
  fitting(plan.expected, plan.predicted, output)
  const view = plan.view ?? (all => all)
  const inputs = tensors(plan)
  let shape: readonly (number | null)[] = []
  const value: Computation = (ops, ...all) => {
    const loss = lossIn(plan, ops, all)
    shape = ops.shape(loss)
    return [loss]
  }
  const [numbers = new Float32Array()] = await engine.compute(value, inputs)
  const compare = (what: string, data: ArrayLike<number>, own: readonly number[]): void => {
    const found = view({ shape: own, data: Array.from(data) })
    // NumPy's assertions take a single number for all.
    const wanted = broadcasts && output.shape.length === 0 ? broadcast(output, found.shape) : output
    same(`shape of the ${what}`, found.shape, wanted.shape)
    close(what, found.data, wanted.data, tolerance)
  }
  compare('loss', numbers, shape as readonly number[])
  if (engine === eager) {
    const [expected, predicted, ...rest] = inputs
    const weighting = {
      reduction: plan.reduction,
      ...(plan.weights ? { weights: rest[0] } : {}),
      ...(plan.mask ? { mask: rest[plan.weights ? 1 : 0] } : {}),
    }
    const called = plan.loss({})(expected as never, predicted as never, weighting as never)
    compare('loss by a call', called.dataSync(), called.shape)
  }
  if (!gradient) return
  const slopes: Computation = <T>(beneath: joinery.Ops<T>, ...all: readonly T[]) => {
    const { ops, variable, fixed, gradients } = joinery.tape(beneath)
    const at = variable(all[1] as T)
    const loss = lossIn(plan, ops, [fixed(all[0] as T), at, ...all.slice(2).map(fixed)])
    const ones = beneath.broadcast(beneath.constant(1), beneath.shape(all[0] as T).slice(0, 0))
    const seed = ops.shape(loss).length === 0 ? ones : beneath.broadcast(beneath.constant(1), ops.shape(loss))
    return gradients([[loss, seed]], [at])
  }
  const [found = new Float32Array()] = await engine.compute(slopes, inputs)
  const whole = { shape: plan.predicted.shape, data: Array.from(found) }
  close('gradient', (plan.slopes ?? (all => all))(whole).data, gradient.data, slope ?? tolerance)
}

/** Refuses probabilities that do not add up to 1, which peers divide by their sum. */
export const unnormalized = ({ shape, data }: Arr, axis: number): void => {
  const at = axis < 0 ? shape.length + axis : axis
  const [inner, n] = [size(shape.slice(at + 1)), shape[at] as number]
  for (let i = 0; i < data.length; i++) {
    if (Math.floor(i / inner) % n !== 0) continue
    const sum = Array.from({ length: n }, (_, k) => data[i + k * inner] as number).reduce((a, b) => a + b, 0)
    if (!(Math.abs(sum - 1) < 1e-4)) byChoice('probabilities are taken as they are, and not divided by their sum')
  }
}
