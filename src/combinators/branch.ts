import { InvalidOption } from '../base/errors.ts'
import { compose } from '../network/compose.ts'
import type { Fanned } from '../network-types/blocks.ts'
import { asBranch, type Branch, type Check, type Joined } from './parallel.ts'

/**
 * Branches that each get all that comes in, side by side (the FanOut of stax, followed by its parallel). What comes out
 * is the outputs of all of them: merge them with the next layer, or leave them as several outputs.
 *
 * It differs from `parallel` when several tensors come in: `parallel` deals them out, one to each branch, `branch` gives
 * all of them to every branch. Merging is left to the layers that merge, so that there is one way to say it.
 *
 * @param branches layers, or arrays of layers: `[a, b]` means `join(a, b)`
 * @throws LayerConnectionError when shapes do not fit within a branch
 * @throws InvalidOption when an argument is no layer, or two layers have the same explicit name
 * @example
 * ```ts
 * const sides = parallel(Input(4), Input(4))
 * const network = join(sides, branch(Elementwise('add'), Elementwise('multiply')), Concatenate())
 * String(network) // [(?, 4), (?, 4)] -> [... 5 layers ...] -> (?, 8)
 * ```
 */
export const branch = <const B extends readonly Branch[]>(...branches: Check<B>): Fanned<Joined<B>> => {
  if (branches.length === 0)
    throw new InvalidOption({
      layer: 'branch',
      option: 'branches',
      expected: 'at least one branch',
      got: 'none',
      remedy: 'For example: branch(Relu(4), Tanh(4)).',
    })
  const parts = branches.map(given => asBranch('branch', given))
  // Fanned is what the same composition is at the type level.
  return compose({ form: 'branch', parts }, 'Branch') as unknown as Fanned<Joined<B>>
}
