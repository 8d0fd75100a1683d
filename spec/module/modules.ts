import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Numbers with their shape, as modules give them. */
export type Numbers = Float32Array & { readonly shape: readonly number[] }

/** What a module has whose weights are inside. */
export interface Imported {
  readonly predict: (given: unknown) => Numbers | readonly Numbers[]
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | null)[] }[]
  readonly outputs: Imported['inputs']
}

/** What a module has whose weights are beside it. */
export interface Loading {
  readonly load: (source?: unknown) => Promise<Pick<Imported, 'predict'>>
}

let count = 0

/** Runs something in a folder of its own. */
export const inFolder = async <R>(work: (folder: string) => Promise<R>): Promise<R> => {
  const folder = await mkdtemp(join(tmpdir(), 'joinery-module-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Imports a module from a file of its own. */
export const imported = <M = Imported>(source: string): Promise<M> =>
  inFolder(async folder => {
    const file = join(folder, `network-${count++}.mjs`)
    await writeFile(file, source)
    return (await import(pathToFileURL(file).href)) as M
  })
