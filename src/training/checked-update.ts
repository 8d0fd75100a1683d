import { InvalidOption } from '../base/errors.ts'
import { showShape } from '../base/shape.ts'
import { type Flat, type Path, showPath, type Tree, unflatten } from '../base/tree.ts'
import { isList, isRecord, leafOf, mapTree, type VariableTree } from '../base/trees.ts'
import type { Ops } from '../ops/ops.ts'
import { described, reading } from '../state/given.ts'
import { isTensorOf } from './metric.ts'
import type { Objective, Optimizer, UpdateContext } from './optimizer.ts'
import { flatSlots } from './slots.ts'

// One use of an optimizer's rule, which may be the user's own: what it is given, and what it gives.

/** What a rule gave, checked against what it was given. */
const checkedUpdate = <T>(
  ops: Ops<T>,
  name: string,
  params: VariableTree<T>,
  before: Flat<T>,
  result: unknown,
): readonly [updates: VariableTree<T>, state: Tree<T>] =>
  reading(name, 'update', () => {
    const fault = (expected: string, got: string) =>
      new InvalidOption({
        layer: name,
        option: 'update',
        expected,
        got,
        remedy:
          'Return [updates, state]: an update of the shape of each parameter, and a state of the form of the one before.',
      })
    if (!isList(result) || result.length !== 2) throw fault('[updates, state]', described(result))
    const [updates, state] = result
    if (!isRecord(updates)) throw fault('updates by layer and variable', described(updates))
    const own = mapTree(params, (param, layer, variable) => {
      const value = leafOf(updates as VariableTree<T>, layer, variable)
      const wanted = ops.shape(param)
      const shape = isTensorOf(ops, value) ? ops.shape(value as T) : undefined
      if (shape?.join() !== wanted.join())
        throw fault(
          `an update of ${layer}, ${variable}, a tensor of shape ${showShape(wanted)}`,
          shape === undefined ? described(value) : showShape(shape),
        )
      return value as T
    })
    const after = flatSlots(ops, name, state)
    const [had, has] = [before.paths.map(showPath), after.paths.map(showPath)]
    const missing = had.find(path => !has.includes(path))
    if (missing !== undefined) throw fault(`the slot ${missing} in the state`, `${has.join(', ') || 'no slots'}`)
    const extra = has.find(path => !had.includes(path))
    if (extra !== undefined) throw fault(`no slots but ${had.join(', ') || 'none'}`, `one named ${extra}`)
    const leaves = before.paths.map((path: Path, i) => {
      const value = after.leaves[has.indexOf(had[i] as string)] as T
      const [wanted, shape] = [ops.shape(before.leaves[i] as T), ops.shape(value)]
      if (wanted.join() !== shape.join())
        throw fault(`the slot ${showPath(path)} of shape ${showShape(wanted)}`, showShape(shape))
      return value
    })
    return [own, unflatten(before.form, leaves)]
  })

/**
 * What is added to all parameters, and what the optimizer remembers next, in an interpretation of the operations.
 *
 * @throws InvalidOption if the rule returns anything else
 */
export const updatesOf = <T>(
  ops: Ops<T>,
  { name, rule }: Pick<Optimizer, 'name' | 'rule'>,
  grads: VariableTree<T>,
  state: Tree<T>,
  params: VariableTree<T>,
  context: UpdateContext<T>,
): readonly [updates: VariableTree<T>, state: Tree<T>] =>
  checkedUpdate(ops, name, params, flatSlots(ops, name, state), rule.update(ops, grads, state, params, context))

/**
 * The context of an update.
 *
 * @param at gives a scalar for a function of the number of the update
 */
export const contextOf = <T>(
  name: string,
  at: (f: (update: number) => number) => T,
  objectives: { readonly loss?: Objective | undefined; readonly residuals?: Objective | undefined; readonly value?: T },
): UpdateContext<T> => {
  const missing = (): never => {
    throw new InvalidOption({
      layer: name,
      option: 'loss',
      expected: 'the loss as a function of the parameters: this optimizer computes it at other ones',
      got: 'none',
      remedy: 'Train with fit, trainStep or compileTraining, or pass { loss } to update as its last argument.',
    })
  }
  return {
    get update() {
      return at(same)
    },
    at,
    loss: objectives.loss ?? missing,
    get value() {
      return objectives.value ?? missing()
    },
    ...(objectives.residuals && { residuals: objectives.residuals }),
  }
}
const same = (update: number): number => update
