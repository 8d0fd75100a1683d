import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { expect } from 'chai'
import { encode } from 'fast-png'
import jpeg from 'jpeg-js'
import { type Channels, fromImages, key } from '../../src/index.ts'
import { thrown } from './thrown.ts'

/** A PNG file of these chunks: what the encoder of the library does not write. */
const png = (
  [width, height]: readonly [number, number],
  [depth, color]: readonly [number, number],
  rows: readonly (readonly number[])[],
  others: readonly (readonly [type: string, data: readonly number[]])[] = [],
): Uint8Array => {
  const number = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
  const chunk = (type: string, data: Iterable<number>) => {
    const body = [...Buffer.from(type), ...data]
    return [...number(body.length - 4), ...body, ...number(crcOf(Uint8Array.from(body)))]
  }
  const pixels = deflateSync(Uint8Array.from(rows.flatMap(row => [0, ...row])))
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    ...chunk('IHDR', [...number(width), ...number(height), depth, color, 0, 0, 0]),
    ...others.flatMap(([type, data]) => chunk(type, data)),
    ...chunk('IDAT', pixels),
    ...chunk('IEND', []),
  ])
}
/** The check of a chunk; Node 20 has it, its types do not. */
const crcOf = (bytes: Uint8Array): number => (crc32 as (data: Uint8Array) => number)(bytes)

const gray = encode({ width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 51, 102, 255) })

const read = async (bytes: Uint8Array, channels?: Channels, size?: readonly [number, number]) => {
  const items = fromImages([bytes], { ...(channels && { channels }), ...(size && { size }) })
  const [image] = await items.toArray()
  return { shape: image?.x.shape, data: Array.from(image?.x.data ?? [], value => Math.round(value * 1000) / 1000) }
}

describe('fromImages', () => {
  const rgba = encode({ width: 1, height: 1, channels: 4, data: Uint8Array.of(255, 0, 51, 102) })
  const deep = encode({ width: 1, height: 2, depth: 16, channels: 1, data: Uint16Array.of(0x8000, 65535) })
  const palette = png(
    [5, 2],
    [2, 3],
    [
      [0b00011011, 0b00000000],
      [0b11100100, 0b11000000],
    ],
    [['PLTE', [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]]],
  )
  const bits = png([3, 2], [1, 0], [[0b10100000], [0b01000000]])
  const keyed = png([2, 1], [8, 0], [[10, 20]], [['tRNS', [0, 10]]])

  it('reads gray, colors, alpha, 16 bits, palettes, single bits and transparent colors', async () => {
    expect(await read(gray, 1)).to.deep.equal({ shape: [2, 2, 1], data: [0, 0.2, 0.4, 1] })
    expect(await read(gray)).to.deep.equal({
      shape: [2, 2, 3],
      data: [0, 0, 0, 0.2, 0.2, 0.2, 0.4, 0.4, 0.4, 1, 1, 1],
    })
    expect((await read(gray, 2)).data).to.deep.equal([0, 1, 0.2, 1, 0.4, 1, 1, 1])
    expect((await read(rgba)).data).to.deep.equal([1, 0, 0.2])
    expect((await read(rgba, 4)).data).to.deep.equal([1, 0, 0.2, 0.4])
    expect((await read(rgba, 1)).data).to.deep.equal([0.322])
    expect((await read(rgba, 2)).data).to.deep.equal([0.322, 0.4])
    expect((await read(deep, 1)).data).to.deep.equal([0.5, 1])
    const [black, red, green, blue] = [
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]
    expect((await read(palette)).data).to.deep.equal(
      [black, red, green, blue, black, blue, green, red, black, blue].flat(),
    )
    expect((await read(bits, 1)).data).to.deep.equal([1, 0, 1, 0, 1, 0])
    expect((await read(keyed, 2)).data).to.deep.equal([0.039, 0, 0.078, 1])
    expect((await read(keyed, 1)).data).to.deep.equal([0.039, 0.078])
  })

  it('reads JPEG', async () => {
    const data = new Uint8Array(16 * 16 * 4).fill(255)
    for (let i = 0; i < 16 * 16; i++) data.set([200, 100, 50], 4 * i)
    const { shape, data: numbers } = await read(jpeg.encode({ width: 16, height: 16, data }, 95).data)
    expect(shape).to.deep.equal([16, 16, 3])
    for (const [i, value] of [200, 100, 50].entries()) expect(numbers[i]).to.be.closeTo(value / 255, 0.02)
  })

  it('resizes: means where it becomes smaller, lines where it becomes larger', async () => {
    expect((await read(gray, 1, [1, 1])).data).to.deep.equal([0.4])
    expect(await read(gray, 1, [2, 4])).to.deep.equal({
      shape: [2, 4, 1],
      data: [0, 0.05, 0.15, 0.2, 0.4, 0.55, 0.85, 1],
    })
    expect((await read(gray, 1, [2, 2])).data).to.deep.equal([0, 0.2, 0.4, 1])
    const flat = encode({ width: 7, height: 5, channels: 3, data: new Uint8Array(105).fill(51) })
    expect(new Set((await read(flat, 3, [3, 11])).data)).to.deep.equal(new Set([0.2]))
  })

  describe('of a folder', () => {
    let folder = ''
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'joinery-images-'))
      for (const name of ['rose', 'iris', '.hidden']) mkdirSync(join(folder, name))
      mkdirSync(join(folder, 'rose', 'red'))
      const shade = (value: number) => encode({ width: 1, height: 1, channels: 1, data: Uint8Array.of(value) })
      writeFileSync(join(folder, 'rose', 'b.PNG'), shade(51))
      writeFileSync(join(folder, 'rose', 'red', 'a.png'), shade(102))
      writeFileSync(join(folder, 'iris', 'c.png'), shade(153))
      writeFileSync(join(folder, 'iris', 'notes.txt'), 'no image')
      writeFileSync(join(folder, '.hidden', 'x.png'), 'no image')
      symlinkSync(join(folder, 'iris', 'c.png'), join(folder, 'iris', 'd.png'))
    })
    after(() => rmSync(folder, { recursive: true }))

    it('labels by the names of folders, sorted', async () => {
      const items = fromImages(folder, { channels: 1 })
      expect(await items.classes()).to.deep.equal(['iris', 'rose'])
      const all = await items.toArray()
      expect(all.map(({ x, y }) => [Math.round((x.data[0] as number) * 5), y])).to.deep.equal([
        [3, 0],
        [3, 0],
        [1, 1],
        [2, 1],
      ])
      const [batch] = await items.batch(4).toArray()
      expect(batch?.x.shape).to.deep.equal([4, 1, 1, 1])
      expect([...(batch?.y.data ?? [])]).to.deep.equal([0, 0, 1, 1])
    })

    it('reads files when they are asked for: shuffled by file, and without labels', async () => {
      const items = fromImages(folder, { channels: 1, labels: null })
      expect(Object.keys((await items.take(1).toArray())[0] ?? {})).to.deep.equal(['x'])
      const labels = fromImages(folder)
        .shuffle(key(3))
        .map(({ y }) => y)
      expect([...(await labels.toArray())].sort()).to.deep.equal([0, 0, 1, 1])
      const [one, other] = fromImages(folder).split(0.5, key(1))
      expect((await one.toArray()).length + (await other.toArray()).length).to.equal(4)
    })

    it('says which file is wrong', async () => {
      const broken = join(folder, 'iris', 'a.png')
      writeFileSync(broken, gray.subarray(0, 40))
      const items = fromImages(folder)
      expect(await thrown(() => items.toArray())).to.match(/^DataError: .*a\.png: expected a PNG image, got /)
      writeFileSync(broken, 'text')
      expect(await thrown(() => items.batch(8).toArray())).to.match(
        /^DataError: .*a\.png: expected a PNG or JPEG image, got another file/,
      )
      rmSync(broken)
      expect(await thrown(() => fromImages(join(folder, 'none')).toArray())).to.match(
        /^FileError: .*none: expected a folder that can be read, got none/,
      )
      expect(await thrown(() => fromImages(join(folder, 'rose', 'red')).toArray())).to.match(
        /^DataError: .*red: expected a folder with PNG or JPEG files in a folder for each class, got none/,
      )
    })
  })

  it('pairs files with labels', async () => {
    const items = fromImages([gray, gray], { channels: 1 }).zip(fromImages([gray, gray]))
    expect(items.size).to.equal(2)
    const [batch] = await fromImages([gray, gray])
      .zip(fromImages([gray, gray]))
      .batch(2)
      .toArray()
    expect(batch?.[0].x.shape).to.deep.equal([2, 2, 2, 3])
  })

  it('refuses damaged files, images of other sizes in a batch, and wrong options', async () => {
    const large = png([2 ** 16, 2 ** 16], [8, 0], [[0]])
    const whole = jpeg.encode({ width: 16, height: 16, data: new Uint8Array(1024) }, 90).data
    const sentences = [
      [() => read(new Uint8Array(0)), 'DataError: bytes: expected a PNG or JPEG image, got an empty file'],
      [() => read(large), 'DataError: bytes: expected a PNG image, got an image of 4294967296 pixels'],
      [() => read(whole.subarray(0, 100)), 'DataError: bytes: expected a JPEG image, got '],
      [
        () => fromImages([gray, rgba]).batch(2).toArray(),
        'DataError: batch, row 1, column x: expected numbers of shape [2, 2, 3], as in row 0, got shape [1, 1, 3]',
      ],
      [() => fromImages([]), 'InvalidOption: fromImages, source: expected at least one file'],
      [() => fromImages([gray], { labels: 'folder' } as never), 'InvalidOption: fromImages, labels: expected null'],
      [() => fromImages('x', { size: [0, 1] }), 'InvalidOption: fromImages, size: expected [rows, columns]'],
      [() => fromImages('x', { channels: 5 as 4 }), 'InvalidOption: fromImages, channels: expected 1, 2, 3 or 4'],
      [() => fromImages(gray as never), 'InvalidOption: fromImages, source: expected the path of a folder'],
    ] as const
    for (const [call, sentence] of sentences) expect((await thrown(call)).slice(0, sentence.length)).to.equal(sentence)
  })
})
