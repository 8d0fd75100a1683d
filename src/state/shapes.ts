import * as E from 'fp-ts/lib/Either.js'
import { InvalidOption, LayerConnectionError, show } from '../base/errors.ts'
import { type Flow, isShape, type Shape } from '../base/shape.ts'
import { isShortList } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart, type Wiring } from '../network/parts.ts'
import { wire, wiringOf } from '../network/wiring.ts'

/** One shape (`null`: of unknown rank), or the shapes of several inputs or outputs. */
export type Shapes = Shape | null | readonly (Shape | null)[]

const toFlow = (given: Shapes): Flow => {
  try {
    return checkedFlow(given)
  } catch (error) {
    throw error instanceof InvalidOption ? error : notShape(show(error))
  }
}
const notShape = (got: string): InvalidOption =>
  new InvalidOption({
    layer: 'outputShape',
    option: 'shape',
    expected: 'an array of integers >= 0, with null for an unknown dimension',
    got,
    remedy: 'For example: [null, 28, 28, 1].',
  })

const checkedFlow = (shapes: Shapes): Flow => {
  const several = isShortList(shapes) && shapes.some(shape => Array.isArray(shape))
  const flow = several ? shapes : [shapes]
  for (const shape of flow) if (shape !== null && !isShape(shape)) throw notShape(show(shape))
  return flow as Flow
}

const fromWiring = (wiring: Wiring): Shapes => {
  const shapes = wiring.outputs.map(i => wiring.nodes[i]?.shape ?? null)
  return shapes.length === 1 ? (shapes[0] ?? null) : shapes
}

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
  if (E.isRight(wired)) return E.right(fromWiring(wired.right))
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
