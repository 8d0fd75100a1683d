import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { adam, apply, Input, init, join, key, Sigmoid, Tanh, fit as train } from '../src/index.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const deno = path.join(root, 'node_modules/.bin/deno')
const compilers = ['typescript', 'typescript-6', 'typescript-5.9']

const execute = promisify(execFile)

/** The standard output of a program; where it fails, the error shows all that it said. */
const outputOf = async (folder: string, command: string, ...args: readonly string[]): Promise<string> => {
  const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
  try {
    return (await execute(command, args, { cwd: folder, env, maxBuffer: 2 ** 24 })).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string }
    throw new Error(`${path.basename(command)} ${args.join(' ')} failed\n${stdout}\n${stderr}`)
  }
}

const xor = { x: [0, 1, 2, 3].map(i => [i >> 1, i & 1]), y: [[0], [1], [1], [0]] }

/** A program that trains a little, and says how it went. It is JavaScript and TypeScript at once. */
const program = (library: string, terminal: string): string => `
import { adam, apply, fit, init, Input, join, key, Sigmoid, Tanh } from '${library}'
import { progressBar } from '${terminal}'

const xor = ${JSON.stringify(xor)}
const network = join(Input(2), Tanh(4), Sigmoid(1))
const lines = ['']
const { variables, history } = await fit(network, init(network, key(42)), xor, {
  optimizer: adam({ step: 0.1 }),
  epochs: 3,
  onProgress: progressBar({ write: text => lines.push(text) }),
})
const { output } = apply(network, variables, xor.x)
console.log(JSON.stringify({ network: String(network), output: [...output.dataSync()], loss: history.loss, lines }))
`

/** What only the compiler reads: shapes are known from the declarations, and a layer that does not fit is an error. */
const typed = `
import { Convolution, type OutputOf, Relu } from 'joinery'

const known: OutputOf<typeof network> extends readonly [number, 1] ? true : false = true
const unknown: OutputOf<typeof network> extends readonly [number, 2] ? true : false = false
const weight: readonly number[] & { readonly length: 2 } = variables.params['tanh-1'].weight.shape
// @ts-expect-error A convolution takes four dimensions.
const misfit = () => join(Input(10), Relu(5), Convolution([3, 3, 16]))
export { known, misfit, unknown, weight }
`

const expectedResult = async () => {
  const network = join(Input(2), Tanh(4), Sigmoid(1))
  const { variables, history } = await train(network, init(network, key(42)), xor, {
    optimizer: adam({ step: 0.1 }),
    epochs: 3,
  })
  return { output: Array.from(apply(network, variables, xor.x).output.dataSync()), loss: history.loss }
}

const expectResult = async (text: string): Promise<void> => {
  const { network, output, loss, lines } = JSON.parse(text)
  const expected = await expectedResult()
  expect(network).to.equal('(?, 2) -> [... 3 layers ...] -> (?, 1)')
  expect(lines).to.have.length(4)
  expect(lines[3]).to.match(/^epoch 3\/3 {2}loss 0\.\d{4}\n$/)
  for (const [found, wanted] of [
    [output, expected.output],
    [loss, expected.loss],
  ]) {
    expect(found).to.have.length(wanted.length)
    // The runtimes differ in the last bit of a tanh.
    for (const [i, value] of wanted.entries()) expect(found[i]).to.be.closeTo(value, 1e-6)
  }
}

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)))

describe('the package', function () {
  this.timeout(300_000)
  let folder = ''
  let project = ''
  let packed: readonly string[] = []

  const inProject = (command: string, ...args: readonly string[]) => outputOf(project, command, ...args)
  const save = (name: string, text: string) => writeFile(path.join(project, name), text)

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'joinery-package-'))
    project = path.join(folder, 'project')
    await mkdir(project)
    const listing = await outputOf(root, 'npm', 'pack', '--json', '--silent', '--pack-destination', folder)
    const parsed = JSON.parse(listing.slice(listing.search(/^[[{]/m)))
    const [{ filename, files }] = Object.values<{ filename: string; files: { path: string }[] }>(parsed) as [
      { filename: string; files: { path: string }[] },
    ]
    packed = files.map(file => file.path)
    await save('package.json', JSON.stringify({ name: 'project', private: true, type: 'module' }))
    await inProject('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', path.join(folder, filename))
  })

  after(() => rm(folder, { recursive: true, force: true }))

  it('holds the built library, its source and its papers, and nothing else', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']
    const source = filesUnder('src')
    const built = (file: string, ends: readonly string[]) =>
      ends.map(end => file.replace(/^(\.\/)?src/, 'dist').replace(/\.ts$/, end))
    const types = source.flatMap(file => built(file, ['.d.ts', '.d.ts.map']))
    const { exports: entries } = JSON.parse(readFileSync(path.join(root, 'deno.json'), 'utf8'))
    const code = Object.values<string>(entries).flatMap(file => built(file, ['.js', '.js.map']))
    const shared = packed.filter(file => file.startsWith('dist/shared/'))
    expect(shared.every(file => /^dist\/shared\/\w+\.js(\.map)?$/.test(file))).to.equal(true)
    expect([...packed].sort()).to.deep.equal([...papers, ...source, ...types, ...code, ...shared].sort())
  })

  it('runs from a JavaScript program', async () => {
    await save('plain.js', program('joinery', 'joinery/terminal'))
    await expectResult(await inProject(process.execPath, 'plain.js'))
  })

  for (const name of compilers)
    it(`is typed in a TypeScript program, which ${name} compiles`, async () => {
      const compilerOptions = {
        ...{ strict: true, module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [] },
        ...{ skipLibCheck: true, outDir: `built-by-${name}`, rootDir: '.' },
      }
      await save('typed.ts', program('joinery', 'joinery/terminal') + typed)
      await save('tsconfig.json', JSON.stringify({ compilerOptions, files: ['typed.ts'] }))
      await inProject(process.execPath, path.join(root, 'node_modules', name, 'bin/tsc'), '--project', '.')
      await expectResult(await inProject(process.execPath, `${compilerOptions.outDir}/typed.js`))
    })

  it('runs from a Deno program that imports npm:joinery', async () => {
    await save('deno-npm.ts', program('npm:joinery', 'npm:joinery/terminal'))
    await inProject(deno, 'check', '--node-modules-dir=manual', 'deno-npm.ts')
    await expectResult(await inProject(deno, 'run', '--node-modules-dir=manual', '--allow-env', 'deno-npm.ts'))
  })

  it('runs in Deno from its source', async () => {
    const source = (name: string) => pathToFileURL(path.join(root, 'src', name)).href
    await save('deno-source.ts', program(source('index.ts'), source('terminal.ts')))
    const config = path.join(root, 'deno.json')
    await inProject(deno, 'check', '--config', config, 'deno-source.ts')
    await expectResult(await inProject(deno, 'run', '--config', config, '--allow-env', 'deno-source.ts'))
  })

  it('gives Deno the entries and the version that it gives npm', async () => {
    const [npm, jsr] = await Promise.all(
      ['package.json', 'deno.json'].map(async name => JSON.parse(await readFile(path.join(root, name), 'utf8'))),
    )
    expect(jsr.version).to.equal(npm.version)
    expect(jsr.license).to.equal(npm.license)
    const entries = Object.keys(npm.exports).filter(entry => entry !== './package.json')
    expect(Object.keys(jsr.exports)).to.deep.equal(entries)
    for (const entry of entries) {
      const source = jsr.exports[entry]
      expect(npm.exports[entry].default).to.equal(source.replace('./src', './dist').replace('.ts', '.js'))
      expect(jsr.imports[entry.replace('.', 'joinery')]).to.equal(source)
    }
  })

  it('says of an engine that is not installed how to install it, and goes on without', async () => {
    await save(
      'engines.js',
      `
import { apply, compile, compileTraining, fastestBackend, fit, init, Input, join, key, Sigmoid } from 'joinery'

const network = join(Input(2), Sigmoid(1))
const variables = init(network, key(1))
const batch = { x: [[1, 2]], y: [[1]] }
const said = async work => work().then(() => 'nothing', error => \`\${error.name}: \${error.message}\`)
const found = {}
for (const backend of ['wasm', 'onnxruntime'])
  found[backend] = [
    await said(() => compile(network, variables, { backend })([[1, 2]])),
    await said(async () => {
      const step = compileTraining(network, { backend })
      await step(await step.init(variables, key(1)), batch)
    }),
    await said(() => fit(network, variables, batch, { backend })),
  ]
const { output } = apply(network, variables, [[1, 2]])
const compiled = await compile(network, variables)([[1, 2]])
console.log(JSON.stringify({ found, fastest: (await fastestBackend()).name, output: [...output.dataSync()], compiled: [...compiled.dataSync()] }))
`,
    )
    const { found, fastest, output, compiled } = JSON.parse(await inProject(process.execPath, 'engines.js'))
    expect(fastest).to.equal('tfjs')
    expect(compiled).to.deep.equal(output)
    for (const message of found.wasm)
      expect(message).to.match(/^BackendError: wasm: .*npm install @tensorflow\/tfjs-backend-wasm/)
    for (const message of found.onnxruntime)
      expect(message).to.match(/^BackendError: onnxruntime: .*npm install onnxruntime-node --ignore-scripts/)
  })

  it('loads the terminal only when it is asked for, and never the wasm backend', async () => {
    const modules = path.join(project, 'node_modules')
    expect(existsSync(path.join(modules, '@tensorflow/tfjs-backend-wasm'))).to.equal(false)
    const run = (entry: string) =>
      inProject(process.execPath, '--input-type=module', '--eval', `console.log(typeof (await import('${entry}')))`)
    const away = path.join(project, 'away')
    await rename(path.join(modules, 'cli-progress'), away)
    try {
      expect((await run('joinery')).trim()).to.equal('object')
      const failure = await run('joinery/terminal').then(
        () => 'none',
        error => String(error),
      )
      expect(failure).to.contain("Cannot find package 'cli-progress'")
    } finally {
      await rename(away, path.join(modules, 'cli-progress'))
    }
  })
})
