import type * as tf from '@tensorflow/tfjs-core'
import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../core/errors.ts'
import type { Ops } from '../core/ops.ts'
import { codec } from '../core/options.ts'
import { type Shape, showShape } from '../core/shape.ts'
import { shownAs } from '../core/shown.ts'
import {
  byName,
  isList,
  isRecord,
  leafOf,
  leavesOf,
  mapRecord,
  mapTree,
  merged,
  own,
  treeOf,
  type VariableTree,
} from '../core/trees.ts'
import { another, handOver, tfjsOps, tidily } from '../ops/tfjs/index.ts'
import { described, isPromise, reading } from '../state/given.ts'
import { asMemory, asTensors } from './given.ts'

/** The learning rate: a number, or a function of the number of the update, from 0 on. */
export type Step = number | ((update: number) => number)

const unfit = (owner: string, option: string, expected: string, update: number, got: unknown): InvalidOption =>
  new InvalidOption({
    layer: owner,
    option,
    expected: `${expected} for update ${update}`,
    got: described(got),
    remedy: 'Give a number, or a function that gives one for every update from 0 on.',
  })

/** A number that a function of the number of the update gave. */
const asNumber = (owner: string, option: string, update: number, value: unknown): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw unfit(owner, option, 'a finite number', update, value)
}

/**
 * The learning rate of an update.
 *
 * @throws InvalidOption when a function gives anything but a finite number
 */
export const stepAt = (owner: string, step: Step, update: number): number =>
  asNumber(owner, 'step', update, typeof step === 'number' ? step : step(update))

/** How a learning rate is read. */
export const stepOption: t.Type<Step, unknown, unknown> = codec<Step>(
  'a positive number, or a function of the number of the update',
  value =>
    typeof value === 'function' || (typeof value === 'number' && Number.isFinite(value) && value > 0)
      ? (value as Step)
      : undefined,
)

/**
 * The rule of an optimizer for one parameter. What depends on the number of the update alone is a coefficient, computed
 * outside of the tensors; what is remembered from update to update is a slot, of the parameter's shape.
 */
export interface OptimizerRule {
  /** The slots' initial values. */
  readonly slots: Readonly<Record<string, number>>
  /** The coefficients of an update, counted from 0. */
  readonly coefficients: (update: number) => Readonly<Record<string, number>>
  /** What is added to the parameter, and the new slots, all of its shape; a slot that is left out stays as it is. */
  readonly change: <T>(
    ops: Ops<T>,
    gradient: T,
    slots: Readonly<Record<string, T>>,
    coefficients: Readonly<Record<string, T>>,
  ) => readonly [change: T, slots: Readonly<Record<string, T>>]
}

/** What an optimizer remembers. */
export interface OptimizerState<T = tf.Tensor> {
  /** How many updates have been made. */
  readonly update: number
  /** For each slot, tensors by layer and variable. */
  readonly slots: Slots<T>
}

/** Changes parameters along their gradients. Pure: its functions change none of their arguments. */
export interface Optimizer {
  readonly kind: 'Optimizer'
  readonly name: string
  readonly rule: OptimizerRule
  /** What it remembers before the first update. */
  readonly init: (params: ParamsTree) => OptimizerState
  /** What is to be added to the parameters, and what it remembers next. */
  readonly update: <P extends ParamsTree>(
    grads: P,
    state: OptimizerState,
    params: P,
  ) => readonly [updates: P, state: OptimizerState]
}

/** Tensors by layer and variable, as `init` and `gradients` give them for a network of any type. */
export type ParamsTree = Readonly<Record<string, object>>
/** The slots before the first update, in an interpretation of the operations. */
export const initialSlots = <T>(ops: Ops<T>, rule: OptimizerRule, params: VariableTree<T>): OptimizerState<T> => ({
  update: 0,
  slots: mapRecord(rule.slots, value =>
    mapTree(params, param =>
      ops.constant(
        value,
        ops.shape(param).map(d => d ?? 1),
      ),
    ),
  ),
})

/** For each slot, values by layer and variable. */
export type Slots<T> = Readonly<Record<string, VariableTree<T>>>

/**
 * What is added to all parameters, and the new slots, in an interpretation of the operations.
 *
 * @param coefficients those of the update, by name
 * @throws InvalidOption when the rule gives anything but tensors of the parameter's shape
 */
export const changesOf = <T>(
  ops: Ops<T>,
  { name, rule }: Pick<Optimizer, 'name' | 'rule'>,
  grads: VariableTree<T>,
  before: Slots<T>,
  coefficients: Readonly<Record<string, T>>,
): readonly [changes: VariableTree<T>, slots: Slots<T>] => {
  const fault = (expected: string, got: string) =>
    new InvalidOption({
      layer: name,
      option: 'change',
      expected,
      got,
      remedy: "Return [change, slots] from the rule's change, all values of ops and of the parameter's shape.",
    })
  const checked = (subject: string, value: unknown, wanted: Shape): T => {
    const shape = typeof value === 'object' && value !== null ? ops.shape(value as T) : undefined
    if (Array.isArray(shape) && shape.join() === wanted.join()) return value as T
    throw fault(`${subject} of shape ${showShape(wanted)}`, Array.isArray(shape) ? showShape(shape) : described(value))
  }
  const names = Object.keys(rule.slots)
  const leaves = new Map<string, [layer: string, variable: string, value: T][]>(names.map(slot => [slot, []]))
  const changes = mapTree(grads, (gradient, layer, variable) => {
    const shape = ops.shape(gradient)
    const remembered = byName(names.map(slot => [slot, leafOf(own(before, slot), layer, variable) as T] as const))
    const result: unknown = rule.change(ops, gradient, remembered, coefficients)
    return reading(name, 'change', () => {
      if (!isList(result)) throw fault('[change, slots]', described(result))
      const [change, next = {}] = result
      if (!isRecord(next)) throw fault('slots by name', described(next))
      const unknown = Object.keys(next).find(slot => !leaves.has(slot))
      if (unknown !== undefined) throw fault(`slots of ${names.join(', ') || 'no name'}`, `one named ${show(unknown)}`)
      for (const [slot, all] of leaves) {
        const value = Object.hasOwn(next, slot) ? next[slot] : remembered[slot]
        all.push([layer, variable, checked(`the ${slot} of ${layer}, ${variable}, a tensor`, value, shape)])
      }
      return checked(`a change of ${layer}, ${variable}, a tensor`, change, shape)
    })
  })
  return [changes, mapRecord(byName(leaves), treeOf)]
}

/**
 * The coefficients of an update.
 *
 * @param names those that there have to be; all that there are, unless given
 * @throws InvalidOption when one is not a finite number
 */
export const coefficientsAt = (
  { name, rule }: Pick<Optimizer, 'name' | 'rule'>,
  update: number,
  names?: readonly string[],
): Readonly<Record<string, number>> => {
  const given: unknown = rule.coefficients(update)
  if (!isRecord(given) || isPromise(given)) throw unfit(name, 'coefficients', 'numbers by name', update, given)
  return reading(name, 'coefficients', () =>
    byName(
      (names ?? Object.keys(given)).map(
        coefficient => [coefficient, asNumber(name, coefficient, update, own(given, coefficient))] as const,
      ),
    ),
  )
}

/** Every tensor that an optimizer remembers. */
export const slotTensors = ({ slots }: OptimizerState): readonly tf.Tensor[] =>
  Object.values(slots)
    .flatMap(tree => Object.values(tree))
    .flatMap(own => Object.values(own))

/** The same memory, frozen, with every tensor changed. */
export const mapSlots = ({ update, slots }: OptimizerState, f: (tensor: tf.Tensor) => tf.Tensor): OptimizerState =>
  Object.freeze({
    update,
    slots: mapRecord(slots, tree => mapTree(tree, f)),
  })

/**
 * Checks what an optimizer is made of, as a call from JavaScript may give anything.
 *
 * @throws InvalidOption when something of it is missing
 */
const asMade = (
  name: unknown,
  options: unknown,
  rule: unknown,
): { readonly options: Readonly<Record<string, unknown>>; readonly rule: OptimizerRule } => {
  const owner = 'defineOptimizer'
  const fault = (option: string, expected: string, got: unknown) =>
    new InvalidOption({
      layer: owner,
      option,
      expected,
      got: described(got),
      remedy: "For example: defineOptimizer('descent', { step }, { slots: {}, coefficients, change }).",
    })
  if (typeof name !== 'string' || name === '') throw fault('name', 'a name', name)
  const own = reading(owner, 'options', () => {
    if (!isRecord(options)) throw fault('options', 'an object', options)
    return merged(options)
  })
  return reading(owner, 'rule', () => {
    if (!isRecord(rule)) throw fault('rule', 'a rule, { slots, coefficients, change }', rule)
    const { slots, coefficients, change } = rule
    if (!isRecord(slots) || !Object.values(slots).every(Number.isFinite))
      throw fault('slots', 'the initial value of each slot, a finite number, by name', slots)
    if (typeof coefficients !== 'function')
      throw fault('coefficients', 'a function of the number of the update', coefficients)
    if (typeof change !== 'function')
      throw fault('change', 'a function of ops, gradient, slots and coefficients', change)
    // What the functions give is checked when they are called.
    return { options: own, rule: rule as unknown as OptimizerRule }
  })
}

/**
 * Makes an optimizer from its rule.
 *
 * @param options as it prints them
 * @throws InvalidOption when the rule lacks something; from an update, when it gives anything but tensors of the
 *   parameter's shape
 */
export const defineOptimizer = (
  name: string,
  options: Readonly<Record<string, unknown>>,
  rule: OptimizerRule,
): Optimizer => {
  const made = asMade(name, options, rule)
  const own = { name, rule: made.rule }
  const optimizer: Optimizer & { readonly toString: () => string } = {
    kind: 'Optimizer',
    ...own,
    init: params => {
      const tree = asTensors(`${name}.init`, 'params', params)
      return mapSlots(
        tidily(() => initialSlots(tfjsOps, own.rule, tree)),
        tensor => handOver(tensor),
      )
    },
    update: <P extends ParamsTree>(grads: P, state: OptimizerState) => {
      const tree = asTensors(`${name}.update`, 'grads', grads)
      const { update, slots: before } = reading(`${name}.update`, 'state', () =>
        asMemory(`${name}.update`, 'state', own, tree, state),
      )
      const coefficients = coefficientsAt(own, update)
      const [changes, slots] = tidily(() =>
        changesOf(
          tfjsOps,
          own,
          tree,
          before,
          mapRecord(coefficients, value => tfjsOps.constant(value)),
        ),
      )
      const remembered = new Set(slotTensors(state))
      const taken = new Set([...remembered, ...leavesOf(tree).map(([, , gradient]) => gradient)])
      // Each result is a tensor of its own, but a slot that stays as it is remains the tensor that it was.
      const handed = (tensor: tf.Tensor): tf.Tensor => {
        const again = taken.has(tensor)
        taken.add(tensor)
        return handOver(again ? another(tensor) : tensor)
      }
      const updates = mapTree(changes, handed)
      const after = mapSlots({ update: update + 1, slots }, slot => (remembered.has(slot) ? slot : handed(slot)))
      return [updates as ParamsTree as P, after]
    },
    toString: () => {
      const entries = Object.entries(made.options).map(([option, value]) => `${option}: ${value}`)
      return `${name}({ ${entries.join(', ')} })`
    },
  }
  return Object.freeze(Object.defineProperties(optimizer, shownAs(String)))
}
