import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fileOf, type Notebook, withPauses } from './notebook.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const deno = join(root, 'node_modules/.bin/deno')

/** How long a cell may take, in seconds. */
const longest = 300

/** Deno's kernel in a folder of its own: kernel, configuration and history are not the user's. */
export interface Kernel {
  /** What a notebook gives when it is executed from top to bottom in a folder, with a pause after cells that print. */
  readonly execute: (notebook: Notebook, folder: string, pause: number) => Promise<Notebook>
  readonly close: () => void
}

/**
 * The kernel, ready to execute.
 *
 * @throws when jupyter-nbconvert is missing and cannot be installed
 */
export const openKernel = (): Kernel => {
  installJupyter()
  const work = mkdtempSync(join(tmpdir(), 'joinery-notebooks-'))
  const env = {
    ...process.env,
    XDG_DATA_HOME: work,
    JUPYTER_DATA_DIR: join(work, 'jupyter'),
    JUPYTER_RUNTIME_DIR: join(work, 'runtime'),
    JUPYTER_CONFIG_DIR: join(work, 'config'),
    IPYTHONDIR: join(work, 'ipython'),
    NO_COLOR: '1',
  }
  const installed = spawnSync(deno, ['--quiet', 'jupyter', '--install'], { env, encoding: 'utf8' })
  if (installed.status !== 0) throw new Error(`deno jupyter --install: ${installed.stderr}`)
  return {
    execute: async (notebook, folder, pause) => {
      const [format, to] = [
        ['--stdin', '--stdout', '--to', 'notebook'],
        ['--execute', '--log-level=ERROR'],
      ]
      const limits = ['record_timing=False', `timeout=${longest}`, `iopub_timeout=${longest}`].map(
        own => `--ExecutePreprocessor.${own}`,
      )
      // From the standard input, so that the kernel starts in the folder and finds its deno.json.
      const child = spawn('jupyter-nbconvert', [...format, ...to, ...limits], { cwd: folder, env })
      child.stdin.end(fileOf(withPauses(notebook, pause)))
      const [out, errors] = await Promise.all([textFrom(child.stdout), textFrom(child.stderr)])
      const status = await new Promise<number | null>(done => {
        if (child.exitCode === null) child.on('close', done)
        else done(child.exitCode)
      })
      if (status !== 0) throw new Error(lastLines(errors))
      return JSON.parse(out) as Notebook
    },
    close: () => rmSync(work, { recursive: true, force: true }),
  }
}

const textFrom = async (stream: NodeJS.ReadableStream): Promise<string> => {
  let text = ''
  stream.setEncoding('utf8')
  for await (const part of stream) text += part
  return text
}

/** The end of what nbconvert says: the cell that failed and its error, without the traceback of nbconvert itself. */
const lastLines = (errors: string): string => {
  const at = errors.lastIndexOf('CellExecutionError')
  return (at === -1 ? errors : errors.slice(at)).trim()
}

const installJupyter = (): void => {
  if (spawnSync('jupyter-nbconvert', ['--version']).error === undefined) return
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const
  const install = ['install', '-qq', '-y', '--no-install-recommends', 'jupyter-nbconvert']
  const isAdministrator = process.getuid?.() === 0
  const done =
    isAdministrator && [['update', '-qq'], install].every(args => spawnSync('apt-get', args, options).status === 0)
  if (!done) throw new Error('notebooks need jupyter-nbconvert (on Debian: apt-get install jupyter-nbconvert)')
}

/** What Deno's compiler says of modules; nothing when all are right. */
export const checked = async (files: readonly string[], folder: string): Promise<string> => {
  const env = { ...process.env, NO_COLOR: '1' }
  try {
    await promisify(execFile)(deno, ['check', '--quiet', ...files], { cwd: folder, env })
    return ''
  } catch (error) {
    return (error as { readonly stderr: string }).stderr.replace(/\n+Stack backtrace:[\s\S]*/, '').trim()
  }
}
