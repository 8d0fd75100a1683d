import { readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { differences, type Notebook, sources, withOutputs, withPauses } from '../scripts/notebook.ts'

const folder = new URL('../notebooks/', import.meta.url)
const files = readdirSync(folder).filter(file => file.endsWith('.ipynb'))
const textOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8')
const read = (file: string): Notebook => JSON.parse(textOf(file))

const codeCells = (notebook: Notebook) => notebook.cells.filter(cell => cell.cell_type === 'code')

describe('notebooks', () => {
  it('are there', () => {
    expect(files).to.include('first-network.ipynb')
  })

  for (const file of files)
    describe(file, () => {
      it('has been executed from top to bottom, and each code cell shows something', () => {
        const cells = codeCells(read(file))
        expect(cells.map(cell => cell.execution_count)).to.deep.equal(cells.map((_, i) => i + 1))
        for (const cell of cells) expect(cell.outputs, String(cell.source)).to.not.be.empty
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

      it('is read by the kernel of Deno', () => {
        const { kernelspec } = read(file).metadata as { readonly kernelspec: { readonly name: string } }
        expect(kernelspec.name).to.equal('deno')
      })
    })
})

const stream = (...text: readonly string[]) => ({ output_type: 'stream', name: 'stdout', text })
const cell = (...outputs: readonly ReturnType<typeof stream>[]) => ({ cell_type: 'code', source: ['f()'], outputs })

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
    expect(sources(paused)[0]).to.match(/^f\(\)\nawait .*setTimeout/)
    const executed = { ...paused, cells: paused.cells.map(own => ({ ...own, outputs: [stream('a')] })) }
    const after = withOutputs(before, executed)
    expect(sources(after)).to.deep.equal(sources(before))
    expect(after.cells[0]).to.equal(before.cells[0])
    expect(after.cells[1]?.outputs).to.deep.equal([stream('a')])
  })
})
