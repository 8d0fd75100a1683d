import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import fc from 'fast-check'
import { dataset, key } from '../../src/index.ts'
import { thrown } from './thrown.ts'

describe('cache in a file', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'joinery-cache-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('gives back what items hold, bit by bit', async () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity))
    const leaf = fc.oneof(number, fc.string(), fc.boolean(), fc.constant(null), fc.float32Array(), fc.int16Array())
    const { item } = fc.letrec(tie => ({
      item: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(number),
        fc.array(tie('item')),
        fc.dictionary(fc.string(), tie('item')),
      ),
    }))
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 6 }), async items => {
        const cached = dataset(() => items).cache(join(folder, `${run++}`))
        const all = await cached.toArray()
        // Records of fast-check may have no prototype, and those that are read have.
        const plain = (value: unknown): unknown =>
          value === null || typeof value !== 'object' || ArrayBuffer.isView(value)
            ? value
            : Array.isArray(value)
              ? value.map(plain)
              : Object.entries(value).map(([name, part]) => [name, plain(part)])
        expect(plain(all)).to.deep.equal(plain(items))
        if (items.length > 1) expect(plain(await cached.skip(1).toArray())).to.deep.equal(plain(items.slice(1)))
      }),
      { numRuns: 60 },
    )
  })

  it('reads the source once, also for later datasets', async () => {
    let made = 0
    const items = dataset(function* () {
      made++
      for (let i = 0; i < 5; i++) yield { x: new Float32Array([i, -i]), y: i }
    })
    const file = join(folder, 'new', 'items')
    const cached = items.cache(file)
    const [batch] = await cached.batch(5).toArray()
    expect([batch?.x.shape, [...(batch?.y.data ?? [])]]).to.deep.equal([
      [5, 2],
      [0, 1, 2, 3, 4],
    ])
    const again = items.cache(pathToFileURL(file))
    const order = (await again.shuffle(key(1)).toArray()).map(({ y }) => y)
    expect([...order].sort()).to.deep.equal([0, 1, 2, 3, 4])
    expect(made).to.equal(1)
    expect(readdirSync(join(folder, 'new'))).to.deep.equal(['items'])
  })

  it('leaves nothing behind where the source fails', async () => {
    const file = join(folder, 'items')
    const broken = dataset(function* () {
      yield 1
      throw new RangeError('torn')
    }).cache(file)
    expect(String(await broken.toArray().catch(error => error))).to.equal('RangeError: torn')
    expect(readdirSync(folder)).to.deep.equal([])
    expect(
      await thrown(() =>
        dataset(() => [1, new Date(0)])
          .cache(file)
          .toArray(),
      ),
    ).to.match(/^DataError: cache, row 1: expected numbers, texts/)
    expect(existsSync(file)).to.equal(false)
  })

  it('refuses files that are cut off, damaged, or something else', async () => {
    const file = join(folder, 'items')
    const items = dataset([1, 2, 3])
    await items.cache(file).toArray()
    const whole = readFileSync(file)
    const read = async (bytes: Uint8Array) => {
      writeFileSync(file, bytes)
      return thrown(() => items.cache(file).toArray())
    }
    for (const length of [0, 5, 40, whole.length - 1])
      expect(await read(whole.subarray(0, length))).to.match(/items: expected a cache of a dataset that is whole, got /)
    const damaged = Uint8Array.from(whole)
    damaged.fill(255, whole.length - 24, whole.length - 16)
    expect(await read(damaged)).to.match(/got one that is damaged/)
    expect(await read(new Uint8Array(200))).to.match(/got another file/)
    damaged.set(whole)
    damaged.fill(255, 16, 40)
    expect(await read(damaged)).to.match(/got one that is damaged/)
    mkdirSync(join(folder, 'folder'))
    expect(await thrown(() => items.cache(join(folder, 'folder')).toArray())).to.match(/^FileError: .*folder/)
    expect(await thrown(() => items.cache(join(file, 'x')).toArray())).to.match(/^FileError/)
    expect(await thrown(() => items.cache(3 as never))).to.match(/^InvalidOption: cache, file/)
  })
})
