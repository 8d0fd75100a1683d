// Compiles kernels/ (AssemblyScript) to WebAssembly, as text in src/backends/wasm/binary.ts, which engines instantiate.
// With --check it writes nothing, and fails where the file is not what the sources compile to.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const target = new URL('../src/backends/wasm/binary.ts', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'kernels-'))

const compiled = async (name, ...features) => {
  const file = join(folder, `${name}.wasm`)
  const options = ['--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--importMemory', '--outFile', file]
  const enabled = features.flatMap(feature => ['--enable', feature])
  const { error, stderr } = await asc.main(['kernels/index.ts', ...options, ...enabled], {
    baseDir: fileURLToPath(new URL('..', import.meta.url)),
  })
  if (error) throw new Error(stderr.toString(), { cause: error })
  return readFileSync(file).toString('base64')
}

try {
  const source = `// Made by scripts/kernels.mjs from kernels/; not to be edited.

/** The kernels for platforms with 128-bit vectors, base64. */
export const plain: string =
  '${await compiled('plain', 'simd')}'

/** The same for those that also fuse multiplications and additions. */
export const relaxed: string =
  '${await compiled('relaxed', 'simd', 'relaxed-simd')}'
`
  if (!process.argv.includes('--check')) writeFileSync(target, source)
  else if (readFileSync(target, 'utf8') !== source) {
    console.error('src/backends/wasm/binary.ts is not what kernels/ compiles to: npm run build:kernels')
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
