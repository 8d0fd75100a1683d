import type * as t from 'io-ts/lib/index.js'
import { codec } from '../base/options.ts'

/** [rows, cols, channels] of an image; `null` for one that is not known. */
export type ImageShape = readonly [rows: number | null, cols: number | null, channels: number | null]

const isDimension = (value: unknown): value is number | null =>
  value === null || (Number.isSafeInteger(value) && (value as number) > 0)

/** How the shape of images is read. */
export const imageShape: t.Type<ImageShape, unknown, unknown> = codec(
  '[rows, cols, channels], each a positive integer or null',
  value => {
    if (!Array.isArray(value) || value.length !== 3) return undefined
    const [rows, cols, channels]: readonly unknown[] = value
    return isDimension(rows) && isDimension(cols) && isDimension(channels)
      ? Object.freeze([rows, cols, channels] as const)
      : undefined
  },
)
