import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { encode } from 'fast-png'
import jpeg from 'jpeg-js'
import {
  type DataSource,
  type Dataset,
  dataset,
  fromCsv,
  fromIdx,
  fromImages,
  fromJsonLines,
  fromNpy,
  JoineryError,
} from '../../src/index.ts'

// Files with bytes that were changed, or that end too early: items, or an error of the library.

const { files } = JSON.parse(readFileSync(new URL('./npy.json', import.meta.url), 'utf8')) as {
  readonly files: Readonly<Record<string, string>>
}
const text = (of: string) => new TextEncoder().encode(of)
const idx = new Uint8Array([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])
const shades = Uint8Array.from({ length: 32 * 32 * 4 }, (_, i) => i * 7)

const rows: Readonly<Record<string, readonly [Uint8Array, (source: DataSource) => Dataset<unknown>]>> = {
  NPY: [Buffer.from(files.version2 ?? '', 'base64'), source => fromNpy(source)],
  NPZ: [Buffer.from(files.packed ?? '', 'base64'), source => fromNpy(source, { columns: ['x_train', 'y_train'] })],
  IDX: [idx, fromIdx],
  'packed IDX': [gzipSync(idx), fromIdx],
  PNG: [encode({ width: 9, height: 7, channels: 3, data: shades.subarray(0, 189) }), source => fromImages([source])],
  JPEG: [jpeg.encode({ width: 32, height: 32, data: shades }, 80).data, source => fromImages([source])],
  CSV: [text('a,b,c\n1,"x\ny",3\n4,"é",6\n'), source => fromCsv(source)],
  'JSON lines': [text('{"a":1}\n[1,2]\n"x"\n'), source => fromJsonLines(source)],
}

/** What is done to the bytes of a file. */
const damage = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.nat(255) }),
    fc.record({
      kind: fc.constant('cut' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.constant(0),
    }),
  ),
  { minLength: 1, maxLength: 3 },
)
const damaged = (file: Uint8Array, changes: readonly { kind: 'set' | 'cut'; at: number; to: number }[]): Uint8Array =>
  changes.reduce<Uint8Array>((bytes, { kind, at, to }) => {
    const place = Math.min(bytes.length - 1, Math.floor(at * bytes.length))
    if (kind === 'cut') return bytes.slice(0, Math.max(1, place))
    const changed = Uint8Array.from(bytes)
    changed[place] = to
    return changed
  }, file)

const read = async (items: Dataset<unknown>): Promise<void> => {
  try {
    await items.take(200).toArray()
  } catch (error) {
    if (!(error instanceof JoineryError)) throw error
  }
}

describe('A damaged file', function () {
  this.timeout(60_000)
  for (const [name, [file, from]] of Object.entries(rows))
    it(`of ${name} gives items, or an error of the library`, () =>
      fc.assert(
        fc.asyncProperty(damage, async changes => {
          await read(from(damaged(file, changes)))
        }),
        { numRuns: 150 },
      ))

  it('of a cache gives items, or an error of the library', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'joinery-damaged-'))
    try {
      const path = join(folder, 'items')
      const items = dataset(() => [{ x: new Float32Array(4), y: [1, 2], z: 'text' }, 3, [{ a: null }]])
      await items.cache(path).toArray()
      const file = readFileSync(path)
      await fc.assert(
        fc.asyncProperty(damage, async changes => {
          writeFileSync(path, damaged(file, changes))
          await read(items.cache(path))
        }),
        { numRuns: 150 },
      )
      expect(file.length).to.be.above(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
