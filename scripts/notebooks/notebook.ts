/** What a code cell shows, as nbformat 4 writes it. */
export interface Output {
  readonly output_type: string
  readonly name?: string
  readonly text?: readonly string[] | string
  /** What is shown, by its MIME type. */
  readonly data?: Readonly<Record<string, unknown>>
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

/** A text that nbformat may write line by line. */
export const textOf = (text: readonly string[] | string = ''): string =>
  typeof text === 'string' ? text : text.join('')

/** A text as nbformat writes it: line by line. */
export const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

export const isCode = (cell: Cell): boolean => cell.cell_type === 'code'

/** The source of each code cell. */
export const sources = ({ cells }: Notebook): readonly string[] => cells.filter(isCode).map(cell => textOf(cell.source))

/** A notebook as a file holds it; data of pictures are a line each, which is half as long. */
export const fileOf = (notebook: Notebook): string => {
  const lines: string[] = []
  const short = (key: string, value: unknown): unknown =>
    key.endsWith('json') && typeof value === 'object' ? `\u0000${lines.push(JSON.stringify(value)) - 1}` : value
  const text = JSON.stringify(notebook, short, 1)
  return `${text.replace(/"\\u0000(\d+)"/g, (_, line: string) => lines[Number(line)] as string)}\n`
}

/**
 * The same notebook with a pause at the end of each code cell. The Deno kernel sends what a cell prints in a task of its
 * own, which may come after the word that the cell has ended; nbconvert no longer listens then, and loses lines. A cell whose
 * last line is shown keeps it last.
 */
export const withPauses = (notebook: Notebook, milliseconds: number): Notebook => ({
  ...notebook,
  cells: notebook.cells.map(cell =>
    isCode(cell) && prints(textOf(cell.source))
      ? { ...cell, source: `${textOf(cell.source)}\nawait new Promise(go => setTimeout(go, ${milliseconds}))` }
      : cell,
  ),
})

/** Whether a cell prints while it runs; what its last line gives comes with the word that it has ended. */
const prints = (source: string): boolean => /\bconsole\.|\bprogressBar\(|jupyter\.display\(|\bstdout\b/.test(source)

const continues = (output: Output, before: Output | undefined): boolean =>
  output.output_type === 'stream' && before?.output_type === 'stream' && output.name === before.name

/** Outputs without the accident of how many messages a text came in. */
export const inOnePiece = (outputs: readonly Output[]): readonly Output[] =>
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

const cell = (id: number, cell_type: string, source: string): Cell => ({
  cell_type,
  id: `cell-${String(id).padStart(2, '0')}`,
  metadata: {},
  ...(cell_type === 'code' ? { execution_count: null, outputs: [] } : {}),
  source: linesOf(source),
})

/** A notebook that has not been executed, of its texts and programs in order. */
export const notebookOf = (cells: readonly (readonly [type: 'code' | 'markdown', source: string])[]): Notebook => ({
  cells: cells.map(([type, source], i) => cell(i + 1, type, source)),
  metadata: { kernelspec: { display_name: 'Deno', language: 'typescript', name: 'deno' } },
  nbformat: 4,
  nbformat_minor: 5,
})
