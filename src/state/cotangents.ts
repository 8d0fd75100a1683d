import type * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import { type Show, showFlow, showShape } from '../base/shape.ts'
import type { Part } from '../network/parts.ts'
import type { DataFaults, Shaped, ShapeOf } from '../network-types/data.ts'
import { outputCount, toTensors } from './data.ts'

// Cotangents, which have the shapes of the outputs: for the compiler, as far as types say shapes, and at run time.

/** What cotangents are, by what is wrong with them: their shape, or their number. */
const cotangents = {
  shape: 'the shape of the output',
  count: 'a tensor for each output',
  remedy: 'Give a number for each element of the output; for several outputs a tuple.',
} as const

/** The cotangents `C` of outputs of the shape `O`: as they are, or what is wrong with them. */
export type CotangentFor<O, C, What extends string = 'cotangent'> = [...DataFaults<O, C>]['length'] extends 1 | 2 | 3
  ? [...DataFaults<O, C>]['length'] extends 3
    ? { [K in keyof C]: K extends keyof O ? CotangentFor<O[K], C[K], `${What}[${K & string}]`> : C[K] }
    : Refused<What, O, C>[[...DataFaults<O, C>]['length'] & number]
  : C
/** As that of data in network-types/data.ts. */
interface Refused<What extends string, O, C> {
  readonly [faults: number]: string
  readonly 1: `${What} expects ${(typeof cotangents)['shape']}, ${Show<O>}, got ${Show<ShapeOf<C>>}. ${(typeof cotangents)['remedy']}`
  readonly 2: `${What} expects ${(typeof cotangents)['count']}, ${Show<O>}, got ${ShapesOf<C>}. ${(typeof cotangents)['remedy']}`
}
type ShapesOf<C> = C extends readonly [Shaped, Shaped, ...(readonly unknown[])]
  ? Show<{ -readonly [K in keyof C]: ShapeOf<C[K]> }>
  : Show<ShapeOf<C>>

/**
 * Cotangents as tensors, in the enclosing `tf.tidy`.
 *
 * @param outputs the shapes of the outputs
 * @throws InvalidOption if they have other shapes, or there are more or fewer
 */
export const toCotangents = (
  part: Part,
  given: unknown,
  outputs: readonly (readonly number[])[],
): readonly tf.Tensor[] => {
  const tensors = toTensors(given, outputCount(part))
  const shapes = tensors.map(({ shape }) => shape)
  const fault = (expected: string, got: string, at = '') =>
    new InvalidOption({
      layer: 'gradients',
      option: `cotangent${at}`,
      expected,
      got,
      remedy: cotangents.remedy,
    })
  if (shapes.length !== outputs.length) throw fault(`${cotangents.count}, ${showFlow(outputs)}`, showFlow(shapes))
  for (const [k, shape] of outputs.entries()) {
    const own = shapes[k] ?? []
    if (own.join() === shape.join()) continue
    throw fault(`${cotangents.shape}, ${showShape(shape)}`, showShape(own), outputs.length > 1 ? `[${k}]` : '')
  }
  return tensors
}
