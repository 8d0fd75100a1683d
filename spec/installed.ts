import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

// The package as users get it: built, packed, and installed in a project of its own.

export const root: string = fileURLToPath(new URL('..', import.meta.url))

export const execute: typeof execFile.__promisify__ = promisify(execFile)

/** The standard output of a program; where it fails, the error shows all that it said. */
export const outputOf = async (folder: string, command: string, ...args: readonly string[]): Promise<string> => {
  const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
  try {
    return (await execute(command, args, { cwd: folder, env, maxBuffer: 2 ** 24 })).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string }
    throw new Error(
      `${path.basename(command)} ${args.join(' ')} failed\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`,
    )
  }
}

/** A new project that has the package, and the files that the package holds. */
export const install = async (): Promise<{ readonly project: string; readonly packed: readonly string[] }> => {
  const project = await mkdtemp(path.join(tmpdir(), 'joinery-package-'))
  const listing = await outputOf(root, 'npm', 'pack', '--json', '--silent', '--pack-destination', project)
  const parsed = JSON.parse(listing.slice(listing.search(/^[[{]/m)))
  const [{ filename, files }] = Object.values<{ filename: string; files: { path: string }[] }>(parsed) as [
    { filename: string; files: { path: string }[] },
  ]
  await writeFile(path.join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }')
  await outputOf(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', path.join(project, filename))
  await rm(path.join(project, filename))
  return { project, packed: files.map(file => file.path) }
}
