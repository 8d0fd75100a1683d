import { InvalidOption } from '../../base/errors.ts'
import type { Beside, Called, Limit, OptionsFor } from '../../base/limited-options.ts'
import { besideOther } from '../../base/limits.ts'
import { boolean, positive } from '../../base/options.ts'
import type { Tree } from '../../base/tree.ts'
import { leafOf, mapTree, type VariableTree } from '../../base/trees.ts'
import type { Ops } from '../../ops/ops.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../optimizer.ts'
import { above1, inside } from '../ranges.ts'
import { option, read } from './options.ts'
import { optimizerOf, signOf, zerosOf } from './rule.ts'

// Steps of each element's own, which the signs of gradients alone make longer or shorter: for all examples at once, as
// signs of small batches are those of chance.

const rightSteps = '{ minstep: 0.001, maxstep: 10 }'
/** The options of {@link irpropPlus}. */
export interface IrpropPlusOptions {
  /** The step of every element in the beginning. Default: 0.1. */
  readonly step?: Limit<'positive'>
  /** The shortest step. Default: 0.001. */
  readonly minstep?: Limit<'positive'> & Beside<'atMost', 'maxstep', 10, typeof rightSteps>
  /** The longest step. Default: 10. */
  readonly maxstep?: Limit<'positive'>
  /** How a step grows while the sign stays, more than 1. Default: 1.2. */
  readonly increaseFactor?: Limit<'above1'>
  /** How a step shrinks when the sign turns, less than 1. Default: 0.5. */
  readonly decreaseFactor?: Limit<'inside'>
}

/** The options of {@link rprop}. */
export interface RpropOptions extends IrpropPlusOptions {
  /**
   * Whether to undo the last change when the sign changes; otherwise the element is unchanged for one update. Default:
   * true.
   */
  readonly backtrack?: boolean
}

const steps = {
  step: option(positive, 0.1),
  minstep: option(positive, 0.001),
  maxstep: option(positive, 10),
  increaseFactor: option(above1, 1.2),
  decreaseFactor: option(inside, 0.5),
}

type Normal = Required<IrpropPlusOptions>

const checked = <N extends Normal>(name: string, normal: N): N => {
  if (normal.minstep <= normal.maxstep) return normal
  throw new InvalidOption({
    layer: name,
    option: 'minstep',
    expected: `${besideOther.atMost} maxstep, ${normal.maxstep}`,
    got: String(normal.minstep),
    remedy: `For example: ${name}(${rightSteps}).`,
  })
}

interface Remembered<T> {
  readonly steps: VariableTree<T>
  /** The gradients of the last update, 0 where their sign had turned. */
  readonly gradients: VariableTree<T>
  /** The last changes. */
  readonly changes: VariableTree<T>
}

/**
 * One update of all elements.
 *
 * @param takesBack 1 where changes whose sign has turned are taken back
 */
const moved = <T>(
  ops: Ops<T>,
  { minstep, maxstep, increaseFactor, decreaseFactor }: Normal,
  grads: VariableTree<T>,
  before: Remembered<T>,
  takesBack: T,
): Remembered<T> => {
  const zero = ops.constant(0)
  const results = mapTree(grads, (gradient, layer, name) => {
    const [step, last, change] = [before.steps, before.gradients, before.changes].map(
      tree => leafOf(tree, layer, name) as T,
    ) as [T, T, T]
    // Signs, as the product of two small numbers is 0.
    const agreement = ops.multiply(signOf(ops, gradient), signOf(ops, last))
    const isTurned = ops.greater(zero, agreement)
    const factor = ops.where(
      ops.greater(agreement, zero),
      ops.constant(increaseFactor),
      ops.where(isTurned, ops.constant(decreaseFactor), ops.constant(1)),
    )
    const clipped = ops.minimum(ops.maximum(ops.multiply(step, factor), ops.constant(minstep)), ops.constant(maxstep))
    const own = ops.negative(ops.multiply(signOf(ops, gradient), clipped))
    const back = ops.negative(ops.multiply(change, takesBack))
    return {
      step: clipped,
      gradient: ops.where(isTurned, zerosOf(ops, ops.shape(gradient)), gradient),
      change: ops.where(isTurned, back, own),
    }
  })
  return {
    steps: mapTree(results, ({ step }) => step),
    gradients: mapTree(results, ({ gradient }) => gradient),
    changes: mapTree(results, ({ change }) => change),
  }
}

const begun = <T>(ops: Ops<T>, { step }: Normal, params: VariableTree<T>): Remembered<T> => ({
  steps: mapTree(params, param =>
    ops.constant(
      step,
      ops.shape(param).map(d => d ?? 1),
    ),
  ),
  gradients: mapTree(params, param => zerosOf(ops, ops.shape(param))),
  changes: mapTree(params, param => zerosOf(ops, ops.shape(param))),
})

/**
 * Resilient propagation (Riedmiller and Braun 1993): each element has its own step, which grows by `increaseFactor`
 * while its gradient keeps its sign and shrinks by `decreaseFactor` when it changes; `w = w - sign(g) · step`. When the
 * sign changes, the last change is undone, and the next sign counts as new. Without `backtrack`, the element is
 * unchanged instead, as in PyTorch. Use all examples at once: `batchSize: null`.
 *
 * @throws InvalidOption if an option is out of range
 */
export const rprop = <const O>(
  options?: OptionsFor<RpropOptions, O, Called<'rprop', '{ step: 0.1 }'>>,
): Optimizer<never> => {
  const normal = checked(
    'rprop',
    read<Required<RpropOptions>>('rprop', { ...steps, backtrack: option(boolean, true) }, options),
  )
  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) => begun(ops, normal, params) as unknown as Tree<T>,
    update: <T>(ops: Ops<T>, grads: VariableTree<T>, state: Tree<T>) => {
      const next = moved(ops, normal, grads, state as unknown as Remembered<T>, ops.constant(normal.backtrack ? 1 : 0))
      return [next.changes, next as unknown as Tree<T>] as const
    },
  }
  return optimizerOf('rprop', normal, rule)
}

/**
 * Improved resilient propagation, iRprop+ (Igel and Hüsken 2000): like {@link rprop}, but the last change is undone
 * only if the loss has grown since the last update; otherwise the element is unchanged for one update. The loss is that
 * of the current parameters: if you call `update` yourself, pass `{ loss }`.
 *
 * @throws InvalidOption if an option is out of range; from an update that gets no loss
 */
export const irpropPlus = <const O>(
  options?: OptionsFor<IrpropPlusOptions, O, Called<'irpropPlus', '{ step: 0.1 }'>>,
): Optimizer<never> => {
  const normal = checked('irpropPlus', read<Normal>('irpropPlus', steps, options))
  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) =>
      ({ ...begun(ops, normal, params), loss: ops.constant(0) }) as unknown as Tree<T>,
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      _: VariableTree<T>,
      { value }: UpdateContext<T>,
    ) => {
      const before = state as unknown as Remembered<T> & { readonly loss: T }
      const next = moved(ops, normal, grads, before, ops.greater(value, before.loss))
      return [next.changes, { ...next, loss: value } as unknown as Tree<T>] as const
    },
  }
  return optimizerOf('irpropPlus', normal, rule)
}
