import { existsSync, readdirSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { adam, apply, Input, init, join, key, Sigmoid, Tanh, fit as train } from '../src/index.ts'
import { execute, install, outputOf, root } from './installed.ts'

const deno = path.join(root, 'node_modules/.bin/deno')
const compilers = ['typescript', 'typescript-6', 'typescript-5.9']

const xor = { x: [0, 1, 2, 3].map(i => [i >> 1, i & 1]), y: [[0], [1], [1], [0]] }

const entries = readdirSync(path.join(root, 'src')).flatMap(file => file.match(/^(\w+)\.ts$/)?.[1] ?? [])
/** Where each entry is, for whom. */
const conditions = (entry: string) => ({
  types: { require: `./dist/cjs/${entry}.d.ts`, default: `./dist/${entry}.d.ts` },
  require: `./dist/cjs/${entry}.js`,
  node: `./dist/node/${entry}.js`,
  default: `./dist/${entry}.js`,
})

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

/** Networks that a program exports, with every kind of composition and every family of layers. */
const models = `import * as l from 'joinery'
export const image = l.join(
  l.Input([28, 28, 1]), l.Convolution([3, 3, 16]), l.BatchNorm(), l.Relu(), l.Deconvolution([2, 2, 4]),
  l.DepthwiseConvolution([3, 3]), l.SeparableConvolution([3, 3, 5]), l.MaxPooling([2, 2]), l.AveragePooling([2, 2]),
  l.Upscale([2, 2]), l.Dropout(0.1), l.GaussianNoise(), l.DropBlock(0.5, 2), l.RandomFlip(),
  l.RandomCrop([2, 2], { padding: 1 }), l.RandomRotation(0.1), l.RandomBrightness(0.1), l.RandomErasing(), l.MixUp(),
  l.CutMix(), l.GroupNorm(1), l.LocalResponseNorm(),
  l.InstanceNorm(), l.LayerNorm(), l.RMSNorm(), l.ZeroPadding(1), l.Cropping(1), l.SpatialDropout(0.1),
  l.AlphaDropout(0.1), l.PRelu(), l.Gelu(), l.WeightNorm(l.Convolution([1, 1, 2])),
  l.SpectralNorm(l.Convolution([1, 1, 2])), l.LowRank(l.Convolution([1, 1, 2]), 1), l.Transpose([0, 2, 1, 3]), l.Reshape(), l.Softmax(10),
)
export const sequence = l.join(
  l.Input(7), l.Embedding(5, 6), l.LSTM(4, { onlyReturnFinal: false }), l.GRU(4, { onlyReturnFinal: false }),
  l.Bidirectional(l.SimpleRNN(3, { onlyReturnFinal: false })), l.PositionalEncoding(), l.TransformerEncoder(6, 2),
  l.TimeDistributed(l.Relu(2)), l.Convolution1D([2, 3]), l.MaxPooling1D(1), l.MultiHeadAttention(1), l.Reshape(),
  l.RepeatVector(3),
)
export const volume = l.join(l.Input([9, 9, 9, 2]), l.Convolution3D([2, 2, 2, 3]), l.MaxPooling3D([2, 2, 2]))
export const composed = l.join(
  l.Input(4), l.residual(l.Relu()), l.shared('s', l.Relu(4)), l.block('b{}', l.Linear(3)), l.repeat(l.Relu(3), 2),
  l.branch(l.Relu(2), [l.Tanh(2)]), l.Elementwise('add'), l.when(true, l.Relu(2)),
)
export const longer = composed.to(l.Relu(7))
export const merged = l.join(l.parallel(l.Input(4), l.Input(4)), l.Dot())
export const chosen = l.join(l.parallel(l.Input(4), l.Input(4)), l.Select(1), l.Relu(3))
export const averaged = l.join(
  l.parallel(l.Input(2), l.join(l.Input(4), l.Linear(3)), l.join(l.Input(4), l.Linear(3))), l.GatedAverage(),
)
export const decoder = l.join(l.parallel(l.Input([9, 6]), l.Input([20, 6])), l.TransformerDecoder(6, 2, { name: 'd' }))
export const part = l.start(image, 'relu-1')
export const text = l.net('Input(4) >> Relu(3) >> (Tanh | Relu) >> Concatenate >> Softmax(2)')
export const vgg = l.vgg16()
export const vggLonger = l.vgg19()
export const squeeze = l.squeezenet()
export const residual = l.resnet50()
export const features = l.resnet50({ inputShape: [64, 64, 3], includeGlobalPool: false })
export const mobile = l.mobilenetV2()
export const u = l.unet({ depth: 2 })
export const transformer = l.gpt()
export const experts = l.mixtureOfExperts([l.join(l.Input(10), l.Relu(5)), l.join(l.Input(10), l.Tanh(5))])
`

/** Networks of a library whose exports all say their types. */
const typedByHand = `import {
  Concatenate, Convolution, Input, join, type Layer, type Net, net, type Network, parallel, Relu, resnet50, Softmax,
} from 'joinery'
export const text = 'Input(4) >> Relu(8) * 2 >> Softmax(3)'
export const named: Net<typeof text> = net(text)
export const shaped: Network<[number, 4], [number, 3]> = join(Input(4), Relu(8), Softmax(3))
export const pair: Network<[[number, 4], [number, 5]], [number, 9]> = join(parallel(Input(4), Input(5)), Concatenate())
export const large: Network<[number, 224, 224, 3], [number, 1000]> = resnet50()
export const wide = (width: number): Network<[number, number], [number, 3]> => join(Input(width), Softmax(3))
export const doubled = <L extends Layer<[number, 10], [number, 10]>>(layer: L): readonly [L, L] => [layer, layer]
export const convolution: Layer<[number, number, number, 3], [number, number, number, 8]> = Convolution([3, 3, 8])
`
const usesTyped = (from: string) => `import {
  end, type InputOf, init, join, key, type NamesOf, type OutputOf, Relu, Softmax,
} from 'joinery'
import type * as m from '${from}'
declare const all: typeof m
export const weight: [8, 8] = init(all.named, key(1)).params['relu-2'].weight.shape
export const name: NamesOf<typeof all.named> = 'relu-2'
export const shape: [number, 8] = null! as OutputOf<ReturnType<typeof hidden>>
const hidden = () => end(all.named, 'relu-2')
export const shapes: [[number, 3], [number, 9], [number, 1000], [number, 3]] = null! as [
  OutputOf<typeof all.shaped>, OutputOf<typeof all.pair>, OutputOf<typeof all.large>, OutputOf<ReturnType<typeof all.wide>>,
]
export const inputs: [[number, 4], [number, 5]] = null! as InputOf<typeof all.pair>
export const longer: [number, 2] = null! as OutputOf<ReturnType<typeof extended>>
const extended = () => join(all.shaped, Softmax(2))
all.doubled(Relu(10))
// @ts-expect-error It gives nine numbers.
all.doubled(Relu(9))
// @ts-expect-error There is no such layer.
end(all.named, 'relu-3')
`

/** A program that reads the shapes of their parameters. */
const uses = (from: string) => `import { init, key, type ParamsOf, type Tensor } from 'joinery'
import type * as m from '${from}'
declare const image: typeof m.image
const { params } = init(image, key(1))
export const weight: [3, 3, 1, 16] = params['convolution-1'].weight.shape
type Weight<N extends keyof typeof m, L extends string> = ParamsOf<(typeof m)[N]> extends infer P
  ? P extends { readonly [_ in L]: { readonly weight: Tensor<infer S> } } ? S : never
  : never
export const shapes: readonly [
  Weight<'volume', 'convolution3d-1'>, Weight<'composed', 'b1/linear-1'>, Weight<'longer', 'relu-6'>,
  Weight<'averaged', 'linear-2'>, Weight<'text', 'softmax-1'>, Weight<'vgg', 'dense_1'>, Weight<'vggLonger', 'conv5_4'>,
  Weight<'residual', 'res5c/convolution-3'>, Weight<'mobile', 'predictions'>, Weight<'transformer', 'tokens'>,
] = [
  [2, 2, 2, 2, 3], [4, 3], [2, 7], [4, 3], [6, 2], [25088, 4096], [3, 3, 512, 512], [1, 1, 512, 2048], [1280, 1000],
  [256, 128],
]
`

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)))

describe('the package', function () {
  this.timeout(300_000)
  let project = ''
  let packed: readonly string[] = []

  const inProject = (command: string, ...args: readonly string[]) => outputOf(project, command, ...args)
  const save = (name: string, text: string) => writeFile(path.join(project, name), text)

  before(async () => {
    ;({ project, packed } = await install())
  })

  after(() => rm(project, { recursive: true, force: true }))

  it('holds the built library in its three forms, its source and its papers, and nothing else', () => {
    const papers = ['bin/joinery.mjs', 'CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'dist/cjs/package.json']
    const source = filesUnder('src')
    const built = (folder: string, ...ends: readonly string[]) =>
      source.flatMap(file => ends.map(end => file.replace(/^src/, folder).replace(/\.ts$/, end)))
    const bundles = entries.map(entry => `dist/node/${entry}.js`)
    const shared = packed.filter(file => /^dist\/node\/shared\/\w+\.js$/.test(file))
    const modules = [...built('dist', '.js', '.d.ts', '.d.ts.map'), ...built('dist/cjs', '.js', '.d.ts')]
    expect([...packed].sort()).to.deep.equal([...papers, ...source, ...modules, ...bundles, ...shared].sort())
  })

  it('runs from a JavaScript program', async () => {
    await save('plain.js', program('joinery', 'joinery/terminal'))
    await expectResult(await inProject(process.execPath, 'plain.js'))
  })

  it('runs the first program of the README, as it stands', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8')
    const [install, code] = [...readme.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, block]) => block as string)
    expect(install).to.equal('npm install joinery\n')
    await save('first.mjs', code as string)
    const lines = (await inProject(process.execPath, 'first.mjs')).trim().split('\n')
    expect(lines[0]).to.equal('(?, 2) -> [... 3 layers ...] -> (?, 2)')
    const [, cells = ''] = /^Tensor \[4, 2\] from .*: (.*)$/.exec(lines.at(-1) ?? '') ?? []
    expect(cells.split(', ').map(cell => Math.round(Number(cell)))).to.deep.equal([1, 0, 0, 1, 0, 1, 1, 0])
  })

  it('runs from CommonJS, whose loader knows no ES modules', async () => {
    const [imports, rest] = program('joinery', 'joinery/terminal').split(/(?=\nconst xor)/) as [string, string]
    const required = imports.replace(/import (\{.*\}) from (.*)/g, 'const $1 = require($2)')
    await save('plain.cjs', `${required}\nconst main = async () => {${rest}}\nmain()`)
    await expectResult(await inProject(process.execPath, 'plain.cjs'))
  })

  it('saves and logs training, and goes on with it, from ES modules and from CommonJS', async () => {
    const imports = [
      "import { csvLog, fit, Input, init, join, key, Linear, resume, tensorBoard } from 'joinery'",
      "import { decodeSafetensors } from 'joinery/storage'",
      "import { readFileSync } from 'node:fs'",
    ].join('\n')
    const body = (folder: string) => `
const folder = '${folder}'
const network = join(Input(1), Linear(1))
const run = options => fit(network, init(network, key(1)), { x: [[1]], y: [[2]] }, {
  checkpoint: { folder },
  callbacks: [csvLog(folder + '/log.csv', { append: true }), tensorBoard(folder, { images: () => ({ a: [[0, 1]] }) })],
  ...options,
})
const main = async () => {
  await run({ epochs: 2 })
  await run({ epochs: 3, resume: await resume(folder) })
  const { tensors } = decodeSafetensors(readFileSync(folder + '/checkpoint-000003/state.safetensors'))
  console.log(readFileSync(folder + '/log.csv', 'utf8').split('\\n').length, Object.keys(tensors).length)
}
main()`
    const required = imports.replace(/import (\{.*\}) from (.*)/g, 'const $1 = require($2)')
    await save('saving.mjs', imports + body('run-of-modules'))
    await save('saving.cjs', required + body('run-of-commonjs'))
    for (const file of ['saving.mjs', 'saving.cjs']) expect(await inProject(process.execPath, file)).to.equal('5 6\n')
  })

  it('begins what Node prints of an uncaught error with its sentence, in few lines', async () => {
    for (const [file, imports] of [
      ['misfit.js', "import { join, Input, Relu, Convolution } from 'joinery'"],
      ['misfit.cjs', "const { join, Input, Relu, Convolution } = require('joinery')"],
    ] as const) {
      await save(file, `${imports}\njoin(Input(10), Relu(5), Convolution([3, 3, 16]))\n`)
      const { stderr } = await execute(process.execPath, [file], { cwd: project }).catch(error => error)
      expect(stderr.length).to.be.below(2000)
      const lines: readonly string[] = stderr.split('\n')
      // CommonJS is for tools: Node shows the line there, which is as short.
      const first = file.endsWith('.js') ? 0 : lines.findIndex(line => line.startsWith('LayerConnectionError'))
      expect(lines[first]).to.match(/^LayerConnectionError: convolution-1: expected a 4-dimensional input/)
    }
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

  for (const name of compilers)
    it(`keeps the types of networks in the declarations that ${name} makes of a program`, async () => {
      const compiler = path.join(root, 'node_modules', name, 'bin/tsc')
      const options = { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [] }
      const common = { ...options, skipLibCheck: true, rootDir: '.' }
      const outDir = `declared-by-${name}`
      const compile = async (compilerOptions: object, file: string, text: string) => {
        await save(file, text)
        await save(
          'tsconfig.json',
          JSON.stringify({ compilerOptions: { ...common, ...compilerOptions }, files: [file] }),
        )
        await inProject(process.execPath, compiler, '--project', '.')
      }
      const emitting = { outDir, declaration: true, emitDeclarationOnly: true }
      await compile(emitting, 'models.ts', models)
      await compile({ noEmit: true }, 'uses.ts', uses(`./${outDir}/models.js`))
      await compile({ ...emitting, isolatedDeclarations: true }, 'typed-by-hand.ts', typedByHand)
      await compile({ noEmit: true }, 'uses-typed.ts', usesTyped(`./${outDir}/typed-by-hand.js`))
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

  it('saves the same bytes in Node and in Deno, loads them, and inspects them from the command line', async () => {
    const code = (library: string, name: string) => `import { writeFile } from 'node:fs/promises'
import { adam, BatchNorm, Convolution, Input, init, join, key, Relu, Reshape } from '${library}'
import { load, save, toOnnx } from '${library}/storage'
const network = join(Input([5, 5, 1]), Convolution([2, 2, 3]), BatchNorm(), Reshape(), Relu(2))
await save('${name}.safetensors', network, init(network, key(4)))
await save('${name}-folder', network, init(network, key(4)))
for (const place of ['${name}.safetensors', '${name}-folder']) console.log(String((await load(place)).network))
await writeFile('${name}.onnx', toOnnx(network, init(network, key(4))))
await writeFile('${name}-step.onnx', toOnnx(network, init(network, key(4)), { training: { loss: 'mse', optimizer: adam() } }))
`
    await save('keep.mjs', code('joinery', 'node'))
    await save('keep-deno.ts', code('npm:joinery', 'deno'))
    const shapes = '(?, 5, 5, 1) -> [... 5 layers ...] -> (?, 2)\n'.repeat(2)
    expect(await inProject(process.execPath, 'keep.mjs')).to.equal(shapes)
    const allowed = ['--allow-env', '--allow-read', '--allow-write']
    expect(await inProject(deno, 'run', '--node-modules-dir=manual', ...allowed, 'keep-deno.ts')).to.equal(shapes)
    const bytes = (file: string) => readFile(path.join(project, file))
    const files = ['.safetensors', '-folder/config.json', '-folder/model.safetensors', '.onnx', '-step.onnx']
    for (const file of files) expect(await bytes(`deno${file}`), file).to.deep.equal(await bytes(`node${file}`))
    const listing = await inProject(path.join(project, 'node_modules/.bin/joinery'), 'inspect', 'node.safetensors')
    expect(listing).to.match(/convolution-1 +Convolution\(\[2, 2, 3\]\)/)
  })

  it('has one name, and the same entries for npm and for Deno', async () => {
    const [npm, own] = await Promise.all(
      ['package.json', 'deno.json'].map(async name => JSON.parse(await readFile(path.join(root, name), 'utf8'))),
    )
    expect(own.name ?? npm.name).to.equal(npm.name)
    const nameOf = (entry: string) => (entry === 'index' ? '.' : `./${entry}`)
    for (const entry of entries) {
      expect(npm.exports[nameOf(entry)]).to.deep.equal(conditions(entry))
      expect(own.imports[nameOf(entry).replace('.', npm.name)]).to.equal(`./src/${entry}.ts`)
    }
    expect(Object.keys(own.imports)).to.have.length(entries.length)
    expect(Object.keys(npm.exports)).to.have.length(entries.length + 1)
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
    const [terminal, away] = [
      path.join(modules, 'joinery', 'dist', 'node', 'terminal.js'),
      path.join(project, 'away.js'),
    ]
    await rename(terminal, away)
    try {
      expect((await run('joinery')).trim()).to.equal('object')
      const failure = await run('joinery/terminal').then(
        () => 'none',
        error => String(error),
      )
      expect(failure).to.contain('Cannot find module')
    } finally {
      await rename(away, terminal)
    }
  })
})
