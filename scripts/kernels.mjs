// Compiles kernels/ (AssemblyScript) to WebAssembly, as text that engines instantiate: all kernels of the WebAssembly
// backend in src/backends/wasm/binary.ts, the files of those that modules take in src/module/binaries.ts, and what draws
// numbers in src/base/uniform-binary.ts.
// With --check it writes nothing, and fails where a file is not what the sources compile to.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const folder = mkdtempSync(join(tmpdir(), 'kernels-'))

const compiled = async (entry, ...features) => {
  const file = join(folder, `${entry}.wasm`)
  const options = ['--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--importMemory', '--outFile', file]
  const enabled = features.flatMap(feature => ['--enable', feature])
  const { error, stderr } = await asc.main([`kernels/${entry}.ts`, ...options, ...enabled], {
    baseDir: fileURLToPath(new URL('..', import.meta.url)),
  })
  if (error) throw new Error(stderr.toString(), { cause: error })
  return readFileSync(file).toString('base64')
}
const plain = entry => compiled(entry, 'simd')
const relaxed = entry => compiled(entry, 'simd', 'relaxed-simd')

const ofBackend = async () => `// Made by scripts/kernels.mjs from kernels/; not to be edited.

/** The kernels for platforms with 128-bit vectors, base64. */
export const plain: string =
  '${await plain('index')}'

/** The same for those that also fuse multiplications and additions. */
export const relaxed: string =
  '${await relaxed('index')}'
`

const names = [
  'angles',
  'copy',
  'depthwise',
  'elementwise',
  'functions',
  'largest',
  'pool',
  'pool-gradient',
  'power',
  'rows',
  'softmax',
  'sort',
  'sum',
]
const ofModules = async () => {
  const entry = (name, versions) => {
    const key = name.includes('-') ? `'${name}'` : name
    return `  ${key}: [\n${versions.map(text => `    '${text}',\n`).join('')}  ],\n`
  }
  const entries = [entry('contract', [await relaxed('contract'), await plain('contract')])]
  for (const name of names) entries.push(entry(name, [await plain(name)]))
  return `// Made by scripts/kernels.mjs from kernels/; not to be edited.

/** The kernels by file, base64: the first version that a platform takes, of which the last needs 128-bit vectors only. */
export const binaries: Readonly<Record<string, readonly string[]>> = {
${entries.join('')}}
`
}

const ofDraws = async () => `// Made by scripts/kernels.mjs from kernels/; not to be edited.

/** What draws numbers, for platforms with 128-bit vectors, base64. */
export const binary: string =
  '${await plain('uniform')}'
`

try {
  for (const [path, make] of [
    ['src/base/uniform-binary.ts', ofDraws],
    ['src/backends/wasm/binary.ts', ofBackend],
    ['src/module/binaries.ts', ofModules],
  ]) {
    const target = new URL(`../${path}`, import.meta.url)
    const source = await make()
    if (!process.argv.includes('--check')) writeFileSync(target, source)
    else if (readFileSync(target, 'utf8') !== source) {
      console.error(`${path} is not what kernels/ compiles to: npm run build:kernels`)
      process.exitCode = 1
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
