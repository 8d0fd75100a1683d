import { InvalidOption, LayerConnectionError } from '../base/errors.ts'
import { type Flow, showFlow } from '../base/shape.ts'
import type { Part } from '../network/parts.ts'
import { wireFor } from './check.ts'

// Graphs have known shapes. So what holds for any batch is found from graphs for three sizes of it.

export const faultOfNetwork = (owner: string, expected: string, got: string, remedy: string): InvalidOption =>
  new InvalidOption({ layer: owner, option: 'network', expected, got, remedy })

/**
 * The shapes of the inputs for a batch.
 *
 * @throws InvalidOption if the network does not know them
 */
export const inputsFor = (owner: string, inputs: Flow, batch: number): readonly (readonly number[])[] =>
  inputs.map(shape => {
    const rest = shape?.slice(1)
    if (rest?.every(d => d !== null)) return [batch, ...(rest as readonly number[])]
    throw faultOfNetwork(
      owner,
      'a network that knows the shapes of its inputs',
      showFlow(inputs),
      'Begin the network with Input(shape), for example: join(Input(4), Relu(8)).',
    )
  })

/** The error for random draws in inference. */
export const drawsSome = (owner: string): InvalidOption =>
  faultOfNetwork(owner, 'no random numbers in inference', 'a layer that draws some', 'Leave out that layer.')

/** Three sizes of the batch. */
export type Sizes = readonly [number, number, number]

/**
 * The next ones are tried if a dimension has one of these, or a tensor is too large. The first are more than 64: graphs merge
 * equal constants of up to so many numbers.
 */
const batchSizes: readonly Sizes[] = [
  [67, 101, 149],
  [17, 19, 23],
  [3, 5, 7],
]

/** Whether a batch of this size has tensors larger than any run may make. */
const isTooLarge = (part: Part, x: Flow): boolean => {
  try {
    wireFor(part, x)
    return false
  } catch (error) {
    if (error instanceof LayerConnectionError) return true
    throw error
  }
}

/**
 * What holds for any batch.
 *
 * @param find it from three sizes; a text says what depends on the batch and cannot be computed from it
 * @param remedy what may be done about that
 * @throws InvalidOption if it is found for none
 */
export const forAnySize = <A extends object>(
  owner: string,
  part: Part,
  inputs: Flow,
  find: (sizes: Sizes) => A | string,
  remedy = 'Write the layer so that shapes and constants depend on the batch linearly, or leave it out.',
): A => {
  let got = ''
  for (const sizes of batchSizes) {
    const found = isTooLarge(part, inputsFor(owner, inputs, sizes[2])) ? 'a tensor' : find(sizes)
    if (typeof found !== 'string') return found
    got ||= found
  }
  throw faultOfNetwork(owner, 'layers that compute the same for every batch', `${got} that depends on its size`, remedy)
}
