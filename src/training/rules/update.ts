import { InvalidOption } from '../../base/errors.ts'
import { foldIn, type Key } from '../../base/random.ts'
import { showShape } from '../../base/shape.ts'
import { pathsOf, type Tree } from '../../base/tree.ts'
import {
  isList,
  isPlain,
  leafOf,
  leavesOf,
  mapRecord,
  mapTree,
  mergeTrees,
  treeOf,
  type VariableTree,
} from '../../base/trees.ts'
import { isTensorOf } from '../../functions/trees.ts'
import type { PartsByName } from '../../network/networks.ts'
import type { Ops } from '../../ops/ops.ts'
import { described } from '../../state/given.ts'
import { chosen, type Descended, descend, finiteSteps, type Outside, type Trained, trainedOf } from '../update.ts'
import { placeOf, type Taken, type Watched, watched } from './batch.ts'
import { type Course, contextOn } from './context.ts'
import { lossGives, movesState, type NormalRuleOf } from './rule.ts'

// One update by rules, in any interpretation of the operations.

/** What is trained by rules. */
export interface Ruled {
  readonly owner: string
  readonly parts: PartsByName
  readonly rules: readonly NormalRuleOf[]
}

/** The variables of all networks. */
type Variables<T> = Pick<Trained<T>, 'params' | 'state'>

/** What the loss of a rule has given. */
export interface Judged<T> {
  readonly loss: T
  /** What is reported with it, by name. */
  readonly report: Readonly<Record<string, T>>
  /** The state that the networks' last runs left. */
  readonly state: VariableTree<T>
}

/** The loss and the report of what a loss gave. */
const checkedLoss = <T>(ops: Ops<T>, { owner }: NormalRuleOf, given: unknown): Omit<Judged<T>, 'state'> => {
  const scalar = (option: string, value: unknown, expected: string): T => {
    const shape = isTensorOf(ops, value) ? ops.shape(value as T) : undefined
    if (shape?.length === 0) return value as T
    throw new InvalidOption({
      layer: owner,
      option,
      expected,
      got: shape === undefined ? described(value) : `a tensor of shape ${showShape(shape)}`,
      remedy:
        shape === undefined
          ? lossGives.remedy
          : `Reduce it, for example with ops.mean(${option === 'loss' ? 'loss' : 'value'}).`,
    })
  }
  const { expected } = lossGives
  if (!isList(given) || isTensorOf(ops, given)) return { loss: scalar('loss', given, expected), report: {} }
  const [loss, report] = given
  if (given.length !== 2 || !isPlain(report) || isTensorOf(ops, report) || Object.hasOwn(report, 'loss'))
    throw new InvalidOption({
      layer: owner,
      option: 'loss',
      expected: `${expected}: scalars by name, other than loss`,
      got:
        given.length !== 2
          ? `an array of ${given.length}`
          : isTensorOf(ops, report)
            ? 'a tensor in place of the report'
            : described(report),
      remedy: 'For example: [loss, { accuracy }].',
    })
  return {
    loss: scalar('loss', loss, expected),
    report: mapRecord(report, (value, name) => scalar(`loss, report, ${name}`, value, 'a scalar')),
  }
}

/**
 * The error of a loss: where it has asked the batch for what is not there, and has gone on with it, what that is.
 *
 * @param seen what it has asked for in vain
 */
const faultOf = (
  { owner }: NormalRuleOf,
  { form }: Taken<unknown>,
  seen: Pick<Watched<unknown>, 'missing' | 'listed'>,
  cause: unknown,
): unknown => {
  const isOfNothing = cause instanceof InvalidOption && cause.got === 'undefined'
  if (!isOfNothing && !(cause instanceof TypeError)) return cause
  const fault = (option: string, expected: string, got: string, remedy: string) =>
    new InvalidOption({ layer: owner, option, expected, got, remedy }, { cause })
  const has = pathsOf(form).map(placeOf)
  const [missing, listed] = [seen.missing(), seen.listed()]
  if (listed !== undefined && !isOfNothing)
    return fault(
      listed,
      'an array, as the loss takes it apart',
      'a record',
      `Take its parts by name: { … } in place of [ … ]. There are ${has.join(', ')}.`,
    )
  // A tensor says nothing of what it is asked for.
  const isOfParts = isOfNothing ? /^(operands|run\.)/.test(cause.option) : /iterable|iterator/.test(cause.message)
  if (form.kind === 'leaf' && isOfParts)
    return fault(
      'batch',
      'what the loss takes of it',
      'one tensor, which has no parts',
      'Give a record or an array of tensors, or take the batch as it is.',
    )
  if (missing.length === 0) return cause
  return fault(
    missing.join(', '),
    'what the loss asks the batch for',
    'none',
    `Give it with the batch, which has ${has.length === 0 ? 'nothing' : has.join(', ')}.`,
  )
}

/** The loss of a rule. Values of operations beneath may stand in the place of those of a tape. */
export const judged = <T>(
  ops: Ops<T>,
  { parts }: Ruled,
  rule: NormalRuleOf,
  { params, state }: Variables<T>,
  batch: Taken<T>,
  mode: { readonly training: boolean; readonly key: Key },
): Judged<T> => {
  const { tree, placeIn, ...seen } = watched(batch)
  const course: Course = { owner: rule.owner, parts, ...mode, placeIn, runs: new Map() }
  const memory = { params, state }
  try {
    return { ...checkedLoss(ops, rule, rule.loss(contextOn(ops, course, memory), tree)), state: memory.state }
  } catch (error) {
    throw faultOf(rule, batch, seen, error)
  }
}

/** The key of a rule, from that of the step. */
export const keyOfRule = (key: Key, i: number): Key => foldIn(foldIn(key, 'rule'), i)

/** A step by one rule of an update. */
export interface RuleStep<T> extends Pick<Descended<T, unknown>, 'value' | 'grads'> {
  readonly report: Readonly<Record<string, T>>
}

/** An update by rules. */
export interface RulesUpdate<T> {
  readonly after: Trained<T>
  readonly steps: readonly RuleStep<T>[]
  /** 1 if the losses and gradients of all rules are finite, else 0, where that is asked. */
  readonly finite: T | undefined
}

/**
 * One update: each rule in order sees what those before it have learnt.
 *
 * @param before slots are a list, what the optimizer of each rule remembers
 * @param guarded whether an update whose losses or gradients are not finite changes nothing
 */
export const updateByRules = <T>(
  ops: Ops<T>,
  ruled: Ruled,
  before: Trained<T>,
  batch: Taken<T>,
  outside: Outside<T>,
  key: Key,
  guarded: boolean,
): RulesUpdate<T> => {
  let now: Variables<T> = before
  const slots: Tree<T>[] = []
  const steps: RuleStep<T>[] = []
  for (const [i, rule] of ruled.rules.entries()) {
    const { params, state } = now
    const own = trainedOf(rule, params)
    // A tape takes values of the operations beneath it as they are.
    const lossAt = <U>(on: Ops<U>, at: VariableTree<U>): Judged<U> => {
      const fixed = now as unknown as Variables<U>
      const variables = { params: mergeTrees(fixed.params, at), state: fixed.state }
      return judged(on, ruled, rule, variables, batch as unknown as Taken<U>, {
        training: true,
        key: keyOfRule(key, i),
      })
    }
    const step = descend(ops, rule.optimizer, own, (before.slots as readonly Tree<T>[])[i] as Tree<T>, outside, {
      pass: ({ ops: on, fixed, owns }, at) => {
        const beneath = (value: unknown): T => (owns(value) ? value.value : (value as T))
        const { loss, report, state: left } = lossAt(on, at)
        const seen = { report: mapRecord(report, beneath), state: mapTree(left, beneath) }
        return [owns(loss) ? loss : fixed(loss as T), seen]
      },
      loss: (on, at) => lossAt(on, at).loss,
    })
    const moves = movesState(rule, own)
    const moved = treeOf(leavesOf(step.seen.state).filter(([layer, variable]) => moves(layer, variable)))
    now = {
      params: mapTree(params, (param, layer, name) => leafOf(step.moved, layer, name) ?? param),
      state: mergeTrees(state, moved),
    }
    slots.push(step.slots)
    steps.push({ value: step.value, grads: step.grads, report: step.seen.report })
  }
  const next: Trained<T> = { ...now, slots: Object.freeze(slots) }
  const finite = guarded ? finiteSteps(ops, steps) : undefined
  return { after: finite === undefined ? next : chosen(ops, finite, next, before), steps, finite }
}
