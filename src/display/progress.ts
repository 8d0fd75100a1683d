import type { MetricsOption, Progress } from '../training/index.ts'

// What shows the progress of `fit`, wherever that is.

/** A few significant digits, aligned from epoch to epoch. */
export const digits = (value: number): string =>
  Math.abs(value) >= 1e-4 || value === 0 ? value.toFixed(4) : value.toExponential(1)

/** Without control characters, which would act on the terminal: names come from anyone. */
export const printed = (name: string): string => name.replace(/\p{Cc}/gu, '?')

/** Whether a call of `fit` begins: the one before may have failed anywhere. */
export const begins = ({ epoch, batch, ended }: Progress<MetricsOption>): boolean =>
  epoch === 1 && batch === 1 && !ended

/** Where progress is written: a terminal, a file, a pipe. */
export interface Output {
  readonly isTTY?: boolean
  /** The width of a terminal. Longer lines are cut off, because a line that wraps cannot be overwritten. */
  readonly columns?: number
  readonly write: (text: string) => unknown
}

/** Deno's API for notebooks. */
export interface Notebook {
  readonly display: (
    bundle: Readonly<Record<string, unknown>>,
    options: { readonly raw: true; readonly display_id: string; readonly update: boolean },
  ) => Promise<void>
}

/** Deno's notebook around the program, if there is one. */
export const notebookAround = (): Notebook | undefined => {
  try {
    return (globalThis as { readonly Deno?: { readonly jupyter?: Notebook } }).Deno?.jupyter
  } catch {
    // Outside of notebooks, asking for it throws.
    return undefined
  }
}

/** Whether a value can be written to; a value that throws when it is read cannot. */
export const writes = (value: unknown): boolean => {
  try {
    return typeof (value as Partial<Output> | null)?.write === 'function'
  } catch {
    return false
  }
}
