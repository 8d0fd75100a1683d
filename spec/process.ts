import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const root = new URL('..', import.meta.url)

/**
 * What a program of its own prints, for what can only be seen of a whole process. It is a JavaScript module in the folder of
 * the project, with `joinery` and `tf` at hand, and `mega()`, the megabytes that the process takes.
 *
 * @throws when the process does not end by itself, with what it wrote
 */
export const printed = async (program: string, ...flags: readonly string[]): Promise<string> => {
  const text = `import * as tf from '@tensorflow/tfjs-core'
import * as joinery from './src/index.ts'
const mega = () => Math.round(process.memoryUsage().rss / 2 ** 20)
${program}`
  // Deno reads TypeScript itself, and takes flags of its engine in one.
  const args =
    'Deno' in globalThis
      ? ['eval', ...flags.map(flag => `--v8-flags=${flag}`), text]
      : ['--import', 'tsx', ...flags, '--input-type', 'module', '--eval', text]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 60_000 })
  return stdout.trim()
}
