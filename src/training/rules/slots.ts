import type * as tf from '@tensorflow/tfjs-core'
import type { Tree } from '../../base/tree.ts'
import { byName, isList, isPlain } from '../../base/trees.ts'

// What the optimizers of rules remember, as states show it: of each rule, by the name of the network.

/** Under what name stands what is remembered of all networks together: no network has it. */
const ofAll = '*'

/**
 * What the optimizer of a rule remembers, by the name of the network; under `*` what belongs to none of them alone, such as a
 * direction in the space of all parameters. Networks of which it remembers nothing are left out.
 */
export type RuleSlots<NS = Readonly<Record<string, unknown>>> = {
  readonly [Name in (keyof NS & string) | typeof ofAll]?: Tree<tf.Tensor>
}

/**
 * The share of one network in a tree; of `null`, what is of no network alone.
 *
 * Optimizers name layers `network/layer`. Arrays keep their length, so that places in them do not change.
 *
 * @returns undefined where there is none
 */
const shareOf = <T>(
  tree: Tree<T>,
  network: string | null,
  isNetwork: (name: string) => boolean,
): Tree<T> | undefined => {
  const inner = (part: Tree<T>): Tree<T> | undefined => shareOf(part, network, isNetwork)
  if (isList(tree)) {
    const parts = tree.map(part => inner(part as Tree<T>))
    if (parts.every(part => part === undefined)) return undefined
    return Object.freeze(parts.map((part): Tree<T> => part ?? byName<Tree<T>>([])))
  }
  if (!isPlain(tree)) return network === null ? (tree as T) : undefined
  const entries = Object.entries(tree as Readonly<Record<string, Tree<T>>>)
  const layers = entries.map(([name, part]) => [name.split('/', 1)[0] as string, name, part] as const)
  const own =
    entries.length > 0 && layers.every(([before, name]) => before !== name && isNetwork(before))
      ? layers.flatMap(([before, name, part]) =>
          before === network ? [[name.slice(before.length + 1), part] as const] : [],
        )
      : entries.flatMap(([name, part]) => {
          const share = inner(part)
          return share === undefined ? [] : [[name, share] as const]
        })
  return own.length === 0 ? undefined : byName(own)
}

/** Whether slots of rules stand by network: as {@link slotsByNetwork} gives them, but for networks called as slots are. */
export const areByNetwork = (networks: readonly string[], slots: Tree<unknown>): boolean =>
  (slots as readonly object[]).every(own => Object.keys(own).every(name => name === ofAll || networks.includes(name)))

/** What the optimizers of rules remember, a list, with the slots of each rule by network. */
export const slotsByNetwork = <T>(networks: readonly string[], slots: Tree<T>): Tree<T> =>
  Object.freeze(
    (slots as readonly Tree<T>[]).map(own =>
      byName(
        [...networks, null].flatMap(network => {
          const share = shareOf(own, network, name => networks.includes(name))
          return share === undefined ? [] : [[network ?? ofAll, share] as const]
        }),
      ),
    ),
  )
