import type * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import { isFunction } from '../base/options.ts'
import { shownAs } from '../base/shown.ts'
import { type Tree, unflatten } from '../base/tree.ts'
import { isRecord, leavesOf, mapTree, merged, type VariableTree } from '../base/trees.ts'
import type { Ops } from '../ops/ops.ts'
import { described, reading } from '../state/given.ts'
import { another, handOver, tfjsOps, tidily } from '../tfjs/index.ts'
import { contextOf, updatesOf } from './checked-update.ts'
import { flushed, isFlushedBefore } from './flush.ts'
import { asTensors } from './given.ts'
import { type ParameterRule, ruleOfEach } from './parameter-rule.ts'
import { asNumber } from './rate.ts'
import { asMemory, flatSlots, initialSlots, mapSlots, slotTensors } from './slots.ts'

/** A scalar that training makes small, as a function of the parameters, in any interpretation of the operations. */
export type Objective = <U>(ops: Ops<U>, params: VariableTree<U>) => U

/** What an update may ask for beside gradients. */
export interface UpdateContext<T> {
  /** The number of the update, from 0 on: a scalar. */
  readonly update: T
  /**
   * A scalar that is a function of the number of the update, computed outside of the tensors, in 64-bit floats: learning
   * rates, corrections of bias.
   */
  readonly at: (f: (update: number) => number) => T
  /**
   * What is made small, at any parameters and in any interpretation that takes values of these operations, such as that of
   * a `tape` over them: regularizers, weights and the draws of this very batch included.
   *
   * @throws InvalidOption where an update by hand was given none
   */
  readonly loss: Objective
  /** Its value at the parameters before the update. */
  readonly value: T
  /** A vector whose mean square the loss is without regularizers; for losses that are such a mean, as `mse` is. */
  readonly residuals?: Objective | undefined
}

/**
 * The rule of an optimizer for all parameters, in any interpreter of the operations. Its state is a tree of tensors of
 * any shapes, with a fixed structure.
 */
export interface OptimizerRule {
  /** The state before the first update. */
  readonly init: <T>(ops: Ops<T>, params: VariableTree<T>) => Tree<T>
  /** The updates, each of its parameter's shape, which are added to the parameters; and the next state. */
  readonly update: <T>(
    ops: Ops<T>,
    grads: VariableTree<T>,
    state: Tree<T>,
    params: VariableTree<T>,
    context: UpdateContext<T>,
  ) => readonly [updates: VariableTree<T>, state: Tree<T>]
}

/** What an optimizer remembers. */
export interface OptimizerState<T = tf.Tensor> {
  /** How many updates have been made. */
  readonly update: number
  readonly slots: Tree<T>
}

/** Tensors by layer and variable, as returned by `init` and `gradients`. */
export type ParamsTree = Readonly<Record<string, object>>

/** What an update by hand may be given for rules that ask for it. */
export interface Objectives {
  readonly loss?: Objective
  readonly residuals?: Objective
}

/**
 * Changes parameters along their gradients. Pure: its functions change none of their arguments.
 *
 * @typeParam P the patterns of names that it has, which name parameters of the network that it trains; `never` for none
 */
export interface Optimizer<out P extends string = string> {
  readonly ' names'?: P
  readonly kind: 'Optimizer'
  readonly name: string
  /** Its options, as it prints them. */
  readonly options: Readonly<Record<string, unknown>>
  readonly rule: OptimizerRule
  /** The state before the first update. */
  readonly init: (params: ParamsTree) => OptimizerState
  /** The updates to add to the parameters, and the next state. */
  readonly update: <P extends ParamsTree>(
    grads: P,
    state: OptimizerState,
    params: P,
    objectives?: Objectives,
  ) => readonly [updates: P, state: OptimizerState]
}

/**
 * Checks what an optimizer is made of, as a call from JavaScript may give anything.
 *
 * @throws InvalidOption if something of it is missing
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
    if (!isRecord(rule)) throw fault('rule', 'a rule, { init, update } or { slots, coefficients, change }', rule)
    if (Object.hasOwn(rule, 'init') || Object.hasOwn(rule, 'update')) {
      const { init, update } = rule
      if (!isFunction(init)) throw fault('init', 'a function of ops and params', init)
      if (!isFunction(update))
        throw fault('update', 'a function of ops, grads, state, params and { update, loss }', update)
      // What the functions give is checked when they are called.
      return { options: own, rule: rule as unknown as OptimizerRule }
    }
    const { slots, coefficients, change } = rule
    const isSlot = (slot: unknown) => isFunction(slot) || Number.isFinite(slot)
    if (!isRecord(slots) || !Object.values(slots).every(isSlot))
      throw fault('slots', 'the initial value of each slot, a finite number or a function, by name', slots)
    if (coefficients !== undefined && !isFunction(coefficients))
      throw fault('coefficients', 'a function of the number of the update', coefficients)
    if (!isFunction(change)) throw fault('change', 'a function of ops, gradient, slots and coefficients', change)
    return { options: own, rule: ruleOfEach(name, rule as unknown as ParameterRule) }
  })
}

/**
 * Makes an optimizer from its rule: `{ init, update }` for all parameters at once, or `{ slots, coefficients, change }`
 * for one at a time.
 *
 * @param options as it prints them
 * @throws InvalidOption if the rule is incomplete; from an update, if it does not return updates of the parameters'
 *   shapes and a state with the structure and shapes of the previous one
 * @example
 * ```ts
 * const descent = defineOptimizer('descent', { step: 0.1 }, {
 *   slots: {},
 *   coefficients: () => ({ step: -0.1 }),
 *   change: (ops, gradient, _, { step }) => [ops.multiply(gradient, step!), {}],
 * })
 * const params = { linear: { weight: tensor([1, 2]) } }
 * const [updates] = descent.update({ linear: { weight: tensor([10, 20]) } }, descent.init(params), params)
 * Array.from(updates.linear.weight.dataSync()) // [-1, -2]
 * ```
 */
export const defineOptimizer = (
  name: string,
  options: Readonly<Record<string, unknown>>,
  rule: OptimizerRule | ParameterRule,
): Optimizer<never> => {
  const made = asMade(name, options, rule)
  const own = { name, rule: made.rule }
  const optimizer: Optimizer<never> & { readonly toString: () => string } = {
    kind: 'Optimizer',
    ...own,
    options: made.options,
    init: params => {
      const tree = asTensors(`${name}.init`, 'params', params)
      return mapSlots({ update: 0, slots: tidily(() => initialSlots(own, tree)) }, tensor => handOver(tensor))
    },
    update: <P extends ParamsTree>(grads: P, state: OptimizerState, params: P, objectives: Objectives = {}) => {
      const owner = `${name}.update`
      const tree = asTensors(owner, 'grads', grads)
      const before = asTensors(owner, 'params', params)
      const { update, slots } = reading(owner, 'state', () => asMemory(owner, 'state', own, before, state))
      const numbers = (f: (update: number) => number): tf.Tensor =>
        tfjsOps.constant(asNumber(name, 'at', update, f(update)))
      const [changes, next] = tidily(() => {
        const { loss } = objectives
        const value = loss === undefined ? {} : { value: loss(tfjsOps, before) }
        const context = contextOf(name, numbers, { ...objectives, ...value })
        const { form, leaves } = flatSlots<tf.Tensor>(tfjsOps, name, slots)
        const given = isFlushedBefore(update) ? leaves.map(slot => flushed(tfjsOps, slot)) : leaves
        const [updates, after] = updatesOf(tfjsOps, own, tree, unflatten(form, given), before, context)
        const next = flatSlots<tf.Tensor>(tfjsOps, name, after)
        // A slot that stays as it is remains the tensor that it was.
        const kept = next.leaves.map((slot, i) => (slot === given[i] ? (leaves[i] as tf.Tensor) : slot))
        return [leavesOf(updates), { form: next.form, leaves: kept }] as const
      })
      const remembered = new Set(slotTensors(state))
      const taken = new Set<unknown>([...remembered, ...[tree, before].flatMap(leavesOf).map(([, , tensor]) => tensor)])
      // Each result is a tensor of its own, but a slot that stays as it is remains the tensor that it was.
      const handed = (tensor: tf.Tensor): tf.Tensor => {
        const again = taken.has(tensor)
        taken.add(tensor)
        return handOver(again ? another(tensor) : tensor)
      }
      const byLeaf = new Map(changes.map(([layer, variable, tensor]) => [`${layer} ${variable}`, handed(tensor)]))
      const updates = mapTree(before, (_, layer, variable) => byLeaf.get(`${layer} ${variable}`) as tf.Tensor)
      const leaves = next.leaves.map(slot => (remembered.has(slot) ? slot : handed(slot)))
      const after = Object.freeze({ update: update + 1, slots: unflatten<tf.Tensor>(next.form, leaves) })
      return [updates as ParamsTree as P, after]
    },
    toString: () => {
      const entries = Object.entries(made.options).map(([option, value]) => `${option}: ${value}`)
      return entries.length === 0 ? `${name}()` : `${name}({ ${entries.join(', ')} })`
    },
  }
  return Object.freeze(Object.defineProperties(optimizer, shownAs(String)))
}
