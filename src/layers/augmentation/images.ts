import { LayerConnectionError } from '../../base/errors.ts'
import type { Key } from '../../base/random.ts'
import { type Shape, showShape, sizeOf } from '../../base/shape.ts'
import { sliceAlong } from '../../ops/axes.ts'
import type { Ops } from '../../ops/ops.ts'
import { knownRowsAndCols } from '../known.ts'

// Operations on images [batch, rows, cols, channels] that differ from example to example.

export const clamped = <T>(ops: Ops<T>, x: T, least: number, most: number): T =>
  ops.maximum(ops.minimum(x, ops.constant(most)), ops.constant(least))

// Values that do not depend on the channel have shape [batch, rows, cols]: broadcasting a last axis of size 1 is slow.

/** A number from [0, 1) for each image, [batch, 1, 1]. */
export const drawEach = <T>(ops: Ops<T>, key: Key, x: T): T => ops.uniform(key, [ops.shape(x)[0] ?? null, 1, 1])

/** A number between two for each image. */
export const drawBetween = <T>(ops: Ops<T>, key: Key, x: T, [low, high]: readonly [number, number]): T =>
  ops.add(ops.multiply(drawEach(ops, key, x), ops.constant(high - low)), ops.constant(low))

/** The numbers 0, 1, … plus an offset along one of three axes, to be broadcast over the others. */
export const along = <T>(ops: Ops<T>, axis: 0 | 1 | 2, count: number, offset = 0): T =>
  ops.constant(
    Float32Array.from({ length: count }, (_, i) => i + offset),
    [0, 1, 2].map(other => (other === axis ? count : 1)),
  )

/** Applies a function to images flattened to [batch, 1, elements]. */
export const asWholes = <T>(ops: Ops<T>, images: T, f: (whole: (x: T) => T) => T): T => {
  const shape = ops.shape(images)
  const [batch = null, ...rest] = shape
  return ops.reshape(
    f(x => ops.reshape(x, [batch, 1, sizeOf(rest)])),
    shape,
  )
}

/**
 * The floor of numbers, clamped to [least, most]. Exact on every backend, as `gather` truncates indices.
 */
export const floorOf = <T>(ops: Ops<T>, x: T, least: number, most: number): T => {
  const table = Float32Array.from({ length: most - least + 1 }, (_, i) => i + least)
  const place = ops.subtract(x, ops.constant(least))
  return ops.gather(ops.constant(table), clamped(ops, place, 0, most - least))
}

/**
 * Images with the pixels in some rows and columns replaced.
 *
 * @param rows 1 for the rows, else 0: [batch, rows, 1]
 * @param cols likewise for columns: [batch, 1, cols]
 * @param there the images or the number to take there
 */
export const whereWithin = <T>(ops: Ops<T>, rows: T, cols: T, there: T, images: T): T => {
  const shape = ops.shape(images)
  const [batch = null, height = null, width = null, channels = null] = shape
  // Rows are flattened: a last axis of few channels is slow.
  const line = width === null || channels === null ? null : width * channels
  const lines = (x: T): T => ops.reshape(x, [batch, height, line])
  const each = ops.broadcast(ops.reshape(cols, [batch, 1, width, 1]), [batch, 1, width, channels])
  const mask = ops.multiply(rows, ops.reshape(each, [batch, 1, line]))
  const inPlace = ops.shape(there).length === 0 ? there : lines(there)
  return ops.reshape(ops.where(mask, inPlace, lines(images)), shape)
}

/** 32-bit floats are exact for integers up to this. */
const mostPixels = 2 ** 24

/**
 * The dimensions of images.
 *
 * @throws LayerConnectionError if they are unknown, which happens in tracing only, or images have too many pixels
 */
export const knownImages = (
  layer: string,
  shape: Shape,
): readonly [batch: number, rows: number, cols: number, channels: number] => {
  const [rows, cols] = knownRowsAndCols(layer, shape)
  const [batch = null, , , channels = null] = shape
  if (batch === null || channels === null || rows * cols > mostPixels)
    throw new LayerConnectionError({
      layer,
      expected: `a known batch of images of at most ${mostPixels} pixels`,
      got: showShape(shape),
      remedy: 'Give a batch of smaller images.',
    })
  return [batch, rows, cols, channels]
}

/**
 * Gathers pixels of each image.
 *
 * @param row indices of rows, [batch, height, width or 1], and `col` likewise of columns
 * @returns [batch, height, width, channels]
 */
export const pixelsAt = <T>(ops: Ops<T>, layer: string, images: T, row: T, col: T): T => {
  const [batch, rows, cols, channels] = knownImages(layer, ops.shape(images))
  const place = ops.add(ops.multiply(row, ops.constant(cols)), col)
  const [, height = 1, width = 1] = ops.shape(place)
  // Indices must be exact as floats: a batch of more pixels is gathered in parts.
  const atOnce = Math.max(1, Math.floor(mostPixels / Math.max(1, rows * cols)))
  const part = (from: number): T => {
    const count = Math.min(atOnce, batch - from)
    const cut = (x: T): T => (count === batch ? x : sliceAlong(ops, x, 0, from, count))
    const table = ops.reshape(cut(images), [count * rows * cols, channels])
    const first = ops.multiply(along(ops, 0, count), ops.constant(rows * cols))
    const indices = ops.reshape(ops.add(cut(place), first), [sizeOf([count, height as number, width as number])])
    return ops.reshape(ops.gather(table, indices), [count, height, width, channels])
  }
  const starts = Array.from({ length: Math.ceil(batch / atOnce) }, (_, i) => i * atOnce)
  return starts.length > 1 ? ops.concatenate(starts.map(part), 0) : part(0)
}
