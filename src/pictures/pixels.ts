import { encode } from 'fast-png'

/**
 * Pixels as a PNG file in a data URI, for an image of a drawing.
 *
 * @param bytes 1 (grey), 2 (grey, opacity), 3 (red, green, blue) or 4 (with opacity) bytes for each pixel, row by row
 */
export const pngUri = (
  bytes: Uint8Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: 1 | 2 | 3 | 4 },
): string => {
  const file = encode({ data: bytes, width, height, channels, depth: 8 })
  let binary = ''
  for (let at = 0; at < file.length; at += 0x8000) binary += String.fromCharCode(...file.subarray(at, at + 0x8000))
  return `data:image/png;base64,${btoa(binary)}`
}
