import { LayerConnectionError } from '../base/errors.ts'
import { type Shape, showShape } from '../base/shape.ts'
import type { Pair } from '../ops/ops.ts'

/**
 * Dimensions that must be known; they can be unknown in tracing only.
 *
 * @throws LayerConnectionError if one is not
 */
export const knownDimensions = (
  layer: string,
  input: Shape,
  axes: readonly number[],
  expected = 'known dimensions beside the batch',
  remedy = 'Give the Input all its dimensions.',
): readonly number[] =>
  axes.map(axis => {
    const d = input[axis] ?? null
    if (d !== null) return d
    throw new LayerConnectionError({ layer, expected, got: showShape(input), remedy })
  })

/**
 * The rows and columns of images.
 *
 * @throws LayerConnectionError if they are not known
 */
export const knownRowsAndCols = (layer: string, images: Shape): Pair => {
  const [rows = 0, cols = 0] = knownDimensions(
    layer,
    images,
    [1, 2],
    'known rows and columns',
    'Give the Input its rows and columns.',
  )
  return [rows, cols]
}
