import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

// Programs of Python that read ONNX files.

/** The one that `.ci/onnx-python` fetches, and the machine's own. */
const fetched = fileURLToPath(new URL('../../node_modules/.cache/onnx-python/python3', import.meta.url))
const own = '/usr/bin/python3'

const output = async (python: string, args: readonly string[], cwd?: string): Promise<string> =>
  (await promisify(execFile)(python, [...args], { maxBuffer: 2 ** 26, cwd })).stdout

/** What a program of this folder prints. */
export const said = (python: string, program: string, ...args: readonly string[]): Promise<string> =>
  output(python, [fileURLToPath(new URL(program, import.meta.url)), ...args])

/** What code prints in a folder. */
export const printed = (python: string, code: string, folder: string): Promise<string> =>
  output(python, ['-c', code], folder)

/** A Python that has a module; `undefined` where there is none. */
export const pythonWith = async (
  module: string,
  candidates: readonly string[] = [fetched, own],
): Promise<string | undefined> => {
  for (const python of candidates) {
    const has = await output(python, ['-c', `import ${module}`]).then(
      () => true,
      () => false,
    )
    if (has) return python
  }
  return undefined
}

/** Debian's own Python, with the official checker of its ONNX. */
export const withChecker = (): Promise<string | undefined> => pythonWith('onnx', [own])
