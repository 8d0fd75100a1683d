// A canvas is what browsers draw on; Deno knows its types where they are asked for.
/// <reference lib="dom" />
import { InvalidOption } from '../base/errors.ts'
import { isServer } from '../base/optional.ts'
import { importPackage } from './packages.ts'

/** The part of `@resvg/resvg-js` that is used. */
interface Resvg {
  readonly Resvg: new (
    svg: string,
    options: { readonly fitTo: { readonly mode: 'zoom'; readonly value: number } },
  ) => { render(): { asPng(): Uint8Array } }
}

const onServer = async (svg: string, scale: number): Promise<Uint8Array<ArrayBuffer>> => {
  const { Resvg } = (await importPackage('png', '@resvg/resvg-js')) as Resvg
  return new Uint8Array(new Resvg(svg, { fitTo: { mode: 'zoom', value: scale } }).render().asPng())
}

const onPage = async (svg: string, scale: number): Promise<Uint8Array<ArrayBuffer>> => {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.naturalWidth * scale)
    canvas.height = Math.round(image.naturalHeight * scale)
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    const file = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'))
    if (file !== null) return new Uint8Array(await file.arrayBuffer())
  } finally {
    URL.revokeObjectURL(address)
  }
  throw new InvalidOption({
    layer: 'png',
    option: 'scale',
    expected: 'a picture that fits a canvas of this browser',
    got: `scale ${scale}`,
    remedy: 'Give a smaller scale.',
  })
}

/**
 * An SVG as a PNG file.
 *
 * @param scale pixels for each unit of the SVG
 * @throws PackageError in Node and Deno, if `@resvg/resvg-js` is not installed
 * @throws InvalidOption in a browser, if the picture is larger than its canvas
 */
export const rasterize = (svg: string, scale: number): Promise<Uint8Array<ArrayBuffer>> =>
  isServer() ? onServer(svg, scale) : onPage(svg, scale)
