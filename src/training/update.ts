import { matchNames, variableName } from '../base/patterns.ts'
import { flatten, type Tree, unflatten } from '../base/tree.ts'
import { leafOf, leavesOf, mapTree, mergeTrees, treeOf, type VariableTree } from '../base/trees.ts'
import type { Mode } from '../core/layer.ts'
import { mixedTargets } from '../core/targets.ts'
import type { Wiring } from '../network/parts.ts'
import { run } from '../network/run.ts'
import type { Ops } from '../ops/ops.ts'
import { type Tape, tape } from '../ops/tape.ts'
import type { Traced } from '../ops/traced.ts'
import { contextOf, updatesOf } from './checked-update.ts'
import { allFinite, normsByLayer } from './finite.ts'
import type { Objective, Optimizer } from './optimizer.ts'
import type { UpdateRule } from './options.ts'
import { constrain } from './penalties/constraint.ts'
import { flagName, normName, penaltyName } from './report.ts'
import { type Group, lossOf, metricsOf, type Outcome, residualsOf, type Scoring } from './scoring.ts'

// One update of a network's variables, in any interpretation of the operations: eager, it is computed; traced, it is the
// graph that backends compile.

/** What an update changes. */
export interface Trained<T> {
  readonly params: VariableTree<T>
  readonly state: VariableTree<T>
  /** What the optimizer remembers. */
  readonly slots: Tree<T>
}

/** Examples, as an update takes them. */
export interface Taught<T> {
  readonly x: readonly T[]
  readonly y: readonly T[]
  readonly weights: readonly T[]
  readonly mask: readonly T[]
}

/** How an update takes numbers from outside of the tensors. */
export interface Outside<T> {
  /** A scalar that is a function of the number of the update. */
  readonly at: (f: (update: number) => number) => T
  /** What the changes of all parameters are multiplied by, where training may change it. */
  readonly rate?: T | undefined
}

/** What an update, or a score, has measured. */
export interface Measured<T> {
  readonly groups: readonly Group<T>[]
  /** The names of the groups after losses and metrics. */
  readonly extras: readonly string[]
}

/**
 * The parameters that are trained: all, or those that patterns name.
 *
 * @throws InvalidOption if a pattern names none
 */
export const trainedOf = <T>(
  { owner, trains }: Pick<UpdateRule, 'owner' | 'trains'>,
  params: VariableTree<T>,
): VariableTree<T> => {
  if (trains === null) return params
  const leaves = leavesOf(params)
  const chosen = matchNames(
    owner,
    'trains',
    trains,
    leaves.map(([layer, name]) => [layer, name] as const),
  )
  return treeOf(leaves.filter(([layer, name]) => chosen.has(variableName(layer, name))))
}

/** What losses and metrics are computed of, and the state that comes after. */
export const outcomeOf = <T>(
  ops: Ops<T>,
  wiring: Wiring,
  variables: VariableTree<T>,
  { x, y, weights, mask }: Taught<T>,
  mode: Mode,
): readonly [outcome: Outcome<T>, state: VariableTree<T>] => {
  const [predicted, state] = run(ops, wiring, variables, x, mode)
  return [{ x, expected: mixedTargets(ops, wiring, y, mode), predicted, weights, mask }, state]
}

const mapOutcome = <T, U>({ x, expected, predicted, weights, mask }: Outcome<T>, f: (value: T) => U): Outcome<U> => ({
  x: x.map(f),
  expected: expected.map(f),
  predicted: predicted.map(f),
  weights: weights.map(f),
  mask: mask.map(f),
})

export const mapTaught = <T, U>({ x, y, weights, mask }: Taught<T>, f: (value: T) => U): Taught<U> => ({
  x: x.map(f),
  y: y.map(f),
  weights: weights.map(f),
  mask: mask.map(f),
})

/** What is measured of a network beside its loss: the same groups for every batch. */
const measured = <T>(
  ops: Ops<T>,
  scoring: Scoring,
  outcome: Outcome<T>,
  losses: readonly Group<T>[],
  beside: readonly (readonly [name: string, value: T])[],
): Measured<T> => ({
  groups: [...losses, ...metricsOf(ops, scoring, outcome), ...beside.map(([, value]): Group<T> => [value, 1])],
  extras: beside.map(([name]) => name),
})

/** The loss and the metrics of examples, in the mode that is given. */
export const score = <T>(
  ops: Ops<T>,
  scoring: Scoring,
  { regularizer }: Pick<UpdateRule, 'regularizer'>,
  params: VariableTree<T>,
  outcome: Outcome<T>,
): Measured<T> => {
  const [, losses] = lossOf(ops, scoring, outcome)
  const penalty = regularizer?.penalty(ops, params)
  return measured(ops, scoring, outcome, losses, penalty === undefined ? [] : [[penaltyName, penalty]])
}

/** A loss, as a step along its gradients needs it. */
export interface Descent<T, Seen> {
  /** The loss at parameters on a tape, and what else is to be known of the pass. */
  readonly pass: (tape: Tape<T>, params: VariableTree<Traced<T>>) => readonly [total: Traced<T>, seen: Seen]
  /** The loss at other parameters, in any interpretation that takes values of the operations: for optimizers that ask. */
  readonly loss: Objective
  readonly residuals?: Objective | undefined
}

/** What a step along gradients gives. */
export interface Descended<T, Seen> {
  /** The parameters that are trained, after the step. */
  readonly moved: VariableTree<T>
  readonly slots: Tree<T>
  /** The loss before the step. */
  readonly value: T
  readonly grads: VariableTree<T>
  readonly seen: Seen
}

/**
 * One step of parameters along the gradients of a loss.
 *
 * @param own the parameters that are trained
 * @param slots what the optimizer remembers
 */
export const descend = <T, Seen>(
  beneath: Ops<T>,
  optimizer: Optimizer,
  own: VariableTree<T>,
  slots: Tree<T>,
  { at, rate }: Outside<T>,
  { pass, loss, residuals }: Descent<T, Seen>,
): Descended<T, Seen> => {
  const around = tape(beneath)
  const params = mapTree(own, around.variable)
  const [total, seen] = pass(around, params)
  const leaves = leavesOf(params)
  const found = around.gradients(
    [[total, beneath.constant(1)]],
    leaves.map(([, , leaf]) => leaf),
  )
  const byLeaf = new Map(leaves.map(([, , leaf], i) => [leaf, found[i] as T]))
  const grads = mapTree(params, leaf => byLeaf.get(leaf) as T)
  const value = total.value
  const context = contextOf(optimizer.name, at, { loss, value, ...(residuals && { residuals }) })
  const [changes, after] = updatesOf(beneath, optimizer, grads, slots, own, context)
  const scaled = rate === undefined ? changes : mapTree(changes, change => beneath.multiply(change, rate))
  const moved = mapTree(own, (param, layer, name) => beneath.add(param, leafOf(scaled, layer, name) as T))
  return { moved, slots: after, value, grads, seen }
}

/** 1 where the losses and gradients of some steps are finite, else 0. */
export const finiteSteps = <T>(ops: Ops<T>, steps: readonly Pick<Descended<T, unknown>, 'value' | 'grads'>[]): T =>
  allFinite(
    ops,
    steps.flatMap(({ value, grads }) => [value, ...leavesOf(grads).map(([, , leaf]) => leaf)]),
  )

/**
 * One update.
 *
 * @returns what comes after, the loss before with penalties, its gradients, and what was measured of the batch before
 */
export const update = <T>(
  beneath: Ops<T>,
  wiring: Wiring,
  scoring: Scoring,
  rule: UpdateRule,
  before: Trained<T>,
  batch: Taught<T>,
  outside: Outside<T>,
  mode: Mode,
): {
  readonly after: Trained<T>
  readonly loss: T
  readonly grads: VariableTree<T>
  readonly measured: Measured<T>
} => {
  const { optimizer, regularizer } = rule
  const own = trainedOf(rule, before.params)

  // A tape takes values of the operations beneath it as they are, so that what is fixed may be given as it is.
  const pass = <U>(ops: Ops<U>, params: VariableTree<U>, lift: (value: T) => U = value => value as unknown as U) => {
    const all = mergeTrees(mergeTrees(mapTree(before.params, lift), params), mapTree(before.state, lift))
    return outcomeOf(ops, wiring, all, mapTaught(batch, lift), mode)
  }
  const objective = <U>(ops: Ops<U>, params: VariableTree<U>, outcome: Outcome<U>) => {
    const [loss, groups] = lossOf(ops, scoring, outcome)
    const penalty = regularizer === null ? undefined : regularizer.penalty(ops, params)
    return { total: penalty === undefined ? loss : ops.add(loss, penalty), groups, penalty }
  }
  const hasResiduals = scoring.losses.every(({ loss }) => loss.residuals !== null)
  const residuals: Objective = <U>(ops: Ops<U>, params: VariableTree<U>) =>
    residualsOf(ops, scoring, pass(ops, params)[0]) as U
  const step = descend(beneath, optimizer, own, before.slots, outside, {
    pass: ({ ops, fixed }, params) => {
      const [outcome, state] = pass(ops, params, fixed)
      const { total, groups, penalty } = objective(ops, params, outcome)
      return [total, { outcome, state, groups, penalty }] as const
    },
    loss: (ops, params) => objective(ops, params, pass(ops, params)[0]).total,
    ...(hasResiduals && { residuals }),
  })
  const { outcome, state, groups, penalty } = step.seen
  const held = rule.constraint === null ? step.moved : constrain(beneath, rule.constraint, step.moved)
  const next: Trained<T> = {
    params: mapTree(before.params, (param, layer, name) => leafOf(held, layer, name) ?? param),
    state: mergeTrees(before.state, mapTree(state, beneathOf)),
    slots: step.slots,
  }

  const seen = mapOutcome(outcome, beneathOf)
  // A group of the tape's interpreter holds its values, or numbers.
  const asValue = (sum: Group<unknown>[number]) =>
    typeof sum === 'object' && sum !== null ? beneathOf(sum as never) : sum
  const flag = rule.guarded ? finiteSteps(beneath, [step]) : undefined
  const beside: (readonly [name: string, value: T])[] = [
    ...(penalty === undefined ? [] : [[penaltyName, beneathOf(penalty)] as const]),
    ...(rule.gradientNorms ? normsByLayer(beneath, normName, step.grads) : []),
    ...(flag === undefined ? [] : [[flagName, flag] as const]),
  ]
  return {
    after: flag === undefined ? next : chosen(beneath, flag, next, before),
    loss: step.value,
    grads: step.grads,
    measured: measured(
      beneath,
      scoring,
      seen,
      groups.map(group => group.map(asValue) as Group<T>),
      beside,
    ),
  }
}

const beneathOf = <T>(traced: { readonly value: T }): T => traced.value

/** What comes after where a condition is not 0, and what was before elsewhere. */
export const chosen = <T>(ops: Ops<T>, condition: T, after: Trained<T>, before: Trained<T>): Trained<T> => {
  const choose = (a: T, b: T): T => (a === b ? a : ops.where(condition, a, b))
  const isLeaf = (value: unknown) => ops.isTensor?.(value) === true
  const none = () => new TypeError('a state that holds no tensors')
  const [next, last] = [after.slots, before.slots].map(tree => flatten<T>(tree, isLeaf, none))
  return {
    params: mapTree(after.params, (param, layer, name) => choose(param, leafOf(before.params, layer, name) as T)),
    state: mapTree(after.state, (value, layer, name) => choose(value, leafOf(before.state, layer, name) as T)),
    slots:
      next === undefined || last === undefined
        ? after.slots
        : unflatten(
            next.form,
            next.leaves.map((leaf, i) => choose(leaf, last.leaves[i] as T)),
          ),
  }
}
