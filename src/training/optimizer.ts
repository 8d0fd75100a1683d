import type * as tf from '@tensorflow/tfjs-core'
import type * as t from 'io-ts/lib/index.js'
import { InvalidOption } from '../core/errors.ts'
import type { Ops } from '../core/ops.ts'
import { codec } from '../core/options.ts'
import { showShape } from '../core/shape.ts'
import { byName, leafOf, mapRecord, mapTree, own, treeOf, type VariableTree } from '../core/trees.ts'
import { handOver, tfjsOps, tidily } from '../ops/tfjs/index.ts'

/** The learning rate: a number, or a function of the number of the update, from 0 on. */
export type Step = number | ((update: number) => number)

/** The learning rate of an update. */
export const stepAt = (step: Step, update: number): number => (typeof step === 'number' ? step : step(update))

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
  /** What is added to the parameter, and the new slots. */
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
/** What a layer holds by name is tensors, which the types of known networks say in ways of their own. */
const asTree = (params: ParamsTree): VariableTree<tf.Tensor> => params as VariableTree<tf.Tensor>

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
 */
export const changesOf = <T>(
  ops: Ops<T>,
  rule: OptimizerRule,
  grads: VariableTree<T>,
  before: Slots<T>,
  coefficients: Readonly<Record<string, T>>,
): readonly [changes: VariableTree<T>, slots: Slots<T>] => {
  const slots = new Map<string, [layer: string, variable: string, value: T][]>(
    Object.keys(rule.slots).map(slot => [slot, []]),
  )
  const changes = mapTree(grads, (gradient, layer, variable) => {
    const remembered = mapRecord(rule.slots, (_, slot) => leafOf(own(before, slot), layer, variable) as T)
    const [change, next] = rule.change(ops, gradient, remembered, coefficients)
    for (const [slot, value] of Object.entries(next)) {
      const leaves = slots.get(slot) ?? []
      leaves.push([layer, variable, value])
      slots.set(slot, leaves)
    }
    return change
  })
  return [changes, byName([...slots].map(([slot, leaves]) => [slot, treeOf(leaves)] as const))]
}

/** The coefficients of an update, as values of an interpretation. */
export const coefficientsOf = <T>(ops: Ops<T>, rule: OptimizerRule, update: number): Readonly<Record<string, T>> =>
  mapRecord(rule.coefficients(update), value => ops.constant(value))

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
 * Checks that an optimizer can go on from what was remembered.
 *
 * @param fresh what it remembers before its first update
 * @throws InvalidOption when another optimizer, or another network, remembered it
 */
export const checkResumed = ({ name }: Optimizer, fresh: OptimizerState, resumed: OptimizerState): void => {
  const fault = (expected: string, got: string) =>
    new InvalidOption({
      layer: 'fit',
      option: 'trainState',
      expected: `what ${name} remembers: ${expected}`,
      got,
      remedy: 'Go on with the network and the optimizer that training began with.',
    })
  const listed = ({ slots }: OptimizerState): string => Object.keys(slots).join(', ') || 'nothing'
  if (listed(fresh) !== listed(resumed)) throw fault(listed(fresh), listed(resumed))
  for (const [slot, tree] of Object.entries(fresh.slots))
    mapTree(tree, ({ shape }, layer, variable) => {
      const given = leafOf(own(resumed.slots, slot), layer, variable)?.shape
      const subject = `the ${slot} of ${layer}, ${variable}, of shape`
      if (given?.join() !== shape.join())
        throw fault(`${subject} ${showShape(shape)}`, given === undefined ? 'none' : showShape(given))
    })
}

const handle = (tensor: tf.Tensor): tf.Tensor => handOver(tensor)

/** Makes an optimizer from its rule. */
export const defineOptimizer = (
  name: string,
  options: Readonly<Record<string, unknown>>,
  rule: OptimizerRule,
): Optimizer =>
  Object.freeze<Optimizer & { readonly toString: () => string }>({
    kind: 'Optimizer',
    name,
    rule,
    init: params =>
      mapSlots(
        tidily(() => initialSlots(tfjsOps, rule, asTree(params))),
        handle,
      ),
    update: <P extends ParamsTree>(grads: P, state: OptimizerState) => {
      const [changes, slots] = tidily(() =>
        changesOf(tfjsOps, rule, asTree(grads), state.slots, coefficientsOf(tfjsOps, rule, state.update)),
      )
      return [mapTree(changes, handle) as ParamsTree as P, mapSlots({ update: state.update + 1, slots }, handle)]
    },
    toString: () => {
      const entries = Object.entries(options).map(([option, value]) => `${option}: ${value}`)
      return `${name}({ ${entries.join(', ')} })`
    },
  })
