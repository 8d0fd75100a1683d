// Makes dist, in three forms:
//   dist        one module for each source: bundlers keep only the modules that a program uses
//   dist/node   each entry bundled, with what they share: in Node and Deno one file loads ten times as fast as hundreds
//   dist/cjs    the modules as CommonJS, for require and for test runners that know nothing else
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

const filesIn = (folder, end) =>
  readdirSync(folder, { recursive: true })
    .filter(file => file.endsWith(end))
    .map(file => path.join(folder, file))

rmSync('dist', { recursive: true, force: true })
const compiler = 'node_modules/typescript/bin/tsc'
execFileSync(process.execPath, [compiler, '--project', 'tsconfig.build.json'], { stdio: 'inherit' })
const declarations = filesIn('dist', '.d.ts')

const common = { bundle: true, platform: 'neutral', target: 'es2022', packages: 'external' }

// Each module imports the others as what they become.
const apart = {
  name: 'apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.?\// }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.js'), external: true },
    ),
}
// Their ES modules, of which bundlers keep what is used; Node cannot load them.
const inModules = {
  name: 'in-modules',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^(fp|io)-ts\/lib\// }, ({ path }) => ({
      path: path.replace('/lib/', '/es6/'),
      external: true,
    })),
}
const sources = filesIn('src', '.ts').map(file => `./${file}`)
const separate = { ...common, entryPoints: sources, outbase: 'src', plugins: [apart] }
await build({ ...separate, outdir: 'dist', format: 'esm', plugins: [apart, inModules] })

await build({
  ...common,
  entryPoints: readdirSync('src').flatMap(file => (file.endsWith('.ts') ? `src/${file}` : [])),
  outdir: 'dist/node',
  splitting: true,
  format: 'esm',
  // Less to read when a program starts; names stay, for the traces of errors.
  minifyWhitespace: true,
  minifySyntax: true,
  // Whatever prints a line prints a short one.
  lineLimit: 200,
  chunkNames: 'shared/[hash]',
})

// Node prints the line in which an uncaught error was made above it, unless the line says this: the message is enough.
const silent = '/*node-do-not-add-exception-line*/'
for (const file of filesIn('dist/node', '.js')) {
  const code = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    code.replaceAll(/\bnew (?:\w*Error|InvalidOption)\(/g, made => `${made}${silent}`),
  )
}

await build({
  ...separate,
  outdir: 'dist/cjs',
  format: 'cjs',
  // A module loader for CommonJS need not know import(), and only that of ES modules finds files by import.meta.
  supported: { 'dynamic-import': false },
  logOverride: { 'empty-import-meta': 'silent' },
})
for (const file of declarations) cpSync(file, path.join('dist/cjs', path.relative('dist', file)))
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n')
