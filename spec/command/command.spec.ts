import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import ts from 'typescript-6'
import {
  BatchNorm,
  Convolution,
  chain,
  clipByNorm,
  defineLoss,
  f1,
  gradientDescent,
  Input,
  init,
  join,
  key,
  oneHot,
  Relu,
  Reshape,
  Softmax,
  standardize,
  stepDecay,
} from '../../src/index.ts'
import { encodeSafetensors, load, save, toDocument, toModule, toOnnx } from '../../src/storage.ts'
import { described } from '../notation/described.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Ended {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** What the command line does, as a process. */
const joinery = (...given: readonly string[]): Promise<Ended> => {
  const args = ['--import', 'tsx', path(root, 'spec/command/run.ts'), ...given]
  return new Promise(resolve => {
    execFile(process.execPath, args, { cwd: root }, (error, out, errors) => {
      resolve({ code: (error?.code as unknown as number) ?? 0, out, error: errors })
    })
  })
}

/** What the compiler says of a program that imports a module of the command's. */
const errorsIn = (files: readonly string[]): readonly string[] => {
  const program = ts.createProgram([...files], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
    paths: { joinery: [path(root, 'src/index.ts')], 'joinery/storage': [path(root, 'src/storage.ts')] },
  })
  return files.flatMap(file => {
    const source = program.getSourceFile(file)
    return ts
      .getPreEmitDiagnostics(program, source)
      .map(
        ({ messageText, start = 0 }) =>
          `${source?.text.slice(start, start + 12)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      )
  })
}

const network = join(Input([6, 6, 1]), Convolution([3, 3, 2]), BatchNorm(), Relu(), Reshape(), Softmax(3))
const variables = init(network, key(1))

describe('The command line', function () {
  this.timeout(120_000)

  let folder = ''
  const at = (name: string): string => path(folder, name)
  before(async () => {
    folder = await mkdtemp(path(tmpdir(), 'joinery-command-'))
    await save(at('digits.safetensors'), network, variables)
    await save(at('digits'), network, variables)
    await writeFile(at('digits.json'), JSON.stringify(toDocument(network)))
    await writeFile(
      at('foreign.safetensors'),
      encodeSafetensors({ 'fc.weight': { data: [1, 2], shape: [1, 2] } }, { dtype: 'F16' }),
    )
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('inspects networks with their layers, shapes, parameters and sizes', async () => {
    for (const name of ['digits.safetensors', 'digits']) {
      const { code, out, error } = await joinery('inspect', at(name))
      expect(error).to.equal('')
      expect(code).to.equal(0)
      expect(out).to.match(/convolution-1 +Convolution\(\[3, 3, 2\]\) +\(\?, 4, 4, 2\) +20/)
      expect(out).to.match(/\n8 tensors, 127 numbers of F32, [\d,]+ bytes\n$/)
    }
    expect((await joinery('inspect', at('digits.json'))).out).to.match(/softmax-1.*[\s\S]*bytes, without variables\n$/)
  })

  it('tells how a network is trained and what prepares its data, and keeps both when it converts', async () => {
    const mine = defineLoss('mine', (ops, _, p) => ops.mean(p, [1]))
    const training = {
      loss: { a: mine, b: 'mae' },
      optimizer: chain(clipByNorm(1), gradientDescent({ step: stepDecay({ initialValue: 0.1, reductionFreq: 9 }) })),
      metrics: ['accuracy', f1({ name: 'score' })],
      trains: 'softmax*',
    }
    const preprocessing = { x: standardize([1, 3]), y: [oneHot(3)] }
    await save(at('trained.safetensors'), network, variables, { training, preprocessing, registry: { mine } })
    const { out, error } = await joinery('inspect', at('trained.safetensors'))
    expect(error).to.equal('')
    const lines = out.split('\n').filter(line => /^\w+: /.test(line))
    expect(lines).to.deep.equal([
      "loss:           { record: { a: { registered: 'mine' }, b: { loss: 'mae', options: { name: 'mae', reduction: 'mean', classWeights: null } } } }",
      'optimizer:      chain(clipByNorm(1), gradientDescent({ step: stepDecay({ initialValue: 0.1, reductionFreq: 9 }) }))',
      "metrics:        [accuracy, f1({ name: 'score' })]",
      "trains:         'softmax*'",
      'preprocessing:  { x: standardize: mean 2, deviation 1, y: [oneHot: 3 classes, 0, 1, 2] }',
    ])
    const { optimizer, metrics } = training
    await save(at('plainly.safetensors'), network, variables, { training: { optimizer, metrics }, preprocessing })
    expect((await joinery('convert', at('plainly.safetensors'), at('plainly'))).error).to.equal('')
    expect((await joinery('convert', at('plainly'), at('plainly.json'))).error).to.equal('')
    const document = JSON.parse(await readFile(at('plainly.json'), 'utf8'))
    const plain: unknown = JSON.parse(
      JSON.stringify(toDocument(network, { training: { optimizer, metrics }, preprocessing })),
    )
    expect(document).to.deep.equal(plain)
  })

  it('inspects files of tensors', async () => {
    const { out } = await joinery('inspect', at('foreign.safetensors'))
    expect(out).to.equal(
      'name       type  shape   bytes\nfc.weight  F16   [1, 2]  4\n\n1 tensors, 2 numbers of F16, 76 bytes\n',
    )
  })

  it('writes modules in which a network and its variables have types', async () => {
    const { code, out, error } = await joinery('types', at('digits.safetensors'))
    expect([code, error, out.trim()]).to.deep.equal([0, '', at('digits.safetensors.ts')])
    await writeFile(
      at('use.ts'),
      `import { apply } from 'joinery'
import { load, network, type Variables } from './digits.safetensors.ts'
const { network: loaded, variables } = await load()
export const shape: readonly [3, 3, 1, 2] = variables.params['convolution-1'].weight.shape
export const mean: readonly [1, 1, 1, 2] = variables.state['batch-norm-1'].runningMean.shape
export const out: readonly [number, 3] = apply(loaded, variables, { data: new Float32Array(36), shape: [1, 6, 6, 1] }).output.shape
export const wrong = variables.params['convolution-2']
export type V = Variables
void network
`,
    )
    const errors = errorsIn([at('digits.safetensors.ts'), at('use.ts')])
    expect(errors, errors.join('\n')).to.have.length(1)
    expect(errors[0]).to.match(/^'convolution.*Property 'convolution-2' does not exist/)
  })

  it('writes modules for files of tensors and for documents', async () => {
    await joinery('types', at('foreign.safetensors'), at('foreign.ts'))
    await joinery('types', at('digits.json'), at('described.ts'))
    await writeFile(
      at('use-foreign.ts'),
      `import { decode } from './foreign.ts'
const tensors = decode(new Uint8Array(8))
export const shape: readonly [1, 2] = tensors['fc.weight'].shape
export const wrong = tensors['fc.wieght']
`,
    )
    const errors = errorsIn([at('foreign.ts'), at('described.ts'), at('use-foreign.ts')])
    expect(errors).to.have.length(1)
    expect(errors[0]).to.match(/fc.wieght/)
  })

  it('converts what was saved', async () => {
    for (const [from, to] of [
      ['digits', 'again.safetensors'],
      ['again.safetensors', 'again'],
      ['again', 'again.json'],
      ['again', 'again.onnx'],
      ['again', 'again.mjs'],
      ['again', 'network.py'],
    ] as const) {
      const { code, out, error } = await joinery('convert', at(from), at(to))
      expect([code, error, out.trim()]).to.deep.equal([0, '', at(to)])
    }
    expect(await readFile(at('again.safetensors'))).to.deep.equal(await readFile(at('digits.safetensors')))
    expect(described((await load(at('again'))).network)).to.deep.equal(described(network))
    expect(JSON.parse(await readFile(at('again.json'), 'utf8'))).to.deep.equal(
      JSON.parse(await readFile(at('digits.json'), 'utf8')),
    )
    expect((await readFile(at('again.onnx'))).equals(toOnnx(network, variables))).to.equal(true)
    const { source, types } = toModule(network, variables)
    expect(await readFile(at('again.mjs'), 'utf8')).to.equal(source)
    expect(await readFile(at('again.d.mts'), 'utf8')).to.equal(types)
    expect(await readFile(at('network.py'), 'utf8')).to.contain('class Network(nn.Module):')
    expect(await readFile(at('train.py'), 'utf8')).to.contain('from network import Network')
    expect((await readFile(at('weights.safetensors'))).length).to.be.above(100)
  })

  it('says what is wrong, and with which code it ends', async () => {
    const rows: readonly (readonly [given: readonly string[], code: number, error: RegExp])[] = [
      [['inspct', 'a'], 2, /^There is no command 'inspct'. Did you mean inspect\?\n\nUsage:/],
      [['inspect'], 2, /^Say which file\.\n\nUsage:/],
      [['inspect', 'a', 'b'], 2, /^Too many arguments: b\n/],
      [
        ['inspect', at('none.safetensors')],
        1,
        /^FileError: .*none.safetensors: expected a file that can be read, got none\. .*\n$/,
      ],
      [
        ['inspect', at('a.pt')],
        1,
        /^InvalidOption: joinery, file: expected a .safetensors, .json or .onnx file, or a folder, got/,
      ],
      [
        ['convert', at('digits'), at('a.pt')],
        1,
        /^InvalidOption: joinery convert, out: expected a folder, or a file of/,
      ],
      [
        ['convert', at('digits'), at('a.py')],
        1,
        /^InvalidOption: joinery convert, out: expected network.py, in any folder/,
      ],
      [
        ['convert', at('foreign.safetensors'), at('a.json')],
        1,
        /^DocumentError: .*expected a network that save has written, got tensors alone/,
      ],
    ]
    for (const [given, code, error] of rows) {
      const ended = await joinery(...given)
      expect([ended.code, ended.out], given.join(' ')).to.deep.equal([code, ''])
      expect(ended.error).to.match(error)
    }
    expect((await joinery('--help')).out).to.match(/^Usage:\n/)
    expect((await joinery()).code).to.equal(0)
  })
})
