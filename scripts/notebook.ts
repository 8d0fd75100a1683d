import { readFileSync, writeFileSync } from 'node:fs'

/** What a code cell shows, as nbformat 4 writes it. */
export interface Output {
  readonly output_type: string
  readonly name?: string
  readonly text?: readonly string[] | string
  readonly [field: string]: unknown
}

/** A cell of a notebook. Markdown has no outputs. */
export interface Cell {
  readonly cell_type: string
  readonly source: readonly string[] | string
  readonly outputs?: readonly Output[]
  readonly execution_count?: number | null
  readonly [field: string]: unknown
}

/** A Jupyter notebook in nbformat 4. */
export interface Notebook {
  readonly cells: readonly Cell[]
  readonly [field: string]: unknown
}

const textOf = (text: readonly string[] | string = ''): string => (typeof text === 'string' ? text : text.join(''))

/** A text as nbformat writes it: line by line. */
const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

const isCode = (cell: Cell): boolean => cell.cell_type === 'code'

/** The source of each code cell. */
export const sources = ({ cells }: Notebook): readonly string[] => cells.filter(isCode).map(cell => textOf(cell.source))

/** The code cells one after the other, for a compiler to check. */
export const asModule = (notebook: Notebook): string => `${sources(notebook).join('\n\n')}\n`

/**
 * The same notebook with a pause at the end of each code cell. The Deno kernel sends what a cell prints in a task of its
 * own, which may come after the word that the cell has ended; nbconvert no longer listens then, and loses lines.
 */
export const withPauses = (notebook: Notebook, milliseconds: number): Notebook => ({
  ...notebook,
  cells: notebook.cells.map(cell =>
    isCode(cell)
      ? { ...cell, source: `${textOf(cell.source)}\nawait new Promise(go => setTimeout(go, ${milliseconds}))` }
      : cell,
  ),
})

const continues = (output: Output, before: Output | undefined): boolean =>
  output.output_type === 'stream' && before?.output_type === 'stream' && output.name === before.name

/** Outputs without the accident of how many messages a text came in. */
const inOnePiece = (outputs: readonly Output[]): readonly Output[] =>
  outputs.flatMap((output, i) => {
    if (output.output_type !== 'stream') return [output]
    if (continues(output, outputs[i - 1])) return []
    const end = outputs.findIndex((later, k) => k > i && !continues(later, output))
    const pieces = outputs.slice(i, end === -1 ? outputs.length : end)
    return [{ ...output, text: linesOf(pieces.map(piece => textOf(piece.text)).join('')) }]
  })

/** A notebook with the outputs of its execution. */
export const withOutputs = (notebook: Notebook, executed: Notebook): Notebook => ({
  ...notebook,
  cells: notebook.cells.map((cell, i) => {
    const { outputs = [], execution_count = null } = executed.cells[i] ?? {}
    return isCode(cell) ? { ...cell, execution_count, outputs: inOnePiece(outputs) } : cell
  }),
})

/** Outputs as a text, without how fast the machine was. */
const timeless = (outputs: readonly Output[]): string =>
  JSON.stringify(inOnePiece(outputs), null, 1).replace(/ {2}[\d.]+[kM]? examples\/s/g, '')

/** What differs between the outputs of two versions of a notebook; nothing when they agree. */
export const differences = (before: Notebook, after: Notebook): readonly string[] =>
  before.cells.flatMap((cell, i) => {
    const [was, is] = [cell, after.cells[i]].map(own => timeless(own?.outputs ?? []))
    return was === is ? [] : [`cell ${i + 1} gave\n${was}\nand gives\n${is}`]
  })

const read = (file: string | number): Notebook => JSON.parse(readFileSync(file, 'utf8'))

const write = (file: string | number, notebook: Notebook): void =>
  writeFileSync(file, `${JSON.stringify(notebook, null, 1)}\n`)

const [stdin, stdout] = [0, 1]

/** What `notebooks/run` asks for. */
const commands: Readonly<Record<string, (notebook: string) => void>> = {
  module: notebook => writeFileSync(stdout, asModule(read(notebook))),
  pauses: notebook => write(stdout, withPauses(read(notebook), 250)),
  keep: notebook => write(notebook, withOutputs(read(notebook), read(stdin))),
  compare: notebook => {
    const before = read(notebook)
    const found = differences(before, withOutputs(before, read(stdin)))
    for (const difference of found) process.stderr.write(`${notebook}: ${difference}\n`)
    if (found.length > 0) process.exitCode = 1
  },
}

if (process.argv[1] === import.meta.filename) {
  const [name = '', notebook = ''] = process.argv.slice(2)
  const command = commands[name]
  if (command === undefined) throw new Error(`${name}: expected one of ${Object.keys(commands).join(', ')}`)
  command(notebook)
}
