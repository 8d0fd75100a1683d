import * as tf from '@tensorflow/tfjs-core'
import { type Form, flatten, unflatten } from '../../src/base/tree.ts'
import * as joinery from '../../src/index.ts'
import { contextOf } from '../../src/training/checked-update.ts'
import { type Case, close, type Tolerance } from './data.ts'
import { type Computation, type Engine, tensorOf } from './engine.ts'
import { type Place, type Problem, problemOf } from './problems.ts'
import { regularizerOf } from './regularizers.ts'
import { policyOf } from './schedules.ts'
import { camelCase, exported } from './translate.ts'

// Cases of optimizers: the parameters after each of the first updates, and the loss there.

const optimizerNames: Readonly<Record<string, string>> = {
  RPROP: 'rprop',
  IRPROPPlus: 'irpropPlus',
  RMSProp: 'rmsprop',
}

/** `step_decay(0.5, 3)` as the name of a function and its arguments, and those by name. */
const parseCall = (
  text: string,
): { name: string; args: readonly unknown[]; named: Readonly<Record<string, unknown>> } => {
  const [, name = '', list = ''] = /^(\w+)\((.*)\)$/.exec(text) ?? []
  const value = (written: string): unknown =>
    written === 'True' ? true : written === 'False' ? false : Number(written)
  const all = list.split(',').map(argument => argument.trim())
  return {
    name,
    args: all.filter(argument => argument !== '' && !argument.includes('=')).map(value),
    named: Object.fromEntries(
      all
        .filter(argument => argument.includes('='))
        .map(argument => argument.split('='))
        .map(([key = '', written = '']) => [key, value(written)]),
    ),
  }
}

/** An option's value: a schedule as it is written, the name of a choice, or itself. */
const optionOf = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  if (!value.includes('(')) return camelCase(value)
  const { name, args, named } = parseCall(value)
  return policyOf(name, args, named)
}

const isTensor = (value: unknown): boolean => value instanceof tf.Tensor
const missing = (): Error => new Error('no tensor')

/** What is carried from update to update. */
interface Carried {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

const treeOf = <T>(places: readonly Place[], values: readonly T[]): joinery.VariableTree<T> => {
  const tree: Record<string, Record<string, T>> = {}
  for (const [i, { layer, variable }] of places.entries()) tree[layer] = { ...tree[layer], [variable]: values[i] as T }
  return tree
}

/** One update: the parameters and what is remembered after it, and the loss before. */
const updateOf =
  (
    { rule, name }: joinery.Optimizer,
    { places, objective, residuals }: Problem,
    form: Form,
    update: number,
  ): Computation =>
  <T>(beneath: joinery.Ops<T>, ...inputs: readonly T[]) => {
    const params = treeOf(places, inputs.slice(0, places.length))
    const { ops, variable, gradients } = joinery.tape(beneath)
    const at = places.map(({ layer, variable: own }) => variable(params[layer]?.[own] as T))
    const value = objective(ops, treeOf(places, at))
    const slopes = gradients([[value, beneath.constant(1)]], at)
    const context = contextOf(name, f => beneath.constant(f(update)), {
      loss: objective,
      ...(residuals ? { residuals } : {}),
      value: objective(beneath, params),
    })
    const slots = unflatten<T>(form, inputs.slice(places.length))
    const [updates, state] = rule.update(beneath, treeOf(places, slopes), slots, params, context)
    const next = flatten<T>(state, one => beneath.isTensor?.(one) === true, missing)
    const moved = places.map(({ layer, variable: own }) =>
      beneath.add(params[layer]?.[own] as T, updates[layer]?.[own] as T),
    )
    return [...moved, ...next.leaves, context.value]
  }

/** An optimizer's first updates. */
export const checkOptimizer = async (
  one: Case,
  problems: Readonly<Record<string, unknown>>,
  { rtol, atol }: Tolerance,
  engine: Engine,
): Promise<void> => {
  const fields = one as never as {
    optimizer: string
    problem: string
    hyper: Readonly<Record<string, unknown>>
    regularizer?: string
    params: readonly number[][]
    loss: readonly number[]
    /** How far 32-bit floats are known to lead away. */
    float32_rel_error?: number | null
  }
  const { optimizer: original, params } = fields
  const make = exported(optimizerNames[original] ?? original.charAt(0).toLowerCase() + original.slice(1))
  const options = Object.fromEntries(
    Object.entries(fields.hyper).map(([name, value]) => [camelCase(name), optionOf(value)]),
  )
  const optimizer: joinery.Optimizer = make(options)
  const regularizer = fields.regularizer === undefined ? undefined : parseCall(fields.regularizer)
  const problem = problemOf(
    fields.problem,
    problems[fields.problem],
    regularizer && regularizerOf(regularizer.name, Number(regularizer.args[0]), null),
  )
  const tolerance = { atol, rtol: Math.max(rtol, 10 * (fields.float32_rel_error ?? 0)) }
  const { places } = problem
  const sizes = places.map(({ shape }) => shape.reduce((n, d) => n * d, 1))
  const split = (all: readonly number[]): readonly Carried[] =>
    places.map(({ shape }, i) => {
      const from = sizes.slice(0, i).reduce((a, b) => a + b, 0)
      return { data: Float32Array.from(all.slice(from, from + (sizes[i] as number))), shape }
    })
  const tensorsOf = (all: readonly Carried[]) => all.map(({ data, shape }) => tensorOf(data, shape))
  let at = split(params[0] as number[])
  const start = flatten<tf.Tensor>(optimizer.init(treeOf(places, tensorsOf(at)) as never).slots, isTensor, missing)
  let slots: readonly Carried[] = start.leaves.map(leaf => ({
    data: Float32Array.from(leaf.dataSync()),
    shape: leaf.shape,
  }))
  for (const [update, expected] of params.slice(1).entries()) {
    const change = updateOf(optimizer, problem, start.form, update)
    const results = await engine.compute(change, tensorsOf([...at, ...slots]))
    const after = <C extends Carried>(before: readonly C[], from: number): readonly Carried[] =>
      before.map(({ shape }, i) => ({ data: Float32Array.from(results[from + i] as Float32Array), shape }))
    close(`loss before update ${update}`, results.at(-1) ?? [], [fields.loss[update] as number], tolerance)
    at = after(at, 0)
    slots = after(slots, places.length)
    close(
      `parameters after update ${update}`,
      at.flatMap(({ data }) => [...data]),
      expected,
      tolerance,
    )
  }
}
