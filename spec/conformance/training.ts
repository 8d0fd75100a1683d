import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import * as joinery from '../../src/index.ts'
import { lossOf } from '../../src/training/scoring.ts'
import { flatten, unflatten } from '../../src/training/tree.ts'
import { type Case, close, type Tolerance, UnreadableCases } from './data.ts'
import { type Computation, type Engine, tensorOf } from './engine.ts'
import { camelCase, exported } from './translate.ts'

// Cases of training: losses, optimizers on small problems, and what does not exist yet by its name.

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
  const inputs = [tensorOf(fields.expected, fields.shape), tensorOf(fields.predicted, fields.shape)]
  const [value = []] = await engine.compute((ops, y, x) => [meanOf(loss, ops, y as never, x as never)], inputs)
  close('value', value, [fields.value], tolerance)
  if (fields.skip_grad || !fields.grad) return
  const [gradient = []] = await engine.compute(slopeOf(loss), inputs)
  close('gradient', gradient, fields.grad.predicted, tolerance)
}

/** The loss of a batch, as training has it. */
const meanOf = <T>(loss: joinery.Loss, ops: joinery.Ops<T>, expected: T, predicted: T): T =>
  lossOf(
    ops,
    { losses: [{ loss, weight: 1, output: 0, name: null }] },
    { x: [], expected: [expected], predicted: [predicted], weights: [], mask: [] },
  )[0]

/** The gradient of a loss with respect to what was predicted. */
const slopeOf =
  (loss: joinery.Loss): Computation =>
  <T>(beneath: joinery.Ops<T>, ...inputs: readonly T[]) => {
    const [expected, predicted] = inputs as readonly [T, T]
    const { ops, variable, fixed, gradients } = joinery.tape(beneath)
    const at = variable(predicted)
    return gradients([[meanOf(loss, ops, fixed(expected), at), beneath.constant(1)]], [at])
  }

/** A function to be made small: its gradient at some parameters. */
type Gradient = (at: Float32Array, engine: Engine) => Promise<readonly number[]>

interface NetProblem {
  readonly network: string
  readonly loss: string
  readonly x_train: number[][]
  readonly y_train: number[][]
  readonly parameter_order: readonly { readonly name: string; readonly shape: number[] }[]
}

/** `Input(2) >> Sigmoid(3)` as a network. */
const parseNetwork = (text: string): joinery.Layer => {
  const layers = text.split('>>').map(call => {
    const [, name = '', units = ''] = /^\s*(\w+)\((\d+)\)\s*$/.exec(call) ?? []
    if (name === '') throw new UnreadableCases(`a layer of an unknown form, ${call}`)
    return exported(name)(Number(units))
  })
  return joinery.join(...(layers as never[]))
}

const gradientOfNet = ({
  network: text,
  loss,
  x_train: x,
  y_train: y,
  parameter_order: order,
}: NetProblem): Gradient => {
  const network = parseNetwork(text)
  const compare = exported(camelCase(loss)) as unknown as joinery.Loss
  return async (at, engine) => {
    let from = 0
    const params: Record<string, Record<string, TfTensor>> = {}
    for (const { name, shape } of order) {
      const [layer = '', variable = ''] = name.split('/')
      const size = shape.reduce((n, d) => n * d, 1)
      params[layer] = { ...params[layer], [variable]: joinery.tensor(at.slice(from, from + size), shape) }
      from += size
    }
    const variables = { params, state: {} } as never
    const { output } = await engine.apply(network, variables, x)
    const [slope = []] = await engine.compute(slopeOf(compare), [joinery.tensor(y), output])
    const { params: found } = await engine.gradients(network, variables, x, tensorOf(slope, output.shape))
    return order.flatMap(({ name }) => {
      const [layer = '', variable = ''] = name.split('/')
      return Array.from(found[layer]?.[variable]?.dataSync() ?? [])
    })
  }
}

const gradientOf = (name: string, problem: unknown): Gradient => {
  if (name === 'quadratic') {
    const { A, b } = problem as { A: number[][]; b: number[] }
    return async at => A.map((row, i) => row.reduce((sum, a, j) => sum + a * (at[j] as number), 0) - (b[i] as number))
  }
  if (name.startsWith('rosenbrock')) {
    const { c } = problem as { c: number }
    return async ([x = 0, y = 0]) => [-2 * (1 - x) - 4 * c * x * (y - x * x), 2 * c * (y - x * x)]
  }
  if (name.startsWith('net-')) return gradientOfNet(problem as NetProblem)
  throw new UnreadableCases(`unknown problem ${name}`)
}

/** A value such as `step_decay(0.5, 3)` names a function of the library. */
const named = (value: unknown): void => {
  const [, name] = /^(\w+)\(/.exec(typeof value === 'string' ? value : '') ?? []
  if (name !== undefined) exported(camelCase(name))
}

const optimizerNames: Readonly<Record<string, string>> = {
  RPROP: 'rprop',
  IRPROPPlus: 'irpropPlus',
  RMSProp: 'rmsprop',
}

/** An optimizer's first updates. */
export const checkOptimizer = async (
  one: Case,
  problems: Readonly<Record<string, unknown>>,
  tolerance: Tolerance,
  engine: Engine,
): Promise<void> => {
  const {
    optimizer: original,
    problem,
    hyper,
    regularizer,
    params,
  } = one as never as {
    optimizer: string
    problem: string
    hyper: Readonly<Record<string, unknown>>
    regularizer?: string
    params: readonly number[][]
  }
  const make = exported(optimizerNames[original] ?? original.charAt(0).toLowerCase() + original.slice(1))
  for (const value of [...Object.values(hyper), regularizer]) named(value)
  if (regularizer !== undefined || Object.values(hyper).some(value => typeof value === 'string'))
    throw new UnreadableCases('a schedule or a regularizer')
  const options = Object.fromEntries(Object.entries(hyper).map(([name, value]) => [camelCase(name), value]))
  const optimizer: joinery.Optimizer = make(options)
  const gradient = gradientOf(problem, problems[problem])
  let at = Float32Array.from(params[0] as number[])
  const { rule } = optimizer
  const tensors = { problem: { x: tensorOf(at, [at.length]) } } as never
  const isLeaf = (value: unknown): boolean => value instanceof tf.Tensor
  const start = flatten<TfTensor>(optimizer.init(tensors).slots, isLeaf, () => new Error('no tensor'))
  let remembered = start.leaves.map(leaf => ({ data: Float32Array.from(leaf.dataSync()), shape: leaf.shape }))
  for (const [update, expected] of params.slice(1).entries()) {
    const change: Computation = <T>(ops: joinery.Ops<T>, ...inputs: readonly T[]) => {
      const [now, slope, ...rest] = inputs as readonly [T, T, ...T[]]
      const scalar = (f: (update: number) => number) => ops.constant(f(update))
      const [updates, state] = rule.update(
        ops,
        { problem: { x: slope } },
        unflatten<T>(start.form, rest),
        { problem: { x: now } },
        { at: scalar, update: ops.constant(update) } as joinery.UpdateContext<T>,
      )
      const next = flatten<T>(
        state,
        value => ops.isTensor?.(value) === true,
        () => new Error('no tensor'),
      )
      return [ops.add(now, updates.problem?.x as T), ...next.leaves]
    }
    const slots = remembered.map(({ data, shape }) => tensorOf(data, shape))
    const given = [tensorOf(at, [at.length]), tensorOf(await gradient(at, engine), [at.length]), ...slots]
    const [next = at, ...after] = await engine.compute(change, given)
    at = Float32Array.from(next)
    remembered = remembered.map(({ shape }, i) => ({ data: Float32Array.from(after[i] ?? []), shape }))
    close('parameters', at, expected, tolerance)
  }
}

/** Cases of parts of training that joinery does not have: their names decide. */
export const checkNamed = (one: Case): void => {
  const { regularizer, policy, id } = one as never as { regularizer?: string; policy?: string; id: string }
  const name = camelCase(regularizer ?? policy ?? id.split('/')[0] ?? id)
  exported(name)
  throw new UnreadableCases(`${name} exists, but cases of it are not known here`)
}
