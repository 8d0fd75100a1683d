import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../../../base/errors.ts'
import { codec } from '../../../base/options.ts'
import { shownAs } from '../../../base/shown.ts'
import type { Tree } from '../../../base/tree.ts'
import { mergeTrees, type VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import { asJson } from '../../../plain/json.ts'
import { madeBy } from '../../../plain/making.ts'
import {
  defineOptimizer,
  type Objective,
  type Optimizer,
  type OptimizerRule,
  type UpdateContext,
} from '../../optimizer.ts'
import type { ParameterRule } from '../../parameter-rule.ts'

// What stands around optimizers, or before and after them in a chain: each is an optimizer itself.

const isOptimizer = (value: unknown): value is Optimizer => {
  if (typeof value !== 'object' || value === null) return false
  const { kind, rule } = value as Partial<Optimizer>
  return kind === 'Optimizer' && typeof rule?.init === 'function' && typeof rule.update === 'function'
}

/** How an optimizer within another is read. */
export const optimizerOption: t.Type<Optimizer, unknown, unknown> = codec('an optimizer, such as adam()', value =>
  isOptimizer(value) ? value : undefined,
)

/**
 * Checks that a value is an optimizer.
 *
 * @param example a right call
 * @throws InvalidOption if it is none
 */
export const asOptimizer = (owner: string, value: unknown, example: string): Optimizer => {
  const read = optimizerOption.decode(value)
  if (read._tag === 'Right') return read.right
  throw new InvalidOption({
    layer: owner,
    option: 'optimizer',
    expected: optimizerOption.name,
    got: show(value),
    remedy: `For example: ${example}.`,
  })
}

/** An optimizer of the library, which prints itself as the call that made it, and is described by its options. */
export const transform = (
  name: string,
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
  rule: OptimizerRule | ParameterRule,
): Optimizer<never> => {
  const made = defineOptimizer(name, options, rule)
  const text = (): string => `${name}(${args.map(printedArgument).filter(Boolean).join(', ')})`
  const shown = { toString: { value: text }, ...shownAs(String), ...asJson }
  return madeBy({ word: 'optimizer', name, options }, Object.freeze(Object.defineProperties({ ...made }, shown)))
}

/** A name as the source of a program has it. */
const nameOf = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : show(name))
/** A value as a call has it. */
const printedValue = (value: unknown): string =>
  isOptimizer(value) || typeof value === 'function' ? String(value) : show(value)
const printedArgument = (value: unknown): string => {
  if (isOptimizer(value) || typeof value !== 'object' || value === null || Array.isArray(value))
    return printedValue(value)
  const entries = Object.entries(value).map(([option, own]) => `${nameOf(option)}: ${printedValue(own)}`)
  return entries.length === 0 ? '' : `{ ${entries.join(', ')} }`
}

/** A transform that remembers nothing. */
export const forgetful = (
  change: <T>(ops: Ops<T>, grads: VariableTree<T>, params: VariableTree<T>) => VariableTree<T>,
  check: (params: VariableTree<unknown>) => unknown = () => undefined,
): OptimizerRule => ({
  init: (_, params) => {
    check(params)
    return {}
  },
  update: <T>(ops: Ops<T>, grads: VariableTree<T>, state: Tree<T>, params: VariableTree<T>) => [
    change(ops, grads, params),
    state,
  ],
})

/** The context of an optimizer that has some of the parameters only: the loss is that of all. */
export const within = <T>(context: UpdateContext<T>, params: VariableTree<T>): UpdateContext<T> => {
  // A tape takes values of the operations beneath it as they are.
  const widened =
    (objective: Objective): Objective =>
    <U>(ops: Ops<U>, own: VariableTree<U>) =>
      objective(ops, mergeTrees(params as VariableTree<unknown> as VariableTree<U>, own))
  return around(context, {
    loss: widened((ops, own) => context.loss(ops, own)),
    ...(context.residuals && { residuals: widened(context.residuals) }),
  })
}

/** The same context but for some of it; what is not asked for stays so. */
export const around = <T>(context: UpdateContext<T>, own: Partial<UpdateContext<T>>): UpdateContext<T> =>
  // Its value and number may be getters that refuse, so that they are not copied.
  Object.create(context, Object.getOwnPropertyDescriptors(own)) as UpdateContext<T>
