import type { Tree } from '../../base/tree.ts'
import { leafOf, mapTree, type VariableTree } from '../../base/trees.ts'
import type { Ops } from '../../ops/ops.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../optimizer.ts'
import { type OwnParameter, type ParameterRule, ruleOfEach } from '../parameter-rule.ts'
import { type Step, stepAt } from '../rate.ts'
import { type Mask, maskOf } from './options.ts'
import { transform } from './transforms/transform.ts'

/** A rule for one parameter whose slots and coefficients have names that the compiler knows. */
export interface NamedRule<Slot extends string, Coefficient extends string> {
  /** The slots' initial values; `undefined` for a slot that options do without. */
  readonly slots: Readonly<Record<Slot, number | undefined>>
  readonly coefficients: (update: number) => Readonly<Record<Coefficient, number>>
  readonly change: <T>(
    ops: Ops<T>,
    gradient: T,
    slots: Readonly<Record<Slot, T>>,
    coefficients: Readonly<Record<Coefficient, T>>,
    parameter: OwnParameter<T>,
  ) => readonly [change: T, slots: Readonly<Partial<Record<Slot, T | undefined>>>]
}

const defined = <V>(record: Readonly<Record<string, V | undefined>>): Readonly<Record<string, V>> =>
  Object.fromEntries(Object.entries(record).filter((entry): entry is [string, V] => entry[1] !== undefined))

/** The same rule for any names. */
export const named = <const Slot extends string, const Coefficient extends string>({
  slots,
  coefficients,
  change,
}: NamedRule<Slot, Coefficient>): ParameterRule => ({
  slots: defined<number>(slots),
  coefficients,
  change: <T>(
    ops: Ops<T>,
    gradient: T,
    before: Readonly<Record<string, T>>,
    own: Readonly<Record<string, T>>,
    parameter: OwnParameter<T>,
  ): readonly [T, Readonly<Record<string, T>>] => {
    // Slots and coefficients come with the names that the rule itself gives.
    const [changed, after] = change<T>(
      ops,
      gradient,
      before as Record<Slot, T>,
      own as Record<Coefficient, T>,
      parameter,
    )
    return [changed, defined<T>(after)]
  },
})

/** A rule whose masks are checked before the first update: a pattern that names nothing is a mistake. */
export const masked = (
  name: string,
  rule: OptimizerRule | ParameterRule,
  masks: Readonly<Record<string, Mask>>,
): OptimizerRule => {
  const { init, update } = asRule(name, rule)
  return {
    init: (ops, params) => {
      for (const [option, own] of Object.entries(masks)) maskOf(name, option, own, params)
      return init(ops, params)
    },
    update,
  }
}

/** How parameters decay beside their change. */
interface Decay {
  readonly step: Step
  readonly weightDecay: number
  readonly mask: Mask
}

/** A rule whose parameters decay beside what it changes. */
const decaying = (name: string, rule: OptimizerRule, { step, weightDecay, mask }: Decay): OptimizerRule => ({
  init: rule.init,
  update: <T>(
    ops: Ops<T>,
    grads: VariableTree<T>,
    state: Tree<T>,
    params: VariableTree<T>,
    context: UpdateContext<T>,
  ) => {
    const [changes, next] = rule.update(ops, grads, state, params, context)
    const decays = maskOf(name, 'mask', mask, params)
    const rate = context.at(update => -stepAt(name, step, update) * weightDecay)
    const updates = mapTree(params, (param, layer, variable) => {
      const change = leafOf(changes, layer, variable) as T
      return decays(layer, variable) ? ops.add(change, ops.multiply(param, rate)) : change
    })
    return [updates, next] as const
  },
})

/** An optimizer of the library: a rule, and decay beside it where there is some. */
export const optimizerOf = <Normal extends object>(
  name: string,
  normal: Normal,
  rule: OptimizerRule | ParameterRule,
  decay?: Decay,
): Optimizer<never> => {
  const options = normal as Readonly<Record<string, unknown>>
  const { weightDecay, mask, ...others } = options
  const whole = decay === undefined ? rule : withDecay(name, masked(name, rule, { mask: decay.mask }), decay)
  // What does not decay has no mask to print.
  return transform(name, [weightDecay === 0 ? others : options], options, whole)
}

const withDecay = (name: string, rule: OptimizerRule, decay: Decay): OptimizerRule =>
  decay.weightDecay === 0 ? rule : decaying(name, rule, decay)

const asRule = (name: string, rule: OptimizerRule | ParameterRule): OptimizerRule =>
  'change' in rule ? ruleOfEach(name, rule) : rule

/** `kept · old + (1 - kept) · now` */
export const blend = <T>(ops: Ops<T>, old: T, now: T, kept: number): T =>
  ops.add(ops.multiply(old, ops.constant(kept)), ops.multiply(now, ops.constant(1 - kept)))

/** -1, 0 or 1. */
export const signOf = <T>(ops: Ops<T>, x: T): T => {
  const zero = ops.constant(0)
  return ops.subtract(ops.greater(x, zero), ops.greater(zero, x))
}

/** Zeros of a shape. */
export const zerosOf = <T>(ops: Ops<T>, shape: readonly (number | null)[]): T =>
  ops.constant(
    0,
    shape.map(d => d ?? 1),
  )

/** Every tensor of a tree beside the one that stands in its place in another. */
export const mapTrees = <T>(
  a: Tree<T>,
  b: Tree<T>,
  isLeaf: (value: unknown) => boolean,
  f: (a: T, b: T) => T,
): Tree<T> => {
  if (isLeaf(a)) return f(a as T, b as T)
  if (Array.isArray(a)) return a.map((own, i) => mapTrees(own, (b as readonly Tree<T>[])[i] as Tree<T>, isLeaf, f))
  const others = b as Readonly<Record<string, Tree<T>>>
  return Object.fromEntries(
    Object.entries(a as Readonly<Record<string, Tree<T>>>).map(([name, own]) => [
      name,
      mapTrees(own, others[name] as Tree<T>, isLeaf, f),
    ]),
  )
}

/** A tree of parameters with every tensor changed, beside the one of another tree. */
export const zip = <T>(a: VariableTree<T>, b: VariableTree<T>, f: (a: T, b: T) => T): VariableTree<T> =>
  mapTree(a, (own, layer, name) => f(own, leafOf(b, layer, name) as T))
