import { wrongArgument } from '../base/errors.ts'
import { isList } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart, type Part } from '../network/parts.ts'
import type { CheckNames } from '../network-types/checks.ts'
import type { Join, Side } from '../network-types/compose.ts'

/** A layer, or an array of layers that are joined. */
export type Branch = AnyLayer | readonly AnyLayer[]
/** Branches, each as one layer. */
export type Joined<B extends readonly Branch[]> = {
  -readonly [K in keyof B]: B[K] extends AnyLayer ? B[K] : B[K] extends readonly AnyLayer[] ? Join<B[K]> : never
}
/** The arguments of `parallel` and `branch`, or the reason in the place of one that does not fit. */
export type Check<B extends readonly Branch[]> = CheckNames<Joined<B>, B>

/** The branches of a call, each as one part. */
export const asBranches = (owner: 'parallel' | 'branch', branches: readonly unknown[]): readonly Part[] => {
  const example = `${owner}(Relu(4), Tanh(4))`
  if (branches.length === 0) throw wrongArgument(owner, 'branches', 'at least one branch', 'none', example)
  return branches.map(branch =>
    isList(branch) && branch.length > 0
      ? // Not map, which leaves out the holes of an array.
        compose({ form: 'sequence', parts: Array.from(branch, layer => asPart(owner, layer, example)) })
      : asPart(owner, branch, example),
  )
}

/**
 * Branches side by side. Each branch gets the input, or one of several inputs. It outputs the outputs of all branches: merge
 * them with the next layer, or leave them as several outputs of the network. Branches that start with `Input` make a network
 * of several inputs.
 *
 * @param branches layers, or arrays of layers: `[a, b]` means `join(a, b)`
 * @throws LayerConnectionError if shapes do not fit within a branch
 * @throws InvalidOption if an argument is not a layer, or two layers have the same explicit name
 * @example
 * ```ts
 * const network = join(Input(10), parallel(Relu(4), [Tanh(8), Tanh(4)]), Elementwise('add'))
 * String(network) // (?, 10) -> [... 5 layers ...] -> (?, 4)
 * ```
 */
export const parallel = <const B extends readonly Branch[]>(...branches: Check<B>): Side<Joined<B>> =>
  compose({ form: 'parallel', parts: asBranches('parallel', branches) })
