import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { drawDigits } from '../../examples/digits/drawing.ts'
import { readDataSet } from '../../examples/digits/reading.ts'
import { DocumentError, key } from '../../src/index.ts'

const sample = (pixel: number, digit: number): string => [...Array<number>(64).fill(pixel), digit].join(',')
const idx = (dimensions: readonly number[], values: readonly number[]): Buffer => {
  const header = Buffer.alloc(4 + 4 * dimensions.length)
  header.writeUInt32BE(0x0800 + dimensions.length)
  for (const [i, dimension] of dimensions.entries()) header.writeUInt32BE(dimension, 4 + 4 * i)
  return Buffer.concat([header, Buffer.from(values)])
}
const mnist = {
  'train-images-idx3-ubyte': idx([2, 1, 2], [0, 255, 51, 102]),
  'train-labels-idx1-ubyte': idx([2], [3, 9]),
  't10k-images.idx3-ubyte': idx([1, 1, 2], [255, 0]),
  't10k-labels.idx1-ubyte': idx([1], [7]),
}

describe('Reading digits', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'joinery-digits-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const put = (files: Readonly<Record<string, string | Buffer>>): void => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  }
  const fault = (): DocumentError => {
    try {
      readDataSet(folder)
    } catch (error) {
      expect(error).to.be.instanceOf(DocumentError)
      return error as DocumentError
    }
    throw new Error('no error came')
  }

  it('takes optdigits, packed or not', () => {
    put({ 'optdigits.tra': `${sample(16, 3)}\n${sample(4, 5)}\n`, 'optdigits.tes.gz': gzipSync(sample(0, 9)) })
    const { name, training, test } = readDataSet(folder)
    expect(name).to.equal('optdigits')
    expect(training.images.shape).to.deep.equal([2, 8, 8, 1])
    expect([training.images.data[0], training.images.data[64]]).to.deep.equal([1, 0.25])
    expect([...training.labels, ...test.labels]).to.deep.equal([3, 5, 9])
  })

  it('takes MNIST under both its usual names, packed or not', () => {
    const [first, ...rest] = Object.entries(mnist)
    put({ ...Object.fromEntries(rest), [`${first?.[0]}.gz`]: gzipSync(first?.[1] as Buffer) })
    const { name, training, test } = readDataSet(folder)
    expect(name).to.equal('MNIST')
    expect(training.images.shape).to.deep.equal([2, 1, 2, 1])
    expect(Array.from(training.images.data, value => Math.round(255 * value))).to.deep.equal([0, 255, 51, 102])
    expect([...training.labels, ...test.labels]).to.deep.equal([3, 9, 7])
  })

  it('names the file and the line of what is wrong in optdigits', () => {
    const wrong: readonly (readonly [line: string, expected: string, got: string])[] = [
      [sample(17, 1), 'an integer from 0 to 16 for pixel 1', '"17"'],
      [sample(1, 10), 'an integer from 0 to 9 for the digit', '"10"'],
      [sample(-1, 1), 'an integer from 0 to 16 for pixel 1', '"-1"'],
      [sample(0.5, 1), 'an integer from 0 to 16 for pixel 1', '"0.5"'],
      ['1,2,3', '65 numbers separated by commas (64 pixels and the digit)', '3'],
      ['', '65 numbers separated by commas (64 pixels and the digit)', 'a blank line'],
    ]
    for (const [line, expected, got] of wrong) {
      put({ 'optdigits.tra': `${sample(1, 1)}\n${line}\n${sample(1, 1)}`, 'optdigits.tes': sample(1, 1) })
      const error = fault()
      expect(error).to.include({ file: join(folder, 'optdigits.tra'), line: 2, expected, got })
      expect(error.message).to.include('optdigits.tra, line 2: expected')
    }
    put({ 'optdigits.tra': '' })
    expect(fault().got).to.equal('an empty file')
  })

  it('names the file and the byte of what is wrong in MNIST', () => {
    const wrong: readonly (readonly [name: keyof typeof mnist, content: Buffer, expected: string])[] = [
      ['train-images-idx3-ubyte', idx([2], [1, 2]), 'a header of 16 bytes at byte 0'],
      ['train-images-idx3-ubyte', idx([2, 1, 2, 1], [0, 0, 0, 0]), 'the magic number 0x00000803 at byte 0'],
      ['train-images-idx3-ubyte', idx([2, 1, 2], [0, 0, 0]), '4 values (2 x 1 x 2) from byte 16 to byte 20, the end'],
      ['train-images-idx3-ubyte', idx([2, 0, 2], []), 'a dimension of at least 1 at byte 8'],
      ['train-labels-idx1-ubyte', idx([3], [1, 2, 3]), '2 labels at byte 4'],
      ['train-labels-idx1-ubyte', idx([2], [1, 10]), 'a digit from 0 to 9 at byte 9'],
      ['t10k-images.idx3-ubyte', idx([1, 2, 2], [0, 0, 0, 0]), 'images of 1x2 at byte 8'],
    ]
    for (const [name, content, expected] of wrong) {
      put({ ...mnist, [name]: content })
      const error = fault()
      expect(error.file).to.equal(join(folder, name))
      expect(error.expected).to.include(expected)
    }
  })

  it('unpacks no more than the header says: a gigabyte of zeros is a megabyte of gzip', () => {
    const zeros = gzipSync(Buffer.alloc(2 ** 26))
    const images = gzipSync(Buffer.concat([mnist['train-images-idx3-ubyte'], Buffer.alloc(2 ** 26)]))
    const huge = gzipSync(Buffer.concat([idx([2 ** 31, 2 ** 31, 2 ** 31], []), Buffer.alloc(2 ** 20)]))
    for (const [content, expected] of [
      [zeros, 'at most 5 bytes'],
      [images, 'at most 20 bytes'],
      [huge, '9.903520314283042e+27 values'],
    ] as const) {
      put({ ...mnist, 'train-images-idx3-ubyte': content })
      expect(fault().expected).to.include(expected)
    }
    put({ 'optdigits.tra': zeros, 'optdigits.tes': sample(1, 1) })
    expect(fault().expected).to.include('at most 16777216 bytes')
  })

  it('says what is missing from a folder', () => {
    expect(fault().got).to.equal('an empty folder')
    put({ 'notes.txt': '' })
    expect(fault().got).to.equal('other files')
    put({ 'optdigits.tra': sample(1, 1) })
    expect(fault().got).to.equal('optdigits.tra without optdigits.tes')
    put({ 'optdigits.tes.gz': 'not packed' })
    expect(fault()).to.include({ file: join(folder, 'optdigits.tes.gz'), expected: 'gzip data' })
    expect(() => readDataSet(join(folder, 'nowhere'))).to.throw(DocumentError, 'expected a folder')
  })
})

describe('Drawn digits', () => {
  it('are a function of the key', () => {
    const [one, again, other] = [drawDigits(key(1), 20), drawDigits(key(1), 20), drawDigits(key(2), 20)]
    expect(again).to.deep.equal(one)
    expect(other.images.data).to.not.deep.equal(one.images.data)
    expect(one.images.shape).to.deep.equal([20, 16, 16, 1])
    expect(one.images.data.every(value => value >= 0 && value <= 1)).to.equal(true)
  })

  it('show every digit, each with ink on it', () => {
    const { images, labels } = drawDigits(key(3), 200)
    expect(new Set(labels).size).to.equal(10)
    for (let i = 0; i < 200; i++) {
      const pixels = images.data.subarray(i * 256, (i + 1) * 256)
      expect(pixels.filter(value => value > 0.5).length).to.be.greaterThan(8)
    }
  })
})
