import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openDisk } from '../../../src/storage/disk.ts'
import { newestIn, type Series } from '../../../src/training/files/checkpoint-folder.ts'
import { full } from '../../full.ts'
import { root } from '../../installed.ts'
import { folders } from '../../storage/folders.ts'

// A process that trains is killed at random moments, and gone on with until it ends: the bits are those of one that was
// left alone.

const program = fileURLToPath(new URL('killed-program.ts', import.meta.url))
const permissions = ['--allow-read', '--allow-write', '--allow-env', '--allow-sys', '--allow-ffi']
const runtimes: Readonly<Record<string, readonly [command: string, ...given: readonly string[]]>> = {
  Node: [process.execPath, '--import', 'tsx', program],
  Deno: [
    path.join(root, 'node_modules/.bin/deno'),
    'run',
    '--quiet',
    '--config',
    path.join(root, 'deno.json'),
    ...permissions,
    program,
  ],
}

/**
 * What the program says last; nothing where it was killed: after so many updates of its own, and then anywhere within the
 * next ones, or while they are saved.
 */
const run = (
  [command, ...given]: readonly [string, ...(readonly string[])],
  folder: string,
  backend: string,
  updates: number,
): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [...given, folder, backend], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, errors, isDoomed] = ['', '', false]
    child.stderr.on('data', chunk => {
      errors += chunk
    })
    child.stdout.on('data', chunk => {
      output += chunk
      if (isDoomed || output.split('\n').length <= updates) return
      isDoomed = true
      setTimeout(() => child.kill('SIGKILL'), 15 * Math.random())
    })
    child.on('close', (code, signal) => {
      if (signal !== null) resolve(undefined)
      else if (code === 0) resolve(output.trim().split('\n').at(-1))
      else reject(new Error(errors))
    })
  })

describe('A run that is killed again and again', function () {
  this.timeout(900_000)
  const newFolder = folders()
  const rows: readonly (readonly [runtime: string, backend: string, kills: number])[] = [
    ['Node', 'tfjs', full ? 50 : 8],
    ['Node', 'onnxruntime', full ? 20 : 1],
    ['Node', 'wasm', full ? 20 : 1],
    ['Deno', 'tfjs', full ? 50 : 2],
  ]
  for (const [runtime, backend, kills] of rows)
    it(`in ${runtime}, on ${backend}, ${kills} times, ends with the bits of one that was left alone`, async () => {
      const command = runtimes[runtime] as (typeof runtimes)[string]
      const alone = await run(command, newFolder(), backend, Number.POSITIVE_INFINITY)
      const disk = await openDisk('a')
      let killed = 0
      while (killed < kills) {
        const folder = newFolder()
        const updates: Record<Series, number> = { checkpoint: 0, best: 0 }
        for (;;) {
          // Of 160 updates, so that it takes some times to get through.
          const result = await run(command, folder, backend, 1 + Math.floor(60 * Math.random()))
          if (result !== undefined) {
            expect(result).to.equal(alone)
            break
          }
          killed++
          // What was complete once is not lost.
          for (const series of ['checkpoint', 'best'] as const) {
            const found = await newestIn(disk, folder, series)
            const update = 'faults' in found ? 0 : found.update
            expect(update).to.be.at.least(updates[series])
            updates[series] = update
          }
        }
      }
    })
})
