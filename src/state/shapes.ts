import * as E from 'fp-ts/lib/Either.js'
import { LayerConnectionError, show, wrongArgument } from '../base/errors.ts'
import { type Flow, isShape, type Shape } from '../base/shape.ts'
import { isShortList } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart } from '../network/parts.ts'
import { outgoing, wire, wiringOf } from '../network/wiring.ts'
import { single } from './data.ts'
import { reading } from './given.ts'

/** One shape (`null`: of unknown rank), or the shapes of several inputs or outputs. */
export type Shapes = Shape | null | readonly (Shape | null)[]

const toFlow = (given: Shapes): Flow =>
  reading('outputShape', 'shape', () => {
    const flow = isShortList(given) && given.some(shape => Array.isArray(shape)) ? given : [given]
    for (const shape of flow)
      if (shape !== null && !isShape(shape))
        throw wrongArgument(
          'outputShape',
          'shape',
          'an array of integers >= 0, with null for an unknown dimension',
          show(shape),
          '[null, 28, 28, 1]',
        )
    return flow as Flow
  })

/**
 * The output shape of a layer or network, as a value: `Left` where the input does not fit.
 *
 * @param shape the shape that comes in, batch first; `null` for unknown. A network knows its own.
 * @example
 * ```ts
 * checkShape(Convolution([3, 3, 16]), [null, 2, 2, 1])._tag // 'Left'
 * ```
 */
export const checkShape = (layer: AnyLayer, shape?: Shapes): E.Either<LayerConnectionError, Shapes> => {
  const part = asPart('outputShape', layer)
  const wired = shape === undefined ? E.right(wiringOf(part)) : wire(part, toFlow(shape))
  if (E.isRight(wired)) return E.right(single(outgoing(wired.right)))
  if (wired.left instanceof LayerConnectionError) return E.left(wired.left)
  throw wired.left
}

/**
 * The output shape of a layer or network. With several outputs, an array of shapes.
 *
 * @param shape the shape that comes in, batch first; `null` for unknown; an array of shapes for several inputs.
 *   A network knows its own.
 * @throws LayerConnectionError if the input does not fit
 * @example
 * ```ts
 * outputShape(Convolution([3, 3, 16]), [null, 28, 28, 1]) // [null, 26, 26, 16]
 * ```
 */
export const outputShape = (layer: AnyLayer, shape?: Shapes): Shapes => {
  const result = checkShape(layer, shape)
  if (E.isLeft(result)) throw result.left
  return result.right
}
