import { type InvalidOption, show, wrongArgument } from '../base/errors.ts'
import { number, type Options, oneOf, parsed, parseOptions } from '../base/options.ts'
import { displaying, shownAs } from '../base/shown.ts'
import { writeFileAtomically } from '../storage/atomic.ts'
import { locationOption, openDisk } from '../storage/disk.ts'
import { frozen } from './frozen.ts'
import { rasterize } from './rasterize.ts'
import type { Theme } from './theme.ts'

/** How a picture is drawn. */
export interface PictureOptions {
  /** The colours: for a light or for a dark page. Default: `light`. */
  readonly theme?: Theme
}

/** How a picture becomes pixels. */
export interface PngOptions extends PictureOptions {
  /** Pixels for each unit of the SVG, above 0 and at most 16. Default: 2. */
  readonly scale?: number
}

/**
 * A picture, as data: nothing is drawn before it is asked for. Deno's notebooks and JupyterLab show it when it is the last
 * value of a cell; consoles print what it is a picture of.
 */
export interface Picture<Spec = unknown> {
  /** What is drawn, as plain data, frozen: a Vega-Lite specification for charts, a laid-out drawing for the others. */
  readonly spec: Spec
  /**
   * The picture as SVG; the same each time. It needs no browser.
   *
   * @throws InvalidOption if an option is wrong
   * @throws PackageError if a package that draws it is not installed
   */
  readonly svg: (options?: PictureOptions) => Promise<string>
  /**
   * The picture as a PNG file, with the fonts of the machine: in Node and Deno by the package `@resvg/resvg-js`, in browsers by
   * a canvas.
   *
   * @throws InvalidOption if an option is wrong
   * @throws PackageError if a package that draws it is not installed
   */
  readonly png: (options?: PngOptions) => Promise<Uint8Array<ArrayBuffer>>
  /**
   * Writes the picture to a file, whole or not at all, in the format that the name ends with: `.svg`, `.png`, `.json` for its
   * `spec`, and for some pictures others.
   *
   * @throws InvalidOption if the name has no such end, or an option is wrong
   * @throws FileError if the file cannot be written
   * @throws PackageError if a package that draws it is not installed
   */
  readonly save: (path: string | URL, options?: PngOptions) => Promise<void>
}

/** What a picture is made from. */
interface Made<Spec> {
  readonly spec: Spec
  /** What consoles print: one or a few lines of text. */
  readonly title: string
  /** The SVG. */
  readonly draw: (theme: Theme) => Promise<string>
  /** What notebooks are given beside the SVG and the title, by MIME type. */
  readonly bundle?: () => Readonly<Record<string, unknown>>
  /** Further formats of files, by the end of the name, without its dot. */
  readonly also?: Readonly<Record<string, () => string>>
}

const themed: Options<{ readonly theme: Theme }> = {
  theme: { codec: oneOf(['light', 'dark']), default: 'light' },
}
const rastered: Options<Required<PngOptions>> = {
  ...themed,
  scale: { codec: number('a number above 0 and at most 16', value => value > 0 && value <= 16), default: 2 },
}

const location = locationOption('file')

/** The format that the name of a file ends with. */
const formatOf = (path: string, formats: readonly string[]): string => {
  const [, end = ''] = /\.([^./\\]+)$/.exec(path) ?? []
  const format = formats.find(known => known === end.toLowerCase())
  if (format === undefined) throw wrongPath(formats, path)
  return format
}
const wrongPath = (formats: readonly string[], path: unknown): InvalidOption =>
  wrongArgument(
    'save',
    'path',
    `the path of a file that ends with ${formats.map(format => `.${format}`).join(', ')}`,
    show(path),
    "await picture.save('picture.svg')",
  )

/** What notebooks are given: what can be drawn, and the title in any case. */
const bundleOf = async ({ title, draw, bundle }: Made<unknown>): Promise<Readonly<Record<string, unknown>>> => {
  let drawn: object = {}
  try {
    drawn = { 'image/svg+xml': await draw('light') }
  } catch {
    // Without the package that draws, notebooks that know the specification still show it.
  }
  return { ...bundle?.(), ...drawn, 'text/plain': title }
}

/** A picture of what is drawn from data. */
export const picture = <Spec>(made: Made<Spec>): Picture<Spec> => {
  const { title, draw, also = {} } = made
  const spec = frozen(made.spec)
  const png = async (options?: PngOptions): Promise<Uint8Array<ArrayBuffer>> => {
    const { theme, scale } = parseOptions('png', "png({ theme: 'dark', scale: 2 })", rastered, options)
    return rasterize(await draw(theme), scale)
  }
  const formats: Readonly<Record<string, (options: Required<PngOptions>) => Promise<string | Uint8Array>>> = {
    svg: ({ theme }) => draw(theme),
    png,
    json: async () => `${JSON.stringify(spec, null, 2)}\n`,
    ...Object.fromEntries(Object.entries(also).map(([format, text]) => [format, async () => text()])),
  }
  const self: Picture<Spec> = {
    spec,
    svg: async options => draw(parseOptions('svg', "svg({ theme: 'dark' })", themed, options).theme),
    png,
    save: async (path, options) => {
      const known = Object.keys(formats)
      const file = parsed(location, path)
      if (file === undefined) throw wrongPath(known, path)
      const format = formatOf(file, known)
      const normal = parseOptions('save', "save('picture.png', { scale: 2 })", rastered, options)
      const disk = await openDisk(file)
      const content = await formats[format]?.(normal)
      await writeFileAtomically(
        disk,
        file,
        typeof content === 'string' ? new TextEncoder().encode(content) : (content as Uint8Array),
      )
    },
  }
  return Object.freeze(
    Object.defineProperties(self, {
      ...shownAs(() => title),
      [displaying]: { value: () => bundleOf(made) },
    }),
  )
}
