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

/** A cell up to the value that it ends with, and that value; undefined if it ends with no value. */
const ending = (source: string): readonly [before: string, value: string] | undefined => {
  const lines = source.split('\n')
  const at = lines.findLastIndex(line => /^[\w`([]/.test(line))
  const isStatement = /^(const|let|type|interface|import|for|while|try|if|console)\b/.test(lines[at] ?? 'if')
  return isStatement ? undefined : [lines.slice(0, at).join('\n'), lines.slice(at).join('\n')]
}

/** Whether a cell prints while it runs. */
const prints = (source: string): boolean => /\bconsole\.|\bprogressBar\(|\bstdout\b/.test(source)

/** Whether a cell shows something. */
export const shows = (source: string): boolean => ending(source) !== undefined || /^( {2})?console\.log/m.test(source)

/**
 * The same notebook to be executed. The Deno kernel sends what a cell prints and shows in tasks of their own, which may come
 * after the word that the cell has ended; nbconvert no longer listens then, and loses them. So the value that a cell ends with
 * is displayed within it, and cells end with a pause.
 */
export const withPauses = (notebook: Notebook, milliseconds: number): Notebook => {
  const pause = `await new Promise(go => setTimeout(go, ${milliseconds}))`
  const awaited = (source: string): string => {
    const [before, value] = ending(source) ?? []
    if (value !== undefined)
      return `${before}\n{\nconst value = (${value})\nif (value !== undefined) await Deno.jupyter.display(value)\n}\n${pause}`
    return prints(source) ? `${source}\n${pause}` : source
  }
  return {
    ...notebook,
    cells: notebook.cells.map(cell => (isCode(cell) ? { ...cell, source: awaited(textOf(cell.source)) } : cell)),
  }
}

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

/** The last display of a cell as the value that it ends with, which it is in a kernel that nobody has to wait for. */
const asValue = (outputs: readonly Output[], execution_count: number | null): readonly Output[] => {
  const at = outputs.findLastIndex(output => output.output_type === 'display_data')
  return outputs.map((output, i) =>
    i === at ? { data: output.data ?? {}, execution_count, metadata: {}, output_type: 'execute_result' } : output,
  )
}

/** A notebook with the outputs of its execution. */
export const withOutputs = (notebook: Notebook, executed: Notebook): Notebook => ({
  ...notebook,
  cells: notebook.cells.map((cell, i) => {
    const { outputs = [], execution_count = null } = executed.cells[i] ?? {}
    if (!isCode(cell)) return cell
    const values = ending(textOf(cell.source)) === undefined ? outputs : asValue(outputs, execution_count)
    return { ...cell, execution_count, outputs: inOnePiece(values) }
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
