import { expect } from 'chai'
import { decode } from 'fast-png'
import type { Drawing, Picture } from '../../src/display.ts'
import { key, normals } from '../../src/index.ts'
import type { ImageShape, Shape, TextShape } from '../../src/pictures/drawing.ts'
import { drawn, hasBrowser } from '../pictures/drawn.ts'

// What pictures of a drawing show: their shapes as data, and, where there is a browser, as it draws them.

/** Normal numbers of a shape. */
export const flat = <const S extends readonly number[]>(shape: S, seed = 1): { data: Float32Array; shape: S } => ({
  data: normals(
    key(seed),
    shape.reduce((a, b) => a * b, 1),
  ),
  shape,
})

const shapesIn = (shapes: readonly Shape[]): readonly Shape[] =>
  shapes.flatMap(shape => [shape, ...(shape.kind === 'group' ? shapesIn(shape.shapes) : [])])
export const shapesOf = ({ spec }: Picture<Drawing>): readonly Shape[] => shapesIn(spec.shapes)

/** All texts of a picture, in order. */
export const textsOf = (picture: Picture<Drawing>): readonly string[] =>
  shapesOf(picture).flatMap(shape => (shape.kind === 'text' ? [(shape as TextShape).title ?? shape.text] : []))

/** The pixels of the images of a picture: rows of pixels, each an array of its bytes. */
export const imagesOf = (
  picture: Picture<Drawing>,
): readonly {
  readonly shape: ImageShape
  readonly rows: number
  readonly cols: number
  readonly at: (row: number, col: number) => readonly number[]
}[] =>
  shapesOf(picture).flatMap(shape => {
    if (shape.kind !== 'image') return []
    const file = Buffer.from(shape.href.slice('data:image/png;base64,'.length), 'base64')
    const { data, width, height, channels } = decode(file)
    const at = (row: number, col: number) => {
      const from = (row * width + col) * channels
      return [...data.slice(from, from + channels)]
    }
    return [{ shape, rows: height, cols: width, at }]
  })

/** Checks that a picture is frozen data, draws the same each time, in both themes without a fault, and is no file of its own. */
export const checkPicture = async (
  make: () => Picture<Drawing> | Promise<Picture<Drawing>>,
): Promise<Picture<Drawing>> => {
  const [picture, again] = [await make(), await make()]
  expect(Object.isFrozen(picture.spec)).to.equal(true)
  expect(JSON.parse(JSON.stringify(picture.spec))).to.deep.equal(picture.spec)
  for (const theme of ['light', 'dark'] as const) {
    const svg = await picture.svg({ theme })
    expect(await again.svg({ theme })).to.equal(svg)
    if (hasBrowser) expect(await drawn(svg)).to.deep.equal([])
  }
  return picture
}
