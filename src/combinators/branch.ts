import { compose } from '../network/compose.ts'
import type { Fanned } from '../network-types/blocks.ts'
import { asBranches, type Branch, type Check, type Joined } from './parallel.ts'

/**
 * Branches side by side, each of which gets all inputs (FanOut of stax, followed by its parallel). It outputs the outputs of
 * all branches: merge them with the next layer, or leave them as several outputs of the network.
 *
 * It differs from `parallel` for several inputs: `parallel` gives one to each branch, `branch` all of them to every branch.
 *
 * @param branches layers, or arrays of layers: `[a, b]` means `join(a, b)`
 * @throws LayerConnectionError if shapes do not fit within a branch
 * @throws InvalidOption if an argument is not a layer, or two layers have the same explicit name
 * @example
 * ```ts
 * const sides = parallel(Input(4), Input(4))
 * const network = join(sides, branch(Elementwise('add'), Elementwise('multiply')), Concatenate())
 * String(network) // [(?, 4), (?, 4)] -> [... 5 layers ...] -> (?, 8)
 * ```
 */
export const branch = <const B extends readonly Branch[]>(...branches: Check<B>): Fanned<Joined<B>> =>
  compose({ form: 'branch', parts: asBranches('branch', branches) })
