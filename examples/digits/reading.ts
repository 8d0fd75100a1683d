import { join } from 'node:path'
import { DocumentError } from '../../src/index.ts'
import { type Content, listFolder, readContent } from './content.ts'
import { idxLength, readIdx } from './idx.ts'
import type { DataSet } from './images.ts'
import { readOptdigits } from './optdigits.ts'

/** A data set as it lies in a folder. */
interface Source {
  readonly name: string
  /** For each file that belongs to it, the names it may have. */
  readonly files: readonly (readonly string[])[]
  /** How long a file is at most, by how it begins. */
  readonly lengthOf: (beginning: Uint8Array) => number
  /** Takes the contents in the order of `files`. */
  readonly read: (contents: readonly Content[]) => Omit<DataSet, 'name'>
}

const optdigits: Source = {
  name: 'optdigits',
  files: [['optdigits.tra'], ['optdigits.tes']],
  // Lines of 65 numbers, of some thousand digits.
  lengthOf: () => 2 ** 24,
  read: contents => {
    const [training, test] = contents as [Content, Content]
    return { training: readOptdigits(training), test: readOptdigits(test) }
  },
}

const mnist: Source = {
  name: 'MNIST',
  files: [
    ['train-images-idx3-ubyte', 'train-images.idx3-ubyte'],
    ['train-labels-idx1-ubyte', 'train-labels.idx1-ubyte'],
    ['t10k-images-idx3-ubyte', 't10k-images.idx3-ubyte'],
    ['t10k-labels-idx1-ubyte', 't10k-labels.idx1-ubyte'],
  ],
  lengthOf: idxLength,
  read: contents => {
    const [images, labels, testImages, testLabels] = contents as [Content, Content, Content, Content]
    const [training, test] = [readIdx(images, labels), readIdx(testImages, testLabels)]
    const [, rows, cols] = training.images.shape
    const [, testRows, testCols] = test.images.shape
    if (testRows !== rows || testCols !== cols)
      throw new DocumentError({
        file: testImages.file,
        expected: `images of ${rows}x${cols} at byte 8, as in ${images.file}`,
        got: `${testRows}x${testCols}`,
        remedy: 'Take all files from the same data set.',
      })
    return { training, test }
  },
}

const sources = [optdigits, mnist]

/**
 * Reads the data set in a folder: optdigits or MNIST, each file packed with gzip (and .gz behind its name) or not.
 *
 * @throws DocumentError that names the file, and the line or byte in it
 */
export const readDataSet = (folder: string): DataSet => {
  const present = listFolder(folder)
  const candidates = sources.map(source => ({
    source,
    files: source.files.map(names =>
      [...names, ...names.map(name => `${name}.gz`)].find(name => present.includes(name)),
    ),
  }))
  const chosen =
    candidates.find(({ files }) => files.every(isPresent)) ?? candidates.find(({ files }) => files.some(isPresent))
  if (chosen === undefined)
    throw new DocumentError({
      file: folder,
      expected: `the files of ${sources.map(describe).join(' or of ')}`,
      got: present.length === 0 ? 'an empty folder' : 'other files',
      remedy: 'Put the files there under these names; each may be packed with gzip, with .gz behind its name.',
    })
  const { source, files } = chosen
  const missing = source.files.find((_, i) => !isPresent(files[i]))
  if (missing !== undefined)
    throw new DocumentError({
      file: folder,
      expected: `all the files of ${describe(source)}`,
      got: `${files.filter(isPresent).join(', ')} without ${missing[0]}`,
      remedy: `Put ${missing[0]} there; it may be packed with gzip, with .gz behind its name.`,
    })
  return {
    name: source.name,
    ...source.read(files.filter(isPresent).map(file => readContent(join(folder, file), source.lengthOf))),
  }
}

const isPresent = (file: string | undefined): file is string => file !== undefined

const describe = ({ name, files }: Source): string => `${name} (${files.map(([usual]) => usual).join(', ')})`
