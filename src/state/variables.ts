import type { Tensor } from '@tensorflow/tfjs-core'
import { sizeOf } from '../base/shape.ts'
import { cut, listed, shownAs } from '../base/shown.ts'
import { leafOf, leavesOf, own, treeOf, type VariableTree } from '../base/trees.ts'
import type { VariableRule } from '../core/variables.ts'

/** All that checks of shapes need of a tensor. */
export interface Shaped {
  readonly shape: readonly number[]
}

/** Variables as trees, where the network's type does not matter. */
export interface Trees<T = Tensor> {
  readonly params: VariableTree<T>
  readonly state: VariableTree<T>
}

/** Whether variables are those of one network, not of several by name. */
export const isOfOne = (variables: Trees | Readonly<Record<string, Trees>>): variables is Trees =>
  Object.hasOwn(variables, 'params')

/** One variable, a parameter or of the state. */
export const variableIn = <T>({ params, state }: Trees<T>, layer: string, name: string): T | undefined =>
  leafOf(params, layer, name) ?? leafOf(state, layer, name)

const numbersIn = (tree: VariableTree<Shaped>): number =>
  leavesOf(tree).reduce((sum, [, , { shape }]) => sum + sizeOf(shape), 0)

const shapesOf = (tree: VariableTree<Shaped>, layer: string): string =>
  Object.entries(own(tree, layer) ?? {})
    .map(([name, { shape }]) => `${name} [${shape.join(', ')}]`)
    .join(', ')

/** The shapes of variables by layer, as many as fit a screen. */
const listing = ({ params, state }: Trees<Shaped>): string => {
  const layers = [...new Set([...Object.keys(params), ...Object.keys(state)])]
  const rows = layers.map(layer => {
    const kept = shapesOf(state, layer)
    return [cut(layer, 32), cut([shapesOf(params, layer), kept && `state: ${kept}`].filter(Boolean).join('; '), 100)]
  })
  return listed(
    `Variables of ${layers.length} layer${layers.length === 1 ? '' : 's'}: ${numbersIn(params)} numbers in params, ${numbersIn(state)} in state`,
    rows,
  )
}

const shown = shownAs(listing)

/** Variables for users: consoles show their shapes. */
export const asShown = <T extends Shaped>(params: VariableTree<T>, state: VariableTree<T>): Trees<T> =>
  Object.freeze(Object.defineProperties({ params, state }, shown))

/** Whether gradients train a variable; otherwise it is part of the state. */
export const isTrained = ({ trainable = true }: VariableRule): boolean => trainable

/** A value for each variable that rules name: the parameters and the state. */
export const variablesBy = <T extends Shaped>(
  rules: VariableTree<VariableRule>,
  valueFor: (layer: string, name: string, rule: VariableRule) => T,
): Trees<T> => {
  const tree = (trained: boolean): VariableTree<T> =>
    treeOf(
      leavesOf(rules).flatMap(([layer, name, rule]) =>
        isTrained(rule) === trained ? [[layer, name, valueFor(layer, name, rule)] as const] : [],
      ),
    )
  return asShown(tree(true), tree(false))
}
