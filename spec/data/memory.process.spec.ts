import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { encode } from 'fast-png'
import { full } from '../full.ts'

// Readers as a process sees them: files larger than its heap, and Deno.

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('A data set larger than memory', function () {
  this.timeout(300_000)
  let folder = ''
  const rows = full ? 600_000 : 90_000
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'joinery-data-'))
    const csv = await open(join(folder, 'large.csv'), 'w')
    const lines = await open(join(folder, 'large.jsonl'), 'w')
    await csv.write('a,b,c,d,kind\n')
    const text = 'petals, '.repeat(100)
    const block = 10_000
    for (let from = 0; from < rows; from += block) {
      const numbers = Array.from({ length: block }, (_, i) => from + i)
      await csv.write(numbers.map(n => `${n},${n * 0.25},${-n},1234.5678,"${text}"\n`).join(''))
      await lines.write(numbers.map(n => `{"a": ${n}, "b": ${n * 0.25}, "kind": "${text}"}\n`).join(''))
    }
    await csv.close()
    await lines.close()
  })
  after(() => rmSync(folder, { recursive: true }))

  /** Reads a data set in a process whose heap, in MB, is smaller than the file. */
  const sums = async (source: string, heap = 64): Promise<{ readonly sum: number; readonly grown: number }> => {
    const program = `import * as joinery from './src/index.ts'
      const mega = () => Math.round(process.memoryUsage().rss / 2 ** 20)
      const before = mega()
      let [sum, peak, n] = [0, 0, 0]
      const items = ${source}
      for await (const { x } of items.shuffle(joinery.key(1), { buffer: 1000 }).batch(100).prefetch(2)) {
        sum += x.data.length
        if (n++ % 100 === 0) peak = Math.max(peak, mega())
      }
      console.log(JSON.stringify({ sum, grown: peak - before }))`
    const flags = [`--max-old-space-size=${heap}`, '--import', 'tsx', '--input-type', 'module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root })
    return JSON.parse(stdout)
  }

  it('is larger than the heap of the process that reads it', () => {
    for (const name of ['large.csv', 'large.jsonl']) expect(statSync(join(folder, name)).size).to.be.above(64 * 2 ** 20)
  })

  it('is read in constant memory from CSV', async () => {
    const source = `joinery.fromCsv(${JSON.stringify(join(folder, 'large.csv'))})
      .map(({ a, b, c, d }) => ({ x: [a, b, c, d].map(Number) }))`
    const { sum, grown } = await sums(source)
    expect(sum).to.equal(4 * rows)
    expect(grown).to.be.below(90)
  })

  it('is read in constant memory from JSON lines', async () => {
    const source = `joinery.fromJsonLines(${JSON.stringify(join(folder, 'large.jsonl'))})
      .map(({ a, b }) => ({ x: [a, b] }))`
    const { sum, grown } = await sums(source)
    expect(sum).to.equal(2 * rows)
    expect(grown).to.be.below(90)
  })
})

/** A PNG image of one white pixel. */
const onePixel = Buffer.from(encode({ width: 1, height: 1, channels: 1, data: Uint8Array.of(255) })).toString('base64')

describe('Readers in Deno', function () {
  this.timeout(120_000)
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'joinery-deno-'))
    writeFileSync(join(folder, 'x.csv'), 'a,b\n1,2\n3,4\n')
    writeFileSync(join(folder, 'labels.gz'), gzipSync(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9)))
    writeFileSync(join(folder, 'x.jsonl'), '1\n2\n')
  })
  after(() => rmSync(folder, { recursive: true }))

  /** What a program prints under Deno. */
  const inDeno = async (body: string, ...permissions: readonly string[]): Promise<string> => {
    const file = join(folder, 'program.ts')
    const entry = JSON.stringify(join(root, 'src/index.ts'))
    writeFileSync(file, `import * as joinery from ${entry}\nconst folder = ${JSON.stringify(folder)}\n${body}`)
    const deno = join(root, 'node_modules/.bin/deno')
    const args = ['run', '--no-check', '--config', join(root, 'deno.json'), '--allow-env', ...permissions, file]
    const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
    return (await promisify(execFile)(deno, args, { cwd: root, env })).stdout.trim()
  }

  it('read files of every kind', async () => {
    const images = join(root, 'spec/data/npy.json')
    const said = await inDeno(
      `
      const { files } = JSON.parse(Deno.readTextFileSync(${JSON.stringify(images)}))
      const npz = Uint8Array.from(atob(files.plain), sign => sign.charCodeAt(0))
      const png = Uint8Array.from(atob('${onePixel}'), sign => sign.charCodeAt(0))
      const parquet = new Uint8Array((await import('npm:hyparquet-writer')).parquetWriteBuffer({ columnData: [{ name: 'x', data: [1.5, 2], type: 'DOUBLE' }] }))
      const tokens = await joinery.tokenize({ pre_tokenizer: { type: 'Whitespace' }, model: { type: 'WordLevel', vocab: { a: 0 } } })
      console.log(JSON.stringify([
        await joinery.fromCsv(folder + '/x.csv').toArray(),
        await joinery.fromIdx(new URL('file://' + folder + '/labels.gz')).toArray(),
        await joinery.fromJsonLines(folder + '/x.jsonl').toArray(),
        (await joinery.fromNpy(npz, { columns: ['y'] }).toArray()).map(({ y }) => y),
        (await joinery.fromImages([png], { channels: 1 }).toArray()).map(({ x }) => [...x.data]),
        await joinery.fromParquet(parquet).toArray(),
        tokens.apply('a a'),
      ]))`,
      '--allow-read',
    )
    expect(JSON.parse(said)).to.deep.equal([
      [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
      [7, 9],
      [1, 2],
      [0, 1, 2, 0],
      [[1]],
      [{ x: 1.5 }, { x: 2 }],
      [0, 0],
    ])
  })

  it('say when they may not read a file', async () => {
    const said = await inDeno(
      `console.log(await joinery.fromCsv(folder + '/x.csv').toArray().catch(error => error.name + ': ' + error.message))`,
      `--allow-read=${join(root, 'node_modules')}`,
    )
    expect(said).to.match(/^FileError: .*x\.csv: expected a file that can be read, got no permission/)
  })
})
