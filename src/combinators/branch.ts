import { compose } from '../network/compose.ts'
import type { Fanned } from '../network-types/blocks.ts'
import { asBranches, type Branch, type Check, type Joined } from './parallel.ts'

/**
 * Branches that each get all that comes in, side by side (the FanOut of stax, followed by its parallel). What comes out
 * is the outputs of all of them: merge them with the next layer, or leave them as several outputs.
 *
 * It differs from `parallel` when several tensors come in: `parallel` deals them out, one to each branch, `branch` gives
 * all of them to every branch. Merging is left to the layers that merge, so that there is one way to say it.
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
