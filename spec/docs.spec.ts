import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import * as display from '../src/display.ts'
import * as joinery from '../src/index.ts'
import * as storage from '../src/storage.ts'
import * as terminal from '../src/terminal.ts'

// Examples in docstrings and in the guides run, and give what stands in a comment behind an expression.

const root = fileURLToPath(new URL('..', import.meta.url))

/** Code that runs together: an example, or all of a guide. */
interface Example {
  readonly from: string
  readonly code: string
}

const filesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith(ending))
    .map(file => join(folder, file))
    .sort()

const fenced = (text: string): readonly string[] =>
  [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code as string)

const ofDocstrings = (file: string): readonly Example[] => {
  const source = readFileSync(join(root, file), 'utf8')
  return [...source.matchAll(/^ *\/\*\*[\s\S]*?\*\//gm)].flatMap(({ 0: comment, index }) => {
    const text = comment.replace(/^ *\* ?/gm, '')
    const line = source.slice(0, index).split('\n').length
    return fenced(text).map(code => ({ from: `${file}:${line}`, code }))
  })
}

/** What the guides take as given. */
const given: Readonly<Record<string, string>> = {
  'README.md': `
const x = { data: new Float32Array(2 * 784), shape: [2, 28, 28, 1] }
const y = { data: new Float32Array(20).fill(0.1), shape: [2, 10] }
const [heldOut, heldOutLabels, images] = [x, y, x]
`,
  'docs/checkpoints.md': `
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
const folder = mkdtempSync(\`\${tmpdir()}/joinery-docs-\`)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const network = join(Input(2), Tanh(8), Sigmoid(1))
const xor = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] }
`,
  'docs/recording.md': `
const network = join(Input(2), Tanh(8), Sigmoid(1))
const xor = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] }
const run = await recorded(network, init(network, key(1)), xor, {
  optimizer: adam({ step: 0.1 }),
  batchSize: 2,
  epochs: 50,
  every: 25,
})
`,
  'docs/pictures.md': `
const xorNetwork = join(Input(2), Tanh(8), Sigmoid(1))
const xorExamples = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] }
const start = init(xorNetwork, key(1))
const fitted = await fit(xorNetwork, start, xorExamples, { epochs: 3 })
const other = await fit(xorNetwork, start, xorExamples, { epochs: 4 })
const [expected, predicted] = [[0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]]
`,
  'docs/training.md': `
const network = join(Input(2), Tanh(8), Sigmoid(1))
const xor = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] }
`,
}
const ofGuide = (file: string): readonly Example[] => {
  const blocks = fenced(readFileSync(join(root, file), 'utf8'))
  // What is given makes the examples after the first, which is whole, one program; without it each is one.
  if (given[file] === undefined) return blocks.map((code, i) => ({ from: `${file}, example ${i + 1}`, code }))
  const [first = '', ...rest] = blocks
  return [
    { from: `${file}, example 1`, code: first },
    { from: file, code: [given[file], ...rest].join('\n') },
  ]
}

const examples: readonly Example[] = [
  ...filesIn('src', '.ts').flatMap(ofDocstrings),
  ...['README.md', ...filesIn('docs', '.md')].flatMap(ofGuide),
  // docs/layers.md repeats those of docstrings.
].filter(({ code }, i, all) => all.findIndex(other => other.code === code) === i)

const sourceOf = (name: string): string => JSON.stringify(join(root, 'src', name))
/** Types that examples may name without importing them. */
const types: readonly string[] = [
  'base',
  'core',
  'functions',
  'network',
  'network-types',
  'notation',
  'ops',
  'training',
].flatMap(folder =>
  [...readFileSync(join(root, 'src', folder, 'index.ts'), 'utf8').matchAll(/(?:type )?(\w+)(?= ?[,}])/g)].map(
    ([, name]) => name as string,
  ),
)

/** A module of its own: what it names is imported, and expressions with a comment are compared with it. */
const moduleOf = ({ code }: Example): string => {
  const body = code
    .replace(/^import (?:type )?\{[^}]*\} from '(?:npm:)?joinery(?:\/(?:display|storage|terminal))?'\n/gm, '')
    .replace(/ from 'joinery\/(\w+)'$/gm, (_, entry) => ` from ${sourceOf(`${entry}.ts`)}`)
    .replace(
      /^(?!\s*(?:const|let|export|return|import|\/\/|[}\])]))(\S.*?) \/\/ (.+)$/gm,
      (_, expression, text) => `show(${expression.replace(/;$/, '')}, ${JSON.stringify(text)})`,
    )
  const words = new Set(body.match(/\b[A-Za-z]\w*\b/g))
  const defined = [...body.matchAll(/\b(?:const|interface|type) (\w+)|^(?:import|const) [{[]([^}\]]*)[}\]]/gm)]
  const own = new Set(defined.flatMap(([, name = '', imported = '']) => [name, ...imported.split(/[\s,]+/)]))
  const named = (names: readonly string[]) => names.filter(name => words.has(name) && !own.has(name))
  const entry = (file: string, names: readonly string[]) =>
    names.length > 0 ? [`import { ${names.join(', ')} } from ${sourceOf(file)}`] : []
  return [
    ...entry('index.ts', [
      ...named(Object.keys(joinery)),
      ...named(types)
        .filter(name => !(name in joinery))
        .map(name => `type ${name}`),
    ]),
    ...entry('display.ts', named(Object.keys(display))),
    ...entry('storage.ts', named(Object.keys(storage))),
    ...entry('terminal.ts', named(Object.keys(terminal))),
    'declare const show: (value: unknown, text: string) => void',
    body,
    'export {}',
  ].join('\n')
}

const plain = (value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value)
/** Whether a value is what a comment says; digits that it leaves out with … may be any. */
const says = (text: string, value: unknown): boolean => {
  if (typeof value === 'number') {
    const number = text.replace(/…$/, '')
    return text.endsWith('…') ? String(value).startsWith(number) : Math.abs(value - Number(number)) < 1e-6
  }
  if (value === text) return true
  try {
    expect(plain(value)).to.deep.equal(new Function(`return (${text})`)())
    return true
  } catch {
    return false
  }
}

describe('Examples', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'joinery-examples-'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
    mkdirSync(join(folder, 'code'))
    for (const [i, example] of examples.entries()) writeFileSync(join(folder, 'code', `${i}.ts`), moduleOf(example))
  })
  after(() => rmSync(folder, { recursive: true }))

  it('are there for most of what is exported', () => {
    expect(examples.length).to.be.greaterThan(40)
  })

  it('check', async () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
    const options = {
      ...compilerOptions,
      isolatedDeclarations: false,
      declaration: false,
      allowImportingTsExtensions: true,
    }
    const config = { compilerOptions: { ...options, rewriteRelativeImportExtensions: false }, include: ['code'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--project', folder], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    )
    const faults = stdout.replace(/code\/(\d+)\.ts/g, (_, i) => `${examples[Number(i)]?.from}`)
    expect(faults).to.equal('')
  })

  for (const [i, { from }] of examples.entries())
    it(`of ${relative('.', from)} run and give what they say`, async () => {
      const wrong: string[] = []
      Object.assign(globalThis, {
        show: (value: unknown, text: string) => {
          if (!says(text, value)) wrong.push(`${text}, not ${JSON.stringify(plain(value)) ?? String(value)}`)
        },
      })
      await import(pathToFileURL(join(folder, 'code', `${i}.ts`)).href)
      expect(wrong).to.deep.equal([])
    })
})
