import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileError } from '../../src/index.ts'

/** Folders for each test, which are removed after it. */
export const folders = (): (() => string) => {
  const made: string[] = []
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
  })
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'joinery-files-'))
    made.push(folder)
    return folder
  }
}

/**
 * What an error of files says.
 *
 * @throws where no error comes, or another
 */
export const fileFault = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work()
  } catch (error) {
    if (error instanceof FileError) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('no error came')
}

/** Some work as a user without rights: that of the tests may have all of them. */
export const withoutRights = async <R>(work: () => Promise<R>): Promise<R> => {
  if (process.geteuid?.() !== 0) return await work()
  process.seteuid?.(65534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
