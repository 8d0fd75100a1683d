import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { zipSync } from 'fflate'
import { fromIdx, fromNpy, key } from '../../src/index.ts'
import { thrown } from './thrown.ts'

// NPY, NPZ and IDX: files that hold arrays. Those of NumPy were written by NumPy.

interface Case {
  readonly dtype: string
  readonly fortran: boolean
  readonly shape: readonly number[]
  readonly values: readonly number[]
  readonly file: string
}
const { cases, files } = JSON.parse(readFileSync(new URL('./npy.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[]
  readonly files: Readonly<Record<string, string>>
}
const bytesOf = (base64 = ''): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(base64, 'base64'))
const beginning = async (call: () => unknown, length: number): Promise<string> => (await thrown(call)).slice(0, length)

describe('fromNpy', () => {
  for (const { dtype, fortran, shape, values, file } of cases)
    it(`reads ${dtype} of shape ${shape.join('x')}${fortran ? ', the first axis fastest' : ''}`, async () => {
      const items = fromNpy({ x: bytesOf(file) })
      if (shape.includes(0)) {
        const error = shape[0] === 0 ? 'DataError' : undefined
        if (error === undefined) expect((await items.batch(8).toArray())[0]?.x.shape).to.deep.equal(shape)
        return
      }
      const [batch] = await items.batch(8).toArray()
      expect(batch?.x.shape).to.deep.equal(shape)
      expect([...(batch?.x.data ?? [])]).to.deep.equal(values.map(Math.fround))
    })

  it('reads the rows of one file alone, also of the second version', async () => {
    const rows = (await fromNpy(bytesOf(files.version2)).toArray()) as readonly { readonly data: Float32Array }[]
    expect(rows.map(({ data }) => [...data])).to.deep.equal([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
      [9, 10, 11],
    ])
  })

  it('reads all arrays of an NPZ file, or those that are chosen, under other names', async () => {
    const items = fromNpy(bytesOf(files.plain), { columns: ['x', 'y'] })
    expect((await items.batch(4).toArray())[0]?.y.data).to.deep.equal(new Float32Array([0, 1, 2, 0]))
    expect(await fromNpy(bytesOf(files.plain)).toArray()).to.have.length(4)
    const train = fromNpy(bytesOf(files.packed), { columns: { x: 'x_train', y: 'y_train' } })
    const [batch] = await train.shuffle(key(1)).batch(4).toArray()
    expect([batch?.x.shape, batch?.y.shape]).to.deep.equal([[4, 3], [4]])
  })

  it('is shuffled and split by row, before it is read', async () => {
    const items = fromNpy(bytesOf(files.plain), { columns: ['x', 'y'] })
    const [one, other] = items.split(0.75, key(1))
    const labels = [...(await one.toArray()), ...(await other.toArray())].map(({ y }) => y)
    expect(labels.sort()).to.deep.equal([0, 0, 1, 2])
    expect(await one.toArray()).to.have.length(3)
    expect(await thrown(() => items.split(9)[0].toArray())).to.match(/^DataError: split: expected two parts/)
  })

  it('says what is wrong with a file', async () => {
    const [file] = cases as readonly [Case]
    const whole = bytesOf(file.file)
    const cut = (length: number) => fromNpy(whole.slice(0, length)).toArray()
    const read = (name: string) => fromNpy(bytesOf(files[name])).toArray()
    const errors = [
      await thrown(() => fromNpy(new Uint8Array(0)).toArray()),
      await thrown(() => fromNpy(new Uint8Array(20)).toArray()),
      await thrown(() => cut(8)),
      await thrown(() => cut(40)),
      await thrown(() => cut(whole.length - 1)),
      await thrown(() => read('complex')),
      await thrown(() => read('texts')),
      await thrown(() => read('records')),
      await thrown(() => read('objects')),
      await thrown(() => read('large')),
      await thrown(() => read('scalar')),
      await thrown(() => fromNpy(bytesOf(files.packed)).toArray()),
      await thrown(() => fromNpy(bytesOf(files.plain), { columns: ['x', 'z'] }).toArray()),
      await thrown(() => fromNpy(bytesOf(files.plain).slice(0, 60)).toArray()),
      await thrown(() => fromNpy(whole, { columns: ['x'] }).toArray()),
      await thrown(() => fromNpy({ x: whole, y: bytesOf(files.version2) }).toArray()),
      await thrown(() => fromNpy('none/of/that.npy').toArray()),
      await thrown(() => fromNpy(new URL('https://example.com/x.npy'))),
    ]
    const sentences = [
      'DataError: bytes: expected an NPY file, which begins with \\x93NUMPY, got an empty file',
      'DataError: bytes: expected an NPY file, which begins with \\x93NUMPY, got another file',
      'DataError: bytes: expected a header, got 8 bytes',
      'DataError: bytes: expected a header, got 40 bytes',
      'DataError: bytes: expected 140 bytes for 2 x 2 x 3 numbers, got 139 bytes',
      "DataError: bytes: expected an array of booleans, integers of 1 to 8 bytes or floats of 2 to 8 bytes, got '<c8'",
      "DataError: bytes: expected an array of booleans, integers of 1 to 8 bytes or floats of 2 to 8 bytes, got '<U1'",
      "DataError: bytes: expected an array of booleans, integers of 1 to 8 bytes or floats of 2 to 8 bytes, got [('a', '<f4')]",
      "DataError: bytes: expected an array of booleans, integers of 1 to 8 bytes or floats of 2 to 8 bytes, got '|O'",
      'DataError: bytes: expected integers that a double holds, got 9007199254740993, an integer beyond 2^53',
      'DataError: bytes: expected an array with at least one row, got shape []',
      'DataError: bytes, column x_test: expected 4 rows, as x_train has, got 2',
      'DataError: bytes, column z: expected an array of the file: x, y, got z',
      'DataError: bytes: expected a zip file that is whole, got ',
      'DataError: bytes: expected an NPZ file, as columns are chosen, got another file',
      'DataError: bytes, column y: expected 2 rows, as x has, got 4',
      'FileError: none/of/that.npy: expected a file that can be read, got none',
      'InvalidOption: fromNpy, source: expected a path, a file: URL, bytes, a Blob or a stream of bytes, got a URL of https:',
    ]
    for (const [i, sentence] of sentences.entries()) expect(errors[i]?.slice(0, sentence.length)).to.equal(sentence)
  })

  it('reads rows of files that are too large to be kept, and of them only those that are asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'joinery-npy-'))
    const path = join(folder, 'large.npy')
    try {
      const [rows, width] = [100_000, 1000]
      const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${width}), }`.padEnd(117)
      writeFileSync(path, Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0, ...Buffer.from(`${header}\n`)]))
      // A file with a hole, which takes no place on the disk.
      truncateSync(path, 128 + rows * width * 4)
      const file = openSync(path, 'r+')
      for (const row of [3, 99_999])
        writeSync(file, new Float32Array(width).fill(row), 0, 4 * width, 128 + row * width * 4)
      const before = process.memoryUsage().rss
      const items = fromNpy({ x: path })
      const [row] = await items.skip(99_999).toArray()
      expect((row as { readonly x: { readonly data: Float32Array } }).x.data[7]).to.equal(99_999)
      const [batch] = await items.batch(4).take(1).toArray()
      expect([batch?.x.shape, batch?.x.data[2999], batch?.x.data[3000]]).to.deep.equal([[4, width], 0, 3])
      expect(await fromNpy(path).shuffle(key(1)).take(3).toArray()).to.have.length(3)
      writeSync(file, new Float32Array([Number.NaN]), 0, 4, 128 + 4 * width + 8)
      closeSync(file)
      expect(await thrown(() => items.batch(4).take(1).toArray())).to.match(
        /large\.npy, row 1, column x\[2\]: expected a number, got NaN/,
      )
      expect((process.memoryUsage().rss - before) / 2 ** 20).to.be.below(60)
      truncateSync(path, 2 ** 28 + 1)
      expect(await thrown(() => fromNpy(path).toArray())).to.match(
        /expected 400000128 bytes for 100000 x 1000 numbers, got /,
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('does not unpack what says that it is larger than it can be', async () => {
    const bomb = zipSync({ 'x.npy': new Uint8Array(1000) })
    // The size that the directory of the zip file says.
    new DataView(bomb.buffer).setUint32(bomb.length - 22 - 51 + 24, 2 ** 31, true)
    expect(await thrown(() => fromNpy(bomb).toArray())).to.match(/^DataError: bytes: expected a zip file that is whole/)
  })
})

/** An IDX file. */
const idx = (kind: number, shape: readonly number[], values: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length)
  bytes.set([0, 0, kind, shape.length])
  for (const [i, size] of shape.entries()) new DataView(bytes.buffer).setUint32(4 + 4 * i, size)
  bytes.set(values, 4 + 4 * shape.length)
  return bytes
}
/** The bytes of numbers, the highest first. */
const bigEndian = (numbers: Int16Array | Int32Array | Float32Array | Float64Array): Uint8Array => {
  const bytes = new Uint8Array(numbers.buffer.slice(0))
  for (let i = 0; i < bytes.length; i += numbers.BYTES_PER_ELEMENT)
    bytes.subarray(i, i + numbers.BYTES_PER_ELEMENT).reverse()
  return bytes
}

describe('fromIdx', () => {
  let folder = ''
  const images = idx(
    8,
    [3, 2, 2],
    Uint8Array.from({ length: 12 }, (_, i) => i * 20),
  )
  const labels = idx(8, [3], Uint8Array.of(7, 0, 9))
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'joinery-idx-'))
    writeFileSync(join(folder, 'images'), images)
    writeFileSync(join(folder, 'labels.gz'), gzipSync(labels))
  })
  after(() => rmSync(folder, { recursive: true }))

  const kinds: readonly (readonly [kind: number, values: Uint8Array, numbers: readonly number[]])[] = [
    [8, Uint8Array.of(1, 255), [1, 255]],
    [9, Uint8Array.of(1, 255), [1, -1]],
    [11, bigEndian(Int16Array.of(1, -300)), [1, -300]],
    [12, bigEndian(Int32Array.of(1, -70000)), [1, -70000]],
    [13, bigEndian(Float32Array.of(0.5, -2)), [0.5, -2]],
    [14, bigEndian(Float64Array.of(0.1, -2)), [0.1, -2]],
  ]
  for (const [kind, values, numbers] of kinds)
    it(`reads numbers of kind ${kind}`, async () => {
      expect(await fromIdx(idx(kind, [2], values)).toArray()).to.deep.equal(numbers)
    })

  it('reads files by path and URL, packed or not, and pairs them', async () => {
    const url = pathToFileURL(join(folder, 'labels.gz'))
    const [batch] = await fromIdx({ x: join(folder, 'images'), y: url })
      .batch(3)
      .toArray()
    expect(batch?.x.shape).to.deep.equal([3, 2, 2])
    expect([...(batch?.y.data ?? [])]).to.deep.equal([7, 0, 9])
    const zipped = fromIdx(join(folder, 'images')).zip(fromIdx(url))
    expect((await zipped.toArray()).map(([, label]) => label)).to.deep.equal([7, 0, 9])
  })

  it('reads bytes, blobs and streams; a stream once', async () => {
    for (const source of [labels, labels.buffer, new Blob([labels]), new Blob([gzipSync(labels)]).stream()])
      expect(await fromIdx(source).toArray()).to.deep.equal([7, 0, 9])
    const stream = new Blob([labels]).stream()
    const items = fromIdx(stream)
    await items.toArray()
    // What was read is kept.
    expect(await items.toArray()).to.have.length(3)
    expect(await thrown(() => fromIdx(stream).toArray())).to.match(/^DataError: stream: expected a stream that nobody/)
  })

  it('says what is wrong with a file', async () => {
    const sentences: readonly (readonly [source: Uint8Array, sentence: string])[] = [
      [new Uint8Array(0), 'DataError: bytes: expected a header, got 0 bytes'],
      [Uint8Array.of(1, 2, 3, 4), 'DataError: bytes: expected an IDX file: 0x0000, the kind of its numbers'],
      [images.subarray(0, 10), 'DataError: bytes: expected a header, got 10 bytes'],
      [images.subarray(0, 20), 'DataError: bytes: expected 28 bytes for 3 x 2 x 2 numbers, got 20 bytes'],
      [new Uint8Array([...labels, 1]), 'DataError: bytes: expected at most 11 bytes, as its header says, got more'],
      [idx(8, [0], new Uint8Array(0)), 'DataError: bytes: expected a dimension of at least 1 at byte 4, got 0'],
      [gzipSync(images).subarray(0, 25), 'DataError: bytes: expected data packed with gzip, got '],
    ]
    for (const [source, sentence] of sentences)
      expect(await beginning(() => fromIdx(source).toArray(), sentence.length)).to.equal(sentence)
    const folderError = 'FileError'
    expect(await beginning(() => fromIdx(folder).toArray(), folderError.length)).to.equal(folderError)
    expect(await beginning(() => fromIdx({ x: images, y: idx(8, [2], Uint8Array.of(1, 2)) }).toArray(), 50)).to.equal(
      'DataError: bytes, column y: expected 3 rows, as x has, got 2'.slice(0, 50),
    )
    expect(await beginning(() => fromIdx({}), 30)).to.equal('InvalidOption: fromIdx, source')
  })

  it('unpacks no more than the header says: a kilobyte of gzip may be a gigabyte', async () => {
    const bomb = gzipSync(idx(8, [3], new Uint8Array(2 ** 26)))
    const before = process.memoryUsage().rss
    expect(await thrown(() => fromIdx(bomb).toArray())).to.match(
      /expected at most 11 bytes, as its header says, got more/,
    )
    expect((process.memoryUsage().rss - before) / 2 ** 20).to.be.below(40)
  })
})
