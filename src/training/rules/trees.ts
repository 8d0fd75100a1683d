import { byName, type VariableTree } from '../../base/trees.ts'

// The variables of several networks in one tree: the layer `relu-1` of `generator` is `generator/relu-1`.

/** A tree with the name of its network before those of its layers. */
export const within = <T>(network: string, tree: VariableTree<T>): VariableTree<T> =>
  byName(Object.entries(tree).map(([layer, variables]) => [`${network}/${layer}`, variables] as const))

/** The tree of one network, from that of all. */
export const of = <T>(network: string, tree: VariableTree<T>): VariableTree<T> => {
  const before = `${network}/`
  return byName(
    Object.entries(tree).flatMap(([layer, variables]) =>
      layer.startsWith(before) ? [[layer.slice(before.length), variables] as const] : [],
    ),
  )
}

/** The trees of all networks as one. */
export const joined = <T>(trees: readonly VariableTree<T>[]): VariableTree<T> =>
  byName(trees.flatMap(tree => Object.entries(tree)))
