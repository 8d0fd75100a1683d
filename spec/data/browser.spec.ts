import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { buildSync } from 'esbuild'
import { encode } from 'fast-png'
import { parquetWriteBuffer } from 'hyparquet-writer'
import jpeg from 'jpeg-js'

// Readers in a bundle for browsers, where there is no file system and nothing of Node.

const root = fileURLToPath(new URL('../..', import.meta.url))

const program = `import * as joinery from ${JSON.stringify(join(root, 'src/index.ts'))}
const said = async work => {
  try {
    return JSON.parse(JSON.stringify(await work(), (_, part) => (ArrayBuffer.isView(part) ? Array.from(part) : part)))
  } catch (error) {
    return error.name + ': ' + error.message
  }
}
export const main = async files => {
  const stream = new Blob(['a,b\\n1,"x"\\n2,é']).stream()
  return JSON.stringify([
    await said(() => joinery.fromCsv(stream).toArray()),
    await said(() => joinery.fromCsv('x.csv').toArray()),
    await said(() => joinery.fromImages('flowers').toArray()),
    await said(() => joinery.fromImages([files.png, files.jpeg], { channels: 1 }).toArray()),
    await said(() => joinery.fromParquet(new Blob([files.parquet])).toArray()),
    await said(() => joinery.fromNpy(files.npz, { columns: ['y'] }).toArray()),
  ])
}`

/** Takes away what a browser does not have, and runs the program. */
const page = (bundle: string, files: string): string => `import { readFileSync } from 'node:fs'
const files = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(${JSON.stringify(files)}, 'utf8'))).map(([name, text]) => [
    name,
    Uint8Array.from(atob(text), sign => sign.charCodeAt(0)),
  ]),
)
const { process } = globalThis
globalThis.window = Object.assign(globalThis, { document: {}, self: globalThis })
delete globalThis.process
delete globalThis.Buffer
const { main } = await import(${JSON.stringify(bundle)})
const said = await main(files)
globalThis.process = process
console.log(said)`

describe('Readers in a browser', function () {
  this.timeout(120_000)
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'joinery-browser-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  it('read bytes, blobs and streams, and say that there are no files', async () => {
    writeFileSync(join(folder, 'program.js'), program)
    buildSync({
      ...{ entryPoints: [join(folder, 'program.js')], outdir: join(folder, 'out'), outExtension: { '.js': '.mjs' } },
      ...{ bundle: true, platform: 'browser', format: 'esm', splitting: true, logLevel: 'silent' },
    })
    const text = (bytes: Uint8Array | ArrayBuffer) => Buffer.from(bytes as Uint8Array).toString('base64')
    const { files } = JSON.parse(readFileSync(new URL('./npy.json', import.meta.url), 'utf8'))
    const given = {
      png: text(encode({ width: 1, height: 1, channels: 1, data: Uint8Array.of(255) })),
      jpeg: text(jpeg.encode({ width: 1, height: 1, data: new Uint8Array(4) }, 90).data),
      parquet: text(parquetWriteBuffer({ columnData: [{ name: 'a', data: [1, 2], type: 'INT32' }] })),
      npz: files.plain as string,
    }
    writeFileSync(join(folder, 'files.json'), JSON.stringify(given))
    const bundle = pathToFileURL(join(folder, 'out', 'program.mjs')).href
    writeFileSync(join(folder, 'page.mjs'), page(bundle, join(folder, 'files.json')))
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'page.mjs')])
    expect(JSON.parse(stdout)).to.deep.equal([
      [
        { a: 1, b: 'x' },
        { a: 2, b: 'é' },
      ],
      'FileError: x.csv: expected a file system, got none. Run it in Node or Deno.',
      'FileError: flowers: expected a file system, got none. Run it in Node or Deno.',
      [{ x: { data: [1], shape: [1, 1, 1] } }, { x: { data: [0], shape: [1, 1, 1] } }],
      [{ a: 1 }, { a: 2 }],
      [{ y: 0 }, { y: 1 }, { y: 2 }, { y: 0 }],
    ])
  })
})
