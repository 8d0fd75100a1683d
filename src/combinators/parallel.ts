import { InvalidOption } from '../base/errors.ts'
import { isList } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart, type Part } from '../network/parts.ts'
import type { CheckBranches, Join, Side } from '../network-types/compose.ts'

/** A layer, or an array of layers that are joined. */
export type Branch = AnyLayer | readonly AnyLayer[]
/** Branches of which each is one layer. */
export type Joined<B extends readonly Branch[]> = {
  -readonly [K in keyof B]: B[K] extends AnyLayer ? B[K] : B[K] extends readonly AnyLayer[] ? Join<B[K]> : never
}
/** Branches in which every mistake stands in the place of the argument that makes it. */
export type Check<B extends readonly Branch[]> = CheckBranches<Joined<B>, B>

/** A branch as one part. */
export const asBranch = (owner: string, branch: unknown): Part =>
  isList(branch) && branch.length > 0
    ? // Not map, which leaves out the holes of an array.
      compose({ form: 'sequence', parts: Array.from(branch, layer => asPart(owner, layer)) })
    : asPart(owner, branch)

/**
 * Branches side by side. Given one input, each branch gets it; given several, one each. What comes out is the outputs
 * of all branches, for a layer that merges them or for a network of several outputs. Branches that start with `Input`
 * make a network of several inputs.
 *
 * @param branches layers, or arrays of layers: `[a, b]` means `join(a, b)`
 * @throws LayerConnectionError when shapes do not fit within a branch
 * @throws InvalidOption when an argument is no layer, or two layers have the same explicit name
 * @example
 * ```ts
 * const network = join(Input(10), parallel(Relu(4), [Tanh(8), Tanh(4)]), Elementwise('add'))
 * String(network) // (?, 10) -> [... 5 layers ...] -> (?, 4)
 * ```
 */
export const parallel = <const B extends readonly Branch[]>(...branches: Check<B>): Side<Joined<B>> => {
  if (branches.length === 0)
    throw new InvalidOption({
      layer: 'parallel',
      option: 'branches',
      expected: 'at least one branch',
      got: 'none',
      remedy: 'For example: parallel(Relu(4), Tanh(4)).',
    })
  return compose(
    { form: 'parallel', parts: branches.map(given => asBranch('parallel', given)) },
    'Parallel',
  ) as unknown as Side<Joined<B>>
}
