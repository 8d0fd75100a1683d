import { DataError, InvalidOption, show } from '../../base/errors.ts'
import { codec, parseOptions } from '../../base/options.ts'
import { isList } from '../../base/trees.ts'
import type { FlatData } from '../../state/data.ts'
import { fileError, locationOption, openDisk } from '../../storage/disk.ts'
import { once } from '../cache.ts'
import type { Dataset } from '../dataset.ts'
import { argument } from '../given.ts'
import { fromSource } from '../operations.ts'
import { byRow, type View, whenAll } from '../source.ts'
import { stack } from '../stack.ts'
import { allBytes, asContent, type Content, type DataSource } from './content.ts'
import { decodeImage } from './decode.ts'
import { type Channels, withChannels, withSize } from './pixels.ts'

/** How images are read. */
export interface ImagesOptions {
  /** Rows and columns to which all images are resized; else each has its own. */
  readonly size?: readonly [rows: number, cols: number]
  /** 1 for gray, 2 for gray with alpha, 3 for colors (the default), 4 for colors with alpha. */
  readonly channels?: Channels
  /** Where labels come from: the names of the folders in the folder (`'folder'`, the default for a folder), or `null` for none. */
  readonly labels?: 'folder' | null
}

/** An image and its label. */
export interface LabelledImage {
  /** Numbers from 0 to 1, `[rows, cols, channels]`. */
  readonly x: FlatData & { readonly data: Float32Array }
  /** The number of the class. */
  readonly y: number
}

/** A dataset of images in folders. */
export interface ImageFolder extends Dataset<LabelledImage> {
  /** The names of the classes, sorted: the label of an image is the place of its folder here. */
  readonly classes: () => Promise<readonly string[]>
}

interface File {
  readonly content: Content
  readonly label: number
}

interface Listing {
  readonly files: readonly File[]
  readonly classes: readonly string[]
}

const isImage = (name: string): boolean => /\.(png|jpe?g)$/i.test(name)

/** Names as they are sorted everywhere, whatever the language of the machine. */
const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The image files of a folder and of the folders in it. */
const list = async (folder: string, labelled: boolean): Promise<Listing> => {
  const { fs, path } = await openDisk(folder)
  const namesIn = async (at: string) => {
    try {
      const entries = await fs.readdir(at, { withFileTypes: true })
      const kept = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => inOrder(a.name, b.name))
      // Links are what they lead to.
      return await Promise.all(
        kept.map(async entry => {
          const isFolder = entry.isSymbolicLink()
            ? (await fs.stat(path.join(at, entry.name))).isDirectory()
            : entry.isDirectory()
          return { name: entry.name, isFolder }
        }),
      )
    } catch (error) {
      throw fileError(at, 'a folder that can be read', error)
    }
  }
  const imagesIn = async (at: string): Promise<readonly string[]> => {
    const found = await Promise.all(
      (await namesIn(at)).map(({ name, isFolder }) => {
        if (isFolder) return imagesIn(path.join(at, name))
        return isImage(name) ? [path.join(at, name)] : []
      }),
    )
    return found.flat()
  }
  const classes = labelled ? (await namesIn(folder)).filter(({ isFolder }) => isFolder).map(({ name }) => name) : []
  const lists = labelled
    ? await Promise.all(classes.map(name => imagesIn(path.join(folder, name))))
    : [await imagesIn(folder)]
  const files = lists.flatMap((names, label) => names.map(name => ({ content: asContent('fromImages', name), label })))
  if (files.length > 0) return { files, classes: Object.freeze(classes) }
  throw new DataError({
    owner: 'fromImages',
    file: folder,
    expected: labelled
      ? 'a folder with PNG or JPEG files in a folder for each class'
      : 'a folder with PNG or JPEG files',
    got: 'none',
    remedy: labelled
      ? 'Put each class into a folder of its own, or read images alone: labels: null.'
      : 'Choose another folder.',
  })
}

const isSize = (value: unknown): boolean =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 2 ** 15

const options = {
  size: {
    codec: codec('[rows, columns], two positive integers', value =>
      value === 'own' || (isList(value) && value.length === 2 && value.every(isSize))
        ? (value as 'own' | readonly [number, number])
        : undefined,
    ),
    default: 'own',
  },
  channels: {
    codec: codec('1, 2, 3 or 4 channels', value =>
      [1, 2, 3, 4].includes(value as number) ? (value as Channels) : undefined,
    ),
    default: 3,
  },
  labels: {
    codec: codec<'folder' | null>("'folder', or null for none", value =>
      value === 'folder' || value === null ? value : undefined,
    ),
    default: 'folder',
  },
}

interface Rules {
  readonly size: 'own' | readonly [number, number]
  readonly channels: Channels
}

const readImage = async (content: Content, { size, channels }: Rules): Promise<LabelledImage['x']> => {
  const decoded = withChannels(await decodeImage(content, await allBytes(content, () => undefined)), channels)
  const { rows, cols, data } = size === 'own' ? decoded : withSize(decoded, size)
  return Object.freeze({ data, shape: Object.freeze([rows, cols, channels]) })
}

const viewOf = ({ files }: Pick<Listing, 'files'>, rules: Rules, labelled: boolean): View<object> => {
  const at = async (row: number): Promise<object> => {
    const { content, label } = files[row] as File
    const x = await readImage(content, rules)
    return Object.freeze(labelled ? { x, y: label } : { x })
  }
  return {
    count: files.length,
    at,
    gather: ({ rows, allowNaN }) =>
      whenAll(Array.from(rows, at), images =>
        stack(images, { owner: 'batch', rowOf: i => rows[i] as number, allowNaN }),
      ),
  }
}

/**
 * PNG and JPEG images, read lazily in the order of their names, as numbers from 0 to 1 for any bit depth. They are
 * shuffled and split by file. For a folder with a subfolder per class, `y` is the index of the class; other files are
 * ignored. A list of files has no labels: `zip` it with them.
 *
 * Images are resized linearly; when downscaled, each pixel is the weighted mean of the pixels that it covers. The Exif
 * orientation is ignored.
 *
 * @throws InvalidOption if an argument is invalid; while iterating, FileError if a file or folder cannot be read, DataError if
 *   there are no images or one is damaged
 * @example
 * ```ts
 * const flowers = fromImages('flowers', { size: [32, 32], channels: 3 })
 * const batches = flowers.shuffle(key(1)).batch(16).prefetch(2)
 * const classesOf = () => flowers.classes()
 * ```
 */
export function fromImages(
  source: readonly DataSource[],
  options?: ImagesOptions & { readonly labels?: null },
): Dataset<Pick<LabelledImage, 'x'>>
export function fromImages(
  folder: string | URL,
  options: ImagesOptions & { readonly labels: null },
): Dataset<Pick<LabelledImage, 'x'>>
export function fromImages(folder: string | URL, options?: ImagesOptions): ImageFolder
export function fromImages(source: unknown, given?: ImagesOptions): Dataset<object> {
  const files = isList(source) ? source.map((file, i) => asContent('fromImages', file, `source[${i}]`)) : undefined
  const example = "fromImages('flowers', { size: [32, 32], channels: 3 })"
  const rules = { ...options, labels: { ...options.labels, default: files === undefined ? 'folder' : null } }
  const parsed = parseOptions('fromImages', example, rules, given)
  const labelled = parsed.labels === 'folder'
  if (files !== undefined) {
    if (files.length > 0 && !labelled) {
      const view = viewOf({ files: files.map(content => ({ content, label: 0 })) }, parsed, false)
      return fromSource(
        byRow({ text: `${files.length} images`, size: files.length, batchSize: undefined }, async () => () => view),
      )
    }
    throw new InvalidOption({
      layer: 'fromImages',
      option: labelled ? 'labels' : 'source',
      expected: labelled ? 'null for a list of files' : 'at least one file',
      got: labelled ? "'folder'" : show(source),
      remedy: 'Give a folder, or a list of files and zip it with their labels.',
    })
  }
  const folder = argument('fromImages', 'source', locationOption('folder'), source, example)
  const listing = once(() => list(folder, labelled))
  const dataset = fromSource(
    byRow({ text: folder, size: undefined, batchSize: undefined }, async () => {
      const view = viewOf(await listing(), parsed, labelled)
      return () => view
    }),
  )
  return labelled ? withClasses(dataset, async () => (await listing()).classes) : dataset
}

/** The same dataset, which also tells its classes. */
const withClasses = (dataset: Dataset<object>, classes: () => Promise<readonly string[]>): Dataset<object> =>
  Object.freeze(
    Object.defineProperties(
      {},
      { ...Object.getOwnPropertyDescriptors(dataset), classes: { value: classes, enumerable: true } },
    ),
  ) as Dataset<object>
