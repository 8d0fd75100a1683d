import { isCode, type Notebook, textOf } from './notebook.ts'

/** The code cells of a notebook as one module, and where each line of it is in the notebook. */
export interface Module {
  readonly text: string
  /** A line of the module, counted from 1, in words: `cell 4, line 2`; cells count with those of text, as editors do. */
  readonly place: (line: number) => string
}

/** The code cells one after the other, for a compiler to check: each sees what those before it declare. */
export const moduleOf = ({ cells }: Notebook): Module => {
  const lines = cells.flatMap((cell, i) =>
    isCode(cell)
      ? [...textOf(cell.source).split('\n'), ''].map((text, k) => ({ text, place: `cell ${i + 1}, line ${k + 1}` }))
      : [],
  )
  return {
    text: [...lines.map(line => line.text), 'export {}', ''].join('\n'),
    place: line => lines[line - 1]?.place ?? 'its end',
  }
}

/** What the compiler reports of modules, with the cells of notebooks in place of lines of modules. */
export const inCells = (
  report: string,
  modules: Readonly<Record<string, { readonly notebook: string; readonly module: Module }>>,
): string =>
  report.replace(/\S*?([^/\s]+\.ts):(\d+):(\d+)/g, (whole, file: string, line: string, column: string) => {
    const found = modules[file]
    return found === undefined ? whole : `${found.notebook}, ${found.module.place(Number(line))}, column ${column}`
  })
