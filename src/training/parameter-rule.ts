import { InvalidOption, show } from '../base/errors.ts'
import { type Shape, showShape } from '../base/shape.ts'
import type { Tree } from '../base/tree.ts'
import {
  byName,
  isList,
  isRecord,
  leafOf,
  leavesOf,
  mapRecord,
  mapTree,
  own,
  treeOf,
  type VariableTree,
} from '../base/trees.ts'
import type { Ops } from '../ops/ops.ts'
import { described, isPromise, reading } from '../state/given.ts'
import { isTensorOf } from './metric.ts'
import type { OptimizerRule } from './optimizer.ts'
import { asNumber, unfit } from './rate.ts'

/** A parameter as a rule sees it. */
export interface OwnParameter<T> {
  /** What it is before the update. */
  readonly value: T
  readonly layer: string
  readonly name: string
}

/**
 * The rule of an optimizer for one parameter. Coefficients depend only on the update's number and are computed in
 * JavaScript; slots are the state for the parameter.
 */
export interface ParameterRule {
  /**
   * The slots' initial values: a number that fills the parameter's shape, or a function that returns tensors of any
   * shapes.
   */
  readonly slots: Readonly<Record<string, number | (<T>(ops: Ops<T>, parameter: OwnParameter<T>) => Tree<T>)>>
  /** The coefficients of an update, counted from 0. Default: none. */
  readonly coefficients?: (update: number) => Readonly<Record<string, number>>
  /** The update, of the parameter's shape, and the new slots; a missing slot is unchanged. */
  readonly change: <T>(
    ops: Ops<T>,
    gradient: T,
    slots: Readonly<Record<string, T>>,
    coefficients: Readonly<Record<string, T>>,
    parameter: OwnParameter<T>,
  ) => readonly [change: T, slots: Readonly<Record<string, Tree<T>>>]
}

/** The coefficients of an update, each asked for by name: computed once for each update. */
const coefficientsOf = (name: string, rule: ParameterRule) => {
  // What the function throws is the user's own.
  const given = (update: number): Readonly<Record<string, unknown>> => {
    const numbers: unknown = rule.coefficients?.(update) ?? {}
    if (!isRecord(numbers) || isPromise(numbers)) throw unfit(name, 'coefficients', 'numbers by name', update, numbers)
    return numbers
  }
  const first = given(0)
  const names = reading(name, 'coefficients', () => Object.keys(first))
  const at = (coefficient: string) => (update: number) => {
    const numbers = given(update)
    return reading(name, 'coefficients', () => asNumber(name, coefficient, update, own(numbers, coefficient)))
  }
  return byName(names.map(coefficient => [coefficient, at(coefficient)] as const))
}

/** The rule of all parameters that has the same rule for each. */
export const ruleOfEach = (name: string, rule: ParameterRule): OptimizerRule => {
  const slotNames = Object.keys(rule.slots)
  const fault = (expected: string, got: string) =>
    new InvalidOption({
      layer: name,
      option: 'change',
      expected,
      got,
      remedy: "Return [change, slots] from the rule's change, all values of ops, the change of the parameter's shape.",
    })
  /** A tensor of a shape: what a rule gives is checked here, where it knows which parameter it is of. */
  const checked = <T>(ops: Ops<T>, subject: string, value: unknown, wanted: Shape): T => {
    const shape = isTensorOf(ops, value) ? ops.shape(value as T) : undefined
    if (shape?.join() === wanted.join()) return value as T
    throw fault(
      `${subject}, a tensor of shape ${showShape(wanted)}`,
      shape === undefined ? described(value) : showShape(shape),
    )
  }
  return Object.freeze<OptimizerRule>({
    init: <T>(ops: Ops<T>, params: VariableTree<T>) =>
      mapRecord(rule.slots, slot =>
        mapTree(params, (value, layer, variable): Tree<T> => {
          if (typeof slot === 'function') return slot(ops, { value, layer, name: variable })
          return ops.constant(
            slot,
            ops.shape(value).map(d => d ?? 1),
          )
        }),
      ) as Tree<T>,
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      { at }: { readonly at: (f: (update: number) => number) => T },
    ) => {
      const before = state as Readonly<Record<string, VariableTree<T>>>
      const coefficients = mapRecord(coefficientsOf(name, rule), at)
      const changes: [layer: string, variable: string, change: T][] = []
      const leaves = new Map<string, [layer: string, variable: string, value: Tree<T>][]>(
        slotNames.map(slot => [slot, []]),
      )
      for (const [layer, variable, value] of leavesOf(params)) {
        const remembered = byName(
          slotNames.map(slot => [slot, leafOf(own(before, slot), layer, variable) as T] as const),
        )
        const parameter = { value, layer, name: variable }
        const gradient = leafOf(grads, layer, variable) as T
        const result: unknown = rule.change(ops, gradient, remembered, coefficients, parameter)
        reading(name, 'change', () => {
          if (!isList(result)) throw fault('[change, slots]', described(result))
          const [change, next = {}] = result
          if (!isRecord(next)) throw fault('slots by name', described(next))
          const unknown = Object.keys(next).find(slot => !leaves.has(slot))
          if (unknown !== undefined)
            throw fault(`slots of ${slotNames.join(', ') || 'no name'}`, `one named ${show(unknown)}`)
          for (const [slot, all] of leaves) {
            const before = remembered[slot]
            const value = Object.hasOwn(next, slot) ? next[slot] : before
            // Trees are checked with all that is remembered.
            const isOne = isTensorOf(ops, before)
            const kept = isOne
              ? checked(ops, `the ${slot} of ${layer}, ${variable}`, value, ops.shape(before as T))
              : (value as Tree<T>)
            all.push([layer, variable, kept])
          }
          changes.push([
            layer,
            variable,
            checked(ops, `a change of ${layer}, ${variable}`, change, ops.shape(gradient)),
          ])
        })
      }
      return [treeOf(changes), mapRecord(byName(leaves), all => treeOf(all)) as Tree<T>] as const
    },
  })
}
