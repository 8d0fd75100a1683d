import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const root = new URL('../..', import.meta.url)

/**
 * What an example prints.
 *
 * @param name its folder, or a file
 * @throws when it fails, with what it wrote
 */
export const run = async (name: string, ...args: readonly string[]): Promise<string> => {
  const file = name.endsWith('.ts') ? name : `${name}/main.ts`
  const program = ['--import', 'tsx', `examples/${file}`, ...args]
  const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: root, timeout: 110_000 })
  return stdout
}

/** How long an example may take on a machine that has other things to do. */
export const patience = 120_000

/** The number that an example prints behind a text. */
export const numberAfter = (text: string, printed: string): number => {
  const [, number] = printed.split(text)
  return number === undefined ? Number.NaN : Number.parseFloat(number)
}
