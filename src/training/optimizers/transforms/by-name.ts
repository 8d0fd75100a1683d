import { InvalidOption, show } from '../../../base/errors.ts'
import { matchNames, type NamePatterns, namePatterns, variableName } from '../../../base/patterns.ts'
import type { Tree } from '../../../base/tree.ts'
import {
  isRecord,
  leafOf,
  leavesOf,
  mapTree,
  byName as recordOf,
  treeOf,
  type VariableTree,
} from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import { reading } from '../../../state/given.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../../optimizer.ts'
import { namesIn } from '../../penalties/roles.ts'
import { maskOf } from '../options.ts'
import { zerosOf } from '../rule.ts'
import { asOptimizer, forgetful, transform, within } from './transform.ts'

/**
 * An optimizer for each pattern of names: a parameter belongs to the first pattern that names it, `'layer'`, `'layer.variable'`,
 * with `*` for any run of characters. Every parameter belongs to one; `'*'` in the end takes all others.
 *
 * @throws InvalidOption if a value is not an optimizer; from `init`, if a pattern matches nothing, or no pattern
 *   matches a parameter
 * @example
 * ```ts
 * const optimizer = byName({ '*.bias': freeze(), '*': gradientDescent({ step: 0.5 }) })
 * const params = { linear: { weight: tensor([1]), bias: tensor([1]) } }
 * const [updates] = optimizer.update({ linear: { weight: tensor([4]), bias: tensor([4]) } }, optimizer.init(params), params)
 * updates.linear.weight.dataSync()[0] // -2
 * updates.linear.bias.dataSync()[0] // 0
 * ```
 */
export const byName = <const Name extends string, P extends string = never>(
  optimizers: Readonly<Record<Name, Optimizer<P>>>,
): Optimizer<Name | P> => {
  const example = "byName({ 'conv*': adam({ step: 0.0001 }), '*': adam() })"
  const fault = (option: string, expected: string, got: string, remedy = `For example: ${example}.`) =>
    new InvalidOption({ layer: 'byName', option, expected, got, remedy })
  const own = reading('byName', 'optimizers', () => {
    if (!isRecord(optimizers) || Object.keys(optimizers).length === 0)
      throw fault('optimizers', 'optimizers by patterns of names', show(optimizers))
    return recordOf(
      Object.entries(optimizers).map(([pattern, each]) => [pattern, asOptimizer('byName', each, example)]),
    )
  })
  const entries = Object.entries(own)

  /** The parameters of each pattern. */
  const parted = <T>(params: VariableTree<T>): readonly VariableTree<T>[] => {
    const names = namesIn(params)
    const taken = new Set<string>()
    const parts = entries.map(([pattern]) => {
      const found = matchNames('byName', 'optimizers', pattern, names)
      const chosen = leavesOf(params).filter(([layer, name]) => {
        const full = variableName(layer, name)
        return found.has(full) && !taken.has(full)
      })
      for (const [layer, name] of chosen) taken.add(variableName(layer, name))
      return treeOf(chosen)
    })
    const left = names.map(([layer, name]) => variableName(layer, name)).filter(name => !taken.has(name))
    if (left.length > 0)
      throw fault(
        'optimizers',
        `patterns that name ${left.join(', ')} too`,
        entries.map(([pattern]) => show(pattern)).join(', '),
        "Give '*' an optimizer, or freeze(), as the last.",
      )
    return parts
  }

  const rule: OptimizerRule = {
    init: (ops, params) => {
      const parts = parted(params)
      return recordOf(entries.map(([pattern, { rule }], i) => [pattern, rule.init(ops, parts[i] as (typeof parts)[0])]))
    },
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const inner = within(context, params)
      const results = parted(params).map((part, i) => {
        const [pattern, { rule }] = entries[i] as (typeof entries)[0]
        const own = mapTree(part, (_, layer, name) => leafOf(grads, layer, name) as T)
        return rule.update(ops, own, (state as Readonly<Record<string, Tree<T>>>)[pattern] as Tree<T>, part, inner)
      })
      const changes = results.map(([own]) => own)
      const updates = mapTree(params, (_, layer, name) => {
        const found = changes.map(tree => leafOf(tree, layer, name)).find(change => change !== undefined)
        return found as T
      })
      return [
        updates,
        recordOf(entries.map(([pattern], i) => [pattern, (results[i] as (typeof results)[0])[1]])),
      ] as const
    },
  }
  return transform('byName', [Object.fromEntries(entries)], { optimizers: own }, rule)
}

/** Signatures of their own for one pattern and for several: of a text, compilers would infer its letters from the form of a list. */
interface Freeze {
  (): Optimizer<never>
  <const P extends string>(names: P): Optimizer<P>
  <const P extends string>(names: readonly P[]): Optimizer<P>
  (names: NamePatterns): Optimizer
}

/**
 * Keeps parameters fixed: those that match patterns, or all. In a chain, put it last, so that nothing after it changes
 * them; the optimizers before it still see their gradients. With `trains` of `fit`, the gradients are not even
 * computed.
 *
 * @throws InvalidOption if a pattern is invalid; from `init`, if one names nothing
 * @example
 * ```ts
 * const optimizer = chain(gradientDescent({ step: 0.5 }), freeze('*.bias'))
 * const params = { linear: { weight: tensor([1]), bias: tensor([1]) } }
 * const [updates] = optimizer.update({ linear: { weight: tensor([4]), bias: tensor([4]) } }, optimizer.init(params), params)
 * updates.linear.bias.dataSync()[0] // 0
 * ```
 */
export const freeze: Freeze = (names: NamePatterns = '*'): Optimizer<never> => {
  const read = namePatterns.decode(names)
  if (read._tag === 'Left')
    throw new InvalidOption({
      layer: 'freeze',
      option: 'names',
      expected: namePatterns.name,
      got: show(names),
      remedy: "For example: freeze('conv*').",
    })
  const patterns = read.right
  const isMeant = (params: VariableTree<unknown>) => maskOf('freeze', 'names', patterns, params)
  const rule = forgetful((ops, grads, params) => {
    const isFrozen = isMeant(params)
    return mapTree(grads, (gradient, layer, name) =>
      isFrozen(layer, name) ? zerosOf(ops, ops.shape(gradient)) : gradient,
    )
  }, isMeant)
  const [first = '*', ...others] = patterns
  return transform('freeze', [others.length === 0 ? first : patterns], { names: patterns }, rule)
}
