import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import commonjs from '@rollup/plugin-commonjs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { expect } from 'chai'
import * as esbuild from 'esbuild'
import { type Plugin, rollup } from 'rollup'
import * as vite from 'vite'
import webpack from 'webpack'
import { install, outputOf } from './installed.ts'

// A page's bundle builds without settings and without the optional engines, holds what is used, and runs.

const programs = {
  composing: `import { Input, join, Relu } from 'joinery'
console.log(String(join(Input(3), Relu(2))))`,
  applying: `import { apply, Input, init, join, key, Relu } from 'joinery'
const network = join(Input(3), Relu(2, { weight: 1, bias: 0 }))
console.log(String(apply(network, init(network, key(1)), [[1, 2, 3]]).output.dataSync()))`,
  everything: `import * as joinery from 'joinery'
import * as graph from 'joinery/graph'
const { fit, init, Input, join, key, Linear } = joinery
const network = join(Input(1), Linear(1))
const { history } = await fit(network, init(network, key(1)), { x: [[1]], y: [[2]] }, { epochs: 2 })
console.log(typeof graph.trace, history.loss.length, Object.keys(joinery).length > 100)`,
}
type Program = keyof typeof programs
const says: Readonly<Record<Program, string>> = {
  composing: '(?, 3) -> [... 2 layers ...] -> (?, 2)',
  applying: '6,6',
  everything: 'function 2 true',
}

/** As much of a page as tfjs and webpack look at. */
const page = `const document = { currentScript: { tagName: 'SCRIPT', src: import.meta.url } }
globalThis.window = Object.assign(globalThis, { document, self: globalThis })`

/** Bundles a program into a folder; throws where there is an error, and gives what the bundler warns of. */
type Bundler = (project: string, entry: string, outdir: string) => Promise<readonly string[]>
const bundlers: Readonly<Record<string, Bundler>> = {
  esbuild: async (absWorkingDir, entry, outdir) => {
    const { warnings } = await esbuild.build({
      ...{ absWorkingDir, entryPoints: [entry], outdir, logLevel: 'silent', minify: true },
      ...{ bundle: true, platform: 'browser', format: 'esm', splitting: true, outExtension: { '.js': '.mjs' } },
    })
    return warnings.map(({ text }) => text)
  },
  Vite: async (root, entry, outDir) => {
    const warned: string[] = []
    const logger = vite.createLogger('silent')
    await vite.build({
      ...{ root, configFile: false },
      customLogger: { ...logger, warn: text => warned.push(text), warnOnce: text => warned.push(text) },
      build: {
        ...{ outDir, target: 'es2022', chunkSizeWarningLimit: 2000 },
        rollupOptions: { input: path.join(root, entry), output: { entryFileNames: '[name].mjs' } },
      },
    })
    return warned
  },
  webpack: (context, entry, folder) =>
    new Promise((resolve, reject) => {
      const output = { path: path.join(context, folder), filename: entry.replace('.js', '.mjs') }
      webpack({ mode: 'production', context, entry: `./${entry}`, output, performance: false }, (error, stats) => {
        const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {}
        if (error || errors.length > 0) reject(error ?? new Error(errors.map(({ message }) => message).join('\n')))
        else resolve(warnings.map(({ message }) => message))
      })
    }),
  Rollup: async (project, entry, folder) => {
    const warned: string[] = []
    const bundle = await rollup({
      input: path.join(project, entry),
      // Its declarations describe another module system.
      plugins: [nodeResolve({ browser: true }), (commonjs as unknown as () => Plugin)()],
      onwarn: ({ id, ids, message }) => warned.push(`${id ?? ids} ${message}`),
    })
    await bundle.write({ dir: path.join(project, folder), format: 'es', entryFileNames: '[name].mjs' })
    return warned
  },
}

/** Kilobytes of a program's own file and of those that it imports at its start, compressed. */
const compressed = (folder: string, file: string, seen = new Set<string>()): number => {
  if (seen.has(file)) return 0
  seen.add(file)
  const code = readFileSync(path.join(folder, file), 'utf8')
  const imported = [...code.matchAll(/(?:from|import) ?"\.\/([^"]+)"/g)].map(([, name]) => name as string)
  return imported.reduce((sum, name) => sum + compressed(folder, name, seen), gzipSync(code).length / 1000)
}

describe('A bundle for browsers', function () {
  this.timeout(300_000)
  let project = ''
  before(async () => {
    ;({ project } = await install())
    for (const [name, code] of Object.entries(programs)) writeFileSync(path.join(project, `${name}.js`), code)
    writeFileSync(path.join(project, 'page.mjs'), page)
  })
  after(() => rm(project, { recursive: true, force: true }))

  for (const [bundler, bundle] of Object.entries(bundlers))
    for (const name of Object.keys(programs) as Program[])
      it(`of ${name} builds with ${bundler}, and runs`, async () => {
        const folder = `${bundler}-${name}`
        const warned = await bundle(project, `${name}.js`, folder)
        expect(warned.filter(text => text.includes('node_modules/joinery/'))).to.deep.equal([])
        const [file = ''] = readdirSync(path.join(project, folder)).filter(made => made === `${name}.mjs`)
        const said = await outputOf(project, process.execPath, '--import', './page.mjs', path.join(folder, file))
        expect(said.trim().split('\n').at(-1)).to.equal(says[name])
      })

  it('holds 25 kB at most, compressed, to compose networks, and 60 kB beside tfjs to apply them', () => {
    const tfjs = `import { add, tensor } from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
console.log(add(tensor([1]), tensor([1])))`
    writeFileSync(path.join(project, 'tfjs.js'), tfjs)
    const built = esbuild.buildSync({
      ...{ absWorkingDir: project, entryPoints: ['tfjs.js'], bundle: true, minify: true, format: 'esm', write: false },
    })
    const alone = gzipSync(built.outputFiles[0]?.contents ?? '').length / 1000
    expect(compressed(path.join(project, 'esbuild-composing'), 'composing.mjs')).to.be.below(25)
    expect(compressed(path.join(project, 'esbuild-applying'), 'applying.mjs') - alone).to.be.below(60)
  })
})
