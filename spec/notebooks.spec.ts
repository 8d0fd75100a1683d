import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { differences } from '../scripts/notebooks/compare.ts'
import {
  fileOf,
  type Notebook,
  notebookOf,
  type Output,
  shows,
  sources,
  withOutputs,
  withPauses,
} from '../scripts/notebooks/notebook.ts'
import { template } from '../scripts/notebooks/template.ts'
import { inCells, moduleOf } from '../scripts/notebooks/types.ts'

const folder = new URL('../notebooks/', import.meta.url)
const files = readdirSync(folder).filter(file => file.endsWith('.ipynb'))
const textOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8')
const read = (file: string): Notebook => JSON.parse(textOf(file))

const textOfCell = ({ source }: Notebook['cells'][number]): string => [source].flat().join('')
const codeCells = (notebook: Notebook) => notebook.cells.filter(cell => cell.cell_type === 'code')

describe('notebooks', () => {
  it('are there', () => {
    expect(files).to.include('1-first-network.ipynb')
  })

  for (const file of files)
    describe(file, () => {
      it('has been executed from top to bottom, and shows what its cells print', () => {
        const cells = codeCells(read(file))
        expect(cells.map(cell => cell.execution_count)).to.deep.equal(cells.map((_, i) => i + 1))
        for (const cell of cells) if (shows(textOfCell(cell))) expect(cell.outputs, textOfCell(cell)).to.not.be.empty
      })

      it('holds no errors, and nothing on the standard error', () => {
        const outputs = codeCells(read(file)).flatMap(cell => cell.outputs ?? [])
        expect(outputs.filter(output => output.output_type === 'error' || output.name === 'stderr')).to.be.empty
      })

      it('names no folder of the machine that executed it', () => {
        expect(textOf(file)).to.not.include(fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, ''))
        expect(textOf(file)).to.not.include(`${homedir()}/`)
        expect(textOf(file)).to.not.match(/file:\/\/|\/(home|root|tmp|Users|work|mnt)\//)
      })

      it('is small', () => {
        expect(textOf(file).length).to.be.below(300_000)
      })

      it('is read by the kernel of Deno', () => {
        const { kernelspec } = read(file).metadata as { readonly kernelspec: { readonly name: string } }
        expect(kernelspec.name).to.equal('deno')
      })
    })
})

describe('the import map of notebooks without a checkout', () => {
  const { imports, nodeModulesDir } = JSON.parse(textOf('npm.json'))
  const { name, version, exports, peerDependencies } = JSON.parse(textOf('../package.json'))

  it('has every entry of the package, at its version', () => {
    const entries = Object.keys(exports).filter(entry => !entry.endsWith('.json'))
    for (const entry of entries)
      expect(imports[entry.replace(/^\./, name)]).to.equal(`npm:${name}@^${version}${entry.slice(1)}`)
  })

  it('has every optional package, where it is found by its name', () => {
    for (const [peer, range] of Object.entries(peerDependencies)) {
      if (peer === 'onnxruntime-web') continue // In the place of onnxruntime-node in browsers.
      expect(imports[peer]).to.equal(`npm:${peer}@${range}`)
    }
    expect(nodeModulesDir).to.equal('auto')
  })
})

const stream = (...text: readonly string[]) => ({ output_type: 'stream', name: 'stdout', text })
const cell = (...outputs: readonly Output[]) => ({ cell_type: 'code', source: ["console.log('a')"], outputs })

describe('outputs of notebooks', () => {
  it('are the same however many messages they came in', () => {
    const [once, twice] = [{ cells: [cell(stream('a\n', 'b\n'))] }, { cells: [cell(stream('a\n'), stream('b\n'))] }]
    expect(differences(once, twice)).to.be.empty
    expect(withOutputs(once, twice).cells[0]?.outputs).to.deep.equal([stream('a\n', 'b\n')])
  })

  it('differ where a text, its order or a message is another', () => {
    const before = { cells: [cell(stream('a\n', 'b\n')), cell(stream('c\n'))] }
    for (const text of [['a\n'], ['b\n', 'a\n'], ['a\n', 'b\n', '\n'], []])
      expect(differences(before, { cells: [cell(stream(...text)), cell(stream('c\n'))] })).to.have.length(1)
    expect(differences(before, { cells: [cell(stream('a\n', 'b\n')), cell()] })).to.have.length(1)
    expect(differences(before, { cells: [cell(stream('a\n', 'b\n'))] })).to.have.length(1)
  })

  it('agree however fast the machine was', () => {
    const lines = (speed: string) => ({ cells: [cell(stream(`epoch 1/5  loss 0.5${speed}\n`))] })
    expect(differences(lines('  4450 examples/s'), lines('  12.3k examples/s'))).to.be.empty
    expect(differences(lines('  4450 examples/s'), lines('1  4450 examples/s'))).to.have.length(1)
  })

  it('are taken over without the pauses of the execution', () => {
    const before = { cells: [{ cell_type: 'markdown', source: ['# A'] }, cell()], nbformat: 4 }
    const paused = withPauses(before, 1)
    expect(paused.cells[0]).to.equal(before.cells[0])
    expect(sources(paused)[0]).to.match(/^console.log\('a'\)\nawait .*setTimeout/)
    const executed = { ...paused, cells: paused.cells.map(own => ({ ...own, outputs: [stream('a')] })) }
    const after = withOutputs(before, executed)
    expect(sources(after)).to.deep.equal(sources(before))
    expect(after.cells[0]).to.equal(before.cells[0])
    expect(after.cells[1]?.outputs).to.deep.equal([stream('a')])
  })

  it('are displayed within the cell that ends with them, and are its value in the notebook', () => {
    const source = 'const a = [1]\nf(a, {\n  b: 2,\n})'
    const before: Notebook = { cells: [{ cell_type: 'code', source }] }
    const [displayed = ''] = sources(withPauses(before, 1))
    expect(displayed).to.include('const a = [1]\n{\nconst value = (f(a, {\n  b: 2,\n}))\n')
    expect(displayed).to.match(/await Deno\.jupyter\.display\(value\)\n\}\nawait .*setTimeout/)
    const shown = { output_type: 'display_data', data: { 'text/plain': 'a' }, metadata: {} }
    const executed = { cells: [{ cell_type: 'code', source: displayed, outputs: [shown], execution_count: 3 }] }
    expect(withOutputs(before, executed).cells[0]?.outputs).to.deep.equal([
      { output_type: 'execute_result', data: { 'text/plain': 'a' }, execution_count: 3, metadata: {} },
    ])
  })

  it('need no pause after a cell that shows nothing', () => {
    for (const source of ['const a = 1', 'for (const a of b) f(a)', 'const f = () => {\n  a\n}'])
      expect(sources(withPauses({ cells: [{ cell_type: 'code', source }] }, 1))).to.deep.equal([source])
  })
})

describe('pictures in notebooks', () => {
  const shown = (data: Record<string, unknown>): Notebook => ({ cells: [cell({ output_type: 'display_data', data })] })
  const chart = (loss: number, svg: string) =>
    shown({ 'application/vnd.vegalite.v5+json': { data: { values: [{ loss }] } }, 'image/svg+xml': svg })

  it('agree by their data, however they are drawn', () => {
    expect(differences(chart(0.5, '<svg>a</svg>'), chart(0.5, '<svg>b</svg>'))).to.be.empty
    expect(differences(chart(0.5, '<svg/>'), chart(0.500001, '<svg/>'))).to.be.empty
  })

  it('differ where a number does', () => {
    for (const loss of [0.501, -0.5, Number.NaN, 0])
      expect(differences(chart(0.5, '<svg/>'), chart(loss, '<svg/>')), String(loss)).to.have.length(1)
  })

  it('are compared as they are drawn where they have no data', () => {
    expect(
      differences(shown({ 'image/svg+xml': '<svg>a</svg>' }), shown({ 'image/svg+xml': '<svg>b</svg>' })),
    ).to.have.length(1)
    expect(differences(shown({ 'text/plain': 'a' }), shown({ 'text/plain': ['a'] }))).to.be.empty
  })

  it('are read from a file as they were written, though their data are a line', () => {
    const notebook = chart(0.5, '<svg/>')
    expect(JSON.parse(fileOf(notebook))).to.deep.equal(notebook)
    expect(fileOf(notebook)).to.include('{"data":{"values":[{"loss":0.5}]}}')
  })

  it('may not come or go', () => {
    expect(differences(shown({ 'text/plain': 'a' }), shown({ 'text/plain': 'a', 'image/png': 'b' }))).to.have.length(1)
  })
})

describe('types in notebooks', () => {
  const notebook = notebookOf([
    ['markdown', '# A'],
    ['code', 'const a = 1\nconst b = 2'],
    ['markdown', 'Then'],
    ['code', 'const c: string = a'],
  ])

  it('are reported by notebook, cell and line', () => {
    const module = moduleOf(notebook)
    const line = module.text.split('\n').indexOf('const c: string = a') + 1
    const report = `TS2322 [ERROR]: no\n    at file:///a/b/.check-x.ts:${line}:7 and ${'file:///a/b/other.ts'}:1:1`
    expect(inCells(report, { '.check-x.ts': { notebook: 'x.ipynb', module } })).to.equal(
      'TS2322 [ERROR]: no\n    at x.ipynb, cell 4, line 1, column 7 and file:///a/b/other.ts:1:1',
    )
    expect([1, 2, 4].map(module.place)).to.deep.equal(['cell 2, line 1', 'cell 2, line 2', 'cell 4, line 1'])
  })
})

describe('a new notebook', () => {
  it('has a title, programs that nothing has executed yet, and cells with identifiers of their own', () => {
    const { cells } = template('Spirals')
    expect(cells[0]?.source).to.include('# Spirals\n')
    expect(codeCells(template('Spirals')).map(own => own.execution_count)).to.deep.equal([null, null, null])
    expect(new Set(cells.map(own => own.id)).size).to.equal(cells.length)
  })
})

// In a folder of the repository, whose deno.json says where joinery is; Deno checks no types under node_modules.
describe('npm run notebooks', function () {
  this.timeout(300_000)
  const root = fileURLToPath(new URL('..', import.meta.url))
  let place = ''
  const file = () => path.join(place, 'probe.ipynb')
  const run = (...args: readonly string[]) => {
    const all = ['--import', 'tsx', 'scripts/notebooks/main.ts', '--folder', place, ...args]
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: root, encoding: 'utf8' })
    return { status, stdout, stderr }
  }
  const change = (from: string, to: string) => {
    const text = readFileSync(file(), 'utf8')
    expect(text).to.include(from)
    writeFileSync(file(), text.replace(from, to))
  }

  before(function () {
    if (spawnSync('jupyter-nbconvert', ['--version']).error !== undefined) {
      console.log('      jupyter-nbconvert is not installed')
      this.skip()
    }
    place = mkdtempSync(path.join(root, 'notebooks/.probe-'))
  })
  after(() => {
    if (place !== '') rmSync(place, { recursive: true })
  })

  it('makes a notebook that has trained a network', () => {
    const made = run('--new', 'probe')
    expect(made.stderr).to.equal('')
    expect(made.stdout).to.match(/^probe\.ipynb: every cell ran \(\d+ s\)\n$/)
    const outputs = codeCells(JSON.parse(readFileSync(file(), 'utf8'))).map(own => JSON.stringify(own.outputs))
    expect(outputs[0]).to.include('Tanh(8)')
    expect(outputs[1]).to.include('accuracy')
    expect(outputs[2]).to.include('Tensor [4, 2]')
    expect(run('--new', 'probe').stderr).to.match(/probe\.ipynb is there already: choose another name/)
  })

  it('names the cell that gives something else', () => {
    expect(run()).to.deep.include({ status: 0, stderr: '' })
    change('Tensor [4, 2]', 'Tensor [4, 3]')
    const { status, stderr } = run('probe')
    expect(status).to.equal(1)
    expect(stderr).to.match(/^probe\.ipynb: cell 5 gave\n/)
    change('Tensor [4, 3]', 'Tensor [4, 2]')
  })

  it('names the cell with an error of a type, and executes nothing', () => {
    change('const x = [', 'const x: string = [')
    const { status, stdout, stderr } = run()
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' })
    expect(stderr).to.match(/at probe\.ipynb, cell 4, line 1, column 7/)
    change('const x: string = [', 'const x = [')
  })

  it('names the cell that fails, and other mistakes', () => {
    change('await predict(network, variables, x)', "throw new Error('no luck')")
    expect(run().stderr).to.match(/^probe\.ipynb: CellExecutionError[\s\S]*no luck/)
    expect(run('other').stderr).to.match(/^no notebook other: there are probe/)
    expect(run('--new', 'a b').stderr).to.match(/^--new: expected a name of letters, digits and dashes, got a b/)
    expect(run('--bogus').stderr).to.match(/bogus/)
  })
})
